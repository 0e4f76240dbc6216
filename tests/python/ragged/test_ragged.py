"""Ragged and BytesArray: made from lists, sliced, checked, pickled."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from colonnade._ragged import BytesArray, Ragged
from colonnade.errors import FeatureTypeError, LimitError, NarrowingError, RaggedError


@pytest.mark.parametrize(
    ("nested", "dtype", "wanted"),
    [
        ([[1, 2], [], [3]], "int64", [[1, 2], [], [3]]),
        ([[1.5], (2, 3)], "float32", [[1.5], [2.0, 3.0]]),
        ([[True], [False, True]], "int64", [[1], [0, 1]]),
        ([["é", b"\xff\0"], [""]], "string", [["é".encode(), b"\xff\0"], [b""]]),
        ([[[1], []], [], [[2, 3]]], "int64", [[[1], []], [], [[2, 3]]]),
        ([[["a"]], [[], ["b"]]], "string", [[[b"a"]], [[], [b"b"]]]),
        ([], "int64", []),
        ([[], []], "int64", [[], []]),
        ([[], [[]]], "int64", [[], [[]]]),
        ([np.array([1, 2], np.int32), np.array([], np.int32)], "int64", [[1, 2], []]),
        ([np.array([1.5]), [2.5]], "float32", [[1.5], [2.5]]),
        ([np.array([1, 2]), np.array([])], "int64", [[1, 2], []]),
        ([np.array(["a", "bc"]), ["d"]], "string", [[b"a", b"bc"], [b"d"]]),
        ([np.array([[1.0], [2.0]]), np.zeros((0, 1))], "float64", [[[1.0], [2.0]], []]),
        (np.array([[1, 2], [3, 4]]), "int64", [[1, 2], [3, 4]]),
        ([[np.int8(1)], [np.uint64(2), 3]], "int64", [[1], [2, 3]]),
        ([[-(2**63), 2**63 - 1]], "int64", [[-(2**63), 2**63 - 1]]),
    ],
)
def test_from_list_takes_and_gives_back(nested, dtype, wanted):
    ragged = Ragged.from_list(nested)
    assert ragged.dtype == dtype
    assert ragged.to_list() == wanted
    assert [len(row) for row in ragged] == ragged.row_lengths.tolist() == [len(row) for row in wanted]


@pytest.mark.parametrize(
    ("dtype", "nested", "name"),
    [
        ("int32", [[1], []], "int32"),
        ("float64", [[0.1], [1]], "float64"),
        (float, [[1]], "float32"),
        (np.float16, [[1.5]], "float16"),
        ("bool", [[True]], "bool"),
        ("uint8", [np.array([255], np.int64)], "uint8"),
        ("string", [[], []], "string"),
        ("float32", [], "float32"),
    ],
)
def test_from_list_in_a_given_dtype(dtype, nested, name):
    ragged = Ragged.from_list(nested, dtype)
    assert ragged.dtype == name
    assert ragged.to_list() == nested


@pytest.mark.parametrize(
    ("nested", "dtype", "error", "where"),
    [
        (5, None, FeatureTypeError, {}),
        ("text", None, FeatureTypeError, {}),
        (np.array(5), None, FeatureTypeError, {}),
        ([1, 2], None, FeatureTypeError, {"row": 0}),
        ([[1], None], None, FeatureTypeError, {"row": 1}),
        ([[1], "ab"], None, FeatureTypeError, {"row": 1}),
        ([[1], np.array(2)], None, FeatureTypeError, {"row": 1}),
        ([[1], [2, None]], None, FeatureTypeError, {"row": 1, "step": 1}),
        ([[[1]], [[2], [3, None]]], None, FeatureTypeError, {"row": 1, "step": 1}),
        ([[1], [], [2, "a"]], None, RaggedError, {"row": 2, "step": 1}),
        ([[True, 1]], None, RaggedError, {"row": 0, "step": 1}),
        ([[1, [2]]], None, RaggedError, {"row": 0, "step": 0}),
        ([[[1]], [[2], 3]], None, RaggedError, {"row": 1, "step": 1}),
        ([[0], [1, 2**63]], None, NarrowingError, {"row": 1, "step": 1}),
        ([[1.5, 10**400]], None, NarrowingError, {"row": 0, "step": 1}),
        ([[1.5], [1e39]], None, NarrowingError, {"row": 1, "step": 0}),
        ([[np.uint64(2**63)]], None, NarrowingError, {"row": 0, "step": 0}),
        ([np.array([1, 2**63], np.uint64)], None, NarrowingError, {"row": 0, "step": 1}),
        ([[127], [128]], "int8", NarrowingError, {"row": 1, "step": 0}),
        ([[-1]], "uint64", NarrowingError, {"row": 0, "step": 0}),
        ([[1.0]], "int64", FeatureTypeError, {"row": 0, "step": 0}),
        ([[1]], "string", FeatureTypeError, {"row": 0, "step": 0}),
        ([["1"]], "int64", FeatureTypeError, {"row": 0, "step": 0}),
        ([[], ["\ud800"]], None, FeatureTypeError, {"row": 1, "step": 0}),
        ([[1], [2j]], None, FeatureTypeError, {"row": 1, "step": 0}),
        ([np.ma.masked_array([1, 2], [False, True])], None, FeatureTypeError, {"row": 0}),
    ],
)
def test_from_list_says_where_it_is_wrong(nested, dtype, error, where):
    with pytest.raises(error) as raised:
        Ragged.from_list(nested, dtype)
    assert type(raised.value) is error
    assert raised.value.where == where


def test_a_list_of_itself_ends():
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(RaggedError, match="deeper than 8"):
        Ragged.from_list(endless)


def test_huge_ints_are_not_printed():
    with pytest.raises(NarrowingError, match="33220 bits"):
        Ragged.from_list([[10**10_000]])


@pytest.mark.parametrize(
    "nested", [[[1, 2], [], [3], [4, 5, 6]], [["a"], [], ["b", "cd"], [""]], [[[1]], [], [[2, 3], []], [[]]]]
)
@pytest.mark.parametrize(
    "part", [slice(None), slice(1, 3), slice(2, 1), slice(None, None, -1), slice(0, 9, 2), slice(-2, None)]
)
def test_rows_and_slices(nested, part):
    ragged = Ragged.from_list(nested)
    rows = ragged.to_list()
    taken = ragged[part]
    assert taken.to_list() == rows[part]
    Ragged(taken.values, taken.row_splits)  # whose checks a slice must pass
    assert [
        list(row)
        if isinstance(row, BytesArray)
        else row.tolist()
        if isinstance(row, np.ndarray)
        else row.to_list()
        for row in ragged
    ] == rows
    assert len(ragged[-1]) == len(rows[-1])
    with pytest.raises(IndexError):
        ragged[len(rows)]


def test_slices_share_the_values():
    ragged = Ragged.from_list([[1, 2], [3], [4]])
    assert np.shares_memory(ragged[1:].values, ragged.values)
    text = BytesArray.from_list([b"a", b"bc", b"d"])
    assert np.shares_memory(text[1:].data, text.data)


@pytest.mark.parametrize("part", [slice(1, 3), slice(None, None, -2), slice(3, 0, -1), slice(5, 2)])
def test_bytes_slices(part):
    items = [b"a", b"", b"bc\0", b"d"]
    assert BytesArray.from_list(items)[part].to_list() == items[part]


def test_right_arrays_are_kept():
    values, splits = np.arange(4.0).reshape(2, 2), np.array([0, 1, 2])
    ragged = Ragged(values, splits)
    assert ragged.values is values
    assert ragged.row_splits is splits
    assert ragged.to_list() == [[[0.0, 1.0]], [[2.0, 3.0]]]


@pytest.mark.parametrize(
    ("values", "splits", "error"),
    [
        ([1, 2], [0, 1], RaggedError),
        ([1, 2], [1, 2], RaggedError),
        ([1, 2], [0, 2, 1, 2], RaggedError),
        ([1, 2], [0, 3, 2], RaggedError),
        ([1, 2], [], RaggedError),
        ([1, 2], [[0, 2]], RaggedError),
        ([1, 2], [0.0, 2.0], RaggedError),
        ([1, 2], np.array([0, 2**63 + 2, 2], np.uint64), RaggedError),
        (5, [0, 1], RaggedError),
        ([[1], [2, 3]], [0, 2], RaggedError),
        (["a"], [0, 1], FeatureTypeError),
        ([None], [0, 1], FeatureTypeError),
    ],
)
def test_parts_that_do_not_fit(values, splits, error):
    with pytest.raises(error):
        Ragged(values, splits)


def test_foreign_byte_order_is_made_native():
    ragged = Ragged(np.array([1, 2], ">i8"), np.array([0, 2], ">i8"))
    assert ragged.values.dtype.isnative
    assert ragged.row_splits.dtype.isnative
    assert ragged.to_list() == [[1, 2]]


@pytest.mark.parametrize("item", [None, 3, bytearray(b"a"), "\ud800"])
def test_bytes_array_refuses(item):
    with pytest.raises(FeatureTypeError) as raised:
        BytesArray.from_list(["a", item])
    assert raised.value.where == {"row": 1}


@pytest.mark.parametrize("data", [np.zeros(1, np.int8), np.zeros((1, 1), np.uint8)])
def test_bytes_array_checks_its_parts(data):
    with pytest.raises(RaggedError):
        BytesArray(data, np.array([0, 1]))


@pytest.mark.parametrize("nested", [[[1], []], [["a", b"\0"], []], [[[1.5]], []]])
def test_pickle_copies(nested):
    ragged = Ragged.from_list(nested)
    copy = pickle.loads(pickle.dumps(ragged))
    assert copy.to_list() == ragged.to_list()
    assert copy.dtype == ragged.dtype
    assert copy != ragged  # equality is identity
    assert not np.shares_memory(copy.row_splits, ragged.row_splits)


def test_repr_is_short():
    assert repr(Ragged.from_list([[1, 2], []])) == "Ragged(2 rows, 2 values, dtype='int64')"
    assert repr(BytesArray.from_list(["ab"])) == "BytesArray(1 items, 2 bytes)"


def test_uneven_lists_are_no_splits_and_no_data():
    for call in (
        lambda: Ragged(np.arange(3), [[0], [1, 2]]),
        lambda: BytesArray(b"", [[0], [1, 2]]),
        lambda: BytesArray([[0], [1, 2]], [0, 2]),
    ):
        with pytest.raises(RaggedError):
            call()


def test_levels_have_a_limit():
    made = np.array([1])
    for _ in range(100):
        made = Ragged(made, [0, 1])
    assert str(made.to_list()).count("[") == 101
    assert repr(made)
    with pytest.raises(LimitError, match="101 levels of rows, the limit is 100"):
        Ragged(made, [0, 1])
