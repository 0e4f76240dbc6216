"""The layers, slowly, one step at a time, with TensorFlow's arithmetic in float64.

What weighs nothing is left out, never multiplied by 0: it changes no number and no gradient, whatever the
table holds there and whatever stands beside it. That are ids below 0, whatever their weight; weights of 0;
and, where a combiner divides by weights, those that are negative or NaN. All else counts, infinities too.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import Any, Literal, assert_never

import numpy as np
import numpy.typing as npt

from colonnade._encoding import EmbeddingOutput, IndicatorOutput, NumbersOutput

Array = npt.NDArray[Any]
Combiner = Literal["mean", "sqrtn", "sum"]


def _clip(row: Array, max_norm: float | None) -> Array:
    """A row scaled down to a norm. One that holds NaN has none, and is NaN all over."""
    norm = float(np.sqrt((row * row).sum()))
    if max_norm is None or norm <= max_norm:
        return row
    return row * (max_norm / norm)


@np.errstate(invalid="ignore")  # infinities are welcome
def embed_step(
    table: Array, ids: Array, weights: Array, combiner: Combiner = "mean", max_norm: float | None = None
) -> Array:
    """The rows of `ids` combined, those that weigh something."""
    total = np.zeros(table.shape[1])
    weight_sum = square_sum = 0.0
    for index, weight in zip(ids, weights, strict=True):
        if index < 0 or (weight == 0 if combiner == "sum" else not weight > 0):
            continue
        total += float(weight) * _clip(table[index].astype(np.float64), max_norm)
        weight_sum += float(weight)
        square_sum += float(weight) ** 2
    if combiner == "sum" or weight_sum == 0:
        return total
    return total / (weight_sum if combiner == "mean" else np.sqrt(square_sum))


@np.errstate(invalid="ignore")
def indicate_step(ids: Array, weights: Array, num_buckets: int) -> Array:
    """The sum of the weights of each id, of any weight; ids below 0 count for nothing."""
    counts = np.zeros(num_buckets)
    for index, weight in zip(ids, weights, strict=True):
        if index >= 0:
            counts[index] += float(weight)
    return counts


def _each_step(
    function: Callable[[Array, Array], Array], ids: Array, weights: Array | None, width: int
) -> Array:
    """Applies `function` along the last axis, whose values belong to one step."""
    if weights is None:
        weights = np.ones(ids.shape)
    output = np.zeros((*ids.shape[:-1], width))
    for step in np.ndindex(*ids.shape[:-1]):
        output[step] = function(ids[step], weights[step])
    return output


def embedding(
    table: Array,
    ids: Array,
    weights: Array | None = None,
    *,
    combiner: Combiner = "mean",
    max_norm: float | None = None,
) -> Array:
    """[..., D] from ids [..., V]; add the last axis first where each step has one value."""
    return _each_step(
        lambda step, weight: embed_step(table, step, weight, combiner, max_norm), ids, weights, table.shape[1]
    )


def indicator(ids: Array, num_buckets: int, weights: Array | None = None) -> Array:
    """Counts [..., num_buckets] from ids [..., V]."""
    return _each_step(
        lambda step, weight: indicate_step(step, weight, num_buckets), ids, weights, num_buckets
    )


def flatten(values: Array, leading: int = 2) -> Array:
    """Numbers [B, T, D] from [B, T, *shape]; `leading` is 1 for numbers of a context."""
    width = int(np.prod(values.shape[leading:], dtype=np.int64))
    return values.reshape(*values.shape[:leading], width).astype(np.float64)


def layer_output(group: Any, tables: Any, batch: Any) -> Array:
    """What a layer makes of an encoded group: its columns side by side."""
    rank = 1 if batch.mask is None else 2
    return np.concatenate(
        [_part(output, tables, batch.slots[output.slot], rank) for output in group.outputs], -1
    )


def _part(output: Any, tables: Any, slot: Any, rank: int) -> Array:
    match output:
        case EmbeddingOutput(combiner=combiner, max_norm=max_norm):
            ids, weights = _by_step(slot, rank)
            return embedding(tables[output.table], ids, weights, combiner=combiner, max_norm=max_norm)
        case IndicatorOutput():
            ids, weights = _by_step(slot, rank)
            return indicator(ids, output.width, weights)
        case NumbersOutput():
            return flatten(slot.values, rank)
        case _:
            assert_never(output)


def _by_step(slot: Any, rank: int) -> tuple[Array, Array | None]:
    """Ids and weights [..., values]; jagged steps are filled up with -1, and with weights of 0."""
    if slot.step_splits is None:
        ids = slot.values if slot.values.ndim > rank else slot.values[..., None]
        return ids, None if slot.weights is None else slot.weights.reshape(ids.shape)
    steps = list(pairwise(slot.step_splits))
    ids = np.full((len(steps), max((end - start for start, end in steps), default=0)), -1)
    weights = np.zeros(ids.shape)
    for step, (start, end) in enumerate(steps):
        ids[step, : end - start] = slot.values[start:end]
        weights[step, : end - start] = 1 if slot.weights is None else slot.weights[start:end]
    return ids, weights
