"""Sparse tensors as features: the first axis counts rows, the second steps, all others lie within a step.

A row ends at its last step with a value, as in TensorFlow; steps before it may hold none.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from .._ragged import BytesArray, Int64s, Ragged, splits_of_lengths
from .._records import in_order
from ..errors import FeatureTypeError, LimitError, SparseIndexError
from .flat import Flat, Values
from .tensors import host_array, values_of

MOST_EMPTY: Final = 2**28
"""Rows or steps without a value that one sparse tensor may declare."""


def is_sparse(feature: Any) -> bool:
    """Whether this is like a tf.SparseTensor."""
    return all(hasattr(feature, name) for name in ("indices", "values", "dense_shape"))


def read_sparse(tensor: Any, key: str) -> Flat:
    """The steps of a sparse tensor [batch], [batch, time] or [batch, time, ...].

    Raises:
        FeatureTypeError: indices, values or dense_shape of another form, or that cannot be read.
        SparseIndexError: an index out of bounds or out of order, or two values in one place.
        LimitError: more empty rows or steps than MOST_EMPTY.
    """
    values = values_of(tensor.values, key)
    indices, shape = host_array(tensor.indices, key), host_array(tensor.dense_shape, key)
    if isinstance(values, Ragged) or (isinstance(values, np.ndarray) and values.ndim != 1):
        raise FeatureTypeError("values of a sparse tensor must have rank 1", key=key)
    _check_indices(indices, len(values), shape, key)
    row = indices[:, 0].astype(np.int64)
    step = indices[:, 1].astype(np.int64) if len(shape) > 1 else np.zeros_like(row)
    row_splits = _row_splits(row, step, int(shape[0]), key)
    steps = row_splits[row] + step
    if len(shape) > 2:
        counts = np.bincount(steps, minlength=int(row_splits[-1]))
        return Flat(values, row_splits, splits_of_lengths(counts))
    holes = np.ones(int(row_splits[-1]), bool)
    holes[steps] = False
    return Flat(_filled(values, steps, len(holes)), row_splits, holes=holes)


def _row_splits(row: Int64s, step: Int64s, rows: int, key: str) -> Int64s:
    """Each row is as long as the step of its last value says."""
    _check_empty(rows, len(row), key)
    lengths = np.zeros(rows, np.int64)
    np.maximum.at(lengths, row, step + 1)
    _check_empty(lengths.sum(dtype=float), len(row), key)
    return splits_of_lengths(lengths)


def _filled(values: Values, steps: Int64s, count: int) -> Values:
    """One value a step, 0 or "" where there is none."""
    if isinstance(values, BytesArray):
        sizes = np.zeros(count, np.int64)
        sizes[steps] = np.diff(values.offsets)
        return BytesArray._trusted(values.data, splits_of_lengths(sizes))
    filled = np.zeros(count, values.dtype)
    filled[steps] = values
    return filled


def _check_indices(indices: npt.NDArray[Any], count: int, shape: npt.NDArray[Any], key: str) -> None:
    if shape.ndim != 1 or len(shape) == 0 or shape.dtype.kind != "i" or (shape < 0).any():
        raise FeatureTypeError(
            f"dense_shape must be signed integers of at least 0, the batch first, got {shape.tolist()}",
            key=key,
        )
    if indices.shape != (count, len(shape)) or indices.dtype.kind != "i":
        raise FeatureTypeError(
            f"indices must be signed integers of shape {(count, len(shape))}, one row a value, "
            f"got {indices.dtype} {indices.shape}",
            key=key,
        )
    outside = ((indices < 0) | (indices >= shape)).any(1)
    if outside.any():
        place = tuple(indices[np.argmax(outside)].tolist())
        raise SparseIndexError(f"a value at {place}, outside of dense_shape {tuple(shape.tolist())}", key=key)
    wrong = np.flatnonzero(~in_order(indices))
    if len(wrong):
        one, other = (tuple(indices[wrong[0] + i].tolist()) for i in (0, 1))
        what = f"two values at {one}" if one == other else f"a value at {other} after one at {one}"
        raise SparseIndexError(f"{what}; indices must rise, as tf.sparse.reorder makes them", key=key)


def _check_empty(count: float, values: int, key: str) -> None:
    """Refuse rows or steps that hold nothing and are too many: no memory stands behind them."""
    if count - values > MOST_EMPTY:
        raise LimitError(
            f"{count:.0f} rows or steps for {values} values, the limit is {MOST_EMPTY} empty ones; "
            "correct dense_shape or the indices",
            key=key,
        )
