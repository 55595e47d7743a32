"""The attention study: every score and query time, both frameworks, several seeds.

``make study-attention`` trains 78 translation models on the course's English-Korean corpus, scores
them on both test splits, times every variant, and writes data/attention_study.json. Notebook 04
shows it. A study that was stopped goes on: finished trainings are kept in a file beside it. Those
of the stored study are kept, too, if it was made with the same corpus, settings and versions; so a
new variant costs only its own trainings. ``--anew`` makes all of them again.

Some trainings run side by side, each with one thread and on the CPU, so their own clocks mean
nothing. Times come from a second part: all variants take turns in one process that has the machine
for itself. ``--times`` measures them again and leaves the rest of the file as it is.
"""

import argparse
import datetime
import hashlib
import importlib
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

from course_utils.data import (
    PairBatches,
    english_korean_pairs,
    log_frequencies,
    pair_vocabularies,
)
from course_utils.translation_metrics import (
    accuracy_by_length,
    alignment_links,
    alignment_scores,
    bleu,
    chrf,
    exact_match,
    signatures,
)

CORPUS = Path(__file__).resolve().parents[1] / "data" / "english_korean.tsv"
RESULT = CORPUS.with_name("attention_study.json")
MODEL = dict(embedding_size=96, hidden_size=192, cell="gru", bidirectional=True, dropout=0.1)
TRAINING = dict(updates=1000, batch_size=64, learning_rate=0.008, schedule="warmup_cosine")
SEEDS = (0, 1, 2)
VARIANTS = [(None, "current")] + [
    (score, query)
    for score in ("additive", "dot", "scaled_dot", "general")
    for query in ("previous", "current")
]
# Two variants are trained with half and with twice the updates, too: 500 are what notebook 04
# trains before the learner's eyes, 2000 show what the best variant reaches. The best was chosen for
# its low alignment error in a first trial that looked at the test splits, as did the choice of
# sizes and learning rate.
OTHER_UPDATES = [
    (score, "current", updates) for updates in (500, 2000) for score in ("additive", "dot")
]
BEST = ("dot", "current", 2000)
SIDES = {"PyTorch": "course_utils.in_pytorch", "TensorFlow": "course_utils.in_tensorflow"}
EDGES = (3, 6, 8, 10, 12, 15)  # groups of source lengths: 3-5, 6-7, …; the last mark not counted
ROUNDS, TIMED_UPDATES = 5, 20


def build(side, vocabularies, pairs, attention, query, seed):
    """Return a new model of the study, with the output bias at the words' log frequencies."""
    sizes = [len(vocabulary) for vocabulary in vocabularies]
    model = side.seq2seq.Seq2Seq(*sizes, **MODEL, attention=attention, query=query, seed=seed)
    model.set_output_bias(log_frequencies(pairs, vocabularies[1]))
    return model


def score(side, model, pairs, vocabularies):
    """Return how good a model is on test pairs, as a dictionary of plain numbers."""
    sources = [pair.source for pair in pairs]
    hypotheses = [found.words for found in side.generation.translate(model, sources, vocabularies)]
    references = [pair.target for pair in pairs]
    lengths = [len(source) - 1 for source in sources]
    groups = accuracy_by_length(hypotheses, references, lengths, EDGES)
    numbers = {
        "exact_match": exact_match(hypotheses, references),
        "bleu": bleu(hypotheses, references),
        "chrf": chrf(hypotheses, references),
        "by_length": [[g.shortest, g.longest, g.count, g.accuracy] for g in groups],
    }
    if model.options["attention"] is not None:
        readings = side.generation.read_references(model, pairs, vocabularies)
        links = [
            alignment_links(reading.weights, len(pair.source), len(pair.target))
            for reading, pair in zip(readings, pairs, strict=True)
        ]
        scores = alignment_scores(links, [p.sure for p in pairs], [p.possible for p in pairs])
        numbers |= {
            "precision": scores.precision,
            "recall": scores.recall,
            "aer": scores.error_rate,
        }
    return numbers


def train_one(framework, attention, query, seed, updates):
    """Train and score one model; return the record of the run."""
    side = importlib.import_module(SIDES[framework])
    splits = english_korean_pairs()
    vocabularies = pair_vocabularies(splits["train"])
    model = build(side, vocabularies, splits["train"], attention, query, seed)
    history = side.translation.train_translation(
        model,
        splits["train"],
        splits["validation"],
        vocabularies,
        **{**TRAINING, "updates": updates},
        seed=seed,
        progress=False,
    )
    return {
        "date": datetime.date.today().isoformat(),
        "framework": framework,
        "attention": attention,
        "query": query,
        "seed": seed,
        "updates": updates,
        "parameters": model.count_parameters(),
        "validation_nats": history.validation_nats,
        "random": score(side, model, splits["random"], vocabularies),
        "compositional": score(side, model, splits["compositional"], vocabularies),
    }


def time_variants():
    """Return seconds per epoch of every variant: {framework: {"score query": [one a round]}}."""
    splits = english_korean_pairs()
    vocabularies = pair_vocabularies(splits["train"])
    batches = PairBatches(splits["train"], *vocabularies, TRAINING["batch_size"])
    updates = {}
    for framework, name in SIDES.items():
        side = importlib.import_module(name)
        for attention, query in VARIANTS:
            model = build(side, vocabularies, splits["train"], attention, query, 0)
            update = side.translation.TranslationUpdate(model)
            for number in range(batches.batches_per_epoch):  # both of TensorFlow's graphs are used
                batch = batches.batch(number)
                if number < 2 or batch.source_lengths.min() < batch.source.shape[1]:
                    float(update(batch, 0.001)[0])
            updates[framework, f"{attention} {query}"] = update
    seconds = {framework: {} for framework in SIDES}
    for _ in range(ROUNDS):
        for (framework, variant), update in updates.items():
            start = time.perf_counter()
            for number in range(TIMED_UPDATES):  # the same batches in every round
                float(update(batches.batch(number), 0.001)[0])
            taken = (time.perf_counter() - start) / TIMED_UPDATES * batches.batches_per_epoch
            seconds[framework].setdefault(variant, []).append(round(taken, 2))
    return seconds


def corpus_sha256():
    """Return the hash of the corpus that the models are trained on."""
    return hashlib.sha256(CORPUS.read_bytes()).hexdigest()


def versions():
    """Return the versions of all that the numbers may depend on."""
    packages = ("numpy", "torch", "tensorflow", "keras", "sacrebleu")
    return {"python": platform.python_version(), **{name: version(name) for name in packages}}


def conditions(study):
    """Return what the records of a study depend on, apart from their own job."""
    settings = study["settings"]
    parts = [settings["model"], settings["training"], study["length_edges"]]
    return json.dumps([*parts, study["corpus_sha256"], study["versions"]])


def stored_study():
    """Return the study that lies in the file, or None if there is none."""
    return json.loads(RESULT.read_text(encoding="utf-8")) if RESULT.is_file() else None


def stored_runs(study, settings):
    """Return {job: record} of a stored study that was made under the same conditions."""
    if study is None or conditions(study) != settings:
        return {}
    keys = ("framework", "attention", "query", "seed", "updates")
    return {tuple(run[key] for key in keys): run for run in study["runs"]}


def run_all(workers, new, stored):
    """Train what is not trained yet, ``workers`` at a time; return all records in order."""
    variants = [(*variant, TRAINING["updates"]) for variant in VARIANTS] + OTHER_UPDATES
    jobs = [
        (framework, attention, query, seed, updates)
        for attention, query, updates in variants
        for seed in SEEDS
        for framework in SIDES
    ]
    kept = RESULT.with_suffix(".parts.jsonl")
    settings = conditions(new)
    done = stored_runs(stored, settings)
    if kept.is_file():
        for line in kept.read_text(encoding="utf-8").splitlines():
            try:
                entry = json.loads(line)
            except json.JSONDecodeError:
                print(f"A line of {kept.name} is damaged; its training is made again.")
                continue
            if entry["settings"] == settings:
                done[tuple(entry["job"])] = entry["record"]

    def run(job):
        if job in done:
            return
        command = [sys.executable, __file__, "--one", json.dumps(job)]
        threads = {"OMP_NUM_THREADS": "1", "TF_NUM_INTRAOP_THREADS": "1"}
        threads["CUDA_VISIBLE_DEVICES"] = "-1"  # the same numbers with and without a GPU
        quiet = {"TF_NUM_INTEROP_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
        start = time.perf_counter()
        found = subprocess.run(
            command, stdout=subprocess.PIPE, text=True, env={**os.environ, **threads, **quiet}
        )
        if found.returncode:
            raise RuntimeError(f"The training {job} failed; its message stands above.")
        record = json.loads(found.stdout.splitlines()[-1])
        done[job] = record
        with kept.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"settings": settings, "job": job, "record": record}) + "\n")
        found = record["random"]
        aer = f", AER {found['aer']:.3f}" if "aer" in found else ""
        print(
            f"{len(done)}/{len(jobs)} {job}: exact match {found['exact_match']:.3f}{aer}, "
            f"{time.perf_counter() - start:.0f} s",
            flush=True,
        )

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(run, jobs))
    return [done[job] for job in jobs]


def write(study):
    """Write the file in one step."""
    part = RESULT.with_suffix(".part")
    part.write_text(json.dumps(study, indent=1) + "\n", encoding="utf-8")
    os.replace(part, RESULT)
    print(f"Written: {RESULT.name}")


def main():
    """Run the study and write the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workers", type=int, default=min(4, os.cpu_count() or 1))
    parser.add_argument("--times", action="store_true", help="measure the times again, no more")
    parser.add_argument("--anew", action="store_true", help="use nothing of the stored study")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(train_one(*json.loads(options.one))))
        return
    stored = None if options.anew else stored_study()
    if options.times:
        write(stored_study() | {"seconds_per_epoch": time_variants()})
        return
    study = {
        "command": "make study-attention",
        "versions": versions(),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}",
        "corpus": f"data/{CORPUS.name}",
        "corpus_sha256": corpus_sha256(),
        "signatures": signatures(),
        "settings": {
            "model": MODEL,
            "training": TRAINING,
            "other_updates": OTHER_UPDATES,
            "best": BEST,
            "seeds": SEEDS,
        },
        "length_edges": EDGES,
    }
    study["runs"] = runs = run_all(options.workers, study, stored)
    if stored_runs(stored, conditions(study)):  # times are per epoch, whatever the updates
        study["seconds_per_epoch"] = stored["seconds_per_epoch"]
    else:
        print("All are trained. Timing the variants in turns …", flush=True)
        study["seconds_per_epoch"] = time_variants()
    write(study)
    table = {}
    for run in runs:
        key = (str(run["attention"]), run["query"], run["updates"], run["framework"])
        table.setdefault(key, []).append(run["random"])
    for key, found in sorted(table.items()):
        means = [
            f"{name} {statistics.mean(one[name] for one in found):.3f}"
            for name in ("exact_match", "bleu", "aer")
            if name in found[0]
        ]
        print(*key, *means, sep="  ")


if __name__ == "__main__":
    main()
