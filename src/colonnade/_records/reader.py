"""Read TFRecord files, one record or one batch of records at a time.

The format is TensorFlow's (tensorflow/core/lib/io/record_writer.h): length, CRC, data, CRC. Both CRCs of
every record are checked, in the compiled core.
"""

from __future__ import annotations

import errno
import functools
import glob
import operator
import os
import sys
import weakref
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Any, Literal

from .._ragged import BytesArray
from ..errors import RecordFileError, RecordTypeError
from .damage import Skipped, SkippedRange, checked_on_corrupt
from .files import CHUNK, Compression, Path, Readable, checked_compression, kind
from .shards import checked_shard, divided
from .streams import Records


class TFRecordReader:
    """Read TFRecord files: one record, or one batch of records, at a time.

    Memory stays bounded: a few MiB, or a few records or batches where those are larger. The CRCs of every
    record are checked before any of its bytes are handed over. Iterating again reads the files again, from
    the start; the iterators are independent, each belongs to one thread.

    Args:
        source: A path, a glob pattern such as "data/*.tfrecord" (files sorted by name), a list of paths (in
            its order), or a binary file object, which can be read once and is left open.
        compression: None or "" for none, "GZIP" or "ZLIB": TensorFlow's names. It is never guessed.
        shard: (index, count) for worker `index` of `count` that read the same source: together they read
            every record once. Where there are `count` files or more, file i is read by worker i % count;
            otherwise all read all files, and record i of all is handed over by worker i % count.
        on_corrupt: "stop" at damage with an error, or "skip" to the next sound record. What was passed over
            is in `skipped`, and each file with damage ends with a DataLossWarning.

    Raises:
        FileNotFoundError: no file matches the pattern; or, while iterating, a path does not exist.
        RecordFileError: an empty list, an unknown compression or `on_corrupt`, an index that is not in
            [0, count); or a file object is read a second time.
        RecordTypeError: `source`, `compression` or `shard` is something else.
        DataLossError: while iterating, a file is cut off or corrupt. `error.where` has its name, the number
            of the record and the byte at which that record starts in the (decompressed) file. Sound records
            before it are handed over first, unless they belong to an unfinished batch or to the last
            256 KiB before the damage of compressed data. With "skip", only damage of the compressed data
            itself, and a compressed file that is read as a plain one.
        LimitError: while iterating with "stop", a record of 2 GiB or more.

    After these errors the iterator has ended; with "skip" it goes on with the next file. After others, such
    as an OSError of the file object, nothing is lost: the next `next()` tries again at the same place.

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

    def __init__(
        self,
        source: Path | Sequence[Path] | Readable,
        *,
        compression: Compression = None,
        shard: tuple[int, int] | None = None,
        on_corrupt: Literal["stop", "skip"] = "stop",
    ) -> None:
        self._compression = checked_compression(compression)
        self._file: Readable | None = None
        self._paths: list[str] = []
        self._open: weakref.WeakSet[Records] = weakref.WeakSet()
        self._closed = False
        if isinstance(source, str | os.PathLike):
            self._paths = _matching(os.fsdecode(source))
        elif callable(getattr(source, "read", None)):
            self._file = source  # type: ignore[assignment]
        else:
            self._paths = _listed(source)
        self._shard = checked_shard(shard)
        self._skips = checked_on_corrupt(on_corrupt)
        self._skipped = Skipped()
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
        return _Batches(self._records(), min(size, sys.maxsize))

    @property
    def skipped(self) -> tuple[SkippedRange, ...]:
        """What was passed over so far, with `on_corrupt="skip"`; each range once, and the first 10,000."""
        return self._skipped.ranges()

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
        made = functools.partial(TFRecordReader, compression=self._compression, **self._options())
        return made, (self._source(),)

    def __repr__(self) -> str:
        source = self._source()
        what = f"[{source[0]!r}, ...]" if isinstance(source, list) and len(source) > 1 else repr(source)
        options = "".join(f", {name}={value!r}" for name, value in self._options().items())
        return f"TFRecordReader({what}, compression={self._compression!r}{options})"

    def _options(self) -> dict[str, Any]:
        """The options that are not what they are without being given."""
        options: dict[str, Any] = {} if self._shard is None else {"shard": self._shard}
        return {**options, "on_corrupt": "skip"} if self._skips else options

    def _source(self) -> Readable | list[str]:
        return self._paths if self._file is None else self._file

    def _records(self) -> Records:
        if self._closed:
            raise RecordFileError("the reader is closed")
        if self._file is not None and self._used:
            raise RecordFileError(
                "this reader's file object has been read; make a new reader, or give a path to read it again"
            )
        self._used = True
        paths, share = divided(self._paths, self._shard)
        skipped = self._skipped if self._skips else None
        records = Records(self._file, paths, self._compression, share, skipped)
        self._open.add(records)
        return records


class _Single(Iterator[bytes]):
    """Records one at a time, taken as many at once as are at hand."""

    def __init__(self, records: Records) -> None:
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

    def __init__(self, records: Records, size: int) -> None:
        self._records = records
        self._size = size

    def __next__(self) -> BytesArray:
        return self._records.batch(self._size, least=self._size)


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
