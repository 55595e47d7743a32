"""Reasons and what people do then: who is tired goes home early, not to the gym."""

from dataclasses import replace

from .adjectives import predicate
from .clauses import Clause, Verb
from .conjugation import Stem
from .customs import may_be, where_slot
from .events import adverb, manner, object_part
from .noun_phrases import goal, own_person, place
from .patterns_moves import VERBS
from .tokens import Eojeol, NounPhrase, Part, entries, words
from .verbs import actions

# State of somebody: what they do. "-" does not, "~" cannot. "verb:object", "verb@place",
# "verb:object@place", "go>place", "verb+manner".
REACTIONS = {
    "tired": """go>home go>home+early rest@home rest@hotel drink:coffee@cafe drink:coffee@office
    take:taxi@station
        drink:tea@home -exercise@gym -clean:room -clean:kitchen -prepare:dinner@home
        -go>gym -go>pool -go>market ~study:English@library ~study:mathematics@library -wash:dishes
        ~watch:movie@home ~finish:report@office ~write:letter ~play:piano -run@park -swim@pool
        listen_to:music@home take:shower@home""",
    "sick": """go>hospital go>home take:medicine@home take:medicine@hospital rest@home stay@home
        stay@hospital -go>school -go>office -go>pool ~eat:breakfast ~eat:dinner ~eat:lunch
        ~exercise@gym ~study:history@library ~take:exam@school ~play:soccer@park ~swim@pool
        ~meet:friend@cafe ~prepare:dinner@home ~travel:Busan ~work@office drink:water@home
        ~sing:song@theater ~finish:report@office ~run@park""",
    "hungry": """eat:bread@kitchen eat:noodles@restaurant eat:apple@park eat:sandwich@park
    eat:banana@home
        eat:pizza@restaurant cook:noodles@kitchen cook:chicken@kitchen make:sandwich@kitchen
        make:salad@kitchen order:pizza@restaurant order:chicken@restaurant buy:bread@bakery
        buy:sandwich@bakery buy:cookies@bakery go>restaurant go>bakery go>market order:cake@cafe
        ~sleep ~study:English@library eat:kimchi@home eat:cookies@home cook:fish#food@kitchen""",
    "thirsty": """drink:water@kitchen drink:water@restaurant drink:juice@kitchen drink:milk@home
        drink:juice@home order:juice@cafe order:tea@cafe drink:tea@cafe go>cafe
        go>kitchen ~sleep buy:juice@store buy:water@store""",
    "busy": """~meet:friend@cafe ~watch:movie@theater ~clean:room ~clean:house ~eat:lunch@restaurant
        ~eat:breakfast ~eat:dinner@home ~exercise@gym ~go>market ~go>beach ~call:mother@office
        ~play:golf ~read:newspaper ~read:novel@home ~prepare:dinner@home ~travel:Seoul ~sleep@home
        -go>home -watch:television@home ~wash:dishes ~rest@home""",
}
WEATHER_REACTIONS = {
    "rain": """stay@home rest@home watch:movie@home read:book@home read:novel@cafe take:bus@station
        take:taxi@station open:umbrella buy:umbrella@store bring:umbrella wear:boots -go>park
        -go>beach -go>village -walk@park -run@park ~play:soccer@park ~play:baseball@playground
        ~play:tennis@park ~play:badminton@park -wash:car ~ride:bicycle@park
        close:window drink:tea@cafe listen_to:music@home study:English@home exercise@gym
        ~take:picture#photo@garden ~take:walk#thing@park""",
    "snow": """stay@home wear:coat wear:gloves wear:boots -go>office -go>school ~go>airport
    ~go>Seoul
        take:subway@station take:train@station ~ride:bicycle@park take:picture#photo@park
        take:photo@garden -wash:car drink:coffee@cafe drink:tea@home ~play:soccer@playground
        ~play:tennis@school walk@park go>park draw:picture@home bring:umbrella -go>market""",
    "cold#weather": """wear:coat wear:sweater wear:gloves wear:socks wear:jacket wear:boots
    close:window
        close:door stay@home drink:tea@cafe drink:coffee@cafe drink:tea@home ~swim@river ~swim@beach
        -go>beach -walk@park -run@park ~play:badminton@park ~take:walk#thing@park go>home
        take:taxi@station ~wash:car read:book@home -ride:bicycle@park""",
    "hot#weather": """open:window open:door drink:water@kitchen drink:juice@cafe order:juice@cafe
        order:ice_cream@cafe buy:ice_cream@store swim@river swim@pool swim@beach go>beach go>pool
        wear:hat take:shower@home turn_on:fan turn_on:fan@living_room -wear:coat -wear:jacket
        ~sleep ~study:science@home -run@park -run@playground -walk@park rest@garden
    ~play:tennis@park
        wash:face drink:water@park ~wear:sweater""",
}
RAINING = {
    "rain": Verb("rain", Stem("오"), "비가"),
    "snow": Verb("snow", Stem("오"), "눈이"),
    "cold#weather": predicate("cold#weather"),
    "hot#weather": predicate("hot#weather"),
}
# Verbs of things that everybody knows: the dishes, the car.
KNOWN = ("wash", "fix", "clean", "finish", "turn on", "turn off", "open", "close")
PLANNED = ("-", "~")
DEGREES = (("very", "아주"), ("too", "너무"), ("really", "정말"))
# Nobody is too kind; and colours have no degrees.
PLEASANT = entries("""kind smart healthy honest diligent delicious fresh pretty beautiful
    interesting useful famous
    clean cute cheap close warm strong young tall""")
COLOURS = ("red", "blue", "yellow", "white", "black")


def degree(draw, key, chance=60):
    """Draw the Parts of very, too, really, or none, as the adjective allows."""
    allowed = [d for d in DEGREES if d[0] != "too" or key not in PLEASANT]
    if key in COLOURS or not draw.chance(chance):
        return ()
    return (adverb("degree", *draw.pick(allowed)),)


def weather(draw, key, *, degree=60, where=0):
    """Return the Clause "it rains a lot" or "it is very cold", perhaps in a town."""
    it = NounPhrase(tuple(words("it")), (), "it", group="n")
    verb = RAINING[key]
    parts = []
    if draw.chance(degree):
        if key in ("rain", "snow"):
            much = tuple(words("a lot"))
            parts.append(Part("manner", much, (Eojeol("많이", much),)))
        else:
            parts.append(adverb("degree", *draw.pick(DEGREES)))
    if draw.chance(where):
        town = draw.pick(["Seoul", "Busan", "village"])
        parts.append(place(town, "place", "에" if key in ("rain", "snow") else "은"))
    return Clause(it, verb, tuple(parts), (verb.english, verb.korean.text, ""))


def reaction(draw, subject, entry, *, adjective=25, determiners=("a",), place_chance=100):
    """Return (Clause, polarity) for an entry of REACTIONS; polarity is "", "-" or "~".

    None where the entry names nothing that the lexicon has.
    """
    polarity = entry[0] if entry[0] in PLANNED else ""
    rest = entry.lstrip("-~")
    rest, _, how = rest.partition("+")
    if ">" in rest:
        verb, _, where = rest.partition(">")
        if not may_be(subject, where, verb):
            return None
        parts = [goal(where)] + ([manner(how)] if how else [])
        return Clause(
            subject, VERBS[verb], tuple(parts), (verb, VERBS[verb].korean.text, where)
        ), polarity
    rest, _, where = rest.partition("@")
    name, _, key = rest.partition(":")
    name, key, where = (x.replace("_", " ") for x in (name, key, where))
    parts = []
    if not may_be(subject, where, "work" if name == "work" else ""):
        return None
    person_meant = key in ("friend", "mother")
    options = [
        a
        for a in actions(name.replace(" ", "_"))
        if (not key and not a.objects)
        or key in a.objects
        or (person_meant and a.objects == ("PERSON",))
        or (name == "travel")
    ]
    if not options:
        return None
    action = options[0]
    if subject.group not in action.who + "n":
        return None
    if person_meant:
        if subject.pronoun not in ("I", "he", "she", "they"):
            return None
        key = key + "s" if subject.plural and key == "friend" else key
        other, key = own_person(key, subject), "person"
        parts.append(Part("object", other.english, tuple(other.marked(action.particle))))
    elif name == "travel":
        parts.append(place(key, "object", "을"))
    elif key:
        one = replace(action, objects=(key,))
        if name in KNOWN:
            determiners = ("the",)
        part, _ = object_part(draw, one, subject, adjective=adjective, determiners=determiners)
        parts.append(part)
    if where and (draw.chance(place_chance) or not key):
        parts.append(place(where, *where_slot(name)))
    if how:
        parts.append(manner(how))
    return Clause(
        subject, action.verb, tuple(parts), (name, action.verb.korean.text, key)
    ), polarity
