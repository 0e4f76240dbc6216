"""Colonnade: TensorFlow's sequence feature columns without TensorFlow."""

from . import errors as errors
from . import initializers as initializers
from ._batch import SequenceBatch as SequenceBatch
from ._batch import Slot as Slot
from ._config import from_config as from_config
from ._config import to_config as to_config
from ._encoder import Encoder as Encoder
from ._encoder import EncoderOptions as EncoderOptions
from ._example import Example as Example
from ._example import SequenceExample as SequenceExample
from ._masks import concatenate_context_input as concatenate_context_input
from ._masks import sequence_mask as sequence_mask
from ._parsing import parse_example as parse_example
from ._parsing import parse_sequence_example as parse_sequence_example
from ._parsing import parse_single_example as parse_single_example
from ._parsing import parse_single_sequence_example as parse_single_sequence_example
from ._ragged import BytesArray as BytesArray
from ._ragged import Ragged as Ragged
from ._ragged_feature import RaggedFeature as RaggedFeature
from ._record_writer import TFRecordWriter as TFRecordWriter
from ._records import TFRecordReader as TFRecordReader
from ._saving import load as load
from ._saving import save as save
from ._sparse import Sparse as Sparse
from ._sparse import SparseFeature as SparseFeature
from ._spec import FixedLenFeature as FixedLenFeature
from ._spec import FixedLenSequenceFeature as FixedLenSequenceFeature
from ._spec import VarLenFeature as VarLenFeature
from ._spec import make_parse_example_spec as make_parse_example_spec
from ._spec import make_parse_sequence_example_spec as make_parse_sequence_example_spec
from .columns import Clip as Clip
from .columns import Compose as Compose
from .columns import Log1p as Log1p
from .columns import MinMax as MinMax
from .columns import Standardize as Standardize
from .columns import bucketized_column as bucketized_column
from .columns import categorical_column_with_hash_bucket as categorical_column_with_hash_bucket
from .columns import categorical_column_with_identity as categorical_column_with_identity
from .columns import categorical_column_with_vocabulary_file as categorical_column_with_vocabulary_file
from .columns import categorical_column_with_vocabulary_list as categorical_column_with_vocabulary_list
from .columns import crossed_column as crossed_column
from .columns import embedding_column as embedding_column
from .columns import indicator_column as indicator_column
from .columns import numeric_column as numeric_column
from .columns import (
    sequence_categorical_column_with_hash_bucket as sequence_categorical_column_with_hash_bucket,
)
from .columns import sequence_categorical_column_with_identity as sequence_categorical_column_with_identity
from .columns import (
    sequence_categorical_column_with_vocabulary_file as sequence_categorical_column_with_vocabulary_file,
)
from .columns import (
    sequence_categorical_column_with_vocabulary_list as sequence_categorical_column_with_vocabulary_list,
)
from .columns import sequence_numeric_column as sequence_numeric_column
from .columns import shared_embeddings as shared_embeddings
from .columns import weighted_categorical_column as weighted_categorical_column

__version__ = "0.1.0"
