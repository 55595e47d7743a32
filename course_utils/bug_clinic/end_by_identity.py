"""The end of a sentence is compared by identity: ``is`` in place of ``==``."""

import torch

FRAMEWORK = "PyTorch"
TITLE = "every sentence is as long as the limit"
PROGRAM = (
    "program(next_logits, limit) -> list of ids; next_logits(ids so far) -> logits [V]; id 2 ends."
)
MEASURE = "calls of the decoder for a sentence of five words (its time)"
BETTER = "lower"
END = torch.tensor(2)
WORDS = (5, 9, 7, 4, 8)


def buggy(next_logits, limit):
    """Two tensors are never the same object."""
    ids = []
    while len(ids) < limit:
        chosen = next_logits(ids).argmax()
        if chosen is END:
            break
        ids.append(int(chosen))
    return ids


def cured(next_logits, limit):
    """Two tensors can be equal."""
    ids = []
    while len(ids) < limit:
        chosen = next_logits(ids).argmax()
        if chosen == END:
            break
        ids.append(int(chosen))
    return ids


class Speaker:
    """A decoder that knows its sentence: after the words only the end is likely."""

    def __init__(self, words):
        self.words, self.calls = [*words, 2], 0

    def __call__(self, ids):
        """Return the logits of the word after ``ids``."""
        self.calls += 1
        return torch.eye(10)[self.words[min(len(ids), len(self.words) - 1)]]


def symptom(program):
    """What is written, and how often the decoder was asked."""
    speaker = Speaker(WORDS)
    ids = program(speaker, 40)
    return {"sentence": list(WORDS), "written": ids, "calls of the decoder": speaker.calls}


def test(program):
    """A sentence ends where the end symbol is chosen; without one, at the limit."""
    assert program(Speaker([3, 4]), 10) == [3, 4], "it goes on after the end symbol"
    assert program(Speaker([3] * 20), 10) == [3] * 10, "the limit is not kept"


def cost(program):
    """Return the number of calls."""
    speaker = Speaker(WORDS)
    program(speaker, 40)
    return speaker.calls
