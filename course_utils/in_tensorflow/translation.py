"""Training a translation model in TensorFlow: the loss, one update, the loop, evaluation.

Shapes: ``B`` batch, ``S`` source time, ``T`` target time, ``V`` target vocabulary.
"""

import time

import numpy as np
import tensorflow as tf
from tqdm.auto import tqdm

from course_utils.data.translation import BOS, PairBatches, check_pairs, evaluation_batches
from course_utils.history import Evaluation, History
from course_utils.model_checks import check_clip_norm, check_vocabularies, whole_numbers
from course_utils.schedule import learning_rates, teacher_forcing_shares
from course_utils.search import NEVER
from course_utils.training_folder import TrainingFolder, fingerprint, open_log

from .generation import _ids_of, _traced_forced_reading, _traced_translation
from .training import _optimizer, _seed_dropout, clip_gradients, named_gradients


def translation_loss(logits, targets):
    """Return the mean cross-entropy over the real words, in nats per word: a scalar tensor.

    Shapes: ``logits`` [B, T, V], ``targets`` [B, T] -> []. Pads (id 0) count neither in the sum nor
    in the number it is divided by. Source: ``tf.nn.sparse_softmax_cross_entropy_with_logits``.
    """
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(targets, logits)  # [B, T]
    real = tf.cast(targets != 0, losses.dtype)
    return tf.reduce_sum(losses * real) / tf.reduce_sum(real)


class TranslationUpdate:
    """One update of a translation model: forward, masked loss, backward, clip, Adam.

    Call it with a ``TranslationBatch`` and a learning rate; it returns (loss, gradient norm before
    clipping). ``target_inputs`` [B, T] replaces the batch's own, for training that feeds some words
    of the model's. See ``LanguageModelUpdate`` for the settings.
    """

    def __init__(
        self, model, beta_1=0.9, beta_2=0.99, epsilon=1e-12, clip_norm=1.0, optimizer="adam"
    ):
        check_clip_norm(clip_norm)
        self.model, self.clip_norm = model, clip_norm
        self.weights = model.trainable_weights
        self.optimizer = _optimizer(optimizer, model, self.weights, beta_1, beta_2, epsilon)
        self._traced = {}  # one graph with pads in the source, one without

    def __call__(self, batch, learning_rate, target_inputs=None):
        """Change the model's weights once; return (loss, gradient norm)."""
        self.optimizer.learning_rate.assign(learning_rate)
        tensors = _tensors_of(batch, target_inputs)
        return self._graph(len(tensors) == 4)(*tensors)

    def named_gradients(self, batch, target_inputs=None):
        """Return {name: array}: the gradients of one batch, not clipped. No weight changes."""
        gradients = self._gradients(*_tensors_of(batch, target_inputs))[1]
        return named_gradients(self.model, gradients)

    def _graph(self, pads):
        """Return the traced update, for sources with or without pads; of any batch shape."""
        if pads not in self._traced:
            ids, lengths = tf.TensorSpec((None, None), tf.int32), tf.TensorSpec((None,), tf.int32)
            traced = tf.function(self._update, autograph=False)
            self._traced[pads] = traced.get_concrete_function(ids, ids, ids, *[lengths] * pads)
        return self._traced[pads]

    def _update(self, source, target_inputs, targets, lengths=None):
        loss, gradients = self._gradients(source, target_inputs, targets, lengths)
        gradients, norm = clip_gradients(gradients, self.clip_norm)
        self.optimizer.apply(gradients, self.weights)
        return loss, norm

    def _gradients(self, source, target_inputs, targets, lengths=None):
        with tf.GradientTape() as tape:
            logits, _ = self.model(source, lengths, target_inputs, training=True)
            loss = translation_loss(logits, targets)
        gradients = tape.gradient(loss, self.weights)
        # Embedding gradients come as rows in which a word may stand twice. Keras's Adam would
        # square each row before summing them; a dense gradient is summed first.
        return loss, [tf.convert_to_tensor(gradient) for gradient in gradients]

    def optimizer_arrays(self):
        """Return what the optimizer remembers, as a list of NumPy arrays."""
        return [variable.numpy() for variable in self.optimizer.variables]

    def load_optimizer_arrays(self, arrays):
        """Give the optimizer back what ``optimizer_arrays`` returned."""
        for variable, array in zip(self.optimizer.variables, arrays, strict=True):
            variable.assign(array)


def train_translation(
    model,
    pairs,
    validation_pairs,
    vocabularies,
    updates=1000,
    batch_size=64,
    learning_rate=0.008,
    schedule="warmup_cosine",
    teacher_forcing=1.0,
    beta_1=0.9,
    beta_2=0.99,
    epsilon=1e-12,
    clip_norm=1.0,
    optimizer="adam",
    evaluate_every=None,
    on_evaluation=None,
    folder=None,
    log_folder=None,
    seed=0,
    progress=True,
):
    """Train a ``Seq2Seq`` for a fixed number of updates and return its ``History``.

    ``pairs`` and ``validation_pairs`` are lists of SentencePair, ``vocabularies`` is (source,
    target). The validation pairs are read before the first update, every ``evaluate_every`` updates
    (by default at the end only) and after the last; each time ``on_evaluation(update, model)`` is
    called, if given. ``teacher_forcing`` is the probability of feeding the true word rather than
    the model's own choice: one number, or one for each update (``schedule.linear``).
    ``optimizer`` is "adam", "muon" or "sgd" (see ``LanguageModelUpdate``).

    ``folder``: at each evaluation after the first the model is saved there as ``last.safetensors``,
    and as ``best.safetensors`` if no evaluation before was better; so give ``evaluate_every``, too.
    If the folder holds a training with the same settings and data, that one goes on, and on a CPU
    it gives the same numbers as if it had never stopped; a finished one returns its history.
    ``log_folder``: loss, gradient norm, learning rate and validation loss are written
    there for TensorBoard.

    ``seed`` chooses order, dropout and the words that are fed. Reading the validation pairs is not
    counted as training time.

    Raises: TypeError, ValueError for pairs, sizes or rates that are not possible, or a folder that
    holds another training; FloatingPointError if the loss is no longer finite.
    """
    updates, batch_size = whole_numbers(updates=updates, batch_size=batch_size)
    (seed,) = whole_numbers(minimum=0, seed=seed)
    if evaluate_every is not None:
        (evaluate_every,) = whole_numbers(evaluate_every=evaluate_every)
    settings = dict(
        framework="TensorFlow",
        updates=updates,
        batch_size=batch_size,
        learning_rates=learning_rates(updates, learning_rate, schedule).tolist(),
        teacher_forcing=teacher_forcing_shares(updates, teacher_forcing).tolist(),
        optimizer=optimizer,
        adam=[float(beta_1), float(beta_2), float(epsilon)],
        clip_norm=None if clip_norm is None else float(clip_norm),
        evaluate_every=evaluate_every,
        seed=seed,
    )
    rates, shares = settings["learning_rates"], settings["teacher_forcing"]
    check_vocabularies(vocabularies, model.options)
    batches = PairBatches(pairs, *vocabularies, batch_size, seed)
    settings["data"] = fingerprint(pairs, check_pairs(validation_pairs), vocabularies)
    update = TranslationUpdate(model, beta_1, beta_2, epsilon, clip_norm, optimizer)
    history, first = History(), 0
    keeper = None if folder is None else TrainingFolder(folder, settings, vocabularies)
    if keeper is not None and keeper.found():
        history, arrays = keeper.resume(model)
        update.load_optimizer_arrays(arrays)
        first = len(history.loss)
    seconds = history.evaluations[-1].seconds if first else 0.0
    words = history.evaluations[-1].characters if first else 0

    def evaluate(done):
        nats = evaluate_translation(model, validation_pairs, vocabularies)
        history.evaluations.append(Evaluation(done, words, seconds, nats))
        log("loss/validation", nats, done)
        if keeper is not None and done:
            keeper.save(model, update.optimizer_arrays(), history)
        if on_evaluation is not None:
            on_evaluation(done, model)

    bar = tqdm(total=updates, initial=first, desc="TensorFlow", unit="update", disable=not progress)
    with bar, open_log(log_folder, _scalar_writer) as log:
        if not first:
            evaluate(0)
        start = time.perf_counter()
        for pads in (False, True):
            update._graph(pads)  # traced now, so that the clock below sees updates alone
        history.setup_seconds += time.perf_counter() - start
        for done in range(first + 1, updates + 1):
            start = time.perf_counter()
            batch, rate, fed = batches.batch(done - 1), rates[done - 1], None
            if shares[done - 1] < 1.0:
                fed = mixed_inputs(model, batch, shares[done - 1], (seed, 1, done))
            _seed_dropout(model, _dropout_seed(seed, done))
            loss, norm = update(batch, rate, fed)
            history.add_update(float(loss), float(norm), rate)
            seconds += time.perf_counter() - start
            words += batch.target_tokens
            log("loss/training", history.loss[-1], done)
            log("gradient_norm", history.gradient_norm[-1], done)
            log("learning_rate", rate, done)
            bar.update()
            if done == updates or (evaluate_every and done % evaluate_every == 0):
                evaluate(done)
                bar.set_postfix(validation=f"{history.validation_nats:.3f} nats")
    return history


def mixed_inputs(model, batch, share, seed):
    """Return target inputs [B, T] in which each true word is kept with the probability ``share``.

    The others are what the model itself finds likeliest at that place, given the inputs before it;
    ``<bos>`` stays. The choice takes a loop over target places, without gradients: none flows
    through a choice of words. Dropout is off meanwhile.
    Source: Bengio et al. 2015, section 2.4 (scheduled sampling, with the likeliest word).
    """
    kept = np.random.default_rng(seed).random(batch.target_inputs.shape) < share
    inputs = batch.target_inputs.copy()
    encode, step = _traced_translation(model)
    memory, mask, state = encode(tf.constant(batch.source), tf.constant(batch.source_lengths))
    for place in range(1, inputs.shape[1]):
        logits, state, _ = step(tf.constant(inputs[:, place - 1]), state, memory, mask)
        logits = logits.numpy()
        logits[:, NEVER] = -np.inf
        likeliest = logits.argmax(-1)
        real = batch.target_inputs[:, place] > BOS
        own = real & ~kept[:, place]
        inputs[own, place] = likeliest[own]
    return inputs


def evaluate_translation(model, pairs, vocabularies, batch_size=128):
    """Return the mean loss on sentence pairs, in nats per target word; ``<eos>`` counted.

    The true words are fed, dropout is off. Raises: TypeError, ValueError for impossible pairs.
    """
    check_vocabularies(vocabularies, model.options)
    total, count = 0.0, 0
    read = _traced_forced_reading(model)
    for batch in evaluation_batches(pairs, *vocabularies, batch_size):
        _, nats, _ = read(*(tf.constant(ids) for ids in _ids_of(batch)))
        total += float(nats.numpy().astype("float64")[batch.targets != 0].sum())
        count += batch.target_tokens
    return total / count


def _dropout_seed(seed, update):
    """Return the number from which the dropout of one update is drawn."""
    return int(np.random.SeedSequence((seed, update)).generate_state(1)[0])


def _tensors_of(batch, target_inputs):
    """Return (source, target inputs, targets), and the lengths too where the source has pads."""
    target_inputs = batch.target_inputs if target_inputs is None else target_inputs
    lengths = [batch.source_lengths] if _has_pads(batch) else []
    return [tf.constant(ids) for ids in (batch.source, target_inputs, batch.targets, *lengths)]


def _has_pads(batch):
    """Return whether any source of a batch is shorter than the longest."""
    return bool(batch.source_lengths.min() < batch.source.shape[1])


def _scalar_writer(log_folder):
    """Return (write, close) for TensorBoard's files: ``write(name, value, update)``."""
    writer = tf.summary.create_file_writer(log_folder)
    # tf.summary.scalar would do; it asks TensorBoard for TensorFlow, which our PyTorch side denies.
    metadata = tf.compat.v1.SummaryMetadata()
    metadata.plugin_data.plugin_name = "scalars"

    def write(name, value, update):
        with writer.as_default():
            tf.summary.write(name, tf.constant(value, tf.float32), update, metadata)

    return write, writer.close
