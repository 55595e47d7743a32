"""Patterns with a clause about a person or a place: who is playing, where we ate."""

from dataclasses import replace

from .adjectives import predicate
from .clauses import Clause, render
from .drafts import Draft, draft, pattern
from .english import form_of_be
from .events import event, fitting_time
from .linking import with_relative
from .noun_phrases import people, place_phrase, thing
from .patterns_questions import you
from .qualities import ODD
from .situations import degree
from .tokens import Eojeol, NounPhrase, Part, entries, marked, words
from .verbs import actions

DOING_NOW = actions(
    "play read sing dance draw wait_for eat drink clean wear study run listen_to fix cook ride"
)
SHOWN = actions("play sing dance write draw build plant sell catch make buy")
HEADS = (
    "student",
    "child",
    "farmer",
    "singer",
    "artist",
    "doctor",
    "nurse",
    "chef",
    "writer",
    "police officer",
)


def _subject_relative(draw, *, progressive=80):
    """Draw "the student who is playing the piano at school": a noun phrase and a kind, or None."""
    head = person_like(draw, draw.pick(HEADS))
    subject = replace(
        head, group="y" if head.noun == "student" else "c" if head.noun == "child" else "a"
    )
    now = draw.chance(progressive)
    clause = event(
        draw,
        subject=subject,
        choices=DOING_NOW if now else SHOWN,
        time=0,
        place_chance=75,
        manner_chance=5,
        company_chance=0,
        adjective=20,
    )
    if clause is None or clause.kind[2] in ("medicine", "exam", "person"):
        return None
    where = clause.part("place")
    if where and where.english[-1].text in ("home", "kitchen", "bathroom", "room"):
        return None
    who = words("who")
    if not now:
        clause = clause.with_parts(
            fitting_time(draw, "past", "day", clause.kind[0], clause.kind[2])
        )
    relative = render(
        clause,
        "present" if now else "past",
        modal="progressive" if now else None,
        ending="relative",
        connective=who,
        silent=True,
    )
    return with_relative(head, relative, who), clause.kind


def person_like(draw, key):
    """Return "the singer" as a thing one can describe."""
    return thing(draw, key, adjective=0, determiners=("the",))


@pattern("person who is", 1.8)
def person_who_is(draw):
    """Draw, for example: The artist who is playing golf is very honest."""
    drawn = _subject_relative(draw, progressive=85)
    if drawn is None:
        return None
    phrase, kind = drawn
    if draw.chance(55):
        kin = draw.pick(
            [
                "my friend|제 친구",
                "my cousin|제 사촌",
                "my brother|제 남동생",
                "my sister|제 여동생",
                "my daughter|제 딸",
                "my son|제 아들",
                "my uncle|우리 삼촌",
                "my aunt|우리 이모",
            ]
        )
        young = kin.split("|")[0] in ("my son", "my daughter", "my brother", "my sister")
        if phrase.noun == "child" and kin.split("|")[0] in ("my uncle", "my aunt", "my friend"):
            return None
        if young and phrase.noun not in ("student", "child"):
            return None
        english, korean = words(kin.split("|")[0]), kin.split("|")[1].split()
        linked = [Eojeol(k, (w,)) for k, w in zip(korean, english, strict=True)]
        be = words(form_of_be(phrase, "present"))
        return Draft(
            [*phrase.english, *be, *english],
            [*phrase.marked("은"), *marked(linked, "이에요", be)],
            kinds=[kind],
        )
    key = draw.pick(
        entries("kind smart tall diligent famous honest")[
            : 4 if phrase.noun in ("student", "child") else 6
        ]
    )
    verb = predicate(key)
    said = Clause(phrase, verb, degree(draw, key), ("be " + key, verb.korean.text, ""))
    rendered = render(said, "present")
    rendered.kinds.append(kind)
    return draft(rendered)


@pattern("meet person who", 1.8)
def meet_person_who(draw):
    """Draw, for example: Jihun remembers the artist who is cleaning the house."""
    asking = draw.chance(30)
    verb = "know" if asking else draw.pick(["know", "meet", "help", "remember", "wait_for"])
    drawn = _subject_relative(draw, progressive=80 if verb in ("know", "remember") else 0)
    if drawn is None:
        return None
    phrase, kind = drawn
    action = next(a for a in actions(verb, often=("day", "long", "state")) if "PERSON" in a.objects)
    subject = you() if asking else people(draw, "ay")
    if phrase.noun in subject.noun:
        return None
    part = Part("object", phrase.english, tuple(phrase.marked("을")))
    main = Clause(
        subject, action.verb, (part,), (action.english, action.verb.korean.text, phrase.noun)
    )
    if asking:
        rendered = render(main, "present", question=True)
    elif verb in ("know", "remember"):
        rendered = render(main, "present", negative=verb == "know" and draw.chance(50))
    else:
        rendered = render(main, "past")
    rendered.kinds.append(kind)
    return draft(rendered, "?" if asking else ".")


PLACES_DONE = {
    "restaurant": "eat order",
    "cafe": "drink order read",
    "market": "buy",
    "park": "play walk exercise take",
    "library": "study read borrow",
    "hospital": "work",
    "museum": "take",
    "bakery": "buy",
    "bookstore": "buy",
    "school": "teach learn study",
    "hotel": "rest",
    "village": "plant walk",
    "beach": "swim take ride",
    "store": "buy choose",
    "theater": "watch sing",
}
PLACE_QUALITIES = entries("big small quiet noisy beautiful far close clean famous")


@pattern("place where", 1.8)
def place_where(draw):
    """Draw, for example: The beach where I swam last weekend is noisy."""
    key = draw.pick(list(PLACES_DONE))
    choices = [a for a in actions(draw.pick(PLACES_DONE[key].split())) if key in a.places]
    if not choices:
        return None
    subject = people(draw, "aeyc")
    clause = event(
        draw,
        subject=subject,
        choices=choices,
        time=0,
        place_chance=0,
        manner_chance=5,
        adjective=15,
        company_chance=20,
        determiners=("a", "the"),
    )
    if clause is None:
        return None
    tense = (
        "present"
        if clause.kind[0] in ("work", "study", "teach", "learn") and draw.chance(60)
        else "past"
    )
    if tense == "past" and draw.chance(70):
        clause = clause.with_parts(
            fitting_time(draw, "past", "day", clause.kind[0], clause.kind[2])
        )
    where = words("where")
    relative = render(clause, tense, ending="relative", connective=where, particle="이")
    article = words("the")
    bare = place_phrase(key)
    head = NounPhrase((*article, *words(bare.english[-1].text)), (), key)
    head = replace(head, korean=(Eojeol(bare.korean[-1].text, (head.english[-1],)),))
    phrase = with_relative(head, relative, where)
    quality = draw.pick(PLACE_QUALITIES)
    if (key, quality) in ODD or (key in ("park", "hospital", "beach") and quality == "small"):
        return None
    verb = predicate(quality)
    said = Clause(phrase, verb, degree(draw, quality), ("be " + quality, verb.korean.text, key))
    rendered = render(said, "present")
    rendered.kinds.append(clause.kind)
    return draft(rendered)
