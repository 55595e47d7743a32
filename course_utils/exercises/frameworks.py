"""Which framework a learner's function uses, and its arrays in that framework.

Neither framework is loaded before a function that uses it is called.
"""

import dis
import functools
import importlib
import types

import numpy as np

INPUTS = ("numpy", "pytorch", "tensorflow")
_ROOTS = {
    "torch": "pytorch",
    "course_utils.in_pytorch": "pytorch",
    "tensorflow": "tensorflow",
    "keras": "tensorflow",
    "course_utils.in_tensorflow": "tensorflow",
}


def inputs_for(answer):
    """Return which inputs suit a function: "pytorch", "tensorflow", or "numpy" if it uses neither.

    It looks at the names that the function's code refers to, at the learner's own functions,
    classes and objects among them, and at imports inside.
    """
    own = module_of(answer)
    seen, waiting = {}, [answer]
    while waiting:
        value = waiting.pop(0)
        if id(value) in seen:
            continue
        seen[id(value)] = value  # kept: an id is used again after its value is gone
        if kind := _kind(value):
            return kind
        if value is answer or getattr(value, "__module__", None) == own:
            waiting += _parts(value)
    return "numpy"


def module_of(answer):
    """Return the name of the module that a function, or an object's class, was written in."""
    while isinstance(answer, functools.partial):
        answer = answer.func
    return getattr(answer, "__module__", None) or type(answer).__module__


def _kind(value):
    """Return the framework that a value comes from, or None."""
    if isinstance(value, types.ModuleType):
        names = [value.__name__]
    elif isinstance(value, (types.FunctionType, types.BuiltinFunctionType)):
        names = [value.__module__]
    else:
        kind = value if isinstance(value, type) else type(value)
        names = [base.__module__ for base in kind.__mro__]
    for name in names:
        for root, framework in _ROOTS.items():
            if isinstance(name, str) and (name == root or name.startswith(root + ".")):
                return framework
    return None


def _parts(value):
    """Return what a function, method, partial, class or callable object refers to."""
    if isinstance(value, types.MethodType):
        return [value.__func__, value.__self__]
    if isinstance(value, functools.partial):
        return [value.func, *value.args, *value.keywords.values()]
    if isinstance(value, types.FunctionType):
        inside = [cell.cell_contents for cell in value.__closure__ or () if _filled(cell)]
        inside += value.__defaults__ or ()
        inside += (value.__kwdefaults__ or {}).values()
        inside += [value.__wrapped__] if hasattr(value, "__wrapped__") else []
        return [*_globals(value.__code__, value.__globals__), *inside]
    if isinstance(value, type):
        return [part for part in vars(value).values() if isinstance(part, types.FunctionType)]
    return [type(value)]


def _filled(cell):
    """Tell whether a variable of an enclosing function has a value."""
    try:
        cell.cell_contents  # noqa: B018 (asking is the test)
    except ValueError:
        return False
    return True


def _globals(code, names):
    """Yield the values of the global names in a code object, and the modules it imports.

    Attributes do not count: ``history.loss`` has nothing to do with a global ``loss``.
    """
    for step in dis.get_instructions(code):
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME") and step.argval in names:
            yield names[step.argval]
        elif step.opname == "IMPORT_NAME" and step.argval:
            yield types.ModuleType(step.argval)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _globals(constant, names)


def convert(value, inputs):
    """Return a NumPy array as a tensor of the framework ``inputs``; anything else as it is.

    Lists, tuples and dictionaries are converted inside. What comes back shares no memory with what
    went in: a function that changes its inputs changes copies.
    """
    if isinstance(value, np.ndarray):
        if inputs == "numpy" or value.dtype.kind not in "biufc":  # texts stay NumPy arrays
            return value.copy()
        if inputs == "pytorch":
            return importlib.import_module("torch").tensor(np.ascontiguousarray(value))
        return importlib.import_module("tensorflow").constant(value)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(convert(part, inputs) for part in value))
    if type(value) in (list, tuple):
        return type(value)(convert(part, inputs) for part in value)
    if type(value) is dict:
        return {key: convert(part, inputs) for key, part in value.items()}
    return value
