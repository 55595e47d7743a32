"""Patterns of two clauses: because and so. Korean puts the reason first."""

from dataclasses import replace

from .adjectives import predicate
from .clauses import Clause, render
from .drafts import Draft, pattern
from .events import adverb, fitting_time
from .linking import in_sequence, other_subject, same_subject
from .noun_phrases import draw_time, people
from .nouns import NOUNS
from .situations import DEGREES, REACTIONS, WEATHER_REACTIONS, reaction, weather
from .tokens import words

FEELINGS = tuple(REACTIONS)
WEATHERS = tuple(WEATHER_REACTIONS)
# English tense and modal of a reaction: what one did not do, what one could not do.
PAST = {"": ("past", False, None), "-": ("past", True, None), "~": ("past", True, "could")}


def feeling(draw, subject, key, degree=65):
    """Return the Clause "he is very tired", said of a subject named before."""
    verb = predicate(key)
    parts = (adverb("degree", *draw.pick(DEGREES)),) if draw.chance(degree) else ()
    return Clause(subject.again(), verb, parts, ("be " + key, verb.korean.text, ""))


def react(draw, table, key, subject, tenses, **options):
    """Draw what somebody does in a situation; returns (Clause, render options) or None."""
    entry = draw.pick(table[key].split())
    if entry.lstrip("-~").startswith(("drink:", "wear:")):
        options["adjective"] = 0  # nobody drinks cold tea because it is cold
    found = reaction(draw, subject, entry, **options)
    if found is None or found[1] not in tenses:
        return None
    tense, negative, modal = tenses[found[1]]
    return found[0], {"tense": tense, "negative": negative, "modal": modal}


@pattern("because tired", 2.4)
def because_tired(draw):
    """Draw, for example: I went to the market because I was hungry."""
    key = draw.pick(FEELINGS)
    subject = people(draw, "aeyc")
    drawn = react(draw, REACTIONS, key, subject, PAST, place_chance=75)
    if drawn is None:
        return None
    clause, how = drawn
    when = None
    if draw.chance(60):
        clause = clause.with_parts(
            fitting_time(draw, "past", "day", clause.kind[0], clause.kind[2])
        )
        when = clause.part("time")
    because = words("because")
    dependent = render(feeling(draw, subject, key), "past", ending="because", connective=because)
    return same_subject(render(clause, **how), dependent, because, when)


@pattern("because it rained", 2.4)
def because_it_rained(draw):
    """Draw, for example: I did not wash the car because it rained."""
    key = draw.pick(WEATHERS)
    subject = people(draw, "aeyc")
    drawn = react(draw, WEATHER_REACTIONS, key, subject, PAST)
    if drawn is None:
        return None
    clause, how = drawn
    when = None
    if draw.chance(65):
        clause = clause.with_parts(
            fitting_time(draw, "past", "day", clause.kind[0], clause.kind[2])
        )
        when = clause.part("time")
    because = words("because")
    dependent = render(weather(draw, key), "past", ending="because", connective=because)
    return other_subject(render(clause, **how), dependent, because, when)


@pattern("so", 1.6)
def so(draw):
    """Draw, for example: Seoyeon was thirsty so she drank juice at home."""
    subject = people(draw, "aeyc")
    so_ = words("so")
    if draw.chance(50):
        key = draw.pick(WEATHERS)
        drawn = react(draw, WEATHER_REACTIONS, key, subject, PAST)
        cause = weather(draw, key)
    else:
        key = draw.pick(FEELINGS)
        drawn = react(draw, REACTIONS, key, subject.again(), PAST)
        cause = replace(feeling(draw, subject, key), subject=subject)
    if drawn is None:
        return None
    clause, how = drawn
    if draw.chance(60):
        when = fitting_time(draw, "past", "day", clause.kind[0], clause.kind[2])
        cause = cause.with_parts(when)
    first = render(cause, "past", ending="because", connective=so_)
    return in_sequence(first, render(clause, **how), so_)


# Quality of a thing: what is (not) done with it for that reason. Entries as in REACTIONS.
QUALITY_REACTIONS = {
    "expensive": """-buy:hat@store -buy:shoes@market -buy:coat@store -buy:bag@market
    -buy:computer@store
        -buy:camera@store -order:chicken@restaurant -buy:cake@bakery -buy:bicycle@store
    -buy:skirt@market
        -buy:meat@market -buy:fish#food@market -buy:dictionary@bookstore -buy:ring""",
    "cheap": """buy:hat@market buy:umbrella@store buy:shoes@market buy:novel@bookstore
    buy:bag@market
        buy:apple@market buy:shirt@store buy:cake@bakery buy:ticket@station buy:phone@store""",
    "heavy": (
        "~carry:box@office ~carry:desk@school ~carry:table@office ~carry:basket@office "
        "~carry:chair@school"
    ),
    "difficult": """~read:book@library ~read:novel@library ~read:report@library ~understand:question
        ~understand:poem ~understand:story ~understand:novel ~finish:report@office
    ~finish:homework@library""",
    "boring": (
        "-read:novel@home -read:magazine@cafe -watch:movie@theater -watch:drama@home "
        "-read:report@cafe"
    ),
    "interesting": (
        "read:novel@cafe read:story@home read:magazine@library watch:drama@home read:book@library"
    ),
    "dirty": """wash:shirt@bathroom wash:clothes@home wash:sneakers@bathroom wash:car@home
    wash:socks@home
        wash:bicycle@home -wear:shirt -wear:pants -wear:socks -wear:jacket clean:bathroom
    clean:classroom
        clean:kitchen""",
    "cold#thing": (
        "-drink:coffee@cafe -drink:tea@cafe -drink:water@home -drink:milk@kitchen "
        "-eat:noodles@restaurant"
    ),
    "hot#thing": "~drink:coffee@cafe ~drink:tea@home ~drink:milk@kitchen",
    "spicy": "~eat:kimchi@restaurant ~eat:noodles@restaurant -eat:chicken@restaurant",
    "salty": (
        "-eat:fish#food@restaurant -eat:kimchi@home -eat:noodles@restaurant -eat:meat@restaurant"
    ),
    "pretty": """buy:skirt@store buy:hat@market buy:flower@market buy:doll@store
    choose:ring@store buy:cup@store
        choose:doll@market""",
    "small": (
        "-buy:shirt@store -buy:shoes@market -wear:coat -wear:sweater -wear:boots -buy:bag@store"
    ),
    "big": "-buy:coat@store -wear:hat -wear:shoes ~carry:table@school -buy:desk@store -wear:pants",
    "warm": "buy:gloves@store buy:coat@market wear:sweater wear:jacket wear:coat wear:socks",
}


@pattern("because it was", 1.8)
def because_of_thing(draw):
    """Draw, for example: I wore the jacket because it was very warm."""
    key = draw.pick(list(QUALITY_REACTIONS))
    subject = people(draw, "aeyc")
    drawn = react(
        draw,
        QUALITY_REACTIONS,
        key,
        subject,
        PAST,
        adjective=0,
        determiners=("the", "the", "that", "this"),
    )
    if drawn is None:
        return None
    clause, how = drawn
    noun = NOUNS[clause.kind[2]]
    if noun.article == "own":
        return None
    when = None
    if draw.chance(50):
        clause = clause.with_parts(draw_time(draw, "past"))
        when = clause.part("time")
    main = render(clause, **how)
    thing_ = clause.part("object")
    many = not noun.singular or thing_.english[-1].text == noun.plural != noun.singular
    pronoun = words("they" if many else "it")
    because = words("because")
    holder = people(draw, "n")
    again = replace(
        holder, english=tuple(pronoun), korean=(), person=3, plural=many, forms=(), honorific=False
    )
    degree = (adverb("degree", *draw.pick((("too", "너무"), ("too", "너무"), ("very", "아주")))),)
    if key in ("pretty", "warm", "interesting", "cheap"):
        degree = (adverb("degree", *draw.pick((("really", "정말"), ("very", "아주")))),)
    verb = predicate(key)
    reason = Clause(again, verb, degree, ("be " + key, verb.korean.text, noun.key))
    dependent = render(reason, "past", ending="because", connective=because)
    # The noun moves into the reason (모자가 비싸서) and is not said again with the verb.
    marked_object = list(thing_.korean)
    bare = marked_object[-1].text
    from .hangul import with_particle

    stem = noun.korean
    last = replace(
        marked_object[-1],
        text=with_particle(stem.split()[-1], "이"),
        possible=(*marked_object[-1].possible, *pronoun),
    )
    assert bare == with_particle(stem.split()[-1], "을")
    start = main.parts.index(marked_object[0])
    rest = main.parts[:start] + main.parts[start + len(marked_object) :]
    early = len(when.korean) if when else 0
    return Draft(
        [*main.english, *because, *dependent.english],
        [
            *main.subject,
            *rest[:early],
            *marked_object[:-1],
            last,
            *dependent.parts,
            *dependent.verb,
            *rest[early:],
            *main.verb,
        ],
        kinds=main.kinds + dependent.kinds,
    )
