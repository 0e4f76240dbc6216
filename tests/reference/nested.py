"""Nested Python lists as row splits over flat values, level by level: what `Ragged.from_list` must give."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from colonnade._dtypes import FLOATS, INTEGERS, DtypeLike, dtype_name
from colonnade.errors import FeatureTypeError, NarrowingError, RaggedError

_Array: TypeAlias = npt.NDArray[Any]
_Int64s: TypeAlias = npt.NDArray[np.int64]

# A list that contains itself would nest for ever; no feature nests deeper than this.
_DEEPEST: Final = 8
_TAKES: Final = {
    "string": {"string"},
    "bool": {"bool"},
    "int": {"int", "bool"},
    "float": {"int", "float", "bool"},
}


@np.errstate(all="ignore")  # a long double beyond float64 is infinite, a signalling NaN is a NaN
def flatten(nested: Any, dtype: DtypeLike | None) -> tuple[list[_Int64s], _Array | list[bytes]]:
    """The row splits of each level, outermost first, and the flat values: an array, or byte strings."""
    name = None if dtype is None else dtype_name(dtype)
    if not isinstance(nested, list | tuple) and not (isinstance(nested, np.ndarray) and nested.ndim > 0):
        raise FeatureTypeError(
            f"rows must be a list, a tuple or an array, got {type(nested).__name__}; give a list of rows"
        )
    items, splits = nested, list[_Int64s]()
    while _is_level(items, splits):
        splits.append(splits_of(items))
        items = _joined(items)
    return splits, _values(items, name, splits)


def splits_of(rows: Any) -> _Int64s:
    """The row splits of things that have a length."""
    splits = np.zeros(len(rows) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, rows), np.int64, len(rows)), out=splits[1:])
    return splits


def place(position: int, splits: Sequence[_Int64s]) -> dict[str, int]:
    """The row, and the step in it, of the item at a position below some levels of splits."""
    where = {"row": position}
    for level in reversed(splits):
        row = int(np.searchsorted(level, position, side="right")) - 1
        where = {"row": row, "step": position - int(level[row])}
        position = row
    return where


def _is_level(items: Any, splits: list[_Int64s]) -> bool:
    """Whether the items are lists, as rows must be and steps may be."""
    if isinstance(items, np.ndarray) and splits:
        return False
    kinds = set(map(type, items))
    if splits and not any(issubclass(kind, list | tuple | np.ndarray) for kind in kinds):
        return False
    plain = all(issubclass(kind, list | tuple) for kind in kinds)
    if not plain and (at := _first(items, lambda item: not _is_list(item))) is not None:
        found = type(items[at]).__name__
        if splits:
            raise RaggedError(
                f"uneven nesting: a {found} stands beside lists; put it into a list", **place(at, splits)
            )
        raise FeatureTypeError(
            f"a row must be a list, a tuple or an array, got {found}; give a list, of one value or none too",
            row=at,
        )
    if len(splits) == _DEEPEST:
        raise RaggedError(f"lists nest deeper than {_DEEPEST} levels; join some")
    return True


def _is_list(item: Any) -> bool:
    if isinstance(item, np.ma.MaskedArray):
        return False
    return isinstance(item, list | tuple) or (isinstance(item, np.ndarray) and item.ndim > 0)


def _joined(rows: Any) -> Any:
    """The items of all rows, one after the other; an array where all rows are flat arrays of one dtype."""
    if not any(issubclass(kind, np.ndarray) for kind in set(map(type, rows))):
        return list(chain.from_iterable(rows))
    arrays = all(isinstance(row, np.ndarray) and row.ndim == 1 for row in rows)
    if arrays and len({row.dtype for row in rows}) == 1 and rows[0].dtype.kind in "iufb":
        return np.concatenate(rows)
    flat = (row.tolist() if isinstance(row, np.ndarray) and row.ndim == 1 else row for row in rows)
    return list(chain.from_iterable(flat))


def _values(items: Any, name: str | None, splits: list[_Int64s]) -> _Array | list[bytes]:
    kind = _kind_of_array(items) if isinstance(items, np.ndarray) else _kind_of_items(items, splits)
    if kind is None:  # there are no values, so nothing says what they are
        return [] if name == "string" else np.empty(0, name or np.int64)
    if name is not None and kind not in _TAKES[_kind_of_dtype(name)]:
        where = place(_first_of_kind(items, kind), splits) if len(items) else {}
        raise FeatureTypeError(
            f"the values are of kind {kind}, the dtype is {name}; convert them, or declare what they are",
            **where,
        )
    if kind == "string":
        return [_encoded(item, place(at, splits)) for at, item in enumerate(items)]
    if isinstance(items, np.ndarray):
        default = "float64" if items.dtype.itemsize > 4 else "float32"
        return _cast(items, name or (default if kind == "float" else "int64"), splits)
    array = _array_of(items, kind, splits)
    return _cast(array, name or ("float32" if kind == "float" else "int64"), splits)


def _encoded(item: str | bytes, where: dict[str, int]) -> bytes:
    try:
        return item.encode() if isinstance(item, str) else bytes(item)
    except UnicodeEncodeError:
        raise FeatureTypeError("text with a lone surrogate cannot be UTF-8; give bytes", **where) from None


def _kind_of_array(array: _Array) -> str:
    return {"i": "int", "u": "int", "f": "float", "b": "bool"}[array.dtype.kind]


def _kind_of_dtype(name: str) -> str:
    return "int" if name in INTEGERS else "float" if name in FLOATS else name


def _kind_of_items(items: Sequence[Any], splits: list[_Int64s]) -> str | None:
    """The one kind of all items; ints among floats are floats."""
    kinds = {kind: _kind_of_type(kind) for kind in set(map(type, items))}
    found = set(kinds.values())
    if None in found:
        at = _at(items, lambda item: kinds[type(item)] is None)
        what = "None" if items[at] is None else f"a {type(items[at]).__name__}"
        raise FeatureTypeError(
            f"{what} is no number and no string; leave absent ones out", **place(at, splits)
        )
    if found == {"int", "float"}:
        return "float"
    if len(found) > 1:
        first = kinds[type(items[0])]
        at = _at(items, lambda item: kinds[type(item)] != first)
        raise RaggedError(
            f"mixed kinds: {kinds[type(items[at])]} after {first}; all values must be of one kind",
            **place(at, splits),
        )
    return found.pop() if found else None


def _first_of_kind(items: Any, kind: str) -> int:
    """Where the first value of a kind stands; the ints among floats may come before it."""
    return 0 if isinstance(items, np.ndarray) else _at(items, lambda item: _kind_of_type(type(item)) == kind)


def _kind_of_type(kind: type) -> str | None:
    if issubclass(kind, bool | np.bool_):
        return "bool"
    if issubclass(kind, np.timedelta64):
        return None  # NumPy calls it an integer; it is a duration
    if issubclass(kind, int | np.integer):
        return "int"
    if issubclass(kind, float | np.floating):
        return "float"
    return "string" if issubclass(kind, str | bytes) else None


def _array_of(items: Sequence[Any], kind: str, splits: list[_Int64s]) -> _Array:
    dtype = np.float64 if kind == "float" else np.int64
    try:
        if kind == "int" and set(map(type, items)) != {int}:
            items = [int(item) for item in items]  # NumPy wraps its own wide integers without a word
        return np.array(items, dtype)
    except OverflowError:
        at = _at(items, lambda item: not _fits(item, dtype))
        raise _too_wide(items[at], np.dtype(dtype).name, **place(at, splits)) from None


def _fits(item: Any, dtype: type) -> bool:
    try:
        np.array(item, dtype)
    except OverflowError:
        return False
    return True


def _cast(array: _Array, name: str, splits: list[_Int64s]) -> _Array:
    """The array in another dtype; floats may be rounded, everything else must survive."""
    target = np.dtype(name)
    if array.dtype == target:
        return array
    if target.kind in "iu" and array.dtype.kind in "iu":
        limits = np.iinfo(target)
        lost = (array < limits.min) | (array > limits.max)
        cast = array.astype(target)
    else:
        cast = array.astype(target)
        lost = np.isinf(cast) & ~np.isinf(array) if target.kind == "f" else np.zeros(len(array), bool)
    if lost.any():
        at = int(np.argmax(lost))
        raise _too_wide(array[at].item(), name, **place(at, splits))
    return cast


def _too_wide(value: Any, name: str, **where: int) -> NarrowingError:
    # A huge int would fill the screen, or refuse to print at all.
    shown = f"an int of {value.bit_length()} bits" if isinstance(value, int) and abs(value) >> 64 else value
    return NarrowingError(f"{shown} does not fit {name}; give a wider dtype, or strings", **where)


def _first(items: Any, wrong: Callable[[Any], bool]) -> int | None:
    return next((at for at, item in enumerate(items) if wrong(item)), None)


def _at(items: Any, wrong: Callable[[Any], bool]) -> int:
    at = _first(items, wrong)
    assert at is not None
    return at
