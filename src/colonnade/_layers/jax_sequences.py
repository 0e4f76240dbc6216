"""What a JAX layer gives, as masks and with its context."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

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


def sequence_mask(lengths: Any, maxlen: int | None = None, dtype: Any = "bool") -> jax.Array:
    """True where a step exists: mask[..., j] is j < lengths[...].

    Args:
        lengths: Integers of any shape.
        maxlen: Size of the last axis; None is the largest length, at least 0, and cannot be told inside
            `jit`.
        dtype: Of the mask; numbers are 1 where a step exists, and 0.

    Returns:
        bool [*lengths.shape, maxlen], or of another dtype.

    Raises:
        FeatureTypeError: lengths are not integers.
        LimitError: lengths that are no JAX array hold an integer beyond int32.
        ColumnTypeError: maxlen is not an int.
        ColumnValueError: maxlen is negative, or None inside `jit`.
    """
    if not isinstance(lengths, jax.Array):
        lengths = jnp.asarray(int32_array(checked_lengths(lengths)))
    elif lengths.size == 0:
        lengths = lengths.astype(jnp.int32)
    check_lengths(str(lengths.dtype), jnp.issubdtype(lengths.dtype, jnp.integer))
    if maxlen is None:
        if isinstance(lengths, jax.core.Tracer):
            raise ColumnValueError("inside jit shapes are fixed; give maxlen, as sequence_input.shape[1]")
        maxlen = max(int(lengths.max()), 0) if lengths.size else 0
    mask: jax.Array = jnp.arange(checked_maxlen(maxlen)) < lengths[..., None]
    return mask.astype(checked_mask_dtype(dtype))


def concatenate_context_input(context_input: jax.Array, sequence_input: jax.Array) -> jax.Array:
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
    sequence = _numbers(sequence_input, "sequence_input")
    context = _numbers(context_input, "context_input")
    check_context_input((context.shape, str(context.dtype)), (sequence.shape, str(sequence.dtype)), FLOATS)
    repeated = jnp.broadcast_to(context[:, None], (*sequence.shape[:2], context.shape[1]))
    return jnp.concatenate([sequence, repeated], -1)


def _numbers(given: Any, what: str) -> Any:
    return given if isinstance(given, jax.Array) else array_of(given, what, "float32")
