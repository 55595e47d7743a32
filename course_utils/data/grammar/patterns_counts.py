"""Patterns that count: how many things, cups of tea, children who play."""

from .clauses import Clause, Verb, render
from .conjugation import Stem
from .customs import fits
from .drafts import Draft, draft, pattern
from .events import event, fitting_time, manner
from .noun_phrases import (
    NUMBERS,
    counted_phrase,
    draw_time,
    people,
    place,
    thing,
)
from .nouns import NOUNS
from .tokens import Eojeol, Part, marked, words
from .verbs import actions

COUNTED = {
    "buy": "book novel notebook dictionary hat coat shirt shoes socks gloves pencil pen cup apple"
    " egg ticket rose flower doll chair potato banana umbrella",
    "eat": "apple egg sandwich banana strawberries cookies",
    "read": "book novel magazine poem letter newspaper",
    "see": "cat dog bird rabbit cow duck horse pig butterfly movie",
    "draw": "tree flower bird cat horse house picture",
    "plant": "tree rose flower",
    "sell": "bicycle car computer chair umbrella hat",
    "meet": "student doctor singer farmer tourist artist writer police_officer",
    "catch": "fish#animal butterfly",
    "invite": "friend singer artist writer guest",
    "carry": "box chair desk basket",
    "choose": "book hat shirt doll ring",
    "borrow": "book novel dictionary magazine comic_book",
    "write": "letter email poem",
    "order": "sandwich cake",
}
WEARABLE = {"shoes": "shoes", "socks": "socks", "gloves": "gloves"}
SEE = Verb("see", Stem("보"))


@pattern("counted", 1.8)
def counted_objects(draw):
    """Draw, for example: I ate six bananas in the park on Monday."""
    verb = draw.pick(list(COUNTED))
    tense = draw.pick(["past", "past", "future"]) if verb not in ("see", "catch") else "past"
    key = draw.pick(COUNTED[verb].split()).replace("_", " ")
    if verb == "see":
        subject = people(draw, "aeyc")
        where = draw.pick(["theater"] if key == "movie" else ["park", "village", "garden"])
        clause = Clause(
            subject, SEE, (place(where),) if draw.chance(80) else (), ("see", "보", key)
        )
        often = "day"
    else:
        fitting = [a for a in actions(verb) if key in a.objects] or list(actions(verb))[:1]
        clause = event(
            draw,
            choices=fitting,
            tense=tense,
            time=0,
            place_chance=70,
            manner_chance=0,
            company_chance=10,
        ).without("object")
        subject, often = clause.subject, fitting[0].often
    numbers = (
        tuple(NUMBERS) if verb in ("buy", "eat", "see", "catch", "read") else tuple(NUMBERS)[:4]
    )
    if key in WEARABLE:
        number, pairs, of, noun = words(f"{draw.pick(tuple(NUMBERS)[:4])} pairs of {key}")
        korean = [
            Eojeol(NOUNS[key].korean, (noun,)),
            Eojeol(NUMBERS[number.text], (number,)),
            Eojeol("켤레", (pairs,), (of,)),
        ]
        part = Part("object", (number, pairs, of, noun), tuple(marked(korean, "을")))
    else:
        phrase = counted_phrase(
            draw, key, adjective=20 if verb not in ("write", "plant") else 0, numbers=numbers
        )
        part = Part("object", phrase.english, tuple(phrase.marked("을")))
    clause = Clause(
        subject, clause.verb, (*clause.parts, part), (verb, clause.verb.korean.text, key)
    )
    if draw.chance(75):
        clause = clause.with_parts(fitting_time(draw, tense, often, verb, key))
    return draft(render(clause, tense))


MEASURES = {
    ("cups", "잔"): "coffee tea milk",
    ("glasses", "잔"): "water milk juice beer",
    ("bottles", "병"): "water juice beer milk",
    ("pieces", "조각"): "cake pizza bread chocolate",
    ("bowls", "그릇"): "rice noodles bibimbap",
}


@pattern("measured", 1.1)
def measured(draw):
    """Draw, for example: Jihun drank two cups of milk two days ago."""
    (unit, counter), keys = draw.pick(list(MEASURES.items()))
    key = draw.pick([k for k in keys.split() if k in NOUNS])
    verb = draw.pick(
        ["drink", "order", "drink"] if NOUNS[key].kind == "drink" else ["eat", "order", "eat"]
    )
    tense = draw.pick(["past", "past", "future"])
    wanted = {
        "drink": "water",
        "eat": "bread",
        "order": "coffee" if key in ("coffee", "tea", "juice", "cake") else "noodles",
    }[verb]
    if key in ("coffee", "tea") and verb == "drink":
        wanted = "coffee"
    choices = [a for a in actions(verb) if wanted in a.objects]
    clause = event(
        draw,
        choices=choices,
        tense=tense,
        time=85,
        place_chance=70,
        manner_chance=0,
        company_chance=0,
    ).without("object")
    when = clause.part("time")
    if key == "beer" and (
        clause.subject.group in ("y", "c") or (when and not fits("drink", "beer", when))
    ):
        return None
    number, units, of, noun = words(f"{draw.pick(tuple(NUMBERS)[:2])} {unit} of {key}")
    korean = [
        Eojeol(NOUNS[key].korean, (noun,)),
        Eojeol(NUMBERS[number.text], (number,)),
        Eojeol(counter, (units,), (of,)),
    ]
    part = Part("object", (number, units, of, noun), tuple(marked(korean, "을")))
    clause = Clause(
        clause.subject, clause.verb, (*clause.parts, part), (verb, clause.verb.korean.text, key)
    )
    return draft(render(clause, tense))


CROWDS = {
    "student": "study sing dance play exercise laugh",
    "child": "dance sing run play laugh cry sleep",
    "tourist": "walk rest take",
    "doctor": "work rest",
    "nurse": "work rest",
    "farmer": "work rest walk",
    "dog": "run sleep",
    "cat": "sleep",
    "singer": "sing dance",
    "police officer": "run walk",
    "artist": "draw rest",
}
ANIMAL_PLACES = {"run": "park playground garden beach", "sleep": "garden park"}


@pattern("several do", 1.1)
def several_do(draw):
    """Draw, for example: Five dogs slept in the garden two days ago."""
    key = draw.pick(list(CROWDS))
    verb = draw.pick(CROWDS[key].split())
    subject = counted_phrase(draw, key, adjective=30, numbers=tuple(NUMBERS)[:5])
    choices = [a for a in actions(verb) if a.places and a.objects != ("exam",)]
    action = draw.pick(choices)
    places = ANIMAL_PLACES.get(verb, "").split() if key in ("dog", "cat") else list(action.places)
    if verb == "take":
        action = next(a for a in actions("take") if "photo" in a.objects)
        places = list(action.places)
    if verb == "work":
        places = {"doctor": ["hospital"], "nurse": ["hospital"], "farmer": ["village"]}[key]
    if verb == "rest":
        places = ["park", "garden"]
    parts = [place(draw.pick(places))]
    noun = ""
    if action.objects:
        noun = draw.pick([o for o in action.objects if o not in ("PERSON", "golf")])
        item = thing(draw, noun, adjective=10, determiners=("a", "the"))
        parts.append(Part("object", item.english, tuple(item.marked("을"))))
    elif "loudly" in action.manners and draw.chance(40):
        parts.append(manner("loudly"))
    clause = Clause(subject, action.verb, tuple(parts), (verb, action.verb.korean.text, noun))
    if draw.chance(50):
        return draft(render(clause, "present", modal="progressive", particle="이"))
    when = draw_time(draw, "past")
    told = render(clause.with_parts(when), "past", particle="이")
    # What is new comes after the time: 어제 학생 세 명이 공원에서 춤을 췄어요.
    rest = told.parts[len(when.korean) :]
    return Draft(told.english, [*when.korean, *told.subject, *rest, *told.verb], ".", told.kinds)
