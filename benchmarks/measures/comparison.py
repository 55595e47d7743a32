"""What every section shares: turns (A B A B), medians, ratios, exponents, tables, JSON.

No framework is loaded here.
"""

import json
import math
import statistics
from dataclasses import asdict, dataclass, field

import numpy as np

SIDES = {"PyTorch": "course_utils.in_pytorch", "TensorFlow": "course_utils.in_tensorflow"}


@dataclass
class Comparison:
    """One row of the table: what was measured, its unit, and {label: numbers, one a turn}.

    Labels are "PyTorch" and "TensorFlow", or "both" for one number of the two together. ``promise``
    says what the course promises, and ``kept`` whether this run kept it (None where nothing is
    promised, or where a run was too short). ``settings`` are the numbers behind the row.
    """

    what: str
    unit: str
    runs: dict
    promise: str = ""
    kept: bool | None = None
    settings: dict = field(default_factory=dict)

    def medians(self):
        """Return {label: median over the turns}."""
        return {label: statistics.median(numbers) for label, numbers in self.runs.items()}

    def ratio(self):
        """Return the median over the turns of TensorFlow / PyTorch, or None.

        Both numbers of one turn saw about the same load of the machine; so each turn has a ratio
        of its own.
        """
        first, second = (self.runs.get(label) for label in SIDES)
        return median_ratio(second, first) if first and second else None


@dataclass
class Section:
    """A section of the report: its number, its title, rows, notes for the reader, and when."""

    number: int
    title: str
    rows: list
    notes: list = field(default_factory=list)
    measured: str = ""


def median_ratio(above, below):
    """Return the median of above / below, turn by turn; nan where there is a 0 below.

    Raises: ValueError for unequal lengths.
    """
    pairs = list(zip(above, below, strict=True))
    if not all(below):
        return math.nan
    return statistics.median(one / other for one, other in pairs)


def in_turns(runners, turns, warm_up=1):
    """Call each runner once a turn, A B A B, and return {label: [what each call returned]}.

    ``runners``: {label: function without arguments}. The first ``warm_up`` turns are not kept: in
    them TensorFlow traces its graphs, and memory is touched for the first time.
    """
    if turns < 1:
        raise ValueError(f"turns={turns} is not possible. Give at least 1.")
    kept = {label: [] for label in runners}
    for turn in range(warm_up + turns):
        for label, runner in runners.items():
            found = runner()
            if turn >= warm_up:
                kept[label].append(found)
    return kept


def fitted_exponent(sizes, costs):
    """Return (p, error): the p of cost = c * size ** p, and its standard error.

    A straight line through the logarithms, by least squares; with two sizes the error is nan.
    Raises: ValueError for fewer than two different sizes, or numbers that are not positive.
    """
    sizes, costs = np.asarray(sizes, float), np.asarray(costs, float)
    if len(set(sizes.tolist())) < 2 or sizes.shape != costs.shape:
        raise ValueError(f"{len(sizes)} sizes and {len(costs)} costs: give two sizes or more.")
    if (sizes <= 0).any() or (costs <= 0).any():
        raise ValueError("Sizes and costs must be positive: their logarithms are fitted.")
    x, y = np.log(sizes), np.log(costs)
    spread = ((x - x.mean()) ** 2).sum()
    slope = ((x - x.mean()) * (y - y.mean())).sum() / spread
    rest = y - y.mean() - slope * (x - x.mean())
    free = len(sizes) - 2
    error = math.sqrt((rest @ rest) / free / spread) if free > 0 else math.nan
    return float(slope), float(error)


def number(value):
    """Return a number for a table: three digits that matter, thousands with commas."""
    if value is None or math.isnan(value):
        return "–"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    digits = 3 - len(str(int(abs(value)))) if abs(value) >= 1 else 3
    return f"{value:.{digits}f}"


def table(section):
    """Return one section as lines of Markdown: title, a table, the notes."""
    lines = [f"## {section.number} · {section.title}", ""]
    lines += ["| what | unit | PyTorch | TensorFlow | TF / PyTorch | promised |"]
    lines += ["|---|---|---:|---:|---:|---|"]
    for row in section.rows:
        medians = row.medians()
        numbers = [number(medians.get(label)) for label in SIDES]
        if "both" in medians:
            numbers = ["both:", number(medians["both"])]
        verdict = {True: " ✓", False: " **missed**", None: ""}[row.kept]
        cells = [row.what, row.unit, *numbers, number(row.ratio()), row.promise + verdict]
        lines.append("| " + " | ".join(cells) + " |")
    notes = [*section.notes, f"Measured: {section.measured}."]
    return [*lines, "", *(f"{note}\n" for note in notes)]


def write_json(path, content, sections):
    """Write what describes the run, and all sections with every single number, to a file."""
    content = content | {"sections": [asdict(section) for section in sections]}
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def read_json(path):
    """Return (what describes the run, sections) from a file that ``write_json`` wrote."""
    content = json.loads(path.read_text(encoding="utf-8"))
    sections = [
        Section(**{**one, "rows": [Comparison(**row) for row in one["rows"]]})
        for one in content.pop("sections")
    ]
    return content, sections
