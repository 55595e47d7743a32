"""Patterns about how things are: where, whose, how many, how big, what somebody is; the weather."""

from .adjectives import predicate
from .clauses import Clause, Verb, render
from .conjugation import Stem
from .drafts import Draft, draft, pattern
from .hangul import with_particle
from .noun_phrases import (
    NUMBERS,
    counted,
    draw_time,
    people,
    thing,
)
from .nouns import NOUNS, PLACES
from .qualities import HUMAN, ODD, QUALITIES, QUALITY_NOUNS
from .situations import degree
from .tokens import Eojeol, Part, entries, words

# Where things are: English preposition, Korean noun of place, and what is found there.
SPOTS = {
    "desk": "book notebook pencil letter computer dictionary map cup pen clock",
    "table": "apple cup egg cake orange flower book banana sandwich newspaper box",
    "chair": "cat bag hat coat book doll newspaper dog",
    "bed": "cat doll book shirt dog box ball",
    "tree": "cat dog bird chair bicycle ball rabbit",
    "car": "cat dog ball umbrella bag",
    "house": "tree dog bicycle car horse",
    "school": "park bus library tree cafe",
    "library": "park cafe tree bicycle restaurant",
    "station": "hotel taxi bus cafe",
    "hospital": "park hotel cafe car",
    "box": "doll ball toy cup photo key letter",
    "bag": "key wallet book camera umbrella phone",
}
SIDES = {
    "on": ("위에", "desk table chair bed"),
    "under": ("아래에", "desk table chair bed tree car"),
    "next to": ("옆에", "desk bed chair house school library station hospital tree"),
    "behind": ("뒤에", "house school library station hospital tree chair"),
    "in front of": ("앞에", "house school library station hospital tree"),
    "in": ("안에", "box bag car"),
}
ANIMALS = ("cat", "dog", "bird", "rabbit", "horse")


def spot(draw):
    """Draw (English Words, Korean Eojeols, keys found there) of a place such as under the desk."""
    english = draw.pick(list(SIDES))
    korean, nouns = SIDES[english]
    key = draw.pick(nouns.split())
    side = words(english)
    at = words("the " + key)
    name = PLACES[key][2] if key in PLACES else NOUNS[key].korean
    linked = [Eojeol(name, (at[1],)), Eojeol(korean, tuple(side))]
    found = [k for k in SPOTS[key].split() if k in NOUNS and k != key]
    if english == "in":
        found = [k for k in found if k not in ANIMALS or key == "car"]
    if english == "on":
        found = [k for k in found if k not in ("horse", "rabbit")]
    if english == "under":
        found = [k for k in found if k not in ("computer", "clock", "cake", "coat")]
    return side + at, linked, found


def _tense_of_be(draw, many):
    past = draw.chance(30)
    be = ("were" if many else "was") if past else ("are" if many else "is")
    return be, "있었어요" if past else "있어요", "없었어요" if past else "없어요"


@pattern("there is", 1.2)
def there_is(draw):
    """Draw, for example: There is a ball in front of the tree."""
    side, where, found = spot(draw)
    noun = thing(draw, draw.pick(found), adjective=45, determiners=("a",))
    be, exists, _ = _tense_of_be(draw, False)
    there, be = words(f"there {be}")
    korean = [*where, *noun.marked("이"), Eojeol(exists, (be,), (there,))]
    return Draft([there, be, *noun.english, *side], korean)


@pattern("there are", 1.4)
def there_are(draw):
    """Draw, for example: There are five black cars next to the hospital."""
    side, where, found = spot(draw)
    found = [k for k in found if NOUNS[k].counter]
    noun, count = counted(draw, draw.pick(found), adjective=45, numbers=FEW)
    be, exists, _ = _tense_of_be(draw, True)
    there, be = words(f"there {be}")
    korean = [*where, *noun.marked("이"), *count, Eojeol(exists, (be,), (there,))]
    return Draft([there, be, *noun.english, *side], korean)


@pattern("there is no", 0.6)
def there_is_no(draw):
    """Draw, for example: There are no bicycles in front of the house."""
    side, where, found = spot(draw)
    noun = thing(draw, draw.pick(found), adjective=20, determiners=("generic",))
    be, _, missing = _tense_of_be(draw, noun.plural)
    there, be, no = words(f"there {be} no")
    korean = [*where, *noun.marked("이"), Eojeol(missing, (no,), (there, be))]
    return Draft([there, be, no, *noun.english, *side], korean)


OWNED = entries(
    "car bicycle computer camera dog cat horse umbrella dictionary ring hat bag watch#thing"
)
HAVE = Verb("have", Stem("있"), negative=Stem("없"))


def having(draw, noun, key):
    """Draw the Clause "somebody has a noun": Korean says that the noun is there."""
    subject = people(draw, "ay", honorific=False)
    return Clause(subject, HAVE, (Part("object", noun[0], noun[1]),), ("have", "있", key))


@pattern("have", 0.6)
def have(draw):
    """Draw, for example: The police officer has a cute dog."""
    key = draw.pick(OWNED)
    noun = thing(draw, key, adjective=70, determiners=("a",))
    return draft(render(having(draw, (noun.english, tuple(noun.marked("이"))), key), "present"))


@pattern("have not", 0.6)
def have_not(draw):
    """Draw, for example: My aunt does not have an old umbrella."""
    key = draw.pick([*OWNED, "money", "ticket", "key"])
    noun = thing(draw, key, adjective=35, determiners=("generic",) if key == "money" else ("a",))
    clause = having(draw, (noun.english, tuple(noun.marked("이"))), key)
    return draft(render(clause, draw.pick(["present", "present", "past"]), negative=True))


FEW = ("two", "three", "four", "five")
KIN = {
    "brothers": "남동생",
    "sisters": "여동생",
    "cousins": "사촌",
    "uncles": "삼촌",
    "children": "아이",
}


MANY = entries(
    "dog cat rabbit horse car bicycle computer umbrella dictionary ring coat ticket pencil bird"
)


@pattern("have several", 0.8)
def have_several(draw):
    """Draw, for example: The police officer has two expensive rings."""
    if draw.chance(35):
        key = draw.pick(list(KIN))
        number = draw.pick(FEW)
        english = tuple(words(f"{number} {key}"))
        counter = Eojeol("명", english[1:])
        count = [Eojeol(NUMBERS[number], english[:1]), counter]
        korean = (Eojeol(with_particle(KIN[key], "이"), english[1:]), *count)
    else:
        key = draw.pick(MANY)
        noun, count = counted(draw, key, adjective=55, numbers=FEW)
        english, korean = noun.english, (*noun.marked("이"), *count)
    return draft(render(having(draw, (english, korean), key), "present"))


def quality(draw, kinds=tuple(QUALITY_NOUNS)):
    """Draw (key of a noun, key of an adjective that can be said of it)."""
    kind = draw.pick(kinds)
    key = draw.pick([k.replace("_", " ") for k in QUALITY_NOUNS[kind].split() if k != "soup"])
    return key, draw.pick([a for a in QUALITIES[kind].split() if (key, a) not in ODD])


POINTING = ("the", "this", "that")


# What may change with the day, so that it can be told of the past.
PASSING = ("busy", "tired", "sick", "hungry", "thirsty")
TRIED = ("show", "food", "drink", "room", "building", "text")


def described_thing(draw, degrees=60):
    """Draw (Clause "this book is very interesting", tense)."""
    key, quality_key = quality(draw)
    subject = thing(draw, key, adjective=0, determiners=POINTING)
    verb = predicate(quality_key)
    clause = Clause(
        subject,
        verb,
        degree(draw, quality_key, degrees),
        ("be " + quality_key, verb.korean.text, key),
    )
    passing = NOUNS[key].kind in TRIED and quality_key not in ("big", "small", "far", "close")
    return clause, "past" if passing and draw.chance(40) else "present"


def described_person(draw, degrees=60, **options):
    """Draw (Clause "the teacher is very busy", tense)."""
    subject = people(draw, "aye", **options)
    fit = [a for a in HUMAN.split() if a not in ("young", "short#person", "famous")]
    if subject.group == "y":
        fit += ["young"]
    if subject.person == 1:
        fit = [*PASSING, "healthy", "tall"]
    key = draw.pick(fit)
    verb = predicate(key)
    clause = Clause(subject, verb, degree(draw, key, degrees), ("be " + key, verb.korean.text, ""))
    if key in PASSING and draw.chance(50):
        return clause.with_parts(draw_time(draw, "past")), "past"
    return clause, "present"


def described(draw, degrees=60, **options):
    """Draw (Clause about how something or somebody is, tense)."""
    if draw.chance(60):
        return described_thing(draw, degrees)
    return described_person(draw, degrees, **options)


@pattern("adjective", 0.9)
def adjective(draw):
    """Draw, for example: Jihun was too tired two days ago."""
    return draft(render(*described(draw)))


@pattern("adjective not", 0.8)
def adjective_not(draw):
    """Draw, for example: My uncle was not hungry two days ago."""
    return draft(render(*described(draw, 0), negative=True))


@pattern("adjective ?", 0.5)
def adjective_question(draw):
    """Draw, for example: Was the nurse too sick this morning?"""
    clause, tense = described(draw, 20, pronouns=False)
    if clause.subject.english[0].text == "my":
        return None
    return draft(render(clause, tense, question=True), "?")
