"""Writing text with a trained model in TensorFlow: logits -> symbol -> next logits."""

import numpy as np
import tensorflow as tf

from course_utils.model_checks import check_prompt
from course_utils.sampling import sample


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
