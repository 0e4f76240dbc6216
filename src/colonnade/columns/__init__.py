"""Columns: frozen values that describe features; no tensors, no state, no framework."""

from typing import TypeAlias

from ._bucketized import BucketizedColumn as BucketizedColumn
from ._bucketized import bucketized_column as bucketized_column
from ._categorical import PlainCategoricalColumn as PlainCategoricalColumn
from ._crossed import CrossedColumn as CrossedColumn
from ._crossed import CrossKey as CrossKey
from ._crossed import crossed_column as crossed_column
from ._embedding import EmbeddingColumn as EmbeddingColumn
from ._embedding import Initializer as Initializer
from ._embedding import embedding_column as embedding_column
from ._embedding import shared_embeddings as shared_embeddings
from ._hashed import HashedCategoricalColumn as HashedCategoricalColumn
from ._hashed import categorical_column_with_hash_bucket as categorical_column_with_hash_bucket
from ._hashed import (
    sequence_categorical_column_with_hash_bucket as sequence_categorical_column_with_hash_bucket,
)
from ._identity import IdentityCategoricalColumn as IdentityCategoricalColumn
from ._identity import categorical_column_with_identity as categorical_column_with_identity
from ._identity import sequence_categorical_column_with_identity as sequence_categorical_column_with_identity
from ._indicator import IndicatorColumn as IndicatorColumn
from ._indicator import indicator_column as indicator_column
from ._normalizers import Clip as Clip
from ._normalizers import Compose as Compose
from ._normalizers import CoreStep as CoreStep
from ._normalizers import Log1p as Log1p
from ._normalizers import MinMax as MinMax
from ._normalizers import Standardize as Standardize
from ._normalizers import core_steps as core_steps
from ._numeric import NormalizerFn as NormalizerFn
from ._numeric import NumericColumn as NumericColumn
from ._numeric import SequenceNumericColumn as SequenceNumericColumn
from ._numeric import numeric_column as numeric_column
from ._numeric import sequence_numeric_column as sequence_numeric_column
from ._sequence import SequenceCategoricalColumn as SequenceCategoricalColumn
from ._vocabulary import VocabularyFileCategoricalColumn as VocabularyFileCategoricalColumn
from ._vocabulary import VocabularyListCategoricalColumn as VocabularyListCategoricalColumn
from ._vocabulary import categorical_column_with_vocabulary_file as categorical_column_with_vocabulary_file
from ._vocabulary import categorical_column_with_vocabulary_list as categorical_column_with_vocabulary_list
from ._vocabulary import compile_vocabulary as compile_vocabulary
from ._vocabulary import (
    sequence_categorical_column_with_vocabulary_file as sequence_categorical_column_with_vocabulary_file,
)
from ._vocabulary import (
    sequence_categorical_column_with_vocabulary_list as sequence_categorical_column_with_vocabulary_list,
)
from ._weighted import WeightedCategoricalColumn as WeightedCategoricalColumn
from ._weighted import weighted_categorical_column as weighted_categorical_column

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
