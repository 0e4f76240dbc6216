"""Columns: frozen values that describe features; no tensors, no state, no framework."""

from typing import TypeAlias

from ._bucketized import BucketizedColumn, bucketized_column
from ._categorical import PlainCategoricalColumn as PlainCategoricalColumn
from ._crossed import CrossedColumn, crossed_column
from ._crossed import CrossKey as CrossKey
from ._embedding import EmbeddingColumn, Initializer, embedding_column, shared_embeddings
from ._hashed import (
    HashedCategoricalColumn,
    categorical_column_with_hash_bucket,
    sequence_categorical_column_with_hash_bucket,
)
from ._identity import (
    IdentityCategoricalColumn,
    categorical_column_with_identity,
    sequence_categorical_column_with_identity,
)
from ._indicator import IndicatorColumn, indicator_column
from ._normalizers import Clip, Compose, Log1p, MinMax, Standardize
from ._normalizers import CoreStep as CoreStep
from ._normalizers import core_steps as core_steps
from ._numeric import (
    NormalizerFn,
    NumericColumn,
    SequenceNumericColumn,
    numeric_column,
    sequence_numeric_column,
)
from ._sequence import SequenceCategoricalColumn
from ._vocabulary_file import (
    VocabularyFileCategoricalColumn,
    categorical_column_with_vocabulary_file,
    sequence_categorical_column_with_vocabulary_file,
)
from ._vocabulary_file import compile_vocabulary_file as compile_vocabulary_file
from ._vocabulary_list import (
    VocabularyListCategoricalColumn,
    categorical_column_with_vocabulary_list,
    sequence_categorical_column_with_vocabulary_list,
)
from ._vocabulary_list import compile_vocabulary_list as compile_vocabulary_list
from ._weighted import WeightedCategoricalColumn, weighted_categorical_column

VocabularyColumn: TypeAlias = VocabularyListCategoricalColumn | VocabularyFileCategoricalColumn
KeyColumn: TypeAlias = (
    IdentityCategoricalColumn | HashedCategoricalColumn | VocabularyColumn | BucketizedColumn
)
"""Categorical columns that read one key."""
CategoricalColumn: TypeAlias = (
    KeyColumn | CrossedColumn | WeightedCategoricalColumn | SequenceCategoricalColumn
)
NumberColumn: TypeAlias = NumericColumn | SequenceNumericColumn
DenseColumn: TypeAlias = EmbeddingColumn | IndicatorColumn | BucketizedColumn | NumberColumn
Column: TypeAlias = CategoricalColumn | DenseColumn

__all__ = [
    "BucketizedColumn",
    "CategoricalColumn",
    "Clip",
    "Column",
    "Compose",
    "CrossedColumn",
    "DenseColumn",
    "EmbeddingColumn",
    "HashedCategoricalColumn",
    "IdentityCategoricalColumn",
    "IndicatorColumn",
    "Initializer",
    "KeyColumn",
    "Log1p",
    "MinMax",
    "NormalizerFn",
    "NumberColumn",
    "NumericColumn",
    "SequenceCategoricalColumn",
    "SequenceNumericColumn",
    "Standardize",
    "VocabularyColumn",
    "VocabularyFileCategoricalColumn",
    "VocabularyListCategoricalColumn",
    "WeightedCategoricalColumn",
    "bucketized_column",
    "categorical_column_with_hash_bucket",
    "categorical_column_with_identity",
    "categorical_column_with_vocabulary_file",
    "categorical_column_with_vocabulary_list",
    "crossed_column",
    "embedding_column",
    "indicator_column",
    "numeric_column",
    "sequence_categorical_column_with_hash_bucket",
    "sequence_categorical_column_with_identity",
    "sequence_categorical_column_with_vocabulary_file",
    "sequence_categorical_column_with_vocabulary_list",
    "sequence_numeric_column",
    "shared_embeddings",
    "weighted_categorical_column",
]

# Users see and pickle classes by the names that are promised, not by the files that they lie in.
for _name in __all__:
    if isinstance(_public := globals()[_name], type):
        _public.__module__ = __name__
del _name, _public
