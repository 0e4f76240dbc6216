"""Partitions: how one feature's integers divide another's values into rows, record by record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias, cast

import numpy as np

from .._checks import checked_int, checked_key
from .._ragged import Int64s, Ragged, splits_of_lengths
from ..errors import LimitError, RaggedError

MOST_EMPTY_ROWS: Final = 2**24
"""Rows that the row ids of one call may declare beyond its values: such rows have no memory behind them."""


@dataclass(frozen=True)
class _KeyedPartition:
    """A partition that a feature of the record describes.

    Args:
        key: The feature that holds the integers, an int64 list.

    Raises:
        ColumnTypeError: the key is not a str.
    """

    key: str

    def __post_init__(self) -> None:
        checked_key(self.key)


@dataclass(frozen=True)
class RowLengths(_KeyedPartition):
    """The length of each row: [2, 0, 1] divides [a, b, c] into [[a, b], [], [c]].

    Args:
        key: The feature that holds the lengths.
    """

    def lengths(self, sizes: Int64s, given: Ragged) -> Ragged:
        """The length of each row; `sizes` is the number of values that each record has for them."""
        _check_bounds(given, sizes, "a row length")
        return given


@dataclass(frozen=True)
class RowSplits(_KeyedPartition):
    """Where each row begins, and at last where the last one ends: [0, 2, 2, 3].

    Args:
        key: The feature that holds the splits.
    """

    def lengths(self, sizes: Int64s, given: Ragged) -> Ragged:
        """As RowLengths.lengths."""
        _check_bounds(given, sizes, "a row split")
        # Of all groups at once: from each group's last split a length leads into the next group. These are
        # taken out again, so that n splits leave n - 1 lengths.
        lengths = np.diff(_numbers(given), append=0)
        counts = given.row_lengths
        lasts = given.row_splits[1:][counts > 0] - 1
        return Ragged._trusted(np.delete(lengths, lasts), splits_of_lengths(np.maximum(counts - 1, 0)))


@dataclass(frozen=True)
class RowStarts(_KeyedPartition):
    """Where each row begins: [0, 2, 2].

    Args:
        key: The feature that holds the starts.
    """

    def lengths(self, sizes: Int64s, given: Ragged) -> Ragged:
        """As RowLengths.lengths."""
        _check_bounds(given, sizes, "a row start")
        # Each row ends where the next one begins; the last of a group ends with the group's values instead.
        starts = _numbers(given)
        limits = np.roll(starts, -1)
        some = given.row_lengths > 0
        limits[given.row_splits[1:][some] - 1] = sizes[some]
        return Ragged._trusted(limits - starts, given.row_splits)


@dataclass(frozen=True)
class RowLimits(_KeyedPartition):
    """Where each row ends: [2, 2, 3].

    Args:
        key: The feature that holds the limits.
    """

    def lengths(self, sizes: Int64s, given: Ragged) -> Ragged:
        """As RowLengths.lengths."""
        _check_bounds(given, sizes, "a row limit")
        # Each row begins where the one before ends; the first of a group begins at 0 instead.
        limits = _numbers(given)
        starts = np.roll(limits, 1)
        starts[given.row_splits[:-1][given.row_lengths > 0]] = 0
        return Ragged._trusted(limits - starts, given.row_splits)


@dataclass(frozen=True)
class ValueRowIds(_KeyedPartition):
    """The row of each value, never falling: [0, 0, 2].

    Args:
        key: The feature that holds the rows.
    """

    def lengths(self, sizes: Int64s, given: Ragged) -> Ragged:
        """As RowLengths.lengths."""
        wrong = np.flatnonzero(given.row_lengths != sizes)
        if len(wrong):
            group = int(wrong[0])
            raise RaggedError(f"{given.row_lengths[group]} row ids for {sizes[group]} values", row=group)
        # Ids may fall from one group to the next; the first of each group (with some) is compared with none.
        ids = _numbers(given)
        some = sizes > 0
        falls = np.zeros(len(ids), bool)
        falls[1:] = ids[1:] < ids[:-1]
        falls[given.row_splits[:-1][some]] = False
        wrong_ids = falls | (ids < 0)
        if wrong_ids.any():
            at = int(np.argmax(wrong_ids))
            raise RaggedError(
                f"row id {ids[at]} is negative or less than the one before", row=_group(given, at)
            )
        # Ids never fall, so the last one of a group is the largest, and one less than its number of rows.
        rows = np.zeros(len(sizes), np.int64)
        rows[some] = ids[given.row_splits[1:][some] - 1]
        _check_empty_rows(rows, len(ids))
        rows[some] += 1
        # Rows numbered through all groups: a row is as long as its number is frequent, 0 if it is skipped.
        row_splits = splits_of_lengths(rows)
        first_rows = np.repeat(row_splits[:-1], sizes)
        return Ragged._trusted(np.bincount(first_rows + ids, minlength=int(row_splits[-1])), row_splits)


@dataclass(frozen=True)
class UniformRowLength:
    """Rows of one length: 2 divides [a, b, c, d] into [[a, b], [c, d]].

    Args:
        length: The length of every row, at least 1.

    Raises:
        ColumnTypeError, ColumnValueError: the length is not an int of at least 1.
    """

    length: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "length", checked_int(self.length, "length", at_least=1))

    def lengths(self, sizes: Int64s, _given: Ragged) -> Ragged:
        """As RowLengths.lengths; no feature describes these rows."""
        rows = sizes // self.length
        return Ragged._trusted(np.full(int(rows.sum()), self.length, np.int64), splits_of_lengths(rows))


KeyedPartition: TypeAlias = RowLengths | RowSplits | RowStarts | RowLimits | ValueRowIds
Partition: TypeAlias = KeyedPartition | UniformRowLength


def divided(values: Ragged, lengths: Ragged) -> Ragged:
    """The values of each group divided into rows of some lengths.

    Raises:
        RaggedError: a negative length, or lengths that do not add up to the number of values.
    """
    rows = _numbers(lengths)
    negative = np.flatnonzero(rows < 0)
    if len(negative):
        raise RaggedError("the rows overlap", row=_group(lengths, int(negative[0])))
    # Where the groups' rows begin among all values: a group's sum is the difference at its borders.
    row_splits = splits_of_lengths(rows)
    sums = np.diff(row_splits[lengths.row_splits])
    wrong = np.flatnonzero(sums != values.row_lengths)
    if len(wrong):
        group = int(wrong[0])
        raise RaggedError(
            f"{len(lengths[group])} rows hold {sums[group]} values, there are {values.row_lengths[group]}",
            row=group,
        )
    return Ragged._trusted(Ragged._trusted(values.values, row_splits), lengths.row_splits)


def _check_bounds(given: Ragged, sizes: Int64s, what: str) -> None:
    """Numbers of a group that count its values lie between 0 and their number; differences then fit int64."""
    numbers = _numbers(given)
    wrong = (numbers < 0) | (numbers > np.repeat(sizes, given.row_lengths))
    if wrong.any():
        at = int(np.argmax(wrong))
        group = _group(given, at)
        raise RaggedError(f"{what} of {numbers[at]} for {sizes[group]} values", row=group)


def _check_empty_rows(last_rows: Int64s, values: int) -> None:
    """An int among the values can declare any number of rows: it must not allocate them."""
    # Clipped before they are added up, for the sum of ids from outside may wrap around int64.
    most = values + MOST_EMPTY_ROWS
    wide = np.flatnonzero(last_rows > most)
    total = int(np.minimum(last_rows, most).sum())
    if len(wide) or total > most:
        group = int(wide[0]) if len(wide) else int(np.argmax(last_rows))
        raise LimitError(
            f"row id {last_rows[group]}; a call may have {MOST_EMPTY_ROWS} rows without a value", row=group
        )


def _group(given: Ragged, at: int) -> int:
    """The group of a number, the last one that begins at or before it: empty ones begin there too."""
    return int(np.searchsorted(given.row_splits, at, side="right")) - 1


def _numbers(given: Ragged) -> Int64s:
    return cast(Int64s, given.values)
