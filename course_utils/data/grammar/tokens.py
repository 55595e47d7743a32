"""Tokens that remember where they come from, and the phrases made of them.

An English token is a Word; a Korean token is an Eojeol (a word with its particle or ending) that
holds the very Words it translates. Once a sentence is put in order, the gold alignment can be read
off: nothing is guessed afterwards.
"""

from dataclasses import dataclass, replace

import numpy as np

from .hangul import with_particle


class Word:
    """One English token. Two Words with the same text are two different tokens."""

    __slots__ = ("text",)

    def __init__(self, text):
        self.text = text

    def __repr__(self):
        return f"Word({self.text!r})"


def words(text):
    """Return a new Word for every token of an English text."""
    return [Word(token) for token in text.split()]


def entries(table):
    """Return the entries of a table in one text, parted by spaces, as a list of str."""
    return table.split()


@dataclass(frozen=True)
class Eojeol:
    """One Korean token with its links.

    ``sure``: the Words it translates. ``possible``: function words whose meaning is only in its
    particle or ending (prepositions, do, be), as in Och and Ney (2003), section 5.
    """

    text: str
    sure: tuple
    possible: tuple = ()


def eojeols(text, sure):
    """Return an Eojeol for every token of a Korean text.

    As many tokens as Words are linked one to one, otherwise each token to all Words.
    """
    tokens = text.split()
    if len(tokens) == len(sure):
        return [Eojeol(token, (word,)) for token, word in zip(tokens, sure, strict=True)]
    return [Eojeol(token, tuple(sure)) for token in tokens]


def marked(korean, particle, possible=()):
    """Attach a particle to the last of some Eojeols; ``possible`` Words are linked to it too."""
    *before, last = korean
    last = replace(
        last,
        text=with_particle(last.text, particle) if particle else last.text,
        possible=last.possible + tuple(possible),
    )
    return [*before, last]


@dataclass(frozen=True)
class NounPhrase:
    """A noun phrase in both languages; the Korean one still without its particle.

    ``pronoun``: what English calls it the second time. ``forms``: Korean forms that are no plain
    noun + particle, such as {"이": "제가"}.
    """

    english: tuple
    korean: tuple
    noun: str = ""
    person: int = 3
    plural: bool = False
    honorific: bool = False
    pronoun: str = "it"
    forms: tuple = ()
    group: str = ""

    def marked(self, particle, possible=()):
        "Return the Korean side with a particle (에게 becomes 께 after a person one looks up to)."
        if self.honorific and particle == "에게":
            particle = "께"
        forms = dict(self.forms)
        if particle in forms:
            return [replace(self.korean[-1], text=forms[particle])]
        return marked(self.korean, particle, possible)

    def again(self):
        """Return the pronoun that stands for this phrase: only English, Korean leaves it out."""
        return replace(self, english=tuple(words(self.pronoun)), korean=())


@dataclass(frozen=True)
class Part:
    """A piece of a clause beside subject and verb: an object, a place, a time, ...

    ``slot`` decides its place in either language; ``fronted`` English (wh-words) comes first.
    """

    slot: str
    english: tuple
    korean: tuple
    fronted: bool = False


class Draw:
    """A stream of choices that is the same on every system and with every version.

    Uses the raw numbers of PCG64, which NumPy promises never to change (NEP 19); the methods of
    numpy.random.Generator carry no such promise.
    """

    def __init__(self, seed):
        self._bits = np.random.PCG64(seed)

    def below(self, limit):
        """Return an int from 0 to limit - 1."""
        return int(self._bits.random_raw()) % limit

    def pick(self, choices):
        """Return one of a sequence's elements."""
        return choices[self.below(len(choices))]

    def chance(self, percent):
        """Return True this often."""
        return self.below(100) < percent

    def shuffled(self, items):
        """Return a new list with the items in another order (Fisher and Yates)."""
        items = list(items)
        for last in range(len(items) - 1, 0, -1):
            other = self.below(last + 1)
            items[last], items[other] = items[other], items[last]
        return items
