"""Ids, raw values and weights in memory to the flat columns that the core encodes."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from .._dtypes import INTEGERS, wire_dtype
from .._ragged import BytesArray, Int64s
from ..columns import HashedCategoricalColumn, IdentityCategoricalColumn, VocabularyColumn
from ..errors import FeatureTypeError, NarrowingError, WeightsError
from .features import FlatColumn, as_ragged, checked_array, holds_rows, is_array, levels, narrowed
from .tensors import SparseSteps, is_sparse, sparse_steps

INT64_MAX = 2**63 - 1
IdColumn: TypeAlias = IdentityCategoricalColumn | HashedCategoricalColumn | VocabularyColumn


def categorical_column(feature: Any, column: IdColumn) -> FlatColumn:
    """The values of a categorical column: int64, or byte strings.

    In a dense array, -1 (signed integers) and "" are absent: at the end of a row they shorten it,
    inside it they are steps without a value. In ragged data nothing is absent. One more level of
    nesting, or one more axis, holds several values a step.

    Raises:
        FeatureTypeError: another container or dtype.
        NarrowingError: an unsigned integer beyond int64, in an identity column without default.
    """
    if is_array(feature):
        array = checked_array(feature, column.key)
        if not holds_rows(array):
            return _dense_categorical(array, column)
        feature = array.tolist()
    if is_sparse(feature) and not (steps := sparse_steps(feature, column.key)).is_nested:
        holes = steps.holes()
        values = _raw_values(steps.filled(), column)
        return FlatColumn(steps.row_splits, values, None, holes if holes.any() else None)
    row_splits, step_splits, values = levels(as_ragged(feature, wire_dtype(column.dtype), column.key))
    return FlatColumn(row_splits, _raw_values(values, column), step_splits)


def raw_column(feature: Any, key: str) -> FlatColumn:
    """The values of a raw key of a cross: strings or integers, absent ones as in a categorical column.

    Raises:
        FeatureTypeError: another container or dtype.
    """
    strings, integers = HashedCategoricalColumn(key, 2), HashedCategoricalColumn(key, 2, "int64")
    if is_array(feature):
        array = checked_array(feature, key)
        if not holds_rows(array):
            if array.dtype == np.uint64:
                # All of its cells are values, -1 as a bit pattern too.
                flat = _dense_categorical(np.zeros(array.shape, np.uint64), integers)
                return replace(flat, values=_same_bits(np.ascontiguousarray(array)).ravel())
            return _dense_categorical(array, strings if array.dtype.kind in "OSU" else integers)
        feature = array.tolist()
    row_splits, step_splits, values = levels(as_ragged(feature, None, key))
    if isinstance(values, BytesArray):
        return FlatColumn(row_splits, _raw_values(values, strings), step_splits)
    return FlatColumn(row_splits, _raw_values(_same_bits(values), integers), step_splits)


def _same_bits(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """A cross takes 64 bits, signed or not."""
    return values.view(np.int64) if values.dtype == np.uint64 else values


def _raw_values(values: npt.NDArray[Any] | BytesArray, column: IdColumn) -> npt.NDArray[Any] | BytesArray:
    """Values in the form in which the core makes ids of them."""
    if isinstance(values, BytesArray):
        _check_dtype("string", column.dtype, column.key)
        return values
    if values.size == 0:
        empty = np.zeros(0, np.int64)
        return BytesArray.from_list([]) if column.dtype == "string" else empty
    _check_dtype(values.dtype.name, column.dtype, column.key)
    if values.dtype == np.uint64 and int(values.max()) > INT64_MAX:
        return _beyond_int64(values, column)
    return np.ascontiguousarray(values, np.int64)


def _beyond_int64(values: npt.NDArray[Any], column: IdColumn) -> npt.NDArray[Any] | BytesArray:
    """Large unsigned integers: hashed as their decimal text, or out of every identity column's range."""
    if isinstance(column, HashedCategoricalColumn):
        return BytesArray.from_list([str(value) for value in values.tolist()])
    if not isinstance(column, IdentityCategoricalColumn) or column.default_value is None:
        raise NarrowingError(f"{values.max()} does not fit int64", key=column.key)
    return np.minimum(values, INT64_MAX).astype(np.int64)  # type: ignore[no-any-return]


def weights_column(feature: Any, ids_feature: Any, ids: FlatColumn, key: str) -> FlatColumn:
    """The weights of a categorical column's ids, float32, matched by their place in the structure.

    Dense weights go with dense ids: the weight of an absent id is dropped with it.

    Raises:
        FeatureTypeError: another container or dtype.
        WeightsError: dense weights of another shape than dense ids.
    """
    if is_array(feature):
        array = checked_array(feature, key)
        if is_array(ids_feature) and not holds_rows(array):
            return _dense_weights(array, checked_array(ids_feature, key), ids, key)
        feature = list(array)
    if is_sparse(feature) and not (steps := sparse_steps(feature, key)).is_nested:
        return _sparse_weights(steps, ids, key)
    row_splits, step_splits, values = levels(as_ragged(feature, "float32", key))
    if isinstance(values, BytesArray):
        raise FeatureTypeError("strings where weights were declared", key=key)
    _check_weights_dtype(values, key)
    return FlatColumn(row_splits, narrowed(values, "float32", row_splits, key), step_splits)


def _dense_weights(
    array: npt.NDArray[Any], dense_ids: npt.NDArray[Any], ids: FlatColumn, key: str
) -> FlatColumn:
    _check_weights_dtype(array, key)
    if array.shape != dense_ids.shape:
        raise WeightsError(f"weights of shape {array.shape} for ids of shape {dense_ids.shape}", key=key)
    cells, present = _dense_cells(dense_ids, key)
    kept = _dense_steps(cells, present)[1] if ids.step_splits is None else present
    weights = narrowed(array.reshape(kept.shape)[kept], "float32", ids.row_splits, key)
    return FlatColumn(ids.row_splits, weights, ids.step_splits)


def _sparse_weights(steps: SparseSteps, ids: FlatColumn, key: str) -> FlatColumn:
    """One weight a step; where ids have none, there must be none."""
    values, holes = steps.filled(), steps.holes()
    if isinstance(values, BytesArray):
        raise FeatureTypeError("strings where weights were declared", key=key)
    _check_weights_dtype(values, key)
    if not np.array_equal(holes, np.zeros_like(holes) if ids.holes is None else ids.holes):
        raise WeightsError("weights at other places than the ids; give both the same indices", key=key)
    return FlatColumn(steps.row_splits, narrowed(values, "float32", steps.row_splits, key))


def _check_weights_dtype(values: npt.NDArray[Any], key: str) -> None:
    if values.size and values.dtype.kind not in "iuf":
        raise FeatureTypeError(f"{values.dtype.name} values where weights were declared", key=key)


def _dense_categorical(array: npt.NDArray[Any], column: IdColumn) -> FlatColumn:
    cells, present = _dense_cells(array, column.key)
    got = "string" if cells.dtype == object else cells.dtype.name
    if cells.size:
        _check_dtype(got, column.dtype, column.key)
    row_splits, kept = _dense_steps(cells, present)
    if array.ndim <= 2:
        holes = ~present[kept]
        values = _cell_values(cells[kept], column)
        return FlatColumn(row_splits, values, None, holes if holes.any() else None)
    kept_steps = kept.any(2)  # all cells of a step are kept, or none
    step_splits = np.zeros(int(kept_steps.sum()) + 1, np.int64)
    np.cumsum(present.sum(2)[kept_steps], out=step_splits[1:])
    return FlatColumn(row_splits, _cell_values(cells[present], column), step_splits)


def _dense_cells(array: npt.NDArray[Any], key: str) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """A dense array as [batch, time, values], strings as objects, and which cells hold a value."""
    time = array.shape[1] if array.ndim > 1 else 1
    cells = array.reshape(len(array), time, math.prod(array.shape[2:]))
    if cells.dtype.kind in "OSU":
        cells = _encoded_cells(cells, key)
        return cells, (cells != b"").astype(bool)
    if cells.dtype.kind == "i":
        return cells, cells != -1
    return cells, np.ones(cells.shape, bool)


def _dense_steps(
    cells: npt.NDArray[Any], present: npt.NDArray[np.bool_]
) -> tuple[Int64s, npt.NDArray[np.bool_]]:
    """Row splits of steps, and which cells lie within them: a row ends at its last step with a value."""
    rows, width = cells.shape[:2]
    has_value: npt.NDArray[np.bool_] = np.any(present, axis=2)
    lengths = np.zeros(rows, np.int64)
    if width:
        lengths = np.where(np.any(has_value, 1), width - np.argmax(has_value[:, ::-1], 1), 0)
    row_splits = np.zeros(rows + 1, np.int64)
    np.cumsum(lengths, out=row_splits[1:])
    return row_splits, np.broadcast_to((np.arange(width) < lengths[:, None])[..., None], cells.shape)


def _encoded_cells(cells: npt.NDArray[Any], key: str) -> npt.NDArray[Any]:
    encoded = np.empty(cells.shape, object)
    for place, item in np.ndenumerate(cells):
        if not isinstance(item, str | bytes):
            kind, (row, step, _) = type(item).__name__, place
            raise FeatureTypeError(
                f"a {kind} where a string should be; an array of objects holds strings only, or numbers only",
                key=key,
                row=row,
                step=step,
            )
        try:
            encoded[place] = item.encode() if isinstance(item, str) else item
        except UnicodeEncodeError:
            row, step, _ = place
            message = "text with a lone surrogate cannot be UTF-8; give bytes"
            raise FeatureTypeError(message, key=key, row=row, step=step) from None
    return encoded


def _cell_values(cells: npt.NDArray[Any], column: IdColumn) -> npt.NDArray[Any] | BytesArray:
    return _raw_values(BytesArray.from_list(cells.tolist()) if cells.dtype == object else cells, column)


def _check_dtype(got: str, declared: str, key: str) -> None:
    if (got in INTEGERS and declared in INTEGERS) or got == declared == "string":
        return
    raise FeatureTypeError(f"{got} values where {declared} was declared", key=key)
