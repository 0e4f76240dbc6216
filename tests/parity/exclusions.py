"""Where Colonnade departs from TensorFlow on purpose: the name of each departure and its reason in a line.

docs/differences.md tells each at length. Every departure but those in UNCASED has a case that pins it.
"""

from __future__ import annotations

from typing import Final

EXCLUSIONS: Final[dict[str, str]] = {
    "identity-out-of-range": "without a default, the documents promise an error; 2.21 passes the id on",
    "unsigned-absent": "255 in uint8 is a value; TensorFlow takes it for -1 and drops it",
    "hash-bucket-size-one": "the documents say greater than 1; TensorFlow accepts 1",
    "trailing-empty-steps": "an empty step at the end of a row is a step; TensorFlow's length forgets it",
    "padded-width": "the width is the longest row; TensorFlow keeps the width of the array that came in",
    "numeric-partial-step": "a short row with a part of a step is an error; TensorFlow fills the step up",
    "numeric-dense": "a dense array of numbers is an ordinary input; TensorFlow refuses it",
    "numeric-empty-batch": "no rows give no steps; TensorFlow invents one, and then cannot concatenate",
    "numeric-integers": "integer columns become float32 for the layer; TensorFlow cannot concatenate them",
    "narrow-dtypes": "int32, float64 and so on read int64 and float lists; TensorFlow's parser refuses them",
    "arguments": "constructors refuse what cannot work; TensorFlow fails late, or computes something else",
    "wire-protobuf": "records mean what protobuf says; TensorFlow's fast parser drops or refuses some",
    "wire-truncation": "a record cut short is an error; TensorFlow reads some cuts as empty records",
    "mask-wide-lengths": "lengths stay int64; TensorFlow wraps those beyond int32",
    "records-cut-header": "a file cut inside a record's header is an error; TensorFlow calls it the end",
    "normalizer-input": "a normalizer gets the steps as an array; TensorFlow gives it a SparseTensor",
    "named-apart": "two embeddings of one key coexist when named apart; TensorFlow has no name argument",
    "empty-takes-default": "a present but empty feature takes the default; TensorFlow calls it a wrong count",
    "empty-of-another-kind": "a list without values is none of any kind; TensorFlow refuses the whole batch",
    "partitions-checked": "partitions that contradict the values are an error; TensorFlow drops values",
    "shared-keys": "several features may read one key; TensorFlow's parser refuses some of them",
    "sparse-checked": "sparse indices out of bounds, repeated or unsorted are errors; TensorFlow keeps all",
    "no-records": "no records give empty results; TensorFlow misses the values of a fixed context feature",
    "vocabulary-wide-integers": "uint64 beyond int64 is an error; TensorFlow takes it for a negative integer",
    "vocabulary-byte-order-mark": "a byte order mark is an error; TensorFlow makes it part of the first word",
    "vocabulary-gzip": "a vocabulary file may be gzip; TensorFlow takes the compressed bytes for lines",
    "sequences-step-by-step": "crosses and buckets of sequences work within each step; TensorFlow's do not",
    "crossed-absent": "absent cells are absent in a cross too; TensorFlow crosses them if the key is raw",
    "crossed-dense-order": "a cross folds its keys in the given order; TensorFlow puts dense ones last",
    "weights-structure": "weights match ids step by step; TensorFlow counts them, and drops dense zeros",
    "weighted-indicator": "weighted ids count in sequences too; TensorFlow's indicator fails on them",
    "weight-of-zero": "a weight of 0 leaves a row out; TensorFlow's sum multiplies, and 0 times NaN is NaN",
    "unread-features": "a broken feature is an error whether or not it is asked for",
    "tensor-features": "ragged tensors are features; two values in one place of a sparse one are an error",
    "signatures": "names of graphs, readers' options and checkpoints have no place here, or another one",
    "errors": "ValueError and TypeError stay; what TensorFlow raises as an OpError is a ValueError",
}
UNCASED: Final = frozenset(
    {"records-cut-header", "normalizer-input", "named-apart", "tensor-features", "signatures", "errors"}
)
"""Departures that no case can show; docs/differences.md names the test of each."""
