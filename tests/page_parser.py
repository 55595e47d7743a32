"""A strict reader of HTML pages, for the tests of the views."""

import json
from html.parser import HTMLParser

VOID = {"meta", "input", "br"}


class Page(HTMLParser):
    """Collect tags, attributes and texts; stop at a tag that is not closed in order."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.tags, self.text, self.ids, self.open = [], {}, [], []
        self.feed(page)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.append((tag, attrs))
        if "id" in attrs:
            self.ids.append(attrs["id"])
        if tag not in VOID:
            self.open.append((tag, attrs.get("id")))

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag

    def handle_data(self, data):
        if self.open:
            self.text.setdefault(self.open[-1], []).append(data)

    def find(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]

    @property
    def stored(self):
        """What the page's script reads."""
        return json.loads("".join(self.text["script", "data"]))
