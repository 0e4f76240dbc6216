"""The records of files, one file after the other, in batches.

Records (all files) -> Stream (one file) -> Window (its bytes). Every step changes its state only once nothing
can fail any more; a failed step can be tried again.
"""

from __future__ import annotations

import io
import threading
from typing import Any

from .. import _core
from .._ragged import BytesArray
from ..errors import DataLossError, LimitError, RecordFileError
from .files import Inflated, Readable, Window, compression_hint
from .shards import Share


class Records:
    """The records of one file object or of several files, one file after the other."""

    def __init__(self, file: Readable | None, paths: list[str], compression: str, share: Share) -> None:
        self._paths = list(reversed(paths))  # those still to come, the next one last
        self._compression = compression
        self._window = Window()
        self._batch = _core.RecordBatch(*share)
        self._owned: io.FileIO | None = None
        self._stream: Stream | None = None
        self._closed = False
        self._lock = threading.RLock()  # the core works on window and batch without the GIL
        if file is not None:
            self._stream = Stream(file, getattr(file, "name", None), compression, self._window)

    def batch(self, most: int, least: int) -> BytesArray:
        """At least `least` and at most `most` records, or those that are left.

        Raises:
            StopIteration: none is left.
        """
        with self._lock:
            while len(self._batch) < least and self._take(most):
                pass
            if not len(self._batch):
                raise StopIteration
            data, offsets = self._batch.hand_over()
            data.flags.writeable = False  # nobody can change it while it is read, so nothing need be copied
            return BytesArray._trusted(data, offsets)

    def _take(self, most: int) -> bool:
        """Add at least one record to the batch, until it holds `most`; False after the last one."""
        if self._closed:
            raise RecordFileError("the reader is closed")
        while True:
            if self._stream is None:
                if not self._paths:
                    return False
                self._owned = open(self._paths[-1], "rb", buffering=0)  # noqa: SIM115
                self._stream = Stream(self._owned, self._paths.pop(), self._compression, self._window)
            if self._stream.take(self._batch, most):
                return True
            self._stream = None
            self._close_file()

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

    def __init__(self, file: Readable, name: object, compression: str, window: Window) -> None:
        self._name = name if isinstance(name, str) else None
        self._file = Inflated(file, compression) if compression else file
        self._window = window
        self._ended = False
        self._record = 0  # number of the next record
        self._byte = 0  # where it starts in the file

    def take(self, batch: _core.RecordBatch, most: int) -> bool:
        """Add at least one record to the batch, until it holds `most`; False at the end of the file."""
        while True:
            view = self._window.view()
            try:
                consumed, records, needed = batch.take(view, most, self._ended)
            except (DataLossError, LimitError) as error:
                hint = compression_hint(view[:2].tobytes()) if self._record == 0 else ""
                raise type(error)(error.message + hint, **self._place()) from None
            if records:
                self._window.drop(consumed)
                self._byte += consumed
                self._record += records
                return True
            if self._ended:
                return False
            self._grow(needed)

    def _grow(self, needed: int) -> None:
        """Read until the window holds `needed` bytes, or the file ends."""
        while len(self._window) < needed and not self._ended:
            try:
                self._ended = not self._window.fill(self._file)
            except DataLossError as error:
                raise error.at(**self._place()) from None

    def _place(self) -> dict[str, Any]:
        return {"file": self._name, "record": self._record, "byte": self._byte}
