"""The mark that a categorical column is read step by step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..errors import ColumnTypeError
from ._categorical import PlainCategoricalColumn, checked_categorical


@dataclass(frozen=True)
class SequenceCategoricalColumn:
    """A categorical column whose values are the steps of a sequence."""

    categorical_column: PlainCategoricalColumn

    def __post_init__(self) -> None:
        inner = checked_categorical(self.categorical_column, "a sequence")
        if isinstance(inner, SequenceCategoricalColumn):
            raise ColumnTypeError("already a sequence column", column=inner.name)

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
