"""What both sides of ``generate`` share: prompts -> ids, the random numbers, the text so far.

NumPy only. Shapes: ``B`` prompts, ``T`` symbols of a prompt, ``V`` vocabulary.
"""

import numpy as np

from course_utils.model_checks import check_prompt, whole_numbers
from course_utils.sampling import Sampler


class Writing:
    """A batch of texts in the making. ``advance`` draws the next symbol of each.

    ``prompts`` is a text, or a list or tuple of texts. ``settings`` are those of ``Sampler``.
    ``uniforms`` holds the random numbers, [length] for a text and [B, length] for a list: row b is
    for text b, number t for its symbol t. If None, they are
    ``numpy.random.default_rng(seed).random((B, length))``.

    Raises: TypeError, ValueError for prompts, a length, numbers or settings that are not possible.
    """

    def __init__(self, vocabulary, prompts, length, vocab_size, uniforms, seed, settings):
        self.vocabulary, self.sampler = vocabulary, Sampler(**settings)
        self.single = isinstance(prompts, str)
        whole_numbers(minimum=0, length=length)
        self.prompts = encode_texts(vocabulary, prompts, vocab_size)
        rows = len(self.prompts)
        shape = (length,) if self.single else (rows, length)
        if uniforms is None:
            uniforms = np.random.default_rng(seed).random(shape)
        uniforms = _check_uniforms(uniforms, shape)
        self.uniforms = np.ascontiguousarray(uniforms.reshape(rows, length).T)
        # The prompts stand at the right of their part, -1 (no symbol) before the shorter ones.
        self.start = max(map(len, self.prompts))
        self.ids = np.full((rows, self.start + length), -1, dtype=np.int32)
        for row, ids in enumerate(self.prompts):
            self.ids[row, self.start - len(ids) : self.start] = ids
        self.place, self.rows = self.start, np.arange(rows)
        # Without a window only the set of symbols matters, and it is at most V long.
        self.seen = np.full((rows, vocab_size + 1), -1, dtype=np.int32)
        self.seen[self.rows[:, None], self.ids[:, : self.start]] = self.ids[:, : self.start]

    @property
    def done(self):
        """Tell whether all texts have their length."""
        return self.left == 0

    @property
    def left(self):
        """Return how many symbols each text still gets."""
        return self.ids.shape[1] - self.place

    def advance(self, logits):
        """Draw the next symbol of each text from ``logits`` [B, V]; return the ids [B], int32."""
        previous = None
        if self.sampler.repetition_penalty != 1:
            window = self.sampler.penalty_window
            first = 0 if window is None else max(self.place - window, 0)
            previous = self.seen if window is None else self.ids[:, first : self.place]
        uniforms = self.uniforms[self.place - self.start]
        ids = self.sampler.draw(logits, uniforms, previous).astype(np.int32)
        self.ids[:, self.place] = ids
        self.seen[self.rows, ids] = ids
        self.place += 1
        return ids

    def result(self):
        """Return prompt and drawn symbols: one text if the prompt was one, else a list of texts."""
        texts = [
            self.vocabulary.decode(row[self.start - len(prompt) : self.place])
            for row, prompt in zip(self.ids, self.prompts, strict=True)
        ]
        return texts[0] if self.single else texts


def encode_texts(vocabulary, texts, vocab_size, minimum=1):
    """Return the ids [T] of each text, as a list of arrays; ``texts`` is a text or a list.

    Raises: TypeError, ValueError for anything else, an empty list, a text of fewer than
    ``minimum`` symbols, an unknown symbol, or a vocabulary of another size than ``vocab_size``.
    """
    texts = [texts] if isinstance(texts, str) else texts
    if not isinstance(texts, (list, tuple)) or not all(isinstance(text, str) for text in texts):
        raise TypeError(f"Give one text, or a list of texts, and not {texts!r:.60}.")
    if not texts:
        raise ValueError("The list of texts is empty. Give at least one.")
    encoded = [check_prompt(vocabulary, text, 0, vocab_size) for text in texts]
    for text, ids in zip(texts, encoded, strict=True):
        if len(ids) < minimum:
            raise ValueError(
                f"The text {text!r} has {len(ids)} symbols, and {minimum} are needed: the first "
                "one is only read, each later one is predicted."
            )
    return [np.array(ids, dtype=np.int32) for ids in encoded]


def equal_lengths(texts):
    """Yield (places, ids [n, T]) for each length that occurs among arrays of ids, shortest first.

    Rows of one length need no pads, so a model can read them as they are.
    """
    for length in sorted({len(ids) for ids in texts}):
        places = [place for place, ids in enumerate(texts) if len(ids) == length]
        yield places, np.stack([texts[place] for place in places])


def reading_windows(ids, width=1024):
    """Yield (inputs, targets), each [n, at most ``width``], that cover the rows ``ids`` [n, T].

    The targets are the symbols after the inputs; each symbol but the first is one once. A long
    text is read in parts, because its logits would fill the memory.
    """
    for begin in range(0, ids.shape[1] - 1, width):
        window = ids[:, begin : begin + width + 1]
        yield window[:, :-1], window[:, 1:]


def _check_uniforms(uniforms, shape):
    uniforms = np.asarray(uniforms, dtype=np.float64)
    if uniforms.shape != shape:
        raise ValueError(
            f"uniforms has the shape {uniforms.shape}, and {shape} is needed: one number a symbol"
            + (", and one row a prompt." if len(shape) == 2 else ".")
        )
    if not ((uniforms >= 0) & (uniforms < 1)).all():
        raise ValueError("Each of the uniforms must be at least 0 and below 1.")
    return uniforms
