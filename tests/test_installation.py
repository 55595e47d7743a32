"""The check of the installation: says ok where all is well, and what to do where it is not."""

import subprocess
import sys
from importlib import metadata

import pytest

from course_utils import installation
from course_utils.data import CorpusError


@pytest.fixture
def corpus_here(monkeypatch):
    class Corpus:
        text, edition = "a" * 1234, "test edition"

    monkeypatch.setattr("course_utils.data.load_corpus", lambda name: Corpus)


def by_name(findings):
    return {finding.what: finding for finding in findings}


def test_everything_is_fine_where_the_tests_run(corpus_here):
    findings = installation.check()
    assert findings.fine, findings
    assert by_name(findings)["torch"].found == metadata.version("torch")
    assert by_name(findings)["tiny_shakespeare"].found == "1,234 characters (test edition)"
    assert "MISSING" not in repr(findings)
    assert findings._repr_html_().count("<tr>") == len(findings) + 1


def test_a_missing_package_says_what_to_do(corpus_here):
    finding = by_name(installation.check(packages=["no-such-package"]))["no-such-package"]
    assert not finding.fine
    assert "make lab" in finding.advice


def test_a_version_out_of_range_is_seen(corpus_here, monkeypatch):
    real = metadata.version
    monkeypatch.setattr(
        installation.metadata, "version", lambda name: "1.0" if name == "torch" else real(name)
    )
    findings = installation.check()
    assert not findings.fine
    assert [finding.what for finding in findings if not finding.fine] == ["torch"]
    assert "MISSING  torch" in repr(findings)


def test_the_course_itself_not_installed(corpus_here, monkeypatch):
    def missing(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(installation.metadata, "requires", missing)
    assert "not installed" in installation.check(packages=["torch"])[1].found


def test_missing_data_pass_on_the_loaders_advice(monkeypatch):
    def missing(name):
        raise CorpusError("Tried <nothing>. Do something.")

    monkeypatch.setattr("course_utils.data.load_corpus", missing)
    findings = installation.check()
    assert not findings.fine
    assert by_name(findings)["tiny_shakespeare"].advice == "Tried <nothing>. Do something."
    assert "&lt;nothing&gt;" in findings._repr_html_()


@pytest.mark.parametrize(
    ("what", "attribute"), [("free memory", "available"), ("free disk", "free")]
)
def test_too_little_room_is_seen(corpus_here, monkeypatch, what, attribute):
    class Little:
        available = free = 10_000_000

    monkeypatch.setattr("psutil.virtual_memory", lambda: Little)
    monkeypatch.setattr("shutil.disk_usage", lambda folder: Little)
    finding = by_name(installation.check())[what]
    assert not finding.fine
    assert finding.found == "0.0 GB"
    assert finding.advice


def test_an_old_python_is_seen(corpus_here, monkeypatch):
    monkeypatch.setattr(installation.platform, "python_version", lambda: "3.9.2")
    assert "Install Python" in installation.check()[0].advice


def test_looking_loads_no_framework():
    program = (
        "import sys; from course_utils import installation; installation.check(); "
        "print([name for name in ('torch', 'tensorflow', 'keras') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.strip() == "[]"
