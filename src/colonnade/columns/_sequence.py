"""The mark that a categorical column is read step by step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from ..errors import ColumnTypeError


class PlainCategoricalColumn(Protocol):
    """What every categorical column says of itself."""

    @property
    def name(self) -> str:
        """The name that other columns' names are built from."""

    @property
    def num_buckets(self) -> int:
        """Ids are in [0, num_buckets)."""


@dataclass(frozen=True)
class SequenceCategoricalColumn:
    """A categorical column whose values are the steps of a sequence."""

    categorical_column: PlainCategoricalColumn

    def __post_init__(self) -> None:
        inner = self.categorical_column
        if isinstance(inner, SequenceCategoricalColumn) or not hasattr(inner, "num_buckets"):
            raise ColumnTypeError(
                f"a plain categorical column is wanted, got {type(inner).__name__} {inner!r}"
            )

    @property
    def name(self) -> str:
        """The name that other columns' names are built from."""
        return self.categorical_column.name

    @property
    def num_buckets(self) -> int:
        """Ids are in [0, num_buckets)."""
        return self.categorical_column.num_buckets

    def __getattr__(self, name: str) -> Any:
        # `key`, `dtype` and what else the column inside carries.
        if name.startswith("__") or name == "categorical_column":
            raise AttributeError(name)
        return getattr(self.categorical_column, name)
