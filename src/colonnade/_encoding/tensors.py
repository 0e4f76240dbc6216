"""Tensors of other libraries, TensorFlow's above all, known by their attributes.

During a migration both libraries hold the same batches, so that `tf.RaggedTensor`, `tf.SparseTensor`, their
values in TensorFlow 1 and our own Sparse are features as they are. No library is imported for that.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from .._ragged import MOST_LEVELS, BytesArray, Ragged, Values, equal_splits
from ..errors import ColonnadeError, FeatureTypeError, LimitError


def host_array(tensor: Any, key: str) -> npt.NDArray[Any]:
    """A tensor in host memory as an array.

    Raises:
        FeatureTypeError: it lies on a device, or is one that NumPy cannot read.
    """
    cpu = 1
    device = getattr(tensor, "__dlpack_device__", None)
    try:
        if device is None or device()[0] == cpu:
            return np.asarray(tensor)
    except Exception as error:  # each framework has errors of its own
        message = (
            "a tensor that NumPy cannot read; give it another dtype or layout, detach it from its graph, "
            f"or encode outside of traced functions: {error}"
        )
        raise FeatureTypeError(message, key=key) from error
    raise FeatureTypeError("a tensor on a device; move it to host memory first, as with .cpu()", key=key)


def arrays_of(rows: Any, key: str, levels: int = 3) -> list[Any] | None:
    """Lists that hold tensors with arrays in their place; None where there is no tensor among them.

    Raises:
        FeatureTypeError: a tensor on a device, or one that NumPy cannot read.
    """
    made: list[Any] = []
    found = False
    for item in rows:
        held = item
        if isinstance(item, list | tuple) and levels > 1:
            held = arrays_of(item, key, levels - 1)
        elif _is_tensor(item):
            array = host_array(item, key)
            held = array if array.ndim else array.item()
        found |= held is not item and held is not None
        made.append(item if held is None else held)
    return made if found else None


def _is_tensor(item: Any) -> bool:
    return (
        hasattr(item, "__dlpack_device__") and hasattr(item, "__array__") and not isinstance(item, np.ndarray)
    )


def is_nested(feature: Any) -> bool:
    """Whether this is a nested tensor of torch."""
    return getattr(feature, "is_nested", False) is True


def jagged_of(tensor: Any, key: str) -> Ragged | None:
    """A nested tensor of `layout=torch.jagged` as a Ragged; None of another layout, or with gaps.

    Raises:
        FeatureTypeError: it lies on a device, or belongs to a graph.
    """
    if not callable(getattr(tensor, "offsets", None)) or "jagged" not in str(tensor.layout):
        return None
    offsets, values = host_array(tensor.offsets(), key), host_array(tensor.values(), key)
    if tensor.lengths() is not None or len(values) != offsets[-1]:
        return None
    return Ragged(values, offsets)


def is_ragged(feature: Any) -> bool:
    """Whether this is like a tf.RaggedTensor."""
    return hasattr(feature, "row_splits") and hasattr(feature, "values")


def ragged_of(tensor: Any, key: str, levels: int = MOST_LEVELS) -> Ragged:
    """A ragged tensor as a Ragged; numbers in host memory are not copied.

    Raises:
        FeatureTypeError: its values are no numbers and no strings, or cannot be read.
        RaggedError: its row splits do not describe the values.
        LimitError: it nests too deeply.
    """
    inner = tensor.values
    if not levels:
        raise LimitError(f"a ragged tensor of more than {MOST_LEVELS} levels; join some", key=key)
    values = ragged_of(inner, key, levels - 1) if is_ragged(inner) else values_of(inner, key)
    try:
        return Ragged(values, host_array(tensor.row_splits, key))
    except ColonnadeError as error:
        raise error.at(key=key) from None


def values_of(tensor: Any, key: str) -> Values:
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
    return Ragged._trusted(strings, equal_splits(len(array), math.prod(array.shape[1:])))
