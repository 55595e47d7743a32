"""One file for a trained model that either framework can read: safetensors with neutral names."""

import json
import os
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from course_utils.data.vocabulary import Vocabulary

FORMAT = "course_utils 1"


OPTIMIZER = "training.optimizer."


def write_checkpoint(path, model_name, model, vocabulary=None, training=None):
    """Write weights, options and vocabulary of a model of the course to one safetensors file.

    ``vocabulary`` is one Vocabulary, or (source, target). ``training`` is what a training needs to
    go on: a dictionary of plain values, and under "optimizer" a list of arrays.
    The file is complete or not there: it is written beside ``path`` first and then renamed. A
    folder that is missing is made.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    description = {"model": model_name, "options": model.options}
    if isinstance(vocabulary, (tuple, list)):
        description["vocabulary"] = [one.as_dict() for one in vocabulary]
    elif vocabulary is not None:
        description["vocabulary"] = vocabulary.as_dict()
    weights = {name: np.ascontiguousarray(array) for name, array in model.named_weights().items()}
    if training is not None:
        for number, array in enumerate(training["optimizer"]):
            weights[f"{OPTIMIZER}{number:04d}"] = np.array(array, order="C")
        description["training"] = {**training, "optimizer": len(training["optimizer"])}
    metadata = {"format": FORMAT, "description": json.dumps(description, ensure_ascii=False)}
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        save_file(weights, part, metadata)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def read_checkpoint(path, with_training=False):
    """Return (model name, options, named weights, vocabulary or None) of a file.

    The vocabulary is a pair for a model with two. With ``with_training`` a fifth part follows: what
    a training needs to go on, or None.

    Raises: FileNotFoundError; ValueError if the file is damaged or was written by another program.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"There is no checkpoint {path}. Save one first: save_checkpoint.")
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except SafetensorError as error:
        raise ValueError(
            f"{path} is damaged or no safetensors file ({error}). Save the model again."
        ) from error
    if metadata.get("format") != FORMAT:
        raise ValueError(
            f"{path} is a safetensors file of another program: its format is "
            f"{metadata.get('format')!r} and not {FORMAT!r}."
        )
    description = json.loads(metadata["description"])
    vocabulary = description.get("vocabulary")
    if isinstance(vocabulary, list):
        vocabulary = tuple(Vocabulary.from_dict(one) for one in vocabulary)
    elif vocabulary is not None:
        vocabulary = Vocabulary.from_dict(vocabulary)
    arrays = [weights.pop(name) for name in sorted(weights) if name.startswith(OPTIMIZER)]
    parts = (description["model"], description["options"], weights, vocabulary)
    if not with_training:
        return parts
    training = description.get("training")
    return *parts, training and {**training, "optimizer": arrays}
