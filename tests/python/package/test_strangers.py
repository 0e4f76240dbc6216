"""Every argument of the public face, given what nobody should give: a typed error with a short message."""

from __future__ import annotations

import numpy as np
import pytest

import colonnade as cn
from colonnade import initializers


def nested(depth, wrap):
    made = 1
    for _ in range(depth):
        made = wrap(made)
    return made


class Unshowable:
    """Something whose repr fails."""

    def __repr__(self):
        raise RuntimeError("no repr")


ITSELF = []
ITSELF.append(ITSELF)
STRANGERS = {
    "a list 5,000 deep": nested(5000, lambda inner: [inner]),
    "a tuple 5,000 deep": nested(5000, lambda inner: (inner,)),
    "a dict 5,000 deep": nested(5000, lambda inner: {"a": inner}),
    "a list within itself": ITSELF,
    "uneven lists": [[1], [2, 3]],
    "uneven levels": [[[1]], [2]],
    "lists of two kinds": [[["a"], [1]]],
    "None": None,
    "an object": object(),
    "no repr": Unshowable(),
    "an int of 16,000 bits": 10**5000,
    "an int beyond float64": 10**400,
    "nan": float("nan"),
    "long text": "x" * 5000,
    "no Unicode": "\ud800",
    "bytes": b"\xff",
    "an empty list": [],
    "an empty dict": {},
    "a set": {1},
    "an array without items": np.zeros((2, 0)),
    "an array of objects": np.array([None, [1]], object),
    "a complex": 1j,
    "a date": np.datetime64("2020-01-01"),
    "-1": -1,
}
PRICE = cn.sequence_numeric_column("f")
IDS = cn.sequence_categorical_column_with_identity("a", 3)
USER = cn.categorical_column_with_identity("a", 3)
INTS = {"a": cn.VarLenFeature("int64")}
WEIGHTED = cn.embedding_column(cn.weighted_categorical_column(IDS, "w"), 2)
CALLS = {
    # Records.
    "Example, values": lambda x: cn.Example({"a": x}),
    "Example, features": lambda x: cn.Example(x),
    "Example, dtypes": lambda x: cn.Example({"a": 1}, x),
    "Example, dtype": lambda x: cn.Example({"a": 1}, {"a": x}),
    "Example.parse": lambda x: cn.Example.parse(x),
    "SequenceExample, steps": lambda x: cn.SequenceExample({}, {"a": x}),
    "SequenceExample, parts": lambda x: cn.SequenceExample(x, x),
    "SequenceExample.parse": lambda x: cn.SequenceExample.parse(x),
    "serialize_examples, column": lambda x: cn.serialize_examples({"a": x}),
    "serialize_examples, features": lambda x: cn.serialize_examples(x),
    "serialize_examples, dtypes": lambda x: cn.serialize_examples({"a": [1]}, x),
    "serialize_sequence_examples": lambda x: cn.serialize_sequence_examples(None, {"a": x}),
    "parse_example, records": lambda x: cn.parse_example(x, INTS),
    "parse_example, features": lambda x: cn.parse_example([b""], x),
    "parse_example, spec": lambda x: cn.parse_example([b""], {"a": x}),
    "parse_single_example": lambda x: cn.parse_single_example(x, INTS),
    "parse_sequence_example, records": lambda x: cn.parse_sequence_example(x, INTS),
    "parse_sequence_example, features": lambda x: cn.parse_sequence_example([b""], x, x),
    "make_parse_example_spec": lambda x: cn.make_parse_example_spec(x),
    # Specs.
    "VarLenFeature": lambda x: cn.VarLenFeature(x),
    "FixedLenFeature, shape": lambda x: cn.FixedLenFeature(x, "float32"),
    "FixedLenFeature, dtype": lambda x: cn.FixedLenFeature((), x),
    "FixedLenFeature, default": lambda x: cn.FixedLenFeature((1,), "float32", x),
    "FixedLenSequenceFeature, missing": lambda x: cn.FixedLenSequenceFeature((), "int64", x),
    "FixedLenSequenceFeature, default": lambda x: cn.FixedLenSequenceFeature((), "int64", True, x),
    "RaggedFeature, key": lambda x: cn.RaggedFeature("int64", x),
    "RaggedFeature, partitions": lambda x: cn.RaggedFeature("int64", partitions=x),
    "RaggedFeature, splits": lambda x: cn.RaggedFeature("int64", row_splits_dtype=x),
    "UniformRowLength": lambda x: cn.RaggedFeature.UniformRowLength(x),
    "RowSplits": lambda x: cn.RaggedFeature.RowSplits(x),
    "SparseFeature, index": lambda x: cn.SparseFeature(x, "a", "int64", 3),
    "SparseFeature, value": lambda x: cn.SparseFeature("a", x, "int64", 3),
    "SparseFeature, size": lambda x: cn.SparseFeature("a", "b", "int64", x),
    # Ragged data.
    "Ragged.from_list": lambda x: cn.Ragged.from_list(x),
    "Ragged.from_list, dtype": lambda x: cn.Ragged.from_list([[1]], x),
    "Ragged.from_arrow": lambda x: cn.Ragged.from_arrow(x),
    "Ragged, values": lambda x: cn.Ragged(x, [0, 1]),
    "Ragged, splits": lambda x: cn.Ragged(np.array([1]), x),
    "BytesArray.from_list": lambda x: cn.BytesArray.from_list(x),
    "BytesArray, data": lambda x: cn.BytesArray(x, [0]),
    "BytesArray, offsets": lambda x: cn.BytesArray(np.zeros(0, np.uint8), x),
    # Columns.
    "numeric, key": lambda x: cn.sequence_numeric_column(x),
    "numeric, shape": lambda x: cn.sequence_numeric_column("f", x),
    "numeric, default": lambda x: cn.sequence_numeric_column("f", (1,), x),
    "numeric, defaults": lambda x: cn.numeric_column("f", (2,), x),
    "numeric, dtype": lambda x: cn.sequence_numeric_column("f", (1,), 0, x),
    "numeric, normalizer": lambda x: cn.sequence_numeric_column("f", normalizer_fn=x),
    "identity, buckets": lambda x: cn.categorical_column_with_identity("a", x),
    "identity, default": lambda x: cn.categorical_column_with_identity("a", 3, x),
    "hashed, buckets": lambda x: cn.categorical_column_with_hash_bucket("a", x),
    "hashed, dtype": lambda x: cn.categorical_column_with_hash_bucket("a", 3, x),
    "vocabulary list": lambda x: cn.categorical_column_with_vocabulary_list("a", x),
    "vocabulary list, dtype": lambda x: cn.categorical_column_with_vocabulary_list("a", ["a"], x),
    "vocabulary list, default": lambda x: cn.categorical_column_with_vocabulary_list("a", ["a"], None, x),
    "vocabulary list, buckets": lambda x: cn.categorical_column_with_vocabulary_list("a", ["a"], None, -1, x),
    "vocabulary file": lambda x: cn.categorical_column_with_vocabulary_file("a", x),
    "vocabulary file, size": lambda x: cn.categorical_column_with_vocabulary_file("a", __file__, x),
    "bucketized, source": lambda x: cn.bucketized_column(x, [1]),
    "bucketized, boundaries": lambda x: cn.bucketized_column(cn.numeric_column("a"), x),
    "crossed, keys": lambda x: cn.crossed_column(x, 10),
    "crossed, buckets": lambda x: cn.crossed_column(["a", "b"], x),
    "crossed, hash key": lambda x: cn.crossed_column(["a", "b"], 3, x),
    "weighted, column": lambda x: cn.weighted_categorical_column(x, "a"),
    "weighted, key": lambda x: cn.weighted_categorical_column(USER, x),
    "weighted, dtype": lambda x: cn.weighted_categorical_column(USER, "a", x),
    "embedding, column": lambda x: cn.embedding_column(x, 3),
    "embedding, dimension": lambda x: cn.embedding_column(USER, x),
    "embedding, combiner": lambda x: cn.embedding_column(USER, 3, x),
    "embedding, initializer": lambda x: cn.embedding_column(USER, 3, initializer=x),
    "embedding, norm": lambda x: cn.embedding_column(USER, 3, max_norm=x),
    "embedding, name": lambda x: cn.embedding_column(USER, 3, name=x),
    "embedding, trainable": lambda x: cn.embedding_column(USER, 3, trainable=x),
    "indicator": lambda x: cn.indicator_column(x),
    "shared, columns": lambda x: cn.shared_embeddings(x, 3),
    "shared, dimension": lambda x: cn.shared_embeddings([USER], x),
    "Standardize": lambda x: cn.Standardize(x, 1.0),
    "Standardize, deviation": lambda x: cn.Standardize(0.0, x),
    "Clip": lambda x: cn.Clip(x, 1),
    "MinMax": lambda x: cn.MinMax(x, 1),
    "Compose": lambda x: cn.Compose(x),
    "Constant": lambda x: initializers.Constant(x),
    "TruncatedNormal": lambda x: initializers.TruncatedNormal(x),
    "RandomUniform": lambda x: initializers.RandomUniform(x, 1.0),
    # Encoding.
    "Encoder": lambda x: cn.Encoder(x),
    "Encoder, group": lambda x: cn.Encoder({"a": x}),
    "Encoder, layout": lambda x: cn.Encoder([PRICE], layout=x),
    "Encoder, length": lambda x: cn.Encoder([PRICE], max_length=x),
    "encode": lambda x: cn.Encoder([PRICE]).encode(x),
    "encode, numbers": lambda x: cn.Encoder([PRICE]).encode({"f": x}),
    "encode, ids": lambda x: cn.Encoder([cn.indicator_column(IDS)]).encode({"a": x}),
    "encode, context": lambda x: cn.Encoder([cn.indicator_column(USER)]).encode({"a": x}),
    "encode, weights": lambda x: cn.Encoder([WEIGHTED]).encode({"a": [[1]], "w": x}),
    "encode_examples": lambda x: cn.Encoder([PRICE]).encode_examples(x),
    "encode_examples, record": lambda x: cn.Encoder([PRICE]).encode_examples([x]),
    # What layers share, and saving.
    "sequence_mask": lambda x: cn.sequence_mask(x),
    "sequence_mask, length": lambda x: cn.sequence_mask([1], x),
    "context": lambda x: cn.concatenate_context_input(x, np.zeros((1, 1, 1), np.float32)),
    "sequence": lambda x: cn.concatenate_context_input(np.zeros((1, 1), np.float32), x),
    "to_config": lambda x: cn.to_config(x),
    "from_config": lambda x: cn.from_config(x),
    "from_config, inside": lambda x: cn.from_config({"colonnade": 1, "config": x}),
}


def refusal(call, stranger):
    """The message of a typed error, or nothing; any other error fails the test."""
    try:
        call(stranger)
    except cn.errors.ColonnadeError as error:
        return error.message
    return None


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.filterwarnings("ignore")
def test_strangers(name):
    messages = [refusal(CALLS[name], stranger) for stranger in STRANGERS.values()]
    refused = [message for message in messages if message is not None]
    assert len(refused) > len(STRANGERS) / 3
    assert max(map(len, refused)) < 1500
