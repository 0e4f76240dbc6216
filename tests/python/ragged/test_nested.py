"""Lists that the core reads: nothing of Python runs, nothing is kept, nothing explodes."""

from __future__ import annotations

import ctypes
import gc
import subprocess
import sys

import numpy as np
import pytest
from failing import failure

from colonnade import _core
from colonnade._ragged import BytesArray, Ragged
from colonnade._ragged import nested as _nested
from colonnade.errors import ColonnadeError, FeatureTypeError, LimitError, RaggedError


def refuse(*_, **__):
    raise AssertionError("the core must not ask")


ASKED = [
    *("__len__", "__iter__", "__getitem__", "__contains__", "__bool__", "__eq__", "__hash__", "__index__"),
    *(
        "__int__",
        "__float__",
        "__str__",
        "__repr__",
        "__bytes__",
        "__abs__",
        "__format__",
        "__class_getitem__",
    ),
]


def silent(base):
    """A class like another, whose every method is a trap."""
    return type(f"Silent{base.__name__}", (base,), {name: refuse for name in ASKED if hasattr(base, name)})


class TestSubclasses:
    """Instances are read as Python and NumPy made them."""

    @pytest.mark.parametrize("rows", [list, tuple])
    @pytest.mark.parametrize(
        ("values", "dtype"),
        [
            ([1, -(2**40)], int),
            ([0.5, -1.5], float),
            (["aé写\U0001f600", ""], str),
            ([b"a\0", b""], bytes),
            *(([1, 3], kind) for kind in (np.int8, np.int64, np.uint16, np.ulonglong)),
            *(([0.5, -1.5], kind) for kind in (np.float16, np.float32, np.float64, np.longdouble)),
            (["é", ""], np.str_),
            ([b"a", b""], np.bytes_),
        ],
    )
    def test_what_a_subclass_overrides_is_not_asked(self, rows, values, dtype):
        items, silent_list = [silent(dtype)(value) for value in values], silent(rows)
        ragged = Ragged.from_list(silent_list([silent_list(items), silent_list(items[:1]), silent_list()]))
        plain = [value.encode() if isinstance(value, str) else value for value in values]
        assert ragged.to_list() == [plain, plain[:1], []]

    @pytest.mark.parametrize(
        ("values", "message"),
        [
            ([2**63], "row 0, step 0: 9223372036854775808 does not fit int64"),
            ([10**400], "an int of 1329 bits does not fit int64"),
            ([10**400, 0.5], "row 0, step 0: an int of 1329 bits does not fit float64"),
            ([1, None], "row 0, step 1: None is no number"),
            ([1, "a"], "mixed kinds: string after int"),
            ([1, []], "row 0, step 0: uneven nesting: a Silentint stands beside lists"),
        ],
    )
    def test_nor_is_it_for_errors(self, values, message):
        items = [silent(type(value))(value) if isinstance(value, int) else value for value in values]
        with pytest.raises(ColonnadeError, match=message):
            Ragged.from_list([items])


def fresh_values():
    """Values that nobody else refers to, of every kind that can be read."""
    return {
        "ints": [10**6 + i for i in range(3)],
        "floats": [float(f"{i}.5") for i in range(3)],
        "ints among floats": [0.5, 10**12, 10**30],
        "text": ["".join(["a", str(i)]) for i in range(3)],
        "wide text": ["".join(["写é\U0001f600", str(i)]) for i in range(3)],
        "bytes": [bytes([i, 200]) for i in range(3)],
        "numpy": [np.int32(7), np.uint64(8), np.int64(2**40)],
        "numpy floats": [np.float16(7), np.float32(8), np.longdouble(9), np.float64(9)],
        "too wide": [1000, 2**70],
        "NumPy's too wide": [np.int8(1), np.uint64(2**63 + 5)],
        "too wide for float32": [0.5, 1e300],
        "too wide for float64": [0.5, 10**400],
        "lone surrogate": ["a", "".join(["b", "\udfff"])],
        "mixed": [1000, 0.5, "".join(["a", "b"])],
        "no value": [1000, object()],
        "uneven": [[1000], 1001],
        "too deep": [[[[[[[[[1000]]]]]]]]],
        "array among lists": [[1000], np.array([1001])],
    }


@pytest.mark.parametrize("dtype", [None, "int8", "int64", "float32", "float64", "float16", "string", "bool"])
@pytest.mark.parametrize("name", fresh_values())
def test_no_reference_is_lost_or_kept(name, dtype):
    items = fresh_values()[name]
    inner = [items, tuple(items), items]
    rows = [inner, inner, *inner]  # the last level is even only if the items are lists themselves
    for given in (inner, rows, [inner, inner]):
        held = [given, inner, *inner[:2], *items]
        before = [sys.getrefcount(thing) for thing in held]
        for _ in range(3):
            try:
                _nested.flatten(given, dtype)
            except ColonnadeError as error:
                del error
        assert [sys.getrefcount(thing) for thing in held] == before


@pytest.mark.parametrize(
    "kind", [int, float, np.int64, np.uint8, np.float32, np.float16, np.longdouble, np.bool_, str, np.str_]
)
def test_garbage_is_not_collected_while_lists_are_read(kind):
    """It could run anything: here, what empties the lists."""
    rows = [[kind(i % 2) for i in range(200)] for _ in range(20)]
    expected = Ragged.from_list(rows).to_list()

    def empty(phase, info):
        for row in rows:
            row.clear()

    thresholds = gc.get_threshold()
    gc.callbacks.append(empty)
    gc.set_threshold(1, 1, 1)
    try:
        [splits], flat = _core.flatten_lists(rows, None)
    finally:
        gc.set_threshold(*thresholds)
        gc.callbacks.remove(empty)
    values = BytesArray(*flat) if isinstance(flat, tuple) else flat
    assert Ragged(values, splits).to_list() == expected


def test_text_keeps_no_utf8_copy():
    """Python keeps the UTF-8 of a string that is asked for it in the string itself."""
    text = "".join(["写", "é"])
    before = sys.getsizeof(text)
    assert Ragged.from_list([[text] * 3]).to_list() == [[text.encode()] * 3]
    assert sys.getsizeof(text) == before
    ctypes.pythonapi.PyUnicode_AsUTF8(ctypes.py_object(text))
    assert sys.getsizeof(text) > before


@pytest.mark.parametrize("point", [0, 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x10FFFF])
def test_every_length_of_utf8(point):
    for text in (chr(point), f"a{chr(point)}b", chr(point) * 100, f"\xe9{chr(point)}\U0001f600"):
        assert Ragged.from_list([[text, "z"]]).to_list() == [[text.encode(), b"z"]]


@pytest.mark.parametrize("point", [0xD800, 0xDBFF, 0xDC00, 0xDFFF])
def test_no_surrogate_is_utf8(point):
    for text in (chr(point), f"a{chr(point)}", f"{chr(point)}\U0001f600"):
        failure(FeatureTypeError, lambda text=text: Ragged.from_list([["a"], ["b", text]]), row=1, step=1)


def test_large_arrays_lie_in_the_pool():
    for values in ([1] * 1000, [0.5] * 2000, ["abcdefgh"] * 1000):
        splits, flat = _core.flatten_lists([values] * 600, None)
        for array in (splits[0], *(flat if isinstance(flat, tuple) else [flat])):
            assert _core.is_pooled(array)
            assert array.flags.writeable
            assert array.flags.c_contiguous


def test_depth():
    rows = [1]
    for _ in range(8):
        rows = [rows]
    assert Ragged.from_list(rows).to_list() == rows
    failure(RaggedError, lambda: Ragged.from_list([rows]), "deeper than 8")


class TestRepeated:
    """A short list that is repeated can promise any number of items."""

    def test_the_limit_is_kept_before_they_are_read(self):
        rows = [[[]] * 2**15] * 2**14
        array = np.empty(1, object)
        array[0] = rows
        for given in (rows, [array]):
            failure(
                LimitError, lambda given=given: Ragged.from_list(given), f"{2**29} lists or values side by"
            )

    def test_without_memory_it_is_a_memory_error(self):
        script = """
import resource
import colonnade as cn
rows = [[]] * 10
for _ in range(8):
    rows = [rows] * 10
wide = [["x" * 2**20] * 2**10] * 2**3
pages = int(open("/proc/self/statm").read().split()[0])
space = pages * resource.getpagesize() + (256 << 20)
resource.setrlimit(resource.RLIMIT_AS, (space, space))
for attack in (rows, wide):
    try:
        cn.Ragged.from_list(attack)
    except (MemoryError, cn.errors.LimitError) as error:
        print(type(error).__name__)
print(cn.Ragged.from_list([[1]]).to_list())
"""
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
        assert done.stdout.split("\n")[:3] == ["MemoryError", "MemoryError", "[[1]]"], done.stderr

    def test_a_list_of_itself(self):
        endless = [[], []]
        endless[0] = endless
        failure(RaggedError, lambda: Ragged.from_list(endless), "deeper than 8")
