"""How many floating-point operations a training step needs, counted from its formulas.

Only matrix products count: a product of [m, k] and [k, n] is m n k multiplications and as many
additions, 2 m n k operations. Each weight matrix takes part in three products of equal size: once
forward, once for the gradient of what it is multiplied with, once for its own gradient.
"""


def gru_products(batch, time, features, hidden):
    """Return {name: (m, k, n, times)}: the products of a GRU layer's training step."""
    places, gates = batch * time, 3 * hidden
    return {
        "inputs, all steps at once": (places, features, gates, 1),
        "state, one step": (batch, hidden, gates, time),
        "inputs: gradient": (places, gates, features, 1),
        "state: gradient, one step": (batch, gates, hidden, time),
        "input weight: gradient": (features, places, gates, 1),
        "recurrent weight: gradient, all steps at once": (hidden, places, gates, 1),
    }


def character_products(batch, time, embedding, hidden, vocabulary):
    """Return the products {name: (m, k, n, times)} of the one-layer character model's step."""
    places = batch * time
    return gru_products(batch, time, embedding, hidden) | {
        "logits": (places, hidden, vocabulary, 1),
        "logits: gradient": (places, vocabulary, hidden, 1),
        "output weight: gradient": (hidden, places, vocabulary, 1),
    }


def operations(products):
    """Return the number of floating-point operations of products (m, k, n, times)."""
    return sum(2 * m * k * n * times for m, k, n, times in products.values())
