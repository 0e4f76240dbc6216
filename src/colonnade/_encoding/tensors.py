"""Ragged and sparse tensors of other libraries, TensorFlow's above all, known by their attributes.

During a migration both libraries hold the same batches, so that `tf.RaggedTensor`, `tf.SparseTensor`, their
values in TensorFlow 1 and our own Sparse are features as they are. No library is imported for that.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from .._ragged import BytesArray, Int64s, Ragged, Values
from .._records import in_order
from ..errors import ColonnadeError, FeatureTypeError, LimitError, SparseIndexError

MOST_EMPTY: Final = 2**28
"""Rows or steps without a value that one sparse tensor may declare."""


def host_array(tensor: Any, key: str) -> npt.NDArray[Any]:
    """A tensor in host memory as an array.

    Raises:
        FeatureTypeError: it lies on a device, or is one that NumPy cannot read.
    """
    cpu = 1
    device = getattr(tensor, "__dlpack_device__", None)
    if device is not None and device()[0] != cpu:
        raise FeatureTypeError("a tensor on a device; move it to host memory first, as with .cpu()", key=key)
    try:
        return np.asarray(tensor)
    except Exception as error:  # each framework has errors of its own
        message = (
            "a tensor that NumPy cannot read; give it another dtype or layout, detach it from its graph, "
            f"or encode outside of traced functions: {error}"
        )
        raise FeatureTypeError(message, key=key) from error


def is_ragged(feature: Any) -> bool:
    """Whether this is like a tf.RaggedTensor."""
    return hasattr(feature, "row_splits") and hasattr(feature, "values")


def is_sparse(feature: Any) -> bool:
    """Whether this is like a tf.SparseTensor."""
    return all(hasattr(feature, name) for name in ("indices", "values", "dense_shape"))


def ragged_of(tensor: Any, key: str) -> Ragged:
    """A ragged tensor as a Ragged; numbers in host memory are not copied.

    Raises:
        FeatureTypeError: its values are no numbers and no strings, or cannot be read.
        RaggedError: its row splits do not describe the values.
    """
    inner = tensor.values
    values = ragged_of(inner, key) if is_ragged(inner) else _values(inner, key)
    try:
        return Ragged(values, host_array(tensor.row_splits, key))
    except ColonnadeError as error:
        raise error.at(key=key) from None


def _values(tensor: Any, key: str) -> Values:
    """Numbers as they are, strings one after the other; further axes of strings are one level of nesting."""
    if isinstance(tensor, BytesArray):
        return tensor
    array = host_array(tensor, key)
    if array.ndim == 0:
        raise FeatureTypeError(
            f"values must be a tensor of rank 1 or more, got {type(tensor).__name__}", key=key
        )
    if array.dtype.kind in "iuf":
        return array
    if array.dtype == bool:
        return array.astype(np.uint8)
    if array.dtype.kind not in "OSU":
        raise FeatureTypeError(f"{array.dtype} values; features are numbers or strings", key=key)
    try:
        strings = BytesArray.from_list(array.ravel().tolist())
    except ColonnadeError as error:
        raise error.at(key=key) from None
    if array.ndim == 1:
        return strings
    return Ragged._trusted(strings, np.arange(len(array) + 1, dtype=np.int64) * math.prod(array.shape[1:]))


@dataclass(frozen=True, eq=False)
class SparseSteps:
    """A sparse tensor as steps: its first axis counts rows, its second steps, all others lie within a step.

    A row ends at its last step with a value, as in TensorFlow; steps before it may hold none.

    Attributes:
        row_splits: int64 [rows + 1], where the steps of each row begin and end.
        steps: int64 [values], the step of each value, counted through all rows, in order.
        values: Numbers or strings [values].
        is_nested: Whether there are axes within a step.
    """

    row_splits: Int64s
    steps: Int64s
    values: npt.NDArray[Any] | BytesArray
    is_nested: bool

    def ragged(self) -> Ragged:
        """Rows of values, or of steps that hold none, one or several values."""
        count = int(self.row_splits[-1])
        if not self.is_nested and len(self.steps) == count:
            return Ragged._trusted(self.values, self.row_splits)
        step_splits = np.zeros(count + 1, np.int64)
        np.cumsum(np.bincount(self.steps, minlength=count), out=step_splits[1:])
        return Ragged._trusted(Ragged._trusted(self.values, step_splits), self.row_splits)

    def holes(self) -> npt.NDArray[np.bool_]:
        """Bool [steps], True where a step has no value."""
        holes = np.ones(int(self.row_splits[-1]), bool)
        holes[self.steps] = False
        return holes

    def filled(self) -> npt.NDArray[Any] | BytesArray:
        """One value a step, 0 or "" where there is none."""
        count = int(self.row_splits[-1])
        if isinstance(self.values, BytesArray):
            sizes = np.zeros(count, np.int64)
            sizes[self.steps] = np.diff(self.values.offsets)
            offsets = np.zeros(count + 1, np.int64)
            np.cumsum(sizes, out=offsets[1:])
            return BytesArray._trusted(self.values.data, offsets)
        values = np.zeros(count, self.values.dtype)
        values[self.steps] = self.values
        return values


def sparse_steps(tensor: Any, key: str) -> SparseSteps:
    """The steps of a sparse tensor [batch], [batch, time] or [batch, time, ...].

    Raises:
        FeatureTypeError: indices, values or dense_shape of another form, or that cannot be read.
        SparseIndexError: an index out of bounds or out of order, or two values in one place.
        LimitError: more empty rows or steps than MOST_EMPTY.
    """
    values = _values(tensor.values, key)
    indices, shape = host_array(tensor.indices, key), host_array(tensor.dense_shape, key)
    if isinstance(values, Ragged) or (isinstance(values, np.ndarray) and values.ndim != 1):
        raise FeatureTypeError("values of a sparse tensor must have rank 1", key=key)
    _check_indices(indices, len(values), shape, key)
    rows, rank = int(shape[0]), len(shape)
    row = indices[:, 0].astype(np.int64)
    step = indices[:, 1].astype(np.int64) if rank > 1 else np.zeros_like(row)
    _check_empty(rows, len(values), key)
    lengths = np.zeros(rows, np.int64)
    np.maximum.at(lengths, row, step + 1)
    _check_empty(lengths.sum(dtype=float), len(values), key)
    row_splits = np.zeros(rows + 1, np.int64)
    np.cumsum(lengths, out=row_splits[1:])
    return SparseSteps(row_splits, row_splits[row] + step, values, is_nested=rank > 2)


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
