"""Patterns that compare, count, name what somebody is, or tell the weather."""

from .adjectives import predicate
from .clauses import Clause, Verb, render
from .drafts import Draft, draft, pattern
from .english import form_of_be
from .noun_phrases import (
    people,
    prepositional,
    thing,
)
from .nouns import NOUNS
from .patterns_nominal import POINTING
from .qualities import HUMAN, ODD, QUALITIES, QUALITY_NOUNS
from .tokens import Eojeol, Part, entries, eojeols, marked, words

COMPARED = {
    word: word + "er"
    for word in entries(
        "long short thick small fast slow cheap tall young strong cold warm dark bright clean sweet"
    )
} | {
    "big": "bigger",
    "thin": "thinner",
    "hot": "hotter",
    "sad": "sadder",
    "heavy": "heavier",
    "noisy": "noisier",
    "busy": "busier",
    "healthy": "healthier",
    "spicy": "spicier",
    "close": "closer",
    "far": "farther",
    "quiet": "quieter",
    "easy": "easier",
    "light": "lighter",
    "kind": "kinder",
    "smart": "smarter",
    "pretty": "prettier",
    "dirty": "dirtier",
    "salty": "saltier",
    "cute": "cuter",
    "fresh": "fresher",
}
COLOURS = ("red", "blue", "yellow", "white", "black")
TRAITS = tuple(
    a for a in HUMAN.split() if a not in ("sick", "tired", "hungry", "thirsty", "short#person")
)


def _than(phrase):
    return prepositional("than", "than", phrase, "보다")


def compared(key):
    """Return (Verb "be taller", degree Part 더) of an adjective."""
    verb = predicate(key)
    word = verb.english.removeprefix("be ")
    if word in COMPARED:
        # 더 is part of the English comparative: it is linked to the same word as the adjective.
        return Verb(f"be {COMPARED[word]}", verb.korean, verb.prefix), Part(
            "degree", (), (Eojeol("더", ()),)
        )
    more = tuple(words("more"))
    return verb, Part("degree", more, (Eojeol("더", more),))


@pattern("comparative", 1.5)
def comparative(draw):
    """Draw, for example: My son is more famous than the police officer."""
    if draw.chance(45):
        key = draw.pick(TRAITS)
        one = people(draw, "ay")
        other = people(draw, "ay", without=(one.noun, "I", "we"))
        if one.noun == "I" and other.english[0].text == "my":
            return None
        noun = "person"
    else:
        kind = draw.pick(
            [
                "text",
                "vehicle",
                "food",
                "clothes",
                "footwear",
                "building",
                "room",
                "animal",
                "device",
                "load",
            ]
        )
        keys = [k.replace("_", " ") for k in QUALITY_NOUNS[kind].split() if k != "soup"]
        first, second = draw.pick(keys), draw.pick(keys)
        key = draw.pick([a for a in QUALITIES[kind].split() if a not in COLOURS])
        towns = {"city", "village"} & {first, second}
        if len(towns) == 1 or first == second or {(first, key), (second, key)} & ODD:
            return None
        determiner = draw.pick(POINTING)
        one = thing(draw, first, adjective=0, determiners=(determiner,))
        other = thing(draw, second, adjective=0, determiners=("the", "that", determiner))
        noun = first
    verb, more = compared(key)
    clause = Clause(one, verb, (more, _than(other)), ("be more " + key, verb.korean.text, noun))
    return draft(render(clause, "present"))


def _be_noun(subject, tense, english, korean, negative=False, question=False):
    """Return the Draft of "subject is english"; ``korean`` without the copula."""
    be = words(form_of_be(subject, tense))
    not_ = words("not") if negative else []
    if negative:
        *start, last = marked(korean, "이")
        copula = "아니었어요" if tense == "past" else "아니에요"
        end = [*start, last, Eojeol(copula, tuple(not_), tuple(be))]
    else:
        end = marked(korean, "이었어요" if tense == "past" else "이에요", be)
    order = [*be, *subject.english] if question else [*subject.english, *be]
    return Draft([*order, *not_, *english], [*subject.marked("은"), *end], "?" if question else ".")


JOBS = entries("doctor nurse farmer singer writer scientist police_officer chef artist student")
JOB_TRAITS = "kind smart famous honest diligent young#adult"


def _job(draw, without=""):
    key = draw.pick([j for j in JOBS if j not in without]).replace("_", " ")
    traits = tuple(
        t for t in JOB_TRAITS.split() if key not in ("student", "nurse") or t != "famous"
    )
    if draw.chance(60):
        return thing(draw, key, adjective=traits, determiners=("a",))
    return thing(draw, key, adjective=0, determiners=("a",))


def _somebody(draw):
    return people(
        draw,
        "ay",
        without=("we", "the student", "the students", "my son", "my daughter"),
        honorific=False,
    )


@pattern("is a", 0.9)
def is_a(draw):
    """Draw, for example: Junho is a kind police officer."""
    subject = _somebody(draw)
    if subject.english[0].text == "the":
        return None
    job = _job(draw)
    if draw.chance(40):
        where = {
            "doctor": "hospital",
            "nurse": "hospital",
            "chef": "restaurant",
            "student": "university",
            "scientist": "university",
        }.get(job.noun)
        tense = draw.pick(["past", "present"])
        if where and tense == "past":
            return _be_noun(subject, tense, job.english, job.korean)
    return _be_noun(
        subject,
        "present",
        job.english,
        job.korean,
        question=draw.chance(15) and subject.noun != "I",
    )


@pattern("is not a", 0.7)
def is_not_a(draw):
    """Draw, for example: My cousin is not a young police officer."""
    subject = _somebody(draw)
    job = _job(draw, without=subject.noun.split())
    if subject.noun.startswith("the ") or subject.plural:
        return None
    tense = draw.pick(["present", "present", "past"])
    return _be_noun(subject, tense, job.english, job.korean, negative=True)


GROUPS = {
    "student": "class|반",
    "singer": "village|마을",
    "doctor": "hospital|병원",
    "nurse": "hospital|병원",
    "chef": "restaurant|식당",
    "farmer": "village|마을",
    "police officer": "city|도시",
    "scientist": "university|대학교",
}


@pattern("superlative", 0.9)
def superlative(draw):
    """Draw, for example: Junho is the most diligent scientist in our university."""
    key = draw.pick([t for t in TRAITS if t not in ("healthy", "honest")])
    subject = _somebody(draw)
    if subject.noun.startswith("the ") or subject.noun == "I":
        return None
    role = draw.pick(list(GROUPS))
    where, place_korean = GROUPS[role].split("|")
    if key == "young" and role != "student":
        key = "young#adult"
    word = key.partition("#")[0]
    if word in COMPARED:
        english = words(f"the {COMPARED[word][:-2]}est")
        sure = english[1:]
    else:
        english = words(f"the most {word}")
        sure = english[1:]
    verb = predicate(key)
    prefix = [Eojeol(t, tuple(sure[-1:])) for t in verb.prefix.split()]
    most = [
        Eojeol("가장", tuple(sure[:1])),
        Eojeol(verb.korean.adnominal("present"), tuple(sure[-1:])),
    ]
    noun, (in_, our, group) = words(role), words(f"in our {where}")
    korean = [
        Eojeol("우리", (our,)),
        *marked([Eojeol(place_korean, (group,))], "에서", (in_,)),
        *prefix,
        *most,
        *eojeols(NOUNS[role].korean, noun),
    ]
    return _be_noun(subject, "present", [*english, *noun, in_, our, group], korean)
