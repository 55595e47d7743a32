"""Set up, open and test the course: what every `make` target calls, and the one command on Windows.

    python3 tools/course.py lab

Standard library only, and no newer syntax than Python 3.6's: see install.py.
"""

import argparse
import os
import platform
import shutil
import subprocess
import sys
import time
import webbrowser

from install import ROOT, SetupError, install_if_needed, say, venv_python

FIRST_NOTEBOOK = "notebooks/00_start_here.ipynb"
CELL_TIMEOUT = 600  # seconds
# Notebooks in the order in which they run. pytest gives the first two to one worker, the next two
# to the other. Both pairs take about as long, and the shortest come last: no worker waits long.
FIRST = ("02", "05", "04", "03", "01", "06", "07", "08")
COMMANDS = {
    "lab": "set up what is missing, then open JupyterLab on the first notebook",
    "test": "set up what is missing, then check everything: ruff, the tests, every notebook",
    "setup": "create .venv, install the pinned packages and get the data",
    "notebooks": "execute the notebooks again and store their outputs (some: ONLY='01 02')",
    "html": "write the stored notebooks as web pages into build/html",
    "study-attention": "train the 78 models of notebook 04's table again (some 90 minutes)",
    "pretrain": "train the character model in data/ again (about half an hour on one core)",
    "bench": "measure the speed of both sides (about 75 minutes; some sections: ONLY='1 4')",
    "bench-translation": "measure English-French translation after 60 and 180 s of training",
    "student": "write a copy without reference solutions into build/student",
    "teacher": "write a copy with the teacher's guide and all solutions into build/teacher",
    "lock": "pin the packages again from pyproject.toml (newest ones: UPGRADE=1)",
    "clean": "remove .venv, build/ and the caches in this folder; the course data stay",
    "help": "show this list",
}
SCRIPTS = {  # commands with a file of their own
    "notebooks": ["tools/execute.py"],
    "lock": ["tools/lock.py"],
    "student": ["tools/editions.py", "student"],
    "teacher": ["tools/editions.py", "teacher"],
    "study-attention": ["benchmarks/study_attention.py"],
    "pretrain": ["benchmarks/pretrain_characters.py"],
    "bench": ["benchmarks/bench.py"],
    "bench-translation": ["benchmarks/translation.py"],
}


def environment():
    """Return the environment for the course's programs: the kernel is .venv's, and quiet."""
    result = dict(os.environ, JUPYTER_PREFER_ENV_PATH="1", PYDEVD_DISABLE_FILE_VALIDATION="1")
    result.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    return result


def run(*arguments, python=None, variables=None):
    """Run the course's Python with these arguments; return its exit status."""
    command = [str(python or venv_python()), *arguments]
    return subprocess.call(command, cwd=str(ROOT), env=dict(environment(), **(variables or {})))


def setup():
    """Install what is missing and get the data; do nothing again that is done."""
    install_if_needed()
    if run("-m", "course_utils.data") != 0:
        say("The data are not here yet. JupyterLab works; a notebook that needs them asks again.")


def can_open_browser(system, variables):
    """Tell whether a browser window can be shown to the person who typed the command."""
    if variables.get("BROWSER"):
        return True
    if variables.get("SSH_CONNECTION"):
        return False
    if system == "Linux" and not (variables.get("DISPLAY") or variables.get("WAYLAND_DISPLAY")):
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


def lab_arguments(system, variables, is_root, more=()):
    """Return JupyterLab's arguments: for this machine only; the token is Jupyter's own default."""
    arguments = ["-m", "jupyterlab", "--ServerApp.ip=localhost"]
    arguments += [
        f"--ServerApp.root_dir={ROOT}",
        f"--LabApp.default_url=/lab/tree/{FIRST_NOTEBOOK}",
    ]
    arguments += ["--KernelManager.transport_encryption=auto"]  # the kernel warns without it
    if not can_open_browser(system, variables):
        arguments.append("--no-browser")
    if is_root:  # JupyterLab refuses to start for root otherwise; containers often have only root
        arguments.append("--allow-root")
    return [*arguments, *more]


def lab(more=()):
    """Open JupyterLab on the first notebook; return when it is shut down (Ctrl-C twice)."""
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    arguments = lab_arguments(platform.system(), os.environ, is_root, more)
    if "--no-browser" in arguments:
        say("No browser here: open the address that JupyterLab prints below. Ctrl-C twice stops.")
    command = [str(venv_python()), *arguments]
    os.chdir(str(ROOT))
    if os.name != "nt":
        os.execve(command[0], command, environment())  # JupyterLab itself receives the Ctrl-C
    process = subprocess.Popen(command, env=environment())
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue  # JupyterLab has received it too, and asks whether to stop


def share_processors(processors):
    """Return (worker processes, variables): two workers, each with its share of the processors.

    Two small trainings beside each other finish sooner than one after the other with all threads.
    More than two notebooks at a time would not fit into the memory of a laptop.
    """
    workers = min(2, processors)
    names = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
    return workers, dict.fromkeys(names, str(processors // workers))


def check_everything(python=None):
    """Run every check in turn; stop at the first one that fails."""
    paths = sorted(ROOT.glob("notebooks/*.ipynb"))
    place = {number: index for index, number in enumerate(FIRST)}
    paths.sort(key=lambda path: place.get(path.name[:2], len(FIRST)))  # the others stay in order
    notebooks = " ".join(path.relative_to(ROOT).as_posix() for path in paths)
    nbmake = f"--nbmake --nbmake-kernel=python3 --nbmake-timeout={CELL_TIMEOUT}"
    workers, variables = share_processors(os.cpu_count() or 1)
    pytest = f"pytest -n {workers}"
    steps = {
        "style": "ruff check .",
        "format": "ruff format --check .",
        "tests": f"{pytest} --dist worksteal tests --durations=5",
        "notebooks": f"{pytest} --maxschedchunk=1 {nbmake} {notebooks} --durations=0",
    }
    for name, arguments in steps.items():
        say(f"\n--- {name} ---")
        start = time.monotonic()
        status = run("-m", *arguments.split(), python=python, variables=variables)
        if status != 0:
            say(f"\n'{name}' failed. Nothing after it was run.")
            return status
        say(f"{name}: passed in {time.monotonic() - start:.0f} s")
    return 0


def html():
    """Write every stored notebook as a web page, without running it."""
    pages = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("notebooks/*.ipynb"))
    return run("-m", "nbconvert", "--to", "html", "--output-dir", "build/html", *pages)


def clean():
    """Remove what the other commands made in this folder."""
    names = (".venv", "build", ".pytest_cache", ".ruff_cache", ".hypothesis")
    paths = [ROOT / name for name in names] + list(ROOT.glob("*.egg-info"))
    for folder in ("course_utils", "tests", "tools", "notebooks"):
        paths += list((ROOT / folder).rglob("__pycache__"))
        paths += list((ROOT / folder).rglob(".ipynb_checkpoints"))
    for path in paths:
        if path.exists():
            shutil.rmtree(str(path))
            say(f"removed {path.relative_to(ROOT)}")


def usage():
    """Print every command with its sentence."""
    say("make COMMAND, or on any system: python tools/course.py COMMAND\n")
    for name, sentence in COMMANDS.items():
        say(f"  {name:<17} {sentence}")
    say("\nPYTHON=python3.12 chooses the Python of a new .venv (so 'make clean' first).")
    say("TORCH_INDEX=ADDRESS names a second package index, for PyTorch's smaller CPU-only builds.")


def main(arguments=None):
    """Run one command; return its exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("command", choices=list(COMMANDS), help="'help' explains them")
    parser.add_argument(
        "--here", action="store_true", help="use the running Python as it is: no .venv, no set-up"
    )
    options, more = parser.parse_known_args(arguments)
    if more and options.command != "lab" and options.command not in SCRIPTS:
        parser.error(f"{options.command} takes nothing more, but was given {more}")
    if options.here and options.command != "test":
        parser.error("--here is for the command 'test' only")
    if options.command in ("help", "clean"):
        return usage() if options.command == "help" else clean()
    if options.here:
        return check_everything(python=sys.executable)
    setup()
    if options.command == "lab":
        return lab(more)
    if options.command in SCRIPTS:
        return run(*SCRIPTS[options.command], *more)
    return {"setup": lambda: 0, "test": check_everything, "html": html}[options.command]()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except SetupError as error:
        sys.exit(f"\n{error}")
    except KeyboardInterrupt:
        sys.exit("\nStopped. The same command goes on from here.")
