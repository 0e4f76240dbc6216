"""The joint between encoding and layers: a batch of ids and numbers, without weights or options."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from ..errors import FeatureTypeError

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

    def to(self, device: Any, *, non_blocking: bool = False) -> SequenceBatch[A]:
        """The batch on another device, for a batch of PyTorch tensors.

        Args:
            device: A `torch.device` or its name. Dtypes stay: an id is no float.
            non_blocking: Do not wait for copies from pinned memory.

        Raises:
            FeatureTypeError: the batch holds no tensors.
        """
        return self.map(lambda leaf: _tensor(leaf).to(device=device, non_blocking=non_blocking))

    def pin_memory(self) -> SequenceBatch[A]:
        """The batch in page-locked memory, for PyTorch tensors; `DataLoader(pin_memory=True)` calls this.

        Raises:
            FeatureTypeError: the batch holds no tensors.
            RuntimeError: as torch does where there is no accelerator.
        """
        return self.map(lambda leaf: _tensor(leaf).pin_memory())


def _tensor(leaf: Any) -> Any:
    if not hasattr(leaf, "pin_memory"):
        raise FeatureTypeError(
            f"only a batch of PyTorch tensors moves, this one holds {type(leaf).__name__}; "
            "colonnade.torch.to_tensors makes tensors of it"
        )
    return leaf


def _apply(function: Callable[[A], B], array: A | None) -> B | None:
    return None if array is None else function(array)
