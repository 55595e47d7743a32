"""Section 3: translation. Target tokens per second, and BLEU after N seconds of training.

The measurement itself is ``benchmarks/translation.py``; here it becomes rows of the table.
"""

import translation

from .comparison import SIDES, Comparison, Section

TARGETS = {60: 25, 180: 32}  # seconds: BLEU, greedy
SETTINGS = (
    f"Below {translation.LONG_FROM} s of training {translation.SHORT}, from there on "
    f"{translation.LONG}."
)
QUANTITIES = {
    "target_tokens_per_second": "target tokens/s",
    "bleu_beam_1": "BLEU, greedy",
    f"bleu_beam_{translation.BEAM}": f"BLEU, beam {translation.BEAM}",
    "sentences_per_second_beam_1": "sentences/s, greedy",
}


PLAIN = ", plain draw"


def rows_of(seconds, found, draw=""):
    """Return rows from {label: [row of the translation benchmark, one a turn]}."""
    rows = []
    for key, unit in QUANTITIES.items():
        runs = {label: [one[key] for one in own] for label, own in found.items()}
        row = Comparison(f"trained for {seconds:g} s{draw}", unit, runs)
        row.settings = {"seconds": seconds, "rows": found}
        if key == "bleu_beam_1" and seconds in TARGETS:
            row.promise = f">= {TARGETS[seconds]}"
            row.kept = min(row.medians().values()) >= TARGETS[seconds]
        rows.append(row)
    return rows


def measure(options):
    """Return the section."""
    rows, shares = [], {}
    for draw in ("", PLAIN):
        corpus, train, test, vocabularies = translation.load_data(plain=draw == PLAIN)
        shares[draw] = translation.share_known(train, test)
        for seconds in (2,) if options.quick else TARGETS:
            found = {label: [] for label in SIDES}
            for _ in range(options.seeds):
                for label in SIDES:
                    own = translation.measure(label, seconds, train, test, vocabularies)
                    found[label].append(own)
                    print(f"  {label}: BLEU {own['bleu_beam_1']}, {own['seconds']} s{draw}")
            rows += rows_of(seconds, found, draw)
    notes = [
        f"{len(train):,} training and {len(test):,} test pairs, English to French, "
        f"{corpus.edition}. {SETTINGS}",
        f"No test pair has a sentence, of either language, that stands in the training part. In "
        f"the plain draw, as public tutorials hold out, {shares[PLAIN]:.0%} have.",
    ]
    assert shares[""] == 0
    return Section(3, "Training translation", rows, notes)
