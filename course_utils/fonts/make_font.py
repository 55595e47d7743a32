"""Rebuild ``CourseHangul.ttf`` from NanumGothic (needs only fontTools, which matplotlib brings).

Run ``python course_utils/fonts/make_font.py PATH/TO/NanumGothic.ttf``. Nothing in the course
imports this file. With it anyone can check, or repeat, how the shipped font was made.
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

FAMILY = "Course Hangul"
RANGES = [
    (0x0020, 0x00FF),  # Latin-1
    (0x1100, 0x11FF),  # Hangul jamo, the parts of a decomposed (NFD) syllable
    (0x2010, 0x2027),  # dashes, quotation marks, dots
    (0x2190, 0x2199),  # arrows
    (0x3000, 0x3011),  # Korean punctuation and brackets
    (0x3131, 0x318E),  # single Hangul letters
    (0xAC00, 0xD7A3),  # all 11,172 Hangul syllables
]
CHANGES = (
    "Modified version of NanumGothic 3.021: fewer characters, no hinting, renamed because "
    "'Nanum' and 'NanumGothic' are Reserved Font Names."
)
NAMES = {
    1: FAMILY,
    2: "Regular",
    3: "CourseHangul;1.0;from 3.021",
    4: FAMILY,
    6: "CourseHangul",
    10: CHANGES,
    13: "SIL Open Font License, Version 1.1. See OFL.txt.",
    14: "https://openfontlicense.org",
}
KEPT_NAMES = (0, 5, 7, 8, 9)  # copyright, version, trademark and who made the original


def make_font(source: Path, target: Path) -> None:
    """Write the subset of the font ``source`` under the course's own family name to ``target``."""
    options = subset.Options(hinting=False, glyph_names=False, notdef_outline=True)
    options.drop_tables += ["TSI0", "TSI1", "TSI2", "TSI3", "TSI5", "kern", "gasp"]
    options.name_IDs = [*KEPT_NAMES, *NAMES]
    font = TTFont(source, recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[code for low, high in RANGES for code in range(low, high + 1)])
    subsetter.subset(font)
    names = font["name"]
    names.names = [n for n in names.names if n.nameID in KEPT_NAMES and n.langID == 0x409]
    for name_id, value in NAMES.items():
        names.setName(value, name_id, 3, 1, 0x409)
    font.save(target)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Say where the original font is: make_font.py PATH/TO/NanumGothic.ttf")
    make_font(Path(sys.argv[1]), Path(__file__).with_name("CourseHangul.ttf"))
