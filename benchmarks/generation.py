"""Measure how fast both sides write: characters per second, one text and a batch of 64.

    python benchmarks/generation.py [CHECKPOINT] [--repeats 7] [--json FILE]

Without a checkpoint: an untrained GRU of 256 units with 65 symbols. Both sides get equal weights
and equal random numbers and write in turn (A B A B) in one process; each run's texts are compared.
The first run, in which TensorFlow traces its graphs, is not counted. Wanted on two free CPU cores:
at least 2,000 characters per second for one text and 20,000 in a batch of 64. Speeds depend on the
machine and its load; quote the medians and the ratio.
"""

import argparse
import importlib
import json
import os
import platform
import statistics
import sys
import time
from importlib.metadata import version

import numpy as np

from course_utils import parity
from course_utils.data import Vocabulary

SIDES = {"PyTorch": "course_utils.in_pytorch", "TensorFlow": "course_utils.in_tensorflow"}
WANTED = {1: 2_000, 64: 20_000}  # batch size: characters per second
LENGTHS = {1: 1_000, 64: 200}  # batch size: characters a text
SETTINGS = {
    "temperature": dict(temperature=0.8),
    "top-p": dict(temperature=0.8, top_p=0.9),
    "all": dict(temperature=0.8, top_k=20, top_p=0.9, typical_p=0.9, repetition_penalty=1.1),
}
SYMBOLS = "\n !$&',-.3:;?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def models(sides, checkpoint):
    """Return (a model of each side, all with the same weights, the vocabulary)."""
    if checkpoint is None:
        vocabulary = Vocabulary(SYMBOLS)
        built = [side.models.CharacterModel(len(vocabulary), 64, 256) for side in sides]
        parity.copy_weights(built[0], built[1])
        return built, vocabulary
    loaded = [side.training.load_checkpoint(checkpoint) for side in sides]
    return [model for model, _ in loaded], loaded[0][1]


def measure(sides, built, vocabulary, batch_size, settings, repeats):
    """Return the characters per second of each run of each side, and whether texts were equal."""
    length, equal = LENGTHS[batch_size], True
    prompts = [vocabulary.symbols[place % len(vocabulary)] for place in range(batch_size)]
    speeds = [[] for _ in sides]
    for repeat in range(repeats + 1):
        texts = []
        for side, model, own in zip(sides, built, speeds, strict=True):
            start = time.perf_counter()
            texts.append(
                side.generation.generate(
                    model, vocabulary, prompts, length, seed=repeat, **settings
                )
            )
            taken = time.perf_counter() - start
            if repeat > 0:
                own.append(batch_size * length / taken)
        equal &= texts[0] == texts[1]
    return speeds, equal


def main():
    """Measure, print a table, and keep the numbers if asked; return 1 if texts differed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkpoint", nargs="?", help="a CharacterModel saved with its vocabulary")
    parser.add_argument("--repeats", type=int, default=7, help="runs that count; default 7")
    parser.add_argument("--json", help="a file for the numbers")
    options = parser.parse_args()
    sides = [importlib.import_module(name) for name in SIDES.values()]
    built, vocabulary = models(sides, options.checkpoint)
    packages = {name: version(name) for name in ("torch", "tensorflow", "keras", "numpy")}
    torch_threads = sys.modules["torch"].get_num_threads()
    tf_threads = sys.modules["tensorflow"].config.threading.get_intra_op_parallelism_threads()
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"  # Windows
    machine = (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors, load {load}; "
        f"threads: PyTorch {torch_threads}, TensorFlow "
        f"{tf_threads or 'as many as processors'}"
    )
    print(f"Python {platform.python_version()}, {packages}\n{machine}\n{built[0].options}")
    print(
        f"\n{'batch':>5} {'settings':<12}{'PyTorch':>10}{'TensorFlow':>12}{'ratio':>7}"
        f"{'wanted':>9}  texts"
    )
    rows, all_equal = [], True
    for batch_size, wanted in WANTED.items():
        for name, settings in SETTINGS.items():
            speeds, equal = measure(sides, built, vocabulary, batch_size, settings, options.repeats)
            medians = [statistics.median(own) for own in speeds]
            # each run's own ratio: both sides of it saw about the same load
            ratio = statistics.median(np.divide(*speeds).tolist())
            all_equal &= equal
            print(
                f"{batch_size:>5} {name:<12}{medians[0]:>10,.0f}{medians[1]:>12,.0f}{ratio:>7.2f}"
                f"{wanted:>9,}  {'equal' if equal else 'DIFFERENT'}",
                flush=True,
            )
            rows.append(
                {
                    "batch_size": batch_size,
                    "settings": settings,
                    "characters_per_second": dict(zip(SIDES, speeds, strict=True)),
                    "equal": equal,
                }
            )
    print("\nCharacters per second, medians; ratio: PyTorch's speed over TensorFlow's.")
    if options.json:
        content = {"packages": packages, "machine": machine, "model": built[0].options}
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(content | {"rows": rows}, file, indent=1)
    return 0 if all_equal else 1


if __name__ == "__main__":
    sys.exit(main())
