"""Hold the two sides against each other: copy weights, compare numbers and trainings, find causes.

Loads neither framework: what differs between them is asked of the side that a model comes from.
"""

from dataclasses import dataclass, field

import numpy as np

from course_utils.arrays import copy_weights, largest_difference, to_numpy
from course_utils.data.language_model import StreamBatches
from course_utils.model_checks import check_clip_norm, check_optimizer
from course_utils.parity_causes import Finding, explain, side_of
from course_utils.schedule import learning_rates

__all__ = [
    "Finding",
    "TrainingComparison",
    "compare_training",
    "copy_weights",
    "explain",
    "largest_difference",
    "to_numpy",
]


@dataclass(frozen=True)
class TrainingComparison:
    """Two trainings on equal batches.

    ``losses``: {name: [U]}, the loss of every update, before the update. ``gradients``:
    {step: {weight name: largest difference}}, before clipping; step 0 is the first update.
    ``weights_difference``: the largest difference of any weight after the last update, and
    ``start_difference`` the one before the first; None where a side is a function. ``settings``:
    the settings of the training. ``optimizers``: both optimizers, for ``explain``.
    ``typical_gradient``: the median size of a number in the gradients that were compared.
    """

    losses: dict
    gradients: dict = field(default_factory=dict)
    weights_difference: float | None = None
    start_difference: float | None = None
    settings: dict = field(default_factory=dict)
    optimizers: tuple | None = None
    typical_gradient: float | None = None

    @property
    def differences(self):
        """The absolute difference of the two losses, one number an update: an array [U]."""
        first, second = self.losses.values()
        return np.abs(first - second)

    @property
    def largest_difference(self):
        """The largest of ``differences``."""
        return float(self.differences.max())

    def __repr__(self):
        (one, first), (other, second) = self.losses.items()
        settings = ", ".join(f"{name}={value!r}" for name, value in self.settings.items())
        lines = [
            f"{one} and {other}, {len(first)} updates: {settings or 'two functions'}",
            f"  loss: {first[0]:.4f} -> {first[-1]:.4f} and {second[0]:.4f} -> {second[-1]:.4f}",
            f"  largest difference of the loss: {self.largest_difference:.1e}",
        ]
        for step, gradients in self.gradients.items():
            name, size = max(gradients.items(), key=lambda item: item[1])
            lines.append(f"  largest difference of a gradient at step {step}: {size:.1e} ({name})")
        if self.weights_difference is not None:
            lines.append(f"  largest difference of a weight, end: {self.weights_difference:.1e}")
        return "\n".join(lines)


def compare_training(
    models,
    batches,
    optimizer="sgd",
    learning_rate=2**-4,
    beta_1=0.875,
    beta_2=1 - 2**-10,
    epsilon=1e-30,
    clip_norm=None,
    gradients_at=(0,),
    same_start=True,
):
    """Train two models on equal batches, one update a batch; return a ``TrainingComparison``.

    ``models``: {name: model}, two of them: models of the course, which are trained, so their
    weights change. With ``same_start`` the second is first given the weights of the first.
    Or {name: function}: your own update, which takes a batch and returns the loss before the
    update; then the settings below are yours, too, and nothing but losses is compared.
    ``batches``: a list of ``Batch`` (language model; the state is carried where the text goes on)
    or of ``TranslationBatch``. ``optimizer``: "sgd", "adam" or "muon".
    ``learning_rate``: one number, or one for each update. ``gradients_at``: the steps at which the
    gradients are compared, from 0.

    The default betas are exact in binary: Keras rounds others to float32, also in float64. The
    default epsilon is so small that its place does not matter, which differs: 1e-12 does, where
    gradients are about as small. It is for comparing. In float32 the square of a gradient below
    1e-19 is 0, and both sides then move that weight far: to train, take 1e-12.
    Raises: TypeError, ValueError for models, batches or settings that are not possible;
    FloatingPointError if a loss is no longer finite.
    """
    check_clip_norm(clip_norm)
    check_optimizer(optimizer)
    batches = _check_batches(batches)
    _check_models(models)
    functions = [not hasattr(model, "named_weights") for model in models.values()]
    if any(functions):
        if not all(functions):
            raise TypeError("Give two models of the course or two functions, not one of each.")
        return TrainingComparison(
            {
                name: _finite(name, [float(update(batch)) for batch in batches])
                for name, update in models.items()
            }
        )
    if not all(step in range(len(batches)) for step in gradients_at):
        raise ValueError(
            f"gradients_at={gradients_at!r} is not possible: {len(batches)} batches have the steps "
            f"from 0 to {len(batches) - 1}."
        )
    schedule = "constant" if np.ndim(learning_rate) == 0 else list(learning_rate)
    peak = learning_rate if np.ndim(learning_rate) == 0 else 0.0
    rates = learning_rates(len(batches), peak, schedule)
    settings = dict(optimizer=optimizer, learning_rate=learning_rate)
    first, second = models.values()
    adam = dict(beta_1=beta_1, beta_2=beta_2, epsilon=epsilon)
    settings |= ({} if optimizer == "sgd" else adam) | dict(clip_norm=clip_norm)
    if same_start:
        copy_weights(first, second)
    start = largest_difference(first.named_weights(), second.named_weights())
    runs = [
        _Run(model, batches, rates, gradients_at, dict(adam, clip_norm=clip_norm), optimizer)
        for model in models.values()
    ]
    gradients = [run.gradients for run in runs]
    return TrainingComparison(
        losses={name: _finite(name, run.losses) for name, run in zip(models, runs, strict=True)},
        gradients={
            step: {
                name: largest_difference(gradient, gradients[1][step][name])
                for name, gradient in named.items()
            }
            for step, named in gradients[0].items()
        },
        weights_difference=largest_difference(first.named_weights(), second.named_weights()),
        start_difference=start,
        settings=settings | dict(dtype=first.options["dtype"]),
        # ``explain`` knows the libraries' optimizers, and Muon here is the course's own.
        optimizers=None if optimizer == "muon" else tuple(run.update.optimizer for run in runs),
        typical_gradient=_typical(gradients[0]),
    )


def _typical(gradients):
    """Return the median size of all numbers but 0 in {step: {name: array}}; None without any."""
    arrays = [array.ravel() for named in gradients.values() for array in named.values()]
    sizes = np.abs(np.concatenate(arrays)) if arrays else np.zeros(1)
    return float(np.median(sizes[sizes > 0])) if sizes.any() else None


class _Run:
    """One side's training: ``losses``, ``gradients`` {step: {name: array}} and its ``update``."""

    def __init__(self, model, batches, rates, gradients_at, settings, optimizer):
        side, self.losses, self.gradients = side_of(model), [], {}
        translation = hasattr(batches[0], "source")
        updates = side.translation if translation else side.training
        kind = updates.TranslationUpdate if translation else updates.LanguageModelUpdate
        self.update = kind(model, optimizer=optimizer, **settings)
        state = None
        for step, (batch, rate) in enumerate(zip(batches, rates, strict=True)):
            arguments = (batch,)
            if not translation:
                if state is None or not batch.continues:
                    state = model.zero_state(len(batch.inputs))
                arguments = (batch.inputs, batch.targets, state)
            if step in gradients_at:
                self.gradients[step] = self.update.named_gradients(*arguments)
            loss, _, *rest = self.update(*arguments, float(rate))
            state = rest[0] if rest else None
            self.losses.append(float(loss))


def _check_models(models):
    """Raise an error that says what to do unless these are two things that can be compared."""
    if not isinstance(models, dict) or len(models) != 2:
        raise TypeError(
            "models must be a dictionary of two, for example "
            "{'PyTorch': first_model, 'TensorFlow': second_model}."
        )
    for name, model in models.items():
        if not callable(model):
            raise TypeError(
                f"{name} is a {type(model).__name__}. Give a model of the course, or a function "
                "that takes a batch, makes one update and returns the loss."
            )
        if getattr(model, "options", {}).get("dropout"):
            raise ValueError(
                f"{name} has dropout={model.options['dropout']}. Each framework draws other random "
                "numbers, so no two curves can agree. Build both models with dropout=0.0."
            )


def _check_batches(batches):
    """Return the batches as a list."""
    if isinstance(batches, StreamBatches):
        raise TypeError(
            "StreamBatches has no end. Take as many batches as updates you want: "
            "list(itertools.islice(batches, 200))."
        )
    batches = list(batches)
    if not batches:
        raise ValueError("There are no batches, and each update needs one.")
    return batches


def _finite(name, losses):
    """Return losses as a float64 array. Raises: FloatingPointError unless all are finite."""
    losses = np.array(losses, dtype=np.float64)
    if not np.isfinite(losses).all():
        step = int(np.argmin(np.isfinite(losses)))
        raise FloatingPointError(
            f"The loss of {name} is {losses[step]} at step {step}: the training diverged. Lower "
            "the learning rate or clip the gradients (clip_norm=1.0)."
        )
    return losses
