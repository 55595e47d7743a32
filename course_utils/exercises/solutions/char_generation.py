"""Reference solutions of notebook 02."""

import numpy as np
import tensorflow as tf
import torch


def perplexity_in_numpy(losses, sizes):
    """Return the perplexity of all characters together."""
    return np.exp(np.sum(losses * sizes) / np.sum(sizes))


def perplexity_in_pytorch(losses, sizes):
    """Return the perplexity of all characters together."""
    return torch.exp((losses * sizes).sum() / sizes.sum())


def perplexity_in_tensorflow(losses, sizes):
    """Return the perplexity of all characters together."""
    return tf.exp(tf.reduce_sum(losses * sizes) / tf.reduce_sum(sizes))


def streams_in_pytorch(ids, batch_size, sequence_length):
    """Return inputs and targets, both [N, B, T]; each row goes on in the next batch."""
    count = (len(ids) - 1) // batch_size // sequence_length  # N
    used = batch_size * count * sequence_length
    shape = batch_size, count, sequence_length
    inputs = torch.transpose(ids[:-1][:used].reshape(shape), 0, 1)  # [B, N, T] -> [N, B, T]
    targets = torch.transpose(ids[1:][:used].reshape(shape), 0, 1)
    return inputs, targets


def streams_in_tensorflow(ids, batch_size, sequence_length):
    """Return inputs and targets, both [N, B, T]; each row goes on in the next batch."""
    count = (len(ids) - 1) // batch_size // sequence_length  # N
    used = batch_size * count * sequence_length
    shape = batch_size, count, sequence_length
    inputs = tf.transpose(tf.reshape(ids[:-1][:used], shape), (1, 0, 2))  # [B, N, T] -> [N, B, T]
    targets = tf.transpose(tf.reshape(ids[1:][:used], shape), (1, 0, 2))
    return inputs, targets


def bigram_nats_in_pytorch(train_ids, validation_ids, vocab_size, extra):
    """Return the mean of -ln p over the neighbours of the validation text."""
    pairs = train_ids[:-1] * vocab_size + train_ids[1:]  # one number for each pair
    counts = torch.bincount(pairs, minlength=vocab_size**2).reshape(vocab_size, vocab_size)
    chances = (counts + extra) / (counts.sum(dim=1, keepdim=True) + vocab_size * extra)
    return -torch.log(chances[validation_ids[:-1], validation_ids[1:]]).mean()


def bigram_nats_in_tensorflow(train_ids, validation_ids, vocab_size, extra):
    """Return the mean of -ln p over the neighbours of the validation text."""
    pairs = tf.cast(train_ids[:-1] * vocab_size + train_ids[1:], tf.int32)
    counts = tf.math.bincount(pairs, minlength=vocab_size**2, dtype=tf.float32)
    counts = tf.reshape(counts, (vocab_size, vocab_size))
    sums = tf.reduce_sum(counts, axis=1, keepdims=True) + vocab_size * extra
    pairs = tf.stack([validation_ids[:-1], validation_ids[1:]], axis=1)
    return -tf.reduce_mean(tf.math.log(tf.gather_nd((counts + extra) / sums, pairs)))


def continue_text(step, prompt, length):
    """Read the prompt, then write: the chosen symbol is the next input."""
    state = None
    for symbol in prompt:
        logits, state = step(symbol, state)
    written = []
    while len(written) < length:
        written.append(int(np.argmax(logits)))
        logits, state = step(written[-1], state)
    return written


def update_in_pytorch(model, optimizer, inputs, targets, state, clip_norm):
    """Forward, loss, backward, clip, step."""
    optimizer.zero_grad()
    logits, new_state = model(inputs, state)  # [B, T, V]
    loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())
    loss.backward()
    weights = [weight for weight in model.parameters() if weight.grad is not None]
    norm = torch.sqrt(sum((weight.grad**2).sum() for weight in weights))
    for weight in weights:
        weight.grad *= torch.clamp(clip_norm / norm, max=1.0)
    optimizer.step()
    return float(loss.detach()), float(norm), new_state.detach()


def update_in_tensorflow(model, optimizer, inputs, targets, state, clip_norm):
    """Forward, loss, backward, clip, step."""
    with tf.GradientTape() as tape:
        logits, new_state = model(inputs, state, training=True)  # [B, T, V]
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(targets, logits)
        loss = tf.reduce_mean(losses)
    gradients = tape.gradient(loss, model.trainable_weights)
    gradients, norm = tf.clip_by_global_norm(gradients, clip_norm)
    optimizer.apply(gradients, model.trainable_weights)
    return float(loss), float(norm), new_state
