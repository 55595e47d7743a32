"""Nouns: things, foods, animals, people, places and times, in both languages.

A line of THINGS: English, Korean, counter. English is singular/plural; "x/-" is a mass noun, "-/x"
has only a plural, "=x" never takes an article, "^x" always takes "the", "+x" always "a", "~x"
    belongs
to the subject (his hands). What follows # tells two meanings of a word apart and is no part of it.
"""

from dataclasses import dataclass

THINGS = {
    "text": """book/books 책 권|novel/novels 소설 권|magazine/magazines 잡지 권
        comic_book/comic_books 만화책 권|letter/letters 편지 통|email/emails 이메일 통
        newspaper/newspapers 신문 부|poem/poems 시 편|report/reports 보고서|story/stories 이야기 편
        dictionary/dictionaries 사전 권|notebook/notebooks 공책 권""",
    "show": """movie/movies 영화 편|drama/dramas 드라마 편|play#show/plays 연극 편
        baseball_game/baseball_games 야구_경기|=television 텔레비전|^news 뉴스""",
    "food": """bread/- 빵|rice/- 밥|-/noodles 국수|kimchi/- 김치|apple/apples 사과 개
        egg/eggs 달걀 개
        fish#food/- 생선|meat/- 고기|pizza/- 피자|sandwich/sandwiches 샌드위치 개|-/grapes 포도
        -/strawberries 딸기 개|chicken/- 닭고기|salad/- 샐러드|cake/cakes 케이크 개
        chocolate/- 초콜릿|ice_cream/- 아이스크림|-/vegetables 채소|banana/bananas 바나나 개
        tomato/tomatoes 토마토 개|potato/potatoes 감자 개|-/cookies 쿠키 개|cheese/- 치즈
        lunch_box/lunch_boxes 도시락 개""",
    "meal": "=breakfast 아침|=lunch 점심|=dinner 저녁",
    "drink": (
        "water/- 물 병|milk/- 우유 잔|coffee/- 커피 잔|tea/- 차 잔|juice/- 주스 병|beer/- 맥주 병"
    ),
    "clothes": """coat/coats 코트 벌|shirt/shirts 셔츠 벌|skirt/skirts 치마 벌
        dress/dresses 원피스 벌
        -/pants 바지|jacket/jackets 재킷 벌|sweater/sweaters 스웨터 벌|-/clothes 옷""",
    "headwear": "hat/hats 모자 개|-/glasses 안경|mask/masks 마스크 개",
    "footwear": "-/shoes 신발 켤레|-/socks 양말 켤레|-/boots 부츠 켤레|-/sneakers 운동화 켤레",
    "handwear": "-/gloves 장갑 켤레|ring/rings 반지 개",
    "wristwear": "watch#thing/watches 손목시계 개",
    "keyed": "^piano 피아노|^guitar 기타|^drums 드럼",
    "bowed": "^violin 바이올린",
    "racket": "=tennis 테니스|=badminton 배드민턴|=golf 골프",
    "team": "=soccer 축구|=basketball 농구|=baseball 야구|=volleyball 배구",
    "ride": (
        "bus/buses 버스 대|taxi/taxis 택시 대|train/trains 기차|^subway 지하철|ship/ships 배 척"
    ),
    "vehicle": "car/cars 자동차 대|truck/trucks 트럭 대|bicycle/bicycles 자전거 대",
    "device": """computer/computers 컴퓨터 대|phone/phones 휴대폰 대|camera/cameras 카메라 대
        refrigerator/refrigerators 냉장고 대|clock/clocks 시계 개|fan/fans 선풍기 대
        ^radio 라디오|^light 불|^television#set 텔레비전""",
    "goods": """umbrella/umbrellas 우산 개|key/keys 열쇠 개|wallet/wallets 지갑 개|bag/bags 가방 개
        ball/balls 공 개|doll/dolls 인형 개|toy/toys 장난감 개|gift/gifts 선물 개|kite/kites 연 개
        pencil/pencils 연필 자루|pen/pens 펜 자루|cup/cups 컵 개""",
    "furniture": "chair/chairs 의자 개|desk/desks 책상 개|table/tables 탁자 개|bed/beds 침대 개",
    "load": "box/boxes 상자 개|stone/stones 돌 개|basket/baskets 바구니 개",
    "plant": "flower/flowers 꽃 송이|rose/roses 장미 송이|tree/trees 나무 그루",
    "town": "=Seoul 서울|=Busan 부산",
    "paper": """picture/pictures 그림 장|picture#photo/pictures 사진 장|photo/photos 사진 장
        map/maps 지도 장|ticket/tickets 표 장
        stamp/stamps 우표 장|paper/- 종이 장""",
    "sound": "=music 음악|song/songs 노래 곡",
    "language": "=Korean 한국어|=English 영어|=Chinese 중국어|=Japanese 일본어",
    "subject": "=history 역사|=mathematics 수학|=science 과학|=music#subject 음악",
    "room": """^kitchen 부엌|^classroom 교실|^bathroom 욕실|^living_room 거실|house/houses 집 채
        room/rooms 방|^office 사무실|^garden 정원""",
    "building": """school/schools 학교|hospital/hospitals 병원|library/libraries 도서관
        museum/museums 박물관|hotel/hotels 호텔|bridge/bridges 다리|restaurant/restaurants 식당
        park/parks 공원|cafe/cafes 카페|city/cities 도시|village/villages 마을""",
    "opening": "^door 문|^window 창문",
    "body": "~hands 손|~face 얼굴|~hair 머리|-/dishes 그릇",
    "task": (
        "~homework 숙제|exam/exams 시험|party/parties 파티|meeting/meetings 회의|class/classes 수업"
    ),
    "matter": """answer/answers 답|question/questions 질문|address/addresses 주소
        promise/promises 약속
        name/names 이름|medicine/- 약|money/- 돈|+walk#thing 산책|+shower 샤워
        coin/coins 동전 개""",
    "animal": """dog/dogs 개 마리|cat/cats 고양이 마리|bird/birds 새 마리|rabbit/rabbits 토끼 마리
        cow/cows 소 마리|duck/ducks 오리 마리|horse/horses 말 마리|pig/pigs 돼지 마리
        butterfly/butterflies 나비 마리|fish#animal/fish 물고기 마리""",
    "person": """student/students 학생 명|child/children 아이 명|doctor/doctors 의사 명
        nurse/nurses 간호사 명|farmer/farmers 농부 명|singer/singers 가수 명
        tourist/tourists 관광객 명
        guest/guests 손님 명|writer/writers 작가 명|scientist/scientists 과학자 명
        police_officer/police_officers 경찰관 명|chef/chefs 요리사 명|artist/artists 화가 명
        friend/friends 친구 명|thief/thieves 도둑 명|cousin/cousins 사촌 명""",
}

# English, Korean, group, pronoun, honorific. Groups: n anybody, a grown-up, e elderly, y young,
# c child. "my" is 우리 before parents and grandparents and 제 before everybody else.
PEOPLE = """\
I|저|n|I|
we|우리|n|we|
Minsu|민수|n|he|
Jihun|지훈|n|he|
Junho|준호|n|he|
Sujin|수진|n|she|
Yuna|유나|n|she|
Seoyeon|서연|n|she|
my friend|제 친구|n|she|
my cousin|제 사촌|n|he|
my mother|우리 어머니|a|she|h
my father|우리 아버지|a|he|h
my grandmother|우리 할머니|e|she|h
my grandfather|우리 할아버지|e|he|h
my uncle|우리 삼촌|a|he|
my aunt|우리 이모|a|she|
my wife|제 아내|a|she|
my husband|제 남편|a|he|
my brother|제 남동생|y|he|
my sister|제 여동생|y|she|
my daughter|제 딸|y|she|
my son|제 아들|y|he|
the teacher|선생님|a|she|h
the doctor|의사|a|she|
the nurse|간호사|a|he|
the farmer|농부|a|he|
the singer|가수|a|she|
the writer|작가|a|he|
the chef|요리사|a|he|
the scientist|과학자|a|she|
the police officer|경찰관|a|he|
the student|학생|y|she|
the students|학생들|y|they|
the children|아이들|c|they|
the child|아이|c|he|"""

# key: preposition and English name, Korean name ("home" is English's own exception)
PLACES = {
    "school": ("at", "school", "학교"),
    "library": ("at", "the library", "도서관"),
    "park": ("in", "the park", "공원"),
    "home": ("at", "home", "집"),
    "restaurant": ("at", "the restaurant", "식당"),
    "office": ("at", "the office", "사무실"),
    "hotel": ("at", "the hotel", "호텔"),
    "hospital": ("at", "the hospital", "병원"),
    "market": ("at", "the market", "시장"),
    "station": ("at", "the station", "역"),
    "bathroom": ("in", "the bathroom", "욕실"),
    "kitchen": ("in", "the kitchen", "부엌"),
    "living room": ("in", "the living room", "거실"),
    "classroom": ("in", "the classroom", "교실"),
    "garden": ("in", "the garden", "정원"),
    "beach": ("at", "the beach", "바닷가"),
    "cafe": ("at", "the cafe", "카페"),
    "museum": ("at", "the museum", "박물관"),
    "theater": ("at", "the theater", "극장"),
    "airport": ("at", "the airport", "공항"),
    "post office": ("at", "the post office", "우체국"),
    "store": ("at", "the store", "가게"),
    "bookstore": ("at", "the bookstore", "서점"),
    "bakery": ("at", "the bakery", "빵집"),
    "Seoul": ("in", "Seoul", "서울"),
    "Busan": ("in", "Busan", "부산"),
    "village": ("in", "the village", "마을"),
    "river": ("in", "the river", "강"),
    "gym": ("at", "the gym", "체육관"),
    "playground": ("on", "the playground", "운동장"),
    "pool": ("in", "the pool", "수영장"),
    "university": ("at", "the university", "대학교"),
}

# English, Korean. "day": for things that happen any day; "long": for things that happen seldom;
# "year": for things that take long.
TIMES = {
    ("past", "day"): """yesterday|어제;last night|어젯밤에;this morning|오늘 아침에
        on Monday|월요일에;on Saturday|토요일에;last weekend|지난 주말에;two days ago|이틀 전에""",
    ("past", "long"): """yesterday|어제;last week|지난주에;last month|지난달에;last year|작년에
        three years ago|삼 년 전에;last weekend|지난 주말에;on Monday|월요일에""",
    ("future", "day"): """tomorrow|내일;tonight|오늘 밤에;this weekend|이번 주말에
        on Friday|금요일에;on Saturday|토요일에;tomorrow morning|내일 아침에""",
    ("future", "long"): """tomorrow|내일;next week|다음 주에;next month|다음 달에;next year|내년에
        this weekend|이번 주말에;on Friday|금요일에""",
    ("present", "day"): """every day|매일;every morning|매일 아침;every evening|매일 저녁
        on Sundays|일요일마다;every weekend|주말마다""",
}
TIMES["present", "long"] = "on Sundays|일요일마다;every weekend|주말마다"
TIMES["present", "year"] = "every year|매년;every spring|봄마다"
TIMES["past", "year"] = (
    "last year|작년에;last month|지난달에;three years ago|삼 년 전에;last spring|지난봄에"
)
TIMES["future", "year"] = "next year|내년에;next month|다음 달에;next spring|내년 봄에"
DAYTIMES = "in the morning|아침에;in the evening|저녁에;at night|밤에;in the afternoon|오후에"


@dataclass(frozen=True)
class Noun:
    """A noun of THINGS; ``article`` is "count", "mass", "plural", "bare", "the", "a" or "own"."""

    key: str
    singular: str
    plural: str
    korean: str
    kind: str
    counter: str
    article: str


def _noun(kind, entry):
    english, korean, *counter = entry.split()
    marks = {"=": "bare", "^": "the", "+": "a", "~": "own"}
    article = marks.get(english[0], "count")
    one, _, many = english.lstrip("=^+~").partition("/")
    if article == "count":
        article = "mass" if many == "-" else "plural" if one == "-" else "count"
    key = (many if one == "-" else one).replace("_", " ")
    singular = "" if one == "-" else one.partition("#")[0].replace("_", " ")
    plural = singular if many == "fish" else many.strip("-").replace("_", " ")
    korean = korean.replace("_", " ")
    return key, Noun(key, singular, plural, korean, kind, (*counter, "")[0], article)


NOUNS = dict(
    _noun(kind, entry)
    for kind, table in THINGS.items()
    for line in table.splitlines()
    for entry in line.strip().split("|")
)
