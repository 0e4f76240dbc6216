"""The core's hash against farmhash, and the hash buckets that an encoder makes of it."""

import random

import farmhash
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from reference.examples import int64s, make_example

import colonnade as cn
from colonnade import _core

EXTREMES = [0, -1, 1, 9, 10, -9, -10, 99, 100, 2**31, -(2**31), 2**63 - 1, -(2**63), 10**18, -(10**18)]
SIZES = [2, 10, 1000, 2**31 - 1, 2**32 + 1, 2**63 - 1]


def bucket(text: bytes, size: int) -> int:
    return int(farmhash.fingerprint64(text)) % size


def ids_of(values: list[int] | list[bytes], size: int, dtype: str) -> list[list[int]]:
    """The ids of one row, by way of lists and by way of a record."""
    column = cn.sequence_categorical_column_with_hash_bucket("a", size, dtype)
    encoder = cn.Encoder([cn.embedding_column(column, 1)])
    batches = encoder.encode({"a": [values]}), encoder.encode_examples([make_example({"a": values})])
    return [batch.slots["a"].values[0].tolist() for batch in batches]


def test_ten_thousand_random_strings() -> None:
    chance = random.Random(1)
    for size in [*range(1001), *(chance.randrange(1001) for _ in range(8_999))]:
        data = chance.randbytes(size)
        assert _core.fingerprint64(data) == farmhash.fingerprint64(data), data


@pytest.mark.parametrize("size", SIZES)
def test_integers_hash_as_their_decimal_text(size: int) -> None:
    expected = [bucket(str(value).encode(), size) for value in EXTREMES]
    assert ids_of(EXTREMES, size, "int64") == [expected, expected]


@given(st.lists(int64s, min_size=1, max_size=20), st.integers(2, 2**63 - 1))
def test_any_integers(values: list[int], size: int) -> None:
    expected = [bucket(str(value).encode(), size) for value in values]
    assert ids_of(values, size, "int64") == [expected, expected]


@given(st.lists(st.binary(max_size=100), min_size=1, max_size=20), st.integers(2, 2**63 - 1))
@example([b"", b"\0", b"\0\0", b"\xff" * 64, b"a" * 1000], 2)
def test_any_strings(values: list[bytes], size: int) -> None:
    expected = [bucket(value, size) for value in values]
    assert ids_of(values, size, "string") == [expected, expected]
