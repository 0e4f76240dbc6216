"""The compiled tables of vocabularies, shared by columns of the same values, and what both kinds check."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, Protocol, TypeAlias
from weakref import WeakValueDictionary

import numpy as np
import numpy.typing as npt

from .. import _core
from .._checks import INT64_MAX, checked_int
from .._dtypes import INTEGERS, DtypeLike, dtype_name
from ..errors import ColumnValueError, from_core

Identity: TypeAlias = tuple[str, str, int, bool]
"""Of a table: list, file or records, hash of the source, size, and whether it holds integers."""
BytesOfRecords: TypeAlias = tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]
"""The data and the offsets of the records of a TFRecord file."""

_compiled: WeakValueDictionary[Identity, _core.Vocabulary] = WeakValueDictionary()
"""Tables in use: equal ones are one."""


class Vocabulary(Protocol):
    """What both kinds of columns say of values outside their vocabulary."""

    @property
    def num_oov_buckets(self) -> int:
        """How many ids behind the vocabulary values outside of it share."""

    @property
    def default_value(self) -> int:
        """The id of values outside the vocabulary, or -1."""


def table_of_integers(entries: Sequence[Any]) -> _core.Vocabulary:
    """The table of a list of integers.

    Raises:
        VocabularyError: duplicate values.
    """
    numbers = np.array(entries, np.int64)
    identity = ("list", _digest(numbers), len(entries), True)
    return shared_table(identity, lambda: _core.vocabulary_from_integers(numbers))


def table_of_strings(entries: Sequence[str | bytes]) -> _core.Vocabulary:
    """The table of a list of strings.

    Raises:
        VocabularyError: duplicate values.
    """
    texts = [entry.encode() if isinstance(entry, str) else bytes(entry) for entry in entries]
    offsets = np.zeros(len(texts) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)), out=offsets[1:])
    data = np.frombuffer(b"".join(texts), np.uint8)
    identity = ("list", _digest(data) + _digest(offsets), len(entries), False)
    return shared_table(identity, lambda: _core.vocabulary_from_strings(data, offsets))


def table_of_text(text: bytes, sha256: str, size: int | None, *, integers: bool) -> _core.Vocabulary:
    """The table of the lines of a file with this hash, or of its first `size` lines.

    Raises:
        VocabularyError: duplicate or blank lines, too few, or lines that are no integers.
    """
    identity = ("file", sha256, size or -1, integers)
    return shared_table(identity, lambda: _core.vocabulary_from_text(text, size, integers))


def table_of_records(
    records: BytesOfRecords, sha256: str, size: int | None, *, integers: bool
) -> _core.Vocabulary:
    """The table of the records of a file with this hash, or of its first `size`.

    Raises:
        VocabularyError: duplicates, too few, or records that are no integers.
    """
    data, offsets = records
    count = len(offsets) - 1
    if size is not None and count < size:
        raise from_core("vocabulary_too_few", {"line": count})
    if not integers:
        return shared_table(
            ("records", sha256, size or -1, False), lambda: _core.vocabulary_from_strings(data, offsets)
        )
    raw, ends = data.tobytes(), offsets.tolist()
    lines = b"\n".join(raw[start:end] for start, end in pairwise(ends))
    identity = ("records", sha256, size or -1, True)
    return shared_table(identity, lambda: _core.vocabulary_from_text(lines, size, True))


def shared_table(identity: Identity, build: Callable[[], _core.Vocabulary]) -> _core.Vocabulary:
    """The table of this identity, built if no column holds it."""
    vocabulary = _compiled.get(identity)
    if vocabulary is None:
        vocabulary = _compiled[identity] = build()
    return vocabulary


def _digest(array: npt.NDArray[Any]) -> str:
    return hashlib.sha256(array.data).hexdigest()


def checked_vocabulary_dtype(dtype: DtypeLike, key: str) -> str:
    """The dtype of a vocabulary's values: string or an integer."""
    name = dtype_name(dtype, key=key)
    if name != "string" and name not in INTEGERS:
        raise ColumnValueError(f"dtype must be string or an integer, got {name!r}", key=key)
    return name


def check_out_of_vocabulary(column: Vocabulary, size: int, key: str) -> None:
    """Values outside a vocabulary of some size get either buckets or a default."""
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
