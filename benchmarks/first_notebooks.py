"""Measure what the first notebooks promise: import time, and nats per character against seconds.

    python benchmarks/first_notebooks.py [--repeats 2] [--json FILE]

Both sides train in turn (A B A B), each in a process of its own, so that neither slows the other
down. Promised on two CPU cores: `import course_utils` below 0.3 s; the GRU of notebook 02 at most
1.60 nats per character on the validation part after at most 60 s of training, on both sides. Speeds
depend on the machine and its load; quote the medians and the ratio.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from importlib import metadata

SIDES = {"PyTorch": "in_pytorch", "TensorFlow": "in_tensorflow"}
IMPORT = (
    "import time; start = time.perf_counter(); import course_utils; "
    "print(time.perf_counter() - start)"
)
TRAIN = """
import importlib, json
from course_utils.data import Vocabulary, load_corpus, split_contiguous
side = importlib.import_module("course_utils.{side}")
text = load_corpus("tiny_shakespeare").text
vocabulary = Vocabulary.from_text(text)
train_ids, validation_ids = split_contiguous(vocabulary.encode(text))
model = side.models.CharacterModel(len(vocabulary), embedding_size=64, hidden_size=256, seed={seed})
history = side.training.train_language_model(
    model, train_ids, validation_ids, updates=1200, seed={seed}, progress=False
)
print(json.dumps([history.validation_nats, history.seconds, history.characters_per_second]))
"""


def output_of(program):
    """Run a program in a fresh Python and return the last line that it prints."""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()[-1]


def measure(repeats):
    """Return the machine's description, import times in s, and the trainings of both sides."""
    packages = ("torch", "tensorflow", "keras", "numpy")
    result = {
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors",
        "versions": {name: metadata.version(name) for name in packages},
        "import_seconds": [float(output_of(IMPORT)) for _ in range(5)],
        "training": {name: [] for name in SIDES},
    }
    for seed in range(repeats):
        for name, side in SIDES.items():
            numbers = json.loads(output_of(TRAIN.format(side=side, seed=seed)))
            keys = ("validation_nats", "seconds", "characters_per_second")
            result["training"][name].append(dict(zip(keys, numbers, strict=True)))
            print(
                f"{name:10} seed {seed}: {numbers[0]:.4f} nats after {numbers[1]:.1f} s", flush=True
            )
    return result


def main():
    """Measure, print and store; return 1 if a promise was not kept in this run."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--repeats", type=int, default=2, help="trainings a side; default 2")
    parser.add_argument("--json", help="a file for the numbers")
    options = parser.parse_args()
    result = measure(options.repeats)
    import_time = statistics.median(result["import_seconds"])
    print(f"{result['machine']}; {result['versions']}")
    print(f"import course_utils: median {import_time:.3f} s (promised: below 0.3 s)")
    kept = import_time < 0.3
    medians = {}
    for name, runs in result["training"].items():
        nats = [run["validation_nats"] for run in runs]
        medians[name] = statistics.median(run["seconds"] for run in runs)
        print(f"{name:10} worst {max(nats):.4f} nats (promised: at most 1.60), ", end="")
        print(f"median {medians[name]:.1f} s of training (promised: at most 60 s)")
        kept &= max(nats) <= 1.60 and medians[name] <= 60
    print(f"TensorFlow takes {medians['TensorFlow'] / medians['PyTorch']:.2f} times PyTorch's time")
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(result, file, indent=1)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
