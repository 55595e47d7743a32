"""Patterns that ask: yes or no, what, who, where, when, why, how many."""

from .clauses import render
from .drafts import Draft, draft, pattern
from .events import DOING, adverb, event
from .hangul import with_particle
from .noun_phrases import people, time
from .nouns import NOUNS
from .patterns_moves import travel
from .patterns_statements import HABITS, NOW, SKILLS, THESE
from .tokens import Eojeol, NounPhrase, Part, words
from .verbs import actions

ASKABLE = tuple(a for a in DOING if a.english not in ("get up", "hate", "arrive", "come", "go"))
WHAT = actions(
    "eat drink read write watch buy make cook learn study draw choose lose find plant order"
    " prepare sell borrow look_for collect carry bring catch"
)


def you():
    """Return "you" as a subject: Korean leaves it out."""
    return NounPhrase(tuple(words("you")), (), "you", person=2, pronoun="you", group="n")


def asked(draw):
    """Draw whom a question is about: the one spoken to, or somebody else."""
    if draw.chance(45):
        return you()
    subject = people(draw, "aeyc", pronouns=False)
    return subject


def wh(slot, english, korean):
    """Return a fronted question word as a Part."""
    english = words(english)
    return Part(
        slot, tuple(english), tuple(Eojeol(t, tuple(english)) for t in korean.split()), True
    )


@pattern("did ?", 1.1)
def did(draw):
    """Draw, for example: Did Jihun eat dinner at home two days ago?"""
    clause = event(draw, subject=asked(draw), choices=ASKABLE, time=90, manner_chance=10)
    return clause and draft(render(clause, "past", question=True), "?")


@pattern("will ?", 0.9)
def will(draw):
    """Draw, for example: Will Junho carry the table at the office tomorrow?"""
    clause = event(
        draw, subject=asked(draw), tense="future", choices=ASKABLE, time=95, manner_chance=5
    )
    return clause and draft(render(clause, "future", question=True), "?")


@pattern("do ?", 0.9)
def do(draw):
    """Draw, for example: Do you draw maps in the garden every evening?"""
    subject = asked(draw)
    states = draw.chance(30)
    choices = actions("like love hate know remember", often=("state",)) if states else HABITS
    clause = event(
        draw,
        subject=subject,
        tense="present",
        choices=choices,
        manner_chance=0,
        time=0 if states else 70,
    )
    if clause is None:
        return None
    if not states and clause.part("time") is None:
        clause = clause.with_parts(adverb("often", "often", "자주"))
    return draft(render(clause, "present", question=True), "?")


@pattern("is doing ?", 0.5)
def is_doing(draw):
    """Draw, for example: Are you eating the delicious noodles at the restaurant?"""
    clause = event(draw, subject=asked(draw), choices=NOW, time=0, place_chance=80)
    return clause and draft(render(clause, "present", modal="progressive", question=True), "?")


@pattern("can ?", 0.5)
def can(draw):
    """Draw, for example: Can Jihun play the violin well at home?"""
    clause = event(
        draw,
        subject=asked(draw),
        choices=SKILLS,
        time=0,
        manner_chance=60,
        manners=("well", "quickly"),
        adjective=0,
        company_chance=0,
    )
    return clause and draft(render(clause, "present", modal="can", question=True), "?")


@pattern("what", 1.1)
def what(draw):
    """Draw, for example: What did Jihun catch in the park on Saturday?"""
    tense = draw.pick(["past", "past", "future"])
    clause = event(draw, subject=asked(draw), tense=tense, choices=WHAT, time=85, manner_chance=0)
    if clause is None:
        return None
    part = wh("object", "what", "무엇을")
    return draft(render(clause.asking(part), tense, question=True), "?")


@pattern("who", 1.1)
def who(draw):
    """Draw, for example: Who ate the fresh banana at home on Monday?"""
    tense = draw.pick(["past", "past", "future"])
    word = tuple(words("who"))
    asker = NounPhrase(
        word, (Eojeol("누구", word),), "who", pronoun="he", forms=(("이", "누가"),), group="n"
    )
    clause = event(
        draw,
        subject=asker,
        tense=tense,
        choices=ASKABLE,
        time=80,
        company_chance=0,
        manner_chance=10,
    )
    if clause is None or (NOUNS.get(clause.kind[2]) and NOUNS[clause.kind[2]].article == "own"):
        return None
    order = render(clause, tense, particle="이")
    # 누가 stands right before what is asked about, after the time: 어제 누가 책을 읽었어요?
    when = list(clause.part("time").korean) if clause.part("time") else []
    rest = order.parts[len(when) :]
    return Draft(order.english, when + order.subject + rest + order.verb, "?", order.kinds)


@pattern("whom", 0.6)
def whom(draw):
    """Draw, for example: Who did the police officer wait for on Saturday?"""
    tense = draw.pick(["past", "past", "future"])
    verb = draw.pick(["meet", "call", "help", "invite", "wait_for"])
    clause = event(
        draw,
        subject=asked(draw),
        tense=tense,
        choices=[a for a in actions(verb) if a.objects == ("PERSON",)],
        time=90,
        manner_chance=0,
        company_chance=0,
    )
    if clause is None:
        return None
    part = wh("object", "who", "누구에게" if verb == "call" else "누구를")
    return draft(render(clause.asking(part), tense, question=True), "?")


@pattern("where", 1.1)
def where(draw):
    """Draw, for example: Where did Minsu lose the umbrella three years ago?"""
    tense = draw.pick(["past", "past", "future"])
    choices = [
        a
        for a in ASKABLE
        if a.places
        and a.english not in ("stay", "live", "visit", "travel", "arrive", "plant", "build")
    ]
    clause = event(
        draw,
        subject=asked(draw),
        tense=tense,
        choices=choices,
        time=75,
        place_chance=0,
        manner_chance=0,
        determiners=THESE,
    )
    if clause is None:
        return None
    part = wh("place", "where", "어디에서")
    return draft(render(clause.with_parts(part), tense, question=True), "?")


@pattern("where to", 0.4)
def where_to(draw):
    """Draw, for example: Where did my sister go by bus last night?"""
    tense = draw.pick(["past", "future"])
    clause = travel(draw, "go", tense, subject=asked(draw), extras=45, time=90)
    return draft(render(clause.asking(wh("goal", "where", "어디에")), tense, question=True), "?")


@pattern("when ?", 1.0)
def when(draw):
    """Draw, for example: When did Jihun take the subway at the station?"""
    tense = draw.pick(["past", "future"])
    choices = [a for a in ASKABLE if a.english not in ("stay",)]
    clause = event(
        draw,
        subject=asked(draw),
        tense=tense,
        choices=choices,
        time=0,
        place_chance=60,
        manner_chance=0,
        determiners=THESE,
    )
    if clause is None:
        return None
    return draft(render(clause.with_parts(wh("time", "when", "언제")), tense, question=True), "?")


@pattern("why", 1.1)
def why(draw):
    """Draw, for example: Why did Junho not travel in Seoul last month?"""
    negative = draw.chance(50)
    clause = event(
        draw,
        subject=asked(draw),
        choices=ASKABLE,
        time=60,
        place_chance=40,
        manner_chance=0,
        determiners=THESE,
    )
    if clause is None:
        return None
    part = wh("frequency", "why", "왜")
    return draft(render(clause.with_parts(part), "past", negative=negative, question=True), "?")


@pattern("how", 0.4)
def how(draw):
    """Draw, for example: How did Sujin go to the bakery this morning?"""
    clause = travel(draw, "go", "past", subject=asked(draw), extras=0, time=85)
    clause = clause.with_parts(wh("means", "how", "어떻게"))
    return draft(render(clause, draw.pick(["past"]), question=True), "?")


@pattern("how many", 1.1)
def how_many(draw):
    """Draw, for example: How many butterflies did you catch in the garden?"""
    choices = [
        a for a in actions("read buy write eat sell draw plant catch carry collect borrow choose")
    ]
    tense = draw.pick(["past", "past", "future"])
    clause = event(
        draw,
        subject=asked(draw),
        tense=tense,
        choices=choices,
        time=90,
        manner_chance=0,
        company_chance=0,
    )
    if clause is None:
        return None
    noun = NOUNS.get(clause.kind[2])
    if noun is None or noun.counter in ("", "켤레") or not noun.plural or noun.kind == "drink":
        return None
    english = words(f"how many {noun.plural}")
    asking, thing_ = tuple(english[:2]), tuple(english[2:])
    korean = [
        Eojeol(with_particle(noun.korean, "을"), thing_),
        Eojeol("몇", asking),
        Eojeol(noun.counter, thing_[-1:]),
    ]
    part = Part("object", tuple(english), tuple(korean), True)
    return draft(render(clause.without("object").with_parts(part), tense, question=True), "?")


@pattern("what time", 0.4)
def what_time(draw):
    """Draw, for example: What time did you come to Seoul on Monday?"""
    tense = draw.pick(["past", "future"])
    verb = draw.pick(["come", "go", "get_up", "arrive"])
    subject = asked(draw)
    if verb in ("come", "go"):
        clause = travel(draw, verb, tense, subject=subject, extras=0, time=0)
    else:
        clause = event(draw, subject=subject, choices=actions(verb), time=0, manner_chance=0)
        clause = clause.without("manner")
    day = draw.pick(
        ["yesterday|어제", "on Monday|월요일에"]
        if tense == "past"
        else ["tomorrow|내일", "on Friday|금요일에"]
    )
    day = time(day)
    english = words("what time")
    asking = (Eojeol("몇", tuple(english[:1])), Eojeol("시에", tuple(english[1:])))
    clause = clause.with_parts(day, Part("time", tuple(english), asking, True))
    return draft(render(clause, tense, question=True), "?")
