"""Exercises of notebook 03."""

from .reading import decoder_inputs, final_states, mean_over_batches
from .writing import accuracy_by_position, beam_step, clipped_matches, sort_the_mistakes

__all__ = [
    "accuracy_by_position",
    "beam_step",
    "clipped_matches",
    "decoder_inputs",
    "final_states",
    "mean_over_batches",
    "sort_the_mistakes",
]
