"""Weighted columns: weights match ids by their place, and combiners take them as TensorFlow's do."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from failing import refusal

import colonnade as cn
import colonnade.numpy
import colonnade.torch
from colonnade.errors import (
    ColumnTypeError,
    ColumnValueError,
    FeatureTypeError,
    MissingFeatureError,
    WeightsError,
)

SEQUENCE = cn.sequence_categorical_column_with_identity("a", 3)
CONTEXT = cn.categorical_column_with_identity("a", 3)
TABLE = np.array([[1, 2], [3, 5], [7, 11]], np.float32)


def encoder(column, **options):
    return cn.Encoder([cn.embedding_column(cn.weighted_categorical_column(column, "w"), 2)], **options)


def outputs(column, features):
    """Of the NumPy and the torch layer."""
    tables = dict.fromkeys(cn.Encoder([column]).plan.tables, TABLE) or None
    layers = [cn.numpy.Features, cn.torch.Features]
    found = [layer([column], tables)(features)[""] for layer in layers]
    return [np.asarray((each[0] if isinstance(each, tuple) else each).tolist()) for each in found]


def test_attributes():
    column = cn.weighted_categorical_column(CONTEXT, "w")
    assert (column.name, column.num_buckets, column.dtype) == ("a_weighted_by_w", 3, "float32")
    assert column == cn.weighted_categorical_column(CONTEXT, "w", np.float32)
    assert hash(column) == hash(cn.weighted_categorical_column(CONTEXT, "w"))
    sequence = cn.weighted_categorical_column(SEQUENCE, "w")
    assert isinstance(sequence, type(SEQUENCE))
    assert sequence != column


@pytest.mark.parametrize(
    ("combiner", "wanted"),
    [
        ("mean", [(2 * 1 + 4 * 3) / 6, (2 * 2 + 4 * 5) / 6]),
        ("sqrtn", [(2 * 1 + 4 * 3) / math.sqrt(20), (2 * 2 + 4 * 5) / math.sqrt(20)]),
        ("sum", [2 * 1 + 4 * 3 - 7, 2 * 2 + 4 * 5 - 11]),
    ],
)
def test_combiners(combiner, wanted):
    """Weights that are not above 0 take part in a sum alone."""
    context = cn.embedding_column(cn.weighted_categorical_column(CONTEXT, "w"), 2, combiner)
    for output in outputs(context, {"a": [[0, 1, 2, 0]], "w": [[2.0, 4.0, -1.0, 0.0]]}):
        np.testing.assert_allclose(output, [wanted], rtol=1e-6)
    sequence = cn.embedding_column(cn.weighted_categorical_column(SEQUENCE, "w"), 2, combiner)
    steps = {"a": [[[], [0, 1, 2, 0]]], "w": [[[], [2.0, 4.0, -1.0, 0.0]]]}
    for output in outputs(sequence, steps):
        np.testing.assert_allclose(output, [[[0, 0], wanted]], rtol=1e-6)


@pytest.mark.parametrize("column", [CONTEXT, SEQUENCE])
def test_indicators_sum_weights(column):
    indicator = cn.indicator_column(cn.weighted_categorical_column(column, "w"))
    features = {"a": [[[2, 1, 0, 2]]], "w": [[[2.0, 4.0, 6.0, 1.0]]]}
    if column is CONTEXT:
        features = {key: rows[0] for key, rows in features.items()}
    for output in outputs(indicator, features):
        assert output.ravel().tolist() == [6.0, 4.0, 3.0]


@pytest.mark.parametrize("weight", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("combiner", ["mean", "sum"])
def test_weights_that_are_not_finite(weight, combiner):
    """The layers agree, and a hole's weight counts for nothing."""
    column = cn.embedding_column(cn.weighted_categorical_column(CONTEXT, "w"), 2, combiner)
    with np.errstate(invalid="ignore"):
        numpy, torch_ = outputs(column, {"a": [[0, 1]], "w": [[1.0, weight]]})
    np.testing.assert_array_equal(numpy, torch_)
    words = cn.categorical_column_with_vocabulary_list("a", ["x", "y", "z"])
    outside = cn.embedding_column(cn.weighted_categorical_column(words, "w"), 2, combiner)
    for output in outputs(outside, {"a": [["x", "none"]], "w": [[1.0, weight]]}):
        assert output.tolist() == [[1.0, 2.0]]


def test_gradients_reach_the_weighted_rows():
    column = cn.embedding_column(cn.weighted_categorical_column(SEQUENCE, "w"), 2, "sum")
    layer = cn.torch.SequenceFeatures([column], {"a_weighted_by_w_embedding": TABLE})
    layer({"a": [[0, 2]], "w": [[3.0, -1.0]]})[0].sum().backward()
    [parameter] = layer.parameters()
    assert torch.equal(parameter.grad, torch.tensor([[3.0, 3], [0, 0], [-1, -1]]))


def test_dense_weights():
    features = {"a": np.array([[0, -1, 2], [1, -1, -1]]), "w": np.array([[0.0, 9, 2], [3, 9, 9]])}
    slot = encoder(SEQUENCE).encode(features).slots["a_weighted_by_w"]
    assert slot.values.tolist() == [[0, -1, 2], [1, -1, -1]]
    assert slot.weights[slot.values >= 0].tolist() == [0, 2, 3]
    assert slot.weights[1].tolist() == [3, 0, 0]


def test_layouts():
    features = {"a": [[[0, 1], [2]], [[1]]], "w": [[[1.0, 2.0], [3.0]], [[4.0]]]}
    jagged = encoder(SEQUENCE, layout="jagged", max_length=1).encode(features).slots["a_weighted_by_w"]
    assert (jagged.values.tolist(), jagged.weights.tolist(), jagged.step_splits.tolist()) == (
        [2, 1], [3, 4], [0, 1, 2],
    )  # fmt: skip
    left = encoder(SEQUENCE, side="left").encode(features).slots["a_weighted_by_w"]
    assert left.weights.tolist() == [[[1, 2], [3, 0]], [[0, 0], [4, 0]]]


@pytest.mark.parametrize(
    ("ids", "weights", "message", "place"),
    [
        ([[0, 1], [1]], [[1.0], [1.0, 2.0]], "1 weights for 2 ids", {"row": 0}),
        ([[[0, 1]], [[1]]], [[1.0, 2.0], [1.0]], "weights in other steps", {"row": 0}),
        ([[[0, 1], [1]]], [[[1.0], [2.0, 3.0]]], "1 weights for 2 ids", {"row": 0, "step": 0}),
        ([[[0], [1]]], [[[1.0]]], "1 weights for 2 ids", {"row": 0}),
        ([[0]], [[]], "0 weights for 1 ids", {"row": 0}),
    ],
)
def test_another_structure(ids, weights, message, place):
    weights = cn.Ragged.from_list(weights, "float32")
    refusal(WeightsError, lambda: encoder(SEQUENCE).encode({"a": ids, "w": weights}), message, **place)


def test_another_structure_in_records():
    records = [cn.Example({"a": [0, 1], "w": [1.0, 2.0]}), cn.Example({"a": [0], "w": [1.0, 2.0]})]
    serialized = [record.serialize() for record in records]
    for column in (SEQUENCE, CONTEXT):
        made = encoder(column)
        refusal(
            WeightsError, lambda made=made: made.encode_examples(serialized), "2 weights for 1 ids", row=1
        )
    steps = cn.SequenceExample({}, {"a": [[0, 1], [2]], "w": [[1.0], [1.0, 2.0]]}).serialize()
    refusal(
        WeightsError,
        lambda: encoder(SEQUENCE).encode_sequence_examples([steps]),
        "1 weights for 2",
        row=0,
        step=0,
    )


def test_another_shape():
    features = {"a": np.array([[0, 1]]), "w": np.array([[1.0]])}
    refusal(
        WeightsError,
        lambda: encoder(SEQUENCE).encode(features),
        "weights of shape (1, 1) for ids of shape (1, 2)",
    )


def test_other_values():
    made = encoder(SEQUENCE)
    refusal(
        FeatureTypeError,
        lambda: made.encode({"a": [[0]], "w": [["x"]]}),
        "kind string, the dtype is float32",
        key="w",
    )
    refusal(MissingFeatureError, lambda: made.encode({"a": [[0]]}), "not among the features", key="w")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((CONTEXT, "w", "string"), ColumnValueError, "convertible to float32"),
        ((CONTEXT, "w", bool), ColumnValueError, "convertible to float32"),
        ((CONTEXT, 3), ColumnTypeError, "a key must be a str"),
        ((CONTEXT, None), ColumnTypeError, "a key must be a str"),
        ((CONTEXT, "a"), ColumnValueError, "a key of the ids"),
        ((SEQUENCE, "a"), ColumnValueError, "a key of the ids"),
        ((cn.crossed_column(["x", "y"], 9), "y"), ColumnValueError, "a key of the ids"),
        (("a", "w"), ColumnTypeError, "needs a categorical column"),
        ((cn.numeric_column("n"), "w"), ColumnTypeError, "needs a categorical column"),
        ((cn.embedding_column(CONTEXT, 2), "w"), ColumnTypeError, "needs a categorical column"),
        ((cn.weighted_categorical_column(CONTEXT, "w"), "v"), ColumnTypeError, "weighted already"),
        ((cn.weighted_categorical_column(SEQUENCE, "w"), "v"), ColumnTypeError, "weighted already"),
    ],
)
def test_arguments(arguments, error, message):
    refusal(error, lambda: cn.weighted_categorical_column(*arguments), message)
