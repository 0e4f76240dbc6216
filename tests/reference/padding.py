"""What pads a row of a sequence, left out at either end: one step at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def ids_without_padding(row: Sequence[Any], padding: Any) -> list[list[Any]]:
    """The steps of a row, each a list of its ids; a step without one inside of the row is an empty list.

    Args:
        row: Ids, or lists of ids of each step.
        padding: The id that is none.
    """
    steps = [step if isinstance(step, list) else [step] for step in row]
    real = stripped(steps, lambda step: not step or any(value != padding for value in step))
    return [[value for value in step if value != padding] for step in real]


def numbers_without_padding(row: Sequence[float], padding: float, size: int = 1) -> list[list[float]]:
    """The steps of a row, each of `size` numbers; one is padding where all of them are."""
    steps = [list(row[at : at + size]) for at in range(0, len(row), size)]
    return stripped(steps, lambda step: any(number != padding for number in step))


def stripped(steps: list[Any], is_real: Any) -> list[Any]:
    """The steps from the first real one to the last."""
    while steps and not is_real(steps[0]):
        steps = steps[1:]
    while steps and not is_real(steps[-1]):
        steps = steps[:-1]
    return steps
