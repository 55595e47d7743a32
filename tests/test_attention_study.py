"""The stored attention study is complete, belongs to its program, and holds what is promised."""

import importlib.util
import json
import statistics
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def program():
    spec = importlib.util.spec_from_file_location(
        "study_attention", ROOT / "benchmarks" / "study_attention.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def study(program):
    return json.loads(program.RESULT.read_text(encoding="utf-8"))


def test_it_was_made_with_the_program_as_it_is_now(study, program):
    assert study["settings"]["model"] == program.MODEL
    assert study["settings"]["training"] == program.TRAINING
    assert list(map(tuple, study["settings"]["other_updates"])) == program.OTHER_UPDATES
    assert tuple(study["settings"]["best"]) == program.BEST
    assert tuple(study["settings"]["seeds"]) == program.SEEDS
    assert tuple(study["length_edges"]) == program.EDGES
    assert study["corpus_sha256"] == program.corpus_sha256(), "the corpus has changed since"
    assert {"python", "torch", "tensorflow", "keras"} <= study["versions"].keys()


def test_every_variant_was_trained_with_every_seed_in_both_frameworks(study, program):
    variants = [(*variant, program.TRAINING["updates"]) for variant in program.VARIANTS]
    wanted = {
        (framework, *variant, seed)
        for framework in program.SIDES
        for variant in [*variants, *program.OTHER_UPDATES]
        for seed in program.SEEDS
    }
    keys = ("framework", "attention", "query", "updates", "seed")
    runs = [tuple(run[key] for key in keys) for run in study["runs"]]
    assert len(runs) == len(set(runs))
    assert set(runs) == wanted


def test_a_stored_run_is_used_again_only_under_the_same_conditions(study, program):
    conditions = program.conditions(study)
    assert len(program.stored_runs(study, conditions)) == len(study["runs"])
    assert program.stored_runs(None, conditions) == {}
    for change in (
        {"corpus_sha256": "another"},
        {"versions": {**study["versions"], "torch": "1.0"}},
        {"settings": {**study["settings"], "training": {}}},
    ):
        assert program.stored_runs({**study, **change}, conditions) == {}


def test_every_number_is_possible(study):
    for run in study["runs"]:
        for split in ("random", "compositional"):
            found = run[split]
            assert 0 <= found["exact_match"] <= 1
            assert 0 <= found["bleu"] <= 100
            assert sum(count for *_, count, _ in found["by_length"]) == 600
            assert ("aer" in found) == (run["attention"] is not None)
            assert 0 <= found.get("aer", 0) <= 1


def test_both_sides_of_a_variant_have_equally_many_parameters(study):
    sizes = {}
    for run in study["runs"]:
        sizes.setdefault((run["attention"], run["query"]), set()).add(run["parameters"])
    assert all(len(found) == 1 for found in sizes.values())


def test_every_variant_was_timed_in_both_frameworks(study, program):
    wanted = {f"{attention} {query}" for attention, query in program.VARIANTS}
    for framework in program.SIDES:
        seconds = study["seconds_per_epoch"][framework]
        assert seconds.keys() == wanted
        assert all(len(rounds) == program.ROUNDS and min(rounds) > 0 for rounds in seconds.values())


def mean_of(study, framework, attention, query, updates, name, split="random"):
    wanted = (framework, attention, query, updates)
    keys = ("framework", "attention", "query", "updates")
    return statistics.mean(
        run[split][name] for run in study["runs"] if tuple(run[key] for key in keys) == wanted
    )


@pytest.mark.parametrize("framework", ["PyTorch", "TensorFlow"])
def test_the_best_variant_keeps_the_promise(study, program, framework):
    assert mean_of(study, framework, *program.BEST, "exact_match") >= 0.95
    assert mean_of(study, framework, *program.BEST, "aer") <= 0.15


@pytest.mark.parametrize("framework", ["PyTorch", "TensorFlow"])
def test_the_corpus_is_hard_without_attention(study, program, framework):
    updates = program.TRAINING["updates"]
    without = mean_of(study, framework, None, "current", updates, "exact_match")
    assert without < mean_of(study, framework, "dot", "current", updates, "exact_match") - 0.2
