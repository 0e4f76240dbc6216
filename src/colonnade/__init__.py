"""Colonnade: TensorFlow's sequence feature columns without TensorFlow."""

from . import columns, errors, initializers
from ._encoding import (
    Encoder,
    EncoderOptions,
    SequenceBatch,
    Slot,
    make_parse_example_spec,
    make_parse_sequence_example_spec,
)
from ._layers import concatenate_context_input, sequence_mask
from ._ragged import BytesArray, Ragged
from ._records import (
    Example,
    FixedLenFeature,
    FixedLenSequenceFeature,
    RaggedFeature,
    SequenceExample,
    Sparse,
    SparseFeature,
    TFRecordReader,
    TFRecordWriter,
    VarLenFeature,
    parse_example,
    parse_sequence_example,
    parse_single_example,
    parse_single_sequence_example,
)
from ._saving import from_config, load, save, to_config
from .columns import (
    Clip,
    Compose,
    Log1p,
    MinMax,
    Standardize,
    bucketized_column,
    categorical_column_with_hash_bucket,
    categorical_column_with_identity,
    categorical_column_with_vocabulary_file,
    categorical_column_with_vocabulary_list,
    crossed_column,
    embedding_column,
    indicator_column,
    numeric_column,
    sequence_categorical_column_with_hash_bucket,
    sequence_categorical_column_with_identity,
    sequence_categorical_column_with_vocabulary_file,
    sequence_categorical_column_with_vocabulary_list,
    sequence_numeric_column,
    shared_embeddings,
    weighted_categorical_column,
)

__version__ = "0.1.0"

__all__ = [
    "BytesArray",
    "Clip",
    "Compose",
    "Encoder",
    "EncoderOptions",
    "Example",
    "FixedLenFeature",
    "FixedLenSequenceFeature",
    "Log1p",
    "MinMax",
    "Ragged",
    "RaggedFeature",
    "SequenceBatch",
    "SequenceExample",
    "Slot",
    "Sparse",
    "SparseFeature",
    "Standardize",
    "TFRecordReader",
    "TFRecordWriter",
    "VarLenFeature",
    "bucketized_column",
    "categorical_column_with_hash_bucket",
    "categorical_column_with_identity",
    "categorical_column_with_vocabulary_file",
    "categorical_column_with_vocabulary_list",
    "columns",
    "concatenate_context_input",
    "crossed_column",
    "embedding_column",
    "errors",
    "from_config",
    "indicator_column",
    "initializers",
    "load",
    "make_parse_example_spec",
    "make_parse_sequence_example_spec",
    "numeric_column",
    "parse_example",
    "parse_sequence_example",
    "parse_single_example",
    "parse_single_sequence_example",
    "save",
    "sequence_categorical_column_with_hash_bucket",
    "sequence_categorical_column_with_identity",
    "sequence_categorical_column_with_vocabulary_file",
    "sequence_categorical_column_with_vocabulary_list",
    "sequence_mask",
    "sequence_numeric_column",
    "shared_embeddings",
    "to_config",
    "weighted_categorical_column",
]

# Users see and pickle classes by the names that are promised, not by the files that they lie in.
for _name in __all__:
    if isinstance(_public := globals()[_name], type):
        _public.__module__ = __name__
del _name, _public
