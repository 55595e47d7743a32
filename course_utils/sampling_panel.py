"""A panel that writes with the learner's own models: ``sampling_panel(sides, vocabulary)``.

It loads no framework: ``sides`` brings one callable a framework. It needs a running kernel.
"""

import html
import numbers

import ipywidgets as widgets
from IPython.display import display

from course_utils.plot_checks import check_filled

NEEDS_KERNEL = (
    "A panel that writes with the models of this kernel. Do you see no sliders below? Then no "
    "kernel is running, as in an exported page: use the page of sampling_view, which needs none."
)
WIDE = {"description_width": "7em"}


class SamplingPanel:
    """Widgets that call one of several ``write`` functions; ``sampling_panel`` makes it.

    ``prompt``, ``temperature``, ``top_k``, ``top_p``, ``seed``, ``framework``, ``button``,
    ``output``, ``status``: the widgets; ``widget`` holds them all. ``text``: what was written last.
    """

    def __init__(self, sides, vocabulary, prompt, length):
        size = len(vocabulary)
        self.sides, self.length, self.text = dict(sides), length, None
        options = {"style": WIDE, "continuous_update": False}
        self.prompt = widgets.Text(_on_one_line(prompt), description="Prompt", **options)
        self.prompt.tooltip = r"Write \n for a new line. Enter writes."
        self.temperature = widgets.FloatSlider(
            1.0, min=0, max=5, step=0.05, description="Temperature 온도", **options
        )
        self.top_k = widgets.IntSlider(size, min=1, max=size, description="Top-k", **options)
        self.top_p = widgets.FloatSlider(
            1.0, min=0.05, max=1, step=0.01, description="Top-p", **options
        )
        self.seed = widgets.BoundedIntText(
            0, min=0, max=2**31 - 1, description="Seed", style=WIDE, continuous_update=False
        )
        self.framework = widgets.Dropdown(
            options=list(self.sides), description="Framework", style=WIDE
        )
        self.button = widgets.Button(description="Write", button_style="primary")
        self.output, self.status = widgets.HTML(), widgets.HTML()
        self.prompt.observe(lambda change: self.write(), "value")
        self.prompt.on_msg(self._on_enter)
        self.button.on_click(lambda button: self.write())
        for control in self._controls()[1:]:
            control.observe(self._on_change, "value")
        for control in self._controls():
            control.layout.width = "min(32em, 100%)"
        self._written = None
        self.widget = widgets.VBox([*self._controls(), self.button, self.status, self.output])

    def settings(self):
        """Return what the next ``write`` passes on, as a dictionary of keyword arguments."""
        return {
            "prompt": self.prompt.value.replace(r"\n", "\n"),
            "length": self.length,
            "temperature": round(self.temperature.value, 2),
            "top_k": self.top_k.value,
            "top_p": round(self.top_p.value, 2),
            "seed": self.seed.value,
        }

    def write(self):
        """Write with the chosen framework and settings, as the button does; return the text.

        A ValueError or TypeError of the callable is shown in the panel, and None is returned; any
        other exception is named there and raised again.
        """
        name, settings = self.framework.value, self.settings()
        self.text, self._written = None, (name, settings)
        self.output.value, self.status.value = "", f"{html.escape(name)} writes …"
        self.button.disabled = True
        try:
            text = self.sides[name](**settings)
        except (ValueError, TypeError) as error:
            self.status.value = f"<b>Not written.</b> {html.escape(str(error))}"
            return None
        except BaseException as error:
            kind = type(error).__name__
            self.status.value = f"<b>Stopped by {kind}.</b> {html.escape(str(error))}"
            raise
        finally:
            self.button.disabled = False
        prompt = settings["prompt"] if text.startswith(settings["prompt"]) else ""
        self.text = text
        self.output.value = (
            '<pre style="white-space:pre-wrap;overflow-wrap:anywhere;line-height:1.4;margin:0">'
            f"<b>{html.escape(prompt)}</b>{html.escape(text[len(prompt) :])}</pre>"
        )
        k = settings["top_k"]
        self.status.value = (
            f"{html.escape(name)} wrote this at temperature {settings['temperature']:g}, "
            f"top-k {k}{' (all)' if k == self.top_k.max else ''}, top-p {settings['top_p']:g}, "
            f"seed {settings['seed']}."
        )
        return text

    def _controls(self):
        return [
            self.prompt,
            self.temperature,
            self.top_k,
            self.top_p,
            self.seed,
            self.framework,
        ]

    def _on_enter(self, _, content, buffers):
        # Enter: the browser reports the key first, then a changed prompt. An unchanged one comes
        # with the key only; the same settings would write the same text again.
        now = (self.framework.value, self.settings())
        if content.get("event") == "submit" and now != self._written:
            self.write()

    def _on_change(self, change):
        if self._written is not None:
            self.status.value = "The settings have changed. Press Write."

    def _ipython_display_(self):
        # Two outputs: a stored notebook loses the widget, and keeps the sentence.
        display({"text/plain": NEEDS_KERNEL}, raw=True)
        display(self.widget)

    def __repr__(self):
        return NEEDS_KERNEL


def sampling_panel(sides, vocabulary, prompt="ROMEO:", length=300):
    """Return a panel with a prompt, temperature, top-k, top-p, a seed and a choice of framework.

    ``sides``: {framework: write}; each is called as ``write(prompt=…, length=…, temperature=…,
    top_k=…, top_p=…, seed=…)`` and returns a text. Nothing cut is ``top_k=len(vocabulary)`` and
    ``top_p=1.0``. ``length``: how many symbols to write. Enter in the prompt writes, as the button
    does; a new line in the prompt is written ``\\n``.
    Returns a SamplingPanel. Raises TypeError, ValueError for sides that cannot be called, an empty
    vocabulary, a prompt that is no text, or a length below 1.
    """
    check_filled("sides", sides, "{'PyTorch': write}")
    for name, write in sides.items():
        if not (isinstance(name, str) and callable(write)):
            raise TypeError(
                f"sides[{name!r}] is a {type(write).__name__}; give {{framework: function}}, "
                "where the function takes prompt, length, temperature, top_k, top_p and seed."
            )
    if not isinstance(prompt, str):
        raise TypeError(f"prompt is a {type(prompt).__name__}; give a text, such as 'ROMEO:'.")
    if not isinstance(length, numbers.Integral) or length < 1:
        raise ValueError(f"length is {length!r}; give a whole number of symbols, 1 or more.")
    if not len(vocabulary):
        raise ValueError("vocabulary is empty; give the one that the models were trained with.")
    return SamplingPanel(sides, vocabulary, prompt, int(length))


def _on_one_line(prompt):
    return prompt.replace("\n", r"\n")
