"""Nested Python lists as row splits over flat values: what stands behind Ragged.from_list."""

from __future__ import annotations

from itertools import chain
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from .. import _core
from .._dtypes import FLOATS, INTEGERS, DtypeLike, dtype_name
from ..errors import lists_error
from .splits import Int64s, place, splits_of

_Array: TypeAlias = npt.NDArray[Any]
_READ: Final = {"int64", "float32", "float64"}  # the core gives what is asked for; others are cast from these
Flat: TypeAlias = _Array | tuple[npt.NDArray[np.uint8], Int64s]  # strings are data and offsets


def flatten(nested: Any, dtype: DtypeLike | None) -> tuple[list[Int64s], Flat]:
    """The row splits of each level, outermost first, and the flat values.

    Classes are known by their bases, and instances read as Python and NumPy made them; what a subclass of
    list, int, float or str overrides is not asked.
    """
    name = None if dtype is None else dtype_name(dtype)
    if issubclass(type(nested), list | tuple):
        read = _core.flatten_lists(nested, name)
        if read is not None:
            splits, flat = read
            return splits, _values(flat, name, splits)
    elif not (isinstance(nested, np.ndarray) and nested.ndim > 0):
        raise lists_error("no_rows", nested)
    return _flatten_arrays(nested, name)


def _values(flat: Flat | _core.ListsFault, name: str | None, splits: list[Int64s]) -> Flat:
    """The values that the core read, in the dtype that was asked for."""
    if isinstance(flat, _core.ListsFault):
        where = {} if flat.position is None else place(flat.position, splits)
        raise lists_error(flat.code, flat.got, flat.expected, **where)
    if name is None or name in _READ or isinstance(flat, tuple):
        return flat
    return _cast(flat, name, splits)


def _cast(array: _Array, name: str, splits: list[Int64s]) -> _Array:
    """The array in another dtype; floats may be rounded, everything else must survive."""
    target = np.dtype(name)
    if array.dtype == target:
        return array
    if target.kind in "iu" and array.dtype.kind in "iu":
        limits = np.iinfo(target)
        lost = (array < limits.min) | (array > limits.max)
        cast = array.astype(target)
    else:
        with np.errstate(over="ignore", invalid="ignore"):
            cast = array.astype(target)
        lost = np.isinf(cast) & ~np.isinf(array) if target.kind == "f" else np.zeros(len(array), bool)
    if lost.any():
        at = int(np.argmax(lost))
        raise lists_error("too_wide", array[at].item(), name, **place(at, splits))
    return cast


def _flatten_arrays(nested: Any, name: str | None) -> tuple[list[Int64s], Flat]:
    """Level by level, where arrays are among the lists; the core reads the values that are no array."""
    items, splits = nested, list[Int64s]()
    while _is_level(items, splits):
        splits.append(splits_of(items))
        if splits[-1][-1] > _core.most_list_items:
            raise lists_error("too_many_items", int(splits[-1][-1]), _core.most_list_items)
        items = _joined(items)
    if isinstance(items, np.ndarray):
        return splits, _array_values(items, name, splits)
    read = _core.flatten_lists([items], name)
    assert read is not None
    return splits, _values(read[1], name, splits)


def _is_level(items: Any, splits: list[Int64s]) -> bool:
    """Whether the items are lists, as rows must be and steps may be."""
    if isinstance(items, np.ndarray) and splits:
        return False
    if splits and not any(issubclass(kind, list | tuple | np.ndarray) for kind in set(map(type, items))):
        return False
    for at, item in enumerate(items):
        if not _is_list(item):
            raise lists_error("uneven" if splits else "not_a_row", item, **place(at, splits))
    if len(splits) == _core.most_list_levels:
        raise lists_error("too_deep", expected=_core.most_list_levels)
    return True


def _is_list(item: Any) -> bool:
    if isinstance(item, np.ma.MaskedArray):
        return False
    return isinstance(item, list | tuple) or (isinstance(item, np.ndarray) and item.ndim > 0)


def _joined(rows: Any) -> Any:
    """The items of all rows, one after the other; an array where all rows are flat arrays of one dtype."""
    flat = [isinstance(row, np.ndarray) and row.ndim == 1 for row in rows]
    if flat and all(flat) and len({row.dtype for row in rows}) == 1 and rows[0].dtype.kind in "iufb":
        return np.concatenate(rows)
    lists = (row.tolist() if is_flat else row for row, is_flat in zip(rows, flat, strict=True))
    return list(chain.from_iterable(lists))


def _array_values(array: _Array, name: str | None, splits: list[Int64s]) -> _Array:
    """The values of rows that are arrays, whose floats keep their width where no dtype is given."""
    if name is None:
        is_float, is_wide = array.dtype.kind == "f", array.dtype.itemsize > 4
        return _cast(array, "int64" if not is_float else "float64" if is_wide else "float32", splits)
    if array.dtype.kind not in _kinds_for(name):
        kind = {"i": "int", "u": "int", "f": "float", "b": "bool"}[array.dtype.kind]
        raise lists_error("wrong_values", kind, name, **(place(0, splits) if len(array) else {}))
    return _cast(array, name, splits)


def _kinds_for(name: str) -> str:
    """The letters of what a dtype takes, as the core does."""
    if name in FLOATS:
        return "fiub"
    return "iub" if name in INTEGERS else "b" if name == "bool" else ""
