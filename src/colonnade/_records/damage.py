"""Damage: what is passed over in files that are not sound, and what is told of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from .. import _core
from ..errors import DataLossWarning, RecordFileError, warn

_MOST_RANGES: Final = 10_000
"""Ranges that a reader remembers: a hostile file may have any number of them."""


def checked_on_corrupt(on_corrupt: object) -> bool:
    """Whether damage is skipped."""
    if on_corrupt not in ("stop", "skip"):
        raise RecordFileError(f'on_corrupt must be "stop" or "skip", got {on_corrupt!r}')
    return on_corrupt == "skip"


@dataclass(frozen=True)
class SkippedRange:
    """Bytes of a TFRecord file that a reader passed over because they are damaged.

    Attributes:
        path: The file; None of a file object without a name.
        start: The first of the bytes, counted in the decompressed file.
        end: The first byte behind them.
        records: How many records were lost, at the least: where a length is damaged, nobody knows.
    """

    path: str | None
    start: int
    end: int
    records: int = 1


class Skipped:
    """What the iterators of one reader passed over; each range once, however often it was read."""

    def __init__(self) -> None:
        self._ranges: dict[tuple[str | None, int], SkippedRange] = {}

    def add(self, skipped: SkippedRange) -> None:
        """Take a range, which may be a known one that has become longer."""
        place = (skipped.path, skipped.start)
        if place in self._ranges or len(self._ranges) < _MOST_RANGES:
            self._ranges[place] = skipped

    def ranges(self) -> tuple[SkippedRange, ...]:
        """The ranges in the order in which they were found."""
        return tuple(self._ranges.values())


class Damage:
    """All damage of one file, and the search for the end of the latest."""

    def __init__(self, path: str | None, skipped: Skipped) -> None:
        self.stretches: _core.Stretches | None = None  # from the first damage on
        self._resync: _core.Resync | None = None  # while a search goes on
        self._path = path
        self._skipped = skipped
        self._start = 0
        self._latest: SkippedRange | None = None
        self._records = self._bytes = 0

    @property
    def is_open(self) -> bool:
        """Whether the end of the latest is not found yet."""
        return self._resync is not None

    def begin(self, byte: int) -> None:
        """Begin the search; the record at `byte` is damaged."""
        self.stretches = self.stretches or _core.Stretches()
        self._resync, self._start = _core.Resync(), byte

    def step(self, view: memoryview, ended: bool) -> tuple[bool, int, int]:
        """Whether the end is found, behind how many bytes, and how many more bytes are needed otherwise."""
        assert self._resync is not None
        assert self.stretches is not None
        return self._resync.step(view, ended, self.stretches)

    def end(self, byte: int) -> None:
        """End the search: records go on at `byte`."""
        self._resync = None
        self._records, self._bytes = self._records + 1, self._bytes + byte - self._start
        latest = self._latest
        if latest is not None and latest.end == self._start:
            latest = SkippedRange(self._path, latest.start, byte, latest.records + 1)
        else:
            latest = SkippedRange(self._path, self._start, byte)
        self._latest = latest
        self._skipped.add(latest)

    def report(self) -> None:
        """Warn of what was passed over, if anything was."""
        if self._records:
            warn(
                f"skipped {self._bytes} damaged bytes of {self._path or 'a file'}, {self._records} records "
                "or more; `skipped` of the reader has the ranges",
                DataLossWarning,
            )
