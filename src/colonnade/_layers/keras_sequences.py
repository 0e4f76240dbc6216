"""What a Keras layer gives, as masks and with its context, for tensors, arrays and symbols."""

from __future__ import annotations

from typing import Any, TypeAlias

import keras  # type: ignore[import-untyped]
from keras import ops

from ..errors import ColumnValueError
from .int32 import int32_array
from .masks import (
    FLOATS,
    array_of,
    check_context_input,
    check_lengths,
    checked_lengths,
    checked_mask_dtype,
    checked_maxlen,
)

Tensor: TypeAlias = Any


def sequence_mask(lengths: Any, maxlen: int | None = None, dtype: Any = "bool") -> Tensor:
    """True where a step exists: mask[..., j] is j < lengths[...].

    Args:
        lengths: Integers of any shape.
        maxlen: Size of the last axis; None is the largest length, at least 0, and cannot be told where
            lengths are symbolic, or inside a compiled function.
        dtype: Of the mask; numbers are 1 where a step exists, and 0.

    Returns:
        bool [*lengths.shape, maxlen], or of another dtype.

    Raises:
        FeatureTypeError: lengths are not integers.
        LimitError: lengths that are no tensor hold an integer beyond int32.
        ColumnTypeError: maxlen is not an int.
        ColumnValueError: maxlen is negative, or None where lengths are not known yet.
    """
    if not _is_tensor(lengths):
        lengths = ops.convert_to_tensor(int32_array(checked_lengths(lengths)))
    elif 0 in lengths.shape:
        lengths = ops.cast(lengths, "int32")
    given = keras.backend.standardize_dtype(lengths.dtype)
    check_lengths(given, keras.backend.is_int_dtype(given))
    size = _largest(lengths) if maxlen is None else checked_maxlen(maxlen)
    mask = ops.less(ops.arange(size), ops.expand_dims(lengths, -1))
    return mask if dtype == "bool" else ops.cast(mask, checked_mask_dtype(dtype))


def _largest(lengths: Tensor) -> int:
    """The largest length, at least 0."""
    if 0 in lengths.shape:
        return 0
    try:
        return max(int(ops.max(lengths)), 0)
    except (TypeError, ValueError) as error:
        raise ColumnValueError(
            "symbolic lengths have no largest one; give maxlen, or use the layer's own mask"
        ) from error


def concatenate_context_input(context_input: Tensor, sequence_input: Tensor) -> Tensor:
    """Repeat the context at every step, behind the sequence's own numbers.

    Args:
        context_input: float [batch, context_width].
        sequence_input: float [batch, time, sequence_width].

    Returns:
        float [batch, time, sequence_width + context_width].

    Raises:
        FeatureTypeError: an input of another rank or dtype, or no array.
        ColumnValueError: the batches differ.
    """
    sequence, sequence_dtype = _numbers(sequence_input, "sequence_input")
    context, context_dtype = _numbers(context_input, "context_input")
    check_context_input(
        (tuple(context.shape), context_dtype),
        (tuple(sequence.shape), sequence_dtype),
        FLOATS,
    )
    # Broadcasting against zeros works where time is symbolic too.
    zeros = ops.zeros_like(sequence[:, :, :1])
    return ops.concatenate([sequence, ops.expand_dims(context, 1) + zeros], -1)


def _numbers(given: Any, what: str) -> tuple[Any, str]:
    """A tensor or an array, and its dtype."""
    if _is_tensor(given):
        return given, keras.backend.standardize_dtype(given.dtype)
    array = array_of(given, what, "floats")
    return array, str(array.dtype)


def _is_tensor(given: Any) -> bool:
    return isinstance(given, keras.KerasTensor) or bool(ops.is_tensor(given))
