"""Which line of one source belongs beside which line of another: for ``side_by_side``."""

import re
from collections import Counter

# Two words for one thing. A line that differs only in these is the same line on both sides.
PARTNER_WORDS = {
    "forward": "call",
    "torch": "tf",
    "nn": "keras",
    "Module": "Model",
    "Linear": "Dense",
    "dim": "axis",
    "cat": "concat",
    "unsqueeze": "expand_dims",
    "cross_entropy": "SparseCategoricalCrossentropy",
    "parameters": "trainable_variables",
}
HEAD = re.compile(r"(?:async\s+)?(def|class)\s+(\w+)")
WORD = re.compile(r"\w+")
SAME_HEAD = 10.0  # a def or class is a fixed point: worth more than a page of similar lines
LEAST_SIMILAR = 0.4  # below it two lines have nothing to say to each other


class _Line:
    """One line, prepared for comparing: indentation, words, and the def or class that it opens."""

    def __init__(self, text, path):
        stripped = text.strip()
        head = HEAD.match(stripped)
        self.indent = len(text) - len(text.lstrip())
        self.stripped = stripped
        self.head = (head[1], PARTNER_WORDS.get(head[2], head[2])) if head else None
        self.opens = bool(head) or stripped.startswith("@")
        self.words = Counter(PARTNER_WORDS.get(w, w) for w in WORD.findall(stripped))
        self.size = sum(self.words.values())
        self.path = path


def _prepare(lines):
    """Return a ``_Line`` for each line; its path names the def and class blocks around it."""
    prepared, blocks = [], []
    for text in lines:
        indent = len(text) - len(text.lstrip())
        if text.strip():
            while blocks and blocks[-1][0] >= indent:
                blocks.pop()
        line = _Line(text, tuple(name for _, name in blocks))
        prepared.append(line)
        if line.head:
            blocks.append((indent, line.head))
    return prepared


def _similarity(left, right):
    """Return how much two lines belong together; 0 if they do not."""
    if left.head or right.head:
        return SAME_HEAD if left.head == right.head and left.path == right.path else 0.0
    if left.size and right.size:
        score = 2 * (left.words & right.words).total() / (left.size + right.size)
        score = score if score >= LEAST_SIMILAR else 0.0
    else:  # blank lines and closing brackets
        score = 0.1 if left.stripped == right.stripped else 0.0
    if left.indent != right.indent:
        score *= 0.7
    return score if left.path == right.path else 0.3 * score


def _best_pairs(left, right):
    """Return index pairs (i, j), both rising, with the largest sum of similarities."""
    best = [[0.0] * (len(right) + 1) for _ in range(len(left) + 1)]
    scores = [[_similarity(a, b) for b in right] for a in left]
    for i in range(len(left) - 1, -1, -1):
        for j in range(len(right) - 1, -1, -1):
            with_pair = scores[i][j] + best[i + 1][j + 1] if scores[i][j] else 0.0
            best[i][j] = max(with_pair, best[i + 1][j], best[i][j + 1])
    pairs, i, j = [], 0, 0
    while i < len(left) and j < len(right):
        if scores[i][j] and best[i][j] == scores[i][j] + best[i + 1][j + 1]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def _first_block(lines, start, stop):
    """Return where the lines before the next def, class or decorator end."""
    return next((i for i in range(start, stop) if lines[i].opens), stop)


def align(left_lines, right_lines):
    """Return rows (i, j) that cover both lists of lines in order; None is an empty place.

    Lines that belong together share a row. Between them, lines without a partner stand side by side
    from the top, except that a function of one side only never shares a row.
    """
    left, right = _prepare(left_lines), _prepare(right_lines)
    rows, i, j = [], 0, 0
    for next_i, next_j in [*_best_pairs(left, right), (len(left), len(right))]:
        middle_i, middle_j = _first_block(left, i, next_i), _first_block(right, j, next_j)
        for k in range(max(middle_i - i, middle_j - j)):
            rows.append((i + k if i + k < middle_i else None, j + k if j + k < middle_j else None))
        rows += [(k, None) for k in range(middle_i, next_i)]
        rows += [(None, k) for k in range(middle_j, next_j)]
        if next_i < len(left) and next_j < len(right):
            rows.append((next_i, next_j))
        i, j = next_i + 1, next_j + 1
    return rows
