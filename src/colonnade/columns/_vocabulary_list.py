"""Vocabulary lists: the id of a value is its place in a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from .. import _core
from .._checks import checked_key
from .._dtypes import DtypeLike
from ..errors import ColumnTypeError, ColumnValueError, VocabularyError, shown
from ._sequence import SequenceCategoricalColumn
from ._vocabulary_table import (
    check_out_of_vocabulary,
    checked_vocabulary_dtype,
    table_of_integers,
    table_of_strings,
)


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
        given = inferred if isinstance(self.dtype, str) and self.dtype == "" else self.dtype
        dtype = checked_vocabulary_dtype(given, key)
        if (dtype == "string") != (inferred == "string"):
            raise ColumnValueError(f"dtype {dtype} and a vocabulary of {inferred} do not match", key=key)
        object.__setattr__(self, "dtype", dtype)
        check_out_of_vocabulary(self, len(entries), key)
        compile_vocabulary_list(self)

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


def compile_vocabulary_list(column: VocabularyListCategoricalColumn) -> _core.Vocabulary:
    """The table of a column, shared with every other column of the same values.

    Raises:
        VocabularyError: duplicate values.
    """
    entries = column.vocabulary_list
    try:
        if column.dtype != "string":
            return table_of_integers(entries)
        return table_of_strings(cast(Sequence[str | bytes], entries))
    except VocabularyError as error:
        raise error.at(key=column.key) from None


def _short(entry: str | bytes | int) -> str:
    text = repr(entry)
    return text if len(text) <= 40 else f"{text[:36]} ..."


def _checked_entries(entries: Any, key: str) -> tuple[str | bytes | int, ...]:
    for method in ("to_list", "to_pylist"):  # of a Series of Polars or pandas, of an Arrow array
        if not isinstance(entries, np.ndarray) and callable(to_list := getattr(entries, method, None)):
            entries = to_list()
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
                f"vocabulary_list[{place}] is not valid Unicode: {shown(entry)}", key=key
            ) from None


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
