"""The PyTorch side of the course. ``course_utils.in_tensorflow`` is its mirror image.

Importing it sets two things for the whole process: on a GPU, TensorFloat-32 is off; on Linux, freed
memory is kept for the next update.
"""

import torch

from course_utils._memory import keep_freed_memory

# On a GPU: full float32, so that both frameworks give the same numbers there, too.
torch.backends.cudnn.allow_tf32 = False
torch.backends.cuda.matmul.allow_tf32 = False
keep_freed_memory()

from . import fast_gru, generation, inspection, layers, models, seq2seq, training, translation  # noqa: E402

__all__ = [
    "fast_gru",
    "generation",
    "inspection",
    "layers",
    "models",
    "seq2seq",
    "training",
    "translation",
]
