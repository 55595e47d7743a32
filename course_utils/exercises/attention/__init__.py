"""Exercises of notebook 04."""

from .judging import alignment_error_rate, attention_entropy, is_clear, own_sentences
from .weights import concat_scores, cosine_scores, erase_a_place, masked_softmax

__all__ = [
    "alignment_error_rate",
    "attention_entropy",
    "concat_scores",
    "cosine_scores",
    "erase_a_place",
    "is_clear",
    "masked_softmax",
    "own_sentences",
]
