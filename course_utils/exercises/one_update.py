"""The check of ``char_generation.update``: a small model is trained with the learner's update.

The framework that the learner's function uses is loaded when the check is called.
"""

import importlib

import numpy as np

from .expectations import array, as_array, expect, number

RATE, V = 0.5, 7


class _Trial:
    """A model, plain gradient descent, and the gradients that the package computes for it."""

    def __init__(self, inputs):
        framework = "in_tensorflow" if inputs == "tensorflow" else "in_pytorch"
        models = importlib.import_module(f"course_utils.{framework}.models")
        training = importlib.import_module(f"course_utils.{framework}.training")
        self.model = models.CharacterModel(V, 4, 6, cell="gru", seed=0)
        self.state = self.model.zero_state(2)
        self.package = training.LanguageModelUpdate(self.model, clip_norm=None, optimizer="sgd")
        if framework == "in_pytorch":
            self.optimizer = importlib.import_module("torch").optim.SGD(self.package.weights, RATE)
        else:
            self.optimizer = importlib.import_module("keras").optimizers.SGD(RATE)

    def run(self, answer, batch, clip_norm):
        """Update once; return (returned, gradients, applied), the last two as one vector each."""
        gradients = self.package.named_gradients(*batch, self.state)
        before = {name: np.array(weight) for name, weight in self.model.named_weights().items()}
        returned = answer(self.model, self.optimizer, *batch, self.state, clip_norm)
        after = self.model.named_weights()
        applied = {name: (before[name] - np.asarray(after[name])) / RATE for name in before}
        return returned, _vector(gradients), _vector(applied)

    def told(self, batch):
        """Return (loss, new state) of a batch, without an update."""
        logits, state = self.model(batch[0], self.state)
        logits = as_array(logits) - as_array(logits).max(axis=-1, keepdims=True)
        surprise = np.log(np.exp(logits).sum(axis=-1))
        surprise -= np.take_along_axis(logits, batch[1][..., None], axis=-1)[..., 0]
        return surprise.mean(), as_array(state)


def _vector(named):
    return np.concatenate([np.asarray(named[name], float).ravel() for name in sorted(named)])


def _close(found, wanted, relative=1e-3):
    return np.linalg.norm(found - wanted) <= relative * np.linalg.norm(wanted) + 1e-6


def check_update(answer):
    """See the goal. Three updates: not clipped, not clipped again, clipped."""
    trial = _Trial(answer.inputs)
    ids = np.random.default_rng(7).integers(0, V, (3, 2, 6))  # [updates, B=2, T+1]
    batches = [(rows[:, :-1], rows[:, 1:]) for rows in ids]

    loss, new_state = trial.told(batches[0])
    returned, gradients, applied = trial.run(answer, batches[0], 100.0)
    expect(
        isinstance(returned, (tuple, list)) and len(returned) == 3,
        "Return three things: the loss, the norm of the gradients and the new state. You returned "
        f"a {type(returned).__name__}.",
    )
    found = number(returned[0], "The loss")
    expect(
        abs(found - loss * batches[0][1].size) > 1e-2,
        f"Your loss of the first update is {found:.3f}: the sum over all places. Take the mean.",
    )
    expect(
        abs(found - loss) < 1e-3,
        f"Your loss of the first update is {found:.3f}. An untrained model of {V} symbols has a "
        "mean loss near ln V. Is it the cross-entropy of the logits, over the last axis?",
    )
    expect(
        np.abs(applied).max() > 0,
        "No weight changed. Did the optimizer take its step, with your gradients?",
    )
    expect(
        not _close(applied, -gradients), "Your weights moved uphill: the loss rises. Check a sign."
    )
    expect(
        np.linalg.norm(applied) < 2 * np.linalg.norm(gradients),
        f"The limit is 100 and the gradient is shorter, so it stays as it is. Yours was "
        f"{np.linalg.norm(applied) / np.linalg.norm(gradients):.1f} times too long. Scale with the "
        "smaller of 1 and limit / norm.",
    )
    expect(
        _close(applied, gradients),
        "The weights did not move along the gradient of the mean loss. The learning rate of the "
        "optimizer stays as it is, and every weight takes part.",
    )
    _check_state(returned[2], new_state, as_array(trial.state))

    trial.state, first = returned[2], gradients
    returned, gradients, applied = trial.run(answer, batches[1], 100.0)
    expect(
        not _close(applied, first + gradients),
        "The second update contains the gradient of the first one again. PyTorch adds new "
        "gradients to old ones: empty them before each update, or use torch.autograd.grad.",
    )
    expect(
        _close(applied, gradients),
        "The first update is right and the second is not. Does it start from the state that it "
        "was given?",
    )

    returned, gradients, applied = trial.run(answer, batches[2], 0.05)
    length, whole = np.linalg.norm(applied), np.linalg.norm(gradients)
    expect(
        abs(length / whole - 1) > 1e-2,
        f"With clip_norm=0.05, the gradient that you applied has the norm {length:.3f}: it was "
        "not clipped.",
    )
    cosine = applied @ gradients / (length * whole)
    expect(
        cosine > 0.9999,
        "Clipping keeps the direction, and yours changed it: the cosine of the angle is "
        f"{cosine:.3f}. All gradients together are one long vector, and one factor scales them.",
    )
    expect(
        abs(length / 0.05 - 1) < 1e-2,
        f"With clip_norm=0.05, the gradient that you applied has the norm {length:.4f}.",
    )
    found = number(returned[1], "The norm")
    expect(
        abs(found / 0.05 - 1) > 1e-2,
        f"The norm that you return is {found:.3f}, that of the clipped gradients. Return the norm "
        "before clipping: it tells how near an explosion is.",
    )
    expect(
        abs(found / whole - 1) < 1e-2,
        f"The norm that you return is {found:.3f}. It is the square root of the sum of all squares "
        "of all gradients.",
    )


def _check_state(state, wanted, old):
    """Expect the state after the batch, without its history."""
    found = array(state, wanted.shape, "The new state")
    expect(
        not np.allclose(found, old),
        "You returned the state that you were given. The next batch starts from the new one.",
    )
    expect(
        np.allclose(found, wanted, atol=1e-4),
        "The state that you returned is not the one after the last symbol of the batch.",
    )
    expect(
        not getattr(state, "requires_grad", False),
        "Your new state still remembers how it was made. So the next update would go back through "
        "this one, and through all before it. Detach it.",
    )
