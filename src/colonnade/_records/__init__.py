"""Records: how their keys are read, parsing and making them, and files of them. Knows no columns."""

from .batches import Serialized, checked_batch
from .damage import SkippedRange
from .describing import DescribedKey, Description, describe
from .example import Example, SequenceExample
from .parsing import (
    parse_example,
    parse_sequence_example,
    parse_single_example,
    parse_single_sequence_example,
)
from .ragged_feature import RaggedFeature
from .reader import TFRecordReader
from .serializing import serialize_examples, serialize_sequence_examples
from .sparse import Sparse, SparseFeature, in_order
from .specs import FixedLenFeature, FixedLenSequenceFeature, VarLenFeature
from .writer import TFRecordWriter

__all__ = [
    "DescribedKey",
    "Description",
    "Example",
    "FixedLenFeature",
    "FixedLenSequenceFeature",
    "RaggedFeature",
    "SequenceExample",
    "Serialized",
    "SkippedRange",
    "Sparse",
    "SparseFeature",
    "TFRecordReader",
    "TFRecordWriter",
    "VarLenFeature",
    "checked_batch",
    "describe",
    "in_order",
    "parse_example",
    "parse_sequence_example",
    "parse_single_example",
    "parse_single_sequence_example",
    "serialize_examples",
    "serialize_sequence_examples",
]
