"""The comparison notices a wrong answer: each small fault in Colonnade's way is caught by some case.

The answers of TensorFlow are the frozen ones, so this holds wherever the other tests run.
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from parity.cases import hash_vectors
from parity.compare import check
from reference import encode
from reference import fingerprint64 as reference

from colonnade import _core
from colonnade._encoding import core_plan, plan
from colonnade.columns import CrossedColumn, EmbeddingColumn

FOLDER = Path(__file__).parents[1] / "golden"
FAMILIES = (
    "bucketized",
    "context",
    "crossed",
    "embedding",
    "hash",
    "numeric",
    "random",
    "shared",
    "vocabulary",
    "weighted",
)


def frozen():
    items = [item for name in FAMILIES for item in json.loads((FOLDER / f"{name}.json").read_text())]
    return [(item["case"], item["tensorflow"]) for item in items]


def caught():
    """Names of the cases that do not hold."""
    names = []
    for case, tensorflow in frozen():
        try:
            check(case, tensorflow)
        except AssertionError:
            names.append(case["name"])
    return names


def replace_output(monkeypatch, change):
    real = plan._output

    def output(column, slot, start):
        made = real(column, slot, start)
        return dataclasses.replace(made, **change(made)) if isinstance(column, EmbeddingColumn) else made

    monkeypatch.setattr(plan, "_output", output)


def other_combiner(monkeypatch):
    replace_output(monkeypatch, lambda made: {"combiner": "sum"} if made.combiner == "sqrtn" else {})


def no_clipping(monkeypatch):
    replace_output(monkeypatch, lambda made: {"max_norm": None})


def other_hash_key(monkeypatch):
    def cross(column):
        column = getattr(column, "categorical_column", column)
        if not isinstance(column, CrossedColumn):
            return None
        return column.num_buckets, column.hash_key ^ 1

    monkeypatch.setattr(core_plan, "_cross", cross)


def replace_key(monkeypatch, **change):
    real = _core.key_plan
    monkeypatch.setattr(
        _core, "key_plan", lambda key, **given: real(key, **{**given, **change_of(given, change)})
    )


def change_of(given, change):
    return {name: function(given) for name, function in change.items() if name in given}


def one_hash_bucket_more(monkeypatch):
    replace_key(monkeypatch, num_buckets=lambda given: given["num_buckets"] + (given["op"] == "hash"))


def no_buckets_outside(monkeypatch):
    replace_key(
        monkeypatch, num_buckets=lambda given: 0 if given["op"] == "vocabulary" else given["num_buckets"]
    )


def boundary_moved(monkeypatch):
    replace_key(monkeypatch, boundaries=lambda given: [value + 0.5 for value in given["boundaries"]])


def padding_of_one(monkeypatch):
    real = core_plan._default_numbers
    monkeypatch.setattr(core_plan, "_default_numbers", lambda column: [value + 1 for value in real(column)])


def padding_on_the_left(monkeypatch):
    real = _core.Plan

    class Left:
        def __new__(cls, *wanted):
            return Wrapped(real(*wanted))

    class Wrapped:
        def __init__(self, plan):
            self.plan = plan
            self.add_slot = plan.add_slot

        def add_group(self, name, **options):
            self.plan.add_group(name, **{**options, "pad_left": True})

    monkeypatch.setattr(_core, "Plan", Left)
    for name in ("encode", "encode_records"):
        encode = getattr(_core, name)
        monkeypatch.setattr(_core, name, lambda plan, *rest, encode=encode: encode(plan.plan, *rest))


def no_weights(monkeypatch):
    encode = _core.encode

    def with_ones(*arguments):
        batches = encode(*arguments)
        for batch in batches.values():
            for slot in batch.slots.values():
                if slot.weights is not None:
                    slot.weights[...] = 1
        return batches

    monkeypatch.setattr(_core, "encode", with_ones)


FAULTS = [
    (other_combiner, "embedding/sqrtn"),
    (no_clipping, "embedding/mean clipped"),
    (other_hash_key, "crossed/words"),
    (one_hash_bucket_more, "hash/strings"),
    (no_buckets_outside, "vocabulary/buckets outside"),
    (boundary_moved, "bucketized/one-hot"),
    (padding_of_one, "numeric/padding is the default"),
    (padding_on_the_left, "numeric/padding is the default"),
    (no_weights, "weighted/sum"),
]


def test_nothing_is_caught_without_a_fault():
    assert caught() == []


@pytest.mark.parametrize(("fault", "case"), FAULTS, ids=[fault.__name__ for fault, _ in FAULTS])
def test_fault_is_caught(fault, case, monkeypatch):
    fault(monkeypatch)
    names = caught()
    assert case in names
    assert any(name.startswith("random/") for name in names), "only written cases notice"


@pytest.mark.parametrize("constant", ["_K0", "_K1", "_K2"])
def test_a_constant_of_the_hash_is_caught(constant, monkeypatch):
    """The core's constants are compiled in; those of its slow twin give the same ids, until one changes."""
    wanted = json.loads((FOLDER / "fingerprints.json").read_text())

    def ids():
        return [reference.fingerprint64(raw) % wanted["hash_bucket_size"] for raw in hash_vectors()]

    assert ids() == wanted["ids"]
    monkeypatch.setattr(reference, constant, getattr(reference, constant) ^ 2)
    assert ids() != wanted["ids"]


def test_the_constant_of_the_cross_is_caught(monkeypatch):
    """The same for the fold of a cross, on an id that TensorFlow computed."""
    assert encode.cross([["a", "b"], ["c"]], 1000) == [566, 254]
    monkeypatch.setattr(encode, "_CAT", encode._CAT ^ 2)
    assert encode.cross([["a", "b"], ["c"]], 1000) != [566, 254]
