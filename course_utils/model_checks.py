"""What both sides check before they build a model or take over weights. No framework here."""

import numbers

import numpy as np

from course_utils.arrays import to_numpy

CELLS = ("rnn", "lstm", "gru")
DTYPES = ("float32", "float64")
QUERIES = ("previous", "current")
OPTIMIZERS = ("adam", "muon", "sgd")
PLAIN_OPTIMIZERS = ("adam", "sgd")  # for any model, not the course's alone
ATTENTION_WEIGHTS = {  # for each attention score the weights that it learns
    "additive": ("query_weight", "memory_weight", "score_weight"),
    "dot": (),
    "scaled_dot": (),
    "general": ("memory_weight",),
}


def whole_numbers(minimum=1, **values):
    """Return the values as Python integers, in the order given.

    Raises: TypeError, ValueError that name the first value that is no whole number of at least
    ``minimum``.
    """
    for name, value in values.items():
        if isinstance(value, bool) or not isinstance(value, numbers.Integral):
            raise TypeError(f"{name} must be a whole number, for example 64, and not {value!r}.")
        if value < minimum:
            raise ValueError(f"{name}={value} is too small. It must be at least {minimum}.")
    return [int(value) for value in values.values()]


def check_model_options(cell, dtype, dropout):
    """Raise an error that says what is possible if an option of a model is not."""
    if cell not in CELLS:
        raise ValueError(
            f"cell={cell!r} is not known. Choose one of {', '.join(map(repr, CELLS))}."
        )
    if dtype not in DTYPES:
        raise ValueError(f"dtype={dtype!r} is not known. Choose 'float32' or 'float64'.")
    if not isinstance(dropout, numbers.Real):
        raise TypeError(f"dropout must be a number, for example 0.1, and not {dropout!r}.")
    if not 0.0 <= dropout < 1.0:
        raise ValueError(f"dropout={dropout} is not possible. Give a share from 0.0 to below 1.0.")


def check_score(score):
    """Raise a ValueError unless ``score`` names an attention score."""
    if score not in ATTENTION_WEIGHTS:
        raise ValueError(
            f"The attention score {score!r} is not known. Choose one of "
            f"{', '.join(map(repr, ATTENTION_WEIGHTS))}."
        )


def check_translation_options(hidden_size, bidirectional, attention, query):
    """Raise an error that says what is possible if an option of a Seq2Seq is not."""
    if attention is not None:
        check_score(attention)
    if query not in QUERIES:
        raise ValueError(f"query={query!r} is not known. Choose 'previous' or 'current'.")
    if not isinstance(bidirectional, bool):
        raise TypeError(f"bidirectional must be True or False, and not {bidirectional!r}.")
    if bidirectional and hidden_size % 2:
        raise ValueError(
            f"hidden_size={hidden_size} is odd. With bidirectional=True each direction gets half "
            "of the units: give an even number, or bidirectional=False."
        )


def check_vocabularies(vocabularies, options):
    """Raise an error unless these are the (source, target) vocabularies of a Seq2Seq's options."""
    if not isinstance(vocabularies, (tuple, list)) or len(vocabularies) != 2:
        raise TypeError("vocabularies must be a pair: (source vocabulary, target vocabulary).")
    for side, vocabulary in zip(("source", "target"), vocabularies, strict=True):
        size = options[f"{side}_vocab_size"]
        if len(vocabulary) != size:
            raise ValueError(
                f"The {side} vocabulary has {len(vocabulary)} symbols and the model {size}. Use "
                "the vocabularies that the model was built for, the source's first."
            )


def check_shape(what, array, shape):
    """Return ``array`` as a NumPy array. Raises: ValueError unless it has this shape."""
    array = np.asarray(array)
    if array.shape != shape:
        raise ValueError(f"{what} has the shape {array.shape}, and {shape} is needed.")
    return array


def check_lengths(lengths, batch_size, time):
    """Return the lengths of a padded batch as an int64 array [B].

    Raises: TypeError, ValueError unless they are ``batch_size`` whole numbers from 1 to ``time``.
    """
    lengths = to_numpy(lengths)
    if not np.issubdtype(lengths.dtype, np.integer):
        raise TypeError(f"lengths must be whole numbers, and not {lengths.dtype}.")
    if lengths.shape != (batch_size,):
        raise ValueError(
            f"lengths has the shape {lengths.shape}; the batch has {batch_size} rows, and each "
            "needs one length."
        )
    if lengths.min() < 1 or lengths.max() > time:
        raise ValueError(
            f"The lengths go from {lengths.min()} to {lengths.max()}; rows of {time} places allow "
            f"1 to {time}. An empty row cannot be read."
        )
    return lengths.astype(np.int64)


def check_clip_norm(clip_norm):
    """Raise a ValueError unless ``clip_norm`` is None or a number above 0."""
    if clip_norm is not None and not (isinstance(clip_norm, numbers.Real) and clip_norm > 0):
        raise ValueError(
            f"clip_norm={clip_norm!r} is not possible. Give a number above 0, or None for no limit."
        )


def check_optimizer(optimizer, allowed=OPTIMIZERS):
    """Raise a ValueError unless ``optimizer`` is one of the names that are allowed."""
    if optimizer not in allowed:
        raise ValueError(
            f"optimizer={optimizer!r} is not possible here. Choose one of: {', '.join(allowed)}."
        )


def check_state_shape(shape, num_layers, batch_size, hidden_size):
    """Raise a ValueError if a state does not fit; None stands for a size that is not known yet."""
    wanted = (num_layers, batch_size, hidden_size)
    fits = len(shape) == 3 and all(
        a is None or b is None or a == b for a, b in zip(shape, wanted, strict=True)
    )
    if not fits:
        raise ValueError(
            f"The state has the shape {tuple(shape)}, and {wanted} is needed: layers, batch, "
            "hidden units. Start a new batch size with model.zero_state(batch_size)."
        )


def check_prompt(vocabulary, prompt, length, vocab_size):
    """Return the prompt's ids as a list, if text can be generated from them.

    Raises: TypeError, ValueError for an empty prompt, a length that is no whole number of at least
    0, or a vocabulary that does not have ``vocab_size`` symbols.
    """
    whole_numbers(minimum=0, length=length)
    if len(vocabulary) != vocab_size:
        raise ValueError(
            f"The vocabulary has {len(vocabulary)} symbols and the model {vocab_size}. Use the "
            "vocabulary that the model was trained with."
        )
    ids = vocabulary.encode(prompt).tolist()
    if not ids:
        raise ValueError(
            f"The prompt {prompt!r} must have at least one symbol. To begin from nothing, prompt "
            "with a line break: '\\n'."
        )
    return ids


def spread_seeds(seed, count):
    """Return ``count`` different seeds made from one, so that no two weights start as copies."""
    (seed,) = whole_numbers(minimum=0, seed=seed)
    return [int(number) for number in np.random.SeedSequence(seed).generate_state(count)]


def check_named_weights(own, given):
    """Raise a ValueError that names the difference if two sets of named weights do not match.

    ``own`` and ``given`` map names to arrays; names and shapes must be the same.
    """
    missing, unknown = sorted(own.keys() - given.keys()), sorted(given.keys() - own.keys())
    if missing or unknown:
        raise ValueError(
            f"The weights belong to another kind of model: missing {missing}, not needed "
            f"{unknown}. Build the model with the cell and num_layers of the one they come from."
        )
    for name, weight in own.items():
        if weight.shape != given[name].shape:
            raise ValueError(
                f"The weight {name!r} has shape {given[name].shape}, and this model needs "
                f"{weight.shape}. Build the model with the sizes of the one the weights come from."
            )


def split_names(named, prefix):
    """Return the entries of ``named`` that begin with ``prefix`` and a dot, without that part."""
    return {
        name.removeprefix(prefix + "."): array
        for name, array in named.items()
        if name.startswith(prefix + ".")
    }
