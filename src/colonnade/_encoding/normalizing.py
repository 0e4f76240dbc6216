"""Numbers narrowed to a column's dtype, normalized, and narrowed to float32."""

from __future__ import annotations

import math

import numpy as np

from .. import errors
from .._dtypes import INTEGERS
from .._ragged import Int64s
from ..columns import CoreStep, NumberColumn, NumericColumn, core_steps
from ..errors import NarrowingError, NormalizerError
from .flat import Flat, Numbers


def normalized(row_splits: Int64s, values: Numbers, column: NumberColumn) -> Flat:
    """Flat numbers in the column's dtype, normalized, as float32."""
    check_whole_rows(row_splits, column)
    values = narrowed(values, column.dtype, row_splits, column.key)
    if column.normalizer_fn is not None:
        values = _call_normalizer(values.reshape(-1, *column.shape), column)
    return Flat(narrowed(values, "float32", row_splits, column.key).ravel(), row_splits)


def check_whole_rows(row_splits: Int64s, column: NumberColumn) -> None:
    """Every row must hold whole steps."""
    size = math.prod(column.shape)
    if size == 1:
        return
    partial = np.flatnonzero(np.diff(row_splits) % size)
    if len(partial):
        row = int(partial[0])
        got = int(row_splits[row + 1] - row_splits[row])
        place = {"key": column.key, "column": column.name, "row": row}
        raise errors.from_core("partial_step", {"got": got, "expected": size, **place})


def narrowed(values: Numbers, dtype: str, row_splits: Int64s, key: str) -> Numbers:
    """Values as another dtype; an integer that does not fit, or a number that overflows, is an error."""
    if values.dtype == dtype:
        return values
    with np.errstate(all="ignore"):
        cast = values.astype(dtype)
    if dtype in INTEGERS:
        limits = np.iinfo(dtype)
        lost = (values < limits.min) | (values > limits.max) if values.size else np.zeros(0, bool)
    else:
        lost = np.isinf(cast) & ~np.isinf(values)
    where = np.flatnonzero(lost)
    if len(where):
        row = int(np.searchsorted(row_splits, where[0], side="right")) - 1
        message = f"{values.ravel()[where[0]]} does not fit {dtype}; clip or scale it before"
        raise NarrowingError(message, key=key, row=row)
    return cast


def core_normalizer(column: NumberColumn) -> list[CoreStep] | None:
    """How the core normalizes numbers of records; None where they pass through Python on their way."""
    if column.dtype not in ("float32", "float64", "int64"):
        return None
    steps = [] if column.normalizer_fn is None else core_steps(column.normalizer_fn)
    if steps is None:
        return None
    try:
        normalized_default(column)
    except NarrowingError:  # an error of the rows that need the default, if there are any
        return None
    return steps


def normalized_default(column: NumberColumn) -> list[float]:
    """What a context's row without numbers gets, normalized; nothing without a default."""
    if not isinstance(column, NumericColumn) or column.default_value is None:
        return []
    with np.errstate(over="ignore"):
        values = np.array(column.default_value, "int64" if column.dtype in INTEGERS else "float32")
    return [float(number) for number in normalized(np.array([0, len(values)]), values, column).values]


def _call_normalizer(steps: Numbers, column: NumberColumn) -> Numbers:
    assert column.normalizer_fn is not None
    try:
        returned = column.normalizer_fn(steps)
    except NormalizerError as error:
        raise error.at(column=column.name) from None
    if isinstance(returned, np.ma.MaskedArray):
        raise NormalizerError("normalizer_fn returned a masked array; fill it first", column=column.name)
    try:
        result = np.asarray(returned)
    except (TypeError, ValueError, RuntimeError) as error:  # uneven lists, tensors that NumPy cannot read
        raise NormalizerError(
            f"normalizer_fn must return numbers of shape {steps.shape}: {error}", column=column.name
        ) from error
    if result.shape != steps.shape or result.dtype.kind not in "fiu":
        raise NormalizerError(
            f"normalizer_fn must return numbers of shape {steps.shape}, got {result.dtype} {result.shape}",
            column=column.name,
        )
    return result
