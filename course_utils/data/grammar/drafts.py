"""Sentences before they are numbered, and the register of sentence patterns."""

from dataclasses import dataclass, field

from .tokens import Eojeol, Word


@dataclass
class Draft:
    """A finished sentence: Words and Eojeols in order, its last mark, and the events in it."""

    english: list
    korean: list
    mark: str = "."
    kinds: list = field(default_factory=list)

    def tokens(self):
        """Return (English tokens, Korean tokens, sure links, possible links).

        Links are sets of (English index, Korean index), read off the Words that Eojeols hold.
        """
        mark = Word(self.mark)
        english = [*self.english, mark]
        korean = [*self.korean, Eojeol(self.mark, (mark,))]
        index = {id(word): i for i, word in enumerate(english)}
        sure, possible = set(), set()
        for j, eojeol in enumerate(korean):
            sure |= {(index[id(word)], j) for word in eojeol.sure}
            possible |= {(index[id(word)], j) for word in eojeol.possible}
        return (
            tuple(word.text for word in english),
            tuple(eojeol.text for eojeol in korean),
            frozenset(sure),
            frozenset(possible - sure),
        )


PATTERNS = {}  # name: (function that draws a Draft or None, share of the corpus)


def pattern(name, share=1.0):
    """Register a function that draws one sentence of a pattern."""

    def register(function):
        if name in PATTERNS:
            raise ValueError(f"The pattern {name!r} exists already. Choose another name.")
        PATTERNS[name] = (function, share)
        return function

    return register


def draft(rendered, mark="."):
    """Return the Draft of one rendered clause."""
    return Draft(rendered.english, rendered.korean, mark, rendered.kinds)
