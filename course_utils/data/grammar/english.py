"""English verb forms, and the finite verb group of a clause with the role of each of its words."""

from dataclasses import dataclass, field

from .tokens import Word, words

# base: (past, participle)
IRREGULAR_VERBS = {
    base: (past, participle)
    for base, past, participle in (
        line.split()
        for line in """\
be was been
begin began begun
bring brought brought
build built built
buy bought bought
catch caught caught
choose chose chosen
come came come
cut cut cut
do did done
draw drew drawn
drink drank drunk
drive drove driven
eat ate eaten
feed fed fed
find found found
forget forgot forgotten
get got gotten
give gave given
go went gone
grow grew grown
have had had
know knew known
leave left left
lend lent lent
lose lost lost
make made made
meet met met
read read read
ride rode ridden
run ran run
say said said
see saw seen
sell sold sold
send sent sent
show showed shown
sing sang sung
sit sat sat
sleep slept slept
speak spoke spoken
swim swam swum
take took taken
teach taught taught
think thought thought
throw threw thrown
understand understood understood
wear wore worn
write wrote written""".splitlines()
    )
}
DOUBLING = ("stop", "swim", "run", "sit", "cut", "begin", "plan", "forget", "get")
MODALS = ("can", "could", "must", "may", "shall")
CATENATIVES = ("want", "have", "begin", "decide", "try")


def past(verb):
    """Return the simple past of a verb: walk -> walked, eat -> ate."""
    return IRREGULAR_VERBS[verb][0] if verb in IRREGULAR_VERBS else _ed(verb)


def participle(verb):
    """Return the past participle of a verb: walk -> walked, eat -> eaten."""
    return IRREGULAR_VERBS[verb][1] if verb in IRREGULAR_VERBS else _ed(verb)


def _ed(verb):
    if verb.endswith("e"):
        return verb + "d"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ied"
    return verb + (verb[-1] if verb in DOUBLING else "") + "ed"


def third_person(verb):
    """Return the third person singular of the present: walk -> walks, watch -> watches."""
    if verb == "have":
        return "has"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ies"
    return verb + ("es" if verb.endswith(("s", "sh", "ch", "x", "o")) else "s")


def gerund(verb):
    """Return the -ing form of a verb: make -> making, swim -> swimming."""
    if verb.endswith("e") and not verb.endswith("ee") and verb != "be":
        return verb[:-1] + "ing"
    return verb + (verb[-1] if verb in DOUBLING else "") + "ing"


def form_of_be(subject, tense):
    """Return am, is, are, was or were for a noun phrase and "present" or "past"."""
    many = subject.plural or subject.person == 2
    if tense == "past":
        return "were" if many else "was"
    return "are" if many else "am" if subject.person == 1 else "is"


def agree(verb, subject, tense):
    """Return the finite form of a verb for its subject in the present or the past."""
    if verb == "be":
        return form_of_be(subject, tense)
    if tense == "past":
        return past(verb)
    return third_person(verb) if subject.person == 3 and not subject.plural else verb


@dataclass
class VerbGroup:
    """The words of an English verb group, by place and by role.

    Places: ``front`` (the first auxiliary, which a question moves before the subject), ``middle``
    and ``end``. Roles: ``content`` (the meaning), ``particle`` (listen to), ``helper`` (do, be,
    will),
    ``modal``, ``negation``.
    """

    front: list = field(default_factory=list)
    middle: list = field(default_factory=list)
    end: list = field(default_factory=list)
    content: list = field(default_factory=list)
    helper: list = field(default_factory=list)
    modal: list = field(default_factory=list)
    negation: list = field(default_factory=list)
    particle: list = field(default_factory=list)


def verb_group(lemma, subject, tense, negative=False, modal=None, question=False):
    """Build the verb group of a clause.

    ``lemma``: a base form with its particle ("listen to") or "be" with an adjective ("be tired").
    ``tense``: "past", "present", "future", or the bare forms "base", "infinitive" and "gerund".
    ``modal``: None, one of MODALS or CATENATIVES, "progressive", "while" (a progressive that
    Korean says with -면서) or "experience" (have eaten).
    Returns a VerbGroup. Raises ValueError for an unknown modal.
    """
    head, *rest = lemma.split()
    group = VerbGroup()
    if tense in ("base", "infinitive", "gerund"):
        if tense == "infinitive":
            group.helper = words("to")
            group.front = list(group.helper)
        group.content = words(" ".join([gerund(head) if tense == "gerund" else head, *rest]))
        group.end = list(group.content)
        return _set_apart(group)

    auxiliary = main = None
    role = group.helper
    finite = head
    if modal in CATENATIVES:
        finite = modal
    if modal in MODALS:
        auxiliary, main, role = modal, head, group.modal
    elif modal in ("progressive", "while"):
        auxiliary, main = form_of_be(subject, tense), gerund(head)
    elif modal == "experience":
        auxiliary, main, role = agree("have", subject, "present"), participle(head), group.modal
    elif modal is not None and modal not in CATENATIVES:
        raise ValueError(f"modal={modal!r} is unknown. Choose one of {MODALS + CATENATIVES}.")
    elif tense == "future":
        auxiliary, main = "will", finite
    elif finite == "be":
        auxiliary = form_of_be(subject, tense)
    elif negative or question:
        auxiliary, main = agree("do", subject, tense), finite
    else:
        main = agree(finite, subject, tense)

    if negative and modal == "can":
        auxiliary = "cannot"
    if auxiliary:
        group.front = [Word(auxiliary)]
        role.extend(group.front)
    if negative and auxiliary == "cannot":
        group.negation = group.front
    elif negative:
        group.negation = words("never" if modal == "experience" else "not")
        group.middle += group.negation
    if modal in CATENATIVES:
        group.modal = words(f"{main} to")
        group.content = words(" ".join([head, *rest]))
        group.end = group.modal + group.content
    elif head == "be":
        be = words(main) if main else []
        group.helper += be
        group.content = words(" ".join(rest))
        group.end = be + group.content
    else:
        group.content = words(" ".join([main, *rest]))
        group.end = list(group.content)
    return _set_apart(group)


def _set_apart(group):
    """Make "to" of listen to and "for" of wait for particles: Korean has only a case for them."""
    group.particle = [w for w in group.content if w.text in ("to", "for")]
    group.content = [w for w in group.content if w not in group.particle]
    return group
