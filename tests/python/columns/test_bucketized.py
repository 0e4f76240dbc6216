"""Bucketized columns, of contexts and of sequences."""

from __future__ import annotations

import math

import numpy as np
import pytest
from failing import refusal

import colonnade as cn
from colonnade.errors import (
    ColumnTypeError,
    ColumnValueError,
    MissingFeatureError,
    PartialStepError,
    ValueCountError,
)
from colonnade.numpy import DenseFeatures, SequenceFeatures

NUMBER = cn.numeric_column("n")
SEQUENCE = cn.sequence_numeric_column("n")


def test_attributes():
    column = cn.bucketized_column(cn.numeric_column("n", shape=(2,)), [1, 5.5])
    assert (column.key, column.name, column.num_buckets) == ("n", "n_bucketized", 6)
    assert column.boundaries == (1.0, 5.5)
    assert column == cn.bucketized_column(cn.numeric_column("n", shape=2), (1.0, 5.5))
    assert hash(column) == hash(cn.bucketized_column(cn.numeric_column("n", shape=2), np.array([1, 5.5])))
    assert cn.bucketized_column(NUMBER, [1], name="age").name == "age"
    assert cn.embedding_column(column, 2).name == "n_bucketized_embedding"


def test_boundaries_belong_above():
    column = cn.bucketized_column(NUMBER, [1.0, 5.0])
    numbers = [[0.0], [1.0], [4.9], [5.0], [-math.inf], [math.inf], [math.nan]]
    output = DenseFeatures([column])({"n": numbers})
    assert output.argmax(1).tolist() == [0, 1, 1, 2, 0, 2, 2]
    assert output.sum(1).tolist() == [1.0] * 7


def test_positions_have_buckets_of_their_own():
    column = cn.bucketized_column(cn.numeric_column("n", shape=(2,)), [0.0])
    assert DenseFeatures([column])({"n": [[-1, 1], [1, -1]]}).tolist() == [[1, 0, 0, 1], [0, 1, 1, 0]]


def test_normalized_before():
    column = cn.bucketized_column(
        cn.numeric_column("n", default_value=9.0, normalizer_fn=lambda x: x - 5), [0.0]
    )
    features = {"n": [[4.0], [6.0], []]}
    assert DenseFeatures([column])(features).tolist() == [[1, 0], [0, 1], [0, 1]]
    records = [cn.Example({"n": [4.0]}), cn.Example({"n": [6.0]}), cn.Example({})]
    batch = cn.Encoder([column]).encode_examples([record.serialize() for record in records])
    assert DenseFeatures([column])(batch).tolist() == [[1, 0], [0, 1], [0, 1]]


def test_missing_numbers():
    encoder = cn.Encoder([cn.bucketized_column(NUMBER, [0.0])])
    refusal(MissingFeatureError, lambda: encoder.encode({"n": [[1.0], []]}), "required", key="n", row=1)
    refusal(ValueCountError, lambda: encoder.encode({"n": [[1.0], [1.0, 2.0]]}), "2 values", key="n", row=1)
    record = cn.Example({}).serialize()
    refusal(MissingFeatureError, lambda: encoder.encode_examples([record]), "required", key="n")


def test_sequences():
    column = cn.indicator_column(cn.bucketized_column(SEQUENCE, [0.0, 10.0]))
    output, lengths = SequenceFeatures([column])({"n": [[-5.0, 5.0, 50.0], [10.0], []]})
    assert lengths.tolist() == [3, 1, 0]
    assert output.tolist() == [
        [[1, 0, 0], [0, 1, 0], [0, 0, 1]], [[0, 0, 1], [0, 0, 0], [0, 0, 0]], [[0, 0, 0]] * 3,
    ]  # fmt: skip


def test_padding_is_no_bucket():
    column = cn.bucketized_column(cn.sequence_numeric_column("n", default_value=3.0), [0.0])
    batch = cn.Encoder([cn.indicator_column(column)]).encode({"n": [[1.0], []]})
    assert batch.slots["n_bucketized"].values.tolist() == [[1], [-1]]


def test_parts_of_steps():
    column = cn.bucketized_column(cn.sequence_numeric_column("n", shape=(2,)), [0.0])
    encoder = cn.Encoder([cn.indicator_column(column)])
    refusal(
        PartialStepError, lambda: encoder.encode({"n": [[1.0, 2.0], [1.0] * 3]}), "3 values", key="n", row=1
    )
    batch = encoder.encode({"n": [[1.0, -2.0]]})
    assert batch.slots["n_bucketized"].values.tolist() == [[[1, 2]]]


@pytest.mark.parametrize(
    "source", ["n", None, cn.categorical_column_with_identity("n", 3), cn.bucketized_column(NUMBER, [1])]
)
def test_other_sources(source):
    refusal(ColumnTypeError, lambda: cn.bucketized_column(source, [1.0]), "needs a numeric_column")


@pytest.mark.parametrize("boundaries", [None, [], (), "ab", {1, 2}, 3, [None], ["a"], [True], [[1.0]]])
def test_boundaries_that_are_no_numbers(boundaries):
    refusal(ColumnTypeError, lambda: cn.bucketized_column(NUMBER, boundaries), "must be a")


@pytest.mark.parametrize(
    "boundaries", [[2.0, 1.0], [1.0, 1.0], [math.nan], [math.inf], [1.0, math.nan, 2.0], [10**400], [1e39]]
)
def test_impossible_boundaries(boundaries):
    refusal(ColumnValueError, lambda: cn.bucketized_column(NUMBER, boundaries), "boundar")
