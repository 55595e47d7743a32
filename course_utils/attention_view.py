"""Attention, word by word, as one HTML page: ``attention_view(examples).save("attention.html")``.

The page needs no kernel and no network. It works with a mouse, by touch and by keyboard.
"""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from course_utils.attention_page import PAGE, SCRIPT, STYLE
from course_utils.html_view import HtmlView, clean, fill, script_data
from course_utils.plot_checks import END, as_attention, as_links


@dataclass(frozen=True, eq=False)
class AttentionExample:
    """One sentence, its translation, and the attention that made it.

    ``source``, ``target``: words. ``weights``: [T, S], one row a target word, one column a source
    word; with a row or a column more, that one belongs to ``<eos>``. ``sure``, ``possible``: gold
    links (source index, target index) of exactly these words. ``reference``: the right translation,
    if it is to be shown. ``label``: the model, such as "additive".
    """

    source: Sequence[str]
    target: Sequence[str]
    weights: Any
    sure: Any = ()
    possible: Any = ()
    reference: str | Sequence[str] | None = None
    label: str = ""


@dataclass(frozen=True, repr=False)
class AttentionView(HtmlView):
    """The page; a notebook shows it in a frame of its own, ``save`` writes it to a file."""

    sentences: int

    HEIGHT = 680

    def __repr__(self):
        return self._summary(f"{self.sentences} sentences", "attention.html")


def attention_view(examples, path=None, title="Attention, word by word"):
    """Return one self-contained HTML page that shows which source words each target word looks at.

    ``examples``: a list of AttentionExample, or of dictionaries with the same entries. Those with
    the same source and different labels become one sentence with a choice of models. ``path``: also
    save the page there. Weights are rounded to 3 decimals.
    Returns an AttentionView. Raises ValueError if there is no example, shapes do not fit, a row of
    weights does not sum to 1, or a gold link lies outside; TypeError for entries of a wrong kind.
    """
    if isinstance(examples, (AttentionExample, Mapping, str)):
        raise TypeError(
            f"examples is one {type(examples).__name__}; give a list of them: [example]."
        )
    sentences = []
    for number, example in enumerate(examples):
        try:
            source, model = _as_json(example)
        except (TypeError, ValueError) as error:
            kind = TypeError if isinstance(error, TypeError) else ValueError
            raise kind(f"examples[{number}]: {error}") from error
        for sentence in sentences:
            labels = [other["label"] for other in sentence["models"]]
            if sentence["source"] == source and model["label"] not in labels:
                sentence["models"].append(model)
                break
        else:
            sentences.append({"source": source, "models": [model]})
    if not sentences:
        raise ValueError("examples is empty; give at least one sentence with its weights.")
    title = clean(title)
    page = fill(
        PAGE,
        title=html.escape(title),
        count=str(len(sentences)),
        table=_table(sentences[0]["source"], sentences[0]["models"][0]),
        data=script_data(sentences),
        style=STYLE,
        script=SCRIPT,
    )
    view = AttentionView(page, title, len(sentences))
    if path is not None:
        view.save(path)
    return view


def _as_json(example):
    """Return (source words, what the page needs to know of one model's translation)."""
    if isinstance(example, Mapping):
        known = [field.name for field in fields(AttentionExample)]
        wrong = [name for name in example if name not in known]
        missing = [name for name in ("source", "target", "weights") if name not in example]
        if wrong or missing:
            raise ValueError(
                f"unknown entries: {wrong}; missing entries: {missing}. An example has {known}; "
                "the first three are needed."
            )
        example = AttentionExample(**example)
    elif not isinstance(example, AttentionExample):
        raise TypeError(
            f"this is a {type(example).__name__}; give an AttentionExample or a dictionary."
        )
    weights, target, source = as_attention(example.weights, example.source, example.target)
    links = as_links(example.sure, example.possible, example.source, example.target)
    reference = example.reference or ""
    if not isinstance(reference, str):
        reference = " ".join(word for word in reference if word != END)
    model = {
        "label": clean(example.label),
        "target": [clean(word) for word in target],
        "weights": [[round(weight, 3) for weight in row] for row in weights.tolist()],
        "sure": sorted(links[0]),
        "possible": sorted(links[1]),
        "reference": clean(reference),
    }
    return [clean(word) for word in source], model


def _table(source, model):
    """Return all weights of one sentence as the rows of an HTML table: what is seen without JS."""
    kinds = dict.fromkeys(model["possible"], "possible") | dict.fromkeys(model["sure"], "sure")
    heads = "".join(f'<th scope="col">{html.escape(word)}</th>' for word in source)
    rows = [f"<tr><td></td>{heads}</tr>"]
    for t, (word, weights) in enumerate(zip(model["target"], model["weights"], strict=True)):
        cells = "".join(
            f'<td class="{kinds.get((s, t), "")}" style="--w:{weight}">{weight:.2f}</td>'
            for s, weight in enumerate(weights)
        )
        rows.append(f'<tr><th scope="row">{html.escape(word)}</th>{cells}</tr>')
    return "\n".join(rows)
