"""Noun phrases from the lexicon: people, things with determiners and adjectives, numbers, times."""

from .adjectives import attributive, suiting
from .nouns import NOUNS, PEOPLE, PLACES, TIMES
from .tokens import Eojeol, NounPhrase, Part, eojeols, words

NUMBERS = {
    "two": "두",
    "three": "세",
    "four": "네",
    "five": "다섯",
    "six": "여섯",
    "seven": "일곱",
    "eight": "여덟",
    "nine": "아홉",
    "ten": "열",
}
ME = (("이", "제가"), ("은", "저는"))
POSSESSIVE = {"I": "my", "we": "our", "he": "his", "she": "her", "they": "their", "you": "your"}
OWN_PEOPLE = {
    "friend": ("친구", False),
    "friends": ("친구들", False),
    "mother": ("어머니", True),
    "father": ("아버지", True),
    "grandmother": ("할머니", True),
    "uncle": ("삼촌", False),
    "teacher": ("선생님", True),
}


def _person(line):
    english, korean, group, pronoun, honorific = line.split("|")
    return english, (korean, group, pronoun, bool(honorific))


PERSONS = dict(_person(line) for line in PEOPLE.splitlines())


def person(name):
    """Return the noun phrase for a key of PEOPLE."""
    korean, group, pronoun, honorific = PERSONS[name]
    english = words(name)
    linked = english[1:] if english[0].text == "the" else english
    return NounPhrase(
        tuple(english),
        tuple(eojeols(korean, linked)),
        noun=name,
        person=1 if name in ("I", "we") else 3,
        plural=pronoun in ("we", "they"),
        honorific=honorific,
        pronoun=pronoun,
        forms=ME if name == "I" else (),
        group=group,
    )


def own_person(name, owner):
    """Return "his friend" for an owner: Korean leaves the possessive out (친구)."""
    korean, honorific = OWN_PEOPLE[name]
    possessive, noun = words(f"{POSSESSIVE[owner.pronoun]} {name}")
    return NounPhrase((possessive, noun), (Eojeol(korean, (noun,)),), name, honorific=honorific)


def people(draw, groups, *, without=(), pronouns=True, honorific=True):
    """Draw a person of some groups (see nouns.PEOPLE); "n" for anybody is always among them."""
    names = [
        name
        for name, (_, group, _, looked_up_to) in PERSONS.items()
        if group in groups + "n"
        and name not in without
        and (pronouns or name not in ("I", "we"))
        and (honorific or not looked_up_to)
    ]
    # The speaker and first names are what people talk about most.
    return person(draw.pick(names + [n for n in names if PERSONS[n][1] == "n"]))


COMMON = ("the", "the", "the", "the", "a", "a", "a", "a", "this", "that")
# Kinds that are pointed at too seldom for "this" and "that", and rooms, which are known: "the".
NOT_POINTED_AT = ("food", "drink", "meal", "ride", "task", "body", "device", "furniture")


def determiner(noun, choice, many):
    """Return (English, Korean) of a determiner; Korean has no articles."""
    if choice in ("this", "that"):
        korean = "이" if choice == "this" else "그"
        return ({"this": "these", "that": "those"}[choice] if many else choice), korean
    if choice == "my":
        return "my", "제"
    if choice == "a" and (many or noun.article == "mass"):
        return "", ""
    return choice, ""


def _article(draw, noun, determiners):
    fixed = {"bare": "", "the": "the", "a": "a"}
    if noun.article in fixed:
        return fixed[noun.article]
    if noun.kind == "room":
        determiners = [d for d in determiners if d not in ("a", "generic")] or ("the",)
    choice = draw.pick(determiners)
    if choice in ("this", "that") and noun.kind in NOT_POINTED_AT:
        return "a" if determiners.count("a") == 1 else "the"
    return choice


def thing(draw, key, *, owner=None, adjective=15, determiners=COMMON, plural=False):
    """Return a noun phrase for a key of NOUNS.

    ``adjective``: how often (per cent) one is drawn, or the keys of those to draw from.
    ``determiners``: drawn from for nouns that take one; "generic" is a plural without article.
    ``owner``: the subject whose hands they are.
    """
    noun = NOUNS[key]
    if noun.article == "own":
        body = "faces" if owner.plural and noun.singular == "face" else noun.singular
        possessive, body = words(f"{POSSESSIVE[owner.pronoun]} {body}")
        return NounPhrase((possessive, body), (Eojeol(noun.korean, (body,)),), key, plural=True)
    article = _article(draw, noun, determiners)
    many = not noun.singular or (bool(noun.plural) and (plural or article == "generic"))
    suitable = suiting(noun)
    if not isinstance(adjective, int):
        suitable = [a for a in suitable if a in adjective]
        adjective = 25
    chosen = attributive(draw.pick(suitable)) if suitable and draw.chance(adjective) else None
    word, form = determiner(noun, "" if article == "generic" else article, many)
    name = noun.plural if many else noun.singular
    following = chosen[0] if chosen else name
    if word == "a" and (following == "honest" or following[0] in "aeiou"):
        word = "a" if following[:3] in ("uni", "use") else "an"
    english = words(word)
    korean = [Eojeol(form, tuple(english))] if form else []
    if chosen:
        adjective_words = words(chosen[0])
        english += adjective_words
        korean += eojeols(chosen[1], adjective_words)
    noun_words = words(name)
    korean += eojeols(noun.korean, noun_words)
    return NounPhrase((*english, *noun_words), tuple(korean), key, plural=many)


def counted(draw, key, *, adjective=0, numbers=tuple(NUMBERS)):
    """Return (noun phrase without number, number Eojeols, English Words): 책 + 세 권.

    The counter is linked to the noun, whose class decides it.
    """
    noun = NOUNS[key]
    number = draw.pick(numbers)
    number_words = words(number)
    suitable = suiting(noun)
    chosen = draw.pick(suitable) if suitable and draw.chance(adjective) else None
    adjective_words, korean = [], []
    if chosen:
        english, form = attributive(chosen)
        adjective_words = words(english)
        korean += eojeols(form, adjective_words)
    noun_words = words(noun.plural)
    korean += eojeols(noun.korean, noun_words)
    english = (*number_words, *adjective_words, *noun_words)
    count = [
        Eojeol(NUMBERS[number], tuple(number_words)),
        Eojeol(noun.counter, tuple(noun_words[-1:])),
    ]
    return NounPhrase(english, tuple(korean), key, plural=True), count


def counted_phrase(draw, key, **options):
    """Return a noun phrase whose number and counter stand together: 책 세 권."""
    noun, count = counted(draw, key, **options)
    return NounPhrase(noun.english, (*noun.korean, *count), key, plural=True)


def described(entry):
    """Return the noun phrase of "a pencil|연필"; articles are linked to nothing."""
    english, _, korean = entry.partition("|")
    english = words(english)
    linked = [w for w in english if w.text not in ("a", "an", "the")]
    return NounPhrase(tuple(english), tuple(eojeols(korean, linked)), noun=korean)


def prepositional(slot, preposition, phrase, particle):
    """Return a Part whose preposition is only a particle in Korean: at school -> 학교에서."""
    before = words(preposition)
    return Part(slot, (*before, *phrase.english), tuple(phrase.marked(particle, before)))


def place_phrase(key):
    """Return the noun phrase of a key of PLACES."""
    english = words(PLACES[key][1])
    linked = english[1:] if english[0].text == "the" else english
    return NounPhrase(tuple(english), tuple(eojeols(PLACES[key][2], linked)), key)


def place(key, slot="place", particle="에서"):
    """Return the Part "at the place"."""
    return prepositional(slot, PLACES[key][0], place_phrase(key), particle)


def goal(key):
    """Return the Part "to the place" (home needs no preposition)."""
    return prepositional("goal", "" if key == "home" else "to", place_phrase(key), "에")


# English time words that have a Korean word of their own; the others are particles or nothing.
def time(entry):
    """Return the Part for a line of TIMES."""
    english, _, korean = entry.partition("|")
    tokens = words(english)
    content = [w for w in tokens if w.text not in ("on", "in", "at", "the")]
    possible = tuple(w for w in tokens if w.text in ("on", "in", "at"))
    linked = list(eojeols(korean, content))
    if entry == "two days ago|이틀 전에":
        linked = [Eojeol("이틀", tuple(content[:2])), Eojeol("전에", tuple(content[2:]))]
    last = linked[-1]
    linked[-1] = Eojeol(last.text, last.sure, possible)
    return Part("time", tuple(tokens), tuple(linked))


def draw_time(draw, tense, often="day"):
    """Draw a time that suits a tense."""
    table = TIMES[tense, often if often in ("long", "year") else "day"]
    return time(draw.pick([t.strip() for line in table.splitlines() for t in line.split(";")]))
