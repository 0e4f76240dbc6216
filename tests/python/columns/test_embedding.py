"""Embedding columns: arguments, names, and what is refused."""

from __future__ import annotations

import inspect
import pickle

import numpy as np
import pytest
from failing import failure

import colonnade as cn
from colonnade.errors import ColumnTypeError, ColumnValueError

WATCHES = cn.sequence_categorical_column_with_identity("watches", num_buckets=1000)


def ones(shape, dtype):
    return np.ones(shape, dtype)


def test_attributes_and_defaults():
    column = cn.embedding_column(WATCHES, dimension=10)
    assert column.name == "watches_embedding"
    assert column.categorical_column == WATCHES
    assert (column.dimension, column.combiner, column.initializer) == (10, "mean", None)
    assert (column.max_norm, column.trainable, column.use_safe_embedding_lookup) == (None, True, True)


def test_arguments_stand_where_tensorflow_has_them():
    assert list(inspect.signature(cn.embedding_column).parameters) == [
        "categorical_column",
        "dimension",
        "combiner",
        "initializer",
        "ckpt_to_load_from",
        "tensor_name_in_ckpt",
        "max_norm",
        "trainable",
        "use_safe_embedding_lookup",
        "name",
    ]
    column = cn.embedding_column(WATCHES, 4, "sum", ones, None, None, 2, False, False)
    assert (column.combiner, column.initializer, column.max_norm, column.trainable) == (
        "sum",
        ones,
        2.0,
        False,
    )
    with pytest.raises(TypeError, match="positional"):
        cn.embedding_column(WATCHES, 4, "sum", ones, None, None, 2, False, False, "name")


def test_an_own_name():
    assert cn.embedding_column(WATCHES, 4, name="seen").name == "seen"
    assert cn.embedding_column(WATCHES, 4, name="watches_embedding") == cn.embedding_column(WATCHES, 4)
    for wrong in ("", 3, b"a"):
        failure(
            ColumnTypeError, lambda wrong=wrong: cn.embedding_column(WATCHES, 4, name=wrong), "name must be"
        )


@pytest.mark.parametrize("dimension", [0, -1])
def test_dimension_below_one(dimension):
    failure(
        ColumnValueError,
        lambda: cn.embedding_column(WATCHES, dimension),
        "dimension must be",
        column="watches_embedding",
    )


@pytest.mark.parametrize("dimension", [None, "2", 2.5, True])
def test_dimension_that_is_no_int(dimension):
    failure(
        ColumnTypeError,
        lambda: cn.embedding_column(WATCHES, dimension),
        "dimension must be",
        column="watches_embedding",
    )


@pytest.mark.parametrize("combiner", ["max", "MEAN", "", None, 3, ["mean"]])
def test_unknown_combiner(combiner):
    error = failure(
        ColumnValueError,
        lambda: cn.embedding_column(WATCHES, 4, combiner),
        "combiner must be one of",
        column="watches_embedding",
    )
    assert "'mean', 'sqrtn', 'sum'" in error.message


@pytest.mark.parametrize("max_norm", [0, -1.0, float("nan"), 1e39])
def test_max_norm_that_cannot_be(max_norm):
    with pytest.raises(ColumnValueError, match="max_norm must"):
        cn.embedding_column(WATCHES, 4, max_norm=max_norm)
    with pytest.raises(ColumnTypeError, match="max_norm must"):
        cn.embedding_column(WATCHES, 4, max_norm="1")


def test_wrong_initializer_and_trainable():
    for wrong in ("zeros", np.ones((2, 2))):
        failure(
            ColumnTypeError,
            lambda wrong=wrong: cn.embedding_column(WATCHES, 4, initializer=wrong),
            "initializer must be callable or None",
            column="watches_embedding",
        )
    failure(
        ColumnTypeError,
        lambda: cn.embedding_column(WATCHES, 4, trainable=1),
        "trainable must be a bool",
        column="watches_embedding",
    )


@pytest.mark.parametrize(
    "wrong",
    [
        "watches",
        None,
        cn.sequence_numeric_column("n"),
        cn.embedding_column(WATCHES, 4),
        cn.indicator_column(WATCHES),
        type(WATCHES),
    ],
)
@pytest.mark.parametrize("wrap", [lambda column: cn.embedding_column(column, 4), cn.indicator_column])
def test_only_categorical_columns_can_be_wrapped(wrong, wrap):
    error = failure(ColumnTypeError, lambda: wrap(wrong), "needs a categorical column, such as")
    assert isinstance(error, TypeError)


@pytest.mark.parametrize("given", [{"ckpt_to_load_from": "model"}, {"tensor_name_in_ckpt": "table"}])
def test_checkpoints_are_refused_with_a_pointer_to_tables(given):
    failure(ColumnValueError, lambda: cn.embedding_column(WATCHES, 4, **given), r"tables=\{name: array\}")


def test_values():
    column = cn.embedding_column(WATCHES, np.int32(4), initializer=ones, max_norm=np.float32(2))
    assert column == cn.embedding_column(WATCHES, 4, initializer=ones, max_norm=2.0)
    assert hash(column) == hash(cn.embedding_column(WATCHES, 4, initializer=ones, max_norm=2.0))
    assert pickle.loads(pickle.dumps(column)) == column
    with pytest.raises(AttributeError):
        column.dimension = 5
