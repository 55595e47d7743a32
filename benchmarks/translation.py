"""English-French translation after 60 and 180 seconds of training, in both frameworks.

    make bench-translation

Data: 20,000 pairs of at most 8 words a side, drawn from the Tatoeba project's English-French pairs
with a fixed seed; 1,000 of them are held out for the test, so that no test sentence stands in the
training part, on either side. Words seen once become ``<unk>``. The score is sacrebleu's BLEU on
the lower-cased words, greedy and with a beam.

A training has a fixed number of updates. How many fit into the time is measured first, on this
machine, in this run; what they took in the end stands in the table, and so does the time before
the first update, in which TensorFlow traces its graphs. One seed. The settings were chosen by
looking at this test; there is no third part.
"""

import argparse
import importlib
import json
import os
import platform
import random
import statistics
import time
from importlib.metadata import version
from pathlib import Path

from course_utils.data import (
    PairBatches,
    load_pairs,
    log_frequencies,
    pair_vocabularies,
    short_pairs,
    split_pairs,
)
from course_utils.translation_metrics import bleu, signatures

SIDES = {"PyTorch": "course_utils.in_pytorch", "TensorFlow": "course_utils.in_tensorflow"}
# A short training wants a small model and no dropout; a longer one sees each pair often.
SHORT = dict(
    model=dict(embedding_size=192, hidden_size=128, attention="dot", dropout=0.0),
    training=dict(batch_size=64, learning_rate=0.01, optimizer="muon"),
)
LONG = dict(
    model=dict(embedding_size=192, hidden_size=192, attention="dot", dropout=0.2),
    training=dict(batch_size=64, learning_rate=0.008, optimizer="muon"),
)
LONG_FROM = 100  # seconds
PAIRS, TEST, MAXIMUM_WORDS, BEAM = 20_000, 1_000, 8, 4
TRIAL_UPDATES = 60
PUBLIC_BEST = 25.2  # TensorFlow's nmt_with_attention after 180 s; measured on another split


def load_data(seed=0, plain=False):
    """Return (the corpus, training pairs, test pairs, vocabularies).

    ``plain``: the test pairs are the first ones drawn, as in public tutorials, without a look at
    sentences that stand in the training part, too. The default keeps these apart.
    """
    corpus = load_pairs("fra")
    pairs = short_pairs(corpus.pairs, MAXIMUM_WORDS)
    pairs = random.Random(seed).sample(pairs, PAIRS)
    if plain:
        train, test = pairs[TEST:], pairs[:TEST]
    else:
        splits = split_pairs(pairs, test=TEST, seed=seed)
        train, test = splits["train"], splits["test"]
    return corpus, train, test, pair_vocabularies(train, minimum_count=2)


def share_known(train, test):
    """Return the share of test pairs with a sentence, of either language, of the training part."""
    known = [{" ".join(getattr(pair, side)) for pair in train} for side in ("source", "target")]
    return statistics.mean(
        " ".join(pair.source) in known[0] or " ".join(pair.target) in known[1] for pair in test
    )


def settings_for(seconds):
    """Return the settings, {"model", "training"}, for a training of so many seconds."""
    return LONG if seconds >= LONG_FROM else SHORT


def build(side, train, vocabularies, options):
    """Return a new model with the output bias at the words' log frequencies."""
    sizes = [len(vocabulary) for vocabulary in vocabularies]
    model = side.seq2seq.Seq2Seq(*sizes, **options, seed=0)
    model.set_output_bias(log_frequencies(train, vocabularies[1]))
    return model


def seconds_per_update(side, train, vocabularies, settings):
    """Return the median time of an update, in seconds, after TensorFlow has traced its graphs."""
    model = build(side, train, vocabularies, settings["model"])
    update = side.translation.TranslationUpdate(model, optimizer=settings["training"]["optimizer"])
    batches = PairBatches(train, *vocabularies, settings["training"]["batch_size"])
    taken = []
    for number in range(TRIAL_UPDATES):
        start = time.perf_counter()
        float(update(batches.batch(number), 0.001)[0])
        taken.append(time.perf_counter() - start)
    return statistics.median(taken[TRIAL_UPDATES // 3 :])


def measure(framework, seconds, train, test, vocabularies):
    """Train for about so many seconds; return the row of the table as a dictionary."""
    side = importlib.import_module(SIDES[framework])
    settings = settings_for(seconds)
    updates = int(seconds / seconds_per_update(side, train, vocabularies, settings))
    model = build(side, train, vocabularies, settings["model"])
    history = side.translation.train_translation(
        model,
        train,
        test[:50],
        vocabularies,
        updates=updates,
        **settings["training"],
        progress=False,
    )
    sources, references = [pair.source for pair in test], [pair.target for pair in test]
    row = {
        "framework": framework,
        "asked_seconds": seconds,
        "updates": updates,
        "seconds": round(history.seconds, 1),
        "setup_seconds": round(history.setup_seconds, 1),
        "target_tokens_per_second": round(history.characters_per_second),
    }
    for beam_size in (1, BEAM):
        start = time.perf_counter()
        found = side.generation.translate(model, sources, vocabularies, beam_size=beam_size)
        taken = time.perf_counter() - start
        row[f"bleu_beam_{beam_size}"] = round(bleu([one.words for one in found], references), 1)
        row[f"sentences_per_second_beam_{beam_size}"] = round(len(test) / taken)
    return row


def main():
    """Measure, print a table, and keep the numbers if asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, nargs="+", default=[60.0, 180.0])
    parser.add_argument(
        "--plain", action="store_true", help="hold out test pairs as public tutorials do"
    )
    parser.add_argument("--json", type=Path, help="write the numbers to this file, too")
    options = parser.parse_args()
    corpus, train, test, vocabularies = load_data(plain=options.plain)
    for name in SIDES.values():  # both are in memory from the start
        importlib.import_module(name)
    packages = {name: version(name) for name in ("torch", "tensorflow", "keras", "sacrebleu")}
    print(f"Python {platform.python_version()}, {packages}, {os.cpu_count()} cores")
    print(
        f"{len(train):,} training and {len(test):,} test pairs, vocabularies "
        f"{len(vocabularies[0]):,} and {len(vocabularies[1]):,}; "
        f"{share_known(train, test):.1%} of the test pairs share a sentence with the training part"
    )
    for seconds in options.seconds:
        print(f"{seconds:.0f} s: {settings_for(seconds)}")
    print(f"{corpus.edition}, SHA-256 {corpus.sha256}")
    print(f"BLEU: {signatures()['bleu']}")
    print(
        f"\n{'asked':>6} {'framework':<11}{'updates':>8}{'took':>8}{'set-up':>8}{'words/s':>9}"
        f"{'BLEU':>7}{'beam ' + str(BEAM):>8}{'sent./s':>9}"
    )
    rows = []
    for seconds in options.seconds:
        for framework in SIDES:
            row = measure(framework, seconds, train, test, vocabularies)
            rows.append(row)
            print(
                f"{seconds:>4.0f} s {framework:<11}{row['updates']:>8}{row['seconds']:>6.0f} s"
                f"{row['setup_seconds']:>6.1f} s"
                f"{row['target_tokens_per_second']:>9,}{row['bleu_beam_1']:>7.1f}"
                f"{row[f'bleu_beam_{BEAM}']:>8.1f}{row['sentences_per_second_beam_1']:>9,}",
                flush=True,
            )
    longest = max(options.seconds)
    worst = min(row["bleu_beam_1"] for row in rows if row["asked_seconds"] == longest)
    print(
        f"\nThe lower of the two greedy BLEU after {longest:.0f} s is {worst:.1f}. The best public "
        f"tutorial reached {PUBLIC_BEST} after 180 s, on another draw of 20,000 pairs and another "
        "day. Its test pairs were held out without regard to repeated sentences."
    )
    if options.json:
        content = {
            "packages": packages,
            "edition": corpus.edition,
            "sha256": corpus.sha256,
            "bleu": signatures()["bleu"],
            "settings": {str(seconds): settings_for(seconds) for seconds in options.seconds},
            "rows": rows,
        }
        options.json.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
