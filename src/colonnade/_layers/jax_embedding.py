"""Ids and numbers to dense steps, by operations that `jax.jit` and `jax.grad` take."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple, TypeAlias, assert_never

import jax
import jax.numpy as jnp
import numpy as np

from .._encoding import (
    EmbeddingOutput,
    GroupPlan,
    IndicatorOutput,
    NumbersOutput,
    Output,
    SequenceBatch,
    Slot,
)

Batch: TypeAlias = SequenceBatch[jax.Array]
Embedded: TypeAlias = "tuple[jax.Array, jax.Array | None]"


def embed(group: GroupPlan, tables: Mapping[str, jax.Array], batch: Batch) -> Embedded:
    """Ids and numbers to dense steps, by operations that `jax.jit` and `jax.grad` take.

    Args:
        group: The group's plan, `encoder.plan.groups[name]`.
        tables: [num_buckets, dimension] by table name, of any floating dtype.
        batch: The encoded group, as `to_arrays` gives it. An id beyond its table, which no encoder of
            these columns makes, gives NaN in an embedding and counts nothing in an indicator.

    Returns:
        Columns side by side in order of name, of the tables' dtype, float32 where there are none:
        [batch, time, width] padded, [steps, width] jagged, [batch, width] for a context; and the
        lengths int32 [batch], None for a context.
    """
    rank = 2 if batch.mask is not None else 1
    parts = [_dense(output, tables, batch.slots[output.slot], rank) for output in group.outputs]
    return jnp.concatenate(parts, -1), batch.lengths


@partial(jax.jit, static_argnums=(0, 3), inline=True)  # without it, a call outside of jit is slow
def _dense(output: Output, tables: Mapping[str, jax.Array], slot: Slot[jax.Array], rank: int) -> jax.Array:
    """One column's numbers; `rank` is how many leading axes count the steps."""
    match output:
        case EmbeddingOutput():
            numbers = _embedding(output, tables[output.table], _ids_of(slot, rank))
        case IndicatorOutput():
            numbers = _indicator(output, _ids_of(slot, rank))
        case NumbersOutput():
            numbers = slot.values.reshape(*slot.values.shape[:rank], output.width)
        case _:
            assert_never(output)
    return numbers.astype(_dtype(tables))


def _dtype(tables: Mapping[str, jax.Array]) -> Any:
    """The dtype of the tables, or the one that holds each of theirs."""
    dtypes = [table.dtype for table in tables.values() if jnp.issubdtype(table.dtype, jnp.floating)]
    return jnp.result_type(*dtypes) if dtypes else jnp.float32


class _Ids(NamedTuple):
    """The ids of one column, flat, and what they make of numbers that stand beside them."""

    ids: jax.Array  # [steps, values], or [values] where steps are jagged
    weights: jax.Array  # of each; 0 where there is no id
    steps: jax.Array  # the step of each
    axes: tuple[int, ...]  # of the steps

    def add(self, numbers: jax.Array) -> jax.Array:
        """Add up the values of each step, along axis 1 or in jagged steps."""
        if self.ids.ndim == 2:
            return numbers.sum(1)
        return jax.ops.segment_sum(numbers, self.steps, self.axes[0])


def _ids_of(slot: Slot[jax.Array], rank: int) -> _Ids:
    values, splits = slot.values, slot.step_splits
    if splits is None:
        axes = values.shape[:rank]
        ids = values.reshape(math.prod(axes), math.prod(values.shape[rank:]))
        steps = jnp.arange(len(ids))[:, None]
    else:
        axes, ids = (len(splits) - 1,), values
        steps = jnp.searchsorted(splits, jnp.arange(len(ids)), side="right") - 1
    weights = np.float32(1) if slot.weights is None else slot.weights.reshape(ids.shape)
    return _Ids(ids.clip(min=0), jnp.where(ids >= 0, weights, 0), steps, axes)


def _indicator(output: IndicatorOutput, given: _Ids) -> jax.Array:
    """The sum of the weights of each id."""
    counts = jnp.zeros((math.prod(given.axes), output.width), jnp.float32)
    counts = counts.at[given.steps, given.ids].add(given.weights)
    return counts.reshape(*given.axes, output.width)


def _embedding(output: EmbeddingOutput, table: jax.Array, given: _Ids) -> jax.Array:
    """Rows of a table, combined over the values of each step."""
    weights = given.weights[..., None]
    if output.combiner != "sum":
        weights = _divided(weights, output.combiner, given)
    rows = table.at[given.ids].get(mode="fill", fill_value=jnp.nan)
    # Added up in float32 at the least, and rounded once at the end.
    rows = rows.astype(jnp.promote_types(rows.dtype, jnp.float32))
    # What weighs nothing is left out before anything is computed: a row may hold NaN, and 0 * NaN is NaN.
    rows = _clipped(jnp.where(weights != 0, rows, 0), output.max_norm)
    return given.add(rows * weights).reshape(*given.axes, output.width)


def _divided(weights: jax.Array, combiner: str, given: _Ids) -> jax.Array:
    """Weights over what their step's rows are to be divided by: rows are the more numbers."""
    weights = jnp.where(weights > 0, weights, 0)  # NaN is not above 0
    divisor = given.add(weights if combiner == "mean" else jnp.square(weights))
    divisor = jnp.where(divisor > 0, divisor, 1)
    return weights / (divisor if combiner == "mean" else jnp.sqrt(divisor))[given.steps]


def _clipped(rows: jax.Array, max_norm: float | None) -> jax.Array:
    """Rows scaled down to a norm; short ones are not divided, for the norm of zeros has no gradient."""
    if max_norm is None:
        return rows
    squares = jnp.square(rows).sum(-1, keepdims=True)
    is_short = jnp.sqrt(squares) <= max_norm
    norms = jnp.sqrt(jnp.where(is_short, 1, squares))
    return jnp.where(is_short, rows, rows * (max_norm / norms))
