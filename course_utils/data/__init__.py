"""Text -> ids -> batches. NumPy only; neither framework is loaded."""

from .language_model import Batch, StreamBatches, evaluation_windows, split_contiguous
from .vocabulary import Vocabulary

__all__ = ["Batch", "StreamBatches", "Vocabulary", "evaluation_windows", "split_contiguous"]
