"""What is timed: a contender turns batches of records into arrays, and every contender into the same ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

Outputs = dict[str, Any]
"""Arrays by name, as the contender makes them: NumPy's, a BytesArray, or a tensor of strings."""

METRICS = {
    "parse": "to values and row splits",
    "padded": "to padded ids, lengths",
    "full": "to (batch, time, width)",
    "one": "one record to (1, time, width)",
    "file": "file to padded",
}
OURS = "colonnade"


@dataclass(frozen=True)
class Contender:
    """One way to do one job.

    `stream(start, count)` gives the outputs of `count` batches from the `start`-th on. A file is opened,
    read from its beginning and closed within one stream, so nothing runs ahead while others are timed;
    `count` is then how many of its batches a sample takes. None lets the timing choose.
    """

    name: str
    metric: str
    stream: Callable[[int, int], Iterator[Outputs]]
    count: int | None = None


def from_memory(
    name: str, metric: str, batches: list[list[bytes]], run: Callable[[list[bytes]], Outputs]
) -> Contender:
    """A contender that takes lists of bytes, different ones in rotation."""

    def stream(start: int, count: int) -> Iterator[Outputs]:
        for index in range(start, start + count):
            yield run(batches[index % len(batches)])

    return Contender(name, metric, stream)


def touch(outputs: Outputs) -> None:
    """Read the end of every array, so that nobody can put the work off."""
    for array in outputs.values():
        if isinstance(array, np.ndarray) and array.size:
            array.item(array.size - 1)


class DifferentOutputsError(Exception):
    """Two contenders do not compute the same."""


def check_equal(expected: Outputs, got: Outputs, who: str) -> None:
    """Ids, strings and lengths exactly, floats within rtol 1e-5 and atol 1e-6.

    Raises:
        DifferentOutputsError: they differ; says where.
    """
    if expected.keys() != got.keys():
        raise DifferentOutputsError(f"{who}: outputs {sorted(got)}, expected {sorted(expected)}")
    for name in expected:
        left, right = _plain(expected[name]), _plain(got[name])
        if left.shape != right.shape:
            raise DifferentOutputsError(f"{who}: {name} has shape {right.shape}, expected {left.shape}")
        same = np.isclose(left, right, 1e-5, 1e-6) if left.dtype.kind == "f" else left == right
        if not np.all(same):
            place = tuple(int(axis) for axis in np.argwhere(~np.asarray(same))[0])
            raise DifferentOutputsError(f"{who}: {name}{place} is {right[place]}, expected {left[place]}")


def _plain(array: Any) -> np.ndarray[Any, Any]:
    if isinstance(array, np.ndarray):
        return array
    if hasattr(array, "to_list"):
        return np.array(array.to_list(), object)
    return np.asarray(array.numpy())
