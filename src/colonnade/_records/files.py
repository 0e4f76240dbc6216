"""The bytes of record files: compression, and a window that moves over a file."""

from __future__ import annotations

import io
import os
import zlib
from typing import Any, Final, Literal, Protocol, TypeAlias, TypeVar

from .. import _core
from ..errors import DataLossError, RecordFileError, RecordTypeError, shown

T = TypeVar("T")

Compression: TypeAlias = Literal["", "GZIP", "ZLIB"] | None
"""TensorFlow's names of a file's compression."""

Path: TypeAlias = str | os.PathLike[str]

CHUNK: Final = 1 << 18  # asked of a file object or a decompressor at a time
_WINDOW: Final = 1 << 20  # asked of the system at a time: fits the second-level cache, and less is slower
MOST_RATIO: Final = 100
"""Bytes of one record that a byte of a compressed file may become; a bomb's becomes a thousand."""
ALWAYS_TAKEN: Final = 1 << 26
"""Bytes of one record that may come out of a compressed file, however few it took."""
WBITS: Final = {"GZIP": zlib.MAX_WBITS + 16, "ZLIB": zlib.MAX_WBITS}


class Readable(Protocol):
    """A binary file object to read from; only `read` is needed."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes, none at the end."""


class Window:
    """The bytes of a file that were read and not yet taken, in one buffer that is used again and again."""

    def __init__(self) -> None:
        self._buffer = _core.pooled_bytes(_WINDOW).data
        self._start = self._end = 0

    def __len__(self) -> int:
        return self._end - self._start

    def view(self) -> memoryview:
        """The bytes, until `fill` is called."""
        return self._buffer[self._start : self._end]

    def drop(self, count: int) -> None:
        """Forget the first `count` bytes."""
        self._start += count

    def clear(self) -> None:
        """Forget all bytes: another file comes."""
        self._start = self._end = 0

    def fill(self, file: Readable, needed: int) -> int:
        """Read from the file once; return the number of bytes, 0 only at its end.

        Args:
            file: What to read.
            needed: Bytes that the window shall hold at last; more room than for these is hardly made.
        """
        if type(file) is io.FileIO:
            self._make_room(1, needed)
            count = _checked_read(file.readinto(self._buffer[self._end :]), int)
        else:
            self._make_room(CHUNK, needed)  # first, so that no byte is lost when there is no memory
            chunk = _checked_read(file.read(CHUNK), bytes)
            count = len(chunk)
            self._make_room(count, needed)  # some files give more than they are asked for
            self._buffer[self._end : self._end + count] = chunk
        self._end += count
        return count

    def _make_room(self, size: int, needed: int) -> None:
        """Have room for `size` bytes more, at a cost in proportion to the bytes that come."""
        held, buffer = len(self), self._buffer
        if self._end + size <= len(buffer):
            return
        if held + size > len(buffer) or 4 * self._start < held:  # else there is enough to gain by moving
            missing = needed - held
            more = max(missing, held // 4) if missing <= 2 * held else held  # a lie gets no room at once
            buffer = _core.pooled_bytes(held + max(size, more)).data
        buffer[:held] = self.view()
        self._buffer, self._start, self._end = buffer, 0, held


class Inflated:
    """The decompressed bytes of a file; as in gzip, several members make one stream."""

    def __init__(self, file: Readable, compression: str) -> None:
        self._file = file
        self._compression = compression
        self._decoder: Any = None  # None between members
        self._input = b""
        self._read = 0  # compressed bytes
        self._ended = False

    @property
    def used(self) -> int:
        """The compressed bytes that what was read so far took."""
        return self._read - len(self._input)

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes, none only at the end, where the last member must be complete."""
        while True:
            if not self._input and not self._ended:
                chunk = _checked_read(self._file.read(CHUNK), bytes)
                self._input, self._ended, self._read = chunk, not chunk, self._read + len(chunk)
            if self._decoder is None:
                if not self._input:
                    return b""
                self._decoder = zlib.decompressobj(wbits=WBITS[self._compression])
            if output := self._inflate(size):
                return output

    def _inflate(self, size: int) -> bytes:
        finished = not self._input
        try:
            output: bytes = self._decoder.decompress(self._input, size)
        except zlib.error as error:
            raise DataLossError(
                f"the {self._compression} data is corrupt within its first {self._read} bytes ({error}); "
                "if the file is not compressed, pass compression=None"
            ) from None
        if self._decoder.eof:
            self._input, self._decoder = self._decoder.unused_data, None
        else:
            self._input = self._decoder.unconsumed_tail
            if finished and not output:
                raise DataLossError(f"the {self._compression} data is cut off after {self._read} bytes")
        return output


def _checked_read(got: object, wanted: type[T]) -> T:
    if not isinstance(got, wanted):
        raise RecordTypeError(
            f"read() of the file object returned {kind(got)}; give one in binary, blocking mode"
        )
    return got


def compression_hint(start: bytes) -> str:
    """What to add to an error when a file that starts so was taken for uncompressed."""
    if start.startswith(b"\x1f\x8b"):
        return '; it looks like a gzip file: pass compression="GZIP"'
    if start[:1] == b"\x78" and int.from_bytes(start[:2], "big") % 31 == 0:
        return '; it looks like a zlib file: pass compression="ZLIB"'
    return ""


def kind(value: object) -> str:
    return type(value).__name__


def checked_compression(compression: object) -> Literal["", "GZIP", "ZLIB"]:
    match compression:
        case None | "":
            return ""
        case "GZIP" | "ZLIB":
            return compression
    kind = RecordFileError if isinstance(compression, str) else RecordTypeError
    raise kind(f'compression must be None, "GZIP" or "ZLIB", got {shown(compression)}')
