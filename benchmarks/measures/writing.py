"""Section 4: what trained models do. Characters and sentences per second, alone and 64 at once.

Writing is measured by ``benchmarks/generation.py``: equal weights, equal random numbers, in turns,
texts compared. Translating: models that are not trained, and the longest output allowed, so that
each sentence has equally many steps on both sides.
"""

import importlib

import generation
import translation

from course_utils import parity

from .comparison import SIDES, Comparison, Section, in_turns
from .steps import seconds_of

MODEL = translation.LONG["model"]
STEPS = 10  # words of each translation
SENTENCES = {1: 16, 64: 256}  # batch size: sentences


def translating(sides, turns):
    """Return rows: sentences per second, one at a time and 64 at once."""
    _, _, test, vocabularies = translation.load_data()
    sizes = [len(vocabulary) for vocabulary in vocabularies]
    # without the output bias of ``translation.build``: <eos> would come first, and nothing after it
    models = {label: side.seq2seq.Seq2Seq(*sizes, **MODEL) for label, side in sides.items()}
    parity.copy_weights(*models.values())
    rows = []
    for batch_size, count in SENTENCES.items():
        sentences = [pair.source for pair in test[:count]]
        runners = {}
        for label, side in sides.items():

            def run(side=side, model=models[label], sentences=sentences, size=batch_size):
                side.generation.translate(
                    model, sentences, vocabularies, longest=STEPS, batch_size=size
                )

            runners[label] = lambda run=run, count=count: count / seconds_of(run)
        runs = in_turns(runners, turns)
        rows.append(Comparison(f"translating, batch {batch_size}", "sentences/s", runs))
    return rows


def measure(options):
    """Return the section."""
    sides = {label: importlib.import_module(name) for label, name in SIDES.items()}
    built, vocabulary = generation.models(list(sides.values()), None)
    rows = []
    for batch_size, wanted in generation.WANTED.items():
        settings = generation.SETTINGS["temperature"]
        speeds, equal = generation.measure(
            list(sides.values()), built, vocabulary, batch_size, settings, options.turns
        )
        runs = dict(zip(sides, speeds, strict=True))
        row = Comparison(f"writing, batch {batch_size}", "characters/s", runs)
        row.promise = f">= {wanted:,}, equal texts"
        row.kept = equal and min(row.medians().values()) >= wanted
        rows.append(row)
    rows += translating(sides, options.turns)
    notes = [
        f"Writing: {built[0].options}, {settings}. Translating: {MODEL}, greedy, "
        f"at most {STEPS} words. No model is trained: the speed does not depend on the weights."
    ]
    return Section(4, "Writing and translating", rows, notes)
