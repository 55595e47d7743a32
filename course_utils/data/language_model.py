"""One long text -> (input, target) batches for a language model. NumPy only.

Shapes: ``N`` symbols in the text, ``B`` batch, ``T`` time.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Batch:
    """One update's worth of text.

    ``inputs`` and ``targets`` are [B, T], int32; ``targets[:, t]`` is the symbol after
    ``inputs[:, t]``. ``continues`` says whether each row goes on where the row before it ended, so
    that the recurrent state may be carried over.
    """

    inputs: np.ndarray
    targets: np.ndarray
    continues: bool


def split_contiguous(sequence, validation_share=0.1):
    """Cut a text, or its ids, in two: the first part for training, the last for validation.

    The cut is one place, not a shuffle: neighbouring sentences are alike, and a shuffle would put
    near copies of the training text into the validation part. The training part has
    ``int(N * (1 - validation_share))`` symbols, as in nanoGPT.

    Raises: ValueError if a part would be empty.
    """
    if not 0.0 < validation_share < 1.0:
        raise ValueError(f"validation_share={validation_share} must lie between 0 and 1.")
    cut = int(len(sequence) * (1.0 - validation_share))
    if cut == 0 or cut == len(sequence):
        raise ValueError(
            f"A text of {len(sequence)} symbols is too short to be split. Give a longer text."
        )
    return sequence[:cut], sequence[cut:]


class StreamBatches:
    """Batches of contiguous streams: the text cut into ``batch_size`` long rows, read side by side.

    Row ``b`` of each batch goes on where row ``b`` of the batch before ended, until the rows are
    read to their end. Then the next epoch begins. The first one starts at the first symbol, later
    ones at a place below ``sequence_length`` that ``seed`` draws, so that the cuts between windows
    fall elsewhere. Iterating gives
    ``Batch`` objects without end; equal seeds give equal batches.

    Raises: TypeError, ValueError for ids or sizes that are not possible.
    Source: char-rnn (Karpathy 2015) for the streams.
    """

    def __init__(self, ids, batch_size, sequence_length, seed=0):
        self.ids = check_ids(ids)
        for name, size in (("batch_size", batch_size), ("sequence_length", sequence_length)):
            if isinstance(size, bool) or not isinstance(size, (int, np.integer)):
                raise TypeError(f"{name} must be a whole number, and not {size!r}.")
            if size < 1:
                raise ValueError(f"{name}={size} is too small. It must be at least 1.")
        self.batch_size, self.sequence_length, self.seed = batch_size, sequence_length, seed
        if len(self.ids) < batch_size * sequence_length + 1:
            raise ValueError(
                f"The text has {len(self.ids)} symbols. One batch of {batch_size} rows of "
                f"{sequence_length} symbols, each with the symbol after it, needs "
                f"{batch_size * sequence_length + 1}. "
                "Give a longer text, or a smaller batch_size or sequence_length."
            )

    def __iter__(self):
        rng = np.random.default_rng(self.seed)
        width = self.sequence_length
        start, spare = 0, len(self.ids) - (self.batch_size * width + 1)
        while True:
            length = (len(self.ids) - 1 - start) // self.batch_size
            used = slice(start, start + self.batch_size * length)
            inputs = self.ids[:-1][used].reshape(self.batch_size, length)
            targets = self.ids[1:][used].reshape(self.batch_size, length)
            for begin in range(0, length - width + 1, width):
                window = slice(begin, begin + width)
                yield Batch(
                    np.ascontiguousarray(inputs[:, window]),
                    np.ascontiguousarray(targets[:, window]),
                    continues=begin > 0,
                )
            start = int(rng.integers(0, min(width - 1, spare) + 1))


def evaluation_windows(ids, batch_size, sequence_length):
    """Cut a text into streams so that every symbol but the first is a target exactly once.

    Yields (``inputs`` [B, T], ``targets`` [B, T], ``counts`` [B, T]); ``counts`` is 1.0 for a
    target of the text and 0.0 where the last places had to be filled up. All windows have one
    shape. The number of streams is lowered for a text that is too short for that many.

    Raises: TypeError, ValueError for ids that are not possible.
    """
    ids = check_ids(ids)
    if len(ids) < 2:
        raise ValueError("The text has fewer than 2 symbols, so there is nothing to predict in it.")
    rows = min(batch_size, len(ids) - 1)
    length = -(-(len(ids) - 1) // rows)  # the quotient, rounded up
    width = min(sequence_length, length)
    inputs, targets, counts = np.zeros((3, rows, -(-length // width) * width), dtype=np.int32)
    for row in range(rows):
        before = ids[:-1][row * length : (row + 1) * length]
        inputs[row, : len(before)] = before
        targets[row, : len(before)] = ids[1:][row * length : (row + 1) * length]
        counts[row, : len(before)] = 1
    for begin in range(0, inputs.shape[1], width):
        window = slice(begin, begin + width)
        yield inputs[:, window], targets[:, window], counts[:, window].astype(np.float64)


def check_ids(ids, vocab_size=None):
    """Return ids as an int32 array [N]; with ``vocab_size``, each must be below it.

    Raises: TypeError, ValueError if they are no ids.
    """
    if isinstance(ids, str):
        raise TypeError("This is a text. Turn it into ids first: vocabulary.encode(text).")
    ids = np.asarray(ids)
    if ids.ndim != 1:
        raise ValueError(f"The ids must be one row, and not an array of shape {ids.shape}.")
    if len(ids) == 0:
        raise ValueError("The text is empty: there are no ids.")
    if not np.issubdtype(ids.dtype, np.integer):
        raise TypeError(f"The ids must be whole numbers, and not {ids.dtype}.")
    if ids.min() < 0:
        raise ValueError(f"An id is {ids.min()}; ids are 0 or larger.")
    if vocab_size is not None and ids.max() >= vocab_size:
        raise ValueError(
            f"An id is {ids.max()}, and the model knows the ids from 0 to {vocab_size - 1}. Build "
            "it with vocab_size=len(vocabulary)."
        )
    return ids.astype(np.int32)
