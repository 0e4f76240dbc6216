"""Nested lists read by the core equal the slow twin: splits and values to the bit, errors to the word."""

from __future__ import annotations

import datetime
import decimal
import enum
from collections import namedtuple
from typing import Any

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st
from reference import nested as slow

from colonnade._dtypes import FLOATS, INTEGERS, KNOWN
from colonnade._ragged import BytesArray
from colonnade._ragged import nested as _nested
from colonnade.errors import ColonnadeError


class Text(str):
    """Text of a class of its own."""

    __slots__ = ()


class Raw(bytes):
    """Bytes of a class of its own."""


class Number(float):
    """A float of a class of its own."""


class Large(np.uint64):
    """An integer of NumPy's of a class of its own."""


class Rows(list[Any]):
    """A list of a class of its own."""


class Day(enum.IntEnum):
    """Ints of a class of their own."""

    MONDAY = 1
    SUNDAY = 2**63


Pair = namedtuple("Pair", "left right")

EDGES = [
    0,
    2**31,
    2**53 + 1,
    2**63 - 1,
    -(2**63),
    2**63,
    -(2**63) - 1,
    2**64,
    10**30,
    10**38,
    10**39,
    10**310,
]
FLOAT_EDGES = [3.4028235677973366e38, 3.4028235e38, 65504.0, 65520.0, 1e-46, -0.0, float("nan"), float("inf")]


@st.composite
def from_bits(draw: st.DrawFn, names: list[str]) -> Any:
    """A scalar of NumPy of random bits."""
    dtype = np.dtype(draw(st.sampled_from(names)))
    return np.frombuffer(draw(st.binary(min_size=dtype.itemsize, max_size=dtype.itemsize)), dtype)[0]


small = st.integers(-5, 300)
ints = st.one_of(
    small,
    small,
    st.sampled_from(EDGES),
    from_bits([*sorted(INTEGERS), "longlong", "ulonglong"]),
    st.sampled_from([*Day, Large(2**64 - 1), Large(3)]),
)
bools = st.booleans() | st.booleans().map(np.bool_)
floats = st.one_of(
    st.floats(width=32),
    st.floats(),
    st.sampled_from(FLOAT_EDGES),
    from_bits(sorted(FLOATS)),
    st.floats().map(np.longdouble),
    st.floats().map(Number),
    st.just(np.longdouble("1e400")),
)
texts = st.text(st.characters(codec="utf-8"), max_size=20) | st.text(
    "ab\0é\u0416\u5199\U0001f600", max_size=20
)
strings = st.one_of(
    texts,
    texts.map(str.encode),
    st.binary(max_size=5),
    texts.map(np.str_),
    st.binary(max_size=5).map(np.bytes_),
    texts.map(Text),
    st.binary(max_size=5).map(Raw),
)
plain = {"int": small, "float": st.floats(width=32), "string": texts}
KINDS = [ints, bools, floats, strings, ints | floats, *plain.values()]
STRANGERS = [
    *(None, 2j, object(), Text, bytearray(b"a"), memoryview(b"a"), {}, {1}, range(2), iter([])),
    *(decimal.Decimal(1), datetime.date(2020, 1, 1), np.complex64(1), np.void(b"a"), np.ma.masked),
    *(np.datetime64("2020"), np.timedelta64(5), np.timedelta64(5, "s"), np.array(2), np.array("a")),
    *("\ud800", "ab\udfff", "\U0001f600\udc00"),
]
strangers = st.integers(0, len(STRANGERS) - 1).map(STRANGERS.__getitem__)


ARRAY_DTYPES = st.sampled_from(
    [*sorted(INTEGERS | FLOATS), "bool", "longdouble", "M8[s]", "m8[s]", "U3", "S2", "O"]
)


@st.composite
def arrays(draw: st.DrawFn, dtype: str | None = None) -> Any:
    """An array where a list could be; sometimes a masked one, which is refused."""
    shape = draw(st.lists(st.integers(0, 3), min_size=1, max_size=3))
    array = np.full(shape, draw(st.integers(0, 1)), "i8").astype(dtype or draw(ARRAY_DTYPES))
    return np.ma.masked_array(array) if draw(st.integers(0, 31)) == 0 else array


@st.composite
def nested(draw: st.DrawFn, *, hostile: bool = False, with_arrays: bool = False) -> Any:
    """Lists of lists: of one kind and depth, or with strangers, other kinds and uneven levels among them."""
    values = draw(st.sampled_from(KINDS))
    depth = draw(st.sampled_from([1, 1, 1, 2, 2, 3, 7, 8, 9] if hostile else [1, 1, 2, 3, 7]))
    sizes = st.integers(0, 4 if depth < 4 else 2)
    dtype = draw(st.none() | ARRAY_DTYPES)

    def item(level: int) -> Any:
        if hostile and draw(st.integers(0, 15)) == 0:
            return draw(draw(st.sampled_from(ODD)))
        if with_arrays and 0 < level == depth and draw(st.booleans()):
            return draw(arrays(dtype))
        if level > depth:
            return draw(values)
        items = [item(level + 1) for _ in range(draw(sizes))]
        if len(items) == 2 and draw(st.booleans()):
            return Pair(*items)
        return draw(st.sampled_from([list, list, tuple, Rows]))(items)

    return item(0)


ODD = [strangers, strangers, ints, floats, strings, st.just([]), st.just([[]])]
dtypes = st.none() | st.sampled_from(sorted(KNOWN))


def outcome(flatten: Any, rows: Any, dtype: str | None) -> Any:
    """Everything that can be told of a result, or of an error."""
    try:
        splits, values = flatten(rows, dtype)
    except ColonnadeError as error:
        return type(error), error.message, error.where
    if isinstance(values, tuple):
        values = BytesArray(*values).to_list()
    if isinstance(values, np.ndarray):
        values = values.dtype.name, values.tobytes()
    return [(level.dtype.name, level.tolist()) for level in splits], values


def check(rows: Any, dtype: str | None) -> None:
    assert outcome(_nested.flatten, rows, dtype) == outcome(slow.flatten, rows, dtype)


@settings(max_examples=500)
@given(nested(), dtypes)
def test_lists_of_one_kind(rows, dtype):
    check(rows, dtype)


@settings(max_examples=500)
@given(nested(hostile=True), dtypes)
@example([[1e39, 10**400]], None)
@example([[1e39], [np.longdouble("1e400")]], None)
def test_lists_of_anything(rows, dtype):
    check(rows, dtype)


@settings(max_examples=500)
@given(nested(with_arrays=True) | nested(hostile=True, with_arrays=True), dtypes)
def test_lists_and_arrays(rows, dtype):
    check(rows, dtype)


@given(arrays() | strangers | small | texts, dtypes)
def test_what_is_no_list(rows, dtype):
    check(rows, dtype)
