"""Identity columns: the data holds the ids themselves."""

from __future__ import annotations

from dataclasses import dataclass

from .._checks import checked_int, checked_key
from ..errors import ColumnValueError
from ._sequence import SequenceCategoricalColumn


@dataclass(frozen=True)
class IdentityCategoricalColumn:
    """Values that are ids in [0, num_buckets)."""

    key: str
    num_buckets: int
    default_value: int | None = None

    def __post_init__(self) -> None:
        key = checked_key(self.key)
        size = checked_int(self.num_buckets, "num_buckets", at_least=1, key=key)
        object.__setattr__(self, "num_buckets", size)
        if self.default_value is None:
            return
        default = checked_int(self.default_value, "default_value", at_least=0, key=key)
        if default >= size:
            raise ColumnValueError(f"default_value must be in [0, {size}), got {default}", key=key)
        object.__setattr__(self, "default_value", default)

    @property
    def name(self) -> str:
        """The key."""
        return self.key

    @property
    def dtype(self) -> str:
        """Dtype of the raw values."""
        return "int64"


def categorical_column_with_identity(
    key: str, num_buckets: int, default_value: int | None = None
) -> IdentityCategoricalColumn:
    """A context column whose values are ids.

    Args:
        key: Name of the feature: int64 values, any number an example.
        num_buckets: Ids are in [0, num_buckets).
        default_value: Stands in for every id out of range; None makes such an id an error.

    Raises:
        ColumnValueError: num_buckets is less than 1, or default_value is not in [0, num_buckets).
        ColumnTypeError: key is not a str, or a number is not an int.

    Example:
        >>> categorical_column_with_identity("country", num_buckets=250)
        IdentityCategoricalColumn(key='country', num_buckets=250, default_value=None)
    """
    return IdentityCategoricalColumn(key, num_buckets, default_value)


def sequence_categorical_column_with_identity(
    key: str, num_buckets: int, default_value: int | None = None
) -> SequenceCategoricalColumn:
    """A sequence column whose values are ids.

    Wrap it in `embedding_column` or `indicator_column` for a dense representation.

    Args:
        key: Name of the feature: int64 values, one a step.
        num_buckets: Ids are in [0, num_buckets).
        default_value: Stands in for every id out of range; None makes such an id an error.

    Raises:
        ColumnValueError: num_buckets is less than 1, or default_value is not in [0, num_buckets).
        ColumnTypeError: key is not a str, or a number is not an int.

    Example:
        >>> watches = sequence_categorical_column_with_identity("watches", num_buckets=1000)
        >>> watches.name, watches.num_buckets
        ('watches', 1000)
    """
    return SequenceCategoricalColumn(IdentityCategoricalColumn(key, num_buckets, default_value))
