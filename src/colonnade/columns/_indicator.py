"""Indicator columns: how often each id occurs."""

from __future__ import annotations

from dataclasses import dataclass

from .._checks import checked_name
from ._categorical import PlainCategoricalColumn, checked_categorical


@dataclass(frozen=True)
class IndicatorColumn:
    """A count for each of the categorical column's ids."""

    categorical_column: PlainCategoricalColumn
    name: str = ""

    def __post_init__(self) -> None:
        column = checked_categorical(self.categorical_column, "indicator_column")
        object.__setattr__(
            self, "name", checked_name(None if self.name == "" else self.name) or f"{column.name}_indicator"
        )


def indicator_column(
    categorical_column: PlainCategoricalColumn, *, name: str | None = None
) -> IndicatorColumn:
    """A multi-hot representation of a categorical column, num_buckets wide.

    An id that occurs twice in a step counts 2; ids below 0 count nothing.

    Args:
        categorical_column: The column that makes the ids.
        name: The column's name, instead of the categorical column's with "_indicator" behind it.

    Raises:
        ColumnTypeError: categorical_column is not categorical.

    Example:
        >>> import colonnade as cn
        >>> kind = cn.sequence_categorical_column_with_identity("kind", num_buckets=3)
        >>> indicator_column(kind).name
        'kind_indicator'
    """
    return IndicatorColumn(categorical_column, checked_name(name) or "")
