"""Vocabulary columns: the id of a value is its place in a list or a file."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias
from weakref import WeakValueDictionary

import numpy as np
import numpy.typing as npt

from .. import _core
from .._dtypes import INTEGERS, DtypeLike, dtype_name
from ..errors import ColumnTypeError, ColumnValueError, VocabularyError
from ._checks import INT64_MAX, checked_int, checked_key
from ._sequence import SequenceCategoricalColumn

Identity: TypeAlias = tuple[str, str, int, bool]
"""Of a table: list or file, hash of the source, size, and whether it holds integers."""

_compiled: WeakValueDictionary[Identity, _core.Vocabulary] = WeakValueDictionary()
"""Tables in use: equal ones are one."""

GZIP_MAGIC = b"\x1f\x8b"
MOST_TEXT = 2**32
"""Bytes that a vocabulary file may hold, unpacked; a small gzip file can promise anything."""


@dataclass(frozen=True, repr=False)
class VocabularyListCategoricalColumn:
    """Values whose ids are their places in a list."""

    key: str
    vocabulary_list: tuple[str | bytes | int, ...]
    dtype: str = ""
    default_value: int = -1
    num_oov_buckets: int = 0

    def __post_init__(self) -> None:
        key = checked_key(self.key)
        entries = _checked_entries(self.vocabulary_list, key)
        object.__setattr__(self, "vocabulary_list", entries)
        inferred = "int64" if isinstance(entries[0], int) else "string"
        dtype = _checked_dtype(self.dtype or inferred, key)
        if (dtype == "string") != (inferred == "string"):
            raise ColumnValueError(f"dtype {dtype} and a vocabulary of {inferred} do not match", key=key)
        object.__setattr__(self, "dtype", dtype)
        _check_out_of_vocabulary(self, len(entries), key)
        compile_vocabulary(self)

    @property
    def name(self) -> str:
        """The key."""
        return self.key

    @property
    def num_buckets(self) -> int:
        """The size of the vocabulary and of the out-of-vocabulary buckets."""
        return len(self.vocabulary_list) + self.num_oov_buckets

    def __hash__(self) -> int:
        # Columns are looked up with every batch, so not over millions of entries.
        entries = self.vocabulary_list
        return hash((self.key, len(entries), entries[:4], entries[-1], self.dtype, self.default_value))

    def __repr__(self) -> str:
        entries = self.vocabulary_list
        shown = (
            f"({', '.join(map(_short, entries))})"
            if len(entries) <= 4
            else f"({', '.join(map(_short, entries[:3]))}, ... {len(entries)} in all)"
        )
        return (
            f"VocabularyListCategoricalColumn(key={self.key!r}, vocabulary_list={shown}, "
            f"dtype={self.dtype!r}, default_value={self.default_value}, "
            f"num_oov_buckets={self.num_oov_buckets})"
        )


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

    def __post_init__(self) -> None:
        key = checked_key(self.key)
        object.__setattr__(self, "vocabulary_file", _checked_path(self.vocabulary_file, key))
        object.__setattr__(self, "dtype", _checked_dtype(self.dtype, key))
        if self.vocabulary_size is not None:
            size = checked_int(self.vocabulary_size, "vocabulary_size", at_least=1, key=key)
            object.__setattr__(self, "vocabulary_size", size)
        vocabulary, sha256 = _read_file(self)
        object.__setattr__(self, "sha256", sha256)
        object.__setattr__(self, "vocabulary_size", len(vocabulary))
        _check_out_of_vocabulary(self, len(vocabulary), key)

    @property
    def name(self) -> str:
        """The key."""
        return self.key

    @property
    def num_buckets(self) -> int:
        """The size of the vocabulary and of the out-of-vocabulary buckets."""
        assert self.vocabulary_size is not None
        return self.vocabulary_size + self.num_oov_buckets


VocabularyColumn = VocabularyListCategoricalColumn | VocabularyFileCategoricalColumn


def compile_vocabulary(column: VocabularyColumn) -> _core.Vocabulary:
    """The table of a column, shared with every other column of the same values.

    Raises:
        VocabularyError: duplicate values; or a file that changed since the column was made.
    """
    if isinstance(column, VocabularyFileCategoricalColumn):
        return _read_file(column)[0]
    entries, integers = column.vocabulary_list, column.dtype != "string"
    make: Callable[[], _core.Vocabulary]
    if integers:
        numbers = np.array(entries, np.int64)
        digest = _digest(numbers)
        make = partial(_core.vocabulary_from_integers, numbers)
    else:
        texts = list(map(_as_bytes, entries))
        offsets = np.zeros(len(texts) + 1, np.int64)
        np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)), out=offsets[1:])
        data = np.frombuffer(b"".join(texts), np.uint8)
        digest = _digest(data) + _digest(offsets)
        make = partial(_core.vocabulary_from_strings, data, offsets)
    try:
        return _cached(("list", digest, len(entries), integers), make)
    except VocabularyError as error:
        raise error.at(key=column.key) from None


def _digest(array: npt.NDArray[Any]) -> str:
    return hashlib.sha256(array.data).hexdigest()


def _read_file(column: VocabularyFileCategoricalColumn) -> tuple[_core.Vocabulary, str]:
    path = Path(column.vocabulary_file)
    place = {"file": str(path), "key": column.key}
    content = _content(path, place)
    sha256 = hashlib.sha256(content).hexdigest()
    if column.sha256 not in ("", sha256):
        raise VocabularyError(
            f"the vocabulary has changed: SHA-256 {sha256}, expected {column.sha256}; ids would differ",
            **place,
        )
    integers, size = column.dtype != "string", column.vocabulary_size
    try:
        text = _unpacked(content, place) if content.startswith(GZIP_MAGIC) else content
        identity = ("file", sha256, size or -1, integers)
        vocabulary = _cached(identity, lambda: _core.vocabulary_from_text(text, size, integers))
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


def _unpacked(content: bytes, place: dict[str, str]) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
            text = file.read(MOST_TEXT + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise VocabularyError(f"the vocabulary is no sound gzip file: {error}", **place) from error
    if len(text) > MOST_TEXT:
        raise VocabularyError(f"the vocabulary holds more than {MOST_TEXT} bytes, unpacked", **place)
    return text


def _cached(identity: Identity, build: Callable[[], _core.Vocabulary]) -> _core.Vocabulary:
    vocabulary = _compiled.get(identity)
    if vocabulary is None:
        vocabulary = _compiled[identity] = build()
    return vocabulary


def _as_bytes(entry: Any) -> bytes:
    return entry.encode() if isinstance(entry, str) else bytes(entry)


def _short(entry: str | bytes | int) -> str:
    text = repr(entry)
    return text if len(text) <= 40 else f"{text[:36]} ..."


def _checked_entries(entries: Any, key: str) -> tuple[str | bytes | int, ...]:
    if not isinstance(entries, list | tuple | np.ndarray):
        raise ColumnTypeError(
            f"vocabulary_list must be a list, whose order gives the ids, got {type(entries).__name__}",
            key=key,
        )
    # By type, not by entry, for there may be millions.
    if any(issubclass(kind, np.generic) for kind in set(map(type, entries))):
        entries = [entry.item() if isinstance(entry, np.generic) else entry for entry in entries]
    plain, kinds = tuple(entries), set(map(type, entries))
    if not plain:
        raise ColumnValueError("vocabulary_list is empty", key=key)
    integers = all(issubclass(kind, int) and kind is not bool for kind in kinds)
    if not integers and not all(issubclass(kind, str | bytes) for kind in kinds):
        names = sorted(kind.__name__ for kind in kinds)
        raise ColumnTypeError(
            f"vocabulary_list must hold strings, or integers, got {', '.join(names)}", key=key
        )
    (_check_integers if integers else _check_strings)(plain, key)
    return plain


def _check_integers(entries: tuple[Any, ...], key: str) -> None:
    if min(entries) >= -(2**63) and max(entries) < 2**63:
        return
    place = next(i for i, entry in enumerate(entries) if not -(2**63) <= entry < 2**63)
    raise ColumnValueError(f"vocabulary_list[{place}] does not fit int64: {entries[place]}", key=key)


def _check_strings(entries: tuple[Any, ...], key: str) -> None:
    for place, entry in enumerate(entries):
        if isinstance(entry, bytes) or entry.isascii():
            continue
        try:
            entry.encode()
        except UnicodeEncodeError:
            raise ColumnValueError(
                f"vocabulary_list[{place}] is not valid Unicode: {entry!r}", key=key
            ) from None


def _checked_path(path: object, key: str) -> str:
    text = os.fspath(path) if isinstance(path, os.PathLike) else path
    if not isinstance(text, str):
        raise ColumnTypeError(f"vocabulary_file must be a path, got {path!r}", key=key)
    if not text or "\0" in text:
        raise ColumnValueError(f"vocabulary_file is no name of a file: {path!r}", key=key)
    return text


def _checked_dtype(dtype: DtypeLike, key: str) -> str:
    name = dtype_name(dtype, key=key)
    if name != "string" and name not in INTEGERS:
        raise ColumnValueError(f"dtype must be string or an integer, got {name!r}", key=key)
    return name


def _check_out_of_vocabulary(column: VocabularyColumn, size: int, key: str) -> None:
    buckets = checked_int(column.num_oov_buckets, "num_oov_buckets", at_least=0, key=key)
    default = checked_int(column.default_value, "default_value", at_least=-1, key=key)
    if buckets and default != -1:
        raise ColumnValueError("give either num_oov_buckets or a default_value, not both", key=key)
    if default >= size:
        raise ColumnValueError(f"default_value must be -1 or in [0, {size}), got {default}", key=key)
    if size + buckets > INT64_MAX:
        raise ColumnValueError(f"ids must fit 64 bits, got {buckets} num_oov_buckets", key=key)
    object.__setattr__(column, "num_oov_buckets", buckets)
    object.__setattr__(column, "default_value", default)


def categorical_column_with_vocabulary_list(
    key: str,
    vocabulary_list: Sequence[str | bytes | int],
    dtype: DtypeLike | None = None,
    default_value: int = -1,
    num_oov_buckets: int = 0,
) -> VocabularyListCategoricalColumn:
    """A context column whose ids are places in a list.

    The arguments and the errors are those of `sequence_categorical_column_with_vocabulary_list`.

    Example:
        >>> categorical_column_with_vocabulary_list("colour", ["red", "green"]).num_buckets
        2
    """
    return VocabularyListCategoricalColumn(
        key,
        vocabulary_list,  # type: ignore[arg-type]
        "" if dtype is None else dtype,
        default_value,
        num_oov_buckets,
    )


def sequence_categorical_column_with_vocabulary_list(
    key: str,
    vocabulary_list: Sequence[str | bytes | int],
    dtype: DtypeLike | None = None,
    default_value: int = -1,
    num_oov_buckets: int = 0,
) -> SequenceCategoricalColumn:
    """A sequence of categorical terms whose ids are places in a list.

    Args:
        key: Name of the feature: string or int64 values, one or more a step.
        vocabulary_list: Different strings, or different integers, in the order of their ids.
        dtype: string or an integer; None is what the list holds.
        default_value: The id of values outside the list; -1 contributes nothing.
        num_oov_buckets: Values outside the list get one of so many ids behind the list's, by
            Fingerprint64 of their text; instead of a default_value.

    Raises:
        ColumnTypeError: no list, or not all strings or all integers.
        ColumnValueError: an empty list, a dtype that does not match, a default out of range.
        VocabularyError: a value that stands in the list twice; says where.

    Example:
        >>> vocabulary = ["R", "G", "B"]
        >>> colours = sequence_categorical_column_with_vocabulary_list("c", vocabulary, num_oov_buckets=2)
        >>> colours.num_buckets
        5
    """
    return SequenceCategoricalColumn(
        categorical_column_with_vocabulary_list(key, vocabulary_list, dtype, default_value, num_oov_buckets)
    )


def categorical_column_with_vocabulary_file(
    key: str,
    vocabulary_file: str | os.PathLike[str],
    vocabulary_size: int | None = None,
    dtype: DtypeLike = "string",
    default_value: int | None = None,
    num_oov_buckets: int = 0,
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
    )


def sequence_categorical_column_with_vocabulary_file(
    key: str,
    vocabulary_file: str | os.PathLike[str],
    vocabulary_size: int | None = None,
    num_oov_buckets: int = 0,
    default_value: int | None = None,
    dtype: DtypeLike = "string",
) -> SequenceCategoricalColumn:
    r"""A sequence of categorical terms whose ids are line numbers in a file, from 0.

    Args:
        key: Name of the feature: string or int64 values, one or more a step.
        vocabulary_file: Path of a text file, plain or gzip, with one value a line; lines end in LF or CRLF.
        vocabulary_size: Take so many lines from the top; None takes all.
        num_oov_buckets: Values outside the file get one of so many ids behind the file's, by
            Fingerprint64 of their text; instead of a default_value.
        default_value: The id of values outside the file; None is -1, which contributes nothing.
        dtype: string or an integer.

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
            key, vocabulary_file, vocabulary_size, dtype, default_value, num_oov_buckets
        )
    )
