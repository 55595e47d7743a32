"""English-Korean sentence pairs with gold word alignments, written by a grammar of ours.

``python -m course_utils.data.english_korean`` writes data/english_korean.tsv anew, bit for bit the
same on every system. The grammar itself is in course_utils/data/grammar.

Korean: the polite 해요 style throughout, as one writes to people one does not know well; who speaks
is 저, and people one looks up to get the honorific (할머니는 읽으세요). One token is one eojeol, a
word with its particle or ending. English: lower case at the start of a sentence, so that every word
has one form; "I", names, days and languages keep their capital; no contractions. The last mark is a
token of its own on both sides.
"""

import sys
import unicodedata
import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from .grammar import (  # noqa: F401  (importing a module of patterns registers them)
    patterns_compare,
    patterns_conditions,
    patterns_contrasts,
    patterns_counts,
    patterns_moves,
    patterns_nominal,
    patterns_people,
    patterns_questions,
    patterns_reasons,
    patterns_relative,
    patterns_reported,
    patterns_requests,
    patterns_sequences,
    patterns_statements,
)
from .grammar.drafts import PATTERNS
from .grammar.tokens import Draw
from .grammar.verbs import ALL_ACTIONS

FILE = Path(__file__).resolve().parents[2] / "data" / "english_korean.tsv"
COLUMNS = ("split", "pattern", "english", "korean", "alignment", "possible")
SPLITS = ("train", "validation", "random", "compositional")
SIZE = 12_600  # pairs without the compositional test
TEST_SIZE = 600
LENGTHS = range(3, 15)  # English words, the last mark not counted
SEEN = 5  # a word of a test pair occurs at least this often in the training pairs
HELD_PAIRS, HELD_USES = 12, 6  # per cent of (verb, object) and (pattern, verb) kept from training


@dataclass(frozen=True)
class Pair:
    """One sentence in both languages.

    ``split``: one of SPLITS. ``pattern``: name of the sentence pattern. ``english``, ``korean``:
    tuples of tokens. ``alignment``: a frozenset of links (English index, Korean index), 0-based.
    ``possible``: those of them that link a function word (at, to, is, did) whose meaning is only in
    a particle or an ending; the others are ``sure`` (Och and Ney 2003, A Systematic Comparison of
    Various Statistical Alignment Models, section 5). Articles, a second "he" and "you" have none.
    """

    split: str
    pattern: str
    english: tuple[str, ...]
    korean: tuple[str, ...]
    alignment: frozenset[tuple[int, int]]
    possible: frozenset[tuple[int, int]] = frozenset()

    @property
    def sure(self):
        """Return the links that must be there, as a frozenset."""
        return self.alignment - self.possible


def generate():
    """Draw the whole corpus from the grammar; returns a list of Pair in the order of the file."""
    kept, held = [], []
    seen = set()
    shares = sum(share for _, share in PATTERNS.values())
    for name, (function, share) in sorted(PATTERNS.items()):
        _draw_pattern(name, function, round(SIZE * share / shares), seen, kept, held)
    draw = Draw(zlib.crc32(b"splits"))
    kept = draw.shuffled(kept)
    counts = Counter(token for _, tokens in kept for token in _types(tokens))
    tests = {"random": [], "validation": []}
    train = []
    for entry in kept:
        split = next((s for s, chosen in tests.items() if len(chosen) < TEST_SIZE), "train")
        types = _types(entry[1])
        if split == "train" or min(counts[t] for t in types) <= SEEN:
            train.append(entry)
        else:
            tests[split].append(entry)
            counts.subtract(types)
    trained = {name for name, _ in train}
    compositional = [
        (name, tokens)
        for name, tokens in draw.shuffled(held)
        if name in trained and min(counts[t] for t in _types(tokens)) >= SEEN
    ][:TEST_SIZE]
    splits = {"train": train, **tests, "compositional": compositional}
    return [
        Pair(split, name, english, korean, sure | possible, possible)
        for split in SPLITS
        for name, (english, korean, sure, possible) in sorted(splits[split], key=_order)
    ]


def _draw_pattern(name, function, quota, seen, kept, held):
    """Draw a pattern's sentences; those with a held-out combination go to ``held``."""
    draw = Draw(zlib.crc32(name.encode()))
    good = set_aside = 0
    for _ in range(60 * quota):
        if good == quota:
            break
        draft = function(draw)
        if draft is None:
            continue
        tokens = draft.tokens()
        sentences = {"en " + " ".join(tokens[0]), "ko " + " ".join(tokens[1])}
        if len(tokens[0]) - 1 not in LENGTHS or sentences & seen:
            continue
        if any(is_held_out(name, kind) for kind in draft.kinds):
            if set_aside < quota // 4:
                held.append((name, tokens))
                set_aside += 1
                seen |= sentences
        else:
            kept.append((name, tokens))
            good += 1
            seen |= sentences


def _meanings():
    """Return for every English verb its Korean verbs: a verb with several is never held out."""
    meanings = {}
    for action in ALL_ACTIONS:
        meanings.setdefault(action.english, set()).add(action.verb.korean.text)
    return meanings


MEANINGS = _meanings()


def is_held_out(pattern, kind):
    """Tell whether an event (English verb, Korean stem, object) is kept from training.

    Held out are some (verb, object) pairs in every pattern, and some verbs in some patterns. Only
    verbs with one Korean verb: what "wear" means with a hat cannot be known from other objects.
    """
    verb, _, key = kind
    key = key.partition("#")[0]
    if len(MEANINGS.get(verb, ())) != 1:
        return False
    if key and zlib.crc32(f"{verb} {key}".encode()) % 100 < HELD_PAIRS:
        return True
    return zlib.crc32(f"{pattern}: {verb}".encode()) % 100 < HELD_USES


def _types(tokens):
    return {"en " + token for token in tokens[0]} | {"ko " + token for token in tokens[1]}


def _order(entry):
    name, (english, *_) = entry
    return name, english


def _pharaoh(links):
    return " ".join(f"{i}-{j}" for i, j in sorted(links))


def to_text(pairs):
    """Return the text of the file for some pairs: a line of column names, then a line a pair."""
    lines = ["\t".join(COLUMNS)]
    for pair in pairs:
        sentences = (" ".join(pair.english), " ".join(pair.korean))
        links = (_pharaoh(pair.alignment), _pharaoh(pair.possible))
        lines.append("\t".join((pair.split, pair.pattern, *sentences, *links)))
    return "\n".join(lines) + "\n"


def _links(text, where):
    links = set()
    for link in text.split():
        source, dash, target = link.partition("-")
        if not (dash and source.isdecimal() and target.isdecimal()):
            raise ValueError(
                f"{where}: {link!r} is no link. Write links as i-j, for example 0-2 1-0."
            )
        links.add((int(source), int(target)))
    return frozenset(links)


def load(path=FILE):
    """Read the pairs of data/english_korean.tsv, or of another file of the same columns.

    Returns a list of Pair. Raises FileNotFoundError if there is no such file, and ValueError, with
    the number of the line, for wrong columns, an unknown split, an empty side, decomposed Hangul,
    or a link that points outside the sentence.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(
            f"{path} is not there. Write it with: python -m course_utils.data.english_korean"
        )
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    if tuple(header.split("\t")) != COLUMNS:
        raise ValueError(f"{path.name}, line 1: the columns must be {', '.join(COLUMNS)}.")
    return [_pair(line, f"{path.name}, line {n}") for n, line in enumerate(lines, start=2)]


def _pair(line, where):
    fields = line.split("\t")
    if len(fields) != len(COLUMNS):
        raise ValueError(f"{where}: {len(fields)} columns found, {len(COLUMNS)} expected.")
    split, pattern, english, korean, alignment, possible = fields
    if split not in SPLITS:
        raise ValueError(f"{where}: unknown split {split!r}. Known are {', '.join(SPLITS)}.")
    if not unicodedata.is_normalized("NFC", line):
        raise ValueError(
            f"{where}: the Hangul is decomposed. Compose it: unicodedata.normalize('NFC', text)."
        )
    english, korean = tuple(english.split()), tuple(korean.split())
    if not english or not korean:
        raise ValueError(f"{where}: an empty sentence. Both sides need at least one token.")
    pair = Pair(split, pattern, english, korean, _links(alignment, where), _links(possible, where))
    outside = [link for link in pair.alignment if link[0] >= len(english) or link[1] >= len(korean)]
    if outside or not pair.possible <= pair.alignment:
        raise ValueError(
            f"{where}: the links do not fit. They count from 0, to {len(english) - 1} in English "
            f"and to {len(korean) - 1} in Korean, and each possible link is in the alignment too."
        )
    return pair


def main():
    """Write data/english_korean.tsv and say what is in it."""
    pairs = generate()
    FILE.write_bytes(to_text(pairs).encode("utf-8"))
    sizes = Counter(pair.split for pair in pairs)
    print(f"{FILE.name}: {len(pairs)} pairs,", ", ".join(f"{sizes[s]} {s}" for s in SPLITS))
    return 0


if __name__ == "__main__":
    sys.exit(main())
