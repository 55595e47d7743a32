"""Unknown words are read as pads."""

import functools

import numpy as np

from course_utils import diagnosis

from . import _tensorflow as shared
from . import tasks

FRAMEWORK = "TensorFlow"
TITLE = "the loss is a mean over fewer words than the text has"
PROGRAM = "program(words, ids {word: id}) -> list of ids; 0 is <pad>, 1 is <unk>."
MEASURE = "loss on new sentences, unknown words counted as <unk> (nats per word)"
BETTER = "lower"


def buggy(words, ids):
    """Where a word is missing, 0."""
    return [ids.get(word, 0) for word in words]


def cured(words, ids):
    """Where a word is missing, the id of <unk>."""
    unknown = 1
    return [ids.get(word, unknown) for word in words]


def sentences(program, count, split):
    """Return sentences as ids [N, 14], encoded by a program; 60 words are known."""
    words = tasks.frequent_words(60)
    return tasks.sentence_ids(lambda sentence: program(sentence, words), count, split)


@functools.cache
def trained(program):
    """Return a model of sentences, trained on what the program made of them."""
    model = shared.start(shared.SentenceModel(62), np.ones((1, 2), np.int32))
    shared.fit(
        model,
        lambda inputs, targets: shared.masked_loss(model(inputs), targets),
        shared.sentence_batches(sentences(program, 2000, "train"), 150),
    )
    return model


def symptom(program):
    """The loss as the program's own training would report it, and what it is a mean of."""
    own = sentences(program, 300, "validation")
    honest = sentences(cured, 300, "validation")
    return {
        "reported loss (nats per word)": shared.nats(trained(program), own),
        "words that were counted": int(np.count_nonzero(own[:, 1:])),
        "words in the text": int(np.count_nonzero(honest[:, 1:])),
    }


def test(program):
    """No word of a text may be read as a pad."""
    ids = {"I": 2, "like": 3, "tea": 4}
    words = {number: word for word, number in ids.items()} | {0: "", 1: "<unk>"}
    found = diagnosis.text_round_trip(
        lambda text: program(text.split(), ids),
        lambda numbers: " ".join(words[number] for number in numbers),
        ["I like tea", "I like plums"],
        unknown_id=1,
    )
    assert found, found


def cost(program):
    """Return the loss with every word counted."""
    return shared.nats(trained(program), sentences(cured, 300, "validation"))
