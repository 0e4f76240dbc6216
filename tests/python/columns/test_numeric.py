"""Numeric columns, as their API document has them."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest
from failing import failure

import colonnade as cn
from colonnade.errors import ColumnTypeError, ColumnValueError

BOTH = pytest.mark.parametrize("column", [cn.sequence_numeric_column, cn.numeric_column])


def test_attributes_and_defaults():
    column = cn.sequence_numeric_column("temperature")
    assert (column.key, column.name) == ("temperature", "temperature")
    assert (column.shape, column.default_value, column.dtype, column.normalizer_fn) == (
        (1,),
        0.0,
        "float32",
        None,
    )
    assert column == cn.sequence_numeric_column("temperature", (1,), 0.0, "float32", None)
    assert cn.numeric_column("age").default_value is None


@BOTH
@pytest.mark.parametrize(
    ("shape", "wanted"),
    [(2, (2,)), ([2, 3], (2, 3)), ((np.int64(2),), (2,)), ((), ()), (np.array([4]), (4,))],
)
def test_shapes(column, shape, wanted):
    made = column("n", shape=shape)
    assert made.shape == wanted
    assert all(type(dimension) is int for dimension in made.shape)


@BOTH
@pytest.mark.parametrize("shape", [(2.0,), (None,), ("2",), (True,), (2, (3,)), 2.0, "2", b"2", None])
def test_dimensions_that_are_no_ints(column, shape):
    error = failure(ColumnTypeError, lambda: column("n", shape=shape), "must be an int", key="n")
    assert isinstance(error, TypeError)


@BOTH
@pytest.mark.parametrize("shape", [(0,), (2, -1), 0, -3])
def test_dimensions_that_are_not_positive(column, shape):
    error = failure(ColumnValueError, lambda: column("n", shape=shape), "must be at least 1", key="n")
    assert isinstance(error, ValueError)


@BOTH
@pytest.mark.parametrize("shape", [(2**62,), (2**32, 2**32), (2**31, 2**31, 2**31)])
def test_steps_that_no_memory_holds(column, shape):
    failure(ColumnValueError, lambda: column("n", shape=shape), "too large", key="n")


@BOTH
@pytest.mark.parametrize("dtype", ["string", str, bytes, "bool", bool])
def test_dtypes_that_are_not_convertible_to_float32(column, dtype):
    error = failure(
        ColumnValueError, lambda: column("n", dtype=dtype), "dtype must be convertible to float32", key="n"
    )
    assert isinstance(error, ValueError)


@BOTH
@pytest.mark.parametrize("dtype", ["float16", "float64", float, int, np.uint8, "int32"])
def test_every_number_dtype(column, dtype):
    assert "int" in column("n", dtype=dtype).dtype or "float" in column("n", dtype=dtype).dtype


@BOTH
@pytest.mark.parametrize("normalizer", ["log", 3, [abs]])
def test_normalizers_that_cannot_be_called(column, normalizer):
    failure(
        ColumnTypeError,
        lambda: column("n", normalizer_fn=normalizer),
        "normalizer_fn must be callable or None",
        key="n",
    )


@pytest.mark.parametrize("default", [None, "0", b"0", True, [1.0], 1j])
def test_defaults_that_are_no_numbers(default):
    failure(
        ColumnTypeError,
        lambda: cn.sequence_numeric_column("n", default_value=default),
        "default_value must be a number",
        key="n",
    )


@BOTH
@pytest.mark.parametrize("default", [1e39, -1e300, 10**400, np.float64(3.5e38)])
def test_defaults_that_float32_cannot_hold(column, default):
    failure(ColumnValueError, lambda: column("n", default_value=default), "must fit float32", key="n")


@pytest.mark.parametrize(
    "default", [math.inf, -math.inf, math.nan, 3, -1.5, np.float32(2), np.int8(4), 3.4e38]
)
def test_defaults_that_are_numbers(default):
    held = cn.sequence_numeric_column("n", default_value=default).default_value
    assert held == default or math.isnan(default)


@BOTH
def test_keys(column):
    failure(ColumnTypeError, lambda: column(b"n"), "a key must be a str")
    failure(ColumnValueError, lambda: column("\udc80"), "valid Unicode")


@BOTH
def test_values_of_one_shape_are_equal_and_hashable(column):
    assert column("n", shape=2) == column("n", shape=(2,), dtype=np.float32)
    assert len({column("n"), column("n"), column("n", 2), column("n", dtype="int64")}) == 3
    assert pickle.loads(pickle.dumps(column("n", 2, 1.5))) == column("n", 2, 1.5)
    with pytest.raises(AttributeError):
        column("n").shape = (3,)


class TestContextDefaults:
    """The default of a context column has the shape of an example."""

    def test_one_number_fills_the_shape(self):
        assert cn.numeric_column("n", (2, 2), 1.5).default_value == (1.5, 1.5, 1.5, 1.5)

    def test_as_many_as_the_shape_holds(self):
        assert cn.numeric_column("n", (2, 2), [[1, 2], [3, 4]]).default_value == (1, 2, 3, 4)

    @pytest.mark.parametrize("default", [[1.0, 2.0, 3.0], []])
    def test_another_number_of_them(self, default):
        failure(
            ColumnValueError,
            lambda: cn.numeric_column("n", (2,), default),
            f"a number or 2 of them, got {len(default)}",
            key="n",
        )

    def test_integer_columns_have_integer_defaults(self):
        assert cn.numeric_column("n", 1, 7, "int32").default_value == (7,)
        for wrong in (1.5, "7", [None]):
            failure(
                ColumnTypeError,
                lambda wrong=wrong: cn.numeric_column("n", 1, wrong, "int32"),
                "must be an int",
                key="n",
            )
        failure(ColumnValueError, lambda: cn.numeric_column("n", 1, 2**63, "int64"), "fit 64 bits", key="n")
