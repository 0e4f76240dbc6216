"""Padded batches as one flat dict of arrays by name, for models that take no nested input."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, TypeAlias, assert_never

import numpy as np

from .._encoding import (
    THE_GROUP,
    EmbeddingOutput,
    GroupPlan,
    IndicatorOutput,
    NumbersOutput,
    Output,
    Plan,
    SequenceBatch,
    Slot,
    weight_key,
)
from ..errors import GroupError
from .int32 import int32_array
from .tables import escape

Spec: TypeAlias = tuple[tuple[int | None, ...], str]
"""An array's shape without the batch, None where it varies, and its dtype."""


def array_name(group: str, *parts: str) -> str:
    """The name of a group's array; a name of a group stands before it, with a dot."""
    return ".".join(escape(part) for part in ((group, *parts) if group else parts))


def array_specs(plan: Plan) -> dict[str, Spec]:
    """What `to_arrays` gives for the batches of a plan, by name."""
    found: dict[str, Spec] = {}
    for group in plan.groups.values():
        steps = (None,) if group.is_sequence else ()
        outputs = {output.slot: output for output in group.outputs}
        for slot in group.slots:
            width, dtype = _step_spec(outputs[slot.name])
            found[array_name(group.name, slot.name, "values")] = (*steps, width), dtype
            if weight_key(slot.column) is not None:
                found[array_name(group.name, slot.name, "weights")] = (*steps, width), "float32"
        if group.is_sequence:
            found[array_name(group.name, "lengths")] = (), "int32"
            found[array_name(group.name, "mask")] = steps, "bool"
    return found


def _step_spec(output: Output) -> tuple[int | None, str]:
    """How many values of one step an output is made from, None where it varies, and their dtype."""
    match output:
        case EmbeddingOutput() | IndicatorOutput():
            return None, "int32"
        case NumbersOutput():
            return output.width, "float32"
        case _:
            assert_never(output)


def to_arrays(batch_or_batches: SequenceBatch[Any] | Mapping[str, SequenceBatch[Any]]) -> dict[str, Any]:
    """Lay padded batches out as a model takes them: one flat dict of arrays, under the names of `inputs()`.

    Returns:
        Ids int32 [batch, time, values], numbers float32 [batch, time, width] and weights float32 by the
        name of their slot; "lengths" int32 [batch] and "mask" bool [batch, time]. Names of groups stand
        before, with a dot.

    Raises:
        GroupError: a jagged batch.
        LimitError: an integer that int32 cannot hold.
    """
    if isinstance(batch_or_batches, SequenceBatch):
        batch_or_batches = {THE_GROUP: batch_or_batches}
    arrays: dict[str, Any] = {}
    for group, batch in batch_or_batches.items():
        if batch.row_splits is not None:
            raise GroupError('a jagged batch, where padded ones are wanted; leave layout="jagged" out')
        rank = 1 if batch.mask is None else 2
        for name, slot in batch.slots.items():
            arrays[array_name(group, name, "values")] = _flat(slot.values, rank)
            if slot.weights is not None:
                arrays[array_name(group, name, "weights")] = _flat(slot.weights, rank)
        if batch.mask is not None:
            arrays[array_name(group, "lengths")] = int32_array(np.asarray(batch.lengths))
            arrays[array_name(group, "mask")] = np.asarray(batch.mask)
    return arrays


def batch_of(group: GroupPlan, arrays: Mapping[str, Any]) -> SequenceBatch[Any]:
    """A group's batch of what stands under its names: arrays, tensors or symbols."""

    def leaf(*parts: str) -> Any:
        return arrays.get(array_name(group.name, *parts))

    slots = {slot.name: Slot(leaf(slot.name, "values"), leaf(slot.name, "weights")) for slot in group.slots}
    return SequenceBatch(slots, leaf("lengths"), leaf("mask"))


def _flat(values: Any, rank: int) -> Any:
    """The values of each step along one axis, the last."""
    array = int32_array(np.asarray(values))
    return array.reshape(*array.shape[:rank], math.prod(array.shape[rank:]))
