"""Tables: new ones, given ones, and their names inside frameworks."""

from __future__ import annotations

from urllib.parse import unquote

import numpy as np
import pytest
from failing import failure

from colonnade._encoding.plan import Table
from colonnade._layers.tables import check_table_names, checked_table, escape, new_table, read_only
from colonnade.errors import TableError
from colonnade.initializers import truncated_normal

TABLE = Table("a_embedding", 4, 3, None, True)


def random():
    return np.random.default_rng(7)


def with_initializer(initializer):
    return Table("a_embedding", 4, 3, initializer, True)


class TestNew:
    """Tables of a layer's own."""

    def test_truncated_normal(self):
        values = 0.25 * truncated_normal((200, 500), random())
        assert values.dtype == np.float32
        assert np.abs(values).max() <= 0.5
        assert np.abs(values).max() > 0.49
        assert values.std() == pytest.approx(0.88 * 0.25, rel=0.01)
        assert values.mean() == pytest.approx(0, abs=0.003)

    def test_stddev_is_one_over_the_root_of_the_dimension(self):
        values = new_table(Table("a", 2000, 100, None, True), random())
        assert values.shape == (2000, 100)
        assert np.abs(values).max() <= 0.2
        assert values.std() == pytest.approx(0.88 * 0.1, rel=0.01)

    def test_the_initializer_gets_shape_and_dtype(self):
        def initializer(shape, dtype):
            assert (shape, dtype) == ((4, 3), "float32")
            return np.full(shape, 2, dtype)

        assert new_table(with_initializer(initializer), random()).tolist() == [[2, 2, 2]] * 4

    @pytest.mark.parametrize("rows", [2**45, 2**62])
    def test_beyond_memory(self, rows):
        with pytest.raises(MemoryError, match=rf"'a' of float32 \[{rows}, 3\] does not fit into memory"):
            new_table(Table("a", rows, 3, None, True), random())

    @pytest.mark.parametrize(
        "made", [np.zeros((3, 4)), np.zeros(12), None, "zeros", 0.0, [[1], [2, 3]], np.zeros((4, 3), complex)]
    )
    def test_an_initializer_that_makes_something_else(self, made):
        error = failure(
            TableError,
            lambda: new_table(with_initializer(lambda shape, dtype: made), random()),
            r"numbers of shape \(4, 3\)",
            column="a_embedding",
        )
        assert isinstance(error, ValueError)


class TestGiven:
    """Tables that were trained elsewhere."""

    @pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int32, np.uint8])
    def test_numbers_become_float32(self, dtype):
        checked = checked_table(TABLE, np.ones((4, 3), dtype))
        assert checked.dtype == np.float32
        assert checked.flags.c_contiguous

    def test_a_number_beyond_float32(self):
        given = np.ones((4, 3))
        given[2, 1], given[0, 0] = -1e300, np.inf
        where = {"column": "a_embedding"}
        failure(
            TableError, lambda: checked_table(TABLE, given), "-1e.300 in row 2 .* not fit float32", **where
        )
        given[2, 1] = np.nan
        assert checked_table(TABLE, given)[0, 0] == np.inf

    def test_masked_arrays(self):
        masked = np.ma.masked_equal(np.ones((4, 3)), 1)
        failure(TableError, lambda: checked_table(TABLE, masked), "masked array", column="a_embedding")

    def test_lists_and_transposed_arrays(self):
        assert checked_table(TABLE, [[1, 2, 3]] * 4).tolist() == [[1, 2, 3]] * 4
        assert checked_table(TABLE, np.arange(12).reshape(3, 4).T).flags.c_contiguous

    def test_names(self):
        check_table_names({"a": TABLE}, {"a": None})
        for given in ({}, {"b": 1}, {"a": 1, "b": 2}):
            error = failure(
                TableError, lambda given=given: check_table_names({"a": TABLE}, given), r"\['a'\]"
            )
            assert f"unknown are {[name for name in given if name != 'a']}" in error.message
        for given in (None, [1], "a"):
            failure(
                TableError, lambda given=given: check_table_names({"a": TABLE}, given), "must be a mapping"
            )

    def test_read_only(self):
        array = np.zeros((4, 3), np.float32)
        with pytest.raises(ValueError, match="read-only"):
            read_only(array)[0] = 1
        array[0] = 1
        assert read_only(array)[0, 0] == 1


class TestNames:
    """One reversible escape."""

    @pytest.mark.parametrize("name", ["a", "a.b", "a/b", "%2E", "é", "a b", "keys", "_x", "日本", "\0", "."])
    def test_undone(self, name):
        assert unquote(escape(name)) == name
        assert not set(escape(name)) & {".", "/"}

    def test_ordinary_names_stay(self):
        assert escape("watches_embedding") == "watches_embedding"
        assert escape("item.id") == "item%2Eid"
