"Patterns that report a clause or embed a question: says that, thinks that, knows where, knows if."

from .clauses import Clause, Verb, render
from .conjugation import Stem
from .drafts import Draft, pattern
from .events import event
from .noun_phrases import people
from .patterns_nominal import described_thing
from .patterns_questions import WHAT, wh, you
from .patterns_statements import HABITS, THESE
from .tokens import words
from .verbs import actions

# What is worth telling or knowing of somebody.
NOTABLE = tuple(
    a
    for a in actions(
        "buy sell read write borrow lose choose meet invite visit travel learn study teach"
        " build play watch"
        " sing dance order cook make plant grow raise collect fix draw take prepare finish"
        " arrive work call help"
        " clean exercise swim eat drink bring use stay"
    )
    if "shower" not in a.objects
)
SAY = Verb("say", Stem("하"))
THINK = Verb("think", Stem.parse("생각하다"))
KNOW = Verb("know", Stem("알"), negative=Stem("모르", irregular="르"))
REMEMBER = Verb("remember", Stem.parse("기억하다"))


def _about(draw, teller, tense, **options):
    """Draw the event that somebody tells of: somebody else's."""
    subject = people(draw, "aeyc", without=(teller.noun, "I", "we"))
    if teller.noun in ("I",) and subject.english[0].text == "my":
        return None
    return event(
        draw,
        subject=subject,
        tense=tense,
        time=75,
        place_chance=60,
        manner_chance=5,
        company_chance=10,
        adjective=10,
        **options,
    )


def _embed(main, dependent, connective, mark="."):
    """Put a clause before the verb of the main clause, as Korean does with what is said."""
    return Draft(
        [*main.english, *connective, *dependent.english],
        [*main.subject, *dependent.korean, *main.parts, *main.verb],
        mark,
        main.kinds + dependent.kinds,
    )


@pattern("says that", 2.2)
def says_that(draw):
    """Draw, for example: Jihun says that Junho took a class at school."""
    teller = people(draw, "aeyc", pronouns=False)
    tense = draw.pick(["past", "past", "future", "present"])
    choices = HABITS if tense == "present" else NOTABLE
    clause = _about(draw, teller, tense, choices=choices)
    if clause is None or (tense == "present" and clause.part("time") is None):
        return None
    that = words("that")
    main = render(Clause(teller, SAY, (), ("say", "하", "")), "present")
    dependent = render(clause, tense, ending="quoted", connective=that, particle="이")
    return _embed(main, dependent, that)


@pattern("thinks that", 1.4)
def thinks_that(draw):
    """Draw, for example: Jihun thinks that the living room is really dark."""
    teller = people(draw, "aey")
    that = words("that")
    main = render(Clause(teller, THINK, (), ("think", "생각하", "")), "present")
    clause, tense = described_thing(draw)
    if clause.subject.english[0].text == "that":
        return None
    dependent = render(
        clause,
        tense,
        ending="quoted",
        connective=that,
        particle="이",
        negative=draw.chance(25) and not clause.part("degree"),
    )
    return _embed(main, dependent, that)


def _knower(draw):
    """Draw who knows (or not): returns (subject, render options, mark)."""
    if draw.chance(35):
        return you(), {"question": True}, "?"
    subject = people(draw, "aeyc")
    return subject, {"negative": draw.chance(60)}, "."


def _know(subject, options):
    return render(Clause(subject, KNOW, (), ("know", "알", "")), "present", **options)


@pattern("knows where", 1.4)
def knows_where(draw):
    """Draw, for example: I do not know where the singer exercised yesterday."""
    knower, options, mark = _knower(draw)
    tense = draw.pick(["past", "past", "future"])
    choices = [
        a
        for a in NOTABLE
        if a.places
        and a.english not in ("stay", "live", "visit", "travel", "arrive", "plant", "build")
    ]
    clause = _about(draw, knower, tense, choices=choices, determiners=THESE)
    if clause is None:
        return None
    where = wh("place", "where", "어디에서")
    clause = clause.without("place", "manner").with_parts(where)
    dependent = render(clause, tense, ending="whether", particle="이")
    return _embed(_know(knower, options), dependent, [], mark)


@pattern("knows what", 1.2)
def knows_what(draw):
    """Draw, for example: Do you know what Junho bought at the store?"""
    knower, options, mark = _knower(draw)
    tense = draw.pick(["past", "past", "future"])
    clause = _about(draw, knower, tense, choices=WHAT)
    if clause is None:
        return None
    what = wh("object", "what", "무엇을")
    clause = clause.without("manner").asking(what)
    dependent = render(clause, tense, ending="whether", particle="이")
    return _embed(_know(knower, options), dependent, [], mark)


@pattern("knows why", 1.2)
def knows_why(draw):
    """Draw, for example: Do you know why the doctor lost that watch?"""
    knower, options, mark = _knower(draw)
    clause = _about(draw, knower, "past", choices=NOTABLE, determiners=THESE)
    if clause is None:
        return None
    clause = clause.without("manner").with_parts(wh("frequency", "why", "왜"))
    dependent = render(clause, "past", ending="whether", particle="이", negative=draw.chance(45))
    return _embed(_know(knower, options), dependent, [], mark)


@pattern("knows when", 1.2)
def knows_when(draw):
    """Draw, for example: I know when the child will visit this school."""
    knower, options, mark = _knower(draw)
    tense = draw.pick(["past", "future"])
    clause = _about(draw, knower, tense, choices=NOTABLE, determiners=THESE)
    if clause is None:
        return None
    clause = clause.without("time", "manner").with_parts(wh("time", "when", "언제"))
    dependent = render(clause, tense, ending="whether", particle="이")
    return _embed(_know(knower, options), dependent, [], mark)


@pattern("knows if", 1.8)
def knows_if(draw):
    """Draw, for example: I do not know if the students love music."""
    asking = draw.chance(40)
    knower = you() if asking else people(draw, "aeyc")
    tense = draw.pick(["past", "future", "present"])
    choices = actions("like love hate know", often=("state",)) if tense == "present" else NOTABLE
    clause = _about(draw, knower, tense, choices=choices)
    if clause is None:
        return None
    if tense == "present":
        clause = clause.without("time", "manner", "place")
    if_ = words("if")
    options = {"question": True} if asking else {"negative": True}
    dependent = render(clause, tense, ending="whether", connective=if_, particle="이")
    return _embed(_know(knower, options), dependent, if_, "?" if asking else ".")
