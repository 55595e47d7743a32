"""The learning rate is declared, and the optimizer never hears of it."""

import functools

import keras
import numpy as np

from course_utils import diagnosis

from . import _tensorflow as shared
from . import loss_over_pads

FRAMEWORK = "TensorFlow"
TITLE = "changing the learning rate changes nothing"
PROGRAM = "program(learning_rate) -> a Keras optimizer (Adam)."
MEASURE = "loss on new sentences after 60 updates, declared rate 0.02 (nats per word)"
BETTER = "lower"


def buggy(learning_rate):
    """Keras's own rate, 0.001."""
    return keras.optimizers.Adam()


def cured(learning_rate):
    """The declared rate."""
    return keras.optimizers.Adam(learning_rate)


@functools.cache
def trained(program, rate=0.02):
    """Return the loss on new sentences after 60 updates."""
    model = shared.start(shared.SentenceModel(102), np.ones((1, 2), np.int32))
    ids = loss_over_pads.sentences(2000, "train")
    shared.fit(
        model,
        lambda inputs, targets: shared.masked_loss(model(inputs), targets),
        shared.sentence_batches(ids, 60),
        program(rate),
    )
    return shared.nats(model, loss_over_pads.sentences(300, "validation"))


def symptom(program):
    """The loss after equal numbers of updates, for two declared rates."""
    return {f"loss, declared rate {rate}": trained(program, rate) for rate in (0.02, 0.002)}


def test(program):
    """Adam's first step is as long as the rate."""
    weight = keras.Variable([1.0, 2.0, 3.0])
    optimizer = program(0.03)
    before = {"weight": weight.numpy()}
    optimizer.apply([keras.ops.array([0.5, -4.0, 0.1])], [weight])
    found = diagnosis.step_size(before, {"weight": weight.numpy()}, 0.03)
    assert found, found


def cost(program):
    """Return the loss after training with the declared rate 0.02."""
    return trained(program)
