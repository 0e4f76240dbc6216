"""What the kinds of categorical columns have in common."""

from __future__ import annotations

from typing import Protocol, cast

from ..errors import ColumnTypeError, shown


class PlainCategoricalColumn(Protocol):
    """What every categorical column says of itself."""

    @property
    def name(self) -> str:
        """The name that other columns' names are built from."""

    @property
    def num_buckets(self) -> int:
        """Ids are in [0, num_buckets)."""


def checked_categorical(column: object, wrapper: str) -> PlainCategoricalColumn:
    """A categorical column; anything else cannot stand inside a `wrapper`."""
    # Structural, so that a new kind of categorical column needs no list kept here.
    if not isinstance(column, type) and all(hasattr(column, part) for part in ("name", "num_buckets")):
        return cast(PlainCategoricalColumn, column)
    raise ColumnTypeError(
        f"{wrapper} needs a categorical column, such as sequence_categorical_column_with_identity makes; "
        f"got {type(column).__name__} {shown(column)}"
    )
