"""SparseFeature: values that name their own places."""

from __future__ import annotations

import numpy as np
import pytest
from reference.examples import make_example

import colonnade as cn
from colonnade.errors import (
    ColumnTypeError,
    ColumnValueError,
    SparseIndexError,
    SpecConflictError,
)

RECORDS = [
    make_example({"i": [3, 0], "j": [1, 0], "v": [b"x", b"y"]}),
    make_example({}),
    make_example({"i": [1], "j": [2], "v": [b"z"]}),
]


def test_sorted_by_record_and_index():
    sparse = cn.parse_example(RECORDS, {"s": cn.SparseFeature("i", "v", "string", 4)})["s"]
    assert sparse.indices.tolist() == [[0, 0], [0, 3], [2, 1]]
    assert sparse.indices.dtype == np.int64
    assert list(sparse.values) == [b"y", b"x", b"z"]
    assert sparse.dense_shape == (3, 4)


def test_several_dimensions():
    feature = cn.SparseFeature(["j", "i"], "v", "string", [3, 4])
    sparse = cn.parse_example(RECORDS, {"s": feature})["s"]
    assert sparse.indices.tolist() == [[0, 0, 0], [0, 1, 3], [2, 2, 1]]
    assert sparse.dense_shape == (3, 3, 4)


def test_one_record():
    sparse = cn.parse_example(RECORDS[0], {"s": cn.SparseFeature(["i"], "v", "string", [4])})["s"]
    assert sparse.indices.tolist() == [[0], [3]]
    assert sparse.dense_shape == (4,)


@pytest.mark.parametrize("records", [[], [b""]])
def test_nothing(records):
    sparse = cn.parse_example(records, {"s": cn.SparseFeature(["i", "j"], "v", "float32", [4, 5])})["s"]
    assert sparse.indices.shape == (0, 3)
    assert sparse.values.shape == (0,)
    assert sparse.dense_shape == (len(records), 4, 5)


@pytest.mark.parametrize(
    ("indices", "values", "message"),
    [
        ([0, 4], [1, 2], r"index 4, at position 1, is not in \[0, 4\)"),
        ([-1], [1], "index -1"),
        ([-(2**63), 2**63 - 1], [1, 2], f"index {-(2**63)}"),
        ([0], [1, 2], "1 indices for 2 values"),
        ([0, 1], [1], "2 indices for 1 values"),
        ([], [1], "0 indices for 1 values"),
        ([2, 0, 2], [1, 2, 3], r"two values at index \(2,\)"),
    ],
)
def test_wrong_indices_name_record_and_key(indices, values, message):
    records = [b"", make_example({"i": ("int64", indices), "v": ("int64", values)})]
    with pytest.raises(SparseIndexError, match=message) as caught:
        cn.parse_example(records, {"s": cn.SparseFeature("i", "v", "int64", 4)})
    assert caught.value.where == {"record": 1, "key": "i"}


def test_declared_order_is_checked():
    feature = {"s": cn.SparseFeature("i", "v", "string", 4, already_sorted=True)}
    with pytest.raises(SparseIndexError, match=r"index \(0,\) after \(3,\), declared already_sorted"):
        cn.parse_example(RECORDS, feature)
    assert cn.parse_example(RECORDS[1:], feature)["s"].indices.tolist() == [[1, 1]]


def test_one_index_may_repeat_in_several_dimensions():
    record = make_example({"i": [1, 1], "j": [2, 0], "v": [5, 6]})
    sparse = cn.parse_example(record, {"s": cn.SparseFeature(["i", "j"], "v", "int64", [2, 3])})["s"]
    assert sparse.indices.tolist() == [[1, 0], [1, 2]]
    assert sparse.values.tolist() == [6, 5]


def test_huge_sizes_cost_nothing():
    feature = cn.SparseFeature("i", "v", "int64", 2**63 - 1)
    sparse = cn.parse_example([make_example({"i": [2**62], "v": [1]})], {"s": feature})["s"]
    assert sparse.indices.tolist() == [[0, 2**62]]


def test_features_share_keys():
    features = {
        "s": cn.SparseFeature("i", "v", "string", 4),
        "t": cn.SparseFeature("j", "v", "string", 4),
        "i": cn.VarLenFeature("int64"),
    }
    parsed = cn.parse_example(RECORDS, features)
    assert parsed["t"].indices.tolist() == [[0, 0], [0, 1], [2, 2]]
    assert parsed["i"].to_list() == [[3, 0], [], [1]]
    with pytest.raises(SpecConflictError):
        cn.parse_example(RECORDS, {**features, "v": cn.VarLenFeature("int64")})
    with pytest.raises(SpecConflictError):
        cn.parse_example(RECORDS, {"s": cn.SparseFeature("v", "v", "string", 4)})


def test_columns_take_it():
    parsed = cn.parse_example(RECORDS, {"v": cn.SparseFeature("i", "v", "string", 4)})
    column = cn.embedding_column(cn.sequence_categorical_column_with_hash_bucket("v", 10), 2)
    batch = cn.Encoder([column]).encode(parsed)
    rows = np.full(parsed["v"].dense_shape, b"", object)
    rows[tuple(parsed["v"].indices.T)] = parsed["v"].values.to_list()
    wanted = cn.Encoder([column]).encode({"v": rows})
    assert batch.lengths.tolist() == wanted.lengths.tolist()
    assert batch.slots["v"].values.tolist() == wanted.slots["v"].values.tolist()


@pytest.mark.parametrize(
    ("error", "arguments"),
    [
        (ColumnValueError, {"dtype": "bool"}),
        (ColumnValueError, {"size": 0}),
        (ColumnValueError, {"size": [4, 5]}),
        (ColumnValueError, {"index_key": [], "size": []}),
        (ColumnTypeError, {"size": 4.0}),
        (ColumnTypeError, {"index_key": 3}),
        (ColumnTypeError, {"value_key": None}),
        (ColumnTypeError, {"already_sorted": None}),
    ],
)
def test_arguments_that_cannot_be(error, arguments):
    with pytest.raises(error):
        cn.SparseFeature(**{"index_key": "i", "value_key": "v", "dtype": "int64", "size": 4, **arguments})
