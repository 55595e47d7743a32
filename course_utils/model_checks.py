"""What both sides check before they build a model or take over weights. No framework here."""

import numbers

CELLS = ("rnn", "lstm", "gru")
DTYPES = ("float32", "float64")


def check_model_options(cell, dtype, dropout, **sizes):
    """Raise an error that says what is possible if an option of a model is not.

    ``sizes`` are whole numbers of at least 1, by name. Raises: TypeError, ValueError.
    """
    for name, size in sizes.items():
        if isinstance(size, bool) or not isinstance(size, numbers.Integral):
            raise TypeError(f"{name} must be a whole number, for example 64, and not {size!r}.")
        if size < 1:
            raise ValueError(f"{name}={size} is too small. It must be at least 1.")
    if cell not in CELLS:
        raise ValueError(
            f"cell={cell!r} is not known. Choose one of {', '.join(map(repr, CELLS))}."
        )
    if dtype not in DTYPES:
        raise ValueError(f"dtype={dtype!r} is not known. Choose 'float32' or 'float64'.")
    if not 0.0 <= dropout < 1.0:
        raise ValueError(f"dropout={dropout} is not possible. Give a share from 0.0 to below 1.0.")


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
