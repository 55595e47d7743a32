"""Reference solutions of notebook 05, one for each framework."""

import tensorflow as tf
import torch


def choice_entropy_in_pytorch(logits):
    """Logits [B, V] -> entropies [B], in nats."""
    p = torch.softmax(logits, dim=-1)
    possible = torch.where(p > 0, p, 1.0)  # ln 1 = 0: a cut symbol counts nothing
    return -(possible * possible.log()).sum(dim=-1)


def choice_entropy_in_tensorflow(logits):
    """Logits [B, V] -> entropies [B], in nats."""
    p = tf.nn.softmax(logits, axis=-1)
    possible = tf.where(p > 0, p, tf.ones_like(p))  # ln 1 = 0: a cut symbol counts nothing
    return -tf.reduce_sum(possible * tf.math.log(possible), axis=-1)


def tempered_in_pytorch(logits, temperature):
    """Logits [B, V] -> probabilities [B, V]."""
    if temperature == 0:
        return torch.nn.functional.one_hot(logits.argmax(dim=-1), logits.shape[-1])
    logits = logits - logits.max(dim=-1, keepdim=True).values
    return torch.softmax(logits / temperature, dim=-1)


def tempered_in_tensorflow(logits, temperature):
    """Logits [B, V] -> probabilities [B, V]."""
    if temperature == 0:
        return tf.one_hot(tf.argmax(logits, axis=-1), logits.shape[-1])
    logits = logits - tf.reduce_max(logits, axis=-1, keepdims=True)
    return tf.nn.softmax(logits / temperature, axis=-1)


def draw_in_pytorch(probabilities, uniforms):
    """Probabilities [B, V], uniforms [B] -> ids [B]."""
    ends = torch.cumsum(probabilities, dim=-1)
    return (ends <= uniforms[:, None] * ends[:, -1:]).sum(dim=-1)


def draw_in_tensorflow(probabilities, uniforms):
    """Probabilities [B, V], uniforms [B] -> ids [B]."""
    ends = tf.cumsum(probabilities, axis=-1)
    behind = ends <= uniforms[:, None] * ends[:, -1:]
    return tf.reduce_sum(tf.cast(behind, tf.int32), axis=-1)


def nucleus_in_pytorch(probabilities, p):
    """Probabilities [B, V] -> mask [B, V]."""
    ordered, order = torch.sort(probabilities, dim=-1, descending=True)
    keep = torch.cumsum(ordered, dim=-1) - ordered < p  # the mass of all likelier ones is below p
    return torch.gather(keep, -1, torch.argsort(order, dim=-1))


def nucleus_in_tensorflow(probabilities, p):
    """Probabilities [B, V] -> mask [B, V]."""
    order = tf.argsort(probabilities, axis=-1, direction="DESCENDING")
    ordered = tf.gather(probabilities, order, batch_dims=1)
    keep = tf.cumsum(ordered, axis=-1, exclusive=True) < p  # the mass of all likelier ones
    return tf.gather(keep, tf.argsort(order, axis=-1), batch_dims=1)


def penalise_in_pytorch(logits, written, penalty):
    """Logits [B, V], ids [B, N] -> logits [B, V]."""
    places = torch.arange(logits.shape[-1])
    mask = (written[:, :, None] == places).any(dim=1)  # [B, N, V] -> [B, V]
    smaller = torch.where(logits > 0, logits / penalty, logits * penalty)
    return torch.where(mask, smaller, logits)


def penalise_in_tensorflow(logits, written, penalty):
    """Logits [B, V], ids [B, N] -> logits [B, V]."""
    places = tf.range(logits.shape[-1], dtype=written.dtype)
    mask = tf.reduce_any(written[:, :, None] == places, axis=1)  # [B, N, V] -> [B, V]
    smaller = tf.where(logits > 0, logits / penalty, logits * penalty)
    return tf.where(mask, smaller, logits)
