"""Read TFRecord files, one record or one batch of records at a time.

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
import threading
import weakref
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Any

from .. import _core
from .._ragged import BytesArray
from ..errors import DataLossError, LimitError, RecordFileError, RecordTypeError
from .files import (
    CHUNK,
    Compression,
    Inflated,
    Path,
    Readable,
    Window,
    checked_compression,
    compression_hint,
    kind,
)


class TFRecordReader:
    """Read TFRecord files: one record, or one batch of records, at a time.

    Memory stays bounded: a few MiB, or a few records or batches where those are larger. The CRCs of every
    record are checked before any of its bytes are handed over. Iterating again reads the files again, from
    the start; the iterators are independent, each belongs to one thread.

    Args:
        source: A path, a glob pattern such as "data/*.tfrecord" (files sorted by name), a list of paths (in
            its order), or a binary file object, which can be read once and is left open.
        compression: None or "" for none, "GZIP" or "ZLIB": TensorFlow's names. It is never guessed.

    Raises:
        FileNotFoundError: no file matches the pattern; or, while iterating, a path does not exist.
        RecordFileError: an empty list, an unknown compression; or a file object is read a second time.
        RecordTypeError: `source` or `compression` is something else.
        DataLossError: while iterating, a file is cut off or corrupt. `error.where` has its name, the number
            of the record and the byte at which that record starts in the (decompressed) file. Sound records
            before it are handed over first, unless they belong to an unfinished batch or to the last
            256 KiB before the damage of compressed data.
        LimitError: while iterating, a record of 2 GiB or more.

    After any error while iterating, such as an OSError of the file object, nothing is lost: the next
    `next()` tries again at the same place.

    Example:
        >>> import io, colonnade as cn
        >>> file = io.BytesIO()
        >>> with cn.TFRecordWriter(file) as writer:
        ...     for record in [b"one", b"", b"three"]:
        ...         writer.write(record)
        >>> list(TFRecordReader(io.BytesIO(file.getvalue())))
        [b'one', b'', b'three']
        >>> [len(batch) for batch in TFRecordReader(io.BytesIO(file.getvalue())).batches(2)]
        [2, 1]
    """

    def __init__(self, source: Path | Sequence[Path] | Readable, *, compression: Compression = None) -> None:
        self._compression = checked_compression(compression)
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


# _Single and _Batches -> _Records (all files) -> _Stream (one file) -> Window (its bytes).
# Every step changes its state only once nothing can fail any more; a failed step can be tried again.


class _Single(Iterator[bytes]):
    """Records one at a time, taken as many at once as are at hand."""

    def __init__(self, records: _Records) -> None:
        self._records = records
        self._taken: BytesArray | None = None
        self._ready: Iterator[bytes] = iter(())

    def __next__(self) -> bytes:
        for record in self._ready:
            return record
        if self._taken is None:
            self._taken = self._records.batch(CHUNK, least=1)
        self._ready, self._taken = iter(self._taken.to_list()), None
        return next(self._ready)


class _Batches(Iterator[BytesArray]):
    """Records `size` at a time."""

    def __init__(self, records: _Records, size: int) -> None:
        self._records = records
        self._size = size

    def __next__(self) -> BytesArray:
        return self._records.batch(self._size, least=self._size)


class _Records:
    """The records of one file object or of several files, one file after the other."""

    def __init__(self, file: Readable | None, paths: list[str], compression: str) -> None:
        self._paths = list(reversed(paths))  # those still to come, the next one last
        self._compression = compression
        self._window = Window()
        self._batch = _core.RecordBatch()
        self._owned: io.FileIO | None = None
        self._stream: _Stream | None = None
        self._closed = False
        self._lock = threading.RLock()  # the core works on window and batch without the GIL
        if file is not None:
            self._stream = _Stream(file, getattr(file, "name", None), compression, self._window)

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
                self._stream = _Stream(self._owned, self._paths.pop(), self._compression, self._window)
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


class _Stream:
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


# Arguments.


def _matching(path: str) -> list[str]:
    """The path itself; or, if it is a pattern and no file has that very name, the files that match."""
    if not glob.has_magic(path) or os.path.exists(path):
        return [path]
    paths = sorted(glob.glob(path, recursive=True))
    if not paths:
        raise FileNotFoundError(errno.ENOENT, "no file matches the pattern", path)
    return paths


def _listed(source: object) -> list[str]:
    if not isinstance(source, Sequence) or isinstance(source, bytes | bytearray | memoryview):
        raise RecordTypeError(
            "a source must be a path, a pattern, a list of paths or a binary file object, "
            f"got {kind(source)}; wrap records in memory in io.BytesIO"
        )
    for item in source:
        if not isinstance(item, str | os.PathLike):
            raise RecordTypeError(f"a list of paths holds {kind(item)}")
    if not source:
        raise RecordFileError("the list of paths is empty; give at least one path")
    return [os.fsdecode(path) for path in source]
