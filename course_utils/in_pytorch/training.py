"""Training in PyTorch: the loss, one update, the loop, evaluation, checkpoints.

Shapes: ``B`` batch, ``T`` time, ``V`` vocabulary.
"""

import copy
import time

import torch
from tqdm.auto import tqdm

from course_utils.checkpoint import read_checkpoint, write_checkpoint
from course_utils.data.language_model import StreamBatches, check_ids, evaluation_windows
from course_utils.history import Evaluation, History
from course_utils.model_checks import (
    OPTIMIZERS,
    PLAIN_OPTIMIZERS,
    check_clip_norm,
    check_optimizer,
    whole_numbers,
)
from course_utils.schedule import learning_rates

from .layers import _evaluation_mode
from .models import CharacterModel
from .muon import _Muon
from .seq2seq import Seq2Seq

MODELS = {"CharacterModel": CharacterModel, "Seq2Seq": Seq2Seq}


def language_model_loss(logits, targets):
    """Return the mean cross-entropy over all B * T places: nats per character, a scalar tensor.

    Shapes: ``logits`` [B, T, V], ``targets`` [B, T] -> [].
    Source: ``torch.nn.functional.cross_entropy``.
    """
    return torch.nn.functional.cross_entropy(logits.flatten(0, -2), targets.flatten().long())


def clip_gradients(gradients, clip_norm):
    """Return (gradients, norm): all gradients scaled by min(1, clip_norm / norm), and their norm.

    ``norm`` is the length of all gradients joined into one vector, before scaling. The direction
    stays the same. With ``clip_norm=None`` nothing is scaled.
    Source: Pascanu et al. 2013, section 3.2.
    """
    norm = torch.nn.utils.get_total_norm(gradients)
    if clip_norm is not None:
        # clip_grad_norm_ divides by norm + 1e-6; TensorFlow does not, and neither do we.
        scale = torch.clamp(clip_norm / norm, max=1.0)
        gradients = [gradient * scale for gradient in gradients]
    return gradients, norm


def named_gradients(model, gradients):
    """Return gradients as NumPy arrays {name: array} under the names of ``model.named_weights()``.

    ``gradients`` has one tensor for each weight that training may change, in their order. Each
    array has the layout of its weight: matrices [inputs, outputs], gates in the course's order.
    """
    twin = copy.deepcopy(model)  # the gradients take the weights' places there
    weights = [weight for weight in twin.parameters() if weight.requires_grad]
    with torch.no_grad():
        for weight, gradient in zip(weights, gradients, strict=True):
            weight.copy_(gradient)
    return twin.named_weights()


class LanguageModelUpdate:
    """One update of a language model: forward, loss, backward, clip, Adam.

    Call it with ``inputs`` and ``targets`` [B, T], the state to start from and a learning rate; it
    returns (loss, gradient norm before clipping, state after the batch). The returned state is
    detached: the next update uses its numbers and sends no gradient back into it (truncated
    backpropagation through time).

    ``optimizer`` is "adam"; "muon": Adam with another step for the hidden matrices (see
    module ``muon``); or "sgd": plain gradient descent, which uses neither betas nor epsilon.
    ``epsilon`` is so small that it does not matter that PyTorch adds it after Adam's bias
    correction and Keras before.
    Source: Kingma & Ba 2015, algorithm 1 (Adam); Mikolov et al. 2010, section 2 (truncation).
    """

    def __init__(
        self, model, beta_1=0.9, beta_2=0.99, epsilon=1e-12, clip_norm=1.0, optimizer="adam"
    ):
        check_clip_norm(clip_norm)
        self.model, self.clip_norm = model, clip_norm
        self.weights = [weight for weight in model.parameters() if weight.requires_grad]
        self.optimizer = _optimizer(optimizer, model, self.weights, beta_1, beta_2, epsilon)

    def __call__(self, inputs, targets, state, learning_rate):
        """Change the model's weights once; return (loss, gradient norm, new state)."""
        loss, gradients, new_state = self._gradients(inputs, targets, state)
        gradients, norm = clip_gradients(gradients, self.clip_norm)
        for weight, gradient in zip(self.weights, gradients, strict=True):
            weight.grad = gradient
        self.optimizer.param_groups[0]["lr"] = learning_rate
        self.optimizer.step()
        return loss.detach(), norm, _detach(new_state)

    def named_gradients(self, inputs, targets, state):
        """Return {name: array}: the gradients of one batch, not clipped. No weight changes."""
        return named_gradients(self.model, self._gradients(inputs, targets, state)[1])

    def _gradients(self, inputs, targets, state):
        self.model.train()  # dropout on
        targets = torch.as_tensor(targets, device=self.weights[0].device)
        logits, new_state = self.model(inputs, state)
        loss = language_model_loss(logits, targets)
        return loss, torch.autograd.grad(loss, self.weights), new_state


def train_language_model(
    model,
    train_ids,
    validation_ids,
    updates=1000,
    batch_size=64,
    sequence_length=32,
    learning_rate=0.007,
    schedule="warmup_cosine",
    beta_1=0.9,
    beta_2=0.99,
    epsilon=1e-12,
    clip_norm=1.0,
    optimizer="adam",
    stateful=True,
    evaluate_every=None,
    on_evaluation=None,
    seed=0,
    progress=True,
):
    """Train a language model for a fixed number of updates and return its ``History``.

    ``train_ids`` and ``validation_ids`` are rows of ids. With ``stateful`` the state is carried
    from batch to batch as long as the text goes on; without, each window starts from zeros. The
    validation part is read before the first update, every ``evaluate_every`` updates (by default
    at the end only) and after the last; each time ``on_evaluation(update, model)`` is called, if
    given. ``schedule`` is a name, a function or a list (see ``course_utils.schedule``).
    ``optimizer`` is that of ``LanguageModelUpdate``: "adam", "muon" or "sgd". ``seed`` chooses the
    dropout, and where the text is cut into windows from the second epoch on. Reading the validation
    part is not counted as training time.

    Raises: TypeError, ValueError for texts, sizes or rates that are not possible;
    FloatingPointError if the loss is no longer finite.
    """
    rates = learning_rates(updates, learning_rate, schedule)
    if evaluate_every is not None:
        whole_numbers(evaluate_every=evaluate_every)
    train_ids = check_ids(train_ids, model.options["vocab_size"])
    batches = iter(StreamBatches(train_ids, batch_size, sequence_length, seed))
    update = LanguageModelUpdate(model, beta_1, beta_2, epsilon, clip_norm, optimizer)
    history = History(characters_per_update=batch_size * sequence_length)
    seconds, state = 0.0, model.zero_state(batch_size)

    def evaluate(done):
        nats = evaluate_language_model(model, validation_ids)
        characters = done * history.characters_per_update
        history.evaluations.append(Evaluation(done, characters, seconds, nats))
        if on_evaluation is not None:
            on_evaluation(done, model)

    evaluate(0)
    bar = tqdm(total=updates, desc="PyTorch", unit="update", disable=not progress)
    with bar, torch.random.fork_rng():  # the seed below does not reach outside
        torch.manual_seed(seed)  # dropout
        for done, rate in enumerate(rates, start=1):
            start = time.perf_counter()
            batch = next(batches)
            if not (stateful and batch.continues):
                state = model.zero_state(batch_size)
            loss, norm, state = update(batch.inputs, batch.targets, state, float(rate))
            history.add_update(float(loss), float(norm), float(rate))
            seconds += time.perf_counter() - start
            bar.update()
            if done == updates or (evaluate_every and done % evaluate_every == 0):
                evaluate(done)
                bar.set_postfix(validation=f"{history.validation_nats:.3f} nats")
    model.eval()  # dropout off, as in a Keras model that is called
    return history


def evaluate_language_model(model, ids, batch_size=32, sequence_length=256):
    """Return the mean loss on a text, in nats per character; dropout off, state carried.

    Every symbol but the first is predicted once. The text is read as ``batch_size`` streams.
    Raises: TypeError, ValueError for ids that are not possible.
    """
    ids = check_ids(ids, model.options["vocab_size"])
    whole_numbers(batch_size=batch_size, sequence_length=sequence_length)
    state, total, count = None, 0.0, 0.0
    with _evaluation_mode(model):
        for inputs, targets, counts in evaluation_windows(ids, batch_size, sequence_length):
            if state is None:
                state = model.zero_state(len(inputs))
            logits, state = model(inputs, state)
            targets = torch.as_tensor(targets, device=logits.device).long()
            losses = torch.nn.functional.cross_entropy(
                logits.flatten(0, -2), targets.flatten(), reduction="none"
            )
            total += float(losses.cpu().double() @ torch.as_tensor(counts).flatten())
            count += counts.sum()
    return float(total / count)


def save_checkpoint(path, model, vocabulary=None):
    """Write a model of the course, and its vocabulary if given, to one safetensors file.

    The vocabulary of a ``Seq2Seq`` is a pair: (source, target). The other framework can load it.
    The file is complete or not there.
    """
    write_checkpoint(path, type(model).__name__, model, vocabulary)


def load_checkpoint(path):
    """Return (model, vocabulary or None) from a file that either framework saved.

    The vocabulary of a ``Seq2Seq`` is a pair: (source, target).

    Raises: FileNotFoundError; ValueError if the file is damaged or holds another kind of model.
    """
    name, options, weights, vocabulary = read_checkpoint(path)
    if name not in MODELS:
        raise ValueError(f"{path} holds a {name!r}, which this version of the course cannot build.")
    model = MODELS[name](**options)
    model.load_named_weights(weights)
    model.eval()  # dropout off, as in a Keras model that is called; an update switches it on
    return model, vocabulary


def _optimizer(name, model, weights, beta_1, beta_2, epsilon):
    """Return the optimizer of this name for weights of a model; "muon" is for the course's own."""
    check_optimizer(name, OPTIMIZERS if hasattr(model, "_hidden_matrices") else PLAIN_OPTIMIZERS)
    if name == "muon":
        return _Muon(weights, model._hidden_matrices(), beta_1, beta_2, epsilon)
    if name == "sgd":
        return torch.optim.SGD(weights)
    return torch.optim.Adam(weights, betas=(beta_1, beta_2), eps=epsilon, fused=True)


def _remembered(optimizer, weights):
    """Return the names of what an optimizer remembers of each weight: one tuple a weight."""
    if isinstance(optimizer, torch.optim.SGD):
        return [()] * len(weights)
    names = [("step", "exp_avg", "exp_avg_sq")] * len(weights)
    for number in getattr(optimizer, "momenta", ()):
        names[number] = ("momentum",)
    return names


def _detach(state):
    return tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()
