"""The folder in which fetched files are kept, so that everything works offline afterwards."""

import contextlib
import functools
import hashlib
import os
import re
import tempfile
from pathlib import Path
from uuid import uuid4

import filelock
import pooch

LOCK_SECONDS = 300.0  # how long a second notebook waits while the first one downloads


def cache_folder():
    """Return the cache folder: ``COURSE_DATA_CACHE`` if it is set, else the system's own place.

    The system's place is what ``pooch.os_cache`` names, such as ``~/.cache/rnn-attention-course``
    on Linux. The folder need not exist yet.
    """
    chosen = os.environ.get("COURSE_DATA_CACHE", "").strip()
    folder = Path(chosen).expanduser() if chosen else Path(pooch.os_cache("rnn-attention-course"))
    return folder.absolute()


@functools.cache
def _temporary_folder():
    """Make a folder that lives as long as this process, for when the cache cannot be written."""
    return tempfile.TemporaryDirectory(prefix="rnn-attention-course-", ignore_cleanup_errors=True)


def sha256_of(data):
    """Return the SHA-256 of bytes, as 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def matches(data, expected):
    """Tell whether bytes have the expected hash: a SHA-256 or its beginning, or ``"sha1:..."``."""
    algorithm, _, digest = expected.rpartition(":")
    return hashlib.new(algorithm or "sha256", data).hexdigest().startswith(digest)


def name_with_hash(file, data):
    """Return a file name that holds the beginning of the SHA-256: ``a.zip`` -> ``a.<16>.zip``."""
    path = Path(file)
    return f"{path.stem}.{sha256_of(data)[:16]}{path.suffix}"


def newest(folder, file):
    """Look for copies of ``file`` that were kept under ``name_with_hash``.

    Returns (name, beginning of the SHA-256) of the one written last, or (None, None).
    """
    path = Path(file)
    pattern = re.compile(rf"{re.escape(path.stem)}\.([0-9a-f]{{16}}){re.escape(path.suffix)}")
    found = []
    for place in _places(folder):
        with contextlib.suppress(OSError):  # a folder that cannot be listed has nothing for us
            for kept in place.iterdir():
                if match := pattern.fullmatch(kept.name):
                    found.append((kept.stat().st_mtime_ns, kept.name, match[1]))
    return max(found)[1:] if found else (None, None)


def _places(folder):
    """Return the cache folder and, if this process had to make one, its temporary folder."""
    places = [Path(folder)]
    if _temporary_folder.cache_info().currsize:
        places.append(Path(_temporary_folder().name))
    return places


def read(folder, file, expected):
    """Read a file of the cache and check its hash; see ``matches``.

    Returns (bytes, None) for a good file, (None, None) where there is none, and (None, problem) for
    a file that is damaged or cannot be read.
    """
    problem = None
    for place in _places(folder):
        try:
            data = (place / file).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            problem = f"the file {place / file} cannot be read ({type(error).__name__})"
            continue
        if matches(data, expected):
            return data, None
        problem = f"the file {place / file} is damaged or was changed"
    return None, problem


def write(folder, file, data):
    """Keep bytes as a file of the cache; a reader sees the old file or the whole new one.

    Returns None, or a sentence part that says that the folder cannot be written and that the bytes
    are in a temporary folder until this process ends.
    """
    try:
        _write_whole(Path(folder), file, data)
    except OSError as error:
        _write_whole(Path(_temporary_folder().name), file, data)
        return (
            f"the cache folder {folder} cannot be written ({type(error).__name__}), so a temporary "
            "folder keeps the text until this program ends"
        )
    return None


def _write_whole(folder, file, data):
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{file}.{uuid4().hex}.part"
    try:
        with part.open("xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(part, folder / file)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise


def set_aside(folder, file):
    """Rename a damaged file, so that a good one can take its place and nothing is lost.

    Returns a sentence part that says where the damaged file is now.
    """
    damaged = Path(folder) / file
    try:
        kept = damaged.with_name(f"{file}.{sha256_of(damaged.read_bytes())[:8]}.broken")
        os.replace(damaged, kept)
    except OSError as error:
        return f"it could not be moved aside ({type(error).__name__})"
    return f"it is kept as {kept}"


@contextlib.contextmanager
def only_one_process(folder, name):
    """Let one process at a time fetch the corpus ``name``; others wait for it (filelock).

    Where no lock file can be made, as in a read-only folder, there is nothing to protect and no
    waiting. Raises: TimeoutError if the other process needs more than 300 seconds.
    """
    guard = filelock.FileLock(Path(folder) / f"{name}.lock", timeout=LOCK_SECONDS)
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
        guard.acquire()
    except TimeoutError:
        raise
    except (OSError, NotImplementedError):
        pass
    try:
        yield
    finally:
        guard.release()
