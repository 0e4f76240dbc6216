"""Partitions and sparse features, slowly: one record at a time, on plain lists."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any


def _cut(values: Sequence[Any], bounds: Sequence[tuple[int, int]]) -> list[list[Any]]:
    """The rows between some bounds, which must follow each other from the first value to the last."""
    at = 0
    for start, end in bounds:
        if start != at or end < start:
            raise ValueError(f"a row from {start} to {end} after one that ended at {at}")
        at = end
    if at != len(values):
        raise ValueError(f"the rows end at {at}, there are {len(values)} values")
    return [list(values[start:end]) for start, end in bounds]


def _by_lengths(values: Sequence[Any], given: Sequence[int]) -> list[list[Any]]:
    ends = [sum(given[: index + 1]) for index in range(len(given))]
    return _cut(values, list(zip([0, *ends[:-1]], ends, strict=False)))


def _by_splits(values: Sequence[Any], given: Sequence[int]) -> list[list[Any]]:
    if given and given[0] != 0:
        raise ValueError(f"the first row begins at {given[0]}")
    return _cut(values, list(pairwise(given)))


def _by_starts(values: Sequence[Any], given: Sequence[int]) -> list[list[Any]]:
    return _cut(values, list(zip(given, [*given[1:], len(values)], strict=False)))


def _by_limits(values: Sequence[Any], given: Sequence[int]) -> list[list[Any]]:
    return _cut(values, list(zip([0, *given[:-1]], given, strict=False)))


def _by_ids(values: Sequence[Any], given: Sequence[int]) -> list[list[Any]]:
    if len(given) != len(values) or list(given) != sorted(given) or any(row < 0 for row in given):
        raise ValueError(f"row ids {given} for {len(values)} values")
    if max(given, default=0) > 2**24:
        raise ValueError("too many rows without a value")
    rows: list[list[Any]] = [[] for _ in range(max(given, default=-1) + 1)]
    for row, value in zip(given, values, strict=True):
        rows[row].append(value)
    return rows


_DIVIDE = {
    "RowLengths": _by_lengths,
    "RowSplits": _by_splits,
    "RowStarts": _by_starts,
    "RowLimits": _by_limits,
    "ValueRowIds": _by_ids,
}


def divide(values: Sequence[Any], partition: str, given: Sequence[int] | int) -> list[list[Any]]:
    """The values of one record divided by one partition; ValueError if it does not cover them exactly."""
    if isinstance(given, int):
        return _by_lengths(values, [given] * (len(values) // given))
    return _DIVIDE[partition](values, given)


def divide_all(values: Sequence[Any], partitions: Sequence[tuple[str, Sequence[int] | int]]) -> list[Any]:
    """The values of one record divided by several partitions, the last one first."""
    divided = list(values)
    for partition, given in reversed(partitions):
        divided = divide(divided, partition, given)
    return divided


def place(
    indices: Sequence[Sequence[int]], values: Sequence[Any], size: Sequence[int]
) -> list[tuple[tuple[int, ...], Any]]:
    """The values of one record by their places; ValueError for a place out of bounds or taken twice."""
    if any(len(column) != len(values) for column in indices):
        raise ValueError("not one index for each value")
    places = list(zip(*indices, strict=True))
    for one in places:
        if any(not 0 <= index < most for index, most in zip(one, size, strict=True)):
            raise ValueError(f"{one} is out of bounds")
    if len(set(places)) != len(places):
        raise ValueError("two values in one place")
    return sorted(zip(places, values, strict=True), key=lambda placed: placed[0])
