"""Writing with a trained model in TensorFlow: logits -> symbol -> next logits; and translating.

Shapes: ``B`` batch, ``K`` beam size, ``S`` source time, ``V`` vocabulary.
"""

import numpy as np
import tensorflow as tf

from course_utils.data.translation import evaluation_batches
from course_utils.model_checks import check_vocabularies
from course_utils.search import BeamSearch, ForcedReading, in_order, longest_lengths, source_pairs
from course_utils.writing import Writing, encode_texts, equal_lengths, reading_windows


def generate(
    model,
    vocabulary,
    prompt,
    length,
    temperature=1.0,
    seed=0,
    top_k=None,
    top_p=None,
    typical_p=None,
    repetition_penalty=1.0,
    penalty_window=None,
    uniforms=None,
):
    """Return ``prompt`` and ``length`` more symbols, as one text; or a list of such texts.

    A list or tuple of prompts is written on as one batch; they may differ in length. The model
    reads each prompt once; then each drawn symbol is its next input, and the state is carried
    along. ``temperature`` below 1 prefers likely symbols, 0 takes the likeliest. For the other
    settings, and their order, see ``sampling.Sampler``; the penalty sees the prompt, too.

    Drawing is done in NumPy: models with equal weights write equal text in both frameworks. Symbol
    t of prompt b is drawn with the number ``uniforms[b, t]`` in [0, 1); for one prompt
    ``uniforms[t]``. If None, they are ``numpy.random.default_rng(seed).random((B, length))``. So
    each row has its own numbers, and row 0 writes what its prompt alone would write.

    Raises: TypeError, ValueError for an empty prompt, a length that is no whole number of at least
    0, a vocabulary of another size than the model's, uniforms of another shape, or what
    ``vocabulary.encode`` and ``sampling.Sampler`` refuse.
    Source: Graves 2013, section 2 (prediction network as a generator).
    """
    settings = dict(
        temperature=temperature,
        top_k=top_k,
        top_p=top_p,
        typical_p=typical_p,
        repetition_penalty=repetition_penalty,
        penalty_window=penalty_window,
    )
    vocab_size = model.options["vocab_size"]
    writing = Writing(vocabulary, prompt, length, vocab_size, uniforms, seed, settings)
    if writing.done:
        return writing.result()
    logits, state = _read(model, writing.prompts)
    ids, states = writing.advance(logits.numpy()), model.recurrent.split_state(state)
    if not hasattr(model, "_writing_loop"):
        model._writing_loop = _WritingLoop(model)
    model._writing_loop.run(writing, ids, states)
    return writing.result()


def next_logits(model, vocabulary, prompts):
    """Return what the model says of the symbol after each prompt: logits [B, V], a NumPy array.

    ``prompts`` is a list or tuple of texts, which may differ in length; or one text, and B is 1.
    Raises: TypeError, ValueError for prompts or a vocabulary that are not possible.
    """
    prompts = encode_texts(vocabulary, prompts, model.options["vocab_size"])
    return _read(model, prompts)[0].numpy()


def text_nats(model, vocabulary, text):
    """Return -ln p of each symbol of a text but the first, given all before it: [N - 1], float64.

    For a list or tuple of texts a list of such arrays. The model is taken as it is, at temperature
    1 and with nothing cut. The mean is the loss in nats per symbol.
    Raises: TypeError, ValueError for a text of fewer than 2 symbols, or a vocabulary that is not
    possible.
    """
    texts = encode_texts(vocabulary, text, model.options["vocab_size"], minimum=2)
    nats = [None] * len(texts)
    read = _traced_text(model)
    for places, ids in equal_lengths(texts):
        state, parts = model.zero_state(len(ids)), []
        for inputs, targets in reading_windows(ids):
            part, state = read(tf.constant(inputs), tf.constant(targets), state)
            parts.append(part.numpy().astype(np.float64))
        for place, row in zip(places, np.concatenate(parts, axis=1), strict=True):
            nats[place] = row
    return nats[0] if isinstance(text, str) else nats


def _read(model, prompts):
    """Read arrays of ids [T]; return the logits after each [B, V], and the state of all.

    Each length that occurs is read on its own; then the rows are put in order again.
    """
    read, places, logits, states = _traced_reading(model), [], [], []
    for own_places, ids in equal_lengths(prompts):
        own_logits, state = read(tf.constant(ids), model.zero_state(len(ids)))
        places += own_places
        logits.append(own_logits)
        states.append(state)
    order = np.argsort(places)
    if model.options["cell"] == "lstm":
        state = tuple(tf.concat(parts, axis=1) for parts in zip(*states, strict=True))
    else:
        state = tf.concat(states, axis=1)
    return tf.gather(tf.concat(logits, axis=0), order), _choose(state, order)


def _state_spec(model):
    """Return the signature of a state of any batch size: [L, None, H], a pair for "lstm"."""
    shape = (model.options["num_layers"], None, model.options["hidden_size"])
    spec = tf.TensorSpec(shape, model.options["dtype"])
    return (spec, spec) if model.options["cell"] == "lstm" else spec


def _traced_reading(model):
    """Return a traced function (ids [B, T], state) -> (last logits [B, V], new state) of a model.

    It is kept with the model, and traced once for all sizes.
    """
    if not hasattr(model, "_traced_reading"):

        def read(ids, state):
            logits, new_state = model(ids, state, training=False)
            return logits[:, -1], new_state

        signature = (tf.TensorSpec((None, None), tf.int32), _state_spec(model))
        model._traced_reading = tf.function(read, signature, autograph=False)
    return model._traced_reading.get_concrete_function()


class _WritingLoop:
    """The loop of ``generate`` as a traced graph: step, draw in NumPy, step, draw in NumPy.

    A call of a traced function costs some tenths of a millisecond, more than the step of a small
    model. So the loop is in the graph, and the graph calls NumPy. It is kept with the model.
    """

    def __init__(self, model):
        self.running, self.failures = {}, {}  # key: a writing; what stopped it
        part = tf.TensorSpec((None, model.options["hidden_size"]), model.options["dtype"])
        of_a_layer = (part, part) if model.options["cell"] == "lstm" else (part,)
        states = [of_a_layer] * model.options["num_layers"]
        whole = tf.TensorSpec((), tf.int64)

        def write(key, count, ids, states):
            def step(left, ids, states):
                logits, states = model.step(ids, states)
                ids = tf.numpy_function(self._draw, [key, logits], tf.int32)
                return left - 1, tf.ensure_shape(ids, [None]), states

            start = (count, ids, states)
            return tf.while_loop(lambda left, *_: left > 0, step, start, parallel_iterations=1)

        signature = (whole, whole, tf.TensorSpec((None,), tf.int32), states)
        self.traced = tf.function(write, signature, autograph=False)
        self.write = self.traced.get_concrete_function()

    def run(self, writing, ids, states, part=200):
        """Write to the end; the last ``ids`` [B] drawn are read first.

        A part at a time: while a graph runs, Python cannot be interrupted.
        """
        key = id(writing)
        self.running[key] = writing
        try:
            while writing.left:
                count = min(part, writing.left)
                _, ids, states = self.write(key, count, tf.constant(ids), states)
        except tf.errors.OpError:
            if key in self.failures:  # raised in ``_draw``; TensorFlow has wrapped it
                raise self.failures[key] from None
            raise
        finally:
            del self.running[key]
            self.failures.pop(key, None)

    def _draw(self, key, logits):
        try:
            return self.running[int(key)].advance(logits)
        except Exception as error:
            self.failures[int(key)] = error
            raise


def _traced_text(model):
    """Return a traced function (inputs [B, T], targets [B, T], state) -> (nats [B, T], new state).

    It is kept with the model, and traced once for all sizes.
    """
    if not hasattr(model, "_traced_text"):

        def read(inputs, targets, state):
            logits, new_state = model(inputs, state, training=False)
            return tf.nn.sparse_softmax_cross_entropy_with_logits(targets, logits), new_state

        ids = tf.TensorSpec((None, None), tf.int32)
        model._traced_text = tf.function(read, (ids, ids, _state_spec(model)), autograph=False)
    return model._traced_text.get_concrete_function()


def translate(
    model,
    sentences,
    vocabularies,
    beam_size=1,
    length_power=1.0,
    longest=None,
    batch_size=64,
):
    """Return the ``Translation`` of each sentence, as a list in the same order.

    ``sentences`` are tuples or lists of words; ``vocabularies`` is (source, target). With
    ``beam_size=1`` the likeliest word is taken at every place, else a beam is searched (see
    ``BeamSearch``, also for ``length_power``). A translation stops at ``<eos>``, or at ``longest``
    words; without that number at 2 * (source words) + 10.

    Raises: TypeError, ValueError for sentences, sizes or vocabularies that are not possible.
    """
    check_vocabularies(vocabularies, model.options)
    pairs, places, translations = source_pairs(sentences), [], []
    encode, step = _traced_translation(model)
    for batch in evaluation_batches(pairs, *vocabularies, batch_size):
        limits = longest_lengths(batch.source_lengths, longest)
        search = BeamSearch(limits, beam_size, length_power)
        memory, mask, state = encode(tf.constant(batch.source), tf.constant(batch.source_lengths))
        memory = tf.repeat(memory, beam_size, axis=0)  # [B * K, S, H]
        mask = tf.repeat(mask, beam_size, axis=0)
        state = _choose(state, np.repeat(np.arange(len(limits)), beam_size))
        while not search.done:
            logits, state, weights = step(tf.constant(search.words), state, memory, mask)
            parents = search.advance(logits.numpy(), None if weights is None else weights.numpy())
            state = _choose(state, parents)
        translations += search.best(vocabularies[1], batch.source_lengths)
        places += batch.places.tolist()
    return in_order(translations, places)


def read_references(model, pairs, vocabularies, batch_size=128):
    """Return, for each pair, what the model expects while the true target words are fed to it.

    A list of ``ForcedReading`` in the order of the pairs. Its attention belongs to the reference's
    own words, so it can be compared with gold links.
    Raises: TypeError, ValueError for pairs or vocabularies that are not possible.
    """
    check_vocabularies(vocabularies, model.options)
    readings, places = [], []
    read = _traced_forced_reading(model)
    for batch in evaluation_batches(pairs, *vocabularies, batch_size):
        results = read(*(tf.constant(ids) for ids in _ids_of(batch)))
        numbers = (None if part is None else part.numpy() for part in results)
        readings += ForcedReading.from_batch(batch, vocabularies[1], *numbers)
        places += batch.places.tolist()
    return in_order(readings, places)


def _choose(state, places):
    """Return the rows of a state [L, N, H], or of a pair of them, that stand at ``places``."""
    if isinstance(state, tuple):
        return tuple(_choose(part, places) for part in state)
    return tf.gather(state, places, axis=1)


def _ids_of(batch):
    return batch.source, batch.source_lengths, batch.target_inputs, batch.targets


def _traced_forced_reading(model):
    """Return a traced function that reads a batch with the true words fed; kept with the model.

    (source [B, S], lengths [B], target inputs [B, T], targets [B, T]) -> (likeliest words [B, T],
    nats [B, T], attention [B, T, S] or None).
    """
    if not hasattr(model, "_traced_forced_reading"):

        def read(source, lengths, target_inputs, targets):
            logits, weights = model(source, lengths, target_inputs, training=False)
            nats = tf.nn.sparse_softmax_cross_entropy_with_logits(targets, logits)
            return tf.argmax(logits, axis=-1), nats, weights

        ids, lengths = tf.TensorSpec((None, None), tf.int32), tf.TensorSpec((None,), tf.int32)
        traced = tf.function(read, autograph=False)
        model._traced_forced_reading = traced.get_concrete_function(ids, lengths, ids, ids)
    return model._traced_forced_reading


def _traced_translation(model):
    """Return two traced functions of a Seq2Seq, kept with the model: ``encode`` and ``step``.

    ``encode``: (source [B, S], lengths [B]) -> (memory, mask, state). ``step``: (words [N], state,
    memory, mask) -> (logits [N, V], new state, attention [N, S] or None).
    """
    if not hasattr(model, "_traced_translation"):

        def step(words, state, memory, mask):
            logits, state, weights = model.decoder(words[:, None], state, memory, mask)
            return logits[:, 0], state, None if weights is None else weights[:, 0]

        options, ids = model.options, tf.TensorSpec((None, None), tf.int32)
        words = tf.TensorSpec((None,), tf.int32)
        memory = tf.TensorSpec((None, None, options["hidden_size"]), options["dtype"])
        mask = tf.TensorSpec((None, None), tf.bool)
        state = tf.TensorSpec(
            (options["num_layers"], None, options["hidden_size"]), options["dtype"]
        )
        state = (state, state) if options["cell"] == "lstm" else state
        encode, step = (tf.function(part, autograph=False) for part in (model.encode, step))
        model._traced_translation = (
            encode.get_concrete_function(ids, words),
            step.get_concrete_function(words, state, memory, mask),
        )
    return model._traced_translation
