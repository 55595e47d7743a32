"""Adjectives in both languages, and the nouns they suit.

Meanings that Korean tells apart have a # in their key: cold weather is 춥다, cold water 차갑다.
"""

from .clauses import Verb
from .conjugation import Stem

# key: Korean. A form ending in 다 is conjugated; any other is a determiner (새) or fixed (낡은).
ADJECTIVES = {
    key: korean
    for line in """\
interesting 재미있다|boring 지루하다|difficult 어렵다/ㅂ|easy 쉽다/ㅂ|long 길다|short 짧다
thick 두껍다/ㅂ
thin 얇다|sad 슬프다|new 새|old 오래된|old#worn 낡은|big 크다|small 작다|expensive 비싸다|cheap 싸다
delicious 맛있다|fresh 신선하다|spicy 맵다/ㅂ|sweet 달다|salty 짜다|cold#thing 차갑다/ㅂ
hot#thing 뜨겁다/ㅂ
warm 따뜻하다|cold#weather 춥다/ㅂ|hot#weather 덥다/ㅂ|cool 시원하다|red 빨갛다/ㅎ|blue 파랗다/ㅎ
yellow 노랗다/ㅎ|white 하얗다/ㅎ|black 까맣다/ㅎ|pretty 예쁘다|beautiful 아름답다/ㅂ|cute 귀엽다/ㅂ
heavy 무겁다/ㅂ|light#weight 가볍다/ㅂ|clean 깨끗하다|dirty 더럽다/ㅂ|quiet 조용하다
noisy 시끄럽다/ㅂ
bright 밝다|dark 어둡다/ㅂ|tall#thing 높다|fast 빠르다/르|slow 느리다
strange 이상하다|dangerous 위험하다|important 중요하다|famous 유명하다|kind 친절하다|smart 똑똑하다
busy 바쁘다|tired 피곤하다|sick 아프다|hungry 배가_고프다|thirsty 목이_마르다/르|tall 키가_크다
short#person 키가_작다
young 어리다|young#adult 젊다|healthy 건강하다|honest 정직하다|diligent 부지런하다
lazy 게으르다/르|strong 힘이_세다
happy 행복하다|good 좋다|bad 나쁘다|far 멀다|close 가깝다/ㅂ|useful 유용하다
sharp 날카롭다/ㅂ""".splitlines()
    for entry in line.split("|")
    for key, korean in [entry.split()]
}

# Attributive adjectives by kind of noun (see nouns.THINGS).
BEFORE = {
    "text": "interesting boring new old long short difficult easy",
    "show": "interesting boring new sad long",
    "food": "delicious fresh expensive cheap",
    "drink": "cold#thing hot#thing",
    "clothes": "new old#worn red blue yellow white black expensive cheap pretty warm",
    "headwear": "new old#worn red blue yellow white black expensive cheap pretty",
    "footwear": "new old#worn red blue yellow white black expensive cheap pretty",
    "handwear": "new expensive cheap pretty",
    "wristwear": "new expensive cheap small",
    "ride": "",
    "vehicle": "new old#worn red blue white black expensive cheap big small",
    "device": "new old#worn black white expensive cheap small big",
    "goods": "new old#worn red blue yellow small big pretty expensive cheap",
    "furniture": "new old#worn big small heavy white red",
    "load": "big small heavy light#weight",
    "plant": "big small pretty beautiful",
    "paper": "old big beautiful",
    "sound": "sad new old beautiful quiet",
    "building": "new old big small beautiful quiet",
    "animal": "big small white black cute",
    "person": "kind smart famous young#adult tall honest diligent",
}
NOT_WITH = {
    *(("newspaper", a) for a in ("boring", "long", "short", "difficult", "easy", "new")),
    ("horse", "cute"),
    ("cow", "cute"),
    ("baseball game", "sad"),
    ("baseball game", "new"),
    ("news", "new"),
    ("cheese", "cheap"),
    ("kimchi", "fresh"),
    ("bread", "fresh"),
    ("beer", "hot#thing"),
    ("juice", "hot#thing"),
    ("map", "beautiful"),
    ("ticket", "beautiful"),
    ("ticket", "big"),
    ("ticket", "old"),
    ("tree", "pretty"),
    ("library", "famous"),
    ("letter", "expensive"),
    ("dictionary", "interesting"),
    ("dictionary", "boring"),
    ("dictionary", "long"),
    ("dictionary", "short"),
    ("dictionary", "difficult"),
    ("report", "old"),
    ("email", "old"),
    ("song", "quiet"),
    ("music", "quiet"),
    ("music", "old"),
    ("child", "young#adult"),
    ("child", "famous"),
    ("student", "young#adult"),
    ("student", "famous"),
    ("notebook", "interesting"),
    ("notebook", "boring"),
    ("notebook", "long"),
    ("notebook", "short"),
    ("notebook", "difficult"),
    ("notebook", "easy"),
    ("dictionary", "easy"),
    ("phone", "big"),
    ("fan", "black"),
    ("ice cream", "fresh"),
    ("cookies", "fresh"),
    ("cake", "fresh"),
    ("pizza", "fresh"),
    ("noodles", "fresh"),
    ("chocolate", "fresh"),
    ("lunch box", "fresh"),
    ("sandwich", "fresh"),
    ("ring", "red"),
    ("stone", "light#weight"),
    ("glasses", "yellow"),
    ("toy", "old"),
    ("gift", "old#worn"),
    ("gift", "new"),
    ("coin", "beautiful"),
    ("key", "expensive"),
    ("key", "cheap"),
    ("key", "pretty"),
    ("butterfly", "cute"),
    ("bread", "cheap"),
    ("fish#animal", "cute"),
    ("pig", "white"),
    ("kite", "old#worn"),
    ("doll", "black"),
    ("photo", "big"),
    ("picture#photo", "old"),
    ("paper", "old"),
    ("wallet", "yellow"),
}


def attributive(key, noun_key=None):
    """Return (English, Korean before a noun) of an adjective: ("cold", "차가운")."""
    english = key.partition("#")[0]
    korean = ADJECTIVES[key]
    if not korean.partition("/")[0].endswith("다"):
        return english, korean
    *prefix, form = korean.split("_")
    return english, " ".join([*prefix, Stem.parse(form, adjective=True).adnominal("present")])


def suiting(noun):
    """Return the keys of the adjectives that may stand before a noun."""
    bare = noun.key in ("television", "light")  # 큰 불 would be a big fire
    keys = [] if bare else BEFORE.get(noun.kind, "").split()
    return [key for key in keys if (noun.key, key) not in NOT_WITH]


def predicate(key):
    """Return the Verb for "be" with an adjective."""
    *prefix, form = ADJECTIVES[key].split("_")
    return Verb(f"be {key.partition('#')[0]}", Stem.parse(form, adjective=True), " ".join(prefix))
