"""TFRecord files: read them in batches, write them.

The format is TensorFlow's (tensorflow/core/lib/io/record_writer.h): length, CRC, data, CRC. Both CRCs of
every record are checked, in the compiled core.
"""

from __future__ import annotations

import errno
import functools
import glob
import io
import operator
import os
import warnings
import weakref
import zlib
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Any, Final, Literal, Protocol, TypeAlias

import numpy as np

from . import _core
from ._ragged import BytesArray
from .errors import DataLossError, LimitError, RecordFileError, RecordTypeError

Compression: TypeAlias = Literal["", "GZIP", "ZLIB"] | None
"""TensorFlow's names of a file's compression."""

_CHUNK: Final = 1 << 18  # a few of these stay inside the second-level cache
_WBITS: Final = {"GZIP": zlib.MAX_WBITS + 16, "ZLIB": zlib.MAX_WBITS}
_MOST_BYTES: Final = (1 << 31) - 1  # limits::record_bytes of the core


class Readable(Protocol):
    """A binary file object to read from; only `read` is needed."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes, none at the end."""


class Writable(Protocol):
    """A binary file object to write to; only `write` is needed."""

    def write(self, data: bytes, /) -> int | None:
        """The number of bytes written, or None for all of them."""


Path: TypeAlias = str | os.PathLike[str]


class TFRecordReader:
    """Read TFRecord files: one record, or one batch of records, at a time.

    Memory stays bounded: a few chunks of a file, or one record or batch where that is larger. The CRCs of
    every record are checked before any of its bytes are handed over. Iterating again reads the files again,
    from the start; the iterators are independent, each belongs to one thread.

    Args:
        source: A path, a glob pattern such as "data/*.tfrecord" (files sorted by name), a list of paths (in
            its order), or a binary file object, which can be read once and is left open.
        compression: None or "" for none, "GZIP" or "ZLIB": TensorFlow's names. It is never guessed.

    Raises:
        FileNotFoundError: no file matches the pattern; or, while iterating, a path does not exist.
        RecordFileError: an empty list, an unknown compression; or a file object is read a second time.
        RecordTypeError: `source` is something else.
        DataLossError: while iterating, a file is cut off or corrupt. `error.where` has its name, the number
            of the record and the byte at which that record starts in the (decompressed) file. Sound records
            before it are handed over first, unless they belong to an unfinished batch or to the last
            256 KiB before the damage of compressed data.
        LimitError: while iterating, a record of 2 GiB or more.

    After any error while iterating, such as an OSError of the file object, nothing is lost: the next
    `next()` tries again at the same place.

    Example:
        >>> import io
        >>> file = io.BytesIO()
        >>> with TFRecordWriter(file) as writer:
        ...     for record in [b"one", b"", b"three"]:
        ...         writer.write(record)
        >>> list(TFRecordReader(io.BytesIO(file.getvalue())))
        [b'one', b'', b'three']
        >>> [len(batch) for batch in TFRecordReader(io.BytesIO(file.getvalue())).batches(2)]
        [2, 1]
    """

    def __init__(self, source: Path | Sequence[Path] | Readable, *, compression: Compression = None) -> None:
        self._compression = _checked_compression(compression)
        self._file: Readable | None = None
        self._paths: list[str] = []
        self._open: weakref.WeakSet[_Records] = weakref.WeakSet()
        self._closed = False
        if isinstance(source, str | os.PathLike):
            self._paths = _matching(os.fsdecode(source))
        elif callable(getattr(source, "read", None)):
            self._file = source  # type: ignore[assignment]
        else:
            self._paths = _listed(source)
        self._used = False

    def __iter__(self) -> Iterator[bytes]:
        """Iterate over the records' data, one `bytes` a record."""
        return _Single(self._records())

    def batches(self, size: int) -> Iterator[BytesArray]:
        """Iterate over batches of `size` records; only the last one may be smaller, none is empty.

        Batches go on across the borders of files. `parse_example` and `Encoder.encode_examples` take them as
        they are: one buffer with offsets, cheaper than a list of bytes.

        Raises:
            RecordFileError: `size` is less than 1.
            RecordTypeError: `size` is no integer.
        """
        try:
            size = operator.index(size)
        except TypeError:
            raise RecordTypeError(f"a batch size must be an integer, got {size!r}") from None
        if size < 1:
            raise RecordFileError(f"a batch size must be at least 1, got {size}")
        return _Batches(self._records(), size)

    def close(self) -> None:
        """Close the files that iterators of this reader still hold open; a given file object stays open."""
        self._closed = True
        for records in self._open:
            records.close()

    def __enter__(self) -> TFRecordReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __reduce__(self) -> tuple[Any, ...]:
        # Data loaders send readers to other processes; open files stay here.
        return functools.partial(TFRecordReader, compression=self._compression), (self._source(),)

    def __repr__(self) -> str:
        source = self._source()
        what = f"[{source[0]!r}, ...]" if isinstance(source, list) and len(source) > 1 else repr(source)
        return f"TFRecordReader({what}, compression={self._compression!r})"

    def _source(self) -> Readable | list[str]:
        return self._paths if self._file is None else self._file

    def _records(self) -> _Records:
        if self._closed:
            raise RecordFileError("the reader is closed")
        if self._file is not None and self._used:
            raise RecordFileError(
                "this reader's file object has been read; make a new reader, or give a path to read it again"
            )
        self._used = True
        records = _Records(self._file, self._paths, self._compression)
        self._open.add(records)
        return records


class TFRecordWriter:
    """Write a TFRecord file that TensorFlow and this library read.

    The same records give the same bytes, compressed ones too (gzip's time stamp is 0) as long as zlib stays
    the same. Records are buffered; `flush` or `close` hands them to the file.

    Args:
        path: Where to write, replacing what is there; or a binary file object, which is left open.
        compression: None or "" for none, "GZIP" or "ZLIB".

    Raises:
        RecordFileError: an unknown compression.
        RecordTypeError: `path` is neither a path nor a binary file object.
        OSError: the file cannot be opened.

    Example:
        >>> import io
        >>> file = io.BytesIO()
        >>> with TFRecordWriter(file) as writer:
        ...     writer.write(b"data")
        >>> len(file.getvalue())
        20
    """

    def __init__(self, path: Path | Writable, *, compression: Compression = None) -> None:
        self._file: Any = None
        compression = _checked_compression(compression)
        self._compressor = zlib.compressobj(wbits=_WBITS[compression]) if compression else None
        self._pending = bytearray()
        self._owned = isinstance(path, str | os.PathLike)
        self._file = _target(path)

    def write(self, record: bytes | bytearray | memoryview) -> None:
        """Append one record.

        Raises:
            RecordTypeError: `record` is not bytes.
            LimitError: it has 2 GiB or more.
            RecordFileError: the writer is closed.
            OSError: the file cannot be written; then `record` is not part of it and may be written again.
        """
        if not isinstance(record, bytes | bytearray | memoryview):
            raise RecordTypeError(
                f"a record must be bytes, got {_kind(record)}; encode text, serialize an Example first"
            )
        size = memoryview(record).nbytes
        if size > _MOST_BYTES:
            raise LimitError(f"a record of {size} bytes, the limit is {_MOST_BYTES}")
        self._check_open()
        if len(self._pending) >= _CHUNK:
            self._drain()
        framed = _core.frame_record(bytes(record))
        self._pending += self._compressor.compress(framed) if self._compressor else framed

    def flush(self) -> None:
        """Hand everything written so far to the file, so that a reader can see it.

        Raises:
            RecordFileError: the writer is closed.
            OSError: the file cannot be written; nothing is lost, flush again.
        """
        self._check_open()
        if self._compressor:
            self._pending += self._compressor.flush(zlib.Z_SYNC_FLUSH)
        self._drain()
        if callable(flush := getattr(self._file, "flush", None)):
            flush()

    def close(self) -> None:
        """Write what is left and close the file; a given file object is flushed and stays open.

        Closing twice is harmless.

        Raises:
            OSError: the file cannot be written. It is closed all the same, and incomplete.
        """
        if self._file is None:
            return
        try:
            if self._compressor:
                self._pending += self._compressor.flush()
                self._compressor = None
            self.flush()
        finally:
            file, self._file = self._file, None
            if self._owned:
                file.close()

    def __enter__(self) -> TFRecordWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __del__(self) -> None:
        if self._file is not None:
            self.close()
            warnings.warn("a TFRecordWriter was not closed", ResourceWarning, source=self, stacklevel=2)

    def _check_open(self) -> None:
        if self._file is None:
            raise RecordFileError("the writer is closed")

    def _drain(self) -> None:
        while self._pending:
            written = self._file.write(bytes(self._pending))
            if written is None and not isinstance(self._file, io.RawIOBase):
                written = len(self._pending)
            if not written:  # a file object in non-blocking mode; going on would spin
                raise BlockingIOError(f"write() of the file object returned {written!r} and wrote nothing")
            del self._pending[:written]


# Reading: _Single and _Batches -> _Records (all files) -> _Stream (one file) -> a source of chunks.
# Every step changes its state only once nothing can fail any more; a failed step can be tried again.


class _Single(Iterator[bytes]):
    """Records one at a time, taken from the stream by the chunk."""

    def __init__(self, records: _Records) -> None:
        self._records = records
        self._taken: BytesArray | None = None
        self._ready: Iterator[bytes] = iter(())

    def __next__(self) -> bytes:
        for record in self._ready:
            return record
        if self._taken is None and (taken := self._records.take(_CHUNK)) is not None:
            self._taken = taken
        if self._taken is None:
            raise StopIteration
        self._ready, self._taken = iter(self._taken.to_list()), None
        return next(self._ready)


class _Batches(Iterator[BytesArray]):
    """Records `size` at a time."""

    def __init__(self, records: _Records, size: int) -> None:
        self._records = records
        self._size = size
        self._parts: list[BytesArray] = []
        self._missing = size

    def __next__(self) -> BytesArray:
        while self._missing > 0 and (taken := self._records.take(self._missing)) is not None:
            self._parts.append(taken)
            self._missing -= len(taken)
        if not self._parts:
            raise StopIteration
        batch = _joined(self._parts)
        self._parts, self._missing = [], self._size
        return batch


class _Records:
    """The records of one file object or of several files, one file after the other."""

    def __init__(self, file: Readable | None, paths: list[str], compression: str) -> None:
        self._paths = list(reversed(paths))  # those still to come, the next one last
        self._compression = compression
        self._owned: io.FileIO | None = None
        self._stream: _Stream | None = None
        self._closed = False
        if file is not None:
            self._stream = _Stream(file, getattr(file, "name", None), compression)

    def take(self, most: int) -> BytesArray | None:
        """Between 1 and `most` records, as many as are at hand; None after the last one."""
        if self._closed:
            raise RecordFileError("the reader is closed")
        while True:
            if self._stream is None:
                if not self._paths:
                    return None
                self._owned = open(self._paths[-1], "rb", buffering=0)  # noqa: SIM115
                self._stream = _Stream(self._owned, self._paths.pop(), self._compression)
            if (taken := self._stream.take(most)) is not None:
                return taken
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


class _Stream:
    """The records of one file, and the place in it."""

    def __init__(self, file: Readable, name: object, compression: str) -> None:
        self._name = name if isinstance(name, str) else None
        self._source = _Inflated(file, compression) if compression else _Plain(file)
        self._buffer = b""
        self._start = 0  # in the buffer, of the next record
        self._more: list[bytes] = []  # chunks that come after the buffer
        self._ended = False
        self._record = 0  # number of the next record
        self._byte = 0  # where it starts in the file

    def take(self, most: int) -> BytesArray | None:
        while True:
            try:
                data, offsets, consumed, needed = _core.read_records(
                    self._buffer, self._start, most, self._ended
                )
            except (DataLossError, LimitError) as error:
                hint = _compression_hint(self._buffer) if self._record == 0 else ""
                raise type(error)(error.message + hint, **self._place()) from None
            if consumed:
                self._start += consumed
                self._byte += consumed
                self._record += len(offsets) - 1
                return BytesArray._trusted(data, offsets)
            if self._ended:
                return None
            self._grow(needed)

    def _grow(self, needed: int) -> None:
        """Read until the buffer holds `needed` bytes from the next record on, or the file ends."""
        missing = needed - (len(self._buffer) - self._start) - sum(map(len, self._more))
        while missing > 0:
            try:
                chunk = self._source.chunk()
            except DataLossError as error:
                raise error.at(**self._place()) from None
            if not chunk:
                break
            self._more.append(chunk)
            missing -= len(chunk)
        buffer = b"".join([self._buffer[self._start :], *self._more])
        self._buffer, self._start, self._more, self._ended = buffer, 0, [], missing > 0

    def _place(self) -> dict[str, Any]:
        return {"file": self._name, "record": self._record, "byte": self._byte}


class _Plain:
    """The bytes of a file in chunks."""

    def __init__(self, file: Readable) -> None:
        self._file = file

    def chunk(self) -> bytes:
        """At least one byte, none only at the end."""
        return _read(self._file)


class _Inflated:
    """The decompressed bytes of a file in chunks; as in gzip, several members make one stream."""

    def __init__(self, file: Readable, compression: str) -> None:
        self._file = file
        self._compression = compression
        self._decoder: Any = None  # None between members
        self._input = b""
        self._read = 0  # compressed bytes
        self._ended = False

    def chunk(self) -> bytes:
        """At least one byte, none only at the end, where the last member must be complete."""
        while True:
            if not self._input and not self._ended:
                chunk = _read(self._file)
                self._input, self._ended, self._read = chunk, not chunk, self._read + len(chunk)
            if self._decoder is None:
                if not self._input:
                    return b""
                self._decoder = zlib.decompressobj(wbits=_WBITS[self._compression])
            if output := self._inflate():
                return output

    def _inflate(self) -> bytes:
        finished = not self._input
        try:
            output: bytes = self._decoder.decompress(self._input, _CHUNK)
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


def _read(file: Readable) -> bytes:
    chunk: object = file.read(_CHUNK)
    if not isinstance(chunk, bytes):
        raise RecordTypeError(
            f"read() of the file object returned {_kind(chunk)}; give one in binary, blocking mode"
        )
    return chunk


def _compression_hint(start: bytes) -> str:
    if start.startswith(b"\x1f\x8b"):
        return '; it looks like a gzip file: pass compression="GZIP"'
    if start[:1] == b"\x78" and int.from_bytes(start[:2], "big") % 31 == 0:
        return '; it looks like a zlib file: pass compression="ZLIB"'
    return ""


def _joined(parts: list[BytesArray]) -> BytesArray:
    if len(parts) == 1:
        return parts[0]
    offsets = np.zeros(sum(map(len, parts)) + 1, np.int64)
    np.cumsum(np.concatenate([np.diff(part.offsets) for part in parts]), out=offsets[1:])
    return BytesArray._trusted(np.concatenate([part.data for part in parts]), offsets)


# Arguments.


def _kind(value: object) -> str:
    return type(value).__name__


def _checked_compression(compression: object) -> Literal["", "GZIP", "ZLIB"]:
    match compression:
        case None | "":
            return ""
        case "GZIP" | "ZLIB":
            return compression
    raise RecordFileError(f'compression must be None, "GZIP" or "ZLIB", got {compression!r}')


def _matching(path: str) -> list[str]:
    """The path itself; or, if it is a pattern and no file has that very name, the files that match."""
    if not glob.has_magic(path) or os.path.exists(path):
        return [path]
    paths = sorted(glob.glob(path, recursive=True))
    if not paths:
        raise FileNotFoundError(errno.ENOENT, "no file matches the pattern", path)
    return paths


def _target(path: object) -> Any:
    if isinstance(path, str | os.PathLike):
        return open(path, "wb", buffering=0)
    if isinstance(path, io.TextIOBase) or not callable(getattr(path, "write", None)):
        raise RecordTypeError(f"a path or a binary file object to write to is needed, got {_kind(path)}")
    return path


def _listed(source: object) -> list[str]:
    if not isinstance(source, Sequence) or isinstance(source, bytes | bytearray | memoryview):
        raise RecordTypeError(
            "a source must be a path, a pattern, a list of paths or a binary file object, "
            f"got {_kind(source)}; wrap records in memory in io.BytesIO"
        )
    for item in source:
        if not isinstance(item, str | os.PathLike):
            raise RecordTypeError(f"a list of paths holds {_kind(item)}")
    if not source:
        raise RecordFileError("the list of paths is empty; give at least one path")
    return [os.fsdecode(path) for path in source]
