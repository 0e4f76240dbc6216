"""One key's values in memory, whatever held them: flat, with the splits of rows and steps."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from .._ragged import BytesArray, Int64s, Ragged, equal_splits, splits_of_lengths, taken

Numbers: TypeAlias = npt.NDArray[Any]
Values: TypeAlias = "Numbers | BytesArray"
Bools: TypeAlias = npt.NDArray[np.bool_]
Arrays: TypeAlias = "tuple[Numbers | None, ...]"


@dataclass(eq=False, slots=True)
class Flat:
    """Values row after row: as they were read, and later in the form that a column of the plan wants.

    Attributes:
        values: Numbers or strings [values].
        row_splits: int64 [rows + 1], where the steps of each row begin and end.
        step_splits: int64 [steps + 1], where the values of each step begin and end; None for one value
            a step.
        holes: bool [values], True where a step has no value and 0 or "" stands in; of sparse tensors, and
            of what columns make of dense arrays.
        cells: The shape of the dense array whose cells these are, all of them; None where they came from
            no such array. Each column says which cells are absent.
        is_bare: Whether it was a flat list or array, in which the rows of a sequence cannot be told.
    """

    values: Values
    row_splits: Int64s
    step_splits: Int64s | None = None
    holes: Bools | None = None
    cells: tuple[int, ...] | None = None
    is_bare: bool = False

    @property
    def value_splits(self) -> Int64s:
        """Where the values of each row begin and end."""
        return self.row_splits if self.step_splits is None else self.step_splits[self.row_splits]

    def arrays(self) -> Arrays:
        """The arrays in the order of `_core.encode`."""
        if isinstance(self.values, BytesArray):
            return self.row_splits, self.step_splits, self.holes, self.values.data, self.values.offsets
        return self.row_splits, self.step_splits, self.holes, self.values

    def without_holes(self) -> Flat:
        """The same values, a step without a value as one that holds none of several."""
        if self.holes is None:
            return self
        present = ~self.holes
        return Flat(chosen(self.values, present), self.row_splits, splits_of_lengths(present))


def of_ragged(ragged: Ragged) -> Flat:
    """The rows of a Ragged; levels below the second all lie within a step."""
    inner = ragged.values
    if isinstance(inner, Ragged):
        step_splits, values = inner.row_splits, inner.values
        while isinstance(values, Ragged):
            step_splits, values = values.row_splits[step_splits], values.values
        return Flat(_one_axis(values), ragged.row_splits, step_splits)
    if isinstance(inner, np.ndarray) and inner.ndim > 1:
        per_step = math.prod(inner.shape[1:])
        return Flat(inner.ravel(), ragged.row_splits, equal_splits(len(inner), per_step))
    return Flat(inner, ragged.row_splits)


def of_cells(values: Values, shape: tuple[int, ...]) -> Flat:
    """The cells of a dense array: [batch], [batch, time] or [batch, time, ...], all within a step."""
    time = shape[1] if len(shape) > 1 else 1
    row_splits = equal_splits(shape[0], time)
    step_splits = equal_splits(shape[0] * time, math.prod(shape[2:])) if len(shape) > 2 else None
    return Flat(values, row_splits, step_splits, cells=shape)


def chosen(values: Values, kept: Bools) -> Values:
    """The values where `kept` is True."""
    if isinstance(values, BytesArray):
        return taken(values, np.flatnonzero(kept))  # type: ignore[return-value]
    return values[kept]


def _one_axis(values: Values) -> Values:
    return values if isinstance(values, BytesArray) else values.ravel()
