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
    logits = linear_products(batch * time, hidden, vocabulary)
    return gru_products(batch, time, embedding, hidden) | {
        f"logits, {name}": one for name, one in logits.items()
    }


def translation_products(batch, source, target, embedding, hidden, vocabulary):
    """Return the products of a step of the translation model with attention by "dot".

    One layer, an encoder that reads in both directions with ``hidden`` / 2 units each; ``source``
    and ``target`` are the places of a sentence, ``vocabulary`` is the target's.
    """
    parts = {
        "encoder, forward": gru_products(batch, source, embedding, hidden // 2),
        "encoder, backward": gru_products(batch, source, embedding, hidden // 2),
        "decoder": gru_products(batch, target, embedding, hidden),
        "combine": linear_products(batch * target, 2 * hidden, hidden),
        "logits": linear_products(batch * target, hidden, vocabulary),
        "attention": {  # one product for each sentence
            "scores": (target, hidden, source, batch),
            "scores: gradient of the queries": (target, source, hidden, batch),
            "scores: gradient of the memory": (source, target, hidden, batch),
            "context": (target, source, hidden, batch),
            "context: gradient of the weights": (target, hidden, source, batch),
            "context: gradient of the memory": (source, target, hidden, batch),
        },
    }
    return {f"{part}, {name}": one for part, own in parts.items() for name, one in own.items()}


def linear_products(places, features, outputs):
    """Return the products of a linear map's training step: forward, and the two gradients."""
    return {
        "forward": (places, features, outputs, 1),
        "gradient": (places, outputs, features, 1),
        "weight: gradient": (features, places, outputs, 1),
    }


def operations(products):
    """Return the number of floating-point operations of products (m, k, n, times)."""
    return sum(2 * m * k * n * times for m, k, n, times in products.values())
