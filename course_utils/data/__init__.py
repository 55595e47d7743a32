"""Text -> ids -> batches. NumPy only; neither framework is loaded."""

from .corpora import Corpus, CorpusError, available_corpora, available_pairs, load_corpus
from .language_model import Batch, StreamBatches, evaluation_windows, split_contiguous
from .pair_text import PairReport, split_words
from .pairs import PairCorpus, PairSplits, load_pairs, read_pairs, short_pairs, split_pairs
from .translation import (
    SPECIAL,
    PairBatches,
    SentencePair,
    TranslationBatch,
    classic_pairs,
    encode_batch,
    english_korean_pairs,
    evaluation_batches,
    log_frequencies,
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
    "PairCorpus",
    "PairReport",
    "PairSplits",
    "SentencePair",
    "StreamBatches",
    "TranslationBatch",
    "Vocabulary",
    "available_corpora",
    "available_pairs",
    "classic_pairs",
    "encode_batch",
    "english_korean_pairs",
    "evaluation_batches",
    "evaluation_windows",
    "load_corpus",
    "load_pairs",
    "log_frequencies",
    "pad",
    "pair_vocabularies",
    "read_pairs",
    "short_pairs",
    "split_contiguous",
    "split_pairs",
    "split_words",
]
