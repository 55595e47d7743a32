"""Fetch the corpora of the course: ``python -m course_utils.data``."""

import argparse
import sys

from .cache import cache_folder
from .corpora import CorpusError, available_corpora, load_corpus


def main(arguments=None):
    """Fetch each corpus that is not in the cache yet, and say in one line what there is.

    Returns the exit status: 0, or 1 if a corpus could not be loaded.
    """
    parser = argparse.ArgumentParser(prog="python -m course_utils.data", description=__doc__)
    parser.add_argument("names", nargs="*", help="corpora to fetch (all, if none is named)")
    parser.add_argument(
        "--refresh", action="store_true", help="try again to get the first edition of each"
    )
    options = parser.parse_args(arguments)
    failed = False
    for name in options.names or available_corpora():
        try:
            corpus = load_corpus(name, refresh=options.refresh)
        except (CorpusError, ValueError) as error:
            print(error, file=sys.stderr)
            failed = True
            continue
        print(
            f"{name}: {len(corpus.text):,} characters, edition {corpus.edition}, {corpus.why}. "
            f"Cache folder: {cache_folder()}"
        )
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
