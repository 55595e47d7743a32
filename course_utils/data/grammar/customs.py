"""What is usual: when, where and by whom things are done, and how they are spoken of."""

from .verbs import PLACE_PARTICLES, PLACED

# Verbs said of people one looks up to without a humble verb of their own.
UPWARD = ("call", "meet", "wait for", "love", "know", "remember")
# Nobody plans to do these.
UNWILLING = ("find", "understand", "remember", "catch")  # not done for want of ability, not of will
UNPLANNED = ("laugh", "cry", "lose", "forget", "find")
FREQUENCY = {"always": "항상", "often": "자주", "sometimes": "가끔", "usually": "보통"}
# Times (a word of them) at which an action is not done; by verb, or by verb and object.
MORNING = ("morning",)
EVENING = ("night", "tonight", "evening")
DAYS_OFF = (*EVENING, "Saturday", "Sundays", "weekend")
NOT_AT = {
    ("eat", "breakfast"): (*EVENING,),
    ("eat", "lunch"): (*MORNING, *EVENING),
    ("eat", "dinner"): MORNING,
    ("prepare", "breakfast"): EVENING,
    ("prepare", "dinner"): MORNING,
    ("drink", "beer"): MORNING,
    ("take", "exam"): DAYS_OFF,
    ("take", "class"): DAYS_OFF,
    ("sleep", ""): (*MORNING, "evening"),
    ("get up", ""): EVENING,
    ("catch", "butterfly"): EVENING,
    ("prepare", "party"): MORNING,
    ("work", ""): MORNING,
}
# Adjectives for what somebody makes or does; any that suit the noun for other verbs.
DESCRIBED = {
    "build": ("new", "big", "small", "beautiful"),
    "write": ("long", "short", "interesting"),
    "draw": ("big", "small", "beautiful", "pretty", "cute", "white", "black"),
    "make": ("big", "small", "pretty", "delicious"),
    "cook": ("fresh",),
    "plant": ("big", "small", "pretty"),
    "grow": ("pretty", "small"),
    "raise": ("white", "black", "cute", "big", "small"),
    "catch": ("big", "small"),
    "throw": ("small", "red", "blue", "yellow"),
    "eat": ("delicious", "fresh"),
    "order": ("delicious",),
    "cut": ("delicious",),
    "prepare": ("expensive", "small", "pretty"),
    "open": ("big", "heavy"),
    "take": ("beautiful",),
    "visit": ("big", "new", "old", "small", "beautiful", "quiet"),
    "carry": ("heavy", "big", "small", "light#weight"),
    "love": (),
    "like": (),
    "hate": (),
    "listen to": ("sad", "old", "beautiful", "interesting"),
    "know": ("sad", "old", "interesting"),
    "wash": ("old#worn", "white", "black"),
    "turn on": ("new", "old#worn"),
    "turn off": ("new", "old#worn"),
}
MAKING = (
    "build",
    "write",
    "draw",
    "make",
    "plant",
    "order",
    "sing",
    "cook",
    "prepare",
    "visit",
    "take",
)
IN_GENERAL = (
    "read",
    "write",
    "draw",
    "sell",
    "grow",
    "buy",
    "eat",
    "collect",
    "plant",
    "watch",
    "make",
    "listen to",
    "sing",
    "like",
    "love",
    "hate",
    "catch",
    "take",
    "drink",
    "cook",
    "order",
)
TRADING, MANY = ("buy", "sell", "plant"), ("potato", "tomato", "apple", "egg", "banana")
STATES = ("like", "love", "hate")
OFFICE_WORKERS = (
    "I",
    "we",
    "my wife",
    "my husband",
    "my uncle",
    "my aunt",
    "my father",
    "my mother",
    "Minsu",
    "Jihun",
    "Junho",
    "Sujin",
    "Yuna",
    "Seoyeon",
    "my friend",
    "my cousin",
    "you",
    "the writer",
    "who",
    "my daughter",
    "my son",
)
WORKPLACES = {
    "the doctor": ("hospital",),
    "the nurse": ("hospital",),
    "the chef": ("restaurant",),
    "the teacher": ("library",),
    "the farmer": ("market",),
    "the singer": (),
    "the writer": ("library", "office"),
    "the scientist": (),
    "the police officer": (),
}


def fits(verb, key, when):
    """Tell whether something is done at such a time."""
    unfit = NOT_AT.get((verb, key), ())
    return not any(word.text in unfit for word in when.english)


def may_be(subject, where, verb):
    """Tell whether somebody is likely to be at a place (a key of PLACES)."""
    if verb == "work" and subject.noun in WORKPLACES:
        return where in WORKPLACES[subject.noun]
    if where == "office":
        return subject.noun in OFFICE_WORKERS
    if where in ("school", "classroom", "playground"):
        return subject.group in ("n", "y", "c") or subject.noun == "the teacher"
    if where == "university":
        return subject.group in ("n", "y") or subject.noun in ("the teacher", "the scientist")
    return True


def where_slot(verb):
    """Return (slot, particle) of the place of a verb: 에서 where it is done, 에 where it ends."""
    return PLACE_PARTICLES.get(verb, ("place", "에" if verb in PLACED else "에서"))
