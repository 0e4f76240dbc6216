"""Vocabulary files: the id of a value is its line in a file, from 0."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .. import _core
from .._checks import checked_int, checked_key
from .._dtypes import DtypeLike
from ..errors import (
    ColumnTypeError,
    ColumnValueError,
    DataLossError,
    LimitError,
    VocabularyError,
    shown,
)
from ._sequence import SequenceCategoricalColumn
from ._vocabulary_table import (
    BytesOfRecords,
    check_out_of_vocabulary,
    checked_vocabulary_dtype,
    table_of_records,
    table_of_text,
)

GZIP_MAGIC: Final = b"\x1f\x8b"
MOST_TEXT: Final = 2**32
"""Bytes that a vocabulary file may hold, unpacked."""
MOST_RATIO: Final = 100
"""Bytes that one byte of a gzip file may become; words become ten at the most, a bomb's thousand and more."""
ALWAYS_TAKEN: Final = 2**26
"""Bytes that any gzip file may become, however small it is."""
_CHUNK: Final = 2**20
_HEADER: Final = 12
"""Bytes before the data of a TFRecord file's record: its length, and the CRC of that."""
TEXT, RECORDS = "text", "tfrecord_gzip"
"""TensorFlow's names of a file's format."""


@dataclass(frozen=True)
class VocabularyFileCategoricalColumn:
    """Values whose ids are their line numbers in a file, from 0.

    The file is read and checked at construction; the column keeps its path, size and SHA-256. A file
    that has changed when the column is compiled is an error.
    """

    key: str
    vocabulary_file: str
    vocabulary_size: int | None = None
    num_oov_buckets: int = 0
    default_value: int = -1
    dtype: str = "string"
    sha256: str = ""
    file_format: str | None = TEXT

    def __post_init__(self) -> None:
        key = checked_key(self.key)
        object.__setattr__(self, "vocabulary_file", _checked_path(self.vocabulary_file, key))
        object.__setattr__(self, "dtype", checked_vocabulary_dtype(self.dtype, key))
        if self.vocabulary_size is not None:
            size = checked_int(self.vocabulary_size, "vocabulary_size", at_least=1, key=key)
            object.__setattr__(self, "vocabulary_size", size)
        object.__setattr__(self, "file_format", _checked_format(self.file_format, self.vocabulary_file, key))
        vocabulary, sha256 = _read_file(self)
        object.__setattr__(self, "sha256", sha256)
        object.__setattr__(self, "vocabulary_size", len(vocabulary))
        check_out_of_vocabulary(self, len(vocabulary), key)

    @property
    def name(self) -> str:
        """The key."""
        return self.key

    @property
    def num_buckets(self) -> int:
        """The size of the vocabulary and of the out-of-vocabulary buckets."""
        assert self.vocabulary_size is not None
        return self.vocabulary_size + self.num_oov_buckets


def compile_vocabulary_file(column: VocabularyFileCategoricalColumn) -> _core.Vocabulary:
    """The table of a column, shared with every other column of the same file.

    Raises:
        VocabularyError: the file changed since the column was made, or cannot be read.
    """
    return _read_file(column)[0]


def _read_file(column: VocabularyFileCategoricalColumn) -> tuple[_core.Vocabulary, str]:
    path = Path(column.vocabulary_file)
    place = {"file": str(path), "key": column.key}
    content = _content(path, place)
    sha256 = hashlib.sha256(content).hexdigest()
    if column.sha256 not in ("", sha256):
        raise VocabularyError(
            "the vocabulary has changed, its SHA-256 differs from the column's; ids would differ", **place
        )
    try:
        size, integers = column.vocabulary_size, column.dtype != "string"
        if column.file_format == RECORDS:
            records = _records(_unpacked(content, None, place), size)
            vocabulary = table_of_records(records, sha256, size, integers=integers)
        else:
            text = _unpacked(content, size, place) if content.startswith(GZIP_MAGIC) else content
            _check_text(text, "" if text is not content else "compress it with gzip, and ")
            vocabulary = table_of_text(text, sha256, size, integers=integers)
    except VocabularyError as error:
        raise error.at(**place) from None
    return vocabulary, sha256


def _content(path: Path, place: dict[str, str]) -> bytes:
    try:
        # A pipe or a device may have no end.
        if path.exists() and not path.is_file():
            raise VocabularyError("the vocabulary is no regular file", **place)
        if path.stat().st_size > MOST_TEXT:
            raise VocabularyError(f"the vocabulary has more than {MOST_TEXT} bytes", **place)
        return path.read_bytes()
    except OSError as error:
        raise VocabularyError(f"the vocabulary cannot be read: {error.strerror}", **place) from error


def _unpacked(content: bytes, size: int | None, place: dict[str, str]) -> bytes:
    """The text of a sound gzip file, or at least the first `size` lines of it."""
    most = min(MOST_TEXT, max(ALWAYS_TAKEN, MOST_RATIO * len(content)))
    text, held, lines = bytearray(), 0, 0
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
            while (chunk := file.read(_CHUNK)) and held <= most:
                held += len(chunk)
                if size is None or lines < size:
                    text += chunk
                    lines += chunk.count(b"\n")
    except (OSError, EOFError, zlib.error) as error:
        raise VocabularyError(f"the vocabulary is no sound gzip file: {error}", **place) from error
    if held > most:
        raise VocabularyError(
            f"the vocabulary holds more than {most} bytes, unpacked, the limit of a gzip file of "
            f"{len(content)}; give it unpacked",
            **place,
        )
    return bytes(text)


def _records(content: bytes, size: int | None) -> BytesOfRecords:
    """The records of a file, or its first `size`."""
    batch, view = _core.RecordBatch(), memoryview(content)
    most = size or len(content)
    try:
        while view and len(batch) < most:
            consumed, _, _ = batch.take(view, most, True)
            view = view[consumed:]
    except (DataLossError, LimitError) as error:
        raise VocabularyError(f"the vocabulary is no sound TFRecord file: {error.message}") from error
    if not len(batch):
        raise VocabularyError("the vocabulary holds no record; give it one for each value")
    return batch.hand_over()


def _check_text(text: bytes, remedy: str) -> None:
    """Text must not be records, whose bytes would make words that nobody looks up."""
    if _starts_record(text):
        raise VocabularyError(
            f'the vocabulary is a TFRecord file, not text; {remedy}give file_format="{RECORDS}"'
        )


def _starts_record(content: bytes) -> bool:
    """Whether a file begins with the header of a TFRecord, CRC and all."""
    if len(content) < _HEADER:
        return False
    try:
        _core.RecordBatch().take(memoryview(content), 1, False)
    except (DataLossError, LimitError):
        return False
    return True


def _checked_format(given: object, path: str, key: str) -> str:
    """The format of a file; of None, what its name says, as in TensorFlow."""
    if given is None:
        return RECORDS if path.endswith("tfrecord.gz") else TEXT
    if given not in (TEXT, RECORDS) or not isinstance(given, str):
        raise ColumnValueError(
            f"file_format must be {TEXT!r}, {RECORDS!r} or None, got {shown(given)}", key=key
        )
    return given


def _checked_path(path: object, key: str) -> str:
    text = os.fspath(path) if isinstance(path, os.PathLike) else path
    if not isinstance(text, str):
        raise ColumnTypeError(f"vocabulary_file must be a path, got {shown(path)}", key=key)
    try:
        is_name = bool(text) and b"\0" not in os.fsencode(text)
    except UnicodeEncodeError:
        is_name = False
    if not is_name:
        raise ColumnValueError(f"vocabulary_file is no name of a file: {shown(path)}", key=key)
    return text


def categorical_column_with_vocabulary_file(
    key: str,
    vocabulary_file: str | os.PathLike[str],
    vocabulary_size: int | None = None,
    dtype: DtypeLike = "string",
    default_value: int | None = None,
    num_oov_buckets: int = 0,
    file_format: str | None = None,
) -> VocabularyFileCategoricalColumn:
    """A context column whose ids are line numbers in a file.

    The arguments and the errors are those of `sequence_categorical_column_with_vocabulary_file`, in
    TensorFlow's order, which is another one.
    """
    if default_value is not None and num_oov_buckets:
        raise ColumnValueError("give either num_oov_buckets or a default_value, not both", key=key)
    default = -1 if default_value is None else default_value
    return VocabularyFileCategoricalColumn(
        key,
        vocabulary_file,  # type: ignore[arg-type]
        vocabulary_size,
        num_oov_buckets,
        default,
        dtype,
        file_format=file_format,
    )


def sequence_categorical_column_with_vocabulary_file(
    key: str,
    vocabulary_file: str | os.PathLike[str],
    vocabulary_size: int | None = None,
    num_oov_buckets: int = 0,
    default_value: int | None = None,
    dtype: DtypeLike = "string",
    file_format: str | None = None,
) -> SequenceCategoricalColumn:
    r"""A sequence of categorical terms whose ids are line numbers in a file, from 0.

    Args:
        key: Name of the feature: string or int64 values, one or more a step.
        vocabulary_file: Path of a text file, plain or gzip, with one value a line; lines end in LF or CRLF.
            Or of a TFRecord file, compressed with gzip, with one value a record, as TensorFlow Transform
            writes it.
        vocabulary_size: Take so many lines from the top; None takes all.
        num_oov_buckets: Values outside the file get one of so many ids behind the file's, by
            Fingerprint64 of their text; instead of a default_value.
        default_value: The id of values outside the file; None is -1, which contributes nothing.
        dtype: string or an integer.
        file_format: "text", "tfrecord_gzip", or None: the latter for files whose name ends in "tfrecord.gz".

    Raises:
        VocabularyError: a file that cannot be read, a duplicate or blank line, a byte order mark, too
            few lines, a line that is no integer; says which line.
        ColumnTypeError, ColumnValueError: other arguments that cannot be.

    Example:
        >>> import tempfile
        >>> with tempfile.NamedTemporaryFile("w") as file:
        ...     print("red", "green", sep="\n", file=file, flush=True)
        ...     sequence_categorical_column_with_vocabulary_file("colours", file.name).num_buckets
        2
    """
    return SequenceCategoricalColumn(
        categorical_column_with_vocabulary_file(
            key, vocabulary_file, vocabulary_size, dtype, default_value, num_oov_buckets, file_format
        )
    )
