"""SequenceBatch: arrays, and nothing but arrays."""

from __future__ import annotations

import copy
import gc
import pickle
from dataclasses import FrozenInstanceError, fields

import numpy as np
import pytest

import colonnade as cn

COLUMNS = [
    cn.embedding_column(cn.sequence_categorical_column_with_identity("a", 9), 2),
    cn.sequence_numeric_column("n", shape=(2,)),
]
FEATURES = {"a": [[1, 2], []], "n": [[1.0, 2, 3, 4], []]}


def leaves(batch):
    found = []
    batch.map(found.append)
    return found


def test_padded_leaves():
    batch = cn.Encoder(COLUMNS).encode(FEATURES)
    assert [(leaf.dtype.name, leaf.shape) for leaf in leaves(batch)] == [
        ("int64", (2, 2)),
        ("float32", (2, 2, 2)),
        ("int64", (2,)),
        ("bool", (2, 2)),
    ]
    assert batch.row_splits is None


def test_jagged_leaves():
    batch = cn.Encoder(COLUMNS, layout="jagged").encode(FEATURES)
    assert [(leaf.dtype.name, leaf.shape) for leaf in leaves(batch)] == [
        ("int64", (2,)),
        ("float32", (2, 2)),
        ("int64", (2,)),
        ("int64", (3,)),
    ]
    assert batch.mask is None


def test_map_keeps_the_form():
    batch = cn.Encoder(COLUMNS).encode(FEATURES).map(lambda array: array.shape)
    assert (batch.lengths, batch.mask, batch.row_splits) == ((2,), (2, 2), None)
    assert {name: slot.values for name, slot in batch.slots.items()} == {"a": (2, 2), "n": (2, 2, 2)}
    full = cn.Slot(1, 2, 3).map(str)
    assert (full.values, full.weights, full.step_splits) == ("1", "2", "3")


def test_the_core_makes_what_the_constructors_make():
    batch = cn.Encoder(COLUMNS).encode(FEATURES)
    for made in (batch, *batch.slots.values()):
        again = type(made)(**{field.name: getattr(made, field.name) for field in fields(made)})
        assert list(vars(made).items()) == list(vars(again).items())
        assert made != again
        assert hash(made) != hash(again)


def test_frozen():
    batch = cn.Encoder(COLUMNS).encode(FEATURES)
    with pytest.raises(FrozenInstanceError):
        batch.lengths = None
    with pytest.raises(FrozenInstanceError):
        batch.slots["a"].values = None


@pytest.mark.parametrize("again", [copy.deepcopy, lambda batch: pickle.loads(pickle.dumps(batch))])
@pytest.mark.parametrize("layout", ["padded", "jagged"])
def test_copies(again, layout):
    batch = cn.Encoder(COLUMNS, layout=layout).encode(FEATURES)
    copied = again(batch)
    wanted = [leaf.tolist() for leaf in leaves(batch)]
    for leaf in leaves(batch):
        leaf[...] = 0
    assert [leaf.tolist() for leaf in leaves(copied)] == wanted


def test_arrays_can_be_written_and_outlive_the_batch():
    encoder = cn.Encoder(COLUMNS)
    lengths = encoder.encode(FEATURES).lengths
    gc.collect()
    others = [encoder.encode({"a": [[1] * 5] * 2, "n": [[0.0] * 10] * 2}) for _ in range(20)]
    assert lengths.tolist() == [2, 0]
    lengths[:] = 7
    assert all(other.lengths.tolist() == [5, 5] for other in others)


def test_batches_do_not_share_memory():
    encoder = cn.Encoder(COLUMNS)
    first, second = encoder.encode(FEATURES), encoder.encode(FEATURES)
    for one, other in zip(leaves(first), leaves(second), strict=True):
        assert not np.shares_memory(one, other)
