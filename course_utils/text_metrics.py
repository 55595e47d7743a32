"""Numbers that say how varied and how word-like a written text is. Standard library only.

Each function takes one text, or a list or tuple of texts. For several texts each is measured on its
own and the mean is weighted by length: what was counted in all of them, divided by all that could
have been. Most of these numbers depend on the length: compare texts of equal length.
"""

import re
from collections.abc import Collection

from course_utils.model_checks import whole_numbers

UNITS = ("character", "word")
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")  # letters, with apostrophes between letters


def distinct_n(text, n, unit="character"):
    """Return the share of different n-grams: (different ones) / (all), from above 0 to 1.

    With ``unit="character"`` an n-gram is ``n`` characters in a row, white space included; with
    ``unit="word"`` it is ``n`` of the text's words (see ``words_in``). 1 means that none stands
    twice. Li et al. divide by the number of words, which is larger by n - 1.

    Raises: TypeError, ValueError for a text with fewer than n symbols, or an n or unit that is not
    possible.
    Source: Li et al. 2016, section 5 (distinct-1 and distinct-2).
    """
    whole_numbers(n=n)
    if unit not in UNITS:
        raise ValueError(f"unit={unit!r} is not known. Choose 'character' or 'word'.")
    different = total = 0
    for one in _texts(text):
        symbols = one if unit == "character" else words_in(one)
        if len(symbols) < n:
            raise ValueError(
                f"The text {one!r:.40} has {len(symbols)} {unit}s, and {n} are needed for n={n}. "
                "Give a longer text, or a smaller n."
            )
        grams = [tuple(symbols[start : start + n]) for start in range(len(symbols) - n + 1)]
        different += len(set(grams))
        total += len(grams)
    return different / total


def words_in(text):
    """Return the words of one text in their order, in lower case.

    A word is a run of letters. An apostrophe (' or ’, written ' in the result) belongs to a word
    if it stands between two letters: "don't" is one word, and "'tis" is "tis". Digits, hyphens and
    all other characters part words.
    Raises: TypeError if it is no text.
    """
    if not isinstance(text, str):
        raise TypeError(f"Give one text, and not {text!r:.60}.")
    return [_folded(match.group()) for match in WORD.finditer(text)]


def words_of(text):
    """Return the set of the words of a text, or of several; see ``words_in``.

    It is what ``word_share`` needs: ``words_of(training_text)``.
    Raises: TypeError, ValueError if there is no word.
    """
    words = {word for one in _texts(text) for word in words_in(one)}
    if not words:
        raise ValueError("There is no word in the text. Give a text with letters.")
    return words


def word_share(text, known_words):
    """Return the share of letters that stand in words of ``known_words``, from 0 to 1.

    Words are those of ``words_in``, so case does not matter. Apostrophes are no letters. A word
    that touches the beginning or the end of the text may be cut, so it is left out (also with an
    apostrophe between it and the end). Long words weigh more than short ones, which are often hit
    by chance.

    Raises: TypeError, ValueError if ``known_words`` is no collection of words, or a text has no
    complete word.
    """
    if isinstance(known_words, str) or not isinstance(known_words, Collection):
        raise TypeError("known_words must be a set of words: words_of(training_text).")
    if not known_words or not all(isinstance(word, str) for word in known_words):
        raise ValueError("known_words must hold at least one word, and words only.")
    known_words = {_folded(word) for word in known_words}
    known = total = 0
    for one in _texts(text):
        begin = len(one) - len(one.lstrip("'’"))
        end = len(one.rstrip("'’"))
        words = [
            match.group()
            for match in WORD.finditer(one)
            if match.start() > begin and match.end() < end
        ]
        if not words:
            raise ValueError(
                f"The text {one!r:.40} has no complete word: the first and the last may be cut, "
                "and are left out. Give a longer text."
            )
        for word in words:
            letters = sum(character not in "'’" for character in word)
            known += letters * (_folded(word) in known_words)
            total += letters
    return known / total


def repetition(text, window=10):
    """Return the share of characters that lie in a copy of something earlier, from 0 to below 1.

    A character counts if it lies in a run of ``window`` characters that began once already,
    further ahead in the same text; the two may overlap. Of "abcabc" with ``window=3`` the second
    half counts: 0.5.

    Raises: TypeError, ValueError for a text shorter than ``window``, or a window that is no whole
    number of at least 1.
    """
    whole_numbers(window=window)
    repeated = total = 0
    for one in _texts(text):
        if len(one) < window:
            raise ValueError(
                f"The text {one!r:.40} has {len(one)} characters, and window={window} needs as "
                "many. Give a longer text, or a smaller window."
            )
        seen, covered = set(), 0  # covered: all characters before this place are counted
        for start in range(len(one) - window + 1):
            gram = one[start : start + window]
            if gram in seen:
                repeated += start + window - max(covered, start)
                covered = start + window
            seen.add(gram)
        total += len(one)
    return repeated / total


def _texts(text):
    """Return one text or several as a list. Raises: TypeError, ValueError for anything else."""
    texts = [text] if isinstance(text, str) else text
    if not isinstance(texts, (list, tuple)) or not all(isinstance(one, str) for one in texts):
        raise TypeError(f"Give one text, or a list of texts, and not {text!r:.60}.")
    if not texts or not all(texts):
        raise ValueError("The text is empty. Give at least one, with at least one character.")
    return texts


def _folded(word):
    return word.replace("’", "'").casefold()
