"""Tensors of other libraries, TensorFlow's above all, known by their attributes.

During a migration both libraries hold the same batches, so that `tf.RaggedTensor`, `tf.SparseTensor`, their
values in TensorFlow 1 and our own Sparse are features as they are. No library is imported for that.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from .._ragged import BytesArray, Ragged, Values, equal_splits
from ..errors import ColonnadeError, FeatureTypeError


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


def ragged_of(tensor: Any, key: str) -> Ragged:
    """A ragged tensor as a Ragged; numbers in host memory are not copied.

    Raises:
        FeatureTypeError: its values are no numbers and no strings, or cannot be read.
        RaggedError: its row splits do not describe the values.
    """
    inner = tensor.values
    values = ragged_of(inner, key) if is_ragged(inner) else values_of(inner, key)
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
