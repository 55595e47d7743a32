"""Symbols <-> ids: the first step from text to numbers. NumPy only."""

import json
import os
from collections import Counter
from pathlib import Path

import numpy as np

UNITS = ("character", "word")


class Vocabulary:
    """A fixed list of symbols; the place of a symbol in it is the symbol's id.

    ``symbols`` are distinct, non-empty strings. ``special`` symbols (such as ``<pad>``, ``<bos>``,
    ``<eos>``, ``<unk>``) come first, so that ``<pad>`` can be id 0. With ``unit="character"`` a
    text is a row of characters, with ``unit="word"`` a row of words between white space.
    ``unknown`` names the special symbol that stands for every symbol the list lacks; without it,
    an unknown symbol is an error.

    Raises: TypeError, ValueError for lists that are not possible.
    """

    def __init__(self, symbols, *, unit="character", special=(), unknown=None):
        if unit not in UNITS:
            raise ValueError(f"unit={unit!r} is not known. Choose 'character' or 'word'.")
        if isinstance(special, str):
            raise TypeError(f"special must be a list of symbols: special=({special!r},).")
        self.unit, self.special, self.unknown = unit, tuple(special), unknown
        self.symbols = (*self.special, *symbols)
        for symbol in self.symbols:
            if not isinstance(symbol, str) or not symbol:
                raise TypeError(f"Each symbol must be a non-empty string, and not {symbol!r}.")
        repeated = [symbol for symbol, count in Counter(self.symbols).items() if count > 1]
        if repeated:
            raise ValueError(
                f"Each symbol may stand once in a vocabulary. Repeated: {repeated[:5]}."
            )
        if unit == "character":
            long = [symbol for symbol in self.symbols[len(self.special) :] if len(symbol) > 1]
            if long:
                raise ValueError(
                    f"{long[0]!r} is longer than one character. List it under special=(...), or "
                    "use unit='word'."
                )
        if unknown is not None and unknown not in self.special:
            raise ValueError(f"unknown={unknown!r} must be one of the special symbols {special}.")
        self._ids = {symbol: index for index, symbol in enumerate(self.symbols)}

    @classmethod
    def from_text(
        cls, text, *, unit="character", special=(), unknown=None, minimum_count=1, maximum_size=None
    ):
        """Collect the symbols of ``text``: characters in alphabetical order, words by frequency.

        Symbols seen fewer than ``minimum_count`` times are left out, then the rarest ones until at
        most ``maximum_size`` symbols (special ones counted) remain.

        Raises: TypeError if text is no string; ValueError if it is empty.
        """
        counts = Counter(_split(text, unit))
        if not counts:
            raise ValueError("The text is empty, so there is no symbol to collect. Give a text.")
        kept = [symbol for symbol, count in counts.items() if count >= minimum_count]
        kept.sort(key=lambda symbol: (-counts[symbol], symbol))
        kept = [symbol for symbol in kept if symbol not in special]
        if maximum_size is not None:
            kept = kept[: max(maximum_size - len(special), 0)]
        return cls(
            sorted(kept) if unit == "character" else kept,
            unit=unit,
            special=special,
            unknown=unknown,
        )

    def encode(self, text):
        """Return the ids [T], int32, of a text or of a list of symbols.

        In a list, special symbols may be named: ``["<bos>", *"hello", "<eos>"]``.

        Raises: TypeError for another type; ValueError for an unknown symbol if the vocabulary has
        no ``unknown`` symbol.
        """
        symbols = _split(text, self.unit) if isinstance(text, str) else text
        if not isinstance(symbols, (list, tuple)):
            raise TypeError(f"encode needs a text or a list of symbols, and not {symbols!r:.50}.")
        fallback = self._ids.get(self.unknown)
        ids = [self._ids.get(symbol, fallback) for symbol in symbols]
        if None in ids:
            place = ids.index(None)
            raise ValueError(
                f"The symbol {symbols[place]!r} at place {place} is not among the {len(self)} "
                "symbols of this vocabulary. Build the vocabulary from a text that has it, or give "
                "it an unknown symbol: special=('<unk>',), unknown='<unk>'."
            )
        return np.array(ids, dtype=np.int32)

    def decode(self, ids, skip_special=False):
        """Return the text of ids [T]; words are joined by one space.

        Raises: TypeError if ids are not whole numbers; ValueError if one is out of range.
        """
        ids = np.asarray(ids)
        if ids.size and not np.issubdtype(ids.dtype, np.integer):
            raise TypeError(
                f"decode needs whole numbers, and not {ids.dtype}. Choose a symbol first."
            )
        if ids.size and not (ids.min() >= 0 and ids.max() < len(self)):
            wrong = ids[(ids < 0) | (ids >= len(self))].flat[0]
            raise ValueError(f"The id {wrong} is out of range: ids go from 0 to {len(self) - 1}.")
        symbols = [self.symbols[index] for index in ids.reshape(-1)]
        if skip_special:
            symbols = [symbol for symbol in symbols if symbol not in self.special]
        return (" " if self.unit == "word" else "").join(symbols)

    def id_of(self, symbol):
        """Return the id of one symbol. Raises: ValueError for an unknown one, as ``encode``."""
        return int(self.encode([symbol])[0])

    def __len__(self):
        return len(self.symbols)

    def __contains__(self, symbol):
        return symbol in self._ids

    def __eq__(self, other):
        return isinstance(other, Vocabulary) and self.as_dict() == other.as_dict()

    def __hash__(self):
        return hash((self.symbols, self.unit))

    def __repr__(self):
        first = " ".join(map(repr, self.symbols[:8]))
        return f"Vocabulary of {len(self)} {self.unit} symbols: {first}{' …' * (len(self) > 8)}"

    def as_dict(self):
        """Return plain lists and strings, ready for ``json.dump``."""
        return {
            "unit": self.unit,
            "special": list(self.special),
            "unknown": self.unknown,
            "symbols": list(self.symbols[len(self.special) :]),
        }

    @classmethod
    def from_dict(cls, content):
        """Build the vocabulary that ``as_dict`` described. Raises: ValueError for other content."""
        try:
            symbols, unit = content["symbols"], content["unit"]
            special, unknown = content["special"], content["unknown"]
        except (TypeError, KeyError) as error:
            raise ValueError(
                "This is not a vocabulary: it needs the entries 'symbols', 'unit', 'special' and "
                "'unknown'. Write one with Vocabulary.save(path)."
            ) from error
        return cls(symbols, unit=unit, special=special, unknown=unknown)

    def save(self, path):
        """Write the vocabulary to a JSON file; an old file stays whole until the new one is.

        A folder that is missing is made.
        """
        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.{os.getpid()}.part")
        text = json.dumps(self.as_dict(), ensure_ascii=False, indent=1)
        try:
            part.write_text(text, encoding="utf-8")
            os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)

    @classmethod
    def load(cls, path):
        """Read a vocabulary that ``save`` wrote. Raises: ValueError if the file is another one."""
        try:
            return cls.from_dict(json.loads(Path(path).read_text(encoding="utf-8")))
        except json.JSONDecodeError as error:
            raise ValueError(f"{path} is not a JSON file ({error}).") from error


def _split(text, unit):
    if not isinstance(text, str):
        raise TypeError(f"The text must be a string, and not {type(text).__name__}.")
    return list(text) if unit == "character" else text.split()
