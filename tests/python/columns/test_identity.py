"""Identity columns, as their API document has them."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from failing import failure

import colonnade as cn
from colonnade.errors import ColumnTypeError, ColumnValueError

BOTH = pytest.mark.parametrize(
    "column", [cn.sequence_categorical_column_with_identity, cn.categorical_column_with_identity]
)


@BOTH
def test_attributes_and_defaults(column):
    watches = column("watches", 1000)
    assert (watches.key, watches.name, watches.num_buckets, watches.dtype) == (
        "watches",
        "watches",
        1000,
        "int64",
    )
    assert watches == column(key="watches", num_buckets=1000, default_value=None)


def test_the_default_value_is_kept():
    assert cn.categorical_column_with_identity("a", 3, 2).default_value == 2
    sequence = cn.sequence_categorical_column_with_identity("a", 3, 2)
    assert sequence.categorical_column == cn.categorical_column_with_identity("a", 3, 2)


@BOTH
def test_equal_columns_are_one_value(column):
    assert column("a", 3) == column("a", np.int8(3))
    assert len({column("a", 3), column("a", 3), column("a", 4), column("b", 3), column("a", 3, 0)}) == 4
    assert pickle.loads(pickle.dumps(column("a", 3, 1))) == column("a", 3, 1)
    assert repr(column("a", 3)) == repr(column("a", 3))


def test_a_sequence_is_not_its_context_twin():
    assert cn.sequence_categorical_column_with_identity("a", 3) != cn.categorical_column_with_identity("a", 3)


@BOTH
def test_frozen(column):
    with pytest.raises(AttributeError):
        column("a", 3).key = "b"


@BOTH
@pytest.mark.parametrize("num_buckets", [0, -1, -(2**70)])
def test_less_than_one_bucket(column, num_buckets):
    error = failure(
        ColumnValueError, lambda: column("a", num_buckets), "num_buckets must be at least 1", key="a"
    )
    assert isinstance(error, ValueError)
    assert str(num_buckets) in error.message


@BOTH
@pytest.mark.parametrize("default", [-1, 3, 2**63])
def test_default_out_of_range(column, default):
    error = failure(ColumnValueError, lambda: column("a", 3, default), "default_value must", key="a")
    assert isinstance(error, ValueError)
    assert str(default) in error.message


@BOTH
def test_default_at_the_borders(column):
    column("a", 3, 0)
    column("a", 3, 2)
    column("a", 2**63 - 1, 2**63 - 2)


@BOTH
@pytest.mark.parametrize("wrong", [None, "3", 3.0, True, np.True_, [3]])
def test_counts_that_are_no_ints(column, wrong):
    failure(ColumnTypeError, lambda: column("a", wrong), "num_buckets must be an int", key="a")
    if wrong is not None:
        failure(ColumnTypeError, lambda: column("a", 3, wrong), "default_value must be an int", key="a")


@BOTH
def test_more_buckets_than_64_bits(column):
    failure(ColumnValueError, lambda: column("a", 2**63), "must fit 64 bits", key="a")


@BOTH
@pytest.mark.parametrize("key", [None, 3, b"a", ("a",)])
def test_keys_that_are_no_strings(column, key):
    assert isinstance(failure(ColumnTypeError, lambda: column(key, 3), "a key must be a str"), TypeError)


@BOTH
def test_keys_that_no_record_can_hold(column):
    failure(ColumnValueError, lambda: column("\ud800", 3), "valid Unicode")
    assert column("", 3).key == ""
