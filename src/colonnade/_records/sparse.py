"""SparseFeature and Sparse: values that name their own places."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from .._checks import checked_int, checked_key
from .._dtypes import DtypeLike
from .._ragged import BytesArray, Int64s, Ragged, taken
from ..errors import ColumnTypeError, ColumnValueError, SparseIndexError, shown
from .specs import checked_wire_dtype


@dataclass(frozen=True, eq=False)
class Sparse:
    """Values at places of an array that is otherwise empty, in the order of their places.

    Attributes:
        indices: int64 [values, rank], the place of each value; no two are the same.
        values: int64 or float32 [values], or a BytesArray.
        dense_shape: The shape of the array, of `rank` dimensions.

    Example:
        >>> import numpy as np
        >>> sparse = Sparse(np.array([[0, 3], [1, 0]]), np.array([5, 6]), (2, 4))
        >>> dense = np.zeros(sparse.dense_shape, int)
        >>> dense[tuple(sparse.indices.T)] = sparse.values
        >>> dense.tolist()
        [[0, 0, 0, 5], [6, 0, 0, 0]]
    """

    indices: Int64s
    values: npt.NDArray[Any] | BytesArray
    dense_shape: tuple[int, ...]


@dataclass(frozen=True)
class SparseFeature:
    """Values and, in other features of the record, the index of each. Parsed to a Sparse.

    Args:
        index_key: The int64 feature that holds the indices, or a list of them, one a dimension.
        value_key: The feature that holds the values.
        dtype: What the values are: int64, float32 or string.
        size: The number of places in the dimension, or a list with one number a dimension.
        already_sorted: Whether the indices stand in order, which is then checked; others are sorted.

    Raises:
        ColumnValueError: any other dtype, a size below 1, or not as many sizes as index keys.
        ColumnTypeError: a key, a size or already_sorted of another type.

    Example:
        >>> SparseFeature("tag/index", "tag/weight", "float32", size=100)
        SparseFeature(index_key=('tag/index',), value_key='tag/weight', dtype='float32', size=(100,), \
already_sorted=False)
    """

    index_key: tuple[str, ...]
    value_key: str
    dtype: str
    size: tuple[int, ...]
    already_sorted: bool = False

    def __init__(
        self, index_key: Any, value_key: str, dtype: DtypeLike, size: Any, already_sorted: bool = False
    ) -> None:
        index_keys = tuple(index_key) if isinstance(index_key, list | tuple) else (index_key,)
        sizes = tuple(size) if isinstance(size, list | tuple) else (size,)
        if not index_keys or len(index_keys) != len(sizes):
            raise ColumnValueError(f"{len(index_keys)} index keys for {len(sizes)} sizes; give one of each")
        if not isinstance(already_sorted, bool):
            raise ColumnTypeError(f"already_sorted must be a bool, got {shown(already_sorted)}")
        object.__setattr__(self, "index_key", tuple(checked_key(key) for key in index_keys))
        object.__setattr__(self, "value_key", checked_key(value_key))
        object.__setattr__(self, "dtype", checked_wire_dtype(dtype))
        object.__setattr__(self, "size", tuple(checked_int(each, "size", at_least=1) for each in sizes))
        object.__setattr__(self, "already_sorted", already_sorted)

    def wire_dtypes(self) -> list[tuple[str, str]]:
        """The features of a record that are read, and what each must hold."""
        return [(self.value_key, self.dtype), *((key, "int64") for key in self.index_key)]


def placed(feature: SparseFeature, read: Callable[[str], Ragged]) -> Sparse:
    """The values of a batch at their places, the record's number first.

    Args:
        feature: What to read.
        read: Gives the values of a key, a Ragged of one row a record.

    Raises:
        SparseIndexError: not one index for each value, an index out of bounds, two values in one place,
            or indices out of order where they were declared sorted; with record and key.
    """
    values = read(feature.value_key)
    columns = [_record_numbers(values)]
    for key, size in zip(feature.index_key, feature.size, strict=True):
        columns.append(_checked_indices(read(key), values, key, size))
    indices = np.stack(columns, axis=1)
    flat = values.values
    if not feature.already_sorted and not in_order(indices).all():
        order = np.lexsort(columns[::-1])
        indices, flat = indices[order], taken(flat, order)
    wrong = np.flatnonzero(~in_order(indices))
    if len(wrong):
        _fail_order(feature, indices[wrong[0]], indices[wrong[0] + 1])
    assert not isinstance(flat, Ragged)
    return Sparse(indices, flat, (len(values), *feature.size))


def _record_numbers(values: Ragged) -> Int64s:
    return np.repeat(np.arange(len(values), dtype=np.int64), values.row_lengths)


def _checked_indices(given: Ragged, values: Ragged, key: str, size: int) -> Int64s:
    unequal = np.flatnonzero(given.row_lengths != values.row_lengths)
    if len(unequal):
        record = int(unequal[0])
        raise SparseIndexError(
            f"{given.row_lengths[record]} indices for {values.row_lengths[record]} values; "
            "each value needs one index",
            record=record,
            key=key,
        )
    indices: Int64s = given.values  # type: ignore[assignment]
    outside = (indices < 0) | (indices >= size)
    if outside.any():
        at = int(np.argmax(outside))
        record = int(_record_numbers(given)[at])
        raise SparseIndexError(
            f"index {indices[at]}, at position {at - given.row_splits[record]}, is not in [0, {size}); "
            "correct the size of the spec, or the record",
            record=record,
            key=key,
        )
    return indices


def in_order(indices: Int64s) -> npt.NDArray[np.bool_]:
    """Whether each place but the last comes before the next one, as bool [values - 1]."""
    before = np.zeros(max(len(indices) - 1, 0), bool)
    same = np.ones_like(before)
    for column in indices.T:
        before |= same & (column[:-1] < column[1:])
        same &= column[:-1] == column[1:]
    return before


def _fail_order(feature: SparseFeature, one: Int64s, other: Int64s) -> NoReturn:
    first, second = tuple(one[1:].tolist()), tuple(other[1:].tolist())
    what = (
        f"two values at index {first}"
        if first == second
        else f"index {second} after {first}, declared already_sorted"
    )
    raise SparseIndexError(what, record=int(one[0]), key=feature.index_key[0])
