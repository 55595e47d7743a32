"""Bytes of a tab-separated file -> sentence pairs, and a report on what was wrong in it.

One line a pair: source, tab, target; a third column, such as Tatoeba's attribution, may follow.
"""

import codecs
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field

from .translation import SentencePair

LEFT_OUT = ("undecodable bytes", "empty line", "no tab", "empty side", "duplicate")
MENDED = ("decomposed letters", "other white space")

# White space other than the plain one (no-break, narrow, thin, zero-width), and what is invisible.
_INVISIBLE = "\u00ad\u200e\u200f\u2060\ufeff"
_ODD_SPACE = re.compile(f"[^\\S ]|[\u200b{_INVISIBLE}]")
_CHANGES = {ord(c): None for c in _INVISIBLE} | {0x200B: " ", ord("’"): "'"}
# Punctuation and symbols, by their blocks; everything else that is visible belongs to a word.
_MARKS = (
    r"!-/:-@\[-`{-~¡-©«-±´¶-¸»-¿×÷\u2010-\u2027\u2030-\u205e\u20a0-\u20cf"  # Latin scripts
    r"\u060c\u061b\u061f\u06d4\u0964\u0965"  # Arabic, Devanagari
    r"\u3001-\u3004\u3008-\u3020\u30fb\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"
)
_LETTERS = rf"[^\s{_MARKS}]+"
_WORD = re.compile(rf"{_LETTERS}(?:(?:['-]|(?<=\d)[.,:](?=\d)){_LETTERS})*|\.+|\S")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8 with a byte order mark"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),  # before UTF-16, which begins alike
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_BAD = "\ufffd"  # what a decoder puts where the bytes mean nothing


def split_words(text, lower=True):
    """Cut a sentence into words: a tuple of str, each composed (NFC) and without white space.

    A mark such as ``.`` or ``!`` is a word of its own. Apostrophes and hyphens inside a word stay
    (don't, qu'il, vas-y), and so do the marks inside a number (3:30). No-break, narrow and
    zero-width spaces are spaces. With ``lower=True`` capitals become small letters.
    """
    text = unicodedata.normalize("NFC", text)
    if lower:
        text = unicodedata.normalize("NFC", text.lower())
    return tuple(_WORD.findall(text.translate(_CHANGES)))


@dataclass(frozen=True)
class PairReport:
    """What a file of sentence pairs held; ``print(report)`` shows it.

    ``lines``: how many were read; ``kept``: how many became pairs; ``encoding``: how the bytes were
    read. ``counts``: how many lines were left out or mended, for each kind in LEFT_OUT and MENDED
    (a duplicate has the same words on both sides as an earlier pair). ``first``: for each kind that
    occurs, the first such line as (number, text).
    """

    lines: int
    kept: int
    encoding: str
    counts: dict = field(repr=False)
    first: dict = field(repr=False)

    def __str__(self):
        rows = [
            f"{self.lines:,} lines read as {self.encoding}. {self.kept:,} pairs kept, "
            f"{self.lines - self.kept:,} lines left out."
        ]
        for title, kinds in (("left out", LEFT_OUT), ("mended", MENDED)):
            for kind in kinds:
                if self.counts[kind]:
                    number, text = self.first[kind]
                    rows.append(
                        f"  {title}: {kind:18} {self.counts[kind]:7,}   "
                        f"first in line {number:,}: {text!r:.60}"
                    )
        return "\n".join(rows)


def parse_pairs(data, encoding=None, lower=True):
    """Turn the bytes of a tab-separated file into pairs.

    ``encoding``: as for ``decode``. Returns (list of distinct SentencePair in the order of the
    file, PairReport, {pair: its third column}). Raises: ValueError if the bytes are no text or hold
    no pair.
    """
    text, encoding = decode(data, encoding)
    lines = _lines(text)
    pairs, third = {}, {}  # dicts, since they know at once what they hold
    counts, first = Counter(), {}

    def count(kind, number):
        counts[kind] += 1
        first.setdefault(kind, (number, lines[number - 1]))

    for number, line in enumerate(lines, start=1):
        cells = line.split("\t")
        if _BAD in line:
            count("undecodable bytes", number)
        elif len(cells) < 2:
            count("no tab" if line.strip() else "empty line", number)
        elif not all(sides := [split_words(cell, lower) for cell in cells[:2]]):
            count("empty side", number)
        elif (pair := SentencePair(*sides)) in pairs:
            count("duplicate", number)
        else:
            pairs[pair] = None
            if len(cells) > 2 and cells[2].strip():
                third[pair] = cells[2].strip()
            sentences = " ".join(cells[:2])
            if not unicodedata.is_normalized("NFC", sentences):
                count("decomposed letters", number)
            if _ODD_SPACE.search(sentences):
                count("other white space", number)
    counts = {kind: counts[kind] for kind in (*LEFT_OUT, *MENDED)}
    report = PairReport(len(lines), len(pairs), encoding, counts, first)
    if not pairs:
        raise ValueError(
            "there is no sentence pair in it. A line must hold a sentence, a tab and its "
            f"translation. {report}"
        )
    return list(pairs), report, third


def _lines(text):
    """Cut at the ends of lines only; str.splitlines cuts at other characters, too."""
    lines = re.split("\r\n|\n|\r", text)
    return lines if lines[-1] else lines[:-1]


def decode(data, encoding=None):
    """Turn bytes into text. Returns (text, name of the encoding); U+FFFD stands for bad bytes.

    Without ``encoding``, a byte order mark is believed first. Then come UTF-16 (zero bytes between
    the letters), UTF-8 (a few bad lines are no objection), and CP949, which Korean Windows writes,
    if it gives mostly Hangul. No other encoding is guessed.

    Raises: ValueError if the encoding is not known, or if none fits.
    """
    if encoding is not None:
        try:
            return data.decode(encoding, errors="replace"), encoding
        except (LookupError, ValueError) as error:
            raise ValueError(
                f"encoding={encoding!r} does not work ({error}). Give a name such as 'utf-8', "
                "'cp949', 'utf-16' or 'cp1252'."
            ) from None
    if data.startswith(b"PK\x03\x04"):
        raise ValueError("it is a ZIP archive. Unpack it, and give the text file in it.")
    for bom, codec, name in _BOMS:
        if data.startswith(bom):
            return data.decode(codec, errors="replace"), name
    if b"\0" in data:
        for codec in ("utf-16-le", "utf-16-be"):
            text = data.decode(codec, errors="replace")
            if "\t" in text and not {"\0", _BAD} & set(text):
                return text, "UTF-16"
    text = data.decode("utf-8", errors="replace")
    good, bad = _good_and_bad(text)
    if bad <= good or 20 * bad <= len(_lines(text)):
        return text, "UTF-8"
    korean = data.decode("cp949", errors="replace")
    good, bad = _good_and_bad(korean)
    foreign = [c for c in korean if not c.isascii()]
    if bad <= good and 2 * sum("가" <= c <= "힣" for c in foreign) > len(foreign):
        return korean, "CP949 (Korean Windows)"
    number = next(n for n, line in enumerate(_lines(text), start=1) if _BAD in line)
    raise ValueError(
        f"it is neither UTF-8 nor UTF-16 nor Korean CP949 (see line {number}). Save it as UTF-8, "
        "or name its encoding, as in read_pairs(path, encoding='cp1252')."
    )


def _good_and_bad(text):
    """Count the lines with other than ASCII letters that were decoded, and those that were not."""
    foreign = [line for line in _lines(text) if not line.isascii()]
    bad = sum(_BAD in line for line in foreign)
    return len(foreign) - bad, bad
