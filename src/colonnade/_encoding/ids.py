"""Flat values to what categorical columns make ids of: int64 or byte strings, with absent cells left out."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from .._checks import INT64_MAX
from .._dtypes import INTEGERS
from .._ragged import BytesArray, Int64s, splits_of_lengths
from ..columns import HashedCategoricalColumn, IdentityCategoricalColumn, VocabularyColumn
from ..errors import FeatureTypeError, NarrowingError
from .flat import Bools, Flat, Numbers, Values, chosen

IdColumn: TypeAlias = IdentityCategoricalColumn | HashedCategoricalColumn | VocabularyColumn


def ids_of(flat: Flat, column: IdColumn) -> Flat:
    """The values of a categorical column.

    In a dense array, -1 (signed integers) and "" are absent: at the end of a row they shorten it,
    inside it they are steps without a value. In ragged data nothing is absent.

    Raises:
        FeatureTypeError: values of another dtype.
        NarrowingError: an unsigned integer beyond int64, in an identity column without default.
    """
    if flat.cells is not None:
        _check_dtype(flat.values, column)  # those of absent cells too
    kept = without_absent(flat)
    return Flat(_raw_values(kept.values, column), kept.row_splits, kept.step_splits, kept.holes)


def raw_of(flat: Flat, key: str) -> Flat:
    """The values of a raw key of a cross: strings, or integers of 64 bits, signed or not.

    Raises:
        FeatureTypeError: values of another dtype.
    """
    kept = without_absent(flat)
    values = kept.values
    if isinstance(values, BytesArray):
        column = HashedCategoricalColumn(key, 2)
    else:
        column = HashedCategoricalColumn(key, 2, "int64")
        values = values.view(np.int64) if values.dtype == np.uint64 else values
    return Flat(_raw_values(values, column), kept.row_splits, kept.step_splits, kept.holes)


def without_absent(flat: Flat) -> Flat:
    """What holds a value, in the steps that rows have then; absent steps inside of rows are holes."""
    if flat.cells is None:
        holes = None if flat.holes is None or not flat.holes.any() else flat.holes
        return Flat(flat.values, flat.row_splits, flat.step_splits, holes)
    present = present_cells(flat.values)
    if present is None:
        return Flat(flat.values, flat.row_splits, flat.step_splits)
    if flat.step_splits is None:
        row_splits, kept = _steps(present, flat)
        holes = ~present[kept]
        return Flat(chosen(flat.values, kept), row_splits, holes=holes if holes.any() else None)
    counts = _counts(present, flat)
    row_splits, kept = _steps(counts > 0, flat)
    return Flat(chosen(flat.values, present), row_splits, splits_of_lengths(counts[kept]))


def kept_cells(flat: Flat) -> Bools | None:
    """Which cells of a dense array `without_absent` keeps, absent ones inside of rows too; None for all."""
    present = present_cells(flat.values)
    if present is None or flat.step_splits is not None:
        return present
    return _steps(present, flat)[1]


def present_cells(values: Values) -> Bools | None:
    """Which cells of a dense array hold a value; None where all do."""
    if isinstance(values, BytesArray):
        present = np.diff(values.offsets) > 0
    elif values.dtype.kind == "i":
        present = values != -1
    else:
        return None
    return None if present.all() else present


def _steps(has_value: Bools, flat: Flat) -> tuple[Int64s, Bools]:
    """Row splits, and which steps lie within them: a row ends at its last step with a value."""
    rows = len(flat.row_splits) - 1
    steps = has_value.reshape(rows, -1) if rows else has_value.reshape(0, 0)
    width = steps.shape[1]
    # argmax finds the first True; in reversed rows that is the last step with a value.
    lengths = np.where(steps.any(1), width - steps[:, ::-1].argmax(1), 0) if width else np.zeros(rows, int)
    within = np.arange(width) < lengths[:, None]
    return splits_of_lengths(lengths), within.ravel()


def _counts(present: Bools, flat: Flat) -> npt.NDArray[Any]:
    """How many values each step of equally many cells holds."""
    assert flat.step_splits is not None
    steps = len(flat.step_splits) - 1
    return present.reshape(steps, -1).sum(1) if steps else np.zeros(0, np.int64)


def _raw_values(values: Values, column: IdColumn) -> Values:
    """Values in the form in which the core makes ids of them."""
    if not len(values):
        return BytesArray.from_list([]) if column.dtype == "string" else np.zeros(0, np.int64)
    _check_dtype(values, column)
    if isinstance(values, BytesArray):
        return values
    if values.dtype == np.uint64 and int(values.max()) > INT64_MAX:
        return _beyond_int64(values, column)
    return np.ascontiguousarray(values, np.int64)


def _beyond_int64(values: Numbers, column: IdColumn) -> Values:
    """Large unsigned integers: hashed as their decimal text, or out of every identity column's range."""
    if isinstance(column, HashedCategoricalColumn):
        return BytesArray.from_list([str(value) for value in values.tolist()])
    if not isinstance(column, IdentityCategoricalColumn) or column.default_value is None:
        raise NarrowingError(f"{values.max()} does not fit int64", key=column.key)
    return np.minimum(values, INT64_MAX).astype(np.int64)


def _check_dtype(values: Values, column: IdColumn) -> None:
    if isinstance(values, BytesArray):
        got, is_right = "string", column.dtype == "string"
    elif values.dtype == np.int64:  # asking for a dtype's name takes longer than all else of one row
        got, is_right = "int64", column.dtype in INTEGERS
    else:
        got = values.dtype.name
        is_right = got in INTEGERS and column.dtype in INTEGERS
    if len(values) and not is_right:
        raise FeatureTypeError(f"{got} values where {column.dtype} was declared", key=column.key)
