"""The check of text -> ids -> text. NumPy only."""

import unicodedata

import numpy as np

from course_utils.arrays import to_numpy

from .result import Diagnosis, as_function


def text_round_trip(encode, decode, texts, pad_id=0, unknown_id=None):
    """Check that text comes back from its ids, that no word is read as a pad, and one more thing.

    ``encode(text)`` -> ids [T]; ``decode(ids)`` -> text. ``texts``: a list of texts, some with
    words that the vocabulary does not have, some in Hangul. The one more thing: a text in
    decomposed Unicode (NFD, as in file names from a Mac) gets the ids of its composed form (NFC).
    Texts that hold ``unknown_id`` need not come back. White space at the ends and runs of it do not
    count.

    Raises: TypeError, ValueError for texts that are no list of at least one text.
    Source: Unicode Standard Annex #15 (normalization forms).
    """
    as_function("encode", encode, "encode(text)")
    as_function("decode", decode, "decode(ids)")
    if isinstance(texts, str) or not all(isinstance(text, str) for text in texts):
        raise TypeError("texts must be a list of texts: ['one sentence', 'another'].")
    if not texts:
        raise ValueError("texts is empty. Give at least one text.")
    padded, torn, lost = [], [], []
    for text in texts:
        composed, decomposed = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
        ids = np.asarray(to_numpy(encode(composed)))
        if (ids == pad_id).any():
            padded.append(text)
        if not np.array_equal(ids, np.asarray(to_numpy(encode(decomposed)))):
            torn.append(text)
        known = unknown_id is None or not (ids == unknown_id).any()
        if known and _plain(decode(ids)) != _plain(text):
            lost.append(text)
    numbers = {"texts": len(texts), "padded": padded, "torn": torn, "lost": lost}
    for wrong, what, advice in (
        (padded, "hold a word that is read as a pad", "give unknown words an id of their own."),
        (
            torn,
            "have other ids when they are decomposed (NFD)",
            "unicodedata.normalize('NFC', text) before anything else, in training and in use.",
        ),
        (lost, "do not come back from their ids", "compare decode(encode(text)) with the text."),
    ):
        if wrong:
            found = f"{len(wrong)} of {len(texts)} texts {what}, for example {wrong[0]!r:.60}."
            return Diagnosis("text_round_trip", False, found, advice, numbers)
    found = f"All {len(texts)} texts come back from their ids, in both Unicode forms."
    return Diagnosis("text_round_trip", True, found, "", numbers)


def _plain(text):
    """Return a text composed, with single spaces."""
    return " ".join(unicodedata.normalize("NFC", str(text)).split())
