"""Patterns of two clauses: but, and what two people do."""

from dataclasses import replace

from .adjectives import predicate
from .clauses import Clause, render
from .customs import fits
from .drafts import Draft, pattern
from .events import event, fitting_time
from .linking import in_sequence
from .noun_phrases import people, thing
from .nouns import NOUNS
from .patterns_nominal import POINTING
from .patterns_reasons import feeling
from .patterns_sequences import DAILY
from .patterns_statements import THESE
from .qualities import ODD, QUALITIES, QUALITY_NOUNS
from .situations import REACTIONS, WEATHER_REACTIONS, degree, reaction, weather
from .tokens import NounPhrase, Part, entries, words
from .verbs import actions


@pattern("likes but", 1.1)
def likes_but(draw):
    """Draw, for example: I like ice cream but do not like pizza."""
    subject = people(draw, "aeyc")
    like, hate = actions("like", often=("state",))[0], actions("hate", often=("state",))[0]
    one = draw.pick(like.objects)
    same_kind = [
        k for k in (*like.objects, *hate.objects) if NOUNS[k].kind == NOUNS[one].kind != one
    ]
    other = draw.pick([k for k in same_kind if k != one] or ["mathematics"])
    liked = thing(draw, one, adjective=0, determiners=("generic",))
    hated = thing(draw, other, adjective=0, determiners=("generic",))
    but = words("but")
    # What is set against each other takes 은/는: 커피는 좋아하지만 차는 좋아하지 않아요.
    first = Clause(
        subject,
        like.verb,
        (Part("object", liked.english, tuple(liked.marked("은"))),),
        ("like", "좋아하", one),
    )
    second = Clause(
        subject.again(),
        like.verb,
        (Part("object", hated.english, tuple(hated.marked("은"))),),
        ("like", "좋아하", other),
    )
    end = render(second, "present", negative=True)
    end.english = end.english[1:]
    return in_sequence(render(first, "present", ending="but", connective=but), end, but)


@pattern("can but cannot", 0.8)
def can_but_cannot(draw):
    """Draw, for example: I can play badminton but cannot play the guitar."""
    subject = people(draw, "ay")
    one = event(
        draw,
        subject=subject,
        choices=SKILLED,
        time=0,
        place_chance=0,
        manner_chance=0,
        adjective=0,
        company_chance=0,
        determiners=("a",),
    )
    two = event(
        draw,
        subject=subject,
        choices=SKILLED,
        time=0,
        place_chance=0,
        manner_chance=0,
        adjective=0,
        company_chance=0,
        determiners=("a",),
    )
    if one is None or two is None or one.kind == two.kind or one.kind[1] == two.kind[1] == "타":
        return None
    but = words("but")
    end = render(replace(two, subject=subject.again()), "present", negative=True, modal="can")
    end.english = end.english[1:]
    return in_sequence(render(one, "present", modal="can", ending="but", connective=but), end, but)


SKILLED = tuple(
    a for a in actions("play ride swim dance teach draw cook") if a.objects != ("golf",)
)


GOOD = entries(
    "interesting delicious pretty warm clean fast cheap useful beautiful "
    "light#weight easy quiet bright famous new"
)
AGAINST = {
    "interesting": "long difficult thick",
    "delicious": "expensive salty spicy",
    "pretty": "expensive dirty heavy",
    "warm": "heavy expensive",
    "fast": "expensive",
    "cheap": "heavy slow dirty small",
    "useful": "expensive difficult",
    "beautiful": "small noisy far",
    "light#weight": "expensive",
    "easy": "boring long",
    "quiet": "far dark small",
    "clean": "small expensive far",
    "bright": "noisy small",
    "famous": "small far noisy",
    "heavy": "pretty warm",
    "expensive": "delicious pretty useful",
    "small": "clean bright useful",
}


@pattern("adjective but", 1.1)
def adjective_but(draw):
    """Draw, for example: The comic book is easy but really boring."""
    kind = draw.pick(list(QUALITY_NOUNS))
    key = draw.pick([k.replace("_", " ") for k in QUALITY_NOUNS[kind].split() if k != "soup"])
    fit = [a for a in QUALITIES[kind].split() if (key, a) not in ODD]
    one = draw.pick(fit)
    other = [a for a in AGAINST.get(one, "").split() if a in fit]
    if not other:
        return None
    second_key = draw.pick(other)
    subject = thing(draw, key, adjective=0, determiners=POINTING)
    but = words("but")
    first, second = predicate(one), predicate(second_key)
    much = degree(draw, second_key)
    tense = (
        draw.pick(["present", "present", "past"]) if kind in ("food", "show", "room") else "present"
    )
    start = render(
        Clause(subject, first, (), ("be " + one, first.korean.text, key)),
        tense,
        ending="but",
        connective=but,
    )
    end = render(
        Clause(subject.again(), second, much, ("be " + second_key, second.korean.text, key)), tense
    )
    end.english = end.english[2:]
    # "is" is said once and stands for both.
    be = start.english[len(subject.english)]
    end.verb[-1] = replace(end.verb[-1], possible=(be,))
    return in_sequence(start, end, but)


@pattern("wanted but", 2.0)
def wanted_but(draw):
    """Somebody wanted to do something outside, but the weather was bad, or could not."""
    subject = people(draw, "aeyc")
    but = words("but")
    if draw.chance(45):
        key = draw.pick(["rain", "snow", "cold#weather", "hot#weather"])
        entries = [
            e
            for e in WEATHER_REACTIONS[key].split()
            if e[0] in "-~"
            and "coat" not in e
            and "jacket" not in e
            and "sweater" not in e
            and "sleep" not in e
        ]
        found = reaction(draw, subject, draw.pick(entries), adjective=0)
        if found is None:
            return None
        end = render(weather(draw, key), "past")
    else:
        key = draw.pick(["tired", "sick", "busy"])
        entries = [e for e in REACTIONS[key].split() if e[0] == "~"]
        found = reaction(draw, subject, draw.pick(entries), adjective=0)
        if found is None:
            return None
        end = render(feeling(draw, subject, key), "past")
    wish = found[0]
    if draw.chance(60):
        wish = wish.with_parts(fitting_time(draw, "past", "day", wish.kind[0], wish.kind[2]))
    return in_sequence(render(wish, "past", modal="want", ending="but", connective=but), end, but)


TRYING = actions(
    (
        "read write open find look_for fix draw catch carry understand build close "
        "buy borrow"  # no "turn off it"
    ),
    often=("day", "long", "state"),
)


@pattern("tried but", 1.3)
def tried_but(draw):
    """Draw, for example: I tried to buy the cake but could not buy it."""
    clause = event(
        draw,
        choices=TRYING,
        time=55,
        place_chance=70,
        manner_chance=0,
        company_chance=0,
        adjective=25,
        determiners=THESE,
    )
    noun = NOUNS[clause.kind[2]]
    if noun.article in ("bare",) or clause.kind[0] == "look for":
        return None
    many = clause.part("object").english[-1].text == noun.plural != noun.singular
    pronoun = NounPhrase(tuple(words("them" if many else "it")), ())
    but = words("but")
    second = Clause(
        clause.subject.again(), clause.verb, (Part("object", pronoun.english, ()),), clause.kind
    )
    end = render(second, "past", modal="could", negative=True)
    end.english = end.english[1:]
    return in_sequence(render(clause, "past", modal="try", ending="but", connective=but), end, but)


SIMPLE = [
    e for e in DAILY if not e.startswith(("wash:face", "wash:hands", "wash:hair", "take:medicine"))
]


@pattern("two people", 2.4)
def two_people(draw):
    """One did this and the other did that (and), or bought another thing (but)."""
    one = people(draw, "aeyc")
    two = people(draw, "aeyc", without=(one.noun,))
    first = reaction(draw, one, draw.pick(SIMPLE), adjective=15, place_chance=60)
    second = reaction(draw, two, draw.pick(SIMPLE), adjective=15, place_chance=60)
    if first is None or second is None or first[0].kind == second[0].kind:
        return None
    connective = words(draw.pick(["and", "and", "but"]))
    if connective[0].text == "but" and first[0].kind[0] != second[0].kind[0]:
        return None
    tense = draw.pick(["past", "past", "past", "future"])
    when = (
        fitting_time(draw, tense, "day", first[0].kind[0], first[0].kind[2])
        if draw.chance(50)
        else None
    )
    if when and not fits(second[0].kind[0], second[0].kind[2], when):
        return None
    start = render(first[0], tense, ending=connective[0].text, connective=connective)
    if tense == "future":
        will = next(w for w in start.english if w.text == "will")
        last = start.verb[-1]
        start.verb[-1] = replace(
            last, possible=(*tuple(w for w in last.possible if w is not will), will)
        )
    end = render(second[0].with_parts(when) if when else second[0], tense)
    early = len(when.korean) if when else 0
    return Draft(
        [*start.english, *connective, *end.english],
        [
            *end.parts[:early],
            *start.subject,
            *start.parts,
            *start.verb,
            *end.subject,
            *end.parts[early:],
            *end.verb,
        ],
        kinds=start.kinds + end.kinds,
    )
