"""Hash bucket columns, as their API document has them."""

from __future__ import annotations

import numpy as np
import pytest
from failing import failure
from reference.fingerprint64 import fingerprint64

import colonnade as cn
from colonnade.errors import ColumnTypeError, ColumnValueError

BOTH = pytest.mark.parametrize(
    "column", [cn.sequence_categorical_column_with_hash_bucket, cn.categorical_column_with_hash_bucket]
)
# Fingerprints that TensorFlow 2.21 computed.
FINGERPRINTS = {
    "": 11160318154034397263,
    "a": 12917804110809363939,
    "omar": 3378277989609990986,
    "stringer": 16712165399130654704,
    "marlo": 9189111430546083591,
    "日本": 5676833963740711883,
    "-1": 7333874265151076430,
    "0": 15198969275252572735,
    "101": 7111978204949978653,
}


def ids(column, rows):
    [slot] = cn.Encoder([cn.embedding_column(column, 1)], layout="jagged").encode({"k": rows}).slots.values()
    return slot.values.tolist()


@BOTH
def test_attributes_and_defaults(column):
    tokens = column("tokens", hash_bucket_size=1000)
    assert (tokens.key, tokens.name, tokens.num_buckets, tokens.dtype) == ("tokens", "tokens", 1000, "string")
    assert tokens == column("tokens", 1000, str)
    assert tokens != column("tokens", 1000, "int64")
    assert hash(tokens) == hash(column("tokens", 1000, "string"))


@BOTH
@pytest.mark.parametrize("size", [1, 0, -5])
def test_sizes_that_are_not_greater_than_one(column, size):
    error = failure(
        ColumnValueError,
        lambda: column("k", size),
        f"hash_bucket_size must be at least 2, got {size}",
        key="k",
    )
    assert isinstance(error, ValueError)


@BOTH
@pytest.mark.parametrize("size", [None, 2.5, "2", True])
def test_sizes_that_are_no_ints(column, size):
    failure(ColumnTypeError, lambda: column("k", size), "hash_bucket_size must be an int", key="k")


@BOTH
@pytest.mark.parametrize("dtype", ["float32", float, np.float64, "bool", bool])
def test_dtypes_that_are_neither_string_nor_integer(column, dtype):
    error = failure(
        ColumnValueError, lambda: column("k", 9, dtype), "dtype must be string or an integer", key="k"
    )
    assert isinstance(error, ValueError)


@BOTH
@pytest.mark.parametrize("dtype", ["int8", "uint64", np.int32, int])
def test_every_integer_dtype(column, dtype):
    assert "int" in column("k", 9, dtype).dtype


@BOTH
def test_unknown_dtype_and_wrong_key(column):
    failure(ColumnValueError, lambda: column("k", 9, "text"), "unknown dtype 'text'", key="k")
    failure(ColumnTypeError, lambda: column("k", 9, None), "is not a dtype", key="k")
    failure(ColumnTypeError, lambda: column(9, 9), "a key must be a str")


@pytest.mark.parametrize("size", [2, 10, 1000, 2**31 + 11, 2**62, 2**63 - 1])
def test_ids_are_those_of_tensorflow(size):
    column = cn.sequence_categorical_column_with_hash_bucket("k", size)
    assert ids(column, [list(FINGERPRINTS)]) == [value % size for value in FINGERPRINTS.values()]


def test_integers_are_hashed_as_decimal_text():
    column = cn.sequence_categorical_column_with_hash_bucket("k", 10, "int64")
    assert ids(column, [[101, 201, 301]]) == [3, 7, 5]
    extremes = [-(2**63), -1, 0, 9, 10, 2**63 - 1]
    assert ids(column, [extremes]) == [fingerprint64(str(value).encode()) % 10 for value in extremes]


def test_the_dtype_of_the_data_may_be_narrower():
    wide = cn.sequence_categorical_column_with_hash_bucket("k", 10, "int64")
    narrow = cn.sequence_categorical_column_with_hash_bucket("k", 10, "uint8")
    for dtype in (np.int8, np.uint8, np.int32, np.uint64):
        data = np.array([[101, 0]], dtype)
        assert ids(wide, data) == ids(narrow, data) == [3, 5]


def test_bytes_are_hashed_as_they_are():
    column = cn.sequence_categorical_column_with_hash_bucket("k", 2**40)
    raw = [b"\0", b"a\0", b"\xff\xfe", b"x" * 1000]
    assert ids(column, [raw]) == [fingerprint64(item) % 2**40 for item in raw]
    assert ids(column, [["日本"]]) == ids(column, [["日本".encode()]])
