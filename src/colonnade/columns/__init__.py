"""Columns: frozen values that describe features; no tensors, no state, no framework."""

from typing import TypeAlias

from ._embedding import EmbeddingColumn as EmbeddingColumn
from ._embedding import Initializer as Initializer
from ._embedding import embedding_column as embedding_column
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
from ._normalizers import Log1p as Log1p
from ._normalizers import MinMax as MinMax
from ._normalizers import Standardize as Standardize
from ._numeric import NormalizerFn as NormalizerFn
from ._numeric import NumericColumn as NumericColumn
from ._numeric import SequenceNumericColumn as SequenceNumericColumn
from ._numeric import numeric_column as numeric_column
from ._numeric import sequence_numeric_column as sequence_numeric_column
from ._sequence import PlainCategoricalColumn as PlainCategoricalColumn
from ._sequence import SequenceCategoricalColumn as SequenceCategoricalColumn

CategoricalColumn: TypeAlias = IdentityCategoricalColumn | HashedCategoricalColumn | SequenceCategoricalColumn
DenseColumn: TypeAlias = EmbeddingColumn | IndicatorColumn | NumericColumn | SequenceNumericColumn
Column: TypeAlias = CategoricalColumn | DenseColumn
