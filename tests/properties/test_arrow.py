"""Arrow in and out on random types, slices, nulls and chunks; pyarrow's to_pylist is the reference."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from colonnade._ragged import Ragged, columns_from_arrow
from colonnade.errors import ColonnadeError

INTS = {
    *(pa.int8(), pa.int16(), pa.int32(), pa.int64()),
    *(pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64()),
}
FLOATS = [pa.float16(), pa.float32(), pa.float64()]
STRINGS = [pa.string(), pa.large_string(), pa.binary(), pa.large_binary(), pa.string_view(), pa.binary_view()]
LISTS = [pa.list_, pa.large_list, pa.list_view, pa.large_list_view, lambda inner: pa.list_(inner, 2)]


def numbers(kind: pa.DataType) -> st.SearchStrategy[Any]:
    if kind == pa.bool_():
        return st.booleans()
    if kind in FLOATS:
        return st.floats(width=kind.bit_width, allow_nan=False)
    limits = np.iinfo(str(kind))
    return st.integers(int(limits.min), min(int(limits.max), 2**63 - 1))


@st.composite
def typed_items(draw: st.DrawFn) -> tuple[pa.DataType, st.SearchStrategy[Any]]:
    """A type of rows, and rows of it: lists one or two levels deep."""
    kind = draw(st.sampled_from([*sorted(INTS, key=str), pa.bool_(), *FLOATS, *STRINGS]))
    items = st.text("aé\0", max_size=14) if kind in STRINGS else numbers(kind)
    for _ in range(draw(st.integers(1, 2))):
        make = draw(st.sampled_from(LISTS))
        kind = make(kind)
        sizes = {"min_size": 2, "max_size": 2} if pa.types.is_fixed_size_list(kind) else {"max_size": 3}
        items = st.lists(items, **sizes) | st.none()
    return kind, items


@st.composite
def columns(draw: st.DrawFn) -> pa.ChunkedArray:
    kind, items = draw(typed_items())
    chunks = []
    for _ in range(draw(st.integers(0, 3))):
        array = pa.array(draw(st.lists(items, max_size=5)), kind)
        start = draw(st.integers(0, len(array)))
        chunks.append(array.slice(start, draw(st.integers(0, len(array)))))
    return pa.chunked_array(chunks, kind)


def plain(value: Any) -> Any:
    """What Colonnade makes of pyarrow's Python values."""
    if value is None:
        return []
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.encode() if isinstance(value, str) else value


@given(columns())
def test_lists_of_any_type(column):
    ragged = Ragged.from_arrow(column)
    assert ragged.to_list() == plain(column.to_pylist())
    if column.num_chunks == 1:
        assert Ragged.from_arrow(column.chunk(0)).to_list() == ragged.to_list()
    back = pa.array(ragged)
    back.validate(full=True)
    assert back.to_pylist() == ragged.to_list()


@given(columns(), st.integers(0, 6), st.integers(0, 6))
def test_columns_of_a_sliced_struct(column, start, length):
    column = column.combine_chunks()
    table = pa.StructArray.from_arrays([column, pa.array(range(len(column)), pa.int32())], ["a", "row"])
    taken = columns_from_arrow(table.slice(start, length))
    assert taken["a"].to_list() == plain(column.slice(start, length).to_pylist())
    assert taken["row"].tolist() == list(range(len(column)))[start : start + length]


@given(st.lists(st.lists(st.sampled_from("abcdef"), max_size=5) | st.none(), max_size=8), st.integers(0, 8))
def test_dictionaries(rows, start):
    flat = [item for row in rows for item in row or []]
    offsets = np.cumsum([0, *(len(row or []) for row in rows)])
    words = pa.array(flat, pa.string()).dictionary_encode()
    mask = pa.array([row is None for row in rows], pa.bool_())
    lists = pa.LargeListArray.from_arrays(pa.array(offsets, pa.int64()), words, mask=mask).slice(start)
    assert Ragged.from_arrow(lists).to_list() == plain(rows)[start:]


VIEWS = {pa.list_view, pa.large_list_view}
LONG = "a text of more than twelve bytes"


@st.composite
def damaged(draw: st.DrawFn) -> pa.Array:
    """Lists one of whose offsets or sizes is overwritten after pyarrow has looked at them."""
    make = draw(st.sampled_from(LISTS[:4]))
    inner = draw(st.sampled_from([pa.int64(), pa.int8(), pa.string()]))
    items = st.lists(st.sampled_from([LONG, "b"] if inner == pa.string() else [1, 2]), max_size=3)
    whole = pa.array(draw(st.lists(items, min_size=1, max_size=5)), make(inner))
    count = 3 if make in VIEWS else 2
    memory = [bytearray(buffer or b"") for buffer in whole.buffers()[:count]]
    buffers = [None, *map(pa.py_buffer, memory[1:])]
    copy = pa.Array.from_buffers(whole.type, len(whole), buffers, children=[whole.values])
    width = np.int64 if make in (pa.large_list, pa.large_list_view) else np.int32
    target = np.frombuffer(memory[draw(st.integers(1, count - 1))], width)
    at = draw(st.integers(0, len(whole) - (make in VIEWS)))
    target[at] = draw(st.integers(-3, 16) | st.sampled_from([2**31 - 1, -(2**31)]))
    return copy


@given(damaged())
def test_damage_is_an_error_or_what_pyarrow_reads(array):
    try:
        array.validate(full=True)
        valid = True
    except pa.ArrowInvalid:
        valid = False
    try:
        read = Ragged.from_arrow(array).to_list()
    except ColonnadeError:
        assert not valid
        return
    assert not valid or read == plain(array.to_pylist())
