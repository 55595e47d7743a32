"""Korean verbs and adjectives: stems and the endings that the sentence patterns use.

The rules are those of the standard language (한글 맞춤법, articles 15 to 18 and 34 to 40).
"""

from dataclasses import dataclass, replace

from .hangul import final_of, join_syllable, split_syllable, with_final

IRREGULAR = ("", "ㅂ", "ㄷ", "ㅅ", "ㅎ", "르", "시")
BRIGHT = "ㅏㅑㅗ"  # the vowels that take 아, not 어
CONTRACTED = {"ㅗ": "ㅘ", "ㅜ": "ㅝ", "ㅣ": "ㅕ", "ㅚ": "ㅙ"}
SWALLOWING = "ㅏㅓㅕㅐㅔ"  # stem vowels into which 아/어 disappears


@dataclass(frozen=True)
class Stem:
    """The stem of a Korean verb or adjective, and how it is irregular.

    ``irregular`` is "" or one of ㅂ (돕다), ㄷ (듣다), ㅅ (짓다), ㅎ (빨갛다), 르 (부르다) and 시
    (the honorific, 읽으시다: polite 읽으세요). 하다, ㄹ stems and 으 stems are known by their
    shape.
    """

    text: str
    adjective: bool = False
    irregular: str = ""

    def __post_init__(self):
        if self.irregular not in IRREGULAR:
            raise ValueError(
                f"irregular={self.irregular!r} is unknown. Choose one of {', '.join(IRREGULAR[1:])}"
                ' or "" for a regular stem.'
            )
        split_syllable(self.text[-1:])

    @classmethod
    def parse(cls, notation, adjective=False):
        """Read the dictionary form with its irregularity, such as "읽다" or "듣다/ㄷ"."""
        form, _, irregular = notation.partition("/")
        if not form.endswith("다") or len(form) < 2:
            raise ValueError(f"{notation!r} is no dictionary form. It must end in 다, as in 읽다.")
        return cls(form[:-1], adjective, irregular)

    def infinitive(self):
        """Return the 아/어 form: 읽어, 가, 와, 해, 도와, 들어, 지어, 불러, 빨개, 바빠."""
        text = self.text
        before, (initial, vowel, final) = text[:-1], split_syllable(text[-1])
        if text.endswith("하"):
            return before + "해"
        if self.irregular == "ㅂ":
            return with_final(text, "") + ("와" if text in ("돕", "곱") else "워")
        if self.irregular == "ㅎ":
            return before + join_syllable(initial, {"ㅑ": "ㅒ", "ㅕ": "ㅖ"}.get(vowel, "ㅐ"))
        if self.irregular == "르":
            bright = split_syllable(before[-1])[1] in BRIGHT
            return with_final(before, "ㄹ") + ("라" if bright else "러")
        if self.irregular == "ㄷ":
            text = with_final(text, "ㄹ")
        if self.irregular == "ㅅ":
            text = with_final(text, "")
        if final:
            # The past stem ends in ㅆ (갔, 왔) and takes 어 whatever its vowel.
            return text + ("아" if vowel in BRIGHT and final != "ㅆ" else "어")
        if vowel == "ㅡ":
            bright = bool(before) and split_syllable(before[-1])[1] in BRIGHT
            return before + join_syllable(initial, "ㅏ" if bright else "ㅓ")
        if vowel in SWALLOWING:
            return text
        if vowel in CONTRACTED:
            return before + join_syllable(initial, CONTRACTED[vowel])
        return text + "어"

    def polite(self):
        """Return the present of the polite 해요 style: 읽어요, 해요, 들어요, 읽으세요."""
        if self.irregular == "시":
            return self.text[:-1] + "세요"
        return self.infinitive() + "요"

    def past(self):
        """Return the past stem, which takes endings like any other: 읽었-, 갔-, 했-."""
        infinitive = self.infinitive()
        return replace(self, text=with_final(infinitive, "ㅆ"), irregular="")

    def honorific(self):
        """Return the honorific stem: 읽으시-, 가시-, 사시- (살다), 들으시- (듣다)."""
        return replace(self, text=self.loose("시"), irregular="시")

    def firm(self, ending):
        """Attach an ending that needs no 으: 고, 지, 기, 지만, 는; a ㄹ stem loses ㄹ before ㄴ."""
        if final_of(self.text) == "ㄹ" and ending[0] in "는네니":
            return with_final(self.text, "") + ending
        return self.text + ending

    def loose(self, ending):
        """Attach an ending that brings 으 after a consonant: 면, 면서, 러, 려고, 니까, 시, ㄴ, ㄹ.

            ㄴ and ㄹ may be followed by more (ㄹ까요). ㄹ stems take no 으 and lose ㄹ before ㄴ,
        ㄹ, 시.
        """
        text, final = self.text, final_of(self.text)
        consonant, rest = (ending[0], ending[1:]) if ending[0] in "ㄴㄹ" else ("", ending)
        if self.irregular == "ㅂ":
            text, final = with_final(text, "") + "우", ""
        elif self.irregular == "ㅎ":
            text, final = with_final(text, ""), ""
        elif self.irregular == "ㄷ":
            text = with_final(text, "ㄹ")
        elif self.irregular == "ㅅ":
            text = with_final(text, "")
        elif final == "ㄹ":
            if consonant or ending[0] in "니시":
                text = with_final(text, "")
            final = ""
        if final:
            text += "으"
        return (with_final(text, consonant) if consonant else text) + rest

    def adnominal(self, tense):
        """Return the form before a noun: 읽는, 읽은, 읽을; adjectives 작은; 맛있는.

        ``tense`` is "present", "past" or "future".
        """
        if tense == "future":
            return self.loose("ㄹ")
        like_verb = not self.adjective or self.text.endswith(("있", "없"))
        if tense == "present":
            return self.firm("는") if like_verb else self.loose("ㄴ")
        if self.adjective:
            return self.past().firm("던")
        return self.loose("ㄴ")

    def quoted(self, tense):
        """Return the form before 하다 in reported speech: 읽는다고, 간다고, 작다고, 읽었다고."""
        if tense == "past":
            return self.past().firm("다고")
        if self.adjective or self.text.endswith(("있", "없")):
            return self.firm("다고")
        if final_of(self.text) in ("", "ㄹ"):
            return with_final(self.text, "ㄴ") + "다고"
        return self.text + "는다고"
