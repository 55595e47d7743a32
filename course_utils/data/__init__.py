"""Text -> ids -> batches. NumPy only; neither framework is loaded."""

from .corpora import Corpus, CorpusError, available_corpora, load_corpus
from .language_model import Batch, StreamBatches, evaluation_windows, split_contiguous
from .translation import (
    SPECIAL,
    PairBatches,
    SentencePair,
    TranslationBatch,
    classic_pairs,
    encode_batch,
    english_korean_pairs,
    evaluation_batches,
    pad,
    pair_vocabularies,
)
from .vocabulary import Vocabulary

__all__ = [
    "SPECIAL",
    "Batch",
    "Corpus",
    "CorpusError",
    "PairBatches",
    "SentencePair",
    "StreamBatches",
    "TranslationBatch",
    "Vocabulary",
    "available_corpora",
    "classic_pairs",
    "encode_batch",
    "english_korean_pairs",
    "evaluation_batches",
    "evaluation_windows",
    "load_corpus",
    "pad",
    "pair_vocabularies",
    "split_contiguous",
]
