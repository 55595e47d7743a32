"""Text -> ids -> batches. NumPy only; neither framework is loaded."""

from .corpora import Corpus, CorpusError, available_corpora, load_corpus
from .language_model import Batch, StreamBatches, evaluation_windows, split_contiguous
from .vocabulary import Vocabulary

__all__ = [
    "Batch",
    "Corpus",
    "CorpusError",
    "StreamBatches",
    "Vocabulary",
    "available_corpora",
    "evaluation_windows",
    "load_corpus",
    "split_contiguous",
]
