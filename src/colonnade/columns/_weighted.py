"""Weighted columns: every id with a weight of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .._checks import checked_key
from .._dtypes import FLOATS, INTEGERS, DtypeLike, dtype_name
from ..errors import ColumnTypeError, ColumnValueError
from ._categorical import PlainCategoricalColumn, checked_categorical
from ._sequence import SequenceCategoricalColumn


@dataclass(frozen=True)
class WeightedCategoricalColumn:
    """Ids of a categorical column, and weights of the same structure from another key."""

    categorical_column: PlainCategoricalColumn
    weight_feature_key: str
    dtype: str = "float32"

    def __post_init__(self) -> None:
        column = checked_categorical(self.categorical_column, "weighted_categorical_column")
        if isinstance(column, WeightedCategoricalColumn | SequenceCategoricalColumn):
            raise ColumnTypeError(
                "the categorical column is weighted already, or a sequence", column=column.name
            )
        key = checked_key(self.weight_feature_key)
        if key in _keys(column):
            raise ColumnValueError("the key of the weights is a key of the ids", key=key)
        dtype = dtype_name(self.dtype, key=key)
        if dtype not in INTEGERS | FLOATS:
            raise ColumnValueError(f"dtype must be convertible to float32, got {dtype!r}", key=key)
        object.__setattr__(self, "dtype", dtype)

    @property
    def name(self) -> str:
        """The names of the ids and the weights."""
        return f"{self.categorical_column.name}_weighted_by_{self.weight_feature_key}"

    @property
    def num_buckets(self) -> int:
        """Ids are in [0, num_buckets)."""
        return self.categorical_column.num_buckets


def _keys(column: Any) -> set[str]:
    """The keys that ids are made from."""
    inner = getattr(column, "keys", (column,))
    return {key if isinstance(key, str) else key.key for key in inner}


def weighted_categorical_column(
    categorical_column: PlainCategoricalColumn, weight_feature_key: str, dtype: DtypeLike = "float32"
) -> WeightedCategoricalColumn | SequenceCategoricalColumn:
    """Give each id a weight.

    Weights belong to ids by their place: the same rows, steps and values a step. In dense arrays, the
    weight of an absent id is dropped with it. Combiners take them as TensorFlow's do: "mean" and "sqrtn"
    drop weights that are not above 0, "sum" does not.

    Args:
        categorical_column: The column that makes the ids, of a context or a sequence.
        weight_feature_key: Name of the feature with the weights.
        dtype: Dtype of the weights, an integer or a floating one; layers get float32.

    Raises:
        ColumnTypeError: no categorical column, or one that has weights already.
        ColumnValueError: dtype is not convertible to float32, or weight_feature_key is a key of the ids.

    Example:
        >>> import colonnade as cn
        >>> items = cn.sequence_categorical_column_with_identity("items", num_buckets=10)
        >>> weighted_categorical_column(items, "ratings").name
        'items_weighted_by_ratings'
    """
    if isinstance(categorical_column, SequenceCategoricalColumn):
        inner = WeightedCategoricalColumn(categorical_column.categorical_column, weight_feature_key, dtype)
        return SequenceCategoricalColumn(inner)
    return WeightedCategoricalColumn(categorical_column, weight_feature_key, dtype)
