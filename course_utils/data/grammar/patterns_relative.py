"""Patterns with a clause inside a noun phrase, and with reported or embedded clauses."""

from .adjectives import predicate
from .clauses import Clause, render
from .drafts import draft, pattern
from .events import event, fitting_time
from .linking import with_relative
from .noun_phrases import people, thing
from .nouns import NOUNS
from .qualities import ODD, QUALITIES
from .situations import degree
from .tokens import Part, words
from .verbs import actions

# What was done with a thing that something is then said about.
GOT = actions("buy read write watch eat drink make borrow draw find choose cook order sell fix")
LATER = actions("lose find read wear sell use fix eat drink borrow look_for buy open wash clean")


def _object_relative(draw, choices, *, tense="past", chance=75, without=()):
    """Draw "the book that Minsu bought at the market": returns (noun phrase, kind) or None."""
    subject = people(draw, "aeyc", without=without)
    clause = event(
        draw,
        subject=subject,
        choices=choices,
        time=0,
        place_chance=55,
        manner_chance=0,
        company_chance=0,
        adjective=0,
        determiners=("the",),
    )
    if clause is None:
        return None
    noun = NOUNS.get(clause.kind[2])
    if (
        noun is None
        or noun.article in ("bare", "own", "a")
        or noun.kind in ("room", "ride", "meal", "person")
    ):
        return None
    head = thing(draw, noun.key, adjective=0, determiners=("the",))
    if draw.chance(chance):
        when = fitting_time(draw, tense, "day", clause.kind[0], noun.key)
        clause = clause.with_parts(when)
    that = words("that")
    relative = render(
        clause.without("object"), tense, ending="relative", connective=that, particle="이"
    )
    return with_relative(head, relative, that), clause.kind


FRUIT = (
    "apple",
    "banana",
    "grapes",
    "strawberries",
    "tomato",
    "potato",
    "vegetables",
    "egg",
    "cookies",
    "salad",
    "fish#food",
    "chocolate",
)


@pattern("thing that is", 2.4)
def thing_that_is(draw):
    """Draw, for example: The bag that Junho chose last night is expensive."""
    drawn = _object_relative(draw, GOT)
    if drawn is None:
        return None
    phrase, kind = drawn
    kind_of = NOUNS[kind[2]].kind
    said = [a for a in QUALITIES.get(kind_of, "").split() if (kind[2], a) not in ODD]
    if kind[0] in ("write", "draw", "make", "cook", "borrow", "fix"):
        said = [a for a in said if a not in ("expensive", "cheap")]
    if kind[0] in ("make", "cook"):
        said = [a for a in said if a != "fresh"]
    if kind[2] in FRUIT:
        said = [a for a in said if a not in ("salty", "spicy", "cold#thing")]
    said += {
        "goods": ["expensive", "pretty", "small"],
        "paper": ["big", "beautiful"],
        "headwear": ["pretty", "expensive"],
        "wristwear": ["pretty", "expensive"],
    }.get(kind_of, [])
    if kind[2] == "ticket":
        said = ["expensive", "cheap"]
    if not said:
        return None
    key = draw.pick(said)
    verb = predicate(key)
    tense = "past" if kind[0] in ("eat", "drink", "cook", "watch", "order") else "present"
    main = Clause(phrase, verb, degree(draw, key), ("be " + key, verb.korean.text, kind[2]))
    rendered = render(main, tense)
    rendered.kinds.append(kind)
    return draft(rendered)


# What is done with a thing that somebody bought, borrowed, ...
HAVING = {
    "buy": "lose wear sell use eat drink read open",
    "borrow": "read lose",
    "write": "read lose",
    "make": "eat sell",
    "cook": "eat",
    "fix": "sell use",
    "give": "lose wear sell use eat read open",
}
GIVEN = (
    "ring hat bag umbrella book watch#thing camera novel phone wallet gloves coat "
    "sweater cake cookies letter doll"
)
EDIBLE = ("cake", "cookies")
OBLIQUE = {"I": "me", "we": "us", "he": "him", "she": "her", "they": "them"}


def _given(draw, receiver):
    """Draw "the ring that Sujin gave him"; Korean leaves the receiver out."""
    giver = people(draw, "ae", without=(receiver.noun, "I", "we"))
    key = draw.pick([k.replace("_", " ") for k in GIVEN.split()])
    receiving = Part("receiver", tuple(words(OBLIQUE[receiver.pronoun])), ())
    give = actions("give")[0].verb
    clause = Clause(giver, give, (receiving,), ("give", "주", key))
    if draw.chance(65):
        clause = clause.with_parts(
            fitting_time(draw, "past", "day" if key in EDIBLE else "long", "give", key)
        )
    that = words("that")
    relative = render(clause, "past", ending="relative", connective=that, particle="이")
    return with_relative(
        thing(draw, key, adjective=0, determiners=("the",)), relative, that
    ), clause.kind


@pattern("do with thing that", 2.4)
def do_with_thing(draw):
    """Draw, for example: I did not read the letter that Minsu wrote."""
    first = draw.pick([*HAVING, "buy", "give"])
    subject = people(draw, "aeyc")
    if first == "give":
        drawn = _given(draw, subject)
    else:
        drawn = _object_relative(draw, actions(first), chance=60, without=(subject.noun,))
    if drawn is None:
        return None
    phrase, kind = drawn
    if subject.noun == "I" and "my" in [w.text for w in phrase.english]:
        return None
    fitting = [
        a
        for a in actions(" ".join(HAVING[first].split()))
        if kind[2] in a.objects and subject.group in a.who + "n"
    ]
    if not fitting:
        return None
    action = draw.pick(fitting)
    part = Part("object", phrase.english, tuple(phrase.marked("을")))
    main = Clause(subject, action.verb, (part,), (action.english, action.verb.korean.text, kind[2]))
    rendered = render(main, "past", negative=action.english != "lose" and draw.chance(15))
    rendered.kinds.append(kind)
    return draft(rendered)
