"""Create .venv and install the pinned packages, once; used by course.py.

Standard library only, and no newer syntax than Python 3.6's: an older Python must be able to read
this file far enough to say which Python to install.
"""

import contextlib
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "course-installed"  # holds the fingerprint of what is installed; written last
UNFINISHED = VENV / "course-unfinished"  # there from the start of an installation to its end
SUPPORTED = ((3, 11), (3, 12), (3, 13))
DISK_NEEDED = 4  # GB


class SetupError(Exception):
    """Something that the person at the keyboard can mend; the message says how."""


def say(text):
    """Print one line at once, so that it stands above the output of the programs called next."""
    print(text, flush=True)


def check_machine(system, machine, macos_version="", is_64bit=True):
    """Raise SetupError on a machine for which torch or tensorflow has no ready-made package."""
    if not is_64bit:
        raise SetupError("This is a 32-bit Python. Please install a 64-bit one from python.org.")
    if system == "Darwin" and machine == "x86_64":
        raise SetupError(
            "This Python is built for Intel Macs, and today's PyTorch and TensorFlow no longer "
            "support those.\nOn an Apple-silicon Mac, install the arm64 Python from python.org. "
            "On an Intel Mac, use Binder (see README.md)."
        )
    if system == "Darwin" and macos_version and int(macos_version.split(".")[0]) < 14:
        raise SetupError(
            f"PyTorch needs macOS 14 or newer; this is macOS {macos_version}. "
            "Use Binder (see README.md)."
        )


def find_python(version=None, candidates=None):
    """Return the path of a supported Python: the running one, or another one found on the PATH."""
    version = tuple(version or sys.version_info)[:2]
    if version in SUPPORTED:
        return sys.executable
    if candidates is None:
        preferred = ("3.12", "3.13", "3.11")
        candidates = [["python" + number] for number in preferred]
        candidates += [["py", "-" + number] for number in preferred]
    probe = "import sys; print(sys.version_info[0], sys.version_info[1], sys.executable)"
    for candidate in candidates:
        try:
            answer = subprocess.check_output([*candidate, "-c", probe], stderr=subprocess.DEVNULL)
        except (OSError, subprocess.CalledProcessError):
            continue
        major, minor, path = answer.decode().strip().split(" ", 2)
        if (int(major), int(minor)) in SUPPORTED:
            say(f"Python {version[0]}.{version[1]} is not supported; using {path}")
            return path
    raise SetupError(
        f"The course needs Python 3.11, 3.12 or 3.13; this is Python {version[0]}.{version[1]}.\n"
        "Install one from python.org (or with your package manager), then name it:\n"
        "    make lab PYTHON=python3.12          (Linux, macOS)\n"
        "    py -3.12 tools\\course.py lab        (Windows)"
    )


def venv_python():
    """Return the path that the virtual environment's Python has on this system."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def venv_works():
    """Tell whether .venv has a supported Python with pip, and no half-finished installation."""
    if UNFINISHED.exists() or not venv_python().exists():
        return False
    probe = "import sys, pip; print(sys.version_info[0], sys.version_info[1])"
    try:
        answer = subprocess.check_output(
            [str(venv_python()), "-c", probe], stderr=subprocess.DEVNULL
        )
    except (OSError, subprocess.CalledProcessError):
        return False
    return tuple(int(number) for number in answer.split()) in SUPPORTED


def fingerprint():
    """Return a hash of all that decides what is installed, the folder's own place included."""
    digest = hashlib.sha256(str(ROOT).encode("utf-8"))
    for name in ("requirements.lock", "pyproject.toml"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def pip_install(*arguments):
    """Run the virtual environment's pip; it reports its progress to a person, not to a log."""
    command = [str(venv_python()), "-m", "pip", "install", "--disable-pip-version-check"]
    if not sys.stdout.isatty():
        command.append("--quiet")
    if subprocess.call(command + list(arguments), cwd=str(ROOT)) != 0:
        UNFINISHED.unlink()  # pip itself put back what it had begun
        raise SetupError(
            "The installation did not finish; pip's own message is above.\n"
            "Check the network connection and the free disk space, then run the same command again."
        )


def create_venv(python):
    """Put a new, empty virtual environment in the place of .venv."""
    say("Creating .venv ...")
    if subprocess.call([python, "-m", "venv", "--clear", str(VENV)]) != 0:
        raise SetupError(
            "Python could not create a virtual environment; its own message is above.\n"
            "On Debian and Ubuntu, 'sudo apt install python3-venv' mends that."
        )


def install(python):
    """Bring .venv to the state that the lock file describes."""
    free = shutil.disk_usage(str(ROOT)).free / 1e9
    if free < DISK_NEEDED and not VENV.exists():
        say(f"Only {free:.1f} GB of disk are free; the course needs {DISK_NEEDED} GB.")
    if not venv_works():
        create_venv(python)
    UNFINISHED.touch()
    if STAMP.exists():
        STAMP.unlink()
    say("Installing the pinned packages (PyTorch and TensorFlow are large: some minutes) ...")
    index = os.environ.get("TORCH_INDEX")
    pip_install("-r", "requirements.lock", *(["--extra-index-url", index] if index else []))
    # The lock brings setuptools, so the course itself is installed without asking the network.
    pip_install("--no-deps", "--no-build-isolation", "-e", ".")
    STAMP.write_text(fingerprint(), encoding="utf-8")
    UNFINISHED.unlink()


@contextlib.contextmanager
def only_one_setup():
    """Let one set-up at a time work in this folder; the system drops the lock if it is killed."""
    path = ROOT / ".venv.lock"
    with path.open("a") as handle:
        for attempt in range(3600):
            try:
                if os.name == "nt":
                    import msvcrt

                    handle.seek(0)
                    msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
                else:
                    import fcntl

                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                if attempt == 0:
                    say("Another set-up is at work in this folder; waiting for it ...")
                time.sleep(1)
        else:
            raise SetupError("Another set-up has been at work in this folder for an hour.")
        yield


def install_if_needed():
    """Install what is not installed yet; cheap where nothing is missing."""
    check_machine(platform.system(), platform.machine(), platform.mac_ver()[0], sys.maxsize > 2**32)
    with only_one_setup():
        current = STAMP.read_text(encoding="utf-8") if STAMP.exists() else ""
        if current != fingerprint() or not venv_works():
            install(find_python())
            say("Installed.")
