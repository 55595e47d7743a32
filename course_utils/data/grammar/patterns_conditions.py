"""Patterns of two clauses: when and if. Korean puts the time and the condition first."""

from dataclasses import replace

from .adjectives import predicate
from .clauses import Clause, render
from .drafts import pattern
from .events import event, frequency, manner
from .linking import other_subject, same_subject
from .noun_phrases import draw_time, goal, own_person, people, time
from .patterns_moves import VERBS
from .patterns_reasons import FEELINGS, WEATHERS, feeling, react
from .patterns_statements import NOW
from .situations import REACTIONS, WEATHER_REACTIONS, reaction, weather
from .tokens import words
from .verbs import actions

# English tense and modal of a reaction (see situations.REACTIONS) to come, and of a habit.
FUTURE = {"": ("future", False, None), "-": ("future", True, None)}
PRESENT = {
    "": ("present", False, None),
    "-": ("present", True, None),
    "~": ("present", True, "can"),
}


@pattern("when it rains", 1.3)
def when_it_rains(draw):
    """Draw, for example: I draw a picture at home when it snows."""
    key = draw.pick(WEATHERS)
    subject = people(draw, "aeyc")
    drawn = react(draw, WEATHER_REACTIONS, key, subject, PRESENT, adjective=0)
    if drawn is None or drawn[0].kind[0] in ("buy",):
        return None
    clause, how = drawn
    if not how["negative"] and draw.chance(55):
        clause = clause.with_parts(frequency(draw))
    when = words("when")
    dependent = render(weather(draw, key, degree=25), "present", ending="when", connective=when)
    return other_subject(render(clause, **how), dependent, when)


@pattern("when tired", 1.3)
def when_tired(draw):
    """Draw, for example: I cannot write a letter when I am tired."""
    key = draw.pick(FEELINGS)
    subject = people(draw, "aeyc")
    drawn = react(draw, REACTIONS, key, subject, PRESENT, adjective=0)
    if drawn is None:
        return None
    clause, how = drawn
    if not how["negative"] and draw.chance(55):
        clause = clause.with_parts(frequency(draw))
    when = words("when")
    dependent = render(feeling(draw, subject, key, 30), "present", ending="when", connective=when)
    return same_subject(render(clause, **how), dependent, when)


YOUTH = actions(
    "live learn play ride collect raise grow love like hate draw read travel",
    often=("day", "long", "year", "state"),
)


@pattern("when young", 1.1)
def when_young(draw):
    """Draw, for example: Jihun sometimes rode the horse when he was young."""
    subject = people(draw, "ae", without=("we",))
    negative = draw.chance(25)
    clause = event(
        draw,
        subject=subject,
        choices=YOUTH,
        time=0,
        place_chance=75,
        manner_chance=15,
        company_chance=30,
        tense="present",
        adjective=0,
    )
    if clause is None or (clause.kind[0] == "love" and clause.kind[2] == "person"):
        return None
    when = words("when")
    young = predicate("young")
    child = Clause(replace(subject.again(), honorific=False), young, (), ("be young", "어리", ""))
    dependent = render(child, "past", ending="when", connective=when)
    plain = not negative and clause.part("manner") is None  # no "often played well"
    if plain and clause.kind[0] in ("play", "ride", "draw", "read") and draw.chance(60):
        clause = clause.with_parts(frequency(draw))
    return same_subject(render(clause, "past", negative=negative), dependent, when)


INDOORS = ("kitchen", "living room", "bathroom", "home")
OUTDOORS = ("park", "garden", "beach", "playground", "river", "village")
CALL = next(a.verb for a in actions("call"))


def familiar(draw, subject):
    """Draw somebody who may come home to a subject or call: family, friends, first names."""
    grown = subject.english[0].text == "the" and subject.group == "a"
    if (grown or draw.chance(45)) and subject.pronoun in ("I", "he", "she", "they"):
        names = ["mother", "father", "friend", "grandmother", "uncle"]
        if subject.honorific or subject.group in ("a", "e"):
            names = ["friend"]
        return own_person(draw.pick(names), subject)
    other = people(draw, "aey", without=(subject.noun, "I", "we"))
    strange = other.english[0].text == "the" or (
        subject.noun == "I" and other.english[0].text == "my"
    )
    return None if strange else other


def interruption(draw, main):
    """Draw the Clause of something short that happens while somebody does ``main``; or None."""
    where = main.part("place")
    key = " ".join(w.text for w in where.english[1:] if w.text != "the") if where else ""
    other = familiar(draw, main.subject)
    if other is None or other.noun == main.subject.noun:
        return None
    if key in OUTDOORS and draw.chance(60):
        rain = weather(draw, draw.pick(["rain", "snow"]), degree=0)
        return rain, "begin"
    if key in INDOORS and draw.chance(70):
        return Clause(other, VERBS["come"], (goal("home"),), ("come", "오", "home")), None
    if key in ("school", "office", "library", "cafe", "station") and draw.chance(60):
        parts = (goal(key),)
        return Clause(other, VERBS["come"], parts, ("come", "오", key)), None
    return Clause(other, CALL, (), ("call", "전화하", "")), None


@pattern("when he came", 2.0)
def when_he_came(draw):
    """Draw, for example: I was cleaning the classroom alone when Jihun called."""
    main = event(draw, choices=NOW, time=0, place_chance=85, manner_chance=10, company_chance=10)
    if main.kind[0] in ("wear", "take"):
        return None
    found = interruption(draw, main)
    if found is None:
        return None
    dependent, modal = found
    when = words("when")
    return other_subject(
        render(main, "past", modal="progressive"),
        render(dependent, "past", modal=modal, ending="when", connective=when, particle="이"),
        when,
    )


@pattern("if it rains", 1.8)
def if_it_rains(draw):
    """Draw, for example: I will bring an umbrella if it rains tonight."""
    key = draw.pick(WEATHERS)
    subject = people(draw, "aeyc")
    drawn = react(draw, WEATHER_REACTIONS, key, subject, FUTURE, adjective=0)
    if drawn is None:
        return None
    clause, how = drawn
    condition = weather(draw, key, degree=45)
    condition = condition.with_parts(
        time(
            draw.pick(
                [
                    "tomorrow|내일",
                    "this weekend|이번 주말에",
                    "on Friday|금요일에",
                    "on Saturday|토요일에",
                    "tomorrow morning|내일 아침에",
                    "tonight|오늘 밤에",
                ]
            )
        )
    )
    if_ = words("if")
    dependent = render(condition, "present", ending="if", connective=if_)
    return other_subject(render(clause, **how), dependent, if_)


@pattern("if tired", 1.3)
def if_tired(draw):
    """Draw, for example: Jihun will go home if he is tired tonight."""
    key = draw.pick(FEELINGS)
    subject = people(draw, "aeyc")
    drawn = react(draw, REACTIONS, key, subject, FUTURE, adjective=0)
    if drawn is None:
        return None
    clause, how = drawn
    condition = feeling(draw, subject, key, 35)
    if draw.chance(60):
        condition = condition.with_parts(
            time(
                draw.pick(
                    [
                        "tomorrow|내일",
                        "this weekend|이번 주말에",
                        "on Friday|금요일에",
                        "tonight|오늘 밤에",
                    ]
                )
            )
        )
    if_ = words("if")
    dependent = render(condition, "present", ending="if", connective=if_)
    return same_subject(render(clause, **how), dependent, if_)


# What somebody does: what others do then.
CONSEQUENCES = {
    "come>home": """cook:chicken@kitchen cook:fish#food@kitchen cook:meat@kitchen make:cake@kitchen
        make:salad@kitchen make:cookies@kitchen prepare:dinner@home clean:living_room clean:house
        prepare:party@home order:pizza watch:movie@home play:piano@home play:guitar@home
        buy:bread@bakery buy:flower@market eat:dinner@home drink:tea@home turn_on:light
    clean:garden""",
    "come>Seoul": """visit:museum travel:Seoul go>theater go>museum watch:play#show@theater
        watch:movie@theater eat:dinner@restaurant order:chicken@restaurant drink:coffee@cafe go>park
        take:photo@park take:picture#photo@museum buy:gift@store buy:ticket@theater go>station
    go>airport
        walk@park buy:flower@market prepare:dinner@home""",
    "come>school": """play:soccer@playground play:basketball@playground play:tennis@school
    draw:picture@school
        study:English@library study:history@library sing:song@school play:piano@school go>library
        clean:classroom dance@school take:class@school read:book@library""",
    "bring:camera": "take:photo@park take:picture#photo@beach take:photo@garden go>beach go>park",
    "bring:map": "go>village go>museum visit:village walk@village",
    "buy:ticket@theater": "watch:movie@theater watch:play#show@theater go>theater",
    "buy:bread@bakery": "make:sandwich@kitchen make:salad@kitchen drink:coffee@kitchen",
    "buy:car": "travel:Busan travel:Seoul go>beach sell:bicycle sell:truck",
    "play:piano@home": "sing:song@home dance@home listen_to:music@home",
    "play:guitar@park": "sing:song@park dance@park",
    "cook:fish#food@kitchen": "wash:dishes make:salad@kitchen buy:bread@bakery eat:dinner@home",
    "prepare:dinner@home": "wash:dishes buy:cake@bakery clean:kitchen come>home",
    "clean:kitchen": "cook:chicken@kitchen make:cake@kitchen clean:living_room wash:dishes",
    "clean:house": "prepare:dinner@home prepare:party@home wash:dishes clean:garden",
    "prepare:party@home": (
        "buy:flower@market buy:gift@store make:cake@kitchen sing:song@home dance@home"
    ),
    "buy:flower@market": "plant:flower@garden draw:flower@home",
}


@pattern("if he comes", 2.2)
def if_he_comes(draw):
    """Draw, for example: Sujin will order pizza if my cousin comes home."""
    cause = draw.pick(list(CONSEQUENCES) + [k for k in CONSEQUENCES if ">" in k] * 3)
    subject = people(draw, "aey")
    other = familiar(draw, subject)
    if other is None or other.noun == subject.noun:
        return None
    if ">" in cause:
        where = cause.partition(">")[2]
        condition = Clause(other, VERBS["come"], (goal(where),), ("come", "오", where))
        if where == "home" and draw.chance(40):
            condition = condition.with_parts(manner("early"))
    else:
        found = reaction(draw, other, cause, adjective=0, place_chance=60)
        if found is None:
            return None
        condition = found[0]
    drawn = react(draw, CONSEQUENCES, cause, subject, FUTURE, adjective=15)
    if drawn is None:
        return None
    clause, how = drawn
    if draw.chance(75):
        condition = condition.with_parts(draw_time(draw, "future"))
    if_ = words("if")
    return other_subject(
        render(clause, **how),
        render(condition, "present", ending="if", connective=if_, particle="이"),
        if_,
    )
