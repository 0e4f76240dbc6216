"""Shards: which part of the records each of several workers reads."""

from __future__ import annotations

import operator
from typing import Final, TypeAlias

from ..errors import RecordFileError, RecordTypeError

Share: TypeAlias = tuple[int, int]
"""(index, count): of records or files, those whose number leaves `index` over when divided by `count`."""

_ALL: Final[Share] = (0, 1)
MOST_WORKERS: Final = 2**31


def checked_shard(shard: object) -> Share | None:
    """The shard as two ints.

    Raises:
        RecordTypeError: it is no pair of integers.
        RecordFileError: there is no such worker.
    """
    if shard is None:
        return None
    try:
        index, count = map(operator.index, shard)  # type: ignore[call-overload]
    except (TypeError, ValueError):
        raise RecordTypeError(f"shard must be two integers, (index, count), got {shard!r}") from None
    if not 1 <= count <= MOST_WORKERS:
        raise RecordFileError(f"the count of a shard must be 1 to {MOST_WORKERS}, got {_shown(count)}")
    if not 0 <= index < count:
        raise RecordFileError(f"the index of a shard must be 0 to {count - 1}, got {_shown(index)}")
    return index, count


def divided(paths: list[str], shard: Share | None) -> tuple[list[str], Share]:
    """The files that a worker reads, and its share of their records."""
    index, count = shard or _ALL
    return (paths[index::count], _ALL) if len(paths) >= count else (paths, (index, count))


def _shown(number: int) -> str:
    return str(number) if number.bit_length() < 64 else f"an int of {number.bit_length()} bits"
