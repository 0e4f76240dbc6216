"""Hash bucket columns: the id of a value is its hash modulo the number of buckets."""

from __future__ import annotations

from dataclasses import dataclass

from .._checks import checked_int, checked_key
from .._dtypes import INTEGERS, DtypeLike, dtype_name
from ..errors import ColumnValueError
from ._sequence import SequenceCategoricalColumn


@dataclass(frozen=True)
class HashedCategoricalColumn:
    """Values whose ids are Fingerprint64(value) modulo hash_bucket_size."""

    key: str
    hash_bucket_size: int
    dtype: str = "string"

    def __post_init__(self) -> None:
        key = checked_key(self.key)
        size = checked_int(self.hash_bucket_size, "hash_bucket_size", at_least=2, key=key)
        object.__setattr__(self, "hash_bucket_size", size)
        dtype = dtype_name(self.dtype, key=key)
        if dtype != "string" and dtype not in INTEGERS:
            raise ColumnValueError(f"dtype must be string or an integer, got {dtype!r}", key=key)
        object.__setattr__(self, "dtype", dtype)

    @property
    def name(self) -> str:
        """The key."""
        return self.key

    @property
    def num_buckets(self) -> int:
        """The hash_bucket_size."""
        return self.hash_bucket_size


def categorical_column_with_hash_bucket(
    key: str, hash_bucket_size: int, dtype: DtypeLike = "string"
) -> HashedCategoricalColumn:
    """A context column whose ids are set by hashing.

    The arguments, the hash and the errors are those of `sequence_categorical_column_with_hash_bucket`.

    Example:
        >>> categorical_column_with_hash_bucket("user", hash_bucket_size=10_000).num_buckets
        10000
    """
    return HashedCategoricalColumn(key, hash_bucket_size, dtype)


def sequence_categorical_column_with_hash_bucket(
    key: str, hash_bucket_size: int, dtype: DtypeLike = "string"
) -> SequenceCategoricalColumn:
    """A sequence of categorical terms whose ids are set by hashing.

    The hash is FarmHash Fingerprint64 (Geoff Pike, 2014), unsigned, modulo hash_bucket_size, of the
    value's bytes; integers are hashed as their decimal text. TensorFlow computes the same ids.

    Args:
        key: Name of the feature: string or int64 values, one a step.
        hash_bucket_size: Number of buckets, more than 1.
        dtype: Dtype of the values, string or an integer.

    Raises:
        ColumnValueError: hash_bucket_size is not more than 1, or dtype is neither string nor integer.
        ColumnTypeError: key is not a str, or hash_bucket_size is not an int.

    Example:
        >>> tokens = sequence_categorical_column_with_hash_bucket("tokens", hash_bucket_size=1000)
        >>> tokens.dtype
        'string'
    """
    return SequenceCategoricalColumn(HashedCategoricalColumn(key, hash_bucket_size, dtype))
