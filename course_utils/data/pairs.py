"""Real sentence pairs: Tatoeba's by name, any tab-separated file, and splits that do not leak."""

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from .cache import sha256_of
from .corpora import CorpusError, fetch
from .pair_text import PairReport, parse_pairs
from .translation import check_pairs, check_whole

MOST_UNPACKED_BYTES = 200_000_000
_COMPRESSED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,  # it needs a password, or is of a kind that zipfile does not know
    ValueError,
    OverflowError,
)


@dataclass(frozen=True)
class PairCorpus:
    """Sentence pairs and where they come from.

    ``pairs``: a list of distinct SentencePair, without gold links. ``report``: what was left out or
    mended; print it. ``edition``, ``why``, ``source``, ``sha256``: as in a Corpus. ``licence``: of
    all pairs; ``attributions``: {pair: who wrote its two sentences}, where the file says so (its
    third column). Who shows or passes on a pair must show that line, too.
    """

    name: str
    pairs: list = field(repr=False)
    report: PairReport = field(repr=False)
    edition: str
    why: str
    source: str
    licence: str
    sha256: str
    attributions: dict = field(repr=False)


def load_pairs(name, *, lower=True, refresh=False):
    """Load sentence pairs by name: ``"kor"`` (English-Korean) or ``"fra"`` (English-French).

    Both are from the Tatoeba project. The places are asked in the order of ``load_corpus``; an
    edition with another number of pairs may be the only one that can be had, and ``why`` says so.
    ``lower``: as in ``split_words``.

    Returns a PairCorpus. Raises: TypeError or ValueError for a name that is none, CorpusError if no
    place has a good copy; its message says what to do.
    """

    def make(data, entry, edition):
        text = unzip(data, edition["member"]) if "member" in edition else data
        pairs, report, attributions = parse_pairs(text, lower=lower)
        if 2 * report.kept < report.lines - report.counts["duplicate"]:
            raise ValueError(f"most of its lines are no sentence pairs. {report}")
        return pairs, report, attributions

    (pairs, report, attributions), origin = fetch(name, "pairs", make, refresh)
    return PairCorpus(name=name, pairs=pairs, report=report, attributions=attributions, **origin)


def read_pairs(path, *, encoding=None, lower=True):
    """Read sentence pairs from a tab-separated file of your own: source, tab, target in each line.

    Further columns are allowed; the third is kept in ``attributions``. ``encoding``: found by
    looking at the bytes if None (UTF-8, UTF-16 or Korean CP949). ``lower``: as in ``split_words``.

    Returns a PairCorpus. Raises: CorpusError if there is no such file, if its encoding cannot be
    told, or if it holds no pair.
    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        what = "There is no file" if isinstance(error, FileNotFoundError) else "No file can be read"
        raise CorpusError(
            f"{what} at {path.absolute()} ({type(error).__name__}). Give the path of a text file."
        ) from None
    try:
        pairs, report, attributions = parse_pairs(data, encoding, lower)
    except ValueError as error:
        raise CorpusError(f"{path} could not be read: {error}") from None
    sha256 = sha256_of(data)
    return PairCorpus(
        name=path.stem,
        pairs=pairs,
        report=report,
        edition=f"your own file, SHA-256 {sha256[:16]}",
        why=f"read from {path}",
        source=str(path),
        licence="not known: look where you have the file from",
        sha256=sha256,
        attributions=attributions,
    )


def unzip(archive, member):
    """Return the bytes of the one file called ``member``, in whatever folder of a ZIP archive.

    Raises: ValueError if the archive is damaged, lacks the file, or unpacks to more than 200 MB.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            found = [info for info in opened.infolist() if Path(info.filename).name == member]
            content = None
            if len(found) == 1 and found[0].compress_type in _COMPRESSED:
                with opened.open(found[0]) as stream:
                    content = stream.read(MOST_UNPACKED_BYTES + 1)
    except _DAMAGED as error:
        raise ValueError(f"the archive is damaged ({type(error).__name__})") from None
    if len(found) != 1:
        raise ValueError(f"the archive has {len(found)} files called {member}, expected one")
    if content is None:
        raise ValueError(f"{member} in the archive is compressed in an unusual way")
    if len(content) > MOST_UNPACKED_BYTES:
        raise ValueError(f"the archive unpacks to more than {MOST_UNPACKED_BYTES:,} bytes")
    return content


def short_pairs(pairs, maximum_words):
    """Return the pairs whose two sides have at most ``maximum_words`` words each, marks counted."""
    check_whole("maximum_words", maximum_words, 1)
    return [p for p in pairs if max(len(p.source), len(p.target)) <= maximum_words]


class PairSplits(dict):
    """The splits by name, each a list of SentencePair; ``print(splits.report)`` says what was done.

    ``moved``: how many pairs stand in another split than in a plain shuffle. ``leaks``: how many
    validation and test pairs of the plain shuffle share a sentence with another split.
    """

    def __init__(self, splits, moved, leaks):
        super().__init__(splits)
        self.moved, self.leaks = moved, leaks

    @property
    def report(self):
        """Return two sentences for people."""
        sizes = ", ".join(f"{len(pairs):,} {name}" for name, pairs in self.items())
        return (
            f"{sizes}. A plain shuffle would leave {self.leaks:,} validation and test pairs whose "
            f"source or target also stands in another split; {self.moved:,} pairs were moved, none "
            "dropped, and now no sentence stands in two splits."
        )


def split_pairs(pairs, validation=0, test=0, seed=0):
    """Split pairs so that no source sentence and no target sentence stands in two splits.

    ``validation`` and ``test`` are numbers of pairs; the others are for training. Pairs that share
    a sentence, also by way of a third pair, form a group, and a group stays whole. Pairs are drawn
    one after the other, and each takes its group along if there is room; else the group is for
    training. Each split keeps the order of ``pairs``. Sentences that differ in a mark only (go.
    and go!) count as different.

    Returns PairSplits with train, validation and test. Raises: TypeError, ValueError for numbers
    that are not possible.
    """
    pairs = check_pairs(pairs)
    sizes = {"test": test, "validation": validation}
    for name, size in sizes.items():
        check_whole(name, size, 0)
    if test + validation > len(pairs):
        raise ValueError(
            f"validation={validation} and test={test} are more than the {len(pairs):,} pairs."
        )
    order = np.random.default_rng(seed).permutation(len(pairs))
    plain = np.full(len(pairs), "train", dtype="U10")
    plain[order[:test]] = "test"
    plain[order[test : test + validation]] = "validation"
    groups, group_of = _groups(pairs)
    split_of = np.full(len(pairs), "train", dtype="U10")
    room, taken = dict(sizes), set()
    for place in order:
        group = group_of[place]
        if group not in taken:
            taken.add(group)
            size = len(groups[group])
            name = next((name for name in room if room[name] >= size), None)
            if name:
                room[name] -= size
                split_of[groups[group]] = name
        if not any(room.values()):
            break
    if any(room.values()):
        name = next(name for name in room if room[name])
        raise ValueError(
            f"{name}={sizes[name]} is too large: the pairs form {len(groups):,} groups that share "
            f"sentences, the largest of {max(map(len, groups)):,} pairs, and a group must not be "
            f"cut. {sizes[name] - room[name]} would be possible."
        )
    splits = {
        name: [pairs[place] for place in np.flatnonzero(split_of == name)]
        for name in ("train", "validation", "test")
    }
    moved = int((plain != split_of).sum())
    return PairSplits(splits, moved, _leaks(pairs, plain))


def _groups(pairs):
    """Return (the places of each group, the group of each place): who shares a sentence."""
    parent = list(range(len(pairs)))

    def root(place):
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    seen = {}
    for place, pair in enumerate(pairs):
        for sentence in (("source", pair.source), ("target", pair.target)):
            parent[root(place)] = root(seen.setdefault(sentence, place))
    members = {}
    for place in range(len(pairs)):
        members.setdefault(root(place), []).append(place)
    groups = list(members.values())
    group_of = np.empty(len(pairs), dtype=np.int64)
    for number, group in enumerate(groups):
        group_of[group] = number
    return groups, group_of


def _leaks(pairs, split_of):
    """Count the held-out pairs of which a sentence stands in another split, too."""
    splits = {}
    for pair, split in zip(pairs, split_of, strict=True):
        for sentence in (("source", pair.source), ("target", pair.target)):
            splits.setdefault(sentence, set()).add(split)
    return sum(
        split != "train"
        and (len(splits["source", pair.source]) > 1 or len(splits["target", pair.target]) > 1)
        for pair, split in zip(pairs, split_of, strict=True)
    )
