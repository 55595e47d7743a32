"""Dropout is still active while the model is measured."""

import functools

import torch
from torch import nn

from course_utils import diagnosis

from . import _pytorch as shared
from . import last_target_dropped, tasks

FRAMEWORK = "PyTorch"
TITLE = "one model and one text, and the validation loss is never twice the same"
PROGRAM = (
    "program(model, inputs [B, T], targets [B, T]) -> loss as a float; model(inputs) -> logits; "
    "the model has dropout and comes from training."
)
MEASURE = "validation loss that is reported (nats per character)"
BETTER = "lower"


def buggy(model, inputs, targets):
    """No gradient is needed; but that is another switch."""
    with torch.no_grad():
        logits = model(inputs)
    return float(nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten()))


def cured(model, inputs, targets):
    """Dropout off, and on again for the training that goes on."""
    model.eval()
    with torch.no_grad():
        logits = model(inputs)
    model.train()
    return float(nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten()))


@functools.cache
def trained():
    """Return a model that was trained with a dropout of 0.5."""
    ids, symbols = tasks.english_characters(200_000)
    model = last_target_dropped.Model(len(symbols), dropout=0.5)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        shared.fit(
            model,
            lambda inputs, targets: nn.functional.cross_entropy(
                model(inputs).flatten(0, 1), targets.flatten()
            ),
            tasks.chunks(ids, 150, 32, 32, seed=0),
        )
    return model


def measured(program):
    """Return the loss that a program reports on new text, dropout drawn from a fixed seed."""
    ids, _ = tasks.english_characters(20_000, "validation")
    ((inputs, targets),) = tasks.chunks(ids, 1, 64, 32, seed=1)
    inputs, targets = torch.as_tensor(inputs), torch.as_tensor(targets).long()
    with torch.random.fork_rng():
        torch.manual_seed(1)
        return [program(trained(), inputs, targets) for _ in range(3)]


def symptom(program):
    """Three evaluations of one model."""
    return {f"validation loss, time {n}": loss for n, loss in enumerate(measured(program), 1)}


def test(program):
    """The same model and text give the same loss."""
    model = last_target_dropped.Model(5, dropout=0.5)
    ids = torch.tensor([[0, 1, 2, 3, 4], [4, 3, 2, 1, 0]])
    with torch.random.fork_rng():
        torch.manual_seed(0)
        found = diagnosis.evaluation_repeats(lambda: program(model, ids[:, :-1], ids[:, 1:]))
    assert found, found


def cost(program):
    """Return the loss that is reported first."""
    return measured(program)[0]
