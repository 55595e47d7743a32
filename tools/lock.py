"""Pin the packages again: pyproject.toml -> requirements.lock, for every system and Python.

    make lock                   keep the pins that still fit, add and remove what changed
    make lock UPGRADE=1         move every pin to the newest version inside its range

The resolver is uv, which you need at hand: python -m pip install uv
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from install import ROOT

LOCK = ROOT / "requirements.lock"
LOWEST_PYTHON = "3.11"
CONSTRAINTS = "torch==2.13.0\n"  # the version that the course's measurements were made with
HEADER = """\
# Exact versions the course is tested with, for Linux, macOS and Windows and Python 3.11 to 3.13.
# Written by 'make lock' from pyproject.toml. CUDA packages are left out on purpose: the torch wheel
# that pip picks brings the ones that it needs, and a CPU-only wheel needs none.
"""
CUDA = re.compile(r"(nvidia|cuda)-|triton\b")


def without_cuda(pins):
    """Return the lines that do not pin a CUDA package."""
    return [line for line in pins if not CUDA.match(line)]


def resolve(uv, upgrade):
    """Return uv's pins, one a line."""
    with tempfile.TemporaryDirectory() as folder:
        constraints, output = Path(folder, "constraints.txt"), Path(folder, "requirements.lock")
        constraints.write_text(CONSTRAINTS, encoding="utf-8")
        if LOCK.exists():
            shutil.copyfile(LOCK, output)  # uv keeps these versions where it can
        command = [uv, "pip", "compile", "pyproject.toml", "--universal", "--quiet"]
        command += ["--python-version", LOWEST_PYTHON, "--no-header", "--no-annotate"]
        command += ["--constraint", str(constraints), "--output-file", str(output)]
        subprocess.run(command + ["--upgrade"] * upgrade, cwd=ROOT, check=True, stdout=sys.stderr)
        return output.read_text(encoding="utf-8").splitlines()


def main(arguments=None):
    """Write requirements.lock; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--upgrade", action="store_true", help="move to the newest versions")
    options = parser.parse_args(arguments)
    beside = Path(sys.executable).with_name("uv")
    uv = shutil.which("uv") or shutil.which(str(beside))
    if uv is None:
        parser.error("uv is not installed. Run: .venv/bin/python -m pip install uv")
    try:
        pins = without_cuda(resolve(uv, options.upgrade))
    except subprocess.CalledProcessError:
        return 1  # uv has said why
    temporary = LOCK.with_suffix(".part")
    temporary.write_text(HEADER + "\n".join(pins) + "\n", encoding="utf-8", newline="\n")
    os.replace(temporary, LOCK)
    print(f"{LOCK.name}: {len(pins)} pins. Now run 'make test', and commit the file.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
