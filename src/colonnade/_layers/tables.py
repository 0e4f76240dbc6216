"""Embedding tables as arrays: new ones, given ones, and the names they go by inside frameworks."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar
from urllib.parse import quote

import numpy as np
import numpy.typing as npt

from .._encoding import Table
from ..errors import TableError, UntrainedTableWarning, warn
from ..initializers import truncated_normal

Float32s = npt.NDArray[np.float32]
T = TypeVar("T")

_LARGE_PAGE = 2 << 20


def new_table(table: Table, random: np.random.Generator) -> Float32s:
    """A new table [num_buckets, dimension]: the column's initializer, or a truncated normal distribution.

    Raises:
        TableError: the initializer returned another shape.
        MemoryError: there is no memory for such a shape.
    """
    shape = (table.num_buckets, table.dimension)
    if table.initializer is not None:
        return checked_table(table, table.initializer(shape, "float32"))
    try:
        deviation = np.float32(1 / math.sqrt(table.dimension))
        return np.multiply(truncated_normal(shape, random), deviation, out=_empty_table(shape))
    except (MemoryError, ValueError) as error:
        raise too_large(table) from error


def too_large(table: Table) -> MemoryError:
    """The error for a table that cannot be allocated."""
    return MemoryError(
        f"table {table.name!r} of float32 [{table.num_buckets}, {table.dimension}] does not fit into memory; "
        "a smaller hash_bucket_size, num_buckets or dimension makes it smaller"
    )


def checked_table(table: Table, array: Any) -> Float32s:
    """A copy of an array as the table's float32 [num_buckets, dimension].

    Raises:
        TableError: it is not numbers of this shape, or holds one that float32 cannot.
    """
    expected = (table.num_buckets, table.dimension)
    try:
        values = np.asarray(array)
    except (TypeError, ValueError, RuntimeError) as error:  # uneven lists, tensors that NumPy cannot read
        raise TableError(f"table must be numbers of shape {expected}: {error}", column=table.name) from error
    if isinstance(array, np.ma.MaskedArray):
        raise TableError("table must not be a masked array; fill it first", column=table.name)
    if values.shape != expected or values.dtype.kind not in "fiu":
        raise TableError(
            f"table must be numbers of shape {expected}, got {values.dtype} {values.shape}", column=table.name
        )
    copied = _empty_table(expected)
    with np.errstate(over="ignore"):
        np.copyto(copied, values, casting="unsafe")
    if values.dtype.itemsize > 4 and (beyond := np.isinf(copied) & ~np.isinf(values)).any():
        row = int(np.flatnonzero(beyond.any(1))[0])
        raise TableError(
            f"{values[beyond][0]} in row {row} of the table does not fit float32", column=table.name
        )
    return copied


def _empty_table(shape: tuple[int, int]) -> Float32s:
    """Memory for a table, a large one on large pages, whose addresses lookups find faster."""
    size = math.prod(shape) * np.dtype(np.float32).itemsize
    if size < _LARGE_PAGE:
        return np.empty(shape, np.float32)
    # NumPy asks the system for large pages, which lie at multiples of their size and wholly inside.
    memory = np.empty(size + 2 * _LARGE_PAGE, np.uint8)
    start = -memory.ctypes.data % _LARGE_PAGE
    return memory[start : start + size].view(np.float32).reshape(shape)


def warn_untrained(names: Iterable[str]) -> None:
    """Warn that tables are random."""
    warn(f"the tables {list(names)} are random; give trained ones as tables=", UntrainedTableWarning)


def check_table_names(tables: Mapping[str, Table], given: object) -> None:
    """Every table must be given, and no other.

    Raises:
        TableError: a name is missing or unknown, or `given` is no mapping.
    """
    if not isinstance(given, Mapping):
        raise TableError(f"tables must be a mapping from name to array, got {type(given).__name__}")
    missing = [name for name in tables if name not in given]
    unknown = [name for name in given if name not in tables]
    if missing or unknown:
        raise TableError(
            f"the columns have the tables {list(tables)}; missing are {missing}, unknown are {unknown}"
        )


def the_table(tables: Mapping[str, T], name: str) -> T:
    """The table of this name.

    Raises:
        TableError: there is none.
    """
    if not isinstance(name, str) or name not in tables:
        raise TableError(f"no table of the name {name!r}; the columns have the tables {list(tables)}")
    return tables[name]


def escape(name: str) -> str:
    """A name as Keras allows it, without dots and slashes; `urllib.parse.unquote` undoes it.

    Example:
        >>> escape("item.id_embedding")
        'item%2Eid_embedding'
    """
    return quote(name, safe=" ").replace(".", "%2E")


def read_only(array: Float32s) -> Float32s:
    """A view that cannot be written to."""
    view = array.view()
    view.flags.writeable = False
    return view
