"""Real sentence pairs: parsing, reports, places and editions, splits without leaks."""

import codecs
import os
import unicodedata

import pytest
from corpus_world import NEWER, PAIRS, PairWorld, make_zip, sha256
from hypothesis import example, given
from hypothesis import strategies as st

from course_utils.data import (
    CorpusError,
    SentencePair,
    load_corpus,
    load_pairs,
    read_pairs,
    short_pairs,
    split_pairs,
    split_words,
)
from course_utils.data.__main__ import main
from course_utils.data.pair_text import LEFT_OUT, MENDED, decode, parse_pairs
from course_utils.data.pairs import unzip

OWN_MIRROR = os.environ.get("COURSE_DATA_MIRROR", "").strip()


def outcome(call, *arguments):
    """Return what a call returns, or the ValueError that it raises; other errors go through."""
    try:
        return call(*arguments)
    except ValueError as error:
        return error


# --- words ---


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("I don't know.", "i don't know ."),
        ("Qu’est-ce que c'est\u202f?", "qu'est-ce que c'est ?"),
        ("«\xa0Vas-y\xa0!\xa0»", "« vas-y ! »"),
        ("It's 3:30, or 1,000.5!", "it's 3:30 , or 1,000.5 !"),
        ("Well... 'yes'", "well ... ' yes '"),
        ("안녕하세요, 톰!", "안녕하세요 , 톰 !"),
        ("हिन्दी में।", "हिन्दी में ।"),  # vowel signs are no letters for Python, but part of the word
        ("何ですか。", "何ですか 。"),
        ("la\u200b\u200b cuisine, co\u00adop", "la cuisine , coop"),
        ("3rd A_B 50% $5", "3rd a _ b 50 % $ 5"),
        ("\ufeff \t", ""),
    ],
)
def test_words_by_hand(sentence, words):
    assert split_words(sentence) == tuple(words.split(" ")) if words else not split_words(sentence)


def test_capitals_stay_if_asked_for():
    assert split_words("Tom is here.", lower=False) == ("Tom", "is", "here", ".")


def test_decomposed_hangul_gives_the_same_words():
    sentence = "저는 학생이에요."
    assert split_words(unicodedata.normalize("NFD", sentence)) == split_words(sentence)


@given(st.text())
@example("İI\u0307")
def test_words_are_composed_free_of_white_space_and_stable(text):
    words = split_words(text)
    for word in words:
        assert word
        assert word.split() == [word]
    assert split_words(" ".join(words)) == words
    unmarked = "".join(words).replace("'", "")
    assert len(unmarked) <= len(unicodedata.normalize("NFC", text.lower()))


# --- one file: bytes -> pairs and report ---


def kinds(report):
    return {kind: count for kind, count in report.counts.items() if count}


def test_a_clean_file():
    pairs, report, attributions = parse_pairs(PAIRS)
    assert pairs == [
        SentencePair(("go", "."), ("가", ".")),
        SentencePair(("hi", "."), ("안녕", ".")),
    ]
    assert (report.lines, report.kept, report.encoding, kinds(report)) == (2, 2, "UTF-8", {})
    assert attributions == {pairs[0]: "by A & B", pairs[1]: "by C & D"}
    assert str(report) == "2 lines read as UTF-8. 2 pairs kept, 0 lines left out."


def test_every_fault_is_counted_and_its_first_line_is_kept():
    lines = [
        "Go.\t가.".encode(),
        b"no tab here",
        b"",
        b"\tonly a target",
        b"only a source\t\xc2\xa0",
        b"go .\t\xea\xb0\x80 .",  # the words of line 1
        b"bad \xff byte\tx",
        ("Hi.\t" + unicodedata.normalize("NFD", "안녕.")).encode(),
        "Run!\tCours\u202f!".encode(),
        b"a\tb\tc\td",
    ]
    pairs, report, _ = parse_pairs(b"\n".join(lines) + b"\n")
    assert [" ".join(pair.source) for pair in pairs] == ["go .", "hi .", "run !", "a"]
    assert pairs[1].target == ("안녕", ".")
    assert (report.lines, report.kept) == (10, 4)
    assert kinds(report) == {
        "undecodable bytes": 1,
        "empty line": 1,
        "no tab": 1,
        "empty side": 2,
        "duplicate": 1,
        "decomposed letters": 1,
        "other white space": 1,
    }
    assert report.first["no tab"] == (2, "no tab here")
    assert report.first["empty side"] == (4, "\tonly a target")
    assert report.first["other white space"] == (9, "Run!\tCours\u202f!")
    text = str(report)
    assert text.startswith("10 lines read as UTF-8. 4 pairs kept, 6 lines left out.")
    assert "left out: no tab                   1   first in line 2: 'no tab here'" in text
    assert "mended: decomposed letters" in text
    assert len(text.split("\n")) == 8


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_ends_of_lines(end):
    pairs, report, _ = parse_pairs(f"a\tb{end}c\x0bd\u2028e\tf\x85g".encode())
    assert [pair.source for pair in pairs] == [("a",), ("c", "d", "e")]  # no new line inside
    assert report.lines == 2


KOREAN = "Go.\t가.\nI am a student.\t저는 학생이에요.\nPlain\tascii\n" * 3


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (KOREAN.encode("utf-8"), "UTF-8"),
        (KOREAN.encode("utf-8-sig"), "UTF-8 with a byte order mark"),
        (KOREAN.encode("cp949"), "CP949 (Korean Windows)"),
        (KOREAN.encode("utf-16"), "UTF-16"),
        (KOREAN.encode("utf-16-le"), "UTF-16"),
        (KOREAN.encode("utf-16-be"), "UTF-16"),
        (codecs.BOM_UTF16_BE + KOREAN.encode("utf-16-be"), "UTF-16"),
        (KOREAN.encode("utf-32"), "UTF-32"),
    ],
)
def test_encodings_are_recognised_and_named(data, says):
    pairs, report, _ = parse_pairs(data)
    assert report.encoding == says
    assert [pair.target for pair in pairs] == [("가", "."), ("저는", "학생이에요", "."), ("ascii",)]
    assert kinds(report) == {"duplicate": 6}
    assert says in str(report)


def test_some_bad_bytes_do_not_change_the_encoding():
    for codec, name in (("utf-8", "UTF-8"), ("cp949", "CP949 (Korean Windows)")):
        lines = [f"word{n}\t낱말{n}".encode(codec) for n in range(20)]
        lines[7] += b"\xff"
        _, report, _ = parse_pairs(b"\n".join(lines))
        assert (report.encoding, report.kept) == (name, 19)
        assert kinds(report) == {"undecodable bytes": 1}
        assert report.first["undecodable bytes"][0] == 8


def test_an_encoding_that_cannot_be_told_is_not_guessed():
    latin = "été\tsummer\nélève\tpupil\n".encode("latin-1")
    with pytest.raises(ValueError, match=r"neither UTF-8 .* line 1.*encoding='cp1252'"):
        decode(latin)
    pairs, report, _ = parse_pairs(latin, encoding="cp1252")
    assert pairs[1].source == ("élève",)
    assert report.encoding == "cp1252"


@pytest.mark.parametrize(
    ("data", "encoding", "says"),
    [
        (b"", None, "no sentence pair in it"),
        (b"\n\n", None, "2 lines read as UTF-8. 0 pairs kept"),
        (b"a b\n", None, "a sentence, a tab and its translation"),
        (make_zip(("kor.txt", PAIRS)), None, "ZIP archive. Unpack it"),
        (b"a\tb", "klingon", "encoding='klingon' does not work"),
        (b"a\tb", "hex", "does not work"),
        (b"a\tb", "undefined", "does not work"),
    ],
)
def test_bytes_that_are_no_pairs(data, encoding, says):
    with pytest.raises(ValueError, match=says):
        parse_pairs(data, encoding)


CELLS = st.text(st.sampled_from("aB é가\u1100\u1161\u202f\u200b.'\ufeff\ufffd"), max_size=5)
LINES = st.lists(st.lists(CELLS, max_size=4).map("\t".join), max_size=30)
CODECS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp949", "latin-1"])
# Bytes that nobody wrote as a file of pairs, and files of pairs in all sorts of encodings.
FILES = st.one_of(
    st.binary(max_size=200),
    st.lists(st.sampled_from([b"a\tb", b"\xff", b"\0", b"\n", b"\t", "가".encode()])).map(b"".join),
    st.builds(
        lambda lines, codec, end: end.join(lines).encode(codec, errors="ignore"),
        LINES,
        CODECS,
        st.sampled_from(["\n", "\r\n", "\r"]),
    ),
)


@given(FILES)
@example(b"\xef\xbb\xbf")
@example(b"\xff\xfe\x00")
def test_any_bytes_give_pairs_with_a_report_or_a_clear_error(data):
    found = outcome(parse_pairs, data)
    if isinstance(found, ValueError):
        assert any(word in str(found) for word in ("sentence, a tab", "encoding", "ZIP archive"))
        return
    pairs, report, attributions = found
    assert report.kept == len(pairs) == len(set(pairs)) > 0
    assert report.lines == report.kept + sum(report.counts[kind] for kind in LEFT_OUT)
    assert set(report.counts) == {*LEFT_OUT, *MENDED}
    assert {kind for kind, count in report.counts.items() if count} == set(report.first)
    assert attributions.keys() <= set(pairs)
    for pair in pairs:
        assert pair.source
        assert pair.target
        assert not {"\ufffd", "\t", "\n"} & set("".join(pair.source + pair.target))
    assert f"{report.kept:,} pairs kept" in str(report)


@given(LINES)
def test_the_encoding_of_a_readable_file_does_not_change_its_pairs(lines):
    text = "Go\t가\n" + "\n".join(lines).replace("\ufffd", "").replace("\ufeff", "")
    expected = parse_pairs(text.encode("utf-8"))
    for codec in ("utf-8-sig", "utf-16", "utf-32", "utf-16-be"):
        pairs, report, third = parse_pairs(text.encode(codec))
        assert (pairs, third) == (expected[0], expected[2])
        assert report.counts == expected[1].counts


# --- archives ---


def test_unzip_finds_the_file_in_any_folder():
    assert unzip(make_zip(("about.txt", b"x"), ("deep/fra.txt", b"text")), "fra.txt") == b"text"
    for archive, says in (
        (make_zip(("other.txt", b"x")), "0 files called fra.txt"),
        (make_zip(("a/fra.txt", b"x"), ("b/fra.txt", b"y")), "2 files called fra.txt"),
        (b"<html>Please log in</html>", "damaged"),
    ):
        with pytest.raises(ValueError, match=says):
            unzip(archive, "fra.txt")


def test_an_archive_that_unpacks_to_too_much(monkeypatch):
    monkeypatch.setattr("course_utils.data.pairs.MOST_UNPACKED_BYTES", 99)
    assert len(unzip(make_zip(("fra.txt", b"x" * 99)), "fra.txt")) == 99
    with pytest.raises(ValueError, match="more than 99 bytes"):
        unzip(make_zip(("fra.txt", b"x" * 100)), "fra.txt")


@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=8), st.booleans())
def test_a_damaged_archive_is_said_to_be_one(changes, cut):
    archive = bytearray(make_zip(("about.txt", b"x"), ("fra.txt", PAIRS * 3)))
    for place, value in changes:
        archive[place % len(archive)] = value
    if cut:
        del archive[len(archive) // 2 :]
    found = outcome(unzip, bytes(archive), "fra.txt")
    if isinstance(found, ValueError):
        assert "archive" in str(found)
    else:
        assert found in (PAIRS * 3, b"x")  # the check sum would have caught anything else


# --- a file of one's own ---


def test_a_file_of_ones_own(tmp_path):
    path = tmp_path / "mine.tsv"
    path.write_bytes(b"Good morning.\tGuten Morgen.\nYes.\tJa.\tme\n")
    corpus = read_pairs(path)
    assert corpus.pairs[0] == SentencePair(("good", "morning", "."), ("guten", "morgen", "."))
    assert corpus.attributions == {corpus.pairs[1]: "me"}
    assert corpus.name == "mine"
    assert corpus.sha256 == sha256(path.read_bytes())
    assert corpus.sha256[:16] in corpus.edition
    assert str(path) in corpus.why
    assert "not known" in corpus.licence
    assert "morgen" not in repr(corpus)
    assert read_pairs(str(path), lower=False).pairs[0].target == ("Guten", "Morgen", ".")


def test_a_file_of_ones_own_that_cannot_be_read(tmp_path):
    with pytest.raises(CorpusError, match=r"There is no file at .*nowhere\.tsv"):
        read_pairs(tmp_path / "nowhere.tsv")
    with pytest.raises(CorpusError, match="No file can be read at"):
        read_pairs(tmp_path)
    path = tmp_path / "mine.tsv"
    path.write_bytes("été\tsummer\n".encode("latin-1"))
    with pytest.raises(CorpusError, match=r"mine\.tsv could not be read: it is neither UTF-8"):
        read_pairs(path)
    assert read_pairs(path, encoding="latin-1").pairs[0].source == ("été",)
    path.write_bytes(b"no tab\n")
    with pytest.raises(CorpusError, match="no sentence pair in it"):
        read_pairs(path)


# --- by name: cache, mirror, address; known and unknown editions ---


@pytest.fixture
def world(tmp_path, monkeypatch):
    world = PairWorld(tmp_path, monkeypatch)
    world.server.files = {}
    yield world
    world.close()


def test_the_known_edition_comes_from_the_mirror_and_then_from_the_cache(world):
    world.mirror_holds(kor_txt=PAIRS)
    corpus = load_pairs("kor")
    assert corpus.why == "read from COURSE_DATA_MIRROR (not in the cache)"
    assert (corpus.edition, corpus.source, corpus.licence) == ("first", "an old address", "CC BY")
    assert corpus.attributions[corpus.pairs[1]] == "by C & D"
    assert corpus.report.kept == 2
    assert corpus.sha256 == sha256(PAIRS)
    world.monkeypatch.delenv("COURSE_DATA_MIRROR")
    assert load_pairs("kor").why == "found in the cache"
    assert load_pairs("kor", lower=False).pairs[0].source == ("Go", ".")
    assert world.server.asked == []
    assert world.in_cache() == ["kor.txt"]


def test_an_archive_is_unpacked(world):
    (world.mirror).mkdir()
    world.mirror_holds()
    (world.mirror / "fra-eng.zip").write_bytes(world.original)
    corpus = load_pairs("fra")
    assert len(corpus.pairs) == 2
    assert corpus.sha256 == sha256(world.original)  # of the file that was fetched


def test_an_edition_known_by_its_sha1_comes_before_the_one_that_changes(world):
    world.server.files = {"/second.zip": world.second, "/fra-eng.zip": world.newer}
    corpus = load_pairs("fra")
    assert corpus.edition == "second"
    assert "not checked" not in corpus.why
    assert corpus.sha256 == sha256(world.second)
    assert world.in_cache() == ["fra-eng.second.zip"]
    again = load_pairs("fra")
    assert "lacks the edition first (only COURSE_DATA_MIRROR can give it)" in again.why
    assert world.server.asked == ["/second.zip"]


def test_another_edition_is_taken_with_its_hash_and_never_silently(world):
    world.server.files = {"/kor-eng.zip": world.newer}
    digest = sha256(world.newer)
    corpus = load_pairs("kor")
    assert len(corpus.pairs) == 3
    assert corpus.edition == f"today's, SHA-256 {digest[:16]}"
    assert corpus.sha256 == digest
    assert corpus.source == f"{world.server.address}/kor-eng.zip"
    for part in (
        "downloaded from its public address",
        "not checked against a known hash",
        digest[:16],
    ):
        assert part in corpus.why
    assert world.in_cache() == [f"kor-eng.{digest[:16]}.zip"]
    again = load_pairs("kor")
    assert world.server.asked == ["/kor-eng.zip"]
    assert (again.pairs, again.edition, again.sha256) == (corpus.pairs, corpus.edition, digest)
    assert "found in the cache, which lacks the edition first" in again.why
    assert "not checked against a known hash" in again.why


def test_the_known_edition_in_a_mirror_wins_over_another_one_in_the_cache(world):
    world.server.files = {"/kor-eng.zip": world.newer}
    load_pairs("kor")
    world.mirror_holds(kor_txt=PAIRS)
    assert load_pairs("kor").edition == "first"


def test_a_mirror_with_another_edition_is_asked_before_the_addresses(world):
    world.server.files = {"/second.zip": world.second}
    world.mirror_holds()
    (world.mirror / "fra-eng.zip").write_bytes(world.newer)
    corpus = load_pairs("fra")
    assert corpus.edition.startswith("today's")
    assert (
        "COURSE_DATA_MIRROR: its fra-eng.zip has other bytes than expected (SHA-256" in corpus.why
    )
    assert world.server.asked == []


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<html>Please log in</html>", "the archive is damaged"),
        (make_zip(("y.txt", NEWER)), "0 files called x.txt"),
        (make_zip(("x.txt", b"one\ntwo\n")), "no sentence pair in it"),
        (make_zip(("x.txt", b"a\tb\n" + b"no tab\n" * 9)), "most of its lines are no sentence"),
        (make_zip(("x.txt", b"\xe9t\xe9\tx\n" * 9)), "neither UTF-8"),
    ],
)
def test_another_edition_that_cannot_be_read_is_refused(world, data, reason):
    world.server.files = {"/kor-eng.zip": data}
    with pytest.raises(CorpusError, match=rf"its kor-eng.zip cannot be used: .*{reason}"):
        load_pairs("kor")
    assert world.in_cache() == []


def test_a_damaged_copy_of_another_edition_is_set_aside(world):
    world.server.files = {"/kor-eng.zip": world.newer}
    load_pairs("kor")
    (name,) = world.in_cache()
    world.put_in_cache(name, b"damaged")
    corpus = load_pairs("kor")
    assert len(corpus.pairs) == 3
    assert "is damaged or was changed; it is kept as" in corpus.why
    (kept,) = world.folder.glob("*.broken")
    assert kept.read_bytes() == b"damaged"
    assert "found in the cache" in load_pairs("kor").why


def test_a_server_that_does_not_say_how_long_its_file_is(world):
    world.server.files = {"/kor-eng.zip": world.newer}
    world.server.says_length = False
    assert load_pairs("kor").sha256 == sha256(world.newer)


def test_the_newest_of_several_other_editions_in_the_cache(world):
    older = make_zip(("x.txt", PAIRS))
    for age, data in ((100, older), (0, world.newer)):
        name = f"kor-eng.{sha256(data)[:16]}.zip"
        world.put_in_cache(name, data)
        os.utime(world.folder / name, (1e9 - age, 1e9 - age))
    assert load_pairs("kor").sha256 == sha256(world.newer)


def test_a_cache_that_cannot_be_written_keeps_another_edition_for_this_process(world, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    world.monkeypatch.setenv("COURSE_DATA_CACHE", str(tmp_path / "file" / "cache"))
    world.server.files = {"/kor-eng.zip": world.newer}
    assert "cannot be written" in load_pairs("kor").why
    assert "found in the cache" in load_pairs("kor").why
    assert world.server.asked == ["/kor-eng.zip"]


def test_without_any_source_the_error_says_what_to_do(world):
    with pytest.raises(CorpusError) as caught:
        load_pairs("kor")
    message = str(caught.value)
    for part in (
        "Pairs of kor could not be loaded",
        f"The public address, {world.server.address}/kor-eng.zip: it answered with the error",
        "python -m course_utils.data kor",
        "set COURSE_DATA_MIRROR",
        f"kor.txt ({len(PAIRS)} bytes) from another computer",
        f"kor-eng.zip, with a browser, from {world.server.address}/kor-eng.zip",
    ):
        assert part in message


def test_a_name_of_the_other_kind_or_of_none(world):
    with pytest.raises(ValueError, match=r"another kind of corpus.*load_corpus\('text'\)"):
        load_pairs("text")
    with pytest.raises(ValueError, match=r"another kind of corpus.*load_pairs\('kor'\)"):
        load_corpus("kor")
    with pytest.raises(ValueError, match=r"Did you mean 'kor'\? Known names: kor, fra"):
        load_pairs("korean")
    with pytest.raises(TypeError, match=r"load_pairs needs the name .* such as 'kor'"):
        load_pairs(None)


def test_command_line_fetches_pairs_where_they_are_named(world, capsys):
    world.server.files = {"/kor-eng.zip": world.newer}
    assert main(["kor"]) == 0
    assert "kor: 3 sentence pairs, edition today's" in capsys.readouterr().out
    assert main(["fra"]) == 1
    assert "Pairs of fra could not be loaded" in capsys.readouterr().err
    world.server.asked.clear()
    assert main([]) == 1  # the text is not on the server
    assert world.server.asked == ["/input.txt"]  # and the pairs were not asked for


# --- splits ---


def pair(source, target):
    return SentencePair(tuple(source.split()), tuple(target.split()))


def leaks(splits):
    seen = {}
    for name, pairs in splits.items():
        for one in pairs:
            for sentence in (("source", one.source), ("target", one.target)):
                if seen.setdefault(sentence, name) != name:
                    return True
    return False


SMALL = st.builds(
    pair, st.sampled_from("abcdefghijklmnopqrst"), st.sampled_from("ABCDEFGHIJKLMNOPQRST")
)


@given(
    st.lists(SMALL, min_size=1, max_size=40),
    st.integers(0, 6),
    st.integers(0, 6),
    st.integers(0, 3),
)
def test_no_sentence_ever_stands_in_two_splits(pairs, validation, test, seed):
    splits = outcome(split_pairs, pairs, validation, test, seed)
    if isinstance(splits, ValueError):
        assert validation + test > 0
        assert "more than the" in str(splits) or "too large" in str(splits)
        return
    assert not leaks(splits)
    assert list(splits) == ["train", "validation", "test"]
    assert (len(splits["validation"]), len(splits["test"])) == (validation, test)
    together = [one for part in splits.values() for one in part]
    assert sorted(map(repr, together)) == sorted(map(repr, pairs))  # none dropped, none twice
    assert split_pairs(pairs, validation, test, seed) == splits


def test_a_plain_shuffle_would_leak_and_the_report_says_how_much():
    pairs = [pair(f"s{n // 2}", f"t{n}") for n in range(200)]  # each source has two targets
    splits = split_pairs(pairs, validation=20, test=20, seed=0)
    assert not leaks(splits)
    assert splits.leaks > 20  # nearly every held-out pair has its twin elsewhere
    assert splits.moved > 0
    assert "160 train, 20 validation, 20 test" in splits.report
    assert f"leave {splits.leaks} validation and test pairs" in splits.report
    assert splits["train"] == [one for one in pairs if one in splits["train"]]  # order is kept


def test_nothing_is_moved_where_nothing_is_shared():
    pairs = [pair(f"s{n}", f"t{n}") for n in range(50)]
    splits = split_pairs(pairs, validation=5, test=10, seed=3)
    assert (splits.moved, splits.leaks) == (0, 0)
    assert split_pairs(pairs, validation=5, test=10, seed=4) != splits


def test_a_group_that_is_too_large_to_hold_out():
    pairs = [pair("go", f"t{n}") for n in range(10)] + [pair("run", "r")]
    with pytest.raises(ValueError, match=r"test=3 is too large: the pairs form 2 groups.*1 would"):
        split_pairs(pairs, test=3)
    assert split_pairs(pairs, test=1)["test"] == [pairs[10]]


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: split_pairs([]), ValueError, "no sentence pairs"),
        (lambda: split_pairs([pair("a", "b")], test=2), ValueError, "test=2 are more than the 1"),
        (lambda: split_pairs([pair("a", "b")], test=-1), ValueError, "test=-1"),
        (lambda: split_pairs([pair("a", "b")], validation=0.1), TypeError, "validation must be"),
        (lambda: short_pairs([pair("a", "b")], 0), ValueError, "maximum_words=0"),
        (lambda: short_pairs([pair("a", "b")], None), TypeError, "maximum_words"),
    ],
)
def test_numbers_that_are_not_possible(call, error, says):
    with pytest.raises(error, match=says):
        call()


def test_short_pairs_looks_at_both_sides():
    pairs = [pair("a b", "c"), pair("a", "c d e"), pair("a b c", "d"), pair("a", "b")]
    assert short_pairs(pairs, 2) == [pairs[0], pairs[3]]


# --- the course's own data ---


@pytest.mark.skipif(not OWN_MIRROR, reason="COURSE_DATA_MIRROR is not set")
@pytest.mark.network
def test_the_pairs_of_the_mirror(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_DATA_CACHE", str(tmp_path))
    korean = load_pairs("kor")
    assert (korean.report.lines, korean.report.kept) == (3_723, 3_723)
    assert all("tatoeba.org #" in korean.attributions[one] for one in korean.pairs)
    french = load_pairs("fra")
    assert french.report.lines == 142_787
    assert french.report.counts["duplicate"] == 142_787 - french.report.kept == 191
    assert french.report.counts["other white space"] == 7_348
    short = short_pairs(french.pairs, 8)
    assert len(short) > 90_000
    assert not leaks(split_pairs(short, validation=500, test=1_000))
