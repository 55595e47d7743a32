"""What people do, in both languages: every verb with the objects, places and people that suit it.

A line of ACTIONS: English | Korean (prefix words, dictionary form/irregularity, > honorific verb)
| objects | places | manners | who | how often. A verb of several lines has several meanings: which
Korean verb is right depends on the object (wear a hat 쓰다, wear shoes 신다). Objects are keys of
NOUNS, PERSON, or - for none; "에게:" before them names another particle than 을.
"""

from dataclasses import dataclass

from .clauses import Verb
from .conjugation import Stem

FOODS = "bread noodles pizza meat chicken salad kimchi vegetables"
CLOTHES = "coat shirt skirt dress pants jacket sweater"
SHOES = "shoes socks boots sneakers"

ACTIONS = f"""\
eat|먹다 > 드시다|{FOODS} fish#food|kitchen restaurant home|quickly slowly alone|aeyc|day
eat|먹다 > 드시다|apple egg sandwich grapes strawberries cake banana cookies|kitchen home park\
|quickly slowly alone|aeyc|day
eat|먹다 > 드시다|breakfast lunch dinner|home restaurant|alone|aeyc|day
drink|마시다 > 드시다|water milk juice|kitchen restaurant home|slowly quickly|aeyc|day
drink|마시다 > 드시다|coffee tea|cafe home restaurant|slowly quickly|ae|day
drink|마시다 > 드시다|beer|restaurant home||a|day
read|읽다|book novel magazine comic_book letter newspaper poem report story\
|library cafe home park|quietly slowly alone|aey|day
write|쓰다|letter email novel poem report story|library cafe home office|alone quickly|ay|day
watch|보다|movie play#show|theater|quietly alone|aeyc|day
watch|보다|movie drama baseball_game|home living_room|quietly alone|aeyc|day
watch|보다|television news|home living_room|quietly alone|aey|day
buy|사다|hat shoes socks coat shirt skirt jacket gloves umbrella bag wallet cup toy doll flower\
|market store||aey|long
buy|사다|fish#food meat vegetables apple egg banana tomato potato grapes strawberries|market\
 store||ae|day
buy|사다|book novel magazine dictionary comic_book map notebook|bookstore||aey|long
buy|사다|bread cake cookies sandwich|bakery||aey|day
buy|사다|computer camera phone bicycle refrigerator watch#thing desk chair bed|store||ae|long
buy|사다|car house truck|||a|year
buy|사다|ticket|station theater airport||aey|day
sell|팔다|car house bicycle computer truck|||a|long
sell|팔다|fish#food vegetables flower potato tomato fan hat|market||a|day
wear|입다|{CLOTHES}|office home||aeyc|day
wear|쓰다|hat glasses mask|school park hospital library||aeyc|day
wear|신다|{SHOES}|school park market||ayc|day
wear|끼다|gloves ring|school office||ay|day
wear|차다|watch#thing|school office||ay|day
play|치다|piano guitar drums|school home|quietly well together|ay|day
play|켜다|violin|school home|quietly well|ay|day
play|치다|tennis|park school|together well|ay|day
play|치다|badminton|park gym beach|together well|ay|day
play|치다|golf||together well|a|day
play|하다|soccer basketball baseball volleyball|park school playground|together|yc|day
take|타다|bus taxi|station airport|alone|aey|day
take|타다|train subway|station|alone|aey|day
take|찍다|picture#photo photo|park beach museum garden|together|aey|day
take|먹다 > 드시다|medicine|hospital home||aey|day
take|보다|exam|school university||y|day
take|듣다/ㄷ|class|school university|together|y|day
take|하다|shower|home gym||aey|day
take|하다|walk#thing|park beach village|together alone|aey|day
ride|타다|bicycle horse|park beach village|together slowly|ayc|day
listen to|듣다/ㄷ|music song radio story news|cafe home park living_room|quietly alone|aey|day
sing|부르다/르|song|park school theater|loudly together|ayc|day
dance|춤을 추다|-|park theater school|together alone well|ayc|day
make|만들다|cake bread sandwich salad cookies kimchi|kitchen home|together quickly|aey|day
make|만들다|toy doll kite chair table box|school home|together carefully|aey|day
cook|요리하다|fish#food meat chicken noodles vegetables|kitchen restaurant|quickly together|aey|day
learn|배우다|Korean English Chinese Japanese history mathematics piano guitar violin tennis\
|school university|hard together|ay|long
study|공부하다|Korean English Chinese Japanese history mathematics science\
|library school home cafe|hard quietly together|ay|day
teach|가르치다|Korean English Chinese history mathematics science music#subject|school\
 university||a|long
clean|청소하다|kitchen classroom bathroom living_room room office house garden||quickly together\
 alone|aey|day
wash|씻다|hands|bathroom kitchen home|quickly carefully|aeyc|day
wash|씻다|face|bathroom home|quickly|aeyc|day
wash|감다|hair|bathroom home|quickly|aey|day
wash|빨다|clothes socks shirt sneakers|bathroom home|together|aey|day
wash|닦다|dishes car bicycle|home||ay|day
open|열다|door window box|||aeyc|day
close|닫다|door window|||aeyc|day
open|펴다|book umbrella map|||ay|day
find|찾다|key wallet umbrella glasses ring phone bag|school park station living_room||aeyc|day
lose|잃어버리다|key wallet umbrella ring phone bag camera watch#thing ticket gloves\
|school park station market beach||ayc|long
look for|찾다|key wallet umbrella glasses ring phone bag cat dog|park station\
 living_room|carefully together|ayc|day
borrow|빌리다|book novel dictionary magazine comic_book|library||ay|long
fix|고치다|computer clock radio camera fan|home office|alone quickly|a|day
fix|고치다|bicycle car refrigerator chair|home|alone quickly|a|day
draw|그리다|picture map flower tree house cat horse bird|school park home garden|carefully\
 together|yc|day
build|짓다/ㅅ|house school hospital library hotel museum|Seoul Busan village|together|a|year
help|돕다/ㅂ|PERSON|school hospital library office||ay|day
call|전화하다|에게:PERSON|office station school||ay|day
meet|만나다|PERSON|cafe park station library school restaurant airport|alone|aeyc|day
visit|방문하다|museum school hospital library village Busan Seoul||together alone|aeyc|long
wait for|기다리다|bus taxi|station airport|quietly alone|aeyc|day
wait for|기다리다|train subway|station|quietly alone|aeyc|day
wait for|기다리다|PERSON|station airport cafe|quietly alone|aeyc|day
like|좋아하다|coffee tea milk juice bread kimchi pizza fish#food chocolate ice_cream music movie\
 soccer\
 baseball tennis dog cat horse flower history mathematics|||aeyc|state
hate|싫어하다|coffee milk fish#food meat tomato vegetables cheese soccer golf exam mathematics\
 cat|||ayc|state
love|사랑하다|PERSON music flower|||aey|state
know|알다!모르다/르|PERSON answer address name song story|||aeyc|state
remember|기억하다|PERSON answer address name promise song story|||aey|state
forget|잊다|answer address name promise|||aey|day
turn on|켜다|light computer radio television#set fan|office living_room classroom||aey|day
turn off|끄다|light computer radio television#set fan phone|office living_room\
 classroom||aey|day
cut|자르다/르|bread cake meat|kitchen|carefully quickly|ay|day
cut|자르다/르|paper hair|home|carefully quickly|ay|day
plant|심다|tree flower rose potato tomato|garden park village|together carefully|aey|long
grow|기르다|vegetables tomato flower rose|village home garden||aey|year
raise|기르다|cat dog rabbit cow pig duck horse|village home||aey|year
choose|고르다/르|gift shoes hat book bag ring doll|store market|carefully together quickly|aeyc|day
catch|잡다|fish#animal|river||y|day
catch|잡다|butterfly|park garden village|together|yc|day
throw|던지다|ball|park beach playground||yc|day
carry|나르다/르|box chair desk table basket|school office|together carefully alone|ay|day
bring|가져오다|umbrella camera dictionary lunch_box notebook map coat water juice|||ayc|day
prepare|준비하다|breakfast dinner party gift|home|together carefully|aey|day
prepare|준비하다|meeting report|office|together carefully|a|day
do|하다|homework|library home school|alone together quietly|yc|day
finish|끝내다|homework|library school home|early quickly|y|day
finish|끝내다|report meeting|office|early quickly|a|day
order|주문하다|pizza chicken noodles meat beer|restaurant|quickly|ay|day
order|주문하다|coffee tea juice cake ice_cream|cafe|quickly|aey|day
use|쓰다|computer phone camera dictionary|library office school|carefully|ay|day
collect|모으다|stamp coin map doll photo||together|yc|long
understand|이해하다|question story poem novel answer|||aey|state
invite|초대하다|PERSON|||ay|long
sleep|자다 > 주무시다|-|living_room home|well alone|aeyc|day
rest|쉬다|-|home park hotel garden|well alone together|aeyc|day
work|일하다|-|hospital office restaurant library store market|hard together alone|a|day
exercise|운동하다|-|park gym playground home|hard together alone|aey|day
swim|수영하다|-|pool river beach|together alone|ay|day
walk|걷다/ㄷ|-|park beach garden village|slowly together alone quietly|aey|day
run|달리다|-|park playground beach|quickly together alone|yc|day
laugh|웃다|-|classroom theater park cafe|loudly together|aeyc|day
cry|울다|-|park classroom station|loudly quietly alone|yc|day
travel|여행하다|-|Seoul Busan|alone together|aey|long
live|살다|-|Seoul Busan village|alone together|aey|state
get up|일어나다|-||early late|aeyc|day
arrive|도착하다|-|school station airport office Seoul Busan|early late|aeyc|day
stay|있다 > 계시다|-|home hospital hotel library|alone together|aey|day
give|주다|-|||aeyc|day
send|보내다|-|||aeyc|day
show|보여 주다|-|||aeyc|day
lend|빌려주다|-|||aeyc|day
go|가다|-|||aeyc|day
come|오다|-|||aeyc|day"""

MANNERS = {
    "quickly": "빨리",
    "slowly": "천천히",
    "alone": "혼자",
    "together": "함께",
    "quietly": "조용히",
    "loudly": "크게",
    "carefully": "조심스럽게",
    "hard": "열심히",
    "well": "잘",
    "early": "일찍",
    "late": "늦게",
    "again": "다시",
}
# The place takes 에서 where something is done, but 에 where somebody is: (slot, particle).
PLACE_PARTICLES = {
    "stay": ("goal", "에"),
    "live": ("goal", "에"),
    "arrive": ("goal", "에"),
    "travel": ("object", "을"),
}
# Where something is put or put up.
PLACED = ("plant", "build")


@dataclass(frozen=True)
class Action:
    """A line of ACTIONS."""

    verb: Verb
    objects: tuple
    particle: str
    places: tuple
    manners: tuple
    who: str
    often: str

    @property
    def english(self):
        """Return the English base form with its particle."""
        return self.verb.english


def _verb(english, korean):
    forms, _, honorific = korean.partition(" > ")
    forms, _, negative = forms.partition("!")
    *prefix, form = forms.split()
    return Verb(
        english,
        Stem.parse(form),
        " ".join(prefix),
        Stem.parse(honorific + "/시") if honorific else None,
        Stem.parse(negative) if negative else None,
    )


def _action(line):
    english, korean, objects, places, manners, who, often = line.split("|")
    particle, colon, rest = objects.partition(":")
    keys = _keys(rest if colon else objects)
    return Action(
        _verb(english, korean),
        keys,
        particle if colon else "을",
        _keys(places),
        tuple(manners.split()),
        who,
        often,
    )


def _keys(text):
    return tuple(key.replace("_", " ") for key in text.split() if key != "-")


ALL_ACTIONS = tuple(_action(line) for line in ACTIONS.splitlines())


def actions(names, often=("day", "long")):
    """Return the actions of some English verbs, as a tuple."""
    wanted = _keys(names)
    return tuple(a for a in ALL_ACTIONS if a.english in wanted and a.often in often)
