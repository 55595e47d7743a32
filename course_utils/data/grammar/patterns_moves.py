"""Patterns of one clause: going somewhere, giving something, wanting, being able, being obliged."""

from dataclasses import replace

from .clauses import Clause, render
from .conjugation import Stem
from .customs import fits, may_be
from .drafts import draft, pattern
from .events import company, draw_person, event, manner
from .noun_phrases import (
    counted_phrase,
    described,
    draw_time,
    goal,
    own_person,
    people,
    prepositional,
    thing,
)
from .nouns import NOUNS
from .patterns_statements import DUTIES, EFFORTS, SKILLS, THESE, WISHES
from .tokens import Part, entries
from .verbs import ALL_ACTIONS, MANNERS, actions

VERBS = {action.english: action.verb for action in ALL_ACTIONS}
DESTINATIONS = entries(
    "school library park home restaurant office hospital market station beach cafe museum theater"
    " airport bookstore bakery Seoul Busan village pool university gym store"
)
VEHICLES = ("bus|버스", "taxi|택시", "train|기차", "subway|지하철", "bicycle|자전거", "car|자동차")

NEARBY = tuple(v for v in VEHICLES if "train" not in v)


def travel(draw, verb, tense, *, subject=None, time=70, extras=60):
    """Draw a Clause of going or coming to a place, perhaps by a vehicle or with somebody."""
    subject = subject or people(draw, "aeyc")
    where = draw.pick(
        DESTINATIONS if verb == "go" else ["home", "home", "school", "office", "Seoul"]
    )
    while not may_be(subject, where, verb):
        where = draw.pick(DESTINATIONS)
    parts = [goal(where)]
    if draw.chance(extras):
        far = where in ("Seoul", "Busan", "village", "airport", "beach")
        vehicles = VEHICLES[:4] if far else [v for v in VEHICLES if "train" not in v]
        parts.append(prepositional("means", "by", described(draw.pick(vehicles)), "으로"))
    if draw.chance(extras - 20):
        parts.append(company(draw, subject))
    if draw.chance(time):
        parts.append(draw_time(draw, tense))
    return Clause(subject, VERBS[verb], tuple(parts), (verb, VERBS[verb].korean.text, where))


@pattern("go", 1.2)
def go(draw):
    """Draw, for example: I go to the airport by bus with Seoyeon."""
    tense = draw.pick(["past", "past", "future", "present"])
    return draft(render(travel(draw, "go", tense, time=90), tense))


@pattern("come", 0.7)
def come(draw):
    """Draw, for example: Sujin came to Seoul late with Junho this morning."""
    clause = travel(draw, "come", "past", time=0, extras=40)
    clause = clause.with_parts(draw_time(draw, "past"))
    if draw.chance(50):
        clause = clause.with_parts(manner(draw.pick(["early", "late"])))
    return draft(render(clause, "past"))


AIMS = actions("read borrow buy watch study learn play drink eat swim exercise meet sing dance")


@pattern("purpose", 1.6)
def purpose(draw):
    """Draw, for example: Jihun went to the store to buy a chair."""
    tense = draw.pick(["past", "past", "future"])
    subject = people(draw, "y")
    clause = event(
        draw,
        subject=subject,
        choices=AIMS,
        time=0,
        manner_chance=0,
        company_chance=0,
        place_chance=100,
    )
    where = clause.part("place")
    if where is None or where.english[-1].text in ("home", "kitchen", "room", "classroom"):
        return None
    aim = render(clause.without("place"), "infinitive", ending="purpose", silent=True)
    key = " ".join(w.text for w in where.english if w.text not in ("at", "in", "on", "the"))
    move = Clause(subject, VERBS["go"], (goal(key),), clause.kind)
    move = move.with_parts(Part("purpose", tuple(aim.english), tuple(aim.parts + aim.verb)))
    big = clause.kind[2] in NOUNS and NOUNS[clause.kind[2]].kind == "furniture"
    if not big and draw.chance(30):
        move = move.with_parts(prepositional("means", "by", described(draw.pick(NEARBY)), "으로"))
    if draw.chance(60):
        when = draw_time(draw, tense)
        if not fits(clause.kind[0], clause.kind[2], when):
            return None
        move = move.with_parts(when)
    return draft(render(move, tense))


GIFTS = {
    "give": (
        "flower book gift ring watch#thing hat cake doll money apple umbrella rose "
        "ticket map pencil"
    ),
    "send": "letter email gift photo book flower picture ticket box cookies money",
    "show": "picture photo map book letter ticket hat camera watch#thing ring answer",
    "lend": "umbrella book pen bicycle dictionary money car camera computer bag notebook",
}


GIVEN_AS = entries(
    "interesting new old old#worn long short expensive small big beautiful pretty red blue yellow"
    " white black delicious"
)


def gift(draw, tense, counting=True):
    """Draw (subject, verb, receiver, thing given) as (Clause without receiver, receiver)."""
    verb = draw.pick(list(GIFTS))
    subject = people(draw, "ay")
    if subject.pronoun in ("I", "he", "she") and draw.chance(55):
        names = ["friend", "mother", "father", "teacher", "grandmother", "uncle"]
        receiver = own_person(draw.pick(["friend"] if subject.honorific else names), subject)
    else:
        receiver = draw_person(draw, subject, honorific=not subject.honorific)
    key = draw.pick(GIFTS[verb].split()).replace("_", " ")
    given = VERBS[verb]
    if receiver.honorific and given.korean.text.endswith("주"):
        text = {"give": "드리다", "show": "보여 드리다", "lend": "빌려드리다"}[verb]
        given = humble(given, text)
    if (
        counting
        and draw.chance(20)
        and key in ("flower", "book", "apple", "photo", "ticket", "rose", "pencil")
    ):
        phrase = counted_phrase(draw, key)
    else:
        phrase = thing(draw, key, adjective=GIVEN_AS, determiners=("a", "a", "the", "this"))
    part = Part("object", phrase.english, tuple(phrase.marked("을")))
    clause = Clause(subject, given, (part,), (verb, VERBS[verb].korean.text, key))
    if draw.chance(75):
        clause = clause.with_parts(draw_time(draw, tense))
    return clause, receiver


def humble(verb, korean):
    """Return a verb of giving in its humble form (드리다), used towards people one looks up to."""
    *prefix, form = korean.split()
    return replace(verb, korean=Stem.parse(form), prefix=" ".join(prefix))


@pattern("give to", 1.5)
def give_to(draw):
    """Draw, for example: I sent a box to my friend on Saturday."""
    tense = draw.pick(["past", "past", "future"])
    clause, receiver = gift(draw, tense)
    part = prepositional("recipient", "to", receiver, "에게")
    return draft(render(clause.with_parts(part), tense))


@pattern("give two objects", 1.5)
def give_two_objects(draw):
    """Draw, for example: I will send my uncle this gift on Saturday."""
    tense = draw.pick(["past", "past", "future"])
    clause, receiver = gift(draw, tense)
    part = Part("receiver", receiver.english, tuple(receiver.marked("에게")))
    return draft(render(clause.with_parts(part), tense))


@pattern("give not", 0.6)
def give_not(draw):
    """Draw, for example: Sujin did not give a watch to her uncle."""
    clause, receiver = gift(draw, "past", counting=False)
    part = prepositional("recipient", "to", receiver, "에게")
    return draft(render(clause.with_parts(part), "past", negative=True))


def modal_pattern(name, share, modal, tense, choices, negative=False, when=None, **options):
    """Register a pattern of one modal; ``when`` is the tense of its time phrase."""

    @pattern(name, share)
    def draw_modal(draw):
        clause = event(draw, choices=choices, tense=when or tense, **{"time": 75, **options})
        return draft(render(clause, tense, modal=modal, negative=negative))


modal_pattern("want", 1.2, "want", "present", WISHES, when="future", manner_chance=5)
modal_pattern(
    "want not",
    0.9,
    "want",
    "present",
    WISHES,
    True,
    when="future",
    manner_chance=0,
    determiners=THESE,
)
modal_pattern("wanted", 0.7, "want", "past", WISHES, manner_chance=5)
modal_pattern(
    "can",
    0.8,
    "can",
    "present",
    SKILLS,
    time=0,
    when="present",
    manner_chance=60,
    manners=("well", "quickly"),
    adjective=0,
    company_chance=0,
)
modal_pattern(
    "cannot",
    0.8,
    "can",
    "present",
    DUTIES,
    True,
    time=60,
    when="future",
    manner_chance=0,
    determiners=THESE,
)
modal_pattern("could not", 1.0, "could", "past", EFFORTS, True, manner_chance=0, determiners=THESE)
DUTIFUL = {"manner_chance": 15, "manners": tuple(m for m in MANNERS if m != "late")}
modal_pattern("must", 1.2, "must", "present", DUTIES, when="future", **DUTIFUL)
modal_pattern("have to", 0.9, "have", "present", DUTIES, when="future", **DUTIFUL)
modal_pattern("had to", 1.0, "have", "past", DUTIES, **DUTIFUL)
modal_pattern("decided", 0.9, "decide", "past", WISHES, when="future", manner_chance=5)
modal_pattern("tried", 0.9, "try", "past", EFFORTS, manner_chance=0)
modal_pattern(
    "began",
    0.7,
    "begin",
    "past",
    actions("read write study learn draw cook clean exercise grow build make collect prepare"),
    manner_chance=0,
)


RARE = {
    ("eat", "kimchi"),
    ("eat", "fish#food"),
    ("eat", "noodles"),
    ("read", "novel"),
    ("read", "poem"),
    ("read", "comic book"),
    ("read", "magazine"),
    ("watch", "play#show"),
    ("watch", "baseball game"),
    ("watch", "drama"),
    ("watch", "movie"),
    ("play", "golf"),
    ("play", "violin"),
    ("play", "drums"),
    ("play", "tennis"),
    ("play", "badminton"),
    ("play", "guitar"),
    ("play", "volleyball"),
    ("ride", "horse"),
    ("make", "kimchi"),
    ("make", "kite"),
    ("make", "chair"),
    ("make", "cookies"),
    ("write", "novel"),
    ("write", "poem"),
    ("drink", "beer"),
}


@pattern("experience", 0.6)
def experience(draw):
    """Draw, for example: My grandmother has traveled in Seoul with her friend."""
    choices = actions("eat read watch play ride make learn visit travel write teach meet drink")
    clause = event(
        draw,
        choices=choices,
        time=0,
        manner_chance=0,
        company_chance=25,
        adjective=0,
        place_chance=25,
        determiners=("this", "that", "a"),
    )
    verb, _, key = clause.kind
    if (verb, key) not in RARE and verb not in ("learn", "visit", "travel", "teach", "meet"):
        return None
    return draft(render(clause, "present", modal="experience", negative=draw.chance(55)))


@pattern("live", 0.7)
def live(draw):
    """Draw, for example: My cousin works with his friend at the office."""
    choices = actions("live work stay", often=("day", "long", "state"))
    clause = event(draw, choices=choices, time=0, place_chance=100, company_chance=55)
    tense = "past" if clause.kind[0] == "stay" else draw.pick(["present", "present", "past"])
    return draft(render(clause, tense))
