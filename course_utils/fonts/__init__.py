"""The course's Korean font, so that Hangul is never drawn as empty boxes (see README.md here)."""

import dataclasses
from pathlib import Path

FAMILY = "Course Hangul"
FILE = Path(__file__).with_name("CourseHangul.ttf")


def register() -> str:
    """Make the Korean font matplotlib's fallback, and return its family name.

    Every family in `font.family` is kept; the Korean one goes to the end of the list. matplotlib
    looks there, character by character, for what the first families cannot draw. Calling it again
    changes nothing. Raises FileNotFoundError when the font file is missing from the package.
    """
    import matplotlib
    from matplotlib import font_manager

    if not FILE.is_file():
        raise FileNotFoundError(
            f"The course's Korean font is missing: {FILE}. Get the course's files again, "
            "for example with 'git checkout -- course_utils/fonts'."
        )
    if not any(entry.name == FAMILY for entry in font_manager.fontManager.ttflist):
        font_manager.fontManager.addfont(FILE)
        # Bold text uses the same file. Otherwise matplotlib prints a warning for every bold title.
        entry = next(e for e in font_manager.fontManager.ttflist if e.name == FAMILY)
        font_manager.fontManager.ttflist.append(dataclasses.replace(entry, weight=700))
    families = list(matplotlib.rcParams["font.family"])
    if FAMILY not in families:
        matplotlib.rcParams["font.family"] = [*families, FAMILY]
    return FAMILY
