"""Exercises of notebook 03."""

from .reading import decoder_inputs, final_states, mean_over_batches
from .writing import accuracy_by_position, beam_step, clipped_matches, sort_the_mistakes

__all__ = [  # noqa: RUF022 (in the order of the notebook)
    "decoder_inputs",
    "mean_over_batches",
    "final_states",
    "accuracy_by_position",
    "clipped_matches",
    "beam_step",
    "sort_the_mistakes",
]
