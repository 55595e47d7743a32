"""A clause in two languages: one structure, two word orders."""

from dataclasses import dataclass, field, replace

from .conjugation import Stem
from .english import verb_group
from .tokens import Eojeol, NounPhrase, entries, eojeols

# Where the parts of a clause go ("often" stands nearer to the Korean verb than "always" does).
# "receiver" is English's first object (gave Minsu a book),
# "recipient" its long form (gave a book to Minsu). "degree" (very, more) stands by the adjective.
ENGLISH_ORDER = entries(
    "receiver object recipient goal manner means company place duration time purpose than"
)
KOREAN_ORDER = entries(
    "time frequency purpose place company duration means goal receiver recipient object often "
    "manner than never"
)

있다, 없다, 않다, 하다 = (Stem.parse(form) for form in ("있다", "없다", "않다", "하다"))
싶다 = Stem.parse("싶다", adjective=True)
계시다 = Stem.parse("계시다/시")
시작하다, 보다 = Stem.parse("시작하다"), Stem.parse("보다")
CHAINED = ("progressive", "want", "experience", "begin", "decide", "try")


def _tensed(stem, tense):
    return stem.past() if tense == "past" else stem


def _polite(stem, tense):
    if tense == "future":
        return (stem.loose("ㄹ"), "거예요")
    return (_tensed(stem, tense).polite(),)


def _whether(stem, tense):
    if tense == "future":
        return (stem.loose("ㄹ지"),)
    if tense == "past":
        return (stem.past().firm("는지"),)
    return (stem.adnominal("present") + "지",)


def _quoted(stem, tense):
    return (stem.loose("ㄹ"), "거라고") if tense == "future" else (stem.quoted(tense),)


# ending: (stem, tense) -> the verb with it, then the words that follow the verb
ENDINGS = {
    "polite": _polite,
    "because": lambda stem, tense: (stem.infinitive() + "서",),
    "reason": lambda stem, tense: (_tensed(stem, tense).loose("니까"),),
    "if": lambda stem, tense: (stem.loose("면"),),
    "when": lambda stem, tense: (_tensed(stem, tense).loose("ㄹ"), "때"),
    "until": lambda stem, tense: (stem.loose("ㄹ"), "때까지"),
    "before": lambda stem, tense: (stem.firm("기"), "전에"),
    "after": lambda stem, tense: (stem.loose("ㄴ"), "후에"),
    "while": lambda stem, tense: (stem.loose("면서"),),
    "but": lambda stem, tense: (_tensed(stem, tense).firm("지만"),),
    "and": lambda stem, tense: (_tensed(stem, tense).firm("고"),),
    "and then": lambda stem, tense: (stem.firm("고"),),
    "purpose": lambda stem, tense: (stem.loose("러"),),
    "relative": lambda stem, tense: (stem.adnominal(tense),),
    "quoted": _quoted,
    "whether": _whether,
    "request": lambda stem, tense: (stem.infinitive(), "주세요"),
    "do not": lambda stem, tense: (stem.firm("지"), "마세요"),
    "shall": lambda stem, tense: (stem.loose("ㄹ까요"),),
    "may": lambda stem, tense: (stem.infinitive() + "도", "돼요"),
    "must not": lambda stem, tense: (stem.loose("면"), "안", "돼요"),
}


@dataclass(frozen=True)
class Verb:
    """A verb or adjective in both languages.

    ``english``: base form with its particle, or "be tall". ``korean``: a Stem. ``prefix``: Korean
    words before it that belong to it (춤을 추다). ``honorific`` and ``negative``: Stems of their
    own
    where the regular form is not used (드시다 for 먹다, 모르다 for "not know").
    """

    english: str
    korean: Stem
    prefix: str = ""
    honorific: Stem | None = None
    negative: Stem | None = None


@dataclass(frozen=True)
class Clause:
    """A subject (None: left out in Korean and English), a verb and its parts.

    ``kind`` names the event for the splits, for example "read book".
    """

    subject: NounPhrase | None
    verb: Verb
    parts: tuple = ()
    kind: tuple = ()

    def with_parts(self, *parts):
        """Return the clause with more parts."""
        return replace(self, parts=self.parts + parts)

    def without(self, *slots):
        """Return the clause without the parts of some slots."""
        return replace(self, parts=tuple(p for p in self.parts if p.slot not in slots))

    def asking(self, part):
        """Return the clause with a question word in place of what it asks for."""
        kept = tuple(p for p in self.parts if p.slot != part.slot)
        asked = part.slot in ("object", "goal")
        kind = (*self.kind[:2], "") if asked else self.kind
        return replace(self, parts=(*kept, part), kind=kind)

    def part(self, slot):
        """Return the part of a slot, or None."""
        return next((part for part in self.parts if part.slot == slot), None)


@dataclass
class Rendered:
    """A clause in order: English Words, and the Korean subject, parts and verb apart."""

    english: list
    subject: list
    parts: list
    verb: list
    kinds: list = field(default_factory=list)

    @property
    def korean(self):
        """Return all Eojeols of the clause."""
        return self.subject + self.parts + self.verb


def render(
    clause,
    tense,
    *,
    negative=False,
    modal=None,
    question=False,
    ending="polite",
    connective=(),
    particle="은",
    silent=False,
):
    """Put a clause in order in both languages.

    ``tense``, ``negative``, ``modal``, ``question``: as in english.verb_group. ``ending``: a key of
    ENDINGS. ``connective``: the English Words (because, if) that the ending translates.
    ``particle``: of the Korean subject. ``silent=True`` leaves the subject out of the English
    (imperatives, relative clauses). Returns Rendered.
    """
    subject = clause.subject
    group = verb_group(clause.verb.english, subject, tense, negative, modal, question)
    spoken = [] if silent else list(subject.english)
    inner = spoken + group.front if not question else group.front + spoken
    english = [w for p in clause.parts if p.fronted for w in p.english]
    english += inner + group.middle
    english += [
        word
        for part in clause.parts
        if part.slot in ("frequency", "often", "never") and not part.fronted
        for word in part.english
    ]
    degree = [w for p in clause.parts if p.slot == "degree" for w in p.english]
    content = group.end.index(group.content[0])
    english += group.end[:content] + degree + group.end[content:]
    for slot in ENGLISH_ORDER:
        for part in clause.parts:
            if part.slot == slot and not part.fronted:
                english += part.english
    # 춤을 추다, 비가 오다: the adverb follows the verb's own noun (춤을 잘 춰요).
    close = ("often", "manner", "never") if clause.verb.prefix.endswith(("을", "가", "이")) else ()
    korean_parts = _in_korean_order(clause, [slot for slot in KOREAN_ORDER if slot not in close])
    korean_subject = []
    if subject is not None and subject.korean and not silent:
        korean_subject = subject.marked(particle)
    verb = _korean_verb(clause, group, tense, negative, modal, ending, connective)
    own = len(clause.verb.prefix.split())
    verb[own:own] = _in_korean_order(clause, close)
    return Rendered(english, korean_subject, korean_parts, verb, [clause.kind])


def _in_korean_order(clause, slots):
    return [
        eojeol
        for slot in slots
        for part in clause.parts
        if part.slot == slot
        for eojeol in part.korean
    ]


def _korean_verb(clause, group, tense, negative, modal, ending, connective):
    """Chain the verb with its auxiliaries; every link knows the English words it stands for."""
    verb, subject = clause.verb, clause.subject
    honoured = subject is not None and subject.honorific
    never = clause.part("never")
    negator = group.negation + (list(never.english) if never else [])
    able, forbidden = modal in ("can", "could"), ending == "must not"
    negated = bool(negative or never) and not forbidden
    suppletive = negated and verb.negative is not None and modal is None
    # The honorific goes to the last verb of a chain: 읽고 계세요, 읽지 않으셨어요.
    late = modal in CHAINED or (negated and not able and not suppletive)
    stem = verb.negative if suppletive else verb.korean
    if honoured and verb.honorific is not None and not suppletive:
        stem = verb.honorific
    if honoured and not late and stem.irregular != "시":
        stem = stem.honorific()
    chain = eojeols(verb.prefix, group.content) if verb.prefix else []
    for part in clause.parts:
        if part.slot == "degree":
            chain += [replace(e, sure=e.sure or tuple(group.content)) for e in part.korean]
    sure, possible = list(group.content), list(group.particle)

    def step(text, next_stem, next_sure, honorific=None):
        """Close a link of the chain and begin the next."""
        nonlocal stem, sure, possible
        chain.append(Eojeol(text, tuple(sure), tuple(possible)))
        stem, sure, possible = next_stem, list(next_sure), []
        if honoured and late and honorific:
            stem = honorific

    if modal == "progressive":
        step(stem.firm("고"), 있다, group.helper, 계시다)
    elif modal == "want":
        step(stem.firm("고"), 싶다, group.modal[:1])
        if subject.person == 3:
            step(stem.infinitive(), 하다, group.modal[:1], not negated and 하다.honorific())
    elif able:
        step(stem.loose("ㄹ"), 있다, group.modal)
        step("수", 없다 if negated else 있다, group.negation if negated else group.modal)
        possible = [w for w in group.modal if w not in sure]
    elif modal in ("must", "have") and not forbidden:
        step(stem.infinitive() + "야", 하다, group.modal[:1])
    elif modal == "experience":
        if stem.text != "보":  # 봐 본 적 is said as 본 적
            step(stem.infinitive(), 보다, group.modal, 보다.honorific())
        elif honoured:
            stem = 보다.honorific()
        step(stem.loose("ㄴ"), 있다, group.modal)
        step("적이", 없다 if negated else 있다, group.negation if negated else group.modal)
        possible = [w for w in group.modal if w not in sure]
    elif modal in ("begin", "decide", "try"):
        link, following = {
            "begin": (stem.firm("기"), 시작하다),
            "decide": (stem.firm("기로"), 하다),
            "try": (stem.loose("려고"), 하다),
        }[modal]
        step(link, following, group.modal[:1], following.honorific())
    if suppletive:
        sure += negator
    elif negated and not able and modal != "experience":
        # 않다 is an adjective after one: 멀지 않다고, but 가지 않는다고.
        not_ = replace(않다, adjective=stem.adjective)
        step(stem.firm("지"), not_, negator, not_.honorific())

    will = [word for word in group.helper if word.text == "will"]
    possible += [w for w in group.helper + group.modal[1:] if w not in sure and w not in will]
    first, *rest = ENDINGS[ending](stem, tense)
    if forbidden:
        chain.append(Eojeol(first, tuple(sure), tuple(possible)))
        return chain + eojeols(" ".join(rest), group.negation + group.modal)
    connective = list(connective)
    if modal in ("may", "shall"):
        connective += group.modal
    if not rest:
        return [*chain, Eojeol(first, tuple(sure), tuple(possible + connective + will))]
    chain.append(Eojeol(first, tuple(sure), tuple(possible)))
    own, spare = (will, connective) if will else (connective, [])
    return chain + [Eojeol(text, tuple(own), tuple(spare)) for text in rest]
