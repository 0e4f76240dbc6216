"""Ids and numbers to dense steps, by plain torch operators."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from typing import TypeAlias, assert_never

import torch
from torch import Tensor, nn

from .._encoding import (
    EmbeddingOutput,
    GroupPlan,
    IndicatorOutput,
    NumbersOutput,
    Output,
    SequenceBatch,
    Slot,
)
from .foreign_ids import foreign_id

Batch: TypeAlias = SequenceBatch[Tensor]
LookUp: TypeAlias = Callable[[str, Tensor, Tensor], Tensor]
Embedded: TypeAlias = "tuple[Tensor, Tensor | None]"


def embed(group: GroupPlan, tables: Mapping[str, Tensor], batch: Batch, *, sparse: bool = False) -> Embedded:
    """Ids and numbers to dense steps, by plain torch operators.

    Args:
        group: The group's plan, `encoder.plan.groups[name]`.
        tables: [num_buckets, dimension] by table name, of any floating dtype.
        batch: The encoded group, as tensors on the tables' device.
        sparse: Gradients of the tables are sparse tensors, as in `torch.nn.functional.embedding`.

    Returns:
        Columns side by side in order of name, of the tables' dtype, float32 where there are none:
        [batch, time, width] padded, [steps, width] jagged, [batch, width] for a context; and the
        lengths int64 [batch], None for a context.

    Raises:
        IdOutOfRangeError: an id beyond its table or indicator, which no encoder of these columns makes.
            Compiled and exported programs, and GPUs, fail in their own ways.
    """
    try:
        return _embed(group, tables, batch, sparse)
    except (IndexError, RuntimeError) as error:
        if torch.compiler.is_compiling() or not _is_at_hand(batch):
            raise
        if (reason := foreign_id(group, tables, batch)) is None:
            raise
        raise reason from error


def _is_at_hand(batch: Batch) -> bool:
    return all(slot.values.device.type == "cpu" for slot in batch.slots.values())


def _embed(group: GroupPlan, tables: Mapping[str, Tensor], batch: Batch, sparse: bool) -> Embedded:
    rank = 2 if batch.mask is not None else 1

    def look_up(table: str, ids: Tensor, counts: Tensor) -> Tensor:
        return (_sparse_rows if sparse else _rows)(tables[table], ids, counts)

    dtype = _dtype(tables)
    parts = [_dense(output, look_up, batch.slots[output.slot], rank).to(dtype) for output in group.outputs]
    return torch.cat(parts, -1), batch.lengths


def _dtype(tables: Mapping[str, Tensor]) -> torch.dtype:
    """The dtype of the tables, or the one that holds each of theirs."""
    dtypes = [table.dtype for table in tables.values() if table.is_floating_point()]
    return reduce(torch.promote_types, dtypes) if dtypes else torch.float32


def _dense(output: Output, look_up: LookUp, slot: Slot[Tensor], rank: int) -> Tensor:
    """One column's numbers; `rank` is how many leading axes count the steps."""
    match output:
        case EmbeddingOutput():
            return _embedding(output, look_up, slot, rank)
        case IndicatorOutput():
            return _indicator(output, slot, rank)
        case NumbersOutput():
            return slot.values.reshape(*slot.values.shape[:rank], output.width)
        case _:
            assert_never(output)


def _weighted_ids(slot: Slot[Tensor], rank: int) -> tuple[Tensor, Tensor]:
    """Ids [..., values], or [values] where they are jagged, and what each weighs: 0 where there is none."""
    ids = slot.values
    if slot.step_splits is None and ids.dim() == rank:
        ids = ids.unsqueeze(-1)
    present = ids >= 0
    if slot.weights is None:
        return ids, present.to(torch.float32)
    return ids, torch.where(present, slot.weights.reshape(ids.shape), 0)


def _indicator(output: IndicatorOutput, slot: Slot[Tensor], rank: int) -> Tensor:
    """The sum of the weights of each id."""
    ids, weights = _weighted_ids(slot, rank)
    ids, splits = ids.clamp(min=0), slot.step_splits
    if splits is None:
        return weights.new_zeros(*ids.shape[:rank], output.width).scatter_add(-1, ids, weights)
    counts = weights.new_zeros(splits.shape[0] - 1, output.width)
    return counts.index_put((_steps(splits, ids.shape[0]), ids), weights, accumulate=True)


def _embedding(output: EmbeddingOutput, look_up: LookUp, slot: Slot[Tensor], rank: int) -> Tensor:
    """Rows of a table, combined over the values of each step."""
    ids, weights = _weighted_ids(slot, rank)
    weights = weights.unsqueeze(-1)
    if output.combiner != "sum":
        weights = _divided(weights, output.combiner, slot.step_splits)
    rows = look_up(output.table, ids, weights.squeeze(-1) != 0)
    # Added up in float32 at the least, and rounded once at the end.
    rows = _clipped(rows.to(torch.promote_types(rows.dtype, torch.float32)), output.max_norm)
    return _sum(rows * weights, slot.step_splits)


def _divided(weights: Tensor, combiner: str, step_splits: Tensor | None) -> Tensor:
    """Weights over what their step's rows are to be divided by: rows are the more numbers."""
    weights = torch.where(weights > 0, weights, 0)  # NaN is not above 0
    divisor = _sum(weights if combiner == "mean" else weights.square(), step_splits)
    divisor = torch.where(divisor > 0, divisor, 1)
    divisor = divisor if combiner == "mean" else divisor.sqrt()
    if step_splits is None:
        return weights / divisor.unsqueeze(-2)
    return weights / divisor[_steps(step_splits, weights.shape[0])]


def _rows(table: Tensor, ids: Tensor, counts: Tensor) -> Tensor:
    """Rows of a table, [*ids.shape, dimension], and zeros for ids that do not count.

    What weighs nothing is left out before anything is computed: a row may hold NaN, and 0 times NaN is NaN.
    """
    return nn.functional.embedding(ids.clamp(min=0), table).masked_fill(~counts.unsqueeze(-1), 0)


def _sparse_rows(table: Tensor, ids: Tensor, counts: Tensor) -> Tensor:
    """As `_rows`, with a gradient of no row but those that count: sparse optimizers move what they see."""
    rows = nn.functional.embedding(ids[counts], table, sparse=True)
    return rows.new_zeros(*ids.shape, rows.shape[-1]).index_put((counts,), rows)


def _clipped(rows: Tensor, max_norm: float | None) -> Tensor:
    """Rows scaled down to a norm; nothing is divided by less than 1, so that zeros have a gradient."""
    if max_norm is None:
        return rows
    norms: Tensor = torch.linalg.vector_norm(rows, dim=-1, keepdim=True)
    return rows * (norms / max_norm).clamp(min=1).reciprocal()


def _sum(numbers: Tensor, step_splits: Tensor | None) -> Tensor:
    """The sum over each step's values: axis -2, or the rows between two splits."""
    if step_splits is None:
        # Counted from the front: onnxruntime does not reduce a negative axis of a tensor without elements.
        return numbers.sum(numbers.dim() - 2)
    sums = numbers.new_zeros(step_splits.shape[0] - 1, numbers.shape[1])
    steps = _steps(step_splits, numbers.shape[0]).unsqueeze(-1)
    return sums.scatter_add(0, steps.expand(numbers.shape), numbers)


def _steps(step_splits: Tensor, values: int) -> Tensor:
    """The step of each value, int64 [values]: how many steps ended before it."""
    ends = step_splits[1:]
    ended = ends.new_zeros(values + 1).scatter_add(0, ends, torch.ones_like(ends))
    return ended.cumsum(0)[:-1]
