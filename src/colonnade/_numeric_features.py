"""Numbers in memory or from records, narrowed and normalized, to the flat columns that the core encodes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from . import errors
from ._dtypes import INTEGERS
from ._features import FlatColumn, as_ragged, checked_array, holds_rows, is_array, levels, narrowed
from ._ragged import BytesArray, Int64s
from .columns import NumberColumn, NumericColumn
from .errors import FeatureTypeError, NormalizerError


def numeric_column(feature: Any, column: NumberColumn) -> FlatColumn:
    """The numbers of a numeric column, normalized: float32, prod(shape) a step.

    Raises:
        FeatureTypeError: another container or dtype.
        PartialStepError: a row or a step with a wrong number of values.
        NarrowingError: a number that the column's dtype cannot hold.
        NormalizerError: the normalizer_fn returned something else than as many steps.
    """
    splits, values = _flat_numbers(feature, column)
    if isinstance(column, NumericColumn):
        splits, values = _filled(splits, values, column)
    return normalized(splits, values, column)


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
    size = math.prod(column.shape)
    partial = np.flatnonzero(np.diff(row_splits) % size)
    if len(partial):
        row = int(partial[0])
        got = int(row_splits[row + 1] - row_splits[row])
        raise errors.from_core(
            "partial_step",
            {"got": got, "expected": size, "key": column.key, "column": column.name, "row": row},
        )
    values = narrowed(values, column.dtype, row_splits, column.key)
    if column.normalizer_fn is not None:
        values = _call_normalizer(values.reshape(-1, *column.shape), column)
    return FlatColumn(row_splits, narrowed(values, "float32", row_splits, column.key).ravel())


def needs_python(column: NumberColumn) -> bool:
    """Whether numbers pass through Python on their way from a record, to be narrowed or normalized."""
    return column.normalizer_fn is not None or column.dtype not in ("float32", "float64", "int64")


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
    ragged = as_ragged(feature, column.dtype, key)
    row_splits, step_splits, values = levels(ragged)
    if isinstance(values, BytesArray):
        raise FeatureTypeError("strings where numbers were declared", key=key)
    if step_splits is not None:
        check_whole_steps(row_splits, step_splits, column)
        row_splits = step_splits[row_splits]
    _check_numeric(values, column)
    return row_splits, values


def check_whole_steps(row_splits: Int64s, step_splits: Int64s, column: NumberColumn) -> None:
    """Nested numbers: every step must hold exactly the values of the column's shape."""
    size = math.prod(column.shape)
    wrong = np.flatnonzero(np.diff(step_splits) != size)
    if not len(wrong):
        return
    row = int(np.searchsorted(row_splits, wrong[0], side="right")) - 1
    detail = {"key": column.key, "column": column.name, "row": row, "step": int(wrong[0] - row_splits[row])}
    got = int(step_splits[wrong[0] + 1] - step_splits[wrong[0]])
    raise errors.from_core("partial_step", {"got": got, "expected": size, **detail})


def _dense_numbers(array: npt.NDArray[Any], column: NumberColumn) -> tuple[Int64s, npt.NDArray[Any]]:
    _check_numeric(array, column)
    rows = len(array)
    per_row = math.prod(array.shape[1:])
    return np.arange(rows + 1, dtype=np.int64) * per_row, np.ascontiguousarray(array).ravel()


def _check_numeric(values: npt.NDArray[Any], column: NumberColumn) -> None:
    kinds = "iu" if column.dtype in INTEGERS else "iuf"
    if values.size and values.dtype.kind not in kinds:
        raise FeatureTypeError(
            f"{values.dtype.name} values where {column.dtype} was declared", key=column.key
        )
