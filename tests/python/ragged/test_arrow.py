"""Arrow in and out: types, places of faults, memory shared and let go. Random data: ../properties."""

from __future__ import annotations

import gc
import resource
import threading
import weakref
from array import array
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from colonnade._ragged import BytesArray, Ragged, columns_from_arrow
from colonnade.errors import FeatureTypeError, LimitError, NarrowingError, RaggedError

LISTS = {
    "list": pa.list_,
    "large_list": pa.large_list,
    "list_view": pa.list_view,
    "large_list_view": pa.large_list_view,
}
NUMBERS = [
    *(pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64()),
    *(pa.float16(), pa.float32(), pa.float64()),
]
STRINGS = [pa.string(), pa.large_string(), pa.binary(), pa.large_binary(), pa.string_view(), pa.binary_view()]


class Exports:
    """Whatever a test wants to stand behind the interface's methods."""

    def __init__(self, **methods: Any) -> None:
        for name, method in methods.items():
            setattr(self, f"__arrow_c_{name}__", method)


@pytest.mark.parametrize("make", LISTS.values(), ids=LISTS.keys())
@pytest.mark.parametrize("inner", NUMBERS, ids=str)
def test_numbers(make, inner):
    rows = [[1, 0], None, [], [100]]
    ragged = Ragged.from_arrow(pa.array(rows, make(inner)))
    assert ragged.to_list() == [[1, 0], [], [], [100]]
    wanted = {"halffloat": "float32", "float": "float32", "double": "float64"}.get(str(inner), "int64")
    assert ragged.dtype == wanted


@pytest.mark.parametrize("make", LISTS.values(), ids=LISTS.keys())
@pytest.mark.parametrize("inner", STRINGS, ids=str)
def test_strings(make, inner):
    rows = [["a", ""], None, [], ["a text of more than twelve bytes", "é"]]
    ragged = Ragged.from_arrow(pa.array(rows, make(inner)))
    assert ragged.to_list() == [[item.encode() for item in row or []] for row in rows]


def test_half_floats_keep_their_value():
    halves = np.arange(2**16, dtype=np.uint16).view(np.float16)
    ragged = Ragged.from_arrow(pa.ListArray.from_arrays([0, len(halves)], pa.array(halves)))
    np.testing.assert_array_equal(ragged.values, halves.astype(np.float32))
    assert np.array_equal(np.signbit(ragged.values), np.signbit(halves))


def test_bools_nested_and_fixed_size_lists():
    assert Ragged.from_arrow(pa.array([[True, False], None, [True]])).to_list() == [[1, 0], [], [1]]
    deep = [[[1], None, [2, 3]], None, [], [[]]]
    assert Ragged.from_arrow(pa.array(deep)).to_list() == [[[1], [], [2, 3]], [], [], [[]]]
    fixed = pa.array([[1, 2], None, [3, 4]], pa.list_(pa.int16(), 2))
    assert Ragged.from_arrow(fixed).to_list() == [[1, 2], [], [3, 4]]
    assert Ragged.from_arrow(fixed.slice(2)).to_list() == [[3, 4]]


@pytest.mark.parametrize(
    "array", [pa.nulls(3), pa.array([None, [], []], pa.list_(pa.null()))], ids=["null", "lists"]
)
def test_nothing_but_nulls_is_empty_rows(array):
    ragged = Ragged.from_arrow(array)
    assert ragged.to_list() == [[], [], []]
    assert ragged.dtype == "int64"


def test_dictionaries():
    words = pa.array(["b", "a", "b", "c"]).dictionary_encode()
    lists = pa.ListArray.from_arrays([0, 3, 3, 4], words)
    assert Ragged.from_arrow(lists).to_list() == [[b"b", b"a", b"b"], [], [b"c"]]
    numbers = pa.DictionaryArray.from_arrays(pa.array([1, 0, 1], pa.uint8()), pa.array([7.5, 8.5]))
    assert columns_from_arrow(pa.table({"n": numbers}))["n"].tolist() == [8.5, 7.5, 8.5]


@pytest.mark.parametrize(
    ("array", "where"),
    [
        (pa.array([[1], [2, None]]), {"row": 1, "step": 1}),
        (pa.array([[0, None], [1], None, [2, None]]).slice(1), {"row": 2, "step": 1}),
        (pa.array([["a"], [], [None]], pa.list_(pa.string_view())), {"row": 2, "step": 0}),
        (pa.array([[[1]], [[2], [3, None]]]), {"row": 1, "step": 1}),
        (pa.array([[None]], pa.list_(pa.null())), {"row": 0, "step": 0}),
        (pa.chunked_array([pa.array([[1], [2]]), pa.array([[3], [None]])]), {"row": 3, "step": 0}),
        (pa.ListArray.from_arrays([0, 2], pa.array(["a", None]).dictionary_encode()), {"row": 0, "step": 1}),
        (
            pa.ListArray.from_arrays([0, 2], pa.DictionaryArray.from_arrays([0, 1], pa.array(["a", None]))),
            {"row": 0, "step": 1},
        ),
    ],
)
def test_a_null_among_the_values_is_located(array, where):
    with pytest.raises(RaggedError, match="null") as raised:
        Ragged.from_arrow(array)
    assert raised.value.where == where


@pytest.mark.parametrize("kind", [pa.bool_(), *NUMBERS, *STRINGS], ids=str)
def test_children_with_an_offset_of_their_own(kind):
    """A null before the offset is none of ours; one after it is found where it is."""
    text, truth = kind in STRINGS, kind == pa.bool_()
    values = [None, *("abc" if text else [True, False, True] if truth else [1, 2, 3])]
    child = pa.array(values, kind)
    wanted = plain(values[1:])
    assert Ragged.from_arrow(pa.ListArray.from_arrays([0, 1, 3], child.slice(1))).to_list() == [
        wanted[:1],
        wanted[1:],
    ]
    dictionary = pa.DictionaryArray.from_arrays([0, 2, 1], child.slice(1))
    taken = Ragged.from_arrow(pa.ListArray.from_arrays([0, 2], dictionary.slice(1)))
    assert taken.to_list() == [[wanted[2], wanted[1]]]
    with pytest.raises(RaggedError) as raised:
        Ragged.from_arrow(pa.ListArray.from_arrays([0, 1, 3], pa.array([*values[1:], None], kind).slice(1)))
    assert raised.value.where == {"row": 1, "step": 1}


def plain(values: list[Any]) -> list[Any]:
    return [value.encode() if isinstance(value, str) else value for value in values]


def test_unsigned_beyond_int64():
    with pytest.raises(NarrowingError, match="18446744073709551615") as raised:
        Ragged.from_arrow(pa.array([[1], [2, 2**64 - 1]], pa.list_(pa.uint64())))
    assert raised.value.where == {"row": 1, "step": 1}


@pytest.mark.parametrize(
    "array",
    [
        pa.array([1, 2]),
        pa.array(["a"]),
        pa.table({"a": [[1]]}),
        pa.array([[{"a": 1}]]),
        pa.array([[0]], pa.list_(pa.timestamp("s"))),
        pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int64())),
        pa.array([[0]], pa.list_(pa.date32())),
        [[1]],
        np.zeros((1, 1)),
        None,
        Exports(array=lambda: None),
        Exports(array=lambda: (1, 2)),
        Exports(array=lambda: pa.array([[1]]).__arrow_c_array__()[::-1]),
        Exports(stream=lambda: pa.int64().__arrow_c_schema__()),
    ],
)
def test_what_is_no_column_of_lists(array):
    with pytest.raises(FeatureTypeError):
        Ragged.from_arrow(array)


def test_capsules_are_taken_once():
    capsules = pa.array([[1, 2]]).__arrow_c_array__()
    again = Exports(array=lambda: capsules)
    assert Ragged.from_arrow(again).to_list() == [[1, 2]]
    with pytest.raises(RaggedError, match="released"):
        Ragged.from_arrow(again)


def test_the_producers_own_error_comes_through():
    def broken():
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        Ragged.from_arrow(Exports(array=broken))


def test_streams_are_joined():
    chunks = pa.chunked_array([pa.array([[1], None]), pa.array([], pa.list_(pa.int64())), pa.array([[2, 3]])])
    assert Ragged.from_arrow(chunks).to_list() == [[1], [], [2, 3]]
    none = Ragged.from_arrow(pa.chunked_array([], pa.list_(pa.float32())))
    assert (none.to_list(), none.dtype) == ([], "float32")


def test_a_stream_that_fails():
    def batches():
        yield pa.record_batch({"a": [[1]]})
        raise OSError("the disk is gone")

    schema = pa.schema({"a": pa.list_(pa.int64())})
    with pytest.raises(RaggedError, match="the disk is gone"):
        columns_from_arrow(pa.RecordBatchReader.from_batches(schema, batches()))


def test_tables():
    table = pa.table(
        {"id": pa.array([1, 2], pa.int8()), "name": ["a", "b"], "clicks": [[1.5], None], "none": pa.nulls(2)}
    )
    for source in (table, table.to_batches()[0], table.to_reader(), table.to_batches()[0].to_struct_array()):
        columns = columns_from_arrow(source)
        assert list(columns) == ["id", "name", "clicks", "none"]
        assert columns["id"].dtype == np.int64
        assert columns["id"].tolist() == [1, 2]
        assert columns["name"].to_list() == [b"a", b"b"]
        assert columns["clicks"].to_list() == [[1.5], []]
        assert columns["none"].to_list() == [[], []]
    assert columns_from_arrow(table.slice(1))["name"].to_list() == [b"b"]
    assert columns_from_arrow(table.to_batches()[0].to_struct_array().slice(1))["clicks"].to_list() == [[]]


def test_only_wanted_columns_are_read():
    table = pa.table({"when": pa.array([0], pa.timestamp("s")), "id": [7]})
    assert list(columns_from_arrow(table, ["id", "absent"])) == ["id"]
    with pytest.raises(FeatureTypeError, match="tss:") as raised:
        columns_from_arrow(table)
    assert raised.value.where == {"key": "when"}


def test_faults_of_tables_name_the_column():
    with pytest.raises(RaggedError, match="null") as raised:
        columns_from_arrow(pa.table({"a": [[1], [2]], "b": [["x"], ["y", None]]}))
    assert raised.value.where == {"key": "b", "row": 1, "step": 1}
    with pytest.raises(FeatureTypeError) as doubled:
        columns_from_arrow(pa.Table.from_arrays([pa.array([1]), pa.array([2])], ["a", "a"]))
    assert doubled.value.where == {"key": "a"}
    with pytest.raises(RaggedError, match="null") as missing:
        columns_from_arrow(pa.array([{"a": 1}, None]))
    assert missing.value.where == {"row": 1}
    with pytest.raises(FeatureTypeError, match="one column"):
        columns_from_arrow(pa.array([1]))


def test_flat_strings():
    assert BytesArray.from_arrow(pa.array(["a", "bc"])).to_list() == [b"a", b"bc"]
    with pytest.raises(FeatureTypeError, match="int64"):
        BytesArray.from_arrow(pa.array([1]))
    with pytest.raises(RaggedError, match="null") as raised:
        BytesArray.from_arrow(pa.array(["a", None]))
    assert raised.value.where == {"row": 1}


def corrupt(kind: pa.DataType, offsets: list[int]) -> pa.Array:
    """Lists over two values whose offsets are written after pyarrow has looked at them."""
    memory = np.zeros(len(offsets), np.int64 if pa.types.is_large_list(kind) else np.int32)
    buffers = [None, pa.py_buffer(memory)]
    array = pa.Array.from_buffers(kind, len(offsets) - 1, buffers, children=[pa.array([1, 2])])
    memory[:] = offsets
    return array


@pytest.mark.parametrize("make", [pa.list_, pa.large_list])
@pytest.mark.parametrize("offsets", [[0, 3], [-1, 2], [0, 2, 1], [0, 2**31 - 1], [5, 5]])
def test_corrupt_offsets(make, offsets):
    with pytest.raises(RaggedError, match="producer is at fault"):
        Ragged.from_arrow(corrupt(make(pa.int64()), offsets))


def test_a_lying_length_allocates_nothing():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(LimitError):
        Ragged.from_arrow(pa.Array.from_buffers(pa.null(), 2**39, [None]))
    with pytest.raises(RaggedError):
        Ragged.from_arrow(corrupt(pa.large_list(pa.int64()), [0, 2**62]))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # KiB


# Sharing.


@pytest.mark.parametrize("kind", [pa.int64(), pa.float32(), pa.float64()], ids=str)
def test_numbers_are_viewed_where_they_lie(kind):
    array = pa.array([[1, 2], [3], [], [4]], pa.list_(kind)).slice(1)
    ragged = Ragged.from_arrow(array)
    assert np.shares_memory(ragged.values, array.values.to_numpy())
    assert not ragged.values.flags.writeable
    assert ragged.to_list() == [[3], [], [4]]


def test_bytes_are_viewed_where_they_lie():
    array = pa.array(["ab", "c"])
    text = BytesArray.from_arrow(array)
    assert text.data.ctypes.data == array.buffers()[2].address


def test_a_null_list_over_items_drops_them():
    lists = pa.ListArray.from_arrays([0, 2, 4], pa.array([1, 2, 3, 4]), mask=pa.array([True, False]))
    ragged = Ragged.from_arrow(lists)
    assert ragged.to_list() == [[], [3, 4]]
    assert ragged.values.tolist() == [3, 4]


def test_views_keep_the_memory_alive():
    pool = pa.default_memory_pool()
    gc.collect()
    before = pool.bytes_allocated()
    array = pa.array([list(range(100_000))])
    ragged = Ragged.from_arrow(array)
    values = ragged.values
    del array, ragged
    gc.collect()
    assert pool.bytes_allocated() > before
    assert values[-1] == 99_999
    del values
    gc.collect()
    assert pool.bytes_allocated() == before


# Out.


@pytest.mark.parametrize(
    ("nested", "dtype", "kind"),
    [
        ([[1, 2], [], [3]], None, pa.large_list(pa.int64())),
        ([[1.5], []], None, pa.large_list(pa.float32())),
        ([[1.5], []], "float16", pa.large_list(pa.float16())),
        ([[1], []], "uint8", pa.large_list(pa.uint8())),
        ([[True] * 9, [False]], "bool", pa.large_list(pa.bool_())),
        ([["a", b"\0\xff"], []], None, pa.large_list(pa.large_binary())),
        ([[[1], []], []], None, pa.large_list(pa.large_list(pa.int64()))),
        ([], None, pa.large_list(pa.int64())),
    ],
)
def test_pyarrow_takes_it(nested, dtype, kind):
    ragged = Ragged.from_list(nested, dtype)
    array = pa.array(ragged)
    array.validate(full=True)
    assert array.type == kind == pa.DataType._import_from_c_capsule(ragged.__arrow_c_schema__())
    assert array.to_pylist() == ragged.to_list()
    assert Ragged.from_arrow(ragged).to_list() == ragged.to_list()


def test_values_of_higher_rank_are_fixed_size_lists():
    values = np.arange(12, dtype=np.float32).reshape(3, 2, 2)
    ragged = Ragged(values, np.array([0, 1, 3]))
    array = pa.array(ragged)
    array.validate(full=True)
    assert array.type == pa.large_list(pa.list_(pa.list_(pa.float32(), 2), 2))
    assert array.to_pylist() == ragged.to_list()


def test_export_shares_memory():
    ragged = Ragged.from_list([[1, 2], [3]])
    assert np.shares_memory(pa.array(ragged).values.to_numpy(), ragged.values)
    text = BytesArray.from_list(["ab", "c"])
    array = pa.array(text)
    assert array.type == pa.large_binary()
    assert array.buffers()[2].address == text.data.ctypes.data


def watched() -> tuple[np.ndarray, weakref.ref[array]]:
    """Four numbers, and a way to know whether their memory is still held."""
    memory = array("q", range(4))
    return np.frombuffer(memory, np.int64), weakref.ref(memory)


def test_export_keeps_the_memory_alive_and_lets_it_go_from_any_thread():
    values, gone = watched()
    lists = pa.array(Ragged._trusted(values, np.array([0, 1, 4])))
    child = lists.values
    del values, lists
    gc.collect()
    assert gone() is not None
    assert child.to_pylist() == [0, 1, 2, 3]
    held = [child]
    del child
    thread = threading.Thread(target=held.clear)
    thread.start()
    thread.join()
    gc.collect()
    assert gone() is None


def test_unused_capsules_let_go():
    values, gone = watched()
    capsules = Ragged._trusted(values, np.array([0, 4])).__arrow_c_array__()
    del values
    assert gone() is not None
    del capsules
    gc.collect()
    assert gone() is None


def test_splits_written_since_are_checked_before_they_leave():
    ragged = Ragged.from_list([[1], [2]])
    ragged.row_splits[1] = 10**12
    with pytest.raises(RaggedError):
        pa.array(ragged)


@pytest.mark.parametrize(
    ("nested", "kind"),
    [
        ([[1, 2], []], pa.list_(pa.int64())),
        ([[1, 2], []], pa.large_list(pa.int8())),
        ([[1, 2], []], pa.list_(pa.float64())),
        ([[1.5], [float("nan")]], pa.list_(pa.float64())),
        ([["a", "é"], []], pa.list_(pa.string())),
        ([["a"], []], pa.large_list(pa.large_string())),
        ([["a"], []], pa.list_(pa.binary())),
        ([[[1]], []], pa.list_(pa.list_(pa.int32()))),
    ],
)
def test_requested_types_that_can_be_had(nested, kind):
    array = pa.array(Ragged.from_list(nested), type=kind)
    array.validate(full=True)
    assert array.type == kind
    assert str(array.to_pylist()) == str(pa.array(nested, kind).to_pylist())


@pytest.mark.parametrize(
    ("nested", "kind", "error"),
    [
        ([[300]], pa.list_(pa.int8()), NarrowingError),
        ([[-1]], pa.list_(pa.uint64()), NarrowingError),
        ([[1.5]], pa.list_(pa.int64()), NarrowingError),
        ([[2**53 + 1]], pa.list_(pa.float64()), NarrowingError),
        ([[b"\xff"]], pa.list_(pa.string()), NarrowingError),
        ([[b"\xc3", b"\xa9"]], pa.list_(pa.string()), NarrowingError),
        ([["a"]], pa.list_(pa.int64()), FeatureTypeError),
        ([[1]], pa.int64(), FeatureTypeError),
        ([[1]], pa.list_(pa.list_(pa.int64())), FeatureTypeError),
        ([["a"]], pa.list_(pa.dictionary(pa.int32(), pa.string())), FeatureTypeError),
        ([[1]], pa.struct({"a": pa.int64()}), FeatureTypeError),
    ],
)
def test_requested_types_that_cannot(nested, kind, error):
    with pytest.raises(error) as raised:
        Ragged.from_list(nested).__arrow_c_array__(kind.__arrow_c_schema__())
    assert type(raised.value) is error


def test_a_request_that_is_no_schema():
    with pytest.raises(FeatureTypeError, match="arrow_schema"):
        Ragged.from_list([[1]]).__arrow_c_array__(5)
