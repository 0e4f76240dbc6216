"""The mark that a categorical column is read step by step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ..errors import ColumnTypeError
from ._checks import checked_categorical


class PlainCategoricalColumn(Protocol):
    """What every categorical column says of itself."""

    @property
    def key(self) -> str:
        """The feature that the column reads."""

    @property
    def name(self) -> str:
        """The name that other columns' names are built from."""

    @property
    def num_buckets(self) -> int:
        """Ids are in [0, num_buckets)."""

    @property
    def dtype(self) -> str:
        """Dtype of the raw values."""


@dataclass(frozen=True)
class SequenceCategoricalColumn:
    """A categorical column whose values are the steps of a sequence."""

    categorical_column: PlainCategoricalColumn

    def __post_init__(self) -> None:
        if isinstance(checked_categorical(self.categorical_column, "a sequence"), SequenceCategoricalColumn):
            raise ColumnTypeError("already a sequence column", column=self.name)

    @property
    def key(self) -> str:
        """The feature that the column reads."""
        return self.categorical_column.key

    @property
    def name(self) -> str:
        """The name that other columns' names are built from."""
        return self.categorical_column.name

    @property
    def num_buckets(self) -> int:
        """Ids are in [0, num_buckets)."""
        return self.categorical_column.num_buckets

    @property
    def dtype(self) -> str:
        """Dtype of the raw values."""
        return self.categorical_column.dtype
