"""Is everything here that the course needs? One row a thing, and what to do where it is missing."""

import html
import os
import platform
import shutil
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

SHOWN = ("torch", "tensorflow", "keras", "numpy", "matplotlib", "jupyterlab", "ipywidgets")
MEMORY_NEEDED, DISK_NEEDED = 1.6, 0.1  # GB; see the rules for notebooks
REINSTALL = "Close Jupyter and run 'make lab' in the course's folder to install it."


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: what was found, what is needed, what to do otherwise."""

    what: str
    found: str
    needed: str
    fine: bool
    advice: str = ""


class Findings(list):
    """A list of ``Finding`` that a notebook shows as a table and a terminal as text."""

    @property
    def fine(self):
        """True if every finding is fine."""
        return all(finding.fine for finding in self)

    def _rows(self):
        for one in self:
            yield ("ok" if one.fine else "MISSING", one.what, one.found, one.needed, one.advice)

    def __repr__(self):
        lines = [f"{s:8} {w:14} {f:34} needed: {n}  {a}".rstrip() for s, w, f, n, a in self._rows()]
        return "\n".join(lines)

    def _repr_html_(self):
        head = "".join(f"<th>{name}</th>" for name in ("", "what", "found", "needed", "what to do"))
        body = "".join(
            "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>"
            for row in self._rows()
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def check(packages=SHOWN, corpus="tiny_shakespeare"):
    """Look at Python, the packages, the corpus, memory and disk; import neither framework.

    Returns ``Findings``. Nothing is raised for what is missing: the finding says what to do.
    Versions are compared with the ranges of the course's own package metadata. Memory and disk are
    in GB (10⁹ bytes).
    """
    needed_python, requirements = _needs()
    findings = Findings([_python(needed_python)])
    findings += [_package(name, requirements) for name in packages]
    findings += [_corpus(corpus), _memory(), _disk()]
    return findings


def _needs():
    """Return the range of Pythons and {package: range of versions}, as the course declares them.

    Where the course is not installed, the first is any Python and the second is None.
    """
    try:
        python = metadata.metadata("course-utils")["Requires-Python"]
        requirements = [Requirement(line) for line in metadata.requires("course-utils") or []]
    except metadata.PackageNotFoundError:
        return SpecifierSet(), None
    return SpecifierSet(python), {
        requirement.name: requirement.specifier
        for requirement in requirements
        if requirement.marker is None or requirement.marker.evaluate()
    }


def _python(needed):
    found = platform.python_version()
    fine = needed.contains(found, prereleases=True)
    advice = "" if fine else "Install Python 3.12, then 'make lab'."
    return Finding("Python", found, str(needed), fine, advice)


def _package(name, requirements):
    if requirements is None:
        return Finding(name, "course-utils is not installed", "", False, REINSTALL)
    needed = requirements.get(name, SpecifierSet())
    try:
        found = metadata.version(name)
    except metadata.PackageNotFoundError:
        return Finding(name, "not installed", str(needed), False, REINSTALL)
    fine = needed.contains(found, prereleases=True)
    return Finding(name, found, str(needed), fine, "" if fine else REINSTALL)


def _corpus(name):
    from course_utils.data import CorpusError, load_corpus

    try:
        corpus = load_corpus(name)
    except CorpusError as error:  # not swallowed: its text says what was tried and what to do
        return Finding(name, "not here", "the corpus", False, str(error))
    return Finding(name, f"{len(corpus.text):,} characters ({corpus.edition})", "the corpus", True)


def _memory():
    import psutil

    free = psutil.virtual_memory().available / 1e9
    fine = free >= MEMORY_NEEDED
    advice = "" if fine else "Close other programs and the kernels of other notebooks."
    enough = f"at least {MEMORY_NEEDED} GB"
    return Finding("free memory", enough if fine else f"{free:.1f} GB", enough, fine, advice)


def _disk():
    folder = Path(os.environ.get("COURSE_DATA_CACHE") or Path.home())
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free / 1e9
    fine = free >= DISK_NEEDED
    advice = "" if fine else "Make room on the disk of your home folder."
    enough = f"at least {DISK_NEEDED} GB"
    return Finding("free disk", enough if fine else f"{free:.1f} GB", enough, fine, advice)


def main():
    """Print the findings; end with status 1 if something is missing."""
    findings = check()
    print(findings)
    return 0 if findings.fine else 1


if __name__ == "__main__":
    sys.exit(main())
