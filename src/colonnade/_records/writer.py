"""Write TFRecord files."""

from __future__ import annotations

import io
import os
import warnings
import zlib
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Final, Protocol

from .. import _core
from .._ragged import BytesArray
from ..errors import CompressionWarning, LimitError, RecordFileError, RecordTypeError, warn
from .files import CHUNK, WBITS, Compression, Path, checked_compression, kind

_RECORD: Final = (bytes, bytearray, memoryview)
_ONE_RECORD: Final = (*_RECORD, str)
_TEXT: Final = "encode text, serialize an Example first"
_PART: Final = (
    8 << 20
)  # handed to the file at a time, so that files that take little are not handed all again
_MOST_BYTES: Final = (1 << 31) - 1  # limits::record_bytes of the core

_NAMES: Final = {".gz": "GZIP", ".gzip": "GZIP", ".zlib": "ZLIB", ".zz": "ZLIB"}


class Writable(Protocol):
    """A binary file object to write to; only `write` is needed."""

    def write(self, data: bytes, /) -> int | None:
        """The number of bytes written, or None for all of them."""


class TFRecordWriter:
    """Write a TFRecord file that TensorFlow and this library read.

    The same records give the same bytes, compressed ones too (gzip's time stamp is 0) as long as zlib stays
    the same. Records are buffered; `flush` or `close` hands them to the file.

    Args:
        path: Where to write, replacing what is there; or a binary file object, which is left open.
        options: TensorFlow's second argument: "GZIP", "ZLIB" or "", or its TFRecordOptions, of which only
            `compression_type` is used. Give this or `compression`.
        compression: None or "" for none, "GZIP" or "ZLIB". With None, a name that ends as compressed files'
            do is a CompressionWarning.

    Raises:
        RecordFileError: an unknown compression, or both it and options.
        RecordTypeError: `path` is neither a path nor a binary file object, or compression no string.
        OSError: the file cannot be opened.

    Example:
        >>> import io
        >>> file = io.BytesIO()
        >>> with TFRecordWriter(file) as writer:
        ...     writer.write(b"data")
        >>> len(file.getvalue())
        20
    """

    _file: Any = None  # of one that failed before it had a file, too

    def __init__(
        self, path: Path | Writable, options: object = None, *, compression: Compression = None
    ) -> None:
        given = compression if options is None else _compression_of(options, compression)
        compression = checked_compression(given)
        self._compressor = zlib.compressobj(wbits=WBITS[compression]) if compression else None
        self._pending = bytearray()
        self._owned = isinstance(path, str | os.PathLike)
        if given is None and isinstance(path, str | os.PathLike):
            _warn_of_name(os.fsdecode(path))
        self._file = _target(path)

    def write(self, record: bytes | bytearray | memoryview) -> None:
        """Append one record.

        Raises:
            RecordTypeError: `record` is not bytes.
            LimitError: it has 2 GiB or more.
            RecordFileError: the writer is closed.
            OSError: the file cannot be written; then `record` is not part of it and may be written again.
        """
        if not isinstance(record, _RECORD):
            raise RecordTypeError(f"a record must be bytes, got {kind(record)}; {_TEXT}")
        size = memoryview(record).nbytes
        if size > _MOST_BYTES:
            raise LimitError(f"a record of {size} bytes, the limit is {_MOST_BYTES}")
        self._check_open()
        if len(self._pending) >= CHUNK:
            self._drain()
        self._append(_core.frame_record(bytes(record)))

    def write_batch(self, records: BytesArray | Sequence[bytes | bytearray | memoryview]) -> None:
        """Append many records at once: what `serialize_examples` makes, a batch of a reader, or a list.

        The file is the same as after `write` of each.

        Raises:
            RecordTypeError: `records` is no such sequence, or one of them is not bytes.
            RaggedError: the offsets of a BytesArray do not describe its data.
            LimitError: a record has 2 GiB or more, or all have 16 GiB.
            RecordFileError: the writer is closed.
            OSError: the file cannot be written; then none of `records` is part of it.
        """
        batch = records if isinstance(records, BytesArray) else _joined(records)
        self._check_open()
        if len(self._pending) >= CHUNK:
            self._drain()
        self._append(_core.frame_records(batch.data, batch.offsets).data)

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

    def _append(self, framed: bytes | memoryview) -> None:
        self._pending += self._compressor.compress(framed) if self._compressor else framed

    def _drain(self) -> None:
        while self._pending:
            with memoryview(self._pending) as view:
                part = bytes(view[:_PART])
            written = self._file.write(part)
            if written is None and not isinstance(self._file, io.RawIOBase):
                written = len(part)
            if not written:  # a file object in non-blocking mode; going on would spin
                raise BlockingIOError(f"write() of the file object returned {written!r} and wrote nothing")
            del self._pending[:written]


def _compression_of(options: object, compression: object) -> Any:
    """What TensorFlow's options say of compression."""
    if compression is not None:
        raise RecordFileError(f"give options or compression, not both, got {options!r} and {compression!r}")
    if isinstance(options, str):
        return options
    if not hasattr(options, "compression_type"):
        raise RecordTypeError(
            'options must be "GZIP", "ZLIB", "" or have a compression_type, as TFRecordOptions has, '
            f"got {kind(options)}; the other way is compression="
        )
    return options.compression_type


def _warn_of_name(path: str) -> None:
    if wanted := _NAMES.get(os.path.splitext(path)[1].lower()):
        warn(
            f"{path!r} is named like a {wanted} file and will not be compressed; "
            f'pass compression="{wanted}", or compression="" if that is meant',
            CompressionWarning,
        )


def _joined(records: object) -> BytesArray:
    if isinstance(records, _ONE_RECORD) or not isinstance(records, Sequence):
        raise RecordTypeError(f"a batch must be a BytesArray or a sequence of bytes, got {kind(records)}")
    for index, record in enumerate(records):
        if not isinstance(record, _RECORD):
            raise RecordTypeError(f"a record must be bytes, got {kind(record)}; {_TEXT}", record=index)
    return BytesArray.from_list([bytes(record) for record in records])


def _target(path: object) -> Any:
    if isinstance(path, str | os.PathLike):
        return open(path, "wb", buffering=0)
    if isinstance(path, io.TextIOBase) or not callable(getattr(path, "write", None)):
        raise RecordTypeError(f"a path or a binary file object to write to is needed, got {kind(path)}")
    return path
