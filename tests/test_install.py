"""tools/install.py and tools/course.py do what they say, and leave nothing half done."""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import course
import install

ROOT = Path(__file__).resolve().parent.parent


def test_supported_python_is_used_as_it_is():
    assert install.find_python((3, 11, 0)) == sys.executable
    assert install.find_python((3, 13, 9)) == sys.executable


def test_other_python_is_looked_for(tmp_path, capsys):
    found = install.find_python((3, 9, 1), [[str(tmp_path / "nothing")], [sys.executable]])
    assert os.path.samefile(found, sys.executable)
    assert "Python 3.9 is not supported" in capsys.readouterr().out


@pytest.mark.parametrize("version", [(3, 10, 12), (3, 14, 0)])
def test_no_supported_python_is_explained(tmp_path, version):
    with pytest.raises(install.SetupError, match=r"needs Python 3\.11, 3\.12 or 3\.13") as caught:
        install.find_python(version, [[str(tmp_path / "nothing")]])
    assert f"this is Python 3.{version[1]}" in str(caught.value)
    assert "make lab PYTHON=python3.12" in str(caught.value)


@pytest.mark.parametrize(
    ("machine", "word"),
    [
        (("Darwin", "x86_64", "14.5", True), "Intel"),
        (("Darwin", "arm64", "13.6.1", True), "macOS 14"),
        (("Windows", "x86", "", False), "32-bit"),
    ],
)
def test_machines_without_packages_are_explained(machine, word):
    with pytest.raises(install.SetupError, match=word):
        install.check_machine(*machine)


def test_machines_with_packages_pass():
    install.check_machine("Linux", "x86_64")
    install.check_machine("Darwin", "arm64", "14.0")
    install.check_machine("Windows", "AMD64", "")


@pytest.fixture(scope="module")
def empty_venv(tmp_path_factory):
    """A virtual environment without packages, made once."""
    place = tmp_path_factory.mktemp("empty") / ".venv"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(install, "VENV", place)
        install.create_venv(sys.executable)
    return place


@pytest.fixture
def folder(tmp_path, empty_venv, monkeypatch):
    """A course folder in which a new .venv is a copy of the empty one."""
    for name in ("requirements.lock", "pyproject.toml"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    venv = tmp_path / ".venv"
    monkeypatch.setattr(install, "ROOT", tmp_path)
    monkeypatch.setattr(install, "VENV", venv)
    monkeypatch.setattr(install, "STAMP", venv / "course-installed")
    monkeypatch.setattr(install, "UNFINISHED", venv / "course-unfinished")
    monkeypatch.delenv("TORCH_INDEX", raising=False)

    def create_venv(python):
        shutil.rmtree(venv, ignore_errors=True)
        shutil.copytree(empty_venv, venv, symlinks=True)

    monkeypatch.setattr(install, "create_venv", create_venv)
    return tmp_path


@pytest.fixture
def pip_calls(monkeypatch):
    """Record what pip would be asked, and let the test decide what comes of it."""
    calls = []

    def pip_install(*arguments):
        calls.append(arguments)
        if pip_install.error:
            raise pip_install.error

    pip_install.error = None
    pip_install.calls = calls
    monkeypatch.setattr(install, "pip_install", pip_install)
    return pip_install


def test_second_setup_installs_nothing(folder, pip_calls):
    install.install_if_needed()
    assert [call[0] for call in pip_calls.calls] == ["-r", "--no-deps"]
    assert install.venv_works()
    install.install_if_needed()
    assert len(pip_calls.calls) == 2


@pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml"])
def test_changed_pins_are_installed(folder, pip_calls, name):
    install.install_if_needed()
    kept = folder / ".venv" / "kept"
    kept.touch()
    (folder / name).write_text("changed", encoding="utf-8")
    install.install_if_needed()
    assert len(pip_calls.calls) == 4
    assert kept.exists()  # into the same .venv


def test_killed_installation_leaves_no_stamp_and_starts_again(folder, pip_calls):
    pip_calls.error = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        install.install_if_needed()
    assert not install.STAMP.exists()
    half_installed = folder / ".venv" / "half-installed"
    half_installed.touch()
    pip_calls.error = None
    install.install_if_needed()
    assert not half_installed.exists()
    assert install.STAMP.read_text(encoding="utf-8") == install.fingerprint()


def test_killed_upgrade_leaves_no_stamp(folder, pip_calls):
    install.install_if_needed()
    (folder / "requirements.lock").write_text("changed", encoding="utf-8")
    pip_calls.error = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        install.install_if_needed()
    assert not install.STAMP.exists()
    assert not install.venv_works()


def test_failing_venv_is_explained(tmp_path, monkeypatch):
    monkeypatch.setattr(install, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(subprocess, "call", lambda command: 1)
    with pytest.raises(install.SetupError, match="python3-venv"):
        install.create_venv(sys.executable)


def test_failed_pip_is_explained_and_leaves_no_stamp(folder, monkeypatch):
    real = subprocess.call
    monkeypatch.setattr(
        subprocess, "call", lambda command, **more: 1 if "pip" in command else real(command, **more)
    )
    with pytest.raises(install.SetupError, match="Check the network connection"):
        install.install_if_needed()
    assert not install.STAMP.exists()
    assert install.venv_works()  # pip put back what it had begun; the next try goes on from here


def test_torch_index_is_passed_to_pip(folder, pip_calls, monkeypatch):
    monkeypatch.setenv("TORCH_INDEX", "https://packages.example/cpu")
    install.install_if_needed()
    assert pip_calls.calls[0][-2:] == ("--extra-index-url", "https://packages.example/cpu")


def test_setups_wait_for_each_other(folder, monkeypatch, capsys):
    waits = []
    monkeypatch.setattr(install.time, "sleep", waits.append)
    with (
        install.only_one_setup(),
        pytest.raises(install.SetupError, match="for an hour"),
        install.only_one_setup(),
    ):
        pass
    assert len(waits) == 3600
    assert "waiting for it" in capsys.readouterr().out
    with install.only_one_setup():
        pass  # free again


# --- course.py -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("system", "variables", "expected"),
    [
        ("Linux", {}, False),
        ("Linux", {"DISPLAY": ":0"}, True),
        ("Linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("Linux", {"DISPLAY": ":0", "SSH_CONNECTION": "there"}, False),
        ("Linux", {"BROWSER": "/usr/bin/open-here"}, True),
        ("Darwin", {}, True),
        ("Darwin", {"SSH_CONNECTION": "there"}, False),
        ("Windows", {}, True),
    ],
)
def test_browser_is_opened_only_where_someone_sees_it(monkeypatch, system, variables, expected):
    monkeypatch.setattr(course.webbrowser, "get", lambda: None)
    assert course.can_open_browser(system, variables) is expected
    assert ("--no-browser" in course.lab_arguments(system, variables, False)) is not expected


def test_no_browser_installed(monkeypatch):
    def nothing():
        raise course.webbrowser.Error("no browser")

    monkeypatch.setattr(course.webbrowser, "get", nothing)
    assert not course.can_open_browser("Linux", {"DISPLAY": ":0"})


def test_lab_serves_this_machine_only_and_keeps_its_token():
    arguments = course.lab_arguments("Linux", {}, is_root=False, more=["--port", "9000"])
    assert "--ServerApp.ip=localhost" in arguments
    assert "--allow-root" not in arguments
    assert not any("token" in argument or "password" in argument for argument in arguments)
    assert "--LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb" in arguments
    assert arguments[-2:] == ["--port", "9000"]
    assert "--allow-root" in course.lab_arguments("Linux", {}, is_root=True)


def test_checks_stop_at_the_first_failure(monkeypatch, capsys):
    seen = []

    def run(*arguments, python=None, variables=None):
        seen.append(arguments[1:3])
        return 3 if "--check" in arguments else 0

    monkeypatch.setattr(course, "run", run)
    assert course.check_everything() == 3
    assert seen == [("ruff", "check"), ("ruff", "format")]
    assert "'format' failed" in capsys.readouterr().out


def test_every_check_is_run(monkeypatch):
    seen = []
    monkeypatch.setattr(course, "run", lambda *arguments, **named: seen.append(arguments) or 0)
    assert course.check_everything() == 0
    assert [arguments[1] for arguments in seen] == ["ruff", "ruff", "pytest", "pytest"]
    assert "tests" in seen[2]
    assert "--nbmake" in seen[3]
    notebooks = [name for name in seen[3] if name.endswith(".ipynb")]
    stored = [f"notebooks/{path.name}" for path in ROOT.glob("notebooks/*.ipynb")]
    assert sorted(notebooks) == sorted(stored)
    assert "--overwrite" not in seen[3]


@pytest.mark.parametrize(
    ("processors", "workers", "threads"), [(1, 1, "1"), (2, 2, "1"), (8, 2, "4"), (9, 2, "4")]
)
def test_checks_share_the_processors(processors, workers, threads):
    found, variables = course.share_processors(processors)
    assert found == workers
    assert set(variables.values()) == {threads}


def test_setup_without_data_goes_on(monkeypatch, capsys):
    monkeypatch.setattr(course, "install_if_needed", lambda: None)
    monkeypatch.setattr(course, "run", lambda *arguments: 1)
    course.setup()
    assert "The data are not here yet" in capsys.readouterr().out


def test_help_names_every_command(capsys):
    course.main(["help"])
    shown = capsys.readouterr().out
    assert all(re.search(rf"^  {name} +\w", shown, re.MULTILINE) for name in course.COMMANDS)


@pytest.mark.parametrize("arguments", [["tset"], ["clean", "all"], ["lab", "--here"]])
def test_wrong_commands_are_refused(arguments):
    with pytest.raises(SystemExit, match="2"):
        course.main(arguments)


@pytest.mark.parametrize("name", ["course.py", "install.py"])
def test_scripts_can_be_read_by_an_old_python(name):
    source = (ROOT / "tools" / name).read_text(encoding="utf-8")
    compile(source, name, "exec", dont_inherit=True)
    ast.parse(source, feature_version=(3, 6))
