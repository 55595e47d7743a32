"""Temperature, top-k and top-p on sliders, as one HTML page: ``sampling_view(examples)``.

The page needs no kernel and no network: it holds the logits and computes everything else itself.
It works with a mouse, by touch and by keyboard.
"""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from course_utils.arrays import to_numpy
from course_utils.html_view import HtmlView, clean, fill, script_data
from course_utils.plot_checks import as_array, check_length, visible_text
from course_utils.sampling import probabilities
from course_utils.sampling_page import PAGE, SCRIPT, STYLE

WITHOUT_SCRIPT = 24  # rows of the list that is seen without JavaScript


@dataclass(frozen=True, eq=False)
class SamplingExample:
    """A text so far, and the logits of the symbol that comes next.

    ``context``: the text. ``logits``: [V]. Or N texts with logits [N, V]: each becomes a choice of
    its own. ``symbols``: V symbols, such as ``vocabulary.symbols``. ``label``: who computed the
    logits, such as "PyTorch".
    """

    context: str | Sequence[str]
    logits: Any
    symbols: Sequence[str]
    label: str | None = None


@dataclass(frozen=True, repr=False)
class SamplingView(HtmlView):
    """The page; a notebook shows it in a frame of its own, ``save`` writes it to a file."""

    contexts: int

    HEIGHT = 760

    def __repr__(self):
        return self._summary(f"{self.contexts} contexts", "sampling.html")


def sampling_view(examples, path=None, title="Temperature, top-k and top-p"):
    """Return one self-contained HTML page that shows the next symbol's probabilities on sliders.

    ``examples``: a list of SamplingExample, or of dictionaries with the same entries. ``path``:
    also save the page there. The page computes what ``course_utils.sampling`` computes, in the same
    order: temperature, then top-k, then top-p on what is left; T = 0 is the argmax. Each row of
    logits is stored less its maximum, which changes no probability, to 5 significant digits.
    Returns a SamplingView. Raises ValueError if there is no example, shapes do not fit, or logits
    are not finite; TypeError for entries of a wrong kind.
    Sources: temperature: Ackley, Hinton & Sejnowski 1985, section 2; top-k: Fan, Lewis & Dauphin
    2018, section 5; top-p: Holtzman et al. 2020, section 3.1.
    """
    if isinstance(examples, (SamplingExample, Mapping, str)):
        raise TypeError(
            f"examples is one {type(examples).__name__}; give a list of them: [example]."
        )
    lists, entries = {}, []  # each list of symbols is stored once
    for number, example in enumerate(examples):
        try:
            symbols, found = _as_entries(example)
        except (TypeError, ValueError) as error:
            kind = TypeError if isinstance(error, TypeError) else ValueError
            raise kind(f"examples[{number}]: {error}") from error
        place = lists.setdefault(symbols, len(lists))
        entries += [entry | {"symbols": place} for entry in found]
    if not entries:
        raise ValueError("examples is empty; give at least one context with its logits.")
    title = clean(title)
    page = fill(
        PAGE,
        title=html.escape(title),
        count=str(len(entries)),
        text=html.escape(entries[0]["context"]),
        rows=_rows(entries[0]["logits"], next(iter(lists))),
        data=script_data({"symbols": list(lists), "examples": entries}),
        style=STYLE,
        script=SCRIPT,
    )
    view = SamplingView(page, title, len(entries))
    if path is not None:
        view.save(path)
    return view


def _as_entries(example):
    """Return (symbols, what the page needs to know of each context) of one example."""
    if isinstance(example, Mapping):
        known = [field.name for field in fields(SamplingExample)]
        wrong = [name for name in example if name not in known]
        missing = [name for name in known[:3] if name not in example]
        if wrong or missing:
            raise ValueError(
                f"unknown entries: {wrong}; missing entries: {missing}. An example has {known}; "
                "the first three are needed."
            )
        example = SamplingExample(**example)
    elif not isinstance(example, SamplingExample):
        raise TypeError(
            f"this is a {type(example).__name__}; give a SamplingExample or a dictionary."
        )
    if np.isneginf(to_numpy(example.logits)).any():
        raise ValueError(
            "logits holds -infinity: were they cut by top_k or top_p already? Give the model's own "
            "logits; the page cuts."
        )
    if isinstance(example.context, str):
        contexts = [example.context]
        logits = as_array(
            "logits", example.logits, 1, "[V]: one number a symbol (of the last step: [0, -1])"
        )[None]
    else:
        contexts = list(example.context)
        logits = as_array("logits", example.logits, 2, "[N, V]: one row of logits a context")
        check_length("context", contexts, "logits", len(logits))
    for name, texts in (("context", contexts), ("symbols", example.symbols)):
        for text in texts:
            if not isinstance(text, str):
                raise TypeError(
                    f"{name} holds {text!r}, a {type(text).__name__}; give text. "
                    "vocabulary.symbols has the symbols, vocabulary.decode(ids) the text."
                )
    check_length("symbols", example.symbols, "a row of logits", logits.shape[1])
    logits = logits - logits.max(axis=1, keepdims=True)
    entries = [
        {
            "context": clean(context),
            "label": clean(example.label or ""),
            "logits": [float(f"{logit:.5g}") for logit in row.tolist()],
        }
        for context, row in zip(contexts, logits, strict=True)
    ]
    return tuple(visible_text(clean(symbol)) for symbol in example.symbols), entries


def _rows(logits, symbols):
    """Return the likeliest symbols at temperature 1 as items of a list: what is seen without JS."""
    chances = probabilities(logits)
    likeliest = sorted(range(len(symbols)), key=lambda id_: -chances[id_])[:WITHOUT_SCRIPT]
    return "\n".join(
        f"<li><b>{html.escape(symbols[id_])}</b>"
        f'<span class="track"><i class="bar" style="--w:{chances[id_]:.4f}"></i></span>'
        f"<data>{100 * chances[id_]:.2f} %</data></li>"
        for id_ in likeliest
    )
