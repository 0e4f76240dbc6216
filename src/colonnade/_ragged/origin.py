"""Where the records of a batch come from: a batch counts its rows, a user looks into files."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import Any, TypeAlias

Piece: TypeAlias = tuple[int, str | None, int, int]
"""(row, file, record, step): that row is that record of the file, the next row lies `step` records behind."""

Origin: TypeAlias = tuple[tuple[Piece, ...], int, int]
"""(pieces, first, step): item i is row first + i * step of the pieces. Plain data, for pickles."""


def origin_of(pieces: Iterable[Piece]) -> Origin:
    """The origin of a whole batch."""
    return tuple(pieces), 0, 1


def sliced_origin(origin: Origin, items: range) -> Origin:
    """The origin of some of the items."""
    pieces, first, step = origin
    return pieces, first + items.start * step, items.step * step


def place_of(origin: Origin, item: int) -> dict[str, Any]:
    """The file of an item, and the number of its record there."""
    pieces, first, step = origin
    row = first + item * step
    start, file, record, stride = pieces[bisect_right(pieces, row, key=lambda piece: piece[0]) - 1]
    return {"file": file, "record": record + (row - start) * stride}
