"""Set-up: the files that name packages, Pythons, commands and links agree with each other."""

import importlib.metadata
import os
import re
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from jupyter_client.kernelspec import KernelSpecManager
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

import course
import install
import lock

ROOT = Path(__file__).resolve().parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
DEPENDENCIES = [Requirement(line) for line in PYPROJECT["project"]["dependencies"]]
LOCK_LINES = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
PINS = [Requirement(line) for line in LOCK_LINES if line and not line.startswith("#")]
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
PIP_LINES = ENVIRONMENT["dependencies"][-1]["pip"]
WORKFLOW = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
HOOKS = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
NEWEST = os.environ.get("COURSE_VERSIONS") == "newest"  # the weekly run installs without the lock

SYSTEMS = {
    "Linux": {"sys_platform": "linux", "os_name": "posix", "platform_machine": "x86_64"},
    "Darwin": {"sys_platform": "darwin", "os_name": "posix", "platform_machine": "arm64"},
    "Windows": {"sys_platform": "win32", "os_name": "nt", "platform_machine": "AMD64"},
}
PYTHONS = ("3.11.0", "3.11.9", "3.12.1", "3.13.0")
PLACES = [(system, python) for system in SYSTEMS for python in PYTHONS]


def applies(marker, system, python):
    """Tell whether a requirement's marker holds on this system and Python."""
    place = {
        "platform_system": system,
        "python_version": ".".join(python.split(".")[:2]),
        "python_full_version": python,
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        **SYSTEMS[system],
    }
    return marker is None or marker.evaluate(place)


def pinned(system, python):
    """Map each package's name to the versions that the lock pins for this place."""
    pins = {}
    for pin in PINS:
        if applies(pin.marker, system, python):
            pins.setdefault(canonicalize_name(pin.name), []).append(str(pin.specifier))
    return pins


@pytest.mark.parametrize(("system", "python"), PLACES)
def test_lock_pins_every_dependency_once_and_inside_its_range(system, python):
    pins = pinned(system, python)
    assert {name: found for name, found in pins.items() if len(found) != 1} == {}
    for dependency in DEPENDENCIES:
        (pin,) = pins[canonicalize_name(dependency.name)]
        assert pin.startswith("==")
        assert dependency.specifier.contains(pin[2:]), f"{dependency} but the lock has {pin}"


def test_lock_was_measured_with_this_torch_and_has_no_cuda_package():
    assert Requirement("torch==2.13.0") in PINS
    names = [pin.name for pin in PINS]
    assert lock.without_cuda(names) == names
    cuda = ["nvidia-cublas==13.1", "triton==3.7 ; sys_platform == 'linux'", "cuda-bindings==13"]
    assert lock.without_cuda([*cuda, "torch==2.13.0", "tritonclient==1"]) == [
        "torch==2.13.0",
        "tritonclient==1",
    ]


def test_lock_says_how_it_is_written():
    assert "\n".join(LOCK_LINES).startswith(lock.HEADER)
    assert lock.CONSTRAINTS.strip() in LOCK_LINES
    assert f">={lock.LOWEST_PYTHON}," in PYPROJECT["project"]["requires-python"]


def test_marker_evaluation_can_fail():
    assert applies(Marker("sys_platform == 'win32'"), "Windows", "3.12.1")
    assert not applies(Marker("sys_platform == 'win32'"), "Linux", "3.12.1")
    assert not applies(Marker("python_full_version < '3.12'"), "Linux", "3.12.1")


@pytest.mark.parametrize("dependency", DEPENDENCIES, ids=lambda dependency: dependency.name)
def test_installed_version_is_the_tested_one(dependency):
    installed = Version(importlib.metadata.version(dependency.name))
    assert dependency.specifier.contains(installed)
    if not NEWEST:
        name = canonicalize_name(dependency.name)
        here = [pin for pin in PINS if canonicalize_name(pin.name) == name]
        (pin,) = (pin for pin in here if pin.marker is None or pin.marker.evaluate())
        assert pin.specifier.contains(installed.public), f"run 'make setup': {pin}, not {installed}"


def test_environment_yml_installs_the_same():
    python, pip, _ = ENVIRONMENT["dependencies"]
    version = python.removeprefix("python=")
    assert SpecifierSet(PYPROJECT["project"]["requires-python"]).contains(version)
    assert tuple(int(part) for part in version.split(".")) in install.SUPPORTED
    assert pip == "pip"
    assert PIP_LINES[-2:] == ["-r requirements.lock", "-e ."]


def test_environment_yml_shows_the_packages_that_a_reader_meets():
    visible = {line for line in PIP_LINES if not line.startswith("-")}
    assert visible <= {dependency.name for dependency in DEPENDENCIES}
    assert visible >= set(["jupyterlab", "torch", "tensorflow", "matplotlib", "numpy", "unidecode"])
    assert visible >= {"nbmake", "pytest"}


def test_the_same_pythons_are_named_everywhere():
    supported = [f"{major}.{minor}" for major, minor in install.SUPPORTED]
    assert WORKFLOW["jobs"]["pinned"]["strategy"]["matrix"]["python"] == supported
    spec = SpecifierSet(PYPROJECT["project"]["requires-python"])
    assert [f"3.{n}" for n in range(6, 20) if spec.contains(f"3.{n}")] == supported


def test_pre_commit_uses_the_pinned_ruff():
    (ruff_pin,) = (str(pin) for pin in PINS if pin.name == "ruff")
    hooks = [hook for repo in HOOKS["repos"] for hook in repo["hooks"]]
    ruff_hooks = [hook for hook in hooks if hook["entry"].startswith("ruff")]
    assert len(ruff_hooks) == 2
    assert all(hook["additional_dependencies"] == [ruff_pin] for hook in ruff_hooks)


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_links_to_files_of_the_course_lead_somewhere(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#\s]+)", text) + re.findall(r'src="([^"]+)"', text)
    local = [target for target in targets if "://" not in target]
    assert local
    assert [target for target in local if not (ROOT / target).exists()] == []


def test_every_make_target_is_a_command():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (phony,) = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert set(phony.split()) == set(course.COMMANDS)


def test_kernel_of_the_notebooks_is_this_python():
    command = KernelSpecManager().get_kernel_spec("python3").argv
    assert command[0] in ("python", sys.executable)  # jupyter_client puts sys.executable there
    assert command[1:3] == ["-m", "ipykernel_launcher"]
