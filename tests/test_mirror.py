"""The two sides have the same files, the same public names and the same signatures."""

import ast
import importlib
import inspect
from pathlib import Path

import pytest

import course_utils

PACKAGE = Path(course_utils.__file__).parent
SIDES = ("in_pytorch", "in_tensorflow")
# One idea, two names that the frameworks fix: what runs when the model is called.
PARTNERS = {"call": "forward"}
FILES = sorted(path.name for path in (PACKAGE / "in_pytorch").glob("*.py"))


def public_definitions(tree, prefix=""):
    """Map each public function, class and method of a module to its parameters with defaults."""
    found = {}
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            found[prefix + node.name] = "class"
            found |= public_definitions(node, f"{prefix}{node.name}.")
        elif isinstance(node, ast.FunctionDef):
            if node.name.startswith("_") and node.name not in ("__init__", "__call__"):
                continue
            found[prefix + PARTNERS.get(node.name, node.name)] = ast.unparse(node.args)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name) and not target.id.startswith("_"):
                    found[prefix + target.id] = "value"
    return found


def differences(first, second):
    """List what differs between the public definitions of two sources."""
    first, second = (public_definitions(ast.parse(source)) for source in (first, second))
    return sorted(
        f"{name}: {first.get(name)} | {second.get(name)}"
        for name in first.keys() | second.keys()
        if first.get(name) != second.get(name)
    )


def test_both_sides_have_the_same_files():
    listed = [
        {path.relative_to(PACKAGE / side).as_posix() for path in (PACKAGE / side).rglob("*.py")}
        for side in SIDES
    ]
    assert listed[0] == listed[1]
    assert {"layers.py", "models.py", "training.py", "generation.py"} <= listed[0]


@pytest.mark.parametrize("file", FILES)
def test_both_sides_have_the_same_names_and_signatures(file):
    sources = [(PACKAGE / side / file).read_text(encoding="utf-8") for side in SIDES]
    assert differences(*sources) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("def train(a, b=1): ...", "def train(a, b=2): ..."),
        ("def train(a): ...", ""),
        ("class M:\n def forward(self, x): ...", "class M:\n def call(self, x, y): ..."),
        ("SIZE = 1", "_SIZE = 1"),
    ],
)
def test_the_comparison_sees_a_difference(first, second):
    assert differences(first, second) != []


def test_partners_count_as_one_name():
    assert (
        differences("class M:\n def forward(self, x): ...", "class M:\n def call(self, x): ...")
        == []
    )


@pytest.mark.parametrize("file", [name for name in FILES if name != "__init__.py"])
def test_everything_public_says_what_it_does(file):
    for side in SIDES:
        module = importlib.import_module(f"course_utils.{side}.{file.removesuffix('.py')}")
        for name in public_definitions(ast.parse(inspect.getsource(module))):
            owner, _, method = name.partition(".")
            thing = getattr(module, owner)
            if method and method != "__init__":
                thing = vars(thing).get(method) or vars(thing)["call"]
            assert inspect.getdoc(thing), f"course_utils.{side}.{file}: {name} has no docstring"
