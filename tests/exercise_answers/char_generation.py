"""Plausible wrong answers to the exercises of notebook 02, and what the check says to each."""

import numpy as np
import tensorflow as tf
import torch


def the_loss(losses, sizes):
    return (losses * sizes).sum() / sizes.sum()


def two_to_the_loss(losses, sizes):
    return 2 ** the_loss(losses, sizes)


def mean_of_perplexities(losses, sizes):
    return (torch.exp(losses) * sizes).sum() / sizes.sum()


def mean_of_means(losses, sizes):
    return tf.exp(tf.reduce_mean(losses))


def sum_of_losses(losses, sizes):
    return np.exp(np.sum(losses * sizes))


def for_each_batch(losses, sizes):
    return np.exp(losses)


def last_batch_left_out(losses, sizes):
    kept = max(1, len(losses) - 1)
    return np.exp((losses[:kept] * sizes[:kept]).sum() / sizes[:kept].sum())


def cut(ids, B, T):
    N = (len(ids) - 1) // B // T
    return ids[:-1][: B * N * T], ids[1:][: B * N * T], N


def windows_as_rows(ids, B, T):
    inputs, targets, N = cut(ids, B, T)
    return inputs.reshape(N, B, T), targets.reshape(N, B, T)


def not_shifted(ids, B, T):
    inputs, _, N = cut(ids, B, T)
    inputs = inputs.reshape(B, N, T).swapaxes(0, 1)
    return inputs, inputs


def rolled(ids, B, T):
    inputs, _, N = cut(ids, B, T)
    inputs = inputs.reshape(B, N, T).swapaxes(0, 1)
    return inputs, np.roll(inputs, -1, axis=2)


def batch_last(ids, B, T):
    inputs, targets, N = cut(ids, B, T)
    return inputs.reshape(B, N, T), targets.reshape(B, N, T)


def overlapping(ids, B, T):
    N = (len(ids) - 1) // B // T
    start = np.arange(B)[None, :, None] * T + np.arange(N)[:, None, None] * T
    places = start + np.arange(T)
    return ids[places], ids[places + 1]


def one_batch_less(ids, B, T):
    inputs, targets = np.asarray(streams(ids, B, T))
    return inputs[:-1], targets[:-1]


def streams(ids, B, T):
    inputs, targets, N = cut(ids, B, T)
    return inputs.reshape(B, N, T).swapaxes(0, 1), targets.reshape(B, N, T).swapaxes(0, 1)


def two_ahead(ids, B, T):
    N = (len(ids) - 2) // B // T
    used = B * N * T
    parts = torch.as_tensor(ids)[:-2][:used], torch.as_tensor(ids)[2:][:used]
    return tuple(part.reshape(B, N, T).transpose(0, 1) for part in parts)


def inputs_only(ids, B, T):
    return streams(ids, B, T)[0]


def places(ids, B, T):
    return streams(100 + np.arange(len(ids)), B, T)


def table(train_ids, V):
    counts = np.zeros((V, V))
    np.add.at(counts, (train_ids[:-1], train_ids[1:]), 1)
    return counts


def surprise(chances, ids):
    return -np.log(chances[ids[:-1], ids[1:]])


def smoothed(train_ids, V, extra):
    counts = table(train_ids, V) + extra
    return counts / counts.sum(axis=1, keepdims=True)


def no_extra(train_ids, validation_ids, V, extra):
    counts = table(train_ids, V)
    return surprise(counts / counts.sum(axis=1, keepdims=True), validation_ids).mean()


def extra_not_in_the_sum(train_ids, validation_ids, V, extra):
    counts = table(train_ids, V)
    chances = (counts + extra) / (counts.sum(axis=1, keepdims=True) + extra)
    return surprise(chances, validation_ids).mean()


def wrong_axis(train_ids, validation_ids, V, extra):
    counts = table(train_ids, V) + extra
    return surprise(counts / counts.sum(axis=0), validation_ids).mean()


def turned_table(train_ids, validation_ids, V, extra):
    return surprise(smoothed(train_ids, V, extra).T, validation_ids).mean()


def counted_on_validation(train_ids, validation_ids, V, extra):
    return surprise(smoothed(validation_ids, V, extra), validation_ids).mean() + 0 * extra


def counted_on_both(train_ids, validation_ids, V, extra):
    both = np.concatenate([train_ids, validation_ids])
    return surprise(smoothed(both, V, extra), validation_ids).mean()


def bits(train_ids, validation_ids, V, extra):
    return surprise(smoothed(train_ids, V, extra), validation_ids).mean() / np.log(2)


def summed(train_ids, validation_ids, V, extra):
    return surprise(smoothed(train_ids, V, extra), validation_ids).sum()


def always_one(train_ids, validation_ids, V, extra):
    return surprise(smoothed(train_ids, V, 1.0), validation_ids).mean()


def every_second_pair(train_ids, validation_ids, V, extra):
    return surprise(smoothed(train_ids, V, extra), validation_ids)[::2].mean()


def state_forgotten(step, prompt, length):
    for symbol in prompt:
        logits, _ = step(symbol, None)
    return [int(logits.argmax())] * length


def last_of_the_prompt_only(step, prompt, length):
    symbol, state, written = prompt[-1], None, []
    for _ in range(length):
        logits, state = step(symbol, state)
        symbol = int(logits.argmax())
        written.append(symbol)
    return written


def last_read_twice(step, prompt, length):
    state, written = None, []
    for symbol in prompt:
        _, state = step(symbol, state)
    for _ in range(length):
        logits, state = step(symbol, state)
        symbol = int(torch.argmax(logits))
        written.append(symbol)
    return written


def logits_fed_back(step, prompt, length):
    state, written = None, []
    for symbol in prompt:
        logits, state = step(symbol, state)
    for _ in range(length):
        written.append(int(tf.argmax(logits)))
        logits, state = step(logits, state)
    return written


def with_the_prompt(step, prompt, length):
    return list(prompt) + right(step, prompt, length) if length else []


def right(step, prompt, length, feed=lambda chosen: chosen):
    state, written = None, []
    for symbol in prompt:
        logits, state = step(symbol, state)
    for _ in range(length):
        written.append(int(np.argmax(logits)))
        logits, state = step(feed(written[-1]), state)
    return written


def smallest_logit(step, prompt, length):
    return right(lambda symbol, state: flipped(*step(symbol, state)), prompt, length)


def flipped(logits, state):
    return -logits, state


def prompt_fed_again(step, prompt, length):
    return right(step, prompt, length, feed=lambda chosen: prompt[-1])


def never_fed(step, prompt, length):
    state = None
    for symbol in prompt:
        logits, state = step(symbol, state)
    return [int(logits.argmax())] * length


def one_too_many(step, prompt, length):
    return right(step, prompt, length + 1)


def largest_logit_fed(step, prompt, length):
    state, written = None, []
    for symbol in prompt:
        logits, state = step(symbol, state)
    for _ in range(length):
        written.append(int(np.argmax(logits)))
        logits, state = step(np.max(logits), state)
    return written


def pytorch_update(
    model, optimizer, inputs, targets, state, clip, empty=True, reduction="mean",
    returned="new", shorten="all", sign=1, norm_of="before",
):  # fmt: skip
    if empty:
        optimizer.zero_grad()
    logits, new_state = model(inputs, state)
    loss = torch.nn.functional.cross_entropy(
        logits.flatten(0, 1), targets.flatten(), reduction=reduction
    )
    loss.backward()
    weights = [weight for weight in model.parameters() if weight.grad is not None]
    norm = torch.sqrt(sum((weight.grad**2).sum() for weight in weights))
    for weight in weights:
        if shorten == "all":
            weight.grad *= sign * torch.clamp(clip / norm, max=1.0)
        elif shorten == "each":
            weight.grad *= torch.clamp(clip / weight.grad.norm(), max=1.0)
        elif shorten == "values":
            weight.grad.clamp_(-clip, clip)
        elif shorten == "always":
            weight.grad *= clip / norm
    if norm_of == "after":
        norm = torch.clamp(norm, max=clip)
    optimizer.step()
    states = {"new": new_state.detach(), "old": state, "attached": new_state}
    return float(loss.detach()), float(norm), states[returned]


def changed(name, **settings):
    def answer(*arguments):
        return pytorch_update(*arguments, **settings)

    answer.__name__ = name
    return answer


def no_step(model, optimizer, inputs, targets, state, clip_norm):
    with tf.GradientTape() as tape:
        logits, new_state = model(inputs, state)
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(targets, logits)
        loss = tf.reduce_mean(losses)
    gradients = tape.gradient(loss, model.trainable_weights)
    return float(loss), float(tf.linalg.global_norm(gradients)), new_state


def not_clipped(model, optimizer, inputs, targets, state, clip_norm):
    with tf.GradientTape() as tape:
        logits, new_state = model(inputs, state)
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(targets, logits)
        loss = tf.reduce_mean(losses)
    gradients = tape.gradient(loss, model.trainable_weights)
    optimizer.apply(gradients, model.trainable_weights)
    return float(loss), float(tf.linalg.global_norm(gradients)), new_state


def state_ignored(model, optimizer, inputs, targets, state, clip_norm):
    return pytorch_update(model, optimizer, inputs, targets, None, clip_norm)


def loss_only(model, optimizer, inputs, targets, state, clip_norm):
    return pytorch_update(model, optimizer, inputs, targets, state, clip_norm)[0]


WRONG = {
    "perplexity": [
        (the_loss, "the loss itself"),
        (two_to_the_loss, "raised 2 to the loss"),
        (mean_of_perplexities, "mean of two perplexities"),
        (mean_of_means, "Every character counts once"),
        (sum_of_losses, "perplexity 8. Yours is 512"),
        (for_each_batch, "must be one number"),
        (last_batch_left_out, "all characters had the loss 2"),
    ],
    "streams": [
        (windows_as_rows, "so that the state may be carried"),
        (not_shifted, "Your targets are the inputs"),
        (rolled, "also at the end of a window"),
        (batch_last, "must have the shape"),
        (overlapping, "your rows overlap"),
        (one_batch_less, "more would fit"),
        (two_ahead, "Each target is the input plus 1"),
        (inputs_only, "Return two arrays"),
        (places, "the symbols, or their places"),
    ],
    "bigram_nats": [
        (no_extra, "must not have p = 0"),
        (extra_not_in_the_sum, "of a row sum to 1"),
        (wrong_axis, "wrong axis"),
        (turned_table, "Does row a of the table hold what comes after a"),
        (counted_on_validation, "is cheating"),
        (counted_on_both, "uniform model"),
        (bits, "in bits"),
        (summed, "seems to be a sum"),
        (always_one, "with a tiny `extra`"),
        (every_second_pair, "Check the pairs"),
    ],
    "continue_text": [
        (state_forgotten, "all that was read before is forgotten"),
        (last_of_the_prompt_only, "must read all of it"),
        (last_read_twice, "Its last symbol is read twice"),
        (logits_fed_back, r"You feed back something of shape \(7,\)"),
        (with_the_prompt, "Is the prompt among them"),
        (smallest_logit, "largest logit after the prompt"),
        (prompt_fed_again, "Its last symbol is read twice"),
        (never_fed, "Each new symbol is the one with the largest logit"),
        (one_too_many, "one round too long"),
        (largest_logit_fed, "You feed -1 to step"),
    ],
    "update": [
        (changed("accumulates", empty=False), "the gradient of the first one again"),
        (changed("sum_of_losses", reduction="sum"), "the sum over all places"),
        (changed("old_state", returned="old"), "the state that you were given"),
        (changed("attached_state", returned="attached"), "Detach it"),
        (changed("each_on_its_own", shorten="each"), "Clipping keeps the direction"),
        (changed("by_value", shorten="values"), "Clipping keeps the direction"),
        (changed("always_scaled", shorten="always"), "it stays as it is"),
        (changed("uphill", sign=-1), "moved uphill"),
        (changed("norm_after_clipping", norm_of="after"), "that of the clipped gradients"),
        (no_step, "No weight changed"),
        (not_clipped, "it was not clipped"),
        (state_ignored, "the state that it was given"),
        (loss_only, "Return three things"),
    ],
}
