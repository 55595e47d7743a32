"""Exercises of notebook 04."""

from .judging import alignment_error_rate, attention_entropy, is_clear, own_sentences
from .weights import concat_scores, cosine_scores, erase_a_place, masked_softmax

__all__ = [  # noqa: RUF022 (in the order of the notebook)
    "cosine_scores",
    "concat_scores",
    "masked_softmax",
    "attention_entropy",
    "alignment_error_rate",
    "erase_a_place",
    "is_clear",
    "own_sentences",
]
