"""Events: clauses drawn from the lexicon so that people, verbs, objects and places fit together."""

from dataclasses import replace

from .adjectives import predicate
from .clauses import Clause
from .customs import (
    DESCRIBED,
    FREQUENCY,
    IN_GENERAL,
    MAKING,
    MANY,
    STATES,
    TRADING,
    UNPLANNED,
    UPWARD,
    fits,
    may_be,
    where_slot,
)
from .noun_phrases import (
    COMMON,
    OWN_PEOPLE,
    PERSONS,
    draw_time,
    own_person,
    people,
    person,
    place,
    place_phrase,
    prepositional,
    thing,
)
from .nouns import NOUNS, PLACES
from .tokens import Part, eojeols, words
from .verbs import ALL_ACTIONS, MANNERS, PLACE_PARTICLES

DOING = tuple(a for a in ALL_ACTIONS if a.often != "state" and (a.objects or a.places))


def fitting_time(draw, tense, often, verb, key):
    """Draw a time at which something is done."""
    often = "long" if verb in ("learn", "travel") else often
    when = draw_time(draw, tense, often)
    while not fits(verb, key, when):
        when = draw_time(draw, tense, often)
    return when


def adverb(slot, english, korean):
    """Return a Part of one adverb."""
    english = words(english)
    return Part(slot, tuple(english), tuple(eojeols(korean, english)))


def manner(name):
    """Return the Part of a key of MANNERS."""
    return adverb("manner", name, MANNERS[name])


def frequency(draw):
    """Draw always, often, sometimes or usually."""
    name = draw.pick(list(FREQUENCY))
    return adverb("often" if name == "often" else "frequency", name, FREQUENCY[name])


def company(draw, subject):
    """Draw "with his friend" or "with a first name"."""
    if subject.pronoun in ("I", "he", "she", "they") and draw.chance(60):
        names = ["friend", "friends", "friend", "friends", "mother", "father", "uncle"]
        if subject.honorific or subject.group in ("a", "e"):
            names = ["friend", "friends"]
        other = own_person(draw.pick(names), subject)
    else:
        other = someone_else(draw, subject)
    return prepositional("company", "with", other, "과")


def someone_else(draw, subject, names=("Minsu", "Jihun", "Junho", "Sujin", "Yuna", "Seoyeon")):
    """Draw another person than the subject."""
    return person(draw.pick([n for n in names if subject is None or n != subject.noun]))


def draw_person(draw, subject, honorific=True):
    """Draw anybody but the subject; "my" is left out in Korean where the speaker is the subject."""
    names = [
        n
        for n, (_, _, _, looked_up_to) in PERSONS.items()
        if n not in ("I", "we", subject and subject.noun) and (honorific or not looked_up_to)
    ]
    phrase = person(draw.pick(names))
    if subject is not None and subject.noun == "I" and phrase.english[0].text == "my":
        phrase = replace(phrase, korean=phrase.korean[1:])
    return phrase


def _determiners(action, tense, given):
    if action.english == "collect":
        return ("generic",)
    if action.english in STATES or (tense == "present" and action.english in IN_GENERAL):
        return ("a",) if action.verb.korean.text == "타" else ("generic",)
    if action.english in MAKING and "a" in given:
        return ("a", "a", "a", "the")
    return given


def object_part(draw, action, subject, *, tense="past", adjective=20, determiners=COMMON):
    """Draw the object of an action; returns (Part or None, key)."""
    if not action.objects:
        return None, ""
    key = draw.pick(action.objects)
    if key == "PERSON":
        upward = action.english in UPWARD
        if subject.pronoun in ("I", "he", "she") and draw.chance(40):
            low = subject.honorific or subject.group in ("a", "e") or not upward
            phrase = own_person(draw.pick(["friend"] if low else list(OWN_PEOPLE)), subject)
        else:
            phrase = draw_person(draw, subject, honorific=upward)
        return Part("object", phrase.english, tuple(phrase.marked(action.particle))), "person"
    if key in PLACES and action.english == "visit" and NOUNS[key].kind == "town":
        phrase = place_phrase(key)
    else:
        given = _determiners(action, tense, determiners)
        lent = ("use", "fix", "find", "lose", "look for")
        if action.english in lent and subject.noun not in ("I", "we"):
            given = (*given, "my")
        phrase = thing(
            draw,
            key,
            owner=subject,
            adjective=DESCRIBED.get(action.english, adjective) if adjective else 0,
            determiners=given,
            plural=(subject.plural and action.english == "wear")
            or (action.english in TRADING and key in MANY),
        )
    return Part("object", phrase.english, tuple(phrase.marked(action.particle))), key


def _suitable(action, subject):
    return [p for p in action.places if may_be(subject, p, action.english)]


def event(
    draw,
    *,
    subject=None,
    tense="past",
    choices=DOING,
    time=60,
    place_chance=60,
    manner_chance=15,
    company_chance=15,
    adjective=20,
    determiners=COMMON,
    manners=tuple(MANNERS),
    **who,
):
    """Draw a Clause: somebody does something, perhaps somewhere, some time, with somebody.

    The numbers are per cents. ``who``: options of noun_phrases.people. Returns None where the
    subject given does none of the choices. ``manners``: the keys of MANNERS to draw from.
    """
    if subject is not None:
        choices = [a for a in choices if subject.group in a.who + "n"]
    if tense == "future":
        choices = [a for a in choices if a.english not in UNPLANNED]
    if not choices:
        return None
    action = draw.pick(choices)
    if subject is None:
        subject = people(draw, action.who, **who)
        while action.english in PLACE_PARTICLES and not _suitable(action, subject):
            subject = people(draw, action.who, **who)
    found, key = object_part(
        draw, action, subject, tense=tense, adjective=adjective, determiners=determiners
    )
    parts = [found] if found else []
    english = action.english
    places = [p for p in _suitable(action, subject) if p != key]
    if places and (draw.chance(place_chance) or english in PLACE_PARTICLES):
        parts.append(place(draw.pick(places), *where_slot(english)))
    elif english in PLACE_PARTICLES:
        return None
    with_somebody = draw.chance(company_chance) and "together" in action.manners
    if with_somebody:
        parts.append(company(draw, subject))
    usable = [m for m in action.manners if m in manners and (m != "together" or subject.plural)]
    if tense == "future":
        usable = [m for m in usable if m != "well"]
    if usable and not with_somebody and (draw.chance(manner_chance) or english == "get up"):
        parts.append(manner(draw.pick(usable)))
    if draw.chance(time):
        parts.append(fitting_time(draw, tense, action.often, english, key))
    return Clause(subject, action.verb, tuple(parts), (english, action.verb.korean.text, key))


def state(subject, key, degree=None):
    """Return the Clause "somebody is tired"; ``degree``: ("very", "매우") or None."""
    parts = ()
    verb = predicate(key)
    if degree:
        english, korean = degree
        parts = (adverb("degree", english, korean),)
    return Clause(subject, verb, parts, ("be " + key, verb.korean.text, ""))
