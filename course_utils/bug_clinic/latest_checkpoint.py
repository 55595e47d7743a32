"""After the training the latest checkpoint is restored: it is older than the model."""

import functools
import tempfile

import keras
import numpy as np
import tensorflow as tf

from course_utils import diagnosis

from . import _tensorflow as shared
from . import loss_over_pads

FRAMEWORK = "TensorFlow"
TITLE = "the model that you hold is worse than the last loss that was printed"
PROGRAM = (
    "program(epoch, evaluate, model) trains 29 epochs and returns the losses that it printed; "
    "epoch() trains one, evaluate() measures the model."
)
MEASURE = "loss of the model that is held at the end (nats per word)"
BETTER = "lower"
EPOCHS = 29


def buggy(epoch, evaluate, model):
    """A checkpoint every ten epochs; at the end the latest one is restored."""
    losses, checkpoint = [], tf.train.Checkpoint(model=model)
    with tempfile.TemporaryDirectory() as folder:
        manager = tf.train.CheckpointManager(checkpoint, folder, max_to_keep=3)
        for number in range(EPOCHS):
            epoch()
            losses.append(evaluate())
            if number % 10 == 0:
                manager.save()
        checkpoint.restore(manager.latest_checkpoint).expect_partial()
    return losses


def cured(epoch, evaluate, model):
    """The model is as it was when it was measured last."""
    losses, checkpoint = [], tf.train.Checkpoint(model=model)
    with tempfile.TemporaryDirectory() as folder:
        manager = tf.train.CheckpointManager(checkpoint, folder, max_to_keep=3)
        for number in range(EPOCHS):
            epoch()
            losses.append(evaluate())
            if number % 10 == 0 or number == EPOCHS - 1:
                manager.save()
        checkpoint.restore(manager.latest_checkpoint).expect_partial()
    return losses


@functools.cache
def trained(program):
    """Return (printed losses, loss of the model that is held) of a small training."""
    model = shared.start(shared.SentenceModel(102), np.ones((1, 2), np.int32))
    ids = loss_over_pads.sentences(64, "train")
    inputs, targets = tf.constant(ids[:, :-1]), tf.constant(ids[:, 1:])
    optimizer = keras.optimizers.Adam(0.01)
    optimizer.build(model.trainable_weights)

    @tf.function(autograph=False)
    def epoch():
        with tf.GradientTape() as tape:
            loss = shared.masked_loss(model(inputs), targets)
        gradients = tape.gradient(loss, model.trainable_weights)
        optimizer.apply(gradients, model.trainable_weights)

    @tf.function(autograph=False)
    def measure():
        return shared.masked_loss(model(inputs), targets)

    losses = program(epoch, lambda: float(measure()), model)
    return losses, float(measure())


def symptom(program):
    """The last printed loss, and the loss of what is held."""
    losses, held = trained(program)
    return {
        "printed after epoch 28": losses[-1],
        "measured afterwards": held,
        "epochs lost": next(
            back for back, loss in enumerate(reversed(losses)) if abs(loss - held) < 1e-5
        ),
    }


def test(program):
    """What is held is what was measured last."""
    model = keras.layers.Dense(1)
    model.build((None, 1))

    def epoch():
        model.kernel.assign_add([[1.0]])

    def evaluate():
        return float(model.kernel.numpy()[0, 0])

    losses = program(epoch, evaluate, model)
    found = diagnosis.evaluation_repeats(evaluate, recorded=losses[-1])
    assert found, found


def cost(program):
    """Return the loss of the model that is held."""
    return trained(program)[1]
