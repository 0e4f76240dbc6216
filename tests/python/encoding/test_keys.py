"""Feature specs, and the spec that columns need."""

from __future__ import annotations

import numpy as np
import pytest
from failing import failure

import colonnade as cn
from colonnade.errors import ColumnTypeError, ColumnValueError, SpecConflictError

A = cn.sequence_categorical_column_with_identity("a", 5)


class TestVarLen:
    """Lists of any length."""

    @pytest.mark.parametrize(
        ("given", "name"), [("int64", "int64"), (np.int64, "int64"), (float, "float32"), (bytes, "string")]
    )
    def test_dtypes_of_the_wire(self, given, name):
        assert cn.VarLenFeature(given).dtype == name
        assert cn.VarLenFeature(given) == cn.VarLenFeature(name)

    @pytest.mark.parametrize(
        ("dtype", "instead"), [("int32", "int64"), ("bool", "int64"), ("float64", "float32")]
    )
    def test_other_dtypes_say_what_to_use(self, dtype, instead):
        failure(ColumnValueError, lambda: cn.VarLenFeature(dtype), f"not '{dtype}'; use '{instead}'")

    def test_unknown_dtype(self):
        failure(ColumnValueError, lambda: cn.VarLenFeature("text"), "unknown dtype 'text'")
        failure(ColumnTypeError, lambda: cn.VarLenFeature(3), "is not a dtype")


class TestFixedLen:
    """Lists of as many values as the shape holds."""

    def test_shape_and_size(self):
        assert cn.FixedLenFeature((2, 3), "int64").size == 6
        assert cn.FixedLenFeature((), "int64").size == 1
        assert cn.FixedLenFeature(4, "int64").shape == (4,)
        assert cn.FixedLenFeature([2], "int64").default_value is None

    def test_default_fills_the_shape(self):
        assert cn.FixedLenFeature((2,), "float32", 1).default_value == (1, 1)
        assert cn.FixedLenFeature((2,), "int64", [3, 4]).default_value == (3, 4)
        assert cn.FixedLenFeature((2,), "string", ["é", b"\0"]).default_value == ("é".encode(), b"\0")

    @pytest.mark.parametrize("shape", [(0,), (-1,), (2**62,)])
    def test_shapes_that_cannot_be(self, shape):
        failure(ColumnValueError, lambda: cn.FixedLenFeature(shape, "int64"))

    @pytest.mark.parametrize("shape", [None, "2", (None,), (2.0,)])
    def test_shapes_that_are_no_ints(self, shape):
        failure(ColumnTypeError, lambda: cn.FixedLenFeature(shape, "int64"))

    def test_default_of_another_size(self):
        failure(
            ColumnValueError, lambda: cn.FixedLenFeature((2,), "int64", [1, 2, 3]), "1 or 2 values, got 3"
        )

    @pytest.mark.parametrize(
        ("dtype", "default"),
        [("int64", 1.5), ("int64", "1"), ("int64", True), ("float32", "1"), ("float32", 1j), ("string", 1)],
    )
    def test_default_of_another_kind(self, dtype, default):
        failure(ColumnTypeError, lambda: cn.FixedLenFeature((), dtype, default), "default_value must be")

    @pytest.mark.parametrize(
        ("dtype", "default"),
        [("int64", 2**63), ("int64", -(2**63) - 1), ("float32", 1e39), ("string", "\ud800")],
    )
    def test_default_that_no_record_can_hold(self, dtype, default):
        failure(ColumnValueError, lambda: cn.FixedLenFeature((), dtype, default), "default_value must")

    def test_default_arrays(self):
        assert cn.FixedLenFeature((), "int64").default_arrays() is None
        [values] = cn.FixedLenFeature((2,), "int64", -(2**63)).default_arrays()
        assert values.dtype == np.int64
        assert values.tolist() == [-(2**63)] * 2
        data, offsets = cn.FixedLenFeature((2,), "string", ["a", "bc"]).default_arrays()
        assert (data.tobytes(), offsets.tolist()) == (b"abc", [0, 1, 3])


class TestSpecOfColumns:
    """make_parse_example_spec."""

    def test_every_kind_of_column(self):
        hashed = cn.sequence_categorical_column_with_hash_bucket("h", 9)
        assert cn.make_parse_example_spec(
            [
                A,
                cn.embedding_column(hashed, 2),
                cn.indicator_column(cn.sequence_categorical_column_with_hash_bucket("i", 9, "int32")),
                cn.sequence_numeric_column("n", shape=(2,)),
                cn.sequence_numeric_column("m", dtype="uint8"),
                cn.numeric_column("x", shape=2, default_value=1),
                cn.numeric_column("y", dtype="float64"),
                cn.categorical_column_with_identity("c", 3),
            ]
        ) == {
            "a": cn.VarLenFeature("int64"),
            "h": cn.VarLenFeature("string"),
            "i": cn.VarLenFeature("int64"),
            "n": cn.VarLenFeature("float32"),
            "m": cn.VarLenFeature("int64"),
            "x": cn.FixedLenFeature((2,), "float32", (1, 1)),
            "y": cn.FixedLenFeature((1,), "float32"),
            "c": cn.VarLenFeature("int64"),
        }

    def test_no_columns_need_nothing(self):
        assert cn.make_parse_example_spec([]) == {}
        assert cn.make_parse_example_spec(iter([A])) == {"a": cn.VarLenFeature("int64")}

    def test_one_key_read_alike_is_read_once(self):
        columns = [cn.embedding_column(A, 2), cn.indicator_column(A), cn.sequence_numeric_column("n")]
        columns += [cn.sequence_numeric_column("n", shape=2)]
        assert list(cn.make_parse_example_spec(columns)) == ["a", "n"]

    @pytest.mark.parametrize(
        "other",
        [
            cn.sequence_numeric_column("a"),
            cn.sequence_categorical_column_with_hash_bucket("a", 9),
            cn.numeric_column("a", dtype="int64"),
        ],
    )
    def test_one_key_read_in_two_ways(self, other):
        error = failure(
            SpecConflictError,
            lambda: cn.make_parse_example_spec([A, other]),
            "make the columns agree",
            key="a",
        )
        assert isinstance(error, ValueError)
        assert "VarLenFeature(dtype='int64')" in error.message

    @pytest.mark.parametrize("wrong", [3, None, "a", object(), cn.embedding_column, {"a": A}, type(A)])
    def test_an_item_that_is_no_column(self, wrong):
        error = failure(ColumnTypeError, lambda: cn.make_parse_example_spec([A, wrong]), "not a column")
        assert isinstance(error, TypeError)

    @pytest.mark.parametrize("wrong", [A, "a", {"a": A}, None, 3])
    def test_something_that_holds_no_columns(self, wrong):
        failure(ColumnTypeError, lambda: cn.make_parse_example_spec(wrong), "must be an iterable of columns")
