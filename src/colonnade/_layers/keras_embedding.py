"""Ids and numbers to dense steps, by `keras.ops`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias, assert_never

import keras  # type: ignore[import-untyped]
from keras import ops

from .._encoding import (
    EmbeddingOutput,
    GroupPlan,
    IndicatorOutput,
    NumbersOutput,
    Output,
    SequenceBatch,
    Slot,
)

Tensor: TypeAlias = Any
Embedded: TypeAlias = "tuple[Tensor, Tensor | None]"


def embed(group: GroupPlan, tables: Mapping[str, Tensor], batch: SequenceBatch[Tensor]) -> Embedded:
    """Ids and numbers to dense steps, by `keras.ops`; symbolic tensors are taken too.

    Args:
        group: The group's plan, `encoder.plan.groups[name]`.
        tables: float [num_buckets, dimension] by table name.
        batch: The encoded group: ids [batch, time, values], numbers [batch, time, width]; a context
            has no time.

    Returns:
        Columns side by side in order of name, of the tables' dtype: [batch, time, width], [batch, width]
        for a context; and the lengths int32 [batch], None for a context.
    """
    parts = [_dense(output, tables, batch.slots[output.slot]) for output in group.outputs]
    if tables:
        dtype = keras.backend.result_type(*(table.dtype for table in tables.values()))
        parts = [ops.cast(part, dtype) for part in parts]
    return ops.concatenate(parts, -1), batch.lengths


def _dense(output: Output, tables: Mapping[str, Tensor], slot: Slot[Tensor]) -> Tensor:
    """One column's numbers."""
    match output:
        case EmbeddingOutput():
            return _embedding(output, tables[output.table], slot)
        case IndicatorOutput():
            return _indicator(output, slot)
        case NumbersOutput():
            return slot.values
        case _:
            assert_never(output)


def _weights(slot: Slot[Tensor], dtype: Any) -> Tensor:
    """What each id weighs: 0 where there is none."""
    present = slot.values >= 0
    if slot.weights is None:
        return ops.cast(present, dtype)
    return ops.where(present, ops.cast(slot.weights, dtype), 0)


def _indicator(output: IndicatorOutput, slot: Slot[Tensor]) -> Tensor:
    """The sum of the weights of each id."""
    weights = ops.expand_dims(_weights(slot, keras.config.floatx()), -1)
    is_id = ops.equal(ops.expand_dims(slot.values, -1), ops.arange(output.width, dtype="int32"))
    return ops.sum(ops.where(is_id, weights, 0), -2)


def _embedding(output: EmbeddingOutput, table: Tensor, slot: Slot[Tensor]) -> Tensor:
    """Rows of a table, combined over the last but one axis."""
    rows = ops.take(table, ops.maximum(slot.values, 0), axis=0)
    # Added up in float32 at the least, and rounded once at the end.
    rows = ops.cast(rows, keras.backend.result_type(rows.dtype, "float32"))
    weights = ops.expand_dims(_weights(slot, rows.dtype), -1)
    if output.combiner != "sum":
        weights = _divided(weights, output.combiner)
    # What weighs nothing is left out before anything is computed: a row may hold NaN, and 0 * NaN is NaN.
    rows = _clipped(ops.where(ops.not_equal(weights, 0), rows, 0), output.max_norm)
    return ops.sum(rows * weights, -2)


def _divided(weights: Tensor, combiner: str) -> Tensor:
    """Weights over what their step's rows are to be divided by: rows are the more numbers."""
    weights = ops.where(weights > 0, weights, 0)  # NaN is not above 0
    divisor = ops.sum(weights if combiner == "mean" else weights * weights, -2, keepdims=True)
    divisor = ops.where(divisor > 0, divisor, 1)
    return weights / (divisor if combiner == "mean" else ops.sqrt(divisor))


def _clipped(rows: Tensor, max_norm: float | None) -> Tensor:
    """Rows scaled down to a norm; short ones are not divided, for the norm of zeros has no gradient."""
    if max_norm is None:
        return rows
    squares = ops.sum(rows * rows, -1, keepdims=True)
    is_short = ops.sqrt(squares) <= max_norm
    norms = ops.sqrt(ops.where(is_short, 1, squares))
    return ops.where(is_short, rows, rows * (max_norm / norms))
