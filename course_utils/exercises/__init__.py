"""Checked exercises: one module a notebook. ``exercises.seq2seq.masked_mean.check(my_function)``.

Each exercise has a goal, graded hints, a check that runs offline in seconds, and a reference
solution that is shown only when asked for. ``progress()`` is the table of what is done. Importing
this package loads no framework.
"""

import importlib

from .record import progress, progress_file, use_progress_file

# In the order of the notebooks: 01 to 06.
MODULES = (
    "basic_rnn",
    "char_generation",
    "seq2seq",
    "attention",
    "sampling",
    "same_curve",
)
__all__ = ["MODULES", "every_exercise", "progress", "progress_file", "use_progress_file"]


def __getattr__(name):
    if name in MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(
        f"There are no exercises named '{name}'. There are: {', '.join(MODULES)}, and progress()."
    )


def every_exercise(module=None):
    """Return the exercises of a module, or of all of them, as a dictionary (module, name) -> it.

    Raises: ValueError if there is no such module.
    """
    from .exercise import Exercise

    if module is not None and module not in MODULES:
        raise ValueError(
            f"There are no exercises named {module!r}. There are: {', '.join(MODULES)}."
        )
    found = {}
    for name in MODULES if module is None else [module]:
        source = importlib.import_module(f"{__name__}.{name}")
        for own in getattr(source, "__all__", vars(source)):  # the notebook's order
            if isinstance(exercise := getattr(source, own), Exercise):
                found[name, exercise.name] = exercise
    return found
