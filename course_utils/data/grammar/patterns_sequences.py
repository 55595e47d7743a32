"""Patterns of two clauses: before, after, while, until, and, but."""

from dataclasses import replace

from .clauses import Clause, render
from .customs import fits
from .drafts import Draft, pattern
from .events import fitting_time, manner
from .linking import other_subject, same_subject
from .noun_phrases import draw_time, goal, people
from .patterns_conditions import CALL, familiar
from .patterns_moves import VERBS
from .situations import reaction
from .tokens import entries, words

# What may be done one after the other on any day.
DAILY = entries("""eat:breakfast@home eat:lunch@restaurant eat:dinner@home eat:dinner clean:room
    clean:kitchen clean:bathroom
    clean:living_room wash:dishes wash:hands wash:face wash:hair wash:clothes wash:car
    take:shower do:homework
    do:homework@library finish:homework read:newspaper read:book@library read:novel@home
    read:magazine@cafe
    watch:television watch:news watch:movie@home watch:drama write:letter write:email write:report
    listen_to:music listen_to:radio drink:coffee drink:tea@home drink:milk drink:coffee@cafe
    take:medicine
    take:walk#thing@park exercise@gym exercise@park play:piano play:guitar play:violin
    play:soccer@park
    play:tennis@park play:basketball@playground call:mother call:friend make:bread@kitchen
    make:cake@kitchen
    make:sandwich cook:fish#food cook:chicken study:English@library study:history
    study:mathematics@library
    fix:bicycle fix:computer draw:picture meet:friend@cafe meet:friend@park buy:bread@bakery
    buy:vegetables@market go>market go>library go>gym rest@home swim@pool run@park order:pizza
    borrow:book@library
    plant:flower@garden finish:report@office""")
# Not in one sentence, whatever their order.
CLASHES = (
    ("eat", "eat"),
    ("watch", "watch"),
    ("wash", "shower"),
    ("study", "do"),
    ("do", "finish"),
    ("go", "go"),
    ("drink", "drink"),
    ("finish", "do"),
    ("play", "play"),
    ("cook", "order"),
    ("order", "cook"),
)


def _pair(draw, subject, entries=DAILY, **options):
    """Draw two different events of one subject; returns two Clauses or None."""
    first = reaction(draw, subject, draw.pick(entries), adjective=10, place_chance=55, **options)
    second = reaction(draw, subject, draw.pick(entries), adjective=10, place_chance=55, **options)
    if first is None or second is None:
        return None
    one, two = first[0].kind, second[0].kind
    if one[0] == two[0] or one[2] == two[2] != "" or (one[0], two[0]) in CLASHES:
        return None
    if {one[2], two[2]} & {"shower"} and {one[0], two[0]} & {"wash", "swim"}:
        return None
    return first[0], second[0]


WRONG_ORDER = {  # (earlier, later) that make no sense
    ("dinner", "breakfast"),
    ("dinner", "lunch"),
    ("lunch", "breakfast"),
}


def _in_time(draw, clause, other, tense):
    when = fitting_time(draw, tense, "day", clause.kind[0], clause.kind[2])
    return when if fits(other.kind[0], other.kind[2], when) else None


def _before_after(draw, english, ending):
    subject = people(draw, "aeyc")
    pair = _pair(draw, subject)
    if pair is None:
        return None
    main, dependent = pair
    when, tense = None, draw.pick(["past", "past", "past", "future"])
    if draw.chance(55):
        when = _in_time(draw, main, dependent, tense)
        if when is None:
            return None
        main = main.with_parts(when)
    connective = words(english)
    dependent = replace(dependent, subject=subject.again())
    return same_subject(
        render(main, tense),
        render(
            dependent,
            "past" if tense == "past" else "present",
            ending=ending,
            connective=connective,
        ),
        connective,
        when,
    )


@pattern("before", 2.2)
def before(draw):
    """Draw, for example: I played the piano before I washed my hands."""
    return _before_after(draw, "before", "before")


@pattern("after", 2.2)
def after(draw):
    """Draw, for example: I played the violin after I took a shower."""
    return _before_after(draw, "after", "after")


HOUSEHOLD = entries("""clean:kitchen clean:living_room clean:room clean:house wash:dishes
    prepare:dinner prepare:breakfast
    make:cake@kitchen make:bread@kitchen cook:chicken@kitchen cook:fish#food do:homework
    finish:homework take:shower
    eat:dinner turn_off:television fix:computer fix:bicycle close:window close:door
    turn_off:light wash:clothes
    write:letter write:email plant:tree@garden draw:picture play:piano go>school go>market go>office
    make:salad@kitchen buy:flower@market make:cookies@kitchen""")


def _two_people(draw, english, ending):
    subject = people(draw, "aeyc")
    other = familiar(draw, subject)
    entries = [e for e in HOUSEHOLD if ending == "before" or not e.startswith("go")]
    found = reaction(draw, subject, draw.pick(entries), adjective=10)
    if other is None or found is None or other.noun == subject.noun:
        return None
    tense = draw.pick(["past", "past", "future"])
    verb, parts = draw.pick(
        [
            ("come", (goal("home"),)),
            ("come", (goal("home"),)),
            ("call", ()),
            ("come", (goal("home"), manner("late"))),
        ]
    )
    if ending != "before":
        parts = tuple(p for p in parts if p.slot == "goal")
    event_verb = CALL if verb == "call" else VERBS[verb]
    dependent = Clause(other, event_verb, parts, (verb, event_verb.korean.text, ""))
    main, when = found[0], None
    if draw.chance(60):
        when = fitting_time(draw, tense, "day", main.kind[0], main.kind[2])
        main = main.with_parts(when)
    connective = words(english)
    return other_subject(
        render(main, tense),
        render(
            dependent,
            "past" if tense == "past" else "present",
            ending=ending,
            connective=connective,
            particle="이",
        ),
        connective,
        when,
    )


@pattern("before he came", 1.3)
def before_he_came(draw):
    """Draw, for example: I washed the dishes before Minsu came home late."""
    return _two_people(draw, "before", "before")


@pattern("after he came", 1.0)
def after_he_came(draw):
    """Draw, for example: I cleaned the house on Monday after Minsu called."""
    return _two_people(draw, "after", "after")


BACKGROUND = entries("""listen_to:music listen_to:radio listen_to:song listen_to:news
    drink:coffee drink:tea drink:juice
    drink:milk eat:bread eat:cookies eat:chocolate eat:apple sing:song wait_for:bus wait_for:train
    wait_for:friend wait_for:subway watch:television""")
FOREGROUND = entries("""read:newspaper read:book read:magazine read:novel clean:room
    clean:kitchen clean:living_room wash:dishes
    wash:car do:homework draw:picture draw:map write:letter write:email write:report
    cook:noodles@kitchen
    cook:meat@kitchen make:sandwich@kitchen make:cake@kitchen exercise@gym run@park walk@park
    walk@beach rest@garden
    rest@park study:English study:Korean study:science fix:bicycle make:chair prepare:dinner""")
HANDS_FULL = ("clean", "wash", "cook", "make", "exercise", "run", "fix", "prepare")


@pattern("while", 2.2)
def while_(draw):
    """Draw, for example: I washed the dishes while I was watching television."""
    subject = people(draw, "aeyc")
    one = reaction(draw, subject, draw.pick(FOREGROUND), adjective=10)
    two = reaction(draw, subject, draw.pick(BACKGROUND), adjective=10)
    if one is None or two is None:
        return None
    main, dependent = one[0], two[0]
    busy = main.kind[0] in HANDS_FULL
    if busy and dependent.kind[0] in ("drink", "eat", "wait for"):
        return None
    if dependent.kind[0] == "wait for" and (
        main.kind[0] not in ("read", "draw", "study", "write", "walk", "rest") or main.part("place")
    ):
        return None
    if dependent.kind[0] in ("watch", "sing") and main.kind[0] in (
        "read",
        "run",
        "study",
        "write",
        "walk",
    ):
        return None
    if (dependent.kind[2] == "television" and main.part("place")) or (
        dependent.kind[2] == "news" and main.kind[0] in ("study", "read", "do")
    ):
        return None
    when = None
    if draw.chance(55):
        when = fitting_time(draw, "past", "day", main.kind[0], main.kind[2])
        main = main.with_parts(when)
    connective = words("while")
    dependent = replace(dependent, subject=subject.again())
    return same_subject(
        render(main, "past"),
        render(dependent, "past", modal="while", ending="while", connective=connective),
        connective,
        when,
    )


@pattern("until", 1.0)
def until(draw):
    """Draw, for example: I stayed at the hospital until my mother called."""
    subject = people(draw, "aeyc")
    other = familiar(draw, subject)
    stays = entries("""rest@home stay@home wait_for:bus read:book@library study:English@library
    read:newspaper@cafe stay@library
        watch:television@home play:piano@home listen_to:music@home stay@hospital read:magazine@home
        drink:coffee@cafe stay@hotel study:mathematics@home draw:picture@home exercise@gym""")
    found = reaction(draw, subject, draw.pick(stays), adjective=0)
    if (
        other is None
        or found is None
        or other.noun == subject.noun
        or found[0].kind[0] == "wait for"
    ):
        return None
    main = found[0]
    where = main.part("goal") or main.part("place")
    key = " ".join(w.text for w in where.english[1:] if w.text != "the")
    verb, parts = draw.pick(
        [("come", (goal(key),)), ("call", ())] if key == "home" else [("call", ())]
    )
    event_verb = CALL if verb == "call" else VERBS[verb]
    dependent = Clause(other, event_verb, parts, (verb, event_verb.korean.text, ""))
    tense, when = draw.pick(["past", "past", "future"]), None
    if draw.chance(55):
        when = draw_time(draw, tense)
        main = main.with_parts(when)
    connective = words("until")
    return other_subject(
        render(main, tense),
        render(
            dependent,
            "past" if tense == "past" else "present",
            ending="until",
            connective=connective,
            particle="이",
        ),
        connective,
        when,
    )


@pattern("and then", 2.0)
def and_then(draw):
    """Draw, for example: I drank coffee and washed my hands last night."""
    subject = people(draw, "aeyc")
    pair = _pair(draw, subject)
    if pair is None:
        return None
    first, second = pair
    if (first.kind[2], second.kind[2]) in WRONG_ORDER:
        return None
    tense, when = draw.pick(["past", "past", "future"]), None
    if draw.chance(65):
        when = _in_time(draw, second, first, tense)
        if when is None:
            return None
    connective = words("and")
    one = render(first, tense, ending="and then", connective=connective)
    second = replace(second, subject=subject.again())
    two = render(second.with_parts(when) if when else second, tense)
    early = len(when.korean) if when else 0
    # "he" and the second "will" are not said; what "will" stands for belongs to the first one.
    unsaid = 2 if tense == "future" else 1
    if tense == "future":
        will = next(w for w in one.english if w.text == "will")
        two.verb[-1] = replace(two.verb[-1], sure=(will,))
        one.verb[-1] = replace(
            one.verb[-1], possible=tuple(w for w in one.verb[-1].possible if w is not will)
        )
    return Draft(
        [*one.english, *connective, *two.english[unsaid:]],
        [*one.subject, *two.parts[:early], *one.parts, *one.verb, *two.parts[early:], *two.verb],
        kinds=one.kinds + two.kinds,
    )
