"""Bucketized columns: numbers become the ids of the ranges that they lie in."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from .._checks import checked_name, checked_real
from ..errors import ColumnTypeError, ColumnValueError, shown
from ._numeric import NumericColumn, SequenceNumericColumn
from ._sequence import SequenceCategoricalColumn


@dataclass(frozen=True)
class BucketizedColumn:
    """Numbers by range: bucket i is [boundaries[i - 1], boundaries[i]).

    It is categorical, and can also stand by itself as its own indicator.
    """

    source_column: NumericColumn | SequenceNumericColumn
    boundaries: tuple[float, ...]
    name: str = ""

    def __post_init__(self) -> None:
        source = self.source_column
        if not isinstance(source, NumericColumn | SequenceNumericColumn):
            raise ColumnTypeError(
                "bucketized_column needs a numeric_column or a sequence_numeric_column, "
                f"got {type(source).__name__}"
            )
        name = checked_name(self.name or None) or f"{source.name}_bucketized"
        object.__setattr__(self, "name", name)
        if not isinstance(self.boundaries, list | tuple | np.ndarray) or not len(self.boundaries):
            raise ColumnTypeError(
                f"boundaries must be a list of numbers, got {shown(self.boundaries)}", column=name
            )
        boundaries = tuple(
            float(checked_real(value, "a boundary", key=source.key)) for value in self.boundaries
        )
        rising = all(low < high for low, high in pairwise(boundaries))
        if not rising or not all(map(math.isfinite, boundaries)):
            raise ColumnValueError(f"boundaries must be finite and rise, got {boundaries}", column=name)
        object.__setattr__(self, "boundaries", boundaries)

    @property
    def key(self) -> str:
        """The feature that the column reads."""
        return self.source_column.key

    @property
    def num_buckets(self) -> int:
        """Buckets of one number times the numbers in the source's shape, each with ids of its own."""
        return (len(self.boundaries) + 1) * math.prod(self.source_column.shape)


def bucketized_column(
    source_column: NumericColumn | SequenceNumericColumn,
    boundaries: Sequence[float],
    *,
    name: str | None = None,
) -> BucketizedColumn | SequenceCategoricalColumn:
    """Numbers as categories, by ranges.

    A number's bucket is how many boundaries are not above it, so a boundary belongs to the range above;
    NaN lies in the last range. Numbers are compared as float32, after normalization.

    Args:
        source_column: A `numeric_column`, or a `sequence_numeric_column` for one or more ids a step.
        boundaries: Finite numbers that rise.
        name: The column's name, instead of the source's with "_bucketized" behind it.

    Returns:
        A categorical column that can also stand by itself in `DenseFeatures`, as one-hot values; for a
        sequence, a sequence categorical column.

    Raises:
        ColumnTypeError: another source, or boundaries that are no numbers.
        ColumnValueError: boundaries that do not rise.

    Example:
        >>> import colonnade as cn
        >>> age = cn.numeric_column("age")
        >>> bucketized_column(age, boundaries=[18, 65]).num_buckets
        3
    """
    column = BucketizedColumn(source_column, boundaries, checked_name(name) or "")  # type: ignore[arg-type]
    return SequenceCategoricalColumn(column) if isinstance(source_column, SequenceNumericColumn) else column
