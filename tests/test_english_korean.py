"""The grammar-made English-Korean corpus: Korean forms, alignments, splits, and the file itself."""

import unicodedata
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.data import english_korean as corpus
from course_utils.data.grammar.conjugation import Stem
from course_utils.data.grammar.hangul import (
    FIRST,
    LAST,
    final_of,
    join_syllable,
    split_syllable,
    with_particle,
)
from course_utils.data.grammar.tokens import Draw, eojeols, marked, words

syllables = st.integers(FIRST, LAST).map(chr)


@pytest.fixture(scope="module")
def pairs():
    return corpus.load()


@pytest.fixture(scope="module")
def drawn():
    return corpus.generate()


# dictionary form: polite present, polite past, before 거예요, "if", before a noun
VERBS = """\
읽다|읽어요|읽었어요|읽을|읽으면|읽는
가다|가요|갔어요|갈|가면|가는
오다|와요|왔어요|올|오면|오는
보다|봐요|봤어요|볼|보면|보는
하다|해요|했어요|할|하면|하는
마시다|마셔요|마셨어요|마실|마시면|마시는
배우다|배워요|배웠어요|배울|배우면|배우는
주다|줘요|줬어요|줄|주면|주는
보내다|보내요|보냈어요|보낼|보내면|보내는
켜다|켜요|켰어요|켤|켜면|켜는
쉬다|쉬어요|쉬었어요|쉴|쉬면|쉬는
앉다|앉아요|앉았어요|앉을|앉으면|앉는
입다|입어요|입었어요|입을|입으면|입는
닫다|닫아요|닫았어요|닫을|닫으면|닫는
씻다|씻어요|씻었어요|씻을|씻으면|씻는
있다|있어요|있었어요|있을|있으면|있는
듣다/ㄷ|들어요|들었어요|들을|들으면|듣는
걷다/ㄷ|걸어요|걸었어요|걸을|걸으면|걷는
돕다/ㅂ|도와요|도왔어요|도울|도우면|돕는
짓다/ㅅ|지어요|지었어요|지을|지으면|짓는
부르다/르|불러요|불렀어요|부를|부르면|부르는
고르다/르|골라요|골랐어요|고를|고르면|고르는
모르다/르|몰라요|몰랐어요|모를|모르면|모르는
쓰다|써요|썼어요|쓸|쓰면|쓰는
끄다|꺼요|껐어요|끌|끄면|끄는
모으다|모아요|모았어요|모을|모으면|모으는
살다|살아요|살았어요|살|살면|사는
만들다|만들어요|만들었어요|만들|만들면|만드는
열다|열어요|열었어요|열|열면|여는
울다|울어요|울었어요|울|울면|우는"""
ADJECTIVES = """\
작다|작아요|작았어요|작을|작으면|작은
길다|길어요|길었어요|길|길면|긴
크다|커요|컸어요|클|크면|큰
바쁘다|바빠요|바빴어요|바쁠|바쁘면|바쁜
예쁘다|예뻐요|예뻤어요|예쁠|예쁘면|예쁜
얇다|얇아요|얇았어요|얇을|얇으면|얇은
좋다|좋아요|좋았어요|좋을|좋으면|좋은
춥다/ㅂ|추워요|추웠어요|추울|추우면|추운
아름답다/ㅂ|아름다워요|아름다웠어요|아름다울|아름다우면|아름다운
좁다|좁아요|좁았어요|좁을|좁으면|좁은
빠르다/르|빨라요|빨랐어요|빠를|빠르면|빠른
빨갛다/ㅎ|빨개요|빨갰어요|빨갈|빨가면|빨간
하얗다/ㅎ|하얘요|하얬어요|하얄|하야면|하얀
맛있다|맛있어요|맛있었어요|맛있을|맛있으면|맛있는
친절하다|친절해요|친절했어요|친절할|친절하면|친절한"""


@pytest.mark.parametrize(
    ("line", "adjective"),
    [(line, False) for line in VERBS.splitlines()] + [(x, True) for x in ADJECTIVES.splitlines()],
)
def test_hand_checked_forms(line, adjective):
    notation, *forms = line.split("|")
    stem = Stem.parse(notation, adjective)
    made = [stem.polite(), stem.past().polite(), stem.loose("ㄹ"), stem.loose("면")]
    assert [*made, stem.adnominal("present")] == forms


@pytest.mark.parametrize(
    ("notation", "polite", "past", "future", "because"),
    [
        ("읽다", "읽으세요", "읽으셨어요", "읽으실", "읽으셔"),
        ("가다", "가세요", "가셨어요", "가실", "가셔"),
        ("살다", "사세요", "사셨어요", "사실", "사셔"),
        ("듣다/ㄷ", "들으세요", "들으셨어요", "들으실", "들으셔"),
        ("돕다/ㅂ", "도우세요", "도우셨어요", "도우실", "도우셔"),
        ("짓다/ㅅ", "지으세요", "지으셨어요", "지으실", "지으셔"),
    ],
)
def test_honorific_forms(notation, polite, past, future, because):
    stem = Stem.parse(notation).honorific()
    made = (stem.polite(), stem.past().polite(), stem.loose("ㄹ"), stem.infinitive())
    assert made == (polite, past, future, because)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (Stem.parse("먹다").quoted("present"), "먹는다고"),
        (Stem.parse("가다").quoted("present"), "간다고"),
        (Stem.parse("살다").quoted("present"), "산다고"),
        (Stem.parse("춥다/ㅂ", True).quoted("present"), "춥다고"),
        (Stem.parse("맛있다", True).quoted("present"), "맛있다고"),
        (Stem.parse("먹다").quoted("past"), "먹었다고"),
        (Stem.parse("먹다").adnominal("past"), "먹은"),
        (Stem.parse("팔다").adnominal("past"), "판"),
        (Stem.parse("걷다/ㄷ").adnominal("past"), "걸은"),
        (Stem.parse("짓다/ㅅ").adnominal("past"), "지은"),
        (Stem.parse("살다").loose("니까"), "사니까"),
        (Stem.parse("춥다/ㅂ", True).loose("니까"), "추우니까"),
        (Stem.parse("만들다").loose("러"), "만들러"),
        (Stem.parse("먹다").loose("러"), "먹으러"),
        (Stem.parse("듣다/ㄷ").loose("면서"), "들으면서"),
        (Stem.parse("열다").loose("려고"), "열려고"),
        (Stem.parse("먹다").loose("ㄹ까요"), "먹을까요"),
        (Stem.parse("팔다").loose("ㄹ까요"), "팔까요"),
        (Stem.parse("가다").past().loose("ㄹ"), "갔을"),
        (Stem.parse("알다").firm("는지"), "아는지"),
        (Stem.parse("듣다/ㄷ").firm("지"), "듣지"),
        (Stem.parse("놀다").firm("고"), "놀고"),
    ],
)
def test_endings_of_linked_clauses(made, expected):
    assert made == expected


def test_a_stem_says_what_is_wrong():
    with pytest.raises(ValueError, match="dictionary form"):
        Stem.parse("읽어요")
    with pytest.raises(ValueError, match="unknown"):
        Stem("읽", irregular="ㅁ")
    with pytest.raises(ValueError, match="NFC"):
        split_syllable(unicodedata.normalize("NFD", "한"))
    with pytest.raises(ValueError, match="last syllable"):
        final_of("")


@given(syllables)
def test_every_syllable_comes_apart_and_together_again(syllable):
    assert join_syllable(*split_syllable(syllable)) == syllable


@given(st.text(syllables, max_size=3), syllables)
def test_particles_follow_the_last_syllable(before, last):
    word = before + last
    # Decomposition is Unicode's own here, and not the arithmetic under test.
    decomposed = unicodedata.normalize("NFD", last)
    closed, rieul = len(decomposed) == 3, decomposed.endswith("\u11af")
    for particle, (after_consonant, after_vowel) in {
        "은": ("은", "는"),
        "이": ("이", "가"),
        "을": ("을", "를"),
        "과": ("과", "와"),
        "이에요": ("이에요", "예요"),
    }.items():
        assert with_particle(word, particle) == word + (after_consonant if closed else after_vowel)
    assert with_particle(word, "으로") == word + ("으로" if closed and not rieul else "로")
    assert with_particle(word, "에서") == word + "에서"


@given(syllables, st.sampled_from(["면", "ㄹ", "ㄴ", "니까", "러", "려고", "면서", "시", "ㄹ까요"]))
def test_any_regular_stem_takes_any_ending_in_composed_hangul(syllable, ending):
    made = Stem(syllable).loose(ending)
    assert unicodedata.is_normalized("NFC", made)
    assert not any(character in "ㄴㄹ" for character in made)


def test_links_are_read_off_the_words_that_made_a_token():
    at, the, school = words("at the school")
    korean = marked(eojeols("학교", [school]), "에서", [at])
    assert [(e.text, e.sure, e.possible) for e in korean] == [("학교에서", (school,), (at,))]
    assert the not in korean[0].sure + korean[0].possible


def test_draws_are_the_same_everywhere():
    draw = Draw(7)
    assert [draw.below(1000) for _ in range(6)] == [43, 325, 786, 314, 901, 372]


# The corpus.


def test_the_file_is_what_the_grammar_writes(drawn):
    assert corpus.to_text(drawn).encode("utf-8") == corpus.FILE.read_bytes()


def test_loading_returns_what_was_generated(pairs, drawn):
    assert pairs == drawn


def test_promised_sizes(pairs):
    sizes = Counter(pair.split for pair in pairs)
    assert sizes["train"] >= 10_000
    assert sizes["validation"] == sizes["random"] == sizes["compositional"] == 600
    assert len({word for pair in pairs for word in pair.english}) >= 300
    assert len({word for pair in pairs for word in pair.korean}) >= 500
    assert len({pair.pattern for pair in pairs}) >= 30
    assert min(Counter(pair.pattern for pair in pairs).values()) >= 30
    assert corpus.FILE.stat().st_size < 2.5e6


def test_lengths(pairs):
    lengths = [len(pair.english) - 1 for pair in pairs]
    assert min(lengths) >= 3
    assert max(lengths) <= 14
    assert sum(length >= 10 for length in lengths) / len(lengths) > 0.5


def test_every_sentence_occurs_once(pairs):
    assert len({pair.english for pair in pairs}) == len(pairs)
    assert len({pair.korean for pair in pairs}) == len(pairs)


def test_text_is_composed_and_plain(pairs):
    text = corpus.FILE.read_text(encoding="utf-8")
    assert unicodedata.is_normalized("NFC", text)
    assert b"\r" not in corpus.FILE.read_bytes()
    for pair in pairs:
        assert all(word.isascii() for word in pair.english)
        assert all(FIRST <= ord(c) <= LAST for token in pair.korean[:-1] for c in token)


def test_the_last_marks_are_linked(pairs):
    for pair in pairs:
        assert pair.english[-1] == pair.korean[-1]
        assert pair.english[-1] in (".", "?")
        assert (len(pair.english) - 1, len(pair.korean) - 1) in pair.sure


def test_one_style_of_speech(pairs):
    for pair in pairs:
        assert pair.korean[-2].endswith("요"), pair.korean
        assert not {"나는", "내가"} & set(pair.korean)


# Words that may have no link: Korean has no articles, and leaves out "you" and a second "he".
UNLINKED = {"a", "an", "the", "it", "he", "she", "they", "I", "we", "you", "his", "her", "my"}
UNLINKED |= {"their", "your", "our", "him", "them", "me", "us"}


def test_every_word_is_linked(pairs):
    for pair in pairs:
        linked = {i for i, _ in pair.alignment}
        words_left = {word for i, word in enumerate(pair.english) if i not in linked}
        assert words_left <= UNLINKED, (pair.english, words_left)
        assert {j for _, j in pair.sure} == set(range(len(pair.korean))), pair.korean


def test_only_function_words_are_linked_as_possible(pairs):
    function_words = {"at", "in", "on", "to", "of", "by", "with", "for", "than", "there", "please"}
    function_words |= {"is", "are", "was", "were", "am", "do", "does", "did", "has", "have", "will"}
    function_words |= {"that", "who", "where", "if", "because", "while", "so", "and", "but"}
    function_words |= {"it", "they", "can", "could", "shall"}
    for pair in pairs:
        assert pair.possible < pair.alignment or not pair.possible
        assert {pair.english[i] for i, _ in pair.possible} <= function_words


def test_order_is_turned_around(pairs):
    def crosses(pair):
        links = sorted(pair.sure)
        return any(a[1] > b[1] for n, a in enumerate(links) for b in links[n:] if a[0] < b[0])

    assert sum(crosses(pair) for pair in pairs) / len(pairs) > 0.95


def test_a_word_of_many_meanings_is_decided_by_its_object(pairs):
    def korean_for(verb, thing):
        return {
            pair.korean[j][0]  # the first syllable is enough to tell the verbs apart
            for pair in pairs
            for i, j in pair.sure
            if pair.english[i] == verb and " ".join(pair.english[i + 1 :]).startswith(thing)
        }

    assert korean_for("wore", "shoes") | korean_for("wore", "boots") == {"신"}
    assert korean_for("wore", "a hat") | korean_for("wore", "glasses") == {"썼"}
    assert korean_for("wore", "a coat") | korean_for("wore", "pants") == {"입"}
    assert korean_for("played", "the guitar") == {"쳤", "치", "친", "쳐"}
    assert korean_for("played", "soccer") <= {"했", "한", "하"}
    assert "했" in korean_for("played", "soccer")
    assert korean_for("played", "the violin") == {"켰", "켜", "켠"}


def test_test_pairs_use_known_words_and_patterns(pairs):
    train = [pair for pair in pairs if pair.split == "train"]
    counts = Counter(("en", word) for pair in train for word in pair.english)
    counts.update(("ko", word) for pair in train for word in pair.korean)
    patterns = {pair.pattern for pair in train}
    for pair in pairs:
        if pair.split != "train":
            assert pair.pattern in patterns
            assert min(counts["en", word] for word in pair.english) >= corpus.SEEN
            assert min(counts["ko", word] for word in pair.korean) >= corpus.SEEN


def _events():
    """Draw every pattern a little; yield (pattern, English sentence, events in it)."""
    for name, (function, _) in sorted(corpus.PATTERNS.items()):
        draw = Draw(5)
        for _ in range(150):
            draft = function(draw)
            if draft is not None:
                yield name, draft.tokens()[0], draft.kinds


def test_held_out_combinations_are_only_in_the_compositional_split(pairs):
    split_of = {(pair.pattern, pair.english): pair.split for pair in pairs}
    met = Counter()
    for name, english, kinds in _events():
        if (name, english) in split_of:
            held = any(corpus.is_held_out(name, kind) for kind in kinds)
            assert held == (split_of[name, english] == "compositional")
            met[held] += 1
    assert met[True] > 5
    assert met[False] > 100


def test_verbs_of_several_meanings_are_never_held_out():
    assert not any(
        corpus.is_held_out(pattern, ("wear", "쓰", thing))
        for pattern in corpus.PATTERNS
        for thing in ("hat", "shoes", "coat", "ring")
    )


def test_some_sentences_checked_by_hand(pairs):
    korean = {" ".join(pair.english): " ".join(pair.korean) for pair in pairs}
    checked = {
        "the singer is tall .": "가수는 키가 커요 .",
        "you must not drink juice at the library .": "도서관에서 주스를 마시면 안 돼요 .",
        "please close the window because it is cold .": "추우니까 창문을 닫아 주세요 .",
        "shall we go home because we are tired ?": "피곤하니까 집에 갈까요 ?",
    }
    assert {english: korean[english] for english in checked} == checked


def test_faults_that_a_reader_found_stay_away(pairs):
    english = "\n".join(" ".join(pair.english) for pair in pairs)
    korean = "\n".join(" ".join(pair.korean) for pair in pairs)
    for fault in ("throwed", "turn on it", "turn off it", "shall we take a shower", "new news"):
        assert fault not in english
    assert "threw" in english
    for fault in ("큰 불을", "작은 불을", "새 불을", "자주 잘"):
        assert fault not in korean
    cold_or_hot = [
        pair.english
        for pair in pairs
        if pair.pattern in ("because it rained", "because tired", "so")
        and any(
            f"{verb} {how}" in " ".join(pair.english)
            for verb in ("drank", "wore")
            for how in ("cold", "hot", "expensive", "a cheap")
        )
    ]
    assert not cold_or_hot


# Reading files.


def write(folder, *lines):
    path = folder / "pairs.tsv"
    path.write_text("\n".join(["\t".join(corpus.COLUMNS), *lines]) + "\n", encoding="utf-8")
    return path


GOOD = "train\tpast\tI slept .\t저는 잤어요 .\t0-0 1-1 2-2\t"


def test_a_good_line_is_read(tmp_path):
    (pair,) = corpus.load(write(tmp_path, GOOD))
    assert pair.english == ("I", "slept", ".")
    assert pair.alignment == pair.sure == {(0, 0), (1, 1), (2, 2)}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (GOOD.replace("train", "tarin"), "line 2: unknown split 'tarin'"),
        (GOOD.replace("2-2", "2-3"), "do not fit"),
        (GOOD.replace("2-2", "2:2"), "no link"),
        (GOOD + "1-0", "do not fit"),
        (GOOD.replace("저는 잤어요 .", ""), "empty sentence"),
        (GOOD + "\textra", "7 columns"),
        (unicodedata.normalize("NFD", GOOD), "decomposed"),
    ],
)
def test_a_bad_line_is_named(tmp_path, line, message):
    with pytest.raises(ValueError, match=message):
        corpus.load(write(tmp_path, line))


def test_missing_files_and_wrong_columns(tmp_path):
    with pytest.raises(FileNotFoundError, match="python -m"):
        corpus.load(tmp_path / "none.tsv")
    path = tmp_path / "other.tsv"
    path.write_text("a\tb\n", encoding="utf-8")
    with pytest.raises(ValueError, match="columns must be"):
        corpus.load(path)
