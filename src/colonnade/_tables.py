"""Embedding tables as arrays: new ones, given ones, and the names they go by inside frameworks."""

from __future__ import annotations

import math
from collections.abc import Container, Mapping
from typing import Any
from urllib.parse import quote

import numpy as np
import numpy.typing as npt

from ._plan import Table
from .errors import TableError

Float32s = npt.NDArray[np.float32]


def new_table(table: Table, random: np.random.Generator) -> Float32s:
    """A new table [num_buckets, dimension]: the column's initializer, or a truncated normal distribution.

    Raises:
        TableError: the initializer returned another shape.
    """
    shape = (table.num_buckets, table.dimension)
    if table.initializer is not None:
        return checked_table(table, table.initializer(shape, "float32"))
    return truncated_normal(shape, 1 / math.sqrt(table.dimension), random)


def truncated_normal(shape: tuple[int, ...], stddev: float, random: np.random.Generator) -> Float32s:
    """Normal values of mean 0, drawn again where they lie beyond two standard deviations."""
    values = random.standard_normal(shape, np.float32)
    while len(beyond := np.flatnonzero(np.abs(values) > 2)):
        values.flat[beyond] = random.standard_normal(len(beyond), np.float32)
    return values * np.float32(stddev)


def checked_table(table: Table, array: Any) -> Float32s:
    """An array as the table's float32 [num_buckets, dimension].

    Raises:
        TableError: it is not numbers of this shape.
    """
    expected = (table.num_buckets, table.dimension)
    try:
        values = np.asarray(array)
    except (TypeError, ValueError, RuntimeError) as error:  # uneven lists, tensors that NumPy cannot read
        raise TableError(f"table must be numbers of shape {expected}: {error}", column=table.name) from error
    if values.shape != expected or values.dtype.kind not in "fiu":
        raise TableError(
            f"table must be numbers of shape {expected}, got {values.dtype} {values.shape}", column=table.name
        )
    return np.ascontiguousarray(values, np.float32)


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


def escape(name: str, reserved: Container[str] = ()) -> str:
    """A table's name as frameworks allow it, without dots and slashes; `urllib.parse.unquote` undoes it.

    Example:
        >>> escape("item.id_embedding")
        'item%2Eid_embedding'
    """
    safe = quote(name, safe=" ").replace(".", "%2E")
    return f"%{ord(safe[0]):02X}{safe[1:]}" if safe in reserved else safe


def read_only(array: Float32s) -> Float32s:
    """A view that cannot be written to."""
    view = array.view()
    view.flags.writeable = False
    return view
