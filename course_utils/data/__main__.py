"""Fetch the corpora of the course: ``python -m course_utils.data``."""

import argparse
import sys

from .cache import cache_folder
from .corpora import CorpusError, available_corpora, available_pairs, load_corpus
from .pairs import load_pairs


def main(arguments=None):
    """Fetch each corpus that is not in the cache yet, and say in one line what there is.

    Without names, these are the texts that the notebooks cannot do without. Sentence pairs (kor,
    fra) are fetched where they are named. Returns the exit status: 0, or 1 if a corpus could not be
    loaded.
    """
    parser = argparse.ArgumentParser(prog="python -m course_utils.data", description=__doc__)
    texts, pairs = available_corpora(), available_pairs()
    parser.add_argument(
        "names",
        nargs="*",
        help=f"what to fetch: {', '.join([*texts, *pairs])} ({', '.join(texts)}, if none is named)",
    )
    parser.add_argument(
        "--refresh", action="store_true", help="try again to get the first edition of each"
    )
    options = parser.parse_args(arguments)
    failed = False
    for name in options.names or texts:
        try:
            if name in pairs:
                corpus = load_pairs(name, refresh=options.refresh)
                size = f"{len(corpus.pairs):,} sentence pairs"
            else:
                corpus = load_corpus(name, refresh=options.refresh)
                size = f"{len(corpus.text):,} characters"
        except (CorpusError, ValueError) as error:
            print(error, file=sys.stderr)
            failed = True
            continue
        print(
            f"{name}: {size}, edition {corpus.edition}, {corpus.why}. "
            f"Cache folder: {cache_folder()}"
        )
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
