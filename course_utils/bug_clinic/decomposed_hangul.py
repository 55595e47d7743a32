"""Decomposed Hangul: two words look equal, and are not."""

import unicodedata

import keras
import numpy as np
import tensorflow as tf

from course_utils import diagnosis

from . import tasks

FRAMEWORK = "TensorFlow"
TITLE = "a sentence pasted from a file name is full of unknown words"
PROGRAM = "program(text, lookup) -> ids [T]; lookup is a StringLookup of Keras; id 0 is <unk>."
MEASURE = "accuracy: share of the words of decomposed sentences that get their right id"
BETTER = "higher"


def buggy(text, lookup):
    """The text as it comes."""
    return lookup(tf.strings.split(text))


def cured(text, lookup):
    """The text in composed form (NFC)."""
    text = unicodedata.normalize("NFC", text)
    return lookup(tf.strings.split(text))


def korean(count):
    """Return (sentences of the corpus, a StringLookup of their words)."""
    texts = [" ".join(pair.target) for pair in tasks.corpus()["train"][:count]]
    words = sorted({word for text in texts for word in text.split()})
    return texts, keras.layers.StringLookup(vocabulary=words, oov_token="<unk>")


def shares(program):
    """Return the share of words with the right id, for composed and for decomposed sentences."""
    texts, lookup = korean(20)
    right = {}
    for form in ("NFC", "NFD"):
        pairs = [
            (program(unicodedata.normalize(form, text), lookup), lookup(tf.strings.split(text)))
            for text in texts
        ]
        right[form] = float(np.mean(np.concatenate([(a == b).numpy() for a, b in pairs])))
    return right


def symptom(program):
    """Two texts that look alike."""
    right = shares(program)
    composed = "학교에"
    decomposed = unicodedata.normalize("NFD", composed)
    return {
        f"{composed} == {decomposed}": composed == decomposed,
        "their lengths": f"{len(composed)} and {len(decomposed)}",
        "words found, composed text": right["NFC"],
        "words found, decomposed text": right["NFD"],
    }


def test(program):
    """Both Unicode forms of a text have the same ids."""
    texts, lookup = korean(5)
    words = lookup.get_vocabulary()
    found = diagnosis.text_round_trip(
        lambda text: program(text, lookup),
        lambda ids: " ".join(words[i] for i in ids),
        texts,
        pad_id=-1,
        unknown_id=0,
    )
    assert found, found


def cost(program):
    """Return the share of words found in decomposed sentences."""
    return shares(program)["NFD"]
