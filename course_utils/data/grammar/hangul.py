"""Hangul syllables as numbers, and the particles that depend on a word's last syllable.

A syllable block is one code point: 0xAC00 + (initial * 21 + vowel) * 28 + final
(The Unicode Standard, section 3.12). Everything here is composed (NFC).
"""

FIRST, LAST = 0xAC00, 0xD7A3
INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
FINALS = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")

# particle: (after a final consonant, after a vowel)
PARTICLES = {
    "은": ("은", "는"),
    "이": ("이", "가"),
    "을": ("을", "를"),
    "과": ("과", "와"),
    "으로": ("으로", "로"),
    "이에요": ("이에요", "예요"),
    "이었어요": ("이었어요", "였어요"),
}


def split_syllable(syllable):
    """Take one Hangul syllable apart: "한" -> ("ㅎ", "ㅏ", "ㄴ"); the final may be "".

    Raises ValueError for anything that is not one composed Hangul syllable.
    """
    if len(syllable) != 1 or not FIRST <= ord(syllable) <= LAST:
        raise ValueError(
            f"{syllable!r} is not one composed Hangul syllable. Give one syllable from 가 to 힣; "
            'decomposed Hangul is put together by unicodedata.normalize("NFC", text).'
        )
    rest, final = divmod(ord(syllable) - FIRST, len(FINALS))
    initial, vowel = divmod(rest, len(VOWELS))
    return INITIALS[initial], VOWELS[vowel], FINALS[final]


def join_syllable(initial, vowel, final=""):
    """Put one Hangul syllable together: ("ㅎ", "ㅏ", "ㄴ") -> "한"."""
    number = INITIALS.index(initial) * len(VOWELS) + VOWELS.index(vowel)
    return chr(FIRST + number * len(FINALS) + FINALS.index(final))


def final_of(word):
    """Return the final consonant of a word's last syllable, or "" after a vowel."""
    if not word:
        raise ValueError("An empty word has no last syllable. Give a Korean word.")
    return split_syllable(word[-1])[2]


def with_final(word, final):
    """Return the word with another final consonant on its last syllable ("" takes it off)."""
    initial, vowel, _ = split_syllable(word[-1])
    return word[:-1] + join_syllable(initial, vowel, final)


def with_particle(word, particle):
    """Attach a particle in the form that the word's last syllable asks for.

    Particles of two forms are named by the one after a consonant (은, 이, 을, 과, 으로, 이에요,
    이었어요); any other particle (에서, 에게, 보다, ...) has one form and is attached as it is.
    으로 counts a final ㄹ as a vowel: 연필로. Raises ValueError if the word ends in no syllable.
    """
    final = final_of(word)
    if particle not in PARTICLES:
        return word + particle
    after_consonant, after_vowel = PARTICLES[particle]
    like_vowel = not final or (particle == "으로" and final == "ㄹ")
    return word + (after_vowel if like_vowel else after_consonant)
