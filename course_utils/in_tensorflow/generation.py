"""Writing with a trained model in TensorFlow: logits -> symbol -> next logits; and translating.

Shapes: ``B`` batch, ``K`` beam size, ``S`` source time, ``V`` vocabulary.
"""

import numpy as np
import tensorflow as tf

from course_utils.data.translation import evaluation_batches
from course_utils.model_checks import check_prompt, check_vocabularies
from course_utils.sampling import sample
from course_utils.search import BeamSearch, ForcedReading, in_order, longest_lengths, source_pairs


def generate(model, vocabulary, prompt, length, temperature=1.0, seed=0):
    """Return ``prompt`` and ``length`` more symbols, as one text.

    The model reads the prompt once; then each drawn symbol is its next input, and the state is
    carried along. ``temperature`` below 1 prefers likely symbols, 0 takes the likeliest. Drawing
    is done in NumPy from ``seed``: models with equal weights write equal text in both frameworks.

    Raises: TypeError, ValueError for an empty prompt, a length that is no whole number of at least
    0, a vocabulary of another size than the model's, or what ``vocabulary.encode`` and
    ``sampling.sample`` refuse.
    Source: Graves 2013, section 2 (prediction network as a generator).
    """
    ids = check_prompt(vocabulary, prompt, length, model.options["vocab_size"])
    uniforms = np.random.default_rng(seed).random(length)
    read = _traced_reading(model)
    state = model.zero_state(1)
    for place in range(length):
        unread = ids if place == 0 else ids[-1:]
        logits, state = read(tf.constant([unread], tf.int32), state)
        ids.append(sample(logits.numpy(), temperature, uniforms[place]))
    return vocabulary.decode(ids)


def _traced_reading(model):
    """Return a traced function (ids [1, T], state) -> (last logits [V], new state) of a model.

    It is kept with the model. It is traced for the first length, and once more for all others.
    """
    if not hasattr(model, "_traced_reading"):

        @tf.function(reduce_retracing=True)
        def read(ids, state):
            logits, new_state = model(ids, state, training=False)
            return logits[0, -1], new_state

        model._traced_reading = read
    return model._traced_reading


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
