"""What the kinds of categorical columns have in common."""

from __future__ import annotations

from typing import Protocol


class PlainCategoricalColumn(Protocol):
    """What every categorical column says of itself."""

    @property
    def name(self) -> str:
        """The name that other columns' names are built from."""

    @property
    def num_buckets(self) -> int:
        """Ids are in [0, num_buckets)."""
