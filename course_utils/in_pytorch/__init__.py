"""The PyTorch side of the course. ``course_utils.in_tensorflow`` is its mirror image.

Importing it sets one thing for the whole process: on a GPU, TensorFloat-32 is off.
"""

import torch

# On a GPU: full float32, so that both frameworks give the same numbers there, too.
torch.backends.cudnn.allow_tf32 = False
torch.backends.cuda.matmul.allow_tf32 = False

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
