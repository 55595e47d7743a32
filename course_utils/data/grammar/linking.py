"""Two clauses in one sentence, and noun phrases that hold a clause."""

from .drafts import Draft
from .tokens import NounPhrase


def same_subject(main, dependent, connective, when=None):
    """Join "main because he ...": Korean says the subject once, the dependent clause before main.

    ``main``, ``dependent``: Rendered; the dependent one has a pronoun that Korean leaves out.
    ``when``: the Part with the time of both, which Korean says before the dependent clause.
    """
    early = len(when.korean) if when else 0
    return Draft(
        [*main.english, *connective, *dependent.english],
        [
            *main.subject,
            *main.parts[:early],
            *dependent.parts,
            *dependent.verb,
            *main.parts[early:],
            *main.verb,
        ],
        kinds=main.kinds + dependent.kinds,
    )


def other_subject(main, dependent, connective, when=None):
    """Join "main because somebody else ...": the whole dependent clause comes first in Korean."""
    early = len(when.korean) if when else 0
    return Draft(
        [*main.english, *connective, *dependent.english],
        [*main.parts[:early], *dependent.korean, *main.subject, *main.parts[early:], *main.verb],
        kinds=main.kinds + dependent.kinds,
    )


def in_sequence(first, second, connective):
    """Join "first and second": both languages keep the order."""
    return Draft(
        [*first.english, *connective, *second.english],
        [*first.korean, *second.korean],
        kinds=first.kinds + second.kinds,
    )


def with_relative(head, relative, relativizer=()):
    """Return the noun phrase "the book that Minsu bought": Korean puts the clause before the noun.

    ``relative``: Rendered with the ending "relative", its gap left out.
    """
    return NounPhrase(
        (*head.english, *relativizer, *relative.english),
        (*relative.korean, *head.korean),
        noun=head.noun,
        person=3,
        plural=head.plural,
        honorific=head.honorific,
        pronoun=head.pronoun,
        group=head.group,
    )
