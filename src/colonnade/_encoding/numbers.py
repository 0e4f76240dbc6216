"""Flat values to the numbers of numeric columns, normalized: float32, prod(shape) a step."""

from __future__ import annotations

import math

import numpy as np

from .. import _core, errors
from .._dtypes import INTEGERS
from .._ragged import BytesArray, Int64s, equal_splits
from .._records import FixedLenFeature
from ..columns import NumberColumn, NumericColumn, SequenceNumericColumn
from ..errors import FeatureTypeError
from .core_plan import KeyedNumbers
from .flat import Flat, Numbers, Values
from .normalizing import check_whole_rows, normalized


def numbers_of(flat: Flat, column: NumberColumn) -> Flat:
    """The numbers of a numeric column, which may lie in a dense array in any shape of as many a row.

    Raises:
        FeatureTypeError: values that are no numbers, or not of the column's kind.
        PartialStepError: a row or a step with a wrong number of values.
        MissingFeatureError, ValueCountError: a context's row without, or with a wrong number of values.
        NarrowingError: a number that the column's dtype cannot hold.
        NormalizerError: the normalizer_fn returned something else than as many steps.
    """
    numbers = _checked_numbers(flat.values, column)
    if flat.holes is not None and isinstance(column, SequenceNumericColumn):
        return _with_default(flat, numbers, column)
    if flat.holes is not None and flat.holes.any():
        flat = flat.without_holes()
        numbers = _checked_numbers(flat.values, column)
    if flat.step_splits is not None and flat.cells is None:
        _check_counts(np.diff(flat.step_splits), flat.row_splits, column)
    splits = flat.value_splits
    if isinstance(column, NumericColumn):
        splits, numbers = _filled(splits, numbers, column)
    return normalized(splits, numbers, column)


def numbers_of_records(examples: _core.IndexedExamples, keyed: KeyedNumbers) -> Flat:
    """The same of serialized records."""
    column, key, feature = keyed.column, keyed.key, keyed.feature
    if isinstance(feature, FixedLenFeature):
        (values,) = examples.fixed(key, feature.size, feature.default_arrays())
        return normalized(equal_splits(len(examples), feature.size), values, column)
    if examples.type is _core.RecordType.SEQUENCE_EXAMPLE:
        row_splits, step_splits, values = examples.ragged_steps(key)
        return numbers_of(Flat(values, row_splits, step_splits), column)
    row_splits, values = examples.ragged(key)
    return normalized(row_splits, values, column)


def _with_default(flat: Flat, numbers: Numbers, column: SequenceNumericColumn) -> Flat:
    """A sequence's numbers, and the default, not normalized, for steps of a sparse tensor that have none."""
    check_whole_rows(flat.row_splits, column)
    assert flat.holes is not None
    size, present = math.prod(column.shape), ~flat.holes
    counts = present.reshape(-1, size).sum(1)
    _check_counts(np.where(counts == 0, size, counts), flat.row_splits // size, column)
    before = np.concatenate([[0], np.cumsum(present)])
    made = normalized(before[flat.row_splits], numbers[present], column)
    with np.errstate(over="ignore"):
        values = np.full(len(present), column.default_value, np.float32)
    values[present] = made.values
    return Flat(values, flat.row_splits)


def _filled(row_splits: Int64s, values: Numbers, column: NumericColumn) -> tuple[Int64s, Numbers]:
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
    return equal_splits(len(counts), size), filled.ravel()


def _check_counts(counts: Int64s, row_splits: Int64s, column: NumberColumn) -> None:
    size = math.prod(column.shape)
    wrong = np.flatnonzero(counts != size)
    if not len(wrong):
        return
    row = int(np.searchsorted(row_splits, wrong[0], side="right")) - 1
    place = {"key": column.key, "column": column.name, "row": row, "step": int(wrong[0] - row_splits[row])}
    raise errors.from_core("partial_step", {"got": int(counts[wrong[0]]), "expected": size, **place})


def _checked_numbers(values: Values, column: NumberColumn) -> Numbers:
    if isinstance(values, BytesArray):
        raise FeatureTypeError("strings where numbers were declared", key=column.key)
    kinds = "iu" if column.dtype in INTEGERS else "iuf"
    if values.size and values.dtype.kind not in kinds:
        raise FeatureTypeError(
            f"{values.dtype.name} values where {column.dtype} was declared", key=column.key
        )
    return values
