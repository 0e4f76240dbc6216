"""Row splits and offsets: where each row begins and ends among flat items."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ..errors import RaggedError

Int64s: TypeAlias = npt.NDArray[np.int64]


def checked_splits(splits: Any, size: int, what: str) -> Int64s:
    """Splits of `size` items, as int64.

    Raises:
        RaggedError: they are no flat integers that rise from 0 to `size`.
    """
    try:
        array = np.asarray(splits)
    except ValueError as error:
        raise RaggedError(f"{what} are no array: {error}") from None
    if array.ndim != 1 or len(array) == 0 or array.dtype.kind not in "iu":
        raise RaggedError(f"{what} must be a flat, non-empty integer array, got {array.dtype} {array.shape}")
    array = np.ascontiguousarray(array, np.int64)
    if array[0] != 0 or array[-1] != size:
        raise RaggedError(
            f"{what} must go from 0 to {size}, the number of values, got {array[0]} to {array[-1]}"
        )
    falls = np.flatnonzero(array[1:] < array[:-1])
    if len(falls):
        raise RaggedError(f"{what} fall from {array[falls[0]]} to {array[falls[0] + 1]}", row=int(falls[0]))
    return array


def sliced(splits: Int64s, rows: slice) -> tuple[slice | Int64s, Int64s]:
    """The items of some rows, and the splits of these rows."""
    start, stop, step = rows.indices(len(splits) - 1)
    if step == 1:
        part = splits[start : max(start, stop) + 1]
        return slice(int(part[0]), int(part[-1])), part - part[0]
    return gathered(splits, np.arange(start, stop, step))


def gathered(splits: Int64s, rows: Int64s) -> tuple[Int64s, Int64s]:
    """The items of rows by number, and the splits of these rows."""
    starts, lengths = splits[rows], splits[rows + 1] - splits[rows]
    new = splits_of_lengths(lengths)
    return np.arange(new[-1]) + np.repeat(starts - new[:-1], lengths), new


def splits_of(rows: Any) -> Int64s:
    """The splits of things that have a length."""
    return splits_of_lengths(np.fromiter(map(len, rows), np.int64, len(rows)))


def splits_of_lengths(lengths: npt.NDArray[Any]) -> Int64s:
    """The splits of rows of these lengths."""
    splits = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=splits[1:])
    return splits


def equal_splits(rows: int, size: int) -> Int64s:
    """The splits of rows of one size."""
    return np.arange(rows + 1, dtype=np.int64) * size


def place(position: int, splits: Sequence[Int64s]) -> dict[str, int]:
    """The row, and the step in it, of the item at a position below some levels of splits."""
    where = {"row": position}
    for level in reversed(splits):
        row = int(np.searchsorted(level, position, side="right")) - 1
        where = {"row": row, "step": position - int(level[row])}
        position = row
    return where
