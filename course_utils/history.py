"""What a training remembers: one number an update, and now and then a measured quality."""

import math
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True)
class Evaluation:
    """The quality at one moment of a training.

    ``update``: updates made so far. ``characters``: training characters read so far; in translation
    the target words, ``<eos>`` counted. ``seconds``: time spent training so far, without the
    evaluations. ``validation_nats``: mean cross-entropy on the validation part, in nats per
    character (in translation, per target word).
    """

    update: int
    characters: int
    seconds: float
    validation_nats: float


@dataclass
class History:
    """The record of one training.

    ``loss``, ``gradient_norm`` (before clipping) and ``learning_rate`` hold one number an update;
    the loss is the mean over the update's batch, in nats per character, before the update.
    ``evaluations`` holds an ``Evaluation`` for each time the validation part was read.
    ``characters_per_update`` is batch size times sequence length, and 0 where updates differ in
    size (translation). ``setup_seconds`` is the time before the first update, in which TensorFlow
    traces its graph; it is not in ``seconds``.
    """

    characters_per_update: int = 0
    setup_seconds: float = 0.0
    loss: list = field(default_factory=list)
    gradient_norm: list = field(default_factory=list)
    learning_rate: list = field(default_factory=list)
    evaluations: list = field(default_factory=list)

    def add_update(self, loss, gradient_norm, learning_rate):
        """Note one update. Raises: FloatingPointError if the loss is not a finite number."""
        if not math.isfinite(loss):
            raise FloatingPointError(
                f"The loss is {loss} at update {len(self.loss) + 1}: the training diverged. Lower "
                "the learning rate or clip the gradients (clip_norm=1.0)."
            )
        self.loss.append(loss)
        self.gradient_norm.append(gradient_norm)
        self.learning_rate.append(learning_rate)

    @property
    def validation_nats(self):
        """The last measured quality, in nats per character."""
        return self.evaluations[-1].validation_nats

    @property
    def seconds(self):
        """Time spent training, in seconds, without the evaluations."""
        return self.evaluations[-1].seconds

    @property
    def characters_per_second(self):
        """Training characters read per second of training time."""
        last = self.evaluations[-1]
        return last.characters / last.seconds if last.seconds > 0 else float("nan")

    def as_dict(self):
        """Return plain lists and numbers, ready for ``json.dump``."""
        return asdict(self)

    @classmethod
    def from_dict(cls, content):
        """Build the history that ``as_dict`` described."""
        evaluations = [Evaluation(**evaluation) for evaluation in content["evaluations"]]
        return cls(**{**content, "evaluations": evaluations})
