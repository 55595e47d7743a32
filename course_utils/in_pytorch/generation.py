"""Writing text with a trained model in PyTorch: logits -> symbol -> next logits."""

import numpy as np
import torch

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
    device, was_training = next(model.parameters()).device, model.training
    model.eval()
    with torch.inference_mode():
        state = model.zero_state(1)
        for place in range(length):
            unread = ids if place == 0 else ids[-1:]
            logits, state = model(torch.tensor([unread], device=device), state)
            ids.append(sample(logits[0, -1].cpu().numpy(), temperature, uniforms[place]))
    model.train(was_training)
    return vocabulary.decode(ids)
