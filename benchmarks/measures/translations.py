"""Section 3: translation. Target tokens per second, and BLEU after N seconds of training.

The measurement itself is ``benchmarks/translation.py``; here it becomes rows of the table. Beside
it stands how much of an update its own matrix products take, with nothing else around them: what
other code could save at most, with the same model.
"""

import importlib

import translation

from course_utils.data import PairBatches

from .comparison import SIDES, Comparison, Section, in_turns
from .peak import own_products
from .steps import seconds_of
from .work import operations, translation_products

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


def update_rows(sides, train, vocabularies, turns, settings):
    """Return rows: the time of an update on one batch, and what its products alone take of it."""
    model = settings["model"]
    batch = PairBatches(train, *vocabularies, settings["training"]["batch_size"]).batch(0)
    sizes = *batch.source.shape, batch.targets.shape[1]
    products = translation_products(
        *sizes, model["embedding_size"], model["hidden_size"], len(vocabularies[1])
    )
    runners = {}
    for label, side in sides.items():
        update = side.translation.TranslationUpdate(
            translation.build(side, train, vocabularies, model)
        )
        runners[label, "update"] = lambda one=update: seconds_of(lambda: float(one(batch, 1e-3)[0]))
        runners[label, "products"] = own_products(label, products)
    found = in_turns(runners, turns, warm_up=2)
    taken = {label: [1e3 * one for one in found[label, "update"]] for label in sides}
    shares = {
        label: [
            products / update
            for products, update in zip(
                found[label, "products"], found[label, "update"], strict=True
            )
        ]
        for label in sides
    }
    name = "an update, {} sentences of {} and {} words".format(*sizes)
    rows = [
        Comparison(name, "ms", taken),
        Comparison(f"{name}: its products alone", "share of its time", shares),
    ]
    rows[0].settings = {"operations": operations(products), "model": model}
    return rows


def rows_of(seconds, found):
    """Return rows from {label: [row of the translation benchmark, one a turn]}."""
    rows = []
    for key, unit in QUANTITIES.items():
        runs = {label: [one[key] for one in own] for label, own in found.items()}
        row = Comparison(f"trained for {seconds:g} s", unit, runs)
        row.settings = {"seconds": seconds, "rows": found}
        if key == "bleu_beam_1" and seconds in TARGETS:
            row.promise = f">= {TARGETS[seconds]}"
            row.kept = min(row.medians().values()) >= TARGETS[seconds]
        rows.append(row)
    return rows


def measure(options):
    """Return the section."""
    corpus, train, test, vocabularies = translation.load_data()
    sides = {label: importlib.import_module(name) for label, name in SIDES.items()}
    rows = []
    for settings in (translation.SHORT, translation.LONG):
        rows += update_rows(sides, train, vocabularies, options.turns, settings)
    for seconds in (2,) if options.quick else TARGETS:
        found = {label: [] for label in SIDES}
        for _ in range(options.seeds):
            for label in SIDES:
                own = translation.measure(label, seconds, train, test, vocabularies)
                found[label].append(own)
                print(f"  {label}: BLEU {own['bleu_beam_1']} after {own['seconds']} s", flush=True)
        rows += rows_of(seconds, found)
    notes = [
        f"{len(train):,} training and {len(test):,} test pairs, English to French, "
        f"{corpus.edition}. {SETTINGS}",
    ]
    return Section(3, "Training translation", rows, notes)
