"""Arrays of either framework as NumPy arrays, and weights from one to the other. Loads neither."""

import numpy as np


def to_numpy(values):
    """Return a tensor of either framework, or anything array-like, as a NumPy array."""
    if hasattr(values, "detach"):  # a PyTorch tensor, maybe with a gradient, maybe on a GPU
        values = values.detach().cpu()
    return np.asarray(values)


def copy_weights(source, target):
    """Give ``target`` the weights of ``source``; the two may live in different frameworks.

    Both are models of the course with equal sizes. Gate order, transposed matrices and the number
    of bias vectors are taken care of: see ``named_weights`` of each model. Values are rounded if
    ``target`` has the lower precision.

    Raises: TypeError if one of them is not a model of the course; ValueError if they differ in
    kind or size.
    """
    for role, model, method in (
        ("source", source, "named_weights"),
        ("target", target, "load_named_weights"),
    ):
        if not hasattr(model, method):
            raise TypeError(
                f"The {role} is a {type(model).__name__}, which has no {method}(). Give a model or "
                "layer from course_utils.in_pytorch or course_utils.in_tensorflow."
            )
    target.load_named_weights(source.named_weights())


def largest_difference(first, second):
    """Return the largest absolute difference between two equally shaped tensors or arrays.

    Each may belong to either framework, or be a list, tuple or dictionary of such; then the largest
    over all pairs. A NaN anywhere gives NaN. Raises: ValueError if shapes, lengths or keys differ.
    """
    if isinstance(first, dict) and isinstance(second, dict):
        if first.keys() != second.keys():
            raise ValueError(f"The names differ: {sorted(first)} and {sorted(second)}.")
        return largest_difference(list(first.values()), [second[name] for name in first])
    if isinstance(first, (list, tuple)) and isinstance(second, (list, tuple)):
        if len(first) != len(second):
            raise ValueError(f"One side has {len(first)} parts and the other {len(second)}.")
        return float(np.max([0.0, *map(largest_difference, first, second)]))
    first, second = to_numpy(first).astype(np.float64), to_numpy(second).astype(np.float64)
    if first.shape != second.shape:
        raise ValueError(f"The shapes differ: {first.shape} and {second.shape}.")
    return float(np.abs(first - second).max(initial=0.0))
