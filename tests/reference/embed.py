"""The layers, slowly, one step at a time, with TensorFlow's arithmetic in float64."""

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Combiner = Literal["mean", "sqrtn", "sum"]


def _clip(row: Array, max_norm: float | None) -> Array:
    if max_norm is None:
        return row
    return row * max_norm / max(float(np.sqrt((row * row).sum())), max_norm)


def embed_step(
    table: Array, ids: Array, weights: Array, combiner: Combiner = "mean", max_norm: float | None = None
) -> Array:
    """The rows of `ids` combined. Negative ids and, unless summed, weights that are not positive drop out."""
    total = np.zeros(table.shape[1])
    weight_sum = square_sum = 0.0
    for index, weight in zip(ids, weights, strict=True):
        if index < 0 or (combiner != "sum" and not weight > 0):
            continue
        total += float(weight) * _clip(table[index].astype(np.float64), max_norm)
        weight_sum += float(weight)
        square_sum += float(weight) ** 2
    if combiner == "sum" or weight_sum == 0:
        return total
    return total / (weight_sum if combiner == "mean" else np.sqrt(square_sum))


def indicate_step(ids: Array, weights: Array, num_buckets: int) -> Array:
    """The sum of the weights of each id; ids outside [0, num_buckets) count for nothing."""
    counts = np.zeros(num_buckets)
    for index, weight in zip(ids, weights, strict=True):
        if 0 <= index < num_buckets:
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
