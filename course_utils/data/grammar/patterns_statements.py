"""Patterns of one clause that states something: tenses, negation, modals, gifts, movement."""

from .clauses import render
from .customs import UNWILLING, fits
from .drafts import draft, pattern
from .events import DOING, event, frequency
from .noun_phrases import (
    NUMBERS,
    described,
    draw_time,
    prepositional,
    time,
)
from .nouns import DAYTIMES, NOUNS
from .tokens import Eojeol, Part, entries, eojeols, words
from .verbs import actions

THESE = ("the", "the", "the", "the", "this", "that")
HABITS = actions(
    "eat drink read write watch play take ride listen_to sing dance make cook study clean wash"
    " wait_for order use sleep work exercise swim walk run get_up sell teach wear do draw"
    " help call meet",
    often=("day",),
) + actions("teach learn travel borrow visit")
HABITS = tuple(a for a in HABITS if a.objects != ("exam",))
ABSTAINING = tuple(
    a
    for a in HABITS
    if a.english
    in entries(
        "eat drink read watch play take ride sing dance cook study use exercise swim run draw"
    )
    and a.objects[:1] not in (("shower",), ("class",), ("medicine",), ("walk#thing",))
)
WILLED = tuple(a for a in DOING if a.english not in UNWILLING)
LASTING = actions(
    "read write watch play listen_to sing dance make cook study clean draw wait_for look_for fix"
    " sleep rest work exercise swim walk run ride"
)
NOW = actions(
    "eat drink read write watch play ride listen_to sing dance make cook study clean wash"
    " wait_for look_for draw fix sleep rest work exercise swim walk run prepare do carry wear build"
    " choose teach"
)
UNDER_WAY = ("quietly", "alone", "hard", "slowly", "carefully", "loudly", "together")
SKILLS = actions("play ride sing dance cook teach fix draw swim make run") + actions("build sell")
DUTIES = actions(
    "read write clean wash fix study learn prepare finish do take call meet buy sell turn_off"
    " visit bring exercise get_up open close order borrow help use cook work teach wait_for"
)
WISHES = actions(
    "eat drink read watch buy play take ride listen_to learn travel meet visit sing dance make draw"
    " order swim live study wear rest grow borrow sleep help plant invite"
)
EFFORTS = actions(
    "read write study learn open find fix draw build help call meet catch sing carry"
    " understand sleep cook make play clean"
)


@pattern("past", 1.6)
def past(draw):
    """Draw, for example: I wore a mask in the park on Saturday."""
    return draft(render(event(draw, time=85, place_chance=75), "past"))


@pattern("past not", 1.2)
def past_not(draw):
    """Draw, for example: Minsu did not travel in Seoul three years ago."""
    clause = event(draw, choices=WILLED, time=85, manner_chance=0, determiners=THESE)
    return draft(render(clause, "past", negative=True))


@pattern("future", 1.4)
def future(draw):
    """Draw, for example: I will call the students at school this weekend."""
    return draft(render(event(draw, tense="future", time=90, place_chance=75), "future"))


@pattern("future not")
def future_not(draw):
    """Draw, for example: Minsu will not look for that cat this weekend."""
    clause = event(
        draw, choices=WILLED, tense="future", time=90, manner_chance=0, determiners=THESE
    )
    return draft(render(clause, "future", negative=True))


@pattern("progressive")
def progressive(draw):
    """Draw, for example: I am watching the play at the theater now."""
    clause = event(draw, manners=UNDER_WAY, choices=NOW, time=0, place_chance=85)
    if draw.chance(50):
        now = words("now")
        clause = clause.with_parts(Part("time", tuple(now), (Eojeol("지금", tuple(now)),)))
    return draft(render(clause, "present", modal="progressive"))


@pattern("was doing", 0.7)
def was_doing(draw):
    """Draw, for example: Minsu was exercising at home at eight o'clock yesterday."""
    clause = event(draw, manners=UNDER_WAY, choices=NOW, time=0, place_chance=90)
    if clause.kind[2] in NOUNS and NOUNS[clause.kind[2]].kind == "meal":
        return None
    hour = draw.pick(list(NUMBERS))
    at, number, clock, day = words(f"at {hour} o'clock yesterday")
    korean = (
        Eojeol("어제", (day,)),
        Eojeol(NUMBERS[hour], (number,)),
        Eojeol("시에", (clock,), (at,)),
    )
    clause = clause.with_parts(Part("time", (at, number, clock, day), korean))
    return draft(render(clause, "past", modal="progressive"))


@pattern("habit", 1.2)
def habit(draw):
    """Draw, for example: Junho always swims in the river in the afternoon."""
    often = draw.chance(50)
    clause = event(
        draw, tense="present", choices=HABITS, time=0 if often else 100, manner_chance=10
    )
    if often:
        clause = clause.with_parts(frequency(draw))
        when = time(draw.pick(DAYTIMES.split(";")))
        lasting = clause.kind[0] in ("wear", "travel")  # not "in the evening"
        if not lasting and draw.chance(50) and fits(clause.kind[0], clause.kind[2], when):
            clause = clause.with_parts(when)
    return draft(render(clause, "present"))


@pattern("never")
def never(draw):
    """Draw, for example: My cousin never takes the subway at the station."""
    choices = ABSTAINING
    clause = event(draw, tense="present", choices=choices, time=0, manner_chance=0, adjective=0)
    english = words("never")
    part = Part("never", tuple(english), (Eojeol("전혀", tuple(english)),))
    return draft(render(clause.with_parts(part), "present"))


BRIEF = entries("letter email poem sandwich salad egg song news cookies door window dishes map")


@pattern("duration", 1.2)
def duration(draw):
    """Draw, for example: I played the violin at home for three hours."""
    clause = event(draw, manners=UNDER_WAY, choices=LASTING, time=80, place_chance=80)
    if clause.kind[2] in BRIEF:
        return None
    number = draw.pick(list(NUMBERS)[:4])
    for_, *amount = words(f"for {number} hours")
    korean = (*eojeols(f"{NUMBERS[number]} 시간", amount), Eojeol("동안", (for_,)))
    clause = clause.with_parts(Part("duration", (for_, *amount), korean))
    return draft(render(clause, "past"))


TOOLS = {
    ("write", "letter"): ("a pencil|연필", "a pen|펜", "a computer|컴퓨터"),
    ("write", "report"): ("a pencil|연필", "a computer|컴퓨터", "a phone|휴대폰"),
    ("write", "story"): ("a pencil|연필", "a pen|펜", "a computer|컴퓨터"),
    ("write", "poem"): ("a pencil|연필", "a pen|펜"),
    ("eat", "noodles"): ("chopsticks|젓가락", "a fork|포크"),
    ("eat", "salad"): ("a fork|포크", "chopsticks|젓가락"),
    ("eat", "cake"): ("a fork|포크", "a spoon|숟가락"),
    ("eat", "meat"): ("chopsticks|젓가락", "a fork|포크"),
    ("cut", "bread"): ("a knife|칼",),
    ("cut", "cake"): ("a knife|칼",),
    ("cut", "meat"): ("a knife|칼", "scissors|가위"),
    ("cut", "paper"): ("scissors|가위", "a knife|칼"),
    ("cut", "hair"): ("scissors|가위",),
    ("draw", "picture"): ("a pencil|연필", "a pen|펜", "a brush|붓"),
    ("draw", "flower"): ("a pencil|연필", "a brush|붓"),
    ("draw", "map"): ("a pencil|연필", "a pen|펜"),
    ("draw", "tree"): ("a pencil|연필", "a brush|붓"),
    ("take", "picture#photo"): ("a camera|카메라", "a phone|휴대폰"),
    ("take", "photo"): ("a camera|카메라", "a phone|휴대폰"),
    ("watch", "movie"): ("a computer|컴퓨터", "a phone|휴대폰"),
    ("wash", "hands"): ("soap|비누", "cold water|차가운 물", "warm water|따뜻한 물"),
    ("wash", "face"): ("soap|비누", "cold water|차가운 물", "warm water|따뜻한 물"),
    ("make", "chair"): ("wood|나무",),
    ("make", "table"): ("wood|나무",),
    ("make", "toy"): ("wood|나무", "paper|종이"),
    ("make", "box"): ("wood|나무", "paper|종이"),
}


@pattern("tool", 0.9)
def tool(draw):
    """Draw, for example: Jihun will write the letter with a computer tonight."""
    clause = event(
        draw,
        choices=actions("write eat cut draw take wash make"),
        company_chance=0,
        adjective=10,
        time=70,
        place_chance=50,
    )
    if (clause.kind[0], clause.kind[2]) not in TOOLS:
        return None
    entry = draw.pick(TOOLS[clause.kind[0], clause.kind[2]])
    part = prepositional("means", "with", described(entry), "으로")
    tense = draw.pick(["past", "past", "future"])
    if clause.part("time"):
        clause = clause.without("time").with_parts(draw_time(draw, tense))
    return draft(render(clause.with_parts(part), tense))
