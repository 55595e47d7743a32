"""Training in TensorFlow: the loss, one update, the loop, evaluation, checkpoints.

Shapes: ``B`` batch, ``T`` time, ``V`` vocabulary.
"""

import time

import keras
import tensorflow as tf
from tqdm.auto import tqdm

from course_utils._quiet import without_startup_noise
from course_utils.checkpoint import read_checkpoint, write_checkpoint
from course_utils.data.language_model import StreamBatches, check_ids, evaluation_windows
from course_utils.history import Evaluation, History
from course_utils.model_checks import (
    OPTIMIZERS,
    PLAIN_OPTIMIZERS,
    check_clip_norm,
    check_optimizer,
    spread_seeds,
    whole_numbers,
)
from course_utils.schedule import learning_rates

from .layers import assign
from .models import CharacterModel
from .muon import _Muon, _OneReplica
from .seq2seq import Seq2Seq

MODELS = {"CharacterModel": CharacterModel, "Seq2Seq": Seq2Seq}
# Updates. XLA compiles for about 2 s, and keeps about 15 MB: so many updates win the time back.
_COMPILED_FROM = 500


class _Adam(_OneReplica, keras.optimizers.Adam):
    pass


class _SGD(_OneReplica, keras.optimizers.SGD):
    pass


def language_model_loss(logits, targets):
    """Return the mean cross-entropy over all B * T places: nats per character, a scalar tensor.

    Shapes: ``logits`` [B, T, V], ``targets`` [B, T] -> [].
    Source: ``tf.nn.sparse_softmax_cross_entropy_with_logits``.
    """
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(targets, logits))


def clip_gradients(gradients, clip_norm):
    """Return (gradients, norm): all gradients scaled by min(1, clip_norm / norm), and their norm.

    ``norm`` is the length of all gradients joined into one vector, before scaling. The direction
    stays the same. With ``clip_norm=None`` nothing is scaled.
    Source: Pascanu et al. 2013, section 3.2.
    """
    norm = tf.linalg.global_norm(gradients)
    if clip_norm is not None:
        gradients, _ = tf.clip_by_global_norm(gradients, clip_norm, use_norm=norm)
    return gradients, norm


def named_gradients(model, gradients):
    """Return gradients as NumPy arrays {name: array} under the names of ``model.named_weights()``.

    ``gradients`` has one tensor for each weight that training may change, in their order. Each
    array has the layout of its weight: matrices [inputs, outputs], gates in the course's order.
    """
    twin = type(model)(**model.options)  # the gradients take the weights' places there
    for weight, gradient in zip(twin.trainable_weights, gradients, strict=True):
        assign(weight, tf.convert_to_tensor(gradient).numpy())
    return twin.named_weights()


class LanguageModelUpdate:
    """One update of a language model: forward, loss, backward, clip, Adam.

    Call it with ``inputs`` and ``targets`` [B, T], the state to start from and a learning rate; it
    returns (loss, gradient norm before clipping, state after the batch). Each call has a
    ``GradientTape`` of its own: the next update uses the state's numbers and sends no gradient back
    into it (truncated backpropagation through time).

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
        self.weights = model.trainable_weights
        self.optimizer = _optimizer(optimizer, model, self.weights, beta_1, beta_2, epsilon)
        self._traced = {}  # one graph for each shape of the inputs
        self._compiled = False  # True: XLA makes machine code for the whole update

    def __call__(self, inputs, targets, state, learning_rate):
        """Change the model's weights once; return (loss, gradient norm, new state)."""
        self.optimizer.learning_rate.assign(learning_rate)
        inputs, targets = tf.cast(inputs, tf.int32), tf.cast(targets, tf.int32)
        return self._graph(inputs, targets, state)(inputs, targets, state)

    def _graph(self, inputs, targets, state):
        """Return the traced update for arguments of these shapes."""
        shape = tuple(inputs.shape)
        if shape not in self._traced:
            compiled = self._compiled or None
            traced = tf.function(self._update, autograph=False, jit_compile=compiled)
            self._traced[shape] = traced.get_concrete_function(inputs, targets, state)
        return self._traced[shape]

    def _prepare(self, batch_size, sequence_length, updates):
        """Trace the update for this shape, and compile it if so many updates make it worthwhile.

        Compiled are GRUs on a CPU: XLA joins the small operations between the matrix products of
        ``fast_gru``. On a GPU there is cuDNN. Where TensorFlow comes without XLA, the graph is only
        traced.
        """
        by_hand = self.model.recurrent._by_hand(mask=None)
        self._compiled = updates >= _COMPILED_FROM and by_hand
        ids = tf.zeros((batch_size, sequence_length), tf.int32)
        state = self.model.zero_state(batch_size)
        update = self._graph(ids, ids, state)
        if not self._compiled:
            return
        variables = [*self.model.variables, *self.optimizer.variables]
        before = [tf.identity(variable) for variable in variables]
        try:  # XLA compiles at the first call. This one must not count.
            with without_startup_noise():
                update(ids, ids, state)
        except tf.errors.UnimplementedError:  # "Could not find compiler for platform Host"
            self._compiled = False
            self._traced.clear()
            self._graph(ids, ids, state)
        finally:
            for variable, value in zip(variables, before, strict=True):
                variable.assign(value)

    def _update(self, inputs, targets, state):
        loss, gradients, new_state = self._gradients(inputs, targets, state)
        gradients, norm = clip_gradients(gradients, self.clip_norm)
        self.optimizer.apply(gradients, self.weights)
        return loss, norm, new_state

    def named_gradients(self, inputs, targets, state):
        """Return {name: array}: the gradients of one batch, not clipped. No weight changes."""
        inputs, targets = tf.cast(inputs, tf.int32), tf.cast(targets, tf.int32)
        return named_gradients(self.model, self._gradients(inputs, targets, state)[1])

    def _gradients(self, inputs, targets, state):
        with tf.GradientTape() as tape:
            logits, new_state = self.model(inputs, state, training=True)
            loss = language_model_loss(logits, targets)
        gradients = tape.gradient(loss, self.weights)
        # The embedding's gradient comes as rows in which a symbol may stand twice. Keras's Adam
        # would square each row before summing them; a dense gradient is summed first.
        return loss, [tf.convert_to_tensor(gradient) for gradient in gradients], new_state


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
    part is not counted as training time. A training of 500 updates or more of a GRU on a CPU is
    compiled with XLA first, where TensorFlow has it; dropout then drops other units.

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

    _seed_dropout(model, seed)
    evaluate(0)
    bar = tqdm(total=updates, desc="TensorFlow", unit="update", disable=not progress)
    with bar:
        start = time.perf_counter()
        # now, so that the clock below sees updates alone
        update._prepare(batch_size, sequence_length, updates)
        history.setup_seconds = time.perf_counter() - start
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
    return history


def evaluate_language_model(model, ids, batch_size=32, sequence_length=256):
    """Return the mean loss on a text, in nats per character; dropout off, state carried.

    Every symbol but the first is predicted once. The text is read as ``batch_size`` streams.
    Raises: TypeError, ValueError for ids that are not possible.
    """
    ids = check_ids(ids, model.options["vocab_size"])
    whole_numbers(batch_size=batch_size, sequence_length=sequence_length)
    read_window = _traced_evaluation(model)
    state, total, count = None, 0.0, 0.0
    for inputs, targets, counts in evaluation_windows(ids, batch_size, sequence_length):
        if state is None:
            state = model.zero_state(len(inputs))
        losses, state = read_window(
            tf.convert_to_tensor(inputs), tf.convert_to_tensor(targets), state
        )
        total += float((losses.numpy().astype("float64") * counts).sum())
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
    return model, vocabulary


def _traced_evaluation(model):
    """Return a traced function (inputs, targets, state) -> (losses [B, T], new state) of a model.

    It is kept with the model: tracing takes about a second, and a training evaluates many times.
    """
    if not hasattr(model, "_traced_evaluation"):

        @tf.function(reduce_retracing=True)
        def read_window(inputs, targets, state):
            logits, new_state = model(inputs, state, training=False)
            return tf.nn.sparse_softmax_cross_entropy_with_logits(targets, logits), new_state

        model._traced_evaluation = read_window
    return model._traced_evaluation


def _optimizer(name, model, weights, beta_1, beta_2, epsilon):
    """Return the optimizer of this name for weights of a model; "muon" is for the course's own."""
    check_optimizer(name, OPTIMIZERS if hasattr(model, "_hidden_matrices") else PLAIN_OPTIMIZERS)
    if name == "muon":
        return _Muon(weights, model._hidden_matrices(), beta_1, beta_2, epsilon)
    if name == "sgd":
        optimizer = _SGD(name=name)
    else:
        optimizer = _Adam(beta_1=beta_1, beta_2=beta_2, epsilon=epsilon, name=name)
    optimizer.build(weights)
    return optimizer


def _seed_dropout(model, seed):
    """Start the random numbers of every Dropout layer of a model anew from a seed."""
    layers = [
        layer
        for layer in model._flatten_layers()
        if isinstance(layer, keras.layers.Dropout) and layer.rate > 0
    ]
    for layer, number in zip(layers, spread_seeds(seed, len(layers)), strict=True):
        layer.seed_generator.state.assign([number, 0])
