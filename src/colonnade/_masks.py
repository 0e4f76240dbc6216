"""Lengths to masks, and context numbers to steps, for NumPy arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from .columns._checks import checked_int
from .errors import ColumnValueError, FeatureTypeError


def sequence_mask(lengths: Any, maxlen: int | None = None) -> npt.NDArray[np.bool_]:
    """True where a step exists: mask[..., j] is j < lengths[...].

    Args:
        lengths: Integers of any shape.
        maxlen: Size of the last axis; None is the largest length, at least 0.

    Returns:
        bool [*lengths.shape, maxlen].

    Raises:
        FeatureTypeError: lengths are not integers.
        ColumnTypeError: maxlen is not an int.
        ColumnValueError: maxlen is negative.

    Example:
        >>> sequence_mask([1, 3]).tolist()
        [[True, False, False], [True, True, True]]
    """
    try:
        array = np.asarray(lengths)
    except ValueError:
        raise FeatureTypeError("lengths must be one array of integers, got uneven lists") from None
    if array.size == 0:
        array = array.astype(np.int64)
    if array.dtype.kind not in "iu":
        raise FeatureTypeError(f"lengths must be integers, got {array.dtype}")
    if maxlen is None:
        maxlen = max(int(array.max(initial=0)), 0)
    maxlen = checked_int(maxlen, "maxlen", at_least=0)
    return np.arange(maxlen) < array[..., None]


def concatenate_context_input(context_input: Any, sequence_input: Any) -> npt.NDArray[np.float32]:
    """Repeat the context at every step, behind the sequence's own numbers.

    Args:
        context_input: float32 [batch, context_width].
        sequence_input: float32 [batch, time, sequence_width].

    Returns:
        float32 [batch, time, sequence_width + context_width].

    Raises:
        FeatureTypeError: an input of another rank or dtype.
        ColumnValueError: the batches differ.

    Example:
        >>> import numpy as np
        >>> steps = concatenate_context_input(np.ones((2, 3), np.float32), np.zeros((2, 4, 5), np.float32))
        >>> steps.shape
        (2, 4, 8)
    """
    context, sequence = np.asarray(context_input), np.asarray(sequence_input)
    for name, array, rank in (("sequence_input", sequence, 3), ("context_input", context, 2)):
        if array.ndim != rank:
            raise FeatureTypeError(f"{name} must have rank {rank}, got {array.ndim}")
        if array.dtype != np.float32:
            raise FeatureTypeError(f"{name} must have dtype float32, got {array.dtype}")
    if len(context) != len(sequence):
        raise ColumnValueError(f"context_input holds {len(context)} rows, sequence_input {len(sequence)}")
    repeated = np.broadcast_to(context[:, None], (*sequence.shape[:2], context.shape[1]))
    return np.concatenate([sequence, repeated], -1)
