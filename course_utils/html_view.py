"""What the pages that need no kernel share: a frame in a notebook, a file for the browser.

``sampling_view`` and ``attention_view`` are built on it.
"""

import html
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar


@dataclass(frozen=True, repr=False)
class HtmlView:
    """An HTML page; a notebook shows it in a frame of its own, ``save`` writes it to a file."""

    page: str
    title: str

    # CSS pixels of the frame in a notebook, until the page has measured itself
    HEIGHT: ClassVar[int]

    def save(self, path) -> Path:
        """Write the page to a file, for a browser; return its path."""
        path = Path(path)
        path.write_text(self.page, encoding="utf-8", newline="\n")
        return path

    def _repr_html_(self):
        # In a frame, ids and styles cannot meet those of the notebook or of another view.
        return (
            f'<iframe srcdoc="{html.escape(self.page)}" title="{html.escape(self.title)}" '
            f'style="width:100%;height:{self.HEIGHT}px;border:0"></iframe>'
        )

    def _summary(self, content, file):
        """Return the view as one line: what it holds, its size, and how to save it."""
        size = len(self.page.encode()) / 1000
        return (
            f"{type(self).__name__}({self.title!r}: {content}, {size:.0f} kB; "
            f'.save("{file}") writes a page for the browser)'
        )


def fill(page, **parts):
    """Return ``page`` with each ``{{name}}`` replaced by the part of that name."""
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], page)


def script_data(content):
    """Return JSON that can stand inside a script element."""
    data = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    # A "<" could end the script element. In JSON it may be written as an escape.
    return data.replace("<", r"\u003c").replace("\u2028", r"\u2028").replace("\u2029", r"\u2029")


def clean(text):
    """Return a text that a file can hold: half a character (a lone surrogate) becomes "?"."""
    return str(text).encode("utf-8", "replace").decode("utf-8")
