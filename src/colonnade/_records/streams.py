"""The records of files, one file after the other, in batches.

Records (all files) -> Stream (one file) -> Window (its bytes). Every step changes its state only once nothing
can fail any more; a failed step can be tried again.
"""

from __future__ import annotations

import io
import threading
from typing import Any, Final

from .. import _core
from .._ragged import BytesArray, Piece, origin_of
from ..errors import ColonnadeError, DataLossError, LimitError, RecordFileError
from .damage import Damage, Skipped
from .files import ALWAYS_TAKEN, MOST_RATIO, Inflated, Readable, Window, compression_hint
from .shards import Share

_NOT_SKIPPED: Final = "what follows in this file cannot be unpacked, so no record of it comes any more"


class Records:
    """The records of one file object or of several files, one file after the other."""

    _owned: io.FileIO | None = None  # of one that failed before it had a file, too

    def __init__(
        self,
        file: Readable | None,
        paths: list[str],
        compression: str,
        share: Share,
        skipped: Skipped | None,
    ) -> None:
        self._paths = list(reversed(paths))  # those still to come, the next one last
        self._compression = compression
        self._window = Window()
        self._share = share
        self._skipped = skipped  # None where damage stops
        self._batch = _core.RecordBatch(*share)
        self._pieces: list[Piece] = []  # where the batch comes from
        self._stream: Stream | None = None
        self._closed = False
        self._lock = threading.RLock()  # the core works on window and batch without the GIL
        if file is not None:
            self._begin(file, getattr(file, "name", None))

    def batch(self, most: int, least: int) -> BytesArray:
        """At least `least` and at most `most` records, or those that are left.

        Raises:
            StopIteration: none is left.
        """
        with self._lock:
            if self._closed:
                raise RecordFileError("the reader is closed")
            try:
                while len(self._batch) < least and self._take(most):
                    pass
            except ColonnadeError:
                self._leave()
                raise
            if not len(self._batch):
                raise StopIteration
            data, offsets = self._batch.hand_over()
            data.flags.writeable = False  # nobody can change it while it is read, so nothing need be copied
            pieces, self._pieces = self._pieces, []
            return BytesArray._trusted(data, offsets, origin=origin_of(pieces))

    def _take(self, most: int) -> bool:
        """Add at least one record to the batch, or pass it; False after the last one."""
        while True:
            if self._stream is None:
                if not self._paths:
                    return False
                self._owned = open(self._paths[-1], "rb", buffering=0)  # noqa: SIM115
                self._begin(self._owned, self._paths.pop())
            assert self._stream is not None
            row = len(self._batch)
            if self._stream.take(self._batch, most):
                if len(self._batch) > row:
                    self._note(row, self._stream)
                return True
            stream, self._stream = self._stream, None
            self._close_file()
            if stream.damage is not None:
                stream.damage.report()

    def _note(self, row: int, stream: Stream) -> None:
        """From `row` on, the batch holds what was taken last; mostly it is what comes next in the file."""
        record, (_, count) = stream.first, self._share
        if self._pieces:
            start, path, first, _ = self._pieces[-1]
            if path == stream.path and record == first + (row - start) * count:
                return
        self._pieces.append((row, stream.path, record, count))

    def _begin(self, file: Readable, name: object) -> None:
        path = name if isinstance(name, str) else None
        damage = None if self._skipped is None else Damage(path, self._skipped)
        self._window.clear()
        self._stream = Stream(file, path, self._compression, self._window, damage)

    def _leave(self) -> None:
        """Behind a failure come the next file, where damage is skipped, or else nothing more."""
        self._stream = None
        self._close_file()
        if self._skipped is None:
            self._paths.clear()
            self._batch, self._pieces = _core.RecordBatch(*self._share), []

    def close(self) -> None:
        self._closed = True
        self._close_file()

    def _close_file(self) -> None:
        if self._owned is not None:
            self._owned.close()
            self._owned = None

    def __del__(self) -> None:
        self._close_file()


class Stream:
    """The records of one file, and the place in it."""

    def __init__(
        self, file: Readable, path: str | None, compression: str, window: Window, damage: Damage | None
    ) -> None:
        self.path = path
        self._file = Inflated(file, compression) if compression else file
        self._window = window
        self.damage = damage  # None where damage stops
        self._hinted: ColonnadeError | None = None  # the first damage, if the file is no plain one
        self._ended = False
        self.first = 0  # number of the first record that the batch kept of those taken last
        self._record = 0  # number of the next record; what is skipped at a time counts as one
        self._byte = 0  # where it starts in the file

    def take(self, batch: _core.RecordBatch, most: int) -> bool:
        """Add at least one record to the batch, or pass it; False at the end of the file."""
        while True:
            if self.damage is not None and self.damage.is_open:
                self._pass(self.damage)
            view = self._window.view()
            to_pass = batch.to_pass
            stretches = None if self.damage is None else self.damage.stretches
            try:
                consumed, records, needed = batch.take(view, most, self._ended, stretches)
            except (DataLossError, LimitError) as error:
                self._meet(error, view)
                continue
            if records:
                self._hinted = None
                self._move(consumed)
                self.first = self._record + to_pass
                self._record += records
                return True
            if self._ended:
                if self._hinted is not None:
                    raise self._hinted
                return False
            self._grow(needed)

    def _meet(self, error: ColonnadeError, view: memoryview) -> None:
        """Begin to look for the end of damage, or raise."""
        hint = compression_hint(view[:2].tobytes()) if self._record == 0 else ""
        located = type(error)(error.message + hint, **self._place())
        if self.damage is None:
            raise located from None
        if hint:
            self._hinted = located
        self.damage.begin(self._byte)

    def _pass(self, damage: Damage) -> None:
        """Move to the end of damage."""
        while True:
            found, passed, needed = damage.step(self._window.view(), self._ended)
            self._move(passed)
            if found or (self._ended and not len(self._window)):
                damage.end(self._byte)
                self._record += 1
                return
            self._grow(needed)

    def _move(self, count: int) -> None:
        self._window.drop(count)
        self._byte += count

    def _grow(self, needed: int) -> None:
        """Read until the window holds `needed` bytes, or the file ends."""
        held, used = len(self._window), self._used()
        try:
            while len(self._window) < needed and not self._ended:
                self._ended = not self._window.fill(self._file, needed)
                self._check_ratio(len(self._window) - held, self._used() - used)
        except (DataLossError, LimitError) as error:
            what = error.message if self.damage is None else f"{error.message}; {_NOT_SKIPPED}"
            raise type(error)(what, **self._place()) from None

    def _used(self) -> int:
        return self._file.used if isinstance(self._file, Inflated) else 0

    def _check_ratio(self, came: int, used: int) -> None:
        """What is compressed may promise a large record, but not make one out of nothing."""
        if isinstance(self._file, Inflated) and came > ALWAYS_TAKEN and came > MOST_RATIO * used:
            raise LimitError(
                f"{used} bytes of compressed data become {came} of one record, the limit is {MOST_RATIO} "
                f"times as many, or {ALWAYS_TAKEN}; if they can be trusted, unpack the file and read it plain"
            )

    def _place(self) -> dict[str, Any]:
        return {"file": self.path, "record": self._record, "byte": self._byte}
