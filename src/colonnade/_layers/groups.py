"""What a layer is given: batches of its groups, or features that become such."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._encoding import THE_GROUP, Encoder, GroupPlan, Plan, SequenceBatch
from ..errors import GroupError


def the_batch(encoder: Encoder, features_or_batch: Any) -> SequenceBatch[Any]:
    """The only group's batch, encoded now if it is not yet."""
    if isinstance(features_or_batch, SequenceBatch):
        return _checked(encoder.plan.groups[THE_GROUP], features_or_batch)
    encoded = encoder.encode(features_or_batch)
    assert isinstance(encoded, SequenceBatch)
    return encoded


def batches_by_group(encoder: Encoder, features_or_batches: Any) -> dict[str, SequenceBatch[Any]]:
    """Every group's batch by name, encoded now if they are not yet."""
    if isinstance(features_or_batches, SequenceBatch):
        if encoder.plan.is_grouped:
            raise GroupError(f"one batch for the groups {list(encoder.plan.groups)}; give {{group: batch}}")
        return {THE_GROUP: the_batch(encoder, features_or_batches)}
    given = _given_batches(features_or_batches, encoder.plan)
    encoded = encoder.encode(features_or_batches) if given is None else given
    return {THE_GROUP: encoded} if isinstance(encoded, SequenceBatch) else encoded


def outputs_by_group(plan: Plan, embedded: Mapping[str, tuple[Any, Any]]) -> dict[str, Any]:
    """What `Features` gives: (steps, lengths) of a sequence group, the values alone of a context group."""
    return {
        name: (values, lengths) if plan.groups[name].is_sequence else values
        for name, (values, lengths) in embedded.items()
    }


def _given_batches(features_or_batches: Any, plan: Plan) -> dict[str, SequenceBatch[Any]] | None:
    """The batches of all groups, or None where these are features."""
    if not isinstance(features_or_batches, Mapping):
        return None
    found = {name: value for name, value in features_or_batches.items() if isinstance(value, SequenceBatch)}
    if not found:
        return None
    missing = [name for name in plan.groups if name not in found]
    if missing:
        raise GroupError(f"no batch for the groups {missing}; got {list(found)}")
    return {name: _checked(group, found[name]) for name, group in plan.groups.items()}


def _checked(group: GroupPlan, batch: SequenceBatch[Any]) -> SequenceBatch[Any]:
    """Return a batch that was encoded for this group's columns.

    Raises:
        GroupError: it lacks a slot, or is a context where steps are wanted, or the other way round.
    """
    missing = [slot.name for slot in group.slots if slot.name not in batch.slots]
    if missing:
        raise GroupError(
            f"the batch has no slot {', '.join(map(repr, missing))}, only {list(batch.slots)}; "
            "encode it with the columns of the layer"
        )
    if (batch.lengths is not None) != group.is_sequence:
        wanted, got = ("sequences", "a context") if group.is_sequence else ("a context", "sequences")
        raise GroupError(
            f"the batch holds {got}, the layer's columns describe {wanted}; "
            "encode it with the columns of the layer"
        )
    return batch
