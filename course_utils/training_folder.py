"""A training that can be stopped and goes on where it was; and its log. No framework here."""

import contextlib
import hashlib
import json
from pathlib import Path

from course_utils.checkpoint import read_checkpoint, write_checkpoint
from course_utils.history import History


def fingerprint(pairs, validation_pairs, vocabularies):
    """Return a short text that tells whether a training goes on with the data it began with."""
    content = [[(pair.source, pair.target) for pair in part] for part in (pairs, validation_pairs)]
    content.append([vocabulary.as_dict() for vocabulary in vocabularies])
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


class TrainingFolder:
    """A folder with ``last.safetensors`` and ``best.safetensors`` of one training.

    ``last`` holds all that the training needs to go on: weights, the optimiser's arrays and the
    history. Order, dropout and the words fed are drawn from (seed, update), so the number of the
    update is their whole state. ``best`` is the model with the lowest validation loss. Both are
    models that ``load_checkpoint`` reads. Each file is complete or not there: it is written under
    another name first and then renamed.

    ``settings`` must be the same when a training goes on. Raises: ValueError if they are not.
    """

    def __init__(self, folder, settings, vocabularies):
        self.folder, self.settings, self.vocabularies = Path(folder), settings, vocabularies
        self.last, self.best = self.folder / "last.safetensors", self.folder / "best.safetensors"
        for part in self.folder.glob("*.safetensors.*.part"):
            part.unlink()  # of a training that was killed while it wrote

    def found(self):
        """Return whether the folder holds a training."""
        return self.last.is_file()

    def resume(self, model):
        """Give ``model`` the last weights; return (history, the optimiser's arrays).

        Raises: ValueError if the folder holds another training.
        """
        name, options, weights, _, training = read_checkpoint(self.last, with_training=True)
        if training is None:
            raise ValueError(
                f"{self.last} holds a model and no training. Give an empty folder for a new one."
            )
        own = {**self.settings, "model": type(model).__name__, "options": model.options}
        theirs = {"optimizer": "adam"} | training["settings"]  # older folders: always Adam
        theirs |= {"model": name, "options": options}
        different = sorted(key for key in own | theirs if own.get(key) != theirs.get(key))
        if different:
            raise ValueError(
                f"{self.folder} holds a training with other settings: {', '.join(different)}. Give "
                "the same settings to go on with it, or another folder for a new training."
            )
        history = History.from_dict(training["history"])
        model.load_named_weights(weights)
        return history, training["optimizer"]

    def save(self, model, optimizer_arrays, history):
        """Write ``last``, and ``best`` too if the last evaluation is the best one so far."""
        training = {
            "settings": self.settings,
            "history": history.as_dict(),
            "optimizer": optimizer_arrays,
        }
        name = type(model).__name__
        nats = [evaluation.validation_nats for evaluation in history.evaluations[1:]]
        if nats[-1] < min(nats[:-1], default=float("inf")):
            write_checkpoint(self.best, name, model, self.vocabularies)
        write_checkpoint(self.last, name, model, self.vocabularies, training)


@contextlib.contextmanager
def open_log(log_folder, make_writer):
    """Give ``log(name, value, update)``, which writes for TensorBoard, or nothing without a folder.

    Raises: ImportError if TensorBoard is not installed.
    """
    if log_folder is None:
        yield lambda name, value, update: None
        return
    try:
        write, close = make_writer(str(log_folder))
    except ImportError as error:
        raise ImportError(
            f"log_folder={str(log_folder)!r} needs TensorBoard. Install it: pip install tensorboard"
        ) from error
    try:
        yield write
    finally:
        close()
