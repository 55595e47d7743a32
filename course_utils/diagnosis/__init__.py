"""Ten checks for a model that trains but is wrong. They take numbers or functions of either side.

Each returns a ``Diagnosis``: what was measured, whether it is as it should be, and what to do.
``assert diagnosis.pad_leak(read, ids), "..."`` makes one a test. No framework is loaded here.
"""

from .behaviour import batch_invariance, evaluation_repeats, pad_leak, state_is_carried
from .learning import first_loss, gradient_reaches, loss_per_word, overfits_one_batch, step_size
from .result import Diagnosis
from .text import text_round_trip

# In the order of docs/ten_checks.md: the data, the first update, the training, the reading.
CHECKS = (
    "text_round_trip",
    "first_loss",
    "loss_per_word",
    "gradient_reaches",
    "step_size",
    "overfits_one_batch",
    "batch_invariance",
    "pad_leak",
    "state_is_carried",
    "evaluation_repeats",
)
__all__ = [
    "CHECKS",
    "Diagnosis",
    "batch_invariance",
    "evaluation_repeats",
    "first_loss",
    "gradient_reaches",
    "loss_per_word",
    "overfits_one_batch",
    "pad_leak",
    "state_is_carried",
    "step_size",
    "text_round_trip",
]
