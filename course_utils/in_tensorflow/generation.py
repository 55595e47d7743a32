"""Writing text with a trained model in TensorFlow: logits -> symbol -> next logits."""

import numpy as np
import tensorflow as tf

from course_utils.sampling import sample


def generate(model, vocabulary, prompt, length, temperature=1.0, seed=0):
    """Return ``prompt`` and ``length`` more symbols, as one text.

    The model reads the prompt once; then each drawn symbol is its next input, and the state is
    carried along. ``temperature`` below 1 prefers likely symbols, 0 takes the likeliest. Drawing
    is done in NumPy from ``seed``: models with equal weights write equal text in both frameworks.

    Raises: ValueError for an empty prompt, a negative length, or what ``vocabulary.encode`` and
    ``sampling.sample`` refuse.
    Source: Graves 2013, section 2 (prediction network as a generator).
    """
    if not prompt or length < 0:
        raise ValueError(
            f"The prompt {prompt!r} must have at least one symbol, and length={length} must be at "
            "least 0. To begin from nothing, prompt with a line break: '\\n'."
        )
    ids = list(vocabulary.encode(prompt))
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

    It is kept with the model, and traced once for all lengths of prompts.
    """
    if not hasattr(model, "_traced_reading"):

        @tf.function(reduce_retracing=True)
        def read(ids, state):
            logits, new_state = model(ids, state, training=False)
            return logits[0, -1], new_state

        model._traced_reading = read
    return model._traced_reading
