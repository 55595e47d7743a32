import re
import unicodedata
import warnings
from html.parser import HTMLParser

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from course_utils import coloured_text, plot_style


class Shown(HTMLParser):
    """Collect the text of <code> without the marks, and the colour over each character."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.text, self.colours, self.titles, self.tags = "", [], [], set()
        self.inside = self.mark = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.add(tag)
        self.inside = self.inside or tag == "code"
        self.mark = "data-mark" in attrs
        if self.inside and "title" in attrs:
            self.colours.append(attrs["style"])
            self.titles.append(attrs["title"])

    def handle_endtag(self, tag):
        self.mark = False
        if tag == "code":
            self.inside = False

    def handle_data(self, data):
        if self.inside and not self.mark:
            self.text += data


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=1, max_size=60), st.data())
def test_the_html_holds_the_text_exactly_and_one_colour_a_character(text, data):
    values = data.draw(st.lists(st.floats(-1, 1), min_size=len(text), max_size=len(text)))
    view = coloured_text.show(text, values, title="<unit & 3>")
    shown = Shown(view._repr_html_())
    assert shown.text == text
    assert len(shown.colours) == len(text)
    assert shown.tags <= {"div", "strong", "br", "small", "span", "pre", "code"}
    assert "<unit" not in view._repr_html_()
    assert repr(view)


def test_the_colour_says_the_sign_and_the_size_and_the_title_the_value():
    shown = Shown(coloured_text.show("ab c", [-1, 0, 1, 0.5])._repr_html_())
    assert shown.colours == [
        "background-color:rgba(123,50,148,0.75)",
        "background-color:rgba(0,136,55,0.00)",
        "background-color:rgba(0,136,55,0.75)",
        "background-color:rgba(0,136,55,0.38)",
    ]
    assert shown.titles[0] == "a  -1.00"
    assert shown.titles[3] == "c  +0.50"


def test_new_lines_are_kept_and_visible():
    page = coloured_text.show("a\nb", [0, 1, 0])._repr_html_()
    assert re.search(r"↵</span>\n</span>", page)
    assert Shown(page).text == "a\nb"


def test_plain_text_shows_heights_under_the_text():
    lines = repr(coloured_text.show("ab한\nc", [-1, 1, 1, 0, -1], title="unit 3")).split("\n")
    assert lines == ["unit 3", "ab한↵", "▁██ ▅", "c", "▁", "(▁ is -1, █ is +1)"]


@given(st.text(alphabet="ab \n한", min_size=1, max_size=120), st.integers(2, 20))
@example(" a한", 2)  # what is left after the space is still too wide
def test_rows_cover_the_text_and_fit_the_width(text, width):
    rows = coloured_text._rows(text, width)
    assert "".join(text[start:stop] for start, stop in rows) == text
    for start, stop in rows:
        piece = text[start:stop].rstrip("\n")
        wide = sum(unicodedata.east_asian_width(c) == "W" for c in piece)
        # A new line may stand one place outside, where no letter is cut.
        assert len(piece) + wide <= width
        assert "\n" not in text[start : stop - 1]


def test_words_stay_whole_where_they_fit():
    text = "hear me speak"
    rows = coloured_text._rows(text, 9)
    assert [text[a:b] for a, b in rows] == ["hear me ", "speak"]


def test_the_picture_draws_on_the_given_axes_one_colour_a_character():
    _, ax = plt.subplots()
    text, values = "한 a$b$\n", np.linspace(-1, 1, 7)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert coloured_text.draw(text, values, ax=ax) is ax
        ax.figure.canvas.draw()
    assert len(ax.patches) == len(text)
    for patch, value in zip(ax.patches, values, strict=True):
        expected = plot_style.STATE_COLOURS((value + 1) / 2)[:3]
        np.testing.assert_allclose(patch.get_facecolor()[:3], expected)
    assert [t.get_text() for t in ax.texts] == ["한", "a", r"\$", "b", r"\$", "↵"]
    assert ax.get_title() or ax.get_title(loc="left")


def test_the_picture_makes_its_own_axes_and_keeps_the_letters_inside_their_cells():
    ax = coloured_text.draw("First Citizen: speak. " * 8, np.zeros(176), width=64)
    ax.figure.canvas.draw()
    cell = ax.get_window_extent().width / 64
    widths = [text.get_window_extent().width for text in ax.texts]
    assert max(widths) <= cell * 1.1


def test_html_and_pictures_use_the_same_two_colours():
    for module_colour, value in ((coloured_text.NEGATIVE, 0.0), (coloured_text.POSITIVE, 1.0)):
        drawn = np.array(plot_style.STATE_COLOURS(value)[:3]) * 255
        np.testing.assert_allclose(drawn, module_colour, atol=1)


@pytest.mark.parametrize("function", [coloured_text.show, coloured_text.draw])
@pytest.mark.parametrize(
    ("text", "values", "error", "words"),
    [
        ("abc", [0, 1], ValueError, "3 characters and values has 2"),
        ("ab", [0, 2], ValueError, "-1 to 1"),
        ("ab", [0, float("nan")], ValueError, "-1 to 1"),
        ("ab", np.zeros((2, 3)), ValueError, r"states\[:, unit\]"),
        ("", [], ValueError, "at least one"),
        (["a"], [0], TypeError, "decode"),
    ],
)
def test_errors_speak_to_the_learner(function, text, values, error, words):
    with pytest.raises(error, match=words):
        function(text, values)


def test_a_row_of_width_zero_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        coloured_text.draw("a", [0], width=0)
