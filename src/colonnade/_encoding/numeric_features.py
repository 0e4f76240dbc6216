"""Numbers in memory or from records, narrowed and normalized, to the flat columns that the core encodes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import errors
from .._dtypes import INTEGERS
from .._ragged import BytesArray, Int64s, Ragged
from ..columns import CoreStep, NumberColumn, NumericColumn, SequenceNumericColumn, core_steps
from ..errors import FeatureTypeError, NarrowingError, NormalizerError
from .features import FlatColumn, as_ragged, checked_array, holds_rows, is_array, levels, narrowed
from .tensors import is_sparse, sparse_steps


def numeric_column(feature: Any, column: NumberColumn) -> FlatColumn:
    """The numbers of a numeric column, normalized: float32, prod(shape) a step.

    Raises:
        FeatureTypeError: another container or dtype.
        PartialStepError: a row or a step with a wrong number of values.
        NarrowingError: a number that the column's dtype cannot hold.
        NormalizerError: the normalizer_fn returned something else than as many steps.
    """
    if is_sparse(feature) and isinstance(column, SequenceNumericColumn):
        return _sparse_numbers(feature, column)
    splits, values = _flat_numbers(feature, column)
    if isinstance(column, NumericColumn):
        splits, values = _filled(splits, values, column)
    return normalized(splits, values, column)


def _sparse_numbers(feature: Any, column: SequenceNumericColumn) -> FlatColumn:
    """A sequence's numbers, and the default, not normalized, for steps that have none."""
    sparse = sparse_steps(feature, column.key)
    if sparse.is_nested:
        return normalized(*_ragged_numbers(sparse.ragged(), column), column)
    numbers = _checked_numbers(sparse.values, column)
    _check_whole_rows(sparse.row_splits, column)
    size, count = math.prod(column.shape), int(sparse.row_splits[-1])
    present = np.bincount(sparse.steps // size, minlength=count // size)
    _check_counts(np.where(present == 0, size, present), sparse.row_splits // size, column)
    splits = np.searchsorted(sparse.steps, sparse.row_splits)
    with np.errstate(over="ignore"):
        values = np.full(count, column.default_value, np.float32)
    values[sparse.steps] = normalized(splits, numbers, column).values
    return FlatColumn(sparse.row_splits, values)


def _filled(
    row_splits: Int64s, values: npt.NDArray[Any], column: NumericColumn
) -> tuple[Int64s, npt.NDArray[Any]]:
    """A context's numbers with the default in each row that has none, as `parse_example` gives them."""
    size, counts = math.prod(column.shape), np.diff(row_splits)
    has_default = column.default_value is not None
    wrong = np.flatnonzero((counts != size) & ~((counts == 0) & has_default))
    if len(wrong):
        got = int(counts[wrong[0]])
        place = {"key": column.key, "column": column.name, "row": int(wrong[0])}
        code = "wrong_count" if got else "missing_feature"
        raise errors.from_core(code, {"got": got, "expected": size, **place})
    if (counts == size).all():
        return row_splits, values
    filled = np.empty((len(counts), size), np.result_type(values.dtype, column.dtype))
    filled[counts == size] = values.reshape(-1, size)
    filled[counts == 0] = column.default_value
    return np.arange(len(counts) + 1) * size, filled.ravel()


def normalized(row_splits: Int64s, values: npt.NDArray[Any], column: NumberColumn) -> FlatColumn:
    """Flat numbers in the column's dtype, normalized, as float32."""
    _check_whole_rows(row_splits, column)
    values = narrowed(values, column.dtype, row_splits, column.key)
    if column.normalizer_fn is not None:
        values = _call_normalizer(values.reshape(-1, *column.shape), column)
    return FlatColumn(row_splits, narrowed(values, "float32", row_splits, column.key).ravel())


def _check_whole_rows(row_splits: Int64s, column: NumberColumn) -> None:
    """Every row must hold whole steps."""
    size = math.prod(column.shape)
    partial = np.flatnonzero(np.diff(row_splits) % size)
    if len(partial):
        row = int(partial[0])
        got = int(row_splits[row + 1] - row_splits[row])
        place = {"key": column.key, "column": column.name, "row": row}
        raise errors.from_core("partial_step", {"got": got, "expected": size, **place})


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


def _call_normalizer(steps: npt.NDArray[Any], column: NumberColumn) -> npt.NDArray[Any]:
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


def _flat_numbers(feature: Any, column: NumberColumn) -> tuple[Int64s, npt.NDArray[Any]]:
    key = column.key
    if is_array(feature):
        array = checked_array(feature, key)
        if not holds_rows(array):
            return _dense_numbers(array, column)
        feature = array.tolist()
    return _ragged_numbers(as_ragged(feature, column.dtype, key), column)


def _ragged_numbers(ragged: Ragged, column: NumberColumn) -> tuple[Int64s, npt.NDArray[Any]]:
    row_splits, step_splits, values = levels(ragged)
    numbers = _checked_numbers(values, column)
    if step_splits is not None:
        check_whole_steps(row_splits, step_splits, column)
        row_splits = step_splits[row_splits]
    return row_splits, numbers


def check_whole_steps(row_splits: Int64s, step_splits: Int64s, column: NumberColumn) -> None:
    """Nested numbers: every step must hold exactly the values of the column's shape."""
    _check_counts(np.diff(step_splits), row_splits, column)


def _check_counts(counts: Int64s, row_splits: Int64s, column: NumberColumn) -> None:
    size = math.prod(column.shape)
    wrong = np.flatnonzero(counts != size)
    if not len(wrong):
        return
    row = int(np.searchsorted(row_splits, wrong[0], side="right")) - 1
    place = {"key": column.key, "column": column.name, "row": row, "step": int(wrong[0] - row_splits[row])}
    raise errors.from_core("partial_step", {"got": int(counts[wrong[0]]), "expected": size, **place})


def _dense_numbers(array: npt.NDArray[Any], column: NumberColumn) -> tuple[Int64s, npt.NDArray[Any]]:
    _checked_numbers(array, column)
    rows = len(array)
    per_row = math.prod(array.shape[1:])
    return np.arange(rows + 1, dtype=np.int64) * per_row, np.ascontiguousarray(array).ravel()


def _checked_numbers(values: npt.NDArray[Any] | BytesArray, column: NumberColumn) -> npt.NDArray[Any]:
    if isinstance(values, BytesArray):
        raise FeatureTypeError("strings where numbers were declared", key=column.key)
    kinds = "iu" if column.dtype in INTEGERS else "iuf"
    if values.size and values.dtype.kind not in kinds:
        raise FeatureTypeError(
            f"{values.dtype.name} values where {column.dtype} was declared", key=column.key
        )
    return values
