"""Crossed columns: ids of combinations of several features."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from .._checks import checked_int, checked_key, checked_name
from ..errors import ColumnTypeError, ColumnValueError, shown
from ._bucketized import BucketizedColumn
from ._identity import IdentityCategoricalColumn
from ._sequence import SequenceCategoricalColumn
from ._vocabulary_file import VocabularyFileCategoricalColumn
from ._vocabulary_list import VocabularyListCategoricalColumn

CrossKey: TypeAlias = (
    str
    | IdentityCategoricalColumn
    | VocabularyListCategoricalColumn
    | VocabularyFileCategoricalColumn
    | BucketizedColumn
)

DEFAULT_HASH_KEY: Final = 0xDECAFCAFFE
MOST_KEYS: Final = 64
"""Keys of one cross; their combinations multiply, and the core descends a level for each."""


@dataclass(frozen=True)
class CrossedColumn:
    """Combinations of one value of every key, hashed into buckets."""

    keys: tuple[CrossKey, ...]
    hash_bucket_size: int
    hash_key: int = DEFAULT_HASH_KEY
    name: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.keys, list | tuple):
            raise ColumnTypeError(f"keys must be a list of keys and columns, got {type(self.keys).__name__}")
        if not 2 <= len(self.keys) <= MOST_KEYS:
            raise ColumnValueError(f"a cross takes 2 to {MOST_KEYS} keys, got {len(self.keys)}")
        keys = tuple(_checked_cross_key(key) for key in self.keys)
        object.__setattr__(self, "keys", keys)
        names = sorted(key if isinstance(key, str) else key.name for key in keys)
        object.__setattr__(self, "name", checked_name(self.name or None) or "_X_".join(names))
        size = checked_int(self.hash_bucket_size, "hash_bucket_size", at_least=2)
        object.__setattr__(self, "hash_bucket_size", size)
        # TensorFlow takes 0 for no key too, so the ids are its ids.
        object.__setattr__(self, "hash_key", _checked_hash_key(self.hash_key, self.name) or DEFAULT_HASH_KEY)

    @property
    def num_buckets(self) -> int:
        """The hash_bucket_size."""
        return self.hash_bucket_size


def crossed_column(
    keys: Sequence[CrossKey | CrossedColumn | SequenceCategoricalColumn],
    hash_bucket_size: int,
    hash_key: int | None = None,
    *,
    name: str | None = None,
) -> CrossedColumn | SequenceCategoricalColumn:
    """Combinations of several features, hashed into buckets.

    The id is TensorFlow's: a fold of FingerprintCat64 over the keys in the given order, from hash_key
    on, modulo hash_bucket_size; text counts as its Fingerprint64, ids and integers as they are.

    In a context, all combinations of an example's values are ids, the last key's varying fastest. In a
    sequence, the combinations within each step are; all keys must have the same steps. If any key is a
    sequence column, the cross is a sequence and its string keys are read step by step too.

    Args:
        keys: Two to 64 of: names of string features; identity, vocabulary and bucketized columns;
            their sequence forms; other crosses, which add their keys. Hashed columns would be hashed
            twice: give their key instead.
        hash_bucket_size: Number of buckets, more than 1.
        hash_key: Where the fold begins; None or 0 is TensorFlow's.
        name: The column's name, instead of the keys' sorted names joined by "_X_".

    Raises:
        ColumnTypeError: a key that cannot be crossed.
        ColumnValueError: fewer than two keys or more than 64, too few buckets, or a hash_key beyond 64 bits.

    Example:
        >>> crossed_column(["country", "device"], hash_bucket_size=1000).name
        'country_X_device'
    """
    if isinstance(keys, str) or not isinstance(keys, Sequence):
        raise ColumnTypeError(f"keys must be a list of keys and columns, got {type(keys).__name__}")
    is_sequence = any(isinstance(key, SequenceCategoricalColumn) for key in keys)
    leaves = [leaf for key in keys for leaf in _leaves(key)]
    column = CrossedColumn(tuple(leaves), hash_bucket_size, hash_key, checked_name(name) or "")  # type: ignore[arg-type]
    return SequenceCategoricalColumn(column) if is_sequence else column


def _checked_hash_key(hash_key: Any, column: str) -> int:
    if hash_key is None:
        return DEFAULT_HASH_KEY
    try:
        number = operator.index(hash_key)
    except TypeError:
        number = None
    if number is None or isinstance(hash_key, bool):
        raise ColumnTypeError(f"hash_key must be an int or None, got {shown(hash_key)}", column=column)
    if not 0 <= number < 2**64:
        raise ColumnValueError(f"hash_key must be in [0, 2**64), got {shown(number)}", column=column)
    return number


def _leaves(key: object) -> list[object]:
    if isinstance(key, SequenceCategoricalColumn):
        key = key.categorical_column
    if isinstance(key, CrossedColumn):
        return list(key.keys)
    return [key]


def _checked_cross_key(key: object) -> CrossKey:
    if isinstance(key, str):
        return checked_key(key)
    if isinstance(
        key,
        IdentityCategoricalColumn
        | VocabularyListCategoricalColumn
        | VocabularyFileCategoricalColumn
        | BucketizedColumn,
    ):
        return key
    raise ColumnTypeError(
        "a key of a cross must be a feature's name, or an identity, vocabulary or bucketized column; "
        f"got {type(key).__name__}; for a hashed column give its key"
    )
