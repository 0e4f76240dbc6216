"""Batches and features given to a layer."""

from __future__ import annotations

import pytest
from failing import failure

import colonnade as cn
from colonnade._layers import batches_by_group, the_batch
from colonnade.errors import GroupError

A = cn.indicator_column(cn.sequence_categorical_column_with_identity("a", 5))
N = cn.sequence_numeric_column("n")
FEATURES = {"a": [[1, 2], [3]], "n": [[0.5], [1.0, 2.0]]}


def test_batches_stay_as_they_are():
    encoder = cn.Encoder({"x": A, "y": N})
    batches = encoder.encode(FEATURES)
    assert batches_by_group(encoder, batches) == batches
    encoder = cn.Encoder(A)
    batch = encoder.encode(FEATURES)
    assert the_batch(encoder, batch) is batch
    assert batches_by_group(encoder, batch) == {"": batch}


def test_features_are_encoded():
    grouped = batches_by_group(cn.Encoder({"x": A, "y": N}), FEATURES)
    assert grouped["x"].lengths.tolist() == [2, 1]
    assert grouped["y"].lengths.tolist() == [1, 2]
    assert the_batch(cn.Encoder(A), FEATURES).lengths.tolist() == [2, 1]
    assert batches_by_group(cn.Encoder(A), FEATURES)[""].lengths.tolist() == [2, 1]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (lambda batches: {"x": batches["x"]}, r"no batch for the groups \['y'\]; got \['x'\]"),
        (lambda batches: batches["x"], r"one batch for the groups \['x', 'y'\]"),
        (lambda batches: {"x": batches["y"], "y": batches["x"]}, "the batch has no slot 'a', only"),
    ],
)
def test_groups_that_are_not_there(given, words):
    encoder = cn.Encoder({"x": A, "y": N})
    failure(GroupError, lambda: batches_by_group(encoder, given(encoder.encode(FEATURES))), words)


def test_a_context_is_no_sequence():
    context = cn.indicator_column(cn.categorical_column_with_identity("a", 5))
    batch = cn.Encoder(context).encode(FEATURES)
    failure(GroupError, lambda: the_batch(cn.Encoder(A), batch), "the batch holds a context")
    failure(
        GroupError, lambda: the_batch(cn.Encoder(context), cn.Encoder(A).encode(FEATURES)), "holds sequences"
    )
