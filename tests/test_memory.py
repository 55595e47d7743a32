"""Freed memory is kept where the C library lets us choose, and only there."""

import ctypes
import subprocess
import sys

import pytest

from course_utils import _memory

PROGRAM = """
import ctypes, resource, sys
from course_utils import _memory

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

def fill_and_free(size, blocks):
    malloc, free = ctypes.CDLL(None).malloc, ctypes.CDLL(None).free
    malloc.restype, malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    free.argtypes = [ctypes.c_void_p]
    taken = [malloc(size) for _ in range(blocks)]
    for address in taken:
        ctypes.memset(address, 1, size)
    for address in taken:
        free(address)

ctypes.CDLL(None).prctl(41, 1, 0, 0, 0)  # PR_SET_THP_DISABLE: pages of 4 KiB, none larger
agreed = _memory.keep_freed_memory() if sys.argv[1] == "keep" else None
size, blocks = map(int, sys.argv[2:])
fill_and_free(size, blocks)
before = faults()
for _ in range(5):
    fill_and_free(size, blocks)
print(agreed, (faults() - before) // 5)
"""


@pytest.fixture
def no_settings(monkeypatch):
    for name in [*_memory.os.environ]:
        if name.startswith(("MALLOC_", "GLIBC_TUNABLES")):
            monkeypatch.delenv(name)


def is_glibc():
    return sys.platform.startswith("linux") and hasattr(ctypes.CDLL(None), "gnu_get_libc_version")


@pytest.mark.skipif(not is_glibc(), reason="glibc's settings")
@pytest.mark.parametrize(("blocks", "size"), [(4, 16 * 2**20), (4, 60 * 2**20), (1, 150 * 2**20)])
def test_the_next_update_needs_no_new_pages(blocks, size, no_settings):
    def run(way):
        command = [sys.executable, "-c", PROGRAM, way, str(size), str(blocks)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        agreed, faults = done.stdout.split()
        return agreed, int(faults)

    agreed, kept = run("keep")
    assert agreed == "True"
    assert kept < 100 < run("leave")[1]  # 64 MiB are 16,384 pages of 4 KiB


@pytest.mark.parametrize("name", ["MALLOC_TRIM_THRESHOLD_", "MALLOC_ARENA_MAX", "GLIBC_TUNABLES"])
def test_the_users_own_settings_win(name, no_settings, monkeypatch):
    monkeypatch.setenv(name, "1")
    monkeypatch.setattr(_memory.ctypes, "CDLL", lambda _: pytest.fail("the C library was asked"))
    assert _memory.keep_freed_memory() is False


class Library:
    """A C library whose ``mallopt`` refuses one parameter."""

    def __init__(self, refused):
        self.refused, self.asked = refused, {}

    def mallopt(self, parameter, value):
        if parameter == self.refused:
            return 0
        self.asked[parameter] = value
        return 1


@pytest.mark.parametrize(
    ("refused", "asked"), [(None, {-1: 2**28, -4: 0}), (-1, {}), (-4, {-1: 2**28})]
)
def test_a_refusal_is_told(refused, asked, no_settings, monkeypatch):
    library = Library(refused)
    monkeypatch.setattr(_memory.ctypes, "CDLL", lambda _: library)
    monkeypatch.setattr(_memory.sys, "platform", "linux")
    assert _memory.keep_freed_memory() is (refused is None)
    assert library.asked == asked


@pytest.mark.parametrize("platform", ["win32", "darwin", "linux"])
def test_other_systems_are_left_alone(platform, no_settings, monkeypatch):
    monkeypatch.setattr(_memory.ctypes, "CDLL", lambda _: object())  # no mallopt
    monkeypatch.setattr(_memory.sys, "platform", platform)
    assert _memory.keep_freed_memory() is False
