"""The joint between encoding and layers: a batch of ids and numbers, without weights or options."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

A = TypeVar("A")
B = TypeVar("B")


@dataclass(frozen=True, eq=False)
class Slot(Generic[A]):
    """The values of one distinct inner column.

    Attributes:
        values: ids int64, where -1 contributes nothing, or numbers float32.
            padded: ids [batch, time], numbers [batch, time, *shape].
            jagged: ids [steps], numbers [steps, *shape].
            context: ids [batch, values], numbers [batch, *shape].
        weights: float32 of the shape of values, 0 where there is none; None for unweighted ids.
        step_splits: int64 [steps + 1], jagged with several values a step only.
    """

    values: A
    weights: A | None = None
    step_splits: A | None = None

    def map(self, function: Callable[[A], B]) -> Slot[B]:
        """The same slot with `function` applied to each array."""
        return Slot(function(self.values), _apply(function, self.weights), _apply(function, self.step_splits))


@dataclass(frozen=True, eq=False)
class SequenceBatch(Generic[A]):
    """One encoded group. Every leaf is an array: no strings, no options.

    Attributes:
        slots: The group's slots by name.
        lengths: int64 [batch], steps in each row; None in a context.
        mask: bool [batch, time], True on steps; padded only.
        row_splits: int64 [batch + 1], where each row begins and ends; jagged only.
    """

    slots: dict[str, Slot[A]]
    lengths: A | None = None
    mask: A | None = None
    row_splits: A | None = None

    def map(self, function: Callable[[A], B]) -> SequenceBatch[B]:
        """The same batch with `function` applied to each array, for example `torch.from_numpy`."""
        return SequenceBatch(
            {name: slot.map(function) for name, slot in self.slots.items()},
            _apply(function, self.lengths),
            _apply(function, self.mask),
            _apply(function, self.row_splits),
        )


def _apply(function: Callable[[A], B], array: A | None) -> B | None:
    return None if array is None else function(array)
