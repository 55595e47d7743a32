"""Patterns that request, propose, allow and forbid."""

from dataclasses import replace

from .clauses import render
from .drafts import Draft, draft, pattern
from .events import DOING, event
from .linking import other_subject
from .noun_phrases import person, place, thing
from .patterns_questions import you
from .patterns_reasons import feeling
from .patterns_statements import THESE, WISHES
from .situations import WEATHER_REACTIONS, reaction, weather
from .tokens import Eojeol, NounPhrase, Part, words
from .verbs import actions

REQUESTS = actions(
    "open close turn_on turn_off clean wash fix read bring call prepare sing cut carry"
    " cook wait_for find"
)


def _order(draw, choices, **options):
    """Draw a Clause for the one spoken to."""
    subject = replace(you(), pronoun="you")
    clause = event(
        draw,
        subject=subject,
        choices=choices,
        tense="future",
        determiners=THESE,
        company_chance=0,
        **options,
    )
    return clause


@pattern("please", 1.0)
def please(draw):
    """Draw, for example: Please prepare the gift carefully at home tomorrow morning."""
    clause = _order(
        draw,
        REQUESTS,
        manner_chance=40,
        time=40,
        place_chance=50,
        manners=("carefully", "quickly", "quietly", "loudly"),
    )
    if clause.kind[2] == "hair":
        return None
    if clause.kind[0] not in ("bring", "call", "prepare", "clean", "fix", "help", "write"):
        clause = clause.without("time")
    please_ = words("please")
    order = render(clause, "base", ending="request", connective=please_, silent=True)
    return Draft(please_ + order.english, order.korean, ".", order.kinds)


QUIET = ("library", "museum", "hospital", "theater")
# What is forbidden, and where; "" where the place does not matter.
BANNED = {
    "eat": (*QUIET, "classroom"),
    "drink": (*QUIET, "classroom"),
    "sing": ("library", "museum", "hospital"),
    "dance": ("library", "museum", "hospital"),
    "run": ("library", "museum", "hospital", "classroom"),
    "sleep": ("library", "classroom", "theater", "office"),
    "throw": ("classroom", "living room"),  # "at the museum" would be the target
    "listen to": ("library", "classroom", "theater"),
    "take": ("museum", "theater", "hospital"),
    "use": (*QUIET, "classroom"),
    "laugh": ("library", "theater"),
    "swim": ("river", "beach"),
    "catch": ("park", "river", "garden"),
    "open": ("",),
    "close": ("",),
    "turn on": ("", "classroom", "living room"),
    "turn off": ("", "classroom", "living room"),
    "forget": ("",),
    "lose": ("",),
    "cut": ("",),
}
FORBIDDEN = tuple(a for a in DOING if a.english in BANNED and a.objects != ("exam",))
OUT_OF_PLACE = (
    "breakfast",
    "lunch",
    "dinner",
    "hair",
    "exam",
    "class",
    "shower",
    "bus",
    "taxi",
    "train",
    "subway",
    "medicine",
    "computer",
    "dictionary",
    "walk#thing",
    "beer",
    "story",
    "news",
)


def _forbidden(draw):
    clause = _order(draw, FORBIDDEN, manner_chance=35, time=0, place_chance=0, manners=("loudly",))
    verb, _, key = clause.kind
    if key in OUT_OF_PLACE:
        return None
    if verb in ("eat", "drink", "listen to"):
        food = thing(draw, key, determiners=("generic",))
        part = Part("object", food.english, tuple(food.marked("을")))
        clause = clause.without("object", "manner", "time").with_parts(part)
    where = draw.pick(BANNED[verb])
    if key in ("butterfly", "fish#animal"):
        where = "river" if key == "fish#animal" else "garden"
    return clause.with_parts(place(where)) if where else clause


@pattern("please do not", 0.9)
def please_do_not(draw):
    """Draw, for example: Please do not catch the fish in the river."""
    clause = _forbidden(draw)
    if clause is None:
        return None
    start = words("please do not")
    order = render(clause, "base", ending="do not", connective=start[2:], silent=True)
    last = order.verb[-1]
    order.verb[-1] = replace(last, possible=(*last.possible, *start[:2]))
    return Draft(start + order.english, order.korean, ".", order.kinds)


def us():
    """Return "we" in a proposal: Korean leaves it out."""
    return NounPhrase(tuple(words("we")), (), "we", person=1, plural=True, pronoun="we", group="n")


@pattern("shall we", 1.0)
def shall_we(draw):
    """Draw, for example: Shall we buy the old dictionary at the bookstore?"""
    choices = [a for a in WISHES if a.english not in ("live", "sleep", "wear", "grow")]
    clause = event(
        draw,
        subject=us(),
        choices=choices,
        tense="future",
        time=75,
        manner_chance=45,
        manners=("together", "quietly"),
        company_chance=10,
        determiners=THESE,
    )
    if clause is None or clause.kind[2] in ("shower", "medicine"):
        return None
    return draft(render(clause, "present", modal="shall", question=True, ending="shall"), "?")


ALLOWED = actions(
    "open close turn_on turn_off eat drink play sing swim run use sleep dance listen_to read"
    " watch rest wear ride exercise"
)


@pattern("may", 0.8)
def may(draw):
    """Draw, for example: You may eat lunch at the restaurant on Friday."""
    clause = _order(draw, ALLOWED, manner_chance=15, time=45, place_chance=80, manners=("alone",))
    return draft(render(clause, "present", modal="may", ending="may"))


@pattern("must not", 0.9)
def must_not(draw):
    """Draw, for example: You must not catch the butterfly in the garden."""
    clause = _forbidden(draw)
    if clause is None:
        return None
    return draft(render(clause, "present", modal="must", negative=True, ending="must not"))


PLEAS = {
    "cold#weather": "close:window close:door bring:coat turn_off:fan",
    "hot#weather": "open:window open:door turn_on:fan bring:water bring:juice",
    "rain": "close:window bring:umbrella close:door",
    "snow": "close:window bring:umbrella bring:coat",
    "tired": "turn_off:light turn_off:television#set turn_off:radio",
}
PROPOSALS = {
    "cold#weather": (
        "go>home drink:tea@cafe drink:coffee@cafe go>cafe order:coffee@cafe take:taxi@station"
    ),
    "hot#weather": (
        "go>pool go>beach swim@pool swim@beach order:ice_cream@cafe drink:juice@cafe "
        "rest@garden rest@park"
    ),
    "rain": "watch:movie@home go>museum go>theater go>library take:taxi@station"
    " study:English@library"
    " go>home read:book@library exercise@gym",
    "snow": "take:photo@park take:picture#photo@park walk@park take:subway@station go>park"
    " go>home drink:tea@cafe watch:movie@home",
    "tired": "go>home rest@park take:taxi@station rest@home drink:coffee@cafe go>hotel",
    "hungry": "go>restaurant order:pizza@restaurant order:chicken@restaurant eat:noodles@restaurant"
    " buy:bread@bakery cook:noodles@kitchen make:sandwich@kitchen eat:dinner@restaurant"
    " eat:lunch@restaurant",
    "thirsty": "go>cafe order:juice@cafe drink:tea@cafe drink:water@kitchen buy:juice@store",
}


def _asked_because(draw, key, subject, table):
    found = reaction(
        draw,
        subject,
        draw.pick(table[key].split()),
        adjective=0,
        determiners=("the",) if subject.noun == "you" else ("a",),
    )
    because = words("because")
    if key in WEATHER_REACTIONS:
        reason = weather(draw, key, degree=60)
        modal = "progressive" if key in ("rain", "snow") else None
    else:
        who = us() if subject.noun == "we" else person("I")
        reason, modal = feeling(draw, who, key), None
    if found is None:
        return None
    dependent = render(reason, "present", modal=modal, ending="reason", connective=because)
    return found[0], dependent, because


@pattern("please because", 0.6)
def please_because(draw):
    """Draw, for example: Please bring the coat because it is really cold."""
    drawn = _asked_because(draw, draw.pick(list(PLEAS)), you(), PLEAS)
    if drawn is None:
        return None
    clause, dependent, because = drawn
    please = words("please")
    main = render(clause, "base", ending="request", connective=please, silent=True)
    main.english = please + main.english
    return other_subject(main, dependent, because)


@pattern("shall we because", 1.2)
def shall_we_because(draw):
    """Draw, for example: Shall we go home because it is really cold?"""
    drawn = _asked_because(draw, draw.pick(list(PROPOSALS)), us(), PROPOSALS)
    if drawn is None:
        return None
    clause, dependent, because = drawn
    if draw.chance(35):
        today = tuple(words("today"))
        clause = clause.with_parts(Part("time", today, (Eojeol("오늘", today),)))
    main = render(clause, "present", modal="shall", question=True, ending="shall")
    joined = other_subject(main, dependent, because)
    joined.mark = "?"
    return joined
