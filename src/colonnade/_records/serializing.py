"""Whole batches of records from columns in memory, written by the core."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from .. import _core
from .._checks import checked_key
from .._dtypes import DtypeLike, wire_dtype
from .._ragged import (
    BytesArray,
    Int64s,
    Ragged,
    Values,
    column_from_arrow,
    columns_from_arrow,
    equal_splits,
    place,
    ragged_of_list,
)
from ..errors import (
    ColonnadeError,
    FeatureTypeError,
    NarrowingError,
    UnequalLengthsError,
)
from .example import checked_dtypes

_Column: TypeAlias = "tuple[str, tuple[npt.NDArray[Any], ...], Int64s, Int64s | None]"

_TAKES: Final = {"int64": "iub", "float32": "iubf", "string": ""}
_CONTAINERS: Final = "a Ragged, a BytesArray, an array, a list of lists or an Arrow column"


def serialize_examples(features: Any, dtypes: Mapping[str, DtypeLike] | None = None) -> BytesArray:
    """Make serialized tf.train.Examples of whole columns, a record for each row.

    The bytes are those that an `Example` of each row's values gives: keys sorted, numbers packed.

    Args:
        features: {key: column}, or an Arrow table of any library. A column is a Ragged with a row of values
            for each record; an ndarray [records] or [records, ...], whose values are written row by
            row; a BytesArray or a flat list of one value a record; a list of lists; or an Arrow column.
            Ints and bools become int64 lists, floats float lists, strings bytes lists. A row without
            values, or a null, is a feature that holds no list.
        dtypes: {key: dtype}, where the values do not say it, or say it otherwise: ints of a float key are
            written as floats.

    Raises:
        FeatureTypeError: something that is no such column, values of another kind than the dtype, or several
            values a step, which only SequenceExamples can hold.
        UnequalLengthsError: columns of different numbers of rows.
        ColumnTypeError, ColumnValueError: a key that is no valid text, an unknown dtype, or the dtype of a
            key that is not there.
        RaggedError, NarrowingError: as for `Ragged.from_list` and `from_arrow`; a float beyond float32.
        LimitError: a record of 2 GiB or more, or 16 GiB in all.

    Example:
        >>> import colonnade as cn
        >>> records = cn.serialize_examples({"watches": [[5, 7], []], "country": ["nl", "de"]})
        >>> records[0] == cn.Example({"watches": [5, 7], "country": "nl"}).serialize()
        True
    """
    columns = _columns(features, "features")
    given = checked_dtypes(dtypes, dict(columns))
    return _serialized([_feature(key, column, given.get(key)) for key, column in columns], None)


def serialize_sequence_examples(
    context: Any, feature_lists: Any, dtypes: Mapping[str, DtypeLike] | None = None
) -> BytesArray:
    """Make serialized tf.train.SequenceExamples of whole columns, a record for each row.

    Args:
        context: As the features of `serialize_examples`; {} or None for none.
        feature_lists: {key: column}, or an Arrow table. Of a Ragged or a list of lists, each value of a row
            is a step; one level more gives each step any number of values, none too. An ndarray is
            [records, steps] or [records, steps, ...].
        dtypes: As for `serialize_examples`, for keys of both.

    Raises:
        As `serialize_examples`; FeatureTypeError also for a column without steps, or with more levels.

    Example:
        >>> import colonnade as cn
        >>> records = cn.serialize_sequence_examples({"user": [3]}, {"watches": [[[5, 7], []]]})
        >>> records[0] == cn.SequenceExample({"user": 3}, {"watches": [[5, 7], []]}).serialize()
        True
    """
    columns = _columns({} if context is None else context, "context")
    lists = _columns(feature_lists, "feature_lists")
    given = checked_dtypes(dtypes, dict(columns + lists))
    return _serialized(
        [_feature(key, column, given.get(key)) for key, column in columns],
        [_feature_list(key, column, given.get(key)) for key, column in lists],
    )


def _columns(features: Any, what: str) -> list[tuple[str, Any]]:
    """The columns by key, sorted."""
    if hasattr(features, "__arrow_c_stream__") or hasattr(features, "__arrow_c_array__"):
        features = columns_from_arrow(features)
    if not isinstance(features, Mapping):
        raise FeatureTypeError(
            f"{what} must be a mapping of key to column or an Arrow table, got {type(features).__name__}"
        )
    for key in features:
        checked_key(key)
    return sorted(features.items(), key=lambda item: item[0])


def _serialized(context: list[_Column], lists: list[_Column] | None) -> BytesArray:
    columns = context + (lists or [])
    rows = len(columns[0][2]) - 1 if columns else 0
    for key, _, row_splits, _ in columns:
        if len(row_splits) - 1 != rows:
            raise UnequalLengthsError(
                f"{len(row_splits) - 1} rows, but key {columns[0][0]!r} has {rows}; "
                "give each key a row for each record",
                key=key,
            )
    return BytesArray._trusted(*_core.serialize_records(rows, context, lists))


# A column as the values and splits that the core writes.


def _feature(key: str, given: Any, dtype: str | None) -> _Column:
    column = _read(key, given, dtype)
    if not isinstance(column, Ragged):
        return key, _wire(key, column, dtype, []), equal_splits(len(column), _width(column)), None
    if isinstance(column.values, Ragged):
        raise FeatureTypeError(
            "several values a step, which an Example cannot hold; use serialize_sequence_examples", key=key
        )
    splits = column.row_splits
    return key, _wire(key, column.values, dtype, [splits]), splits * _width(column.values), None


def _feature_list(key: str, given: Any, dtype: str | None) -> _Column:
    column = _read(key, given, dtype)
    if isinstance(column, np.ndarray) and column.ndim > 1:
        rows, steps = column.shape[:2]
        column = Ragged(column.reshape(rows * steps, *column.shape[2:]), equal_splits(rows, steps))
    if not isinstance(column, Ragged):
        raise FeatureTypeError("a feature list needs steps: give a list of values for each row", key=key)
    inner = column.values
    if not isinstance(inner, Ragged):
        steps = None if _width(inner) == 1 else equal_splits(len(inner), _width(inner))
        return key, _wire(key, inner, dtype, [column.row_splits]), column.row_splits, steps
    if isinstance(inner.values, Ragged):
        raise FeatureTypeError("a feature list has rows, steps and values, and no level more", key=key)
    values = _wire(key, inner.values, dtype, [column.row_splits, inner.row_splits])
    return key, values, column.row_splits, inner.row_splits * _width(inner.values)


def _read(key: str, given: Any, dtype: str | None) -> Values:
    """A column out of whatever holds it."""
    try:
        if isinstance(given, Ragged | BytesArray):
            return given
        if isinstance(given, np.ndarray) and given.ndim > 0 and not isinstance(given, np.ma.MaskedArray):
            return given if given.dtype.kind in "iubf" else ragged_of_list(given.tolist(), dtype)
        if isinstance(given, list | tuple):
            return ragged_of_list(given, dtype)
        if hasattr(given, "__arrow_c_array__") or hasattr(given, "__arrow_c_stream__"):
            return column_from_arrow(given)
    except ColonnadeError as error:
        raise error.at(key=key) from None
    raise FeatureTypeError(f"a {type(given).__name__} is no column; use {_CONTAINERS}", key=key)


def _width(values: npt.NDArray[Any] | BytesArray) -> int:
    """How many values an item of an array is."""
    return int(np.prod(values.shape[1:])) if isinstance(values, np.ndarray) else 1


def _wire(
    key: str, values: npt.NDArray[Any] | BytesArray, dtype: str | None, splits: list[Int64s]
) -> tuple[npt.NDArray[Any], ...]:
    """The values as the core takes them, in the dtype of a record's list."""
    if isinstance(values, BytesArray):
        if dtype not in (None, "string"):
            raise FeatureTypeError(f"the values are strings, the dtype is {dtype}", key=key)
        return values.data, values.offsets
    flat = np.ascontiguousarray(values).reshape(-1)
    target = dtype or wire_dtype(flat.dtype.name)
    if not len(flat):
        return (flat.astype(np.int64),)
    if flat.dtype.kind not in _TAKES[target]:
        raise FeatureTypeError(f"the values are {flat.dtype.name}, the dtype is {target}", key=key)
    if flat.dtype == target:
        return (flat,)
    with np.errstate(over="ignore"):
        cast = flat.astype(target)
    lost = np.isinf(cast) & ~np.isinf(flat) if target == "float32" else (cast < 0) & (flat > 0)
    if lost.any():
        at = int(np.argmax(lost))
        raise NarrowingError(
            f"{flat[at]} does not fit {target}", key=key, **place(at // _width(values), splits)
        )
    return (cast,)
