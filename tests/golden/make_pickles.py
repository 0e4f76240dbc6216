"""Freezes pickles: `python -m golden.make_pickles`, run in tests/ with Colonnade's Python.

Writes a pickle of one thing of every kind that is promised, which tests/python/package/test_pickles.py loads
for ever. A release that pickles other things, or otherwise, writes a new file; the old ones stay.
"""

from __future__ import annotations

import base64
import io
import json
import math
import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np

import colonnade as cn
from colonnade import errors, initializers
from colonnade.numpy import DenseFeatures, Features, SequenceFeatures

FILE = Path(__file__).parent / "pickles/version_2.json"
FOLDER = Path(__file__).parent / "configs"
"""The working directory of whoever makes or loads: a vocabulary file is named by its path from there."""

PLACE = {"file": "f.tfrecord", "record": 3, "byte": 17, "key": "k", "column": "c", "row": 2, "step": 0}

watches = cn.sequence_categorical_column_with_identity("watches", num_buckets=5)
tokens = cn.sequence_categorical_column_with_hash_bucket("tokens", hash_bucket_size=50)
user = cn.categorical_column_with_identity("user", num_buckets=9, default_value=0)


def columns() -> dict[str, Any]:
    """A column of every kind, with every declared normalizer and initializer."""
    words = cn.sequence_categorical_column_with_vocabulary_file("tokens", "words.txt", num_oov_buckets=2)
    normalizer = cn.Compose([cn.Clip(0, math.inf), cn.Log1p(), cn.MinMax(0, 3), cn.Standardize((0.5, 2), 3)])
    age = cn.bucketized_column(cn.numeric_column("age", default_value=20), [18, 65.5])
    return {
        "identity": user,
        "identity of a sequence": watches,
        "hash": cn.categorical_column_with_hash_bucket("user", 7, dtype="int64"),
        "hash of a sequence": tokens,
        "vocabulary": cn.categorical_column_with_vocabulary_list(
            "user", ["é", b"\xff", "a"], default_value=1
        ),
        "vocabulary of integers": cn.sequence_categorical_column_with_vocabulary_list(
            "watches", [-1, 2**63 - 1], num_oov_buckets=3
        ),
        "vocabulary file": words,
        "bucketized": age,
        "crossed": cn.crossed_column(["user", age], 50, hash_key=2**64 - 1, name="who"),
        "weighted": cn.weighted_categorical_column(watches, "weights"),
        "numeric": cn.numeric_column("age", 2, (1.5, 2.5), normalizer_fn=cn.Standardize(1.0, (2.0, 3.0))),
        "numeric of a sequence": cn.sequence_numeric_column("price", 2, -1.0, normalizer_fn=normalizer),
        "embedding": cn.embedding_column(watches, 3),
        "embedding, normal": cn.embedding_column(
            tokens,
            2,
            combiner="sqrtn",
            initializer=initializers.TruncatedNormal(0.5, 0.1, seed=7),
            max_norm=0.5,
            trainable=False,
            use_safe_embedding_lookup=False,
            name="normal",
        ),
        "embedding, uniform": cn.embedding_column(words, 2, initializer=initializers.RandomUniform(-1, 1, 7)),
        "embedding, constant": cn.embedding_column(user, 2, initializer=initializers.Constant(0.25)),
        "embedding, zeros": cn.embedding_column(age, 2, initializer=initializers.Zeros()),
        "indicator": cn.indicator_column(tokens, name="seen"),
        "shared embedding": cn.shared_embeddings([watches, user.__class__("watch", 5)], 4)[1],
    }


def features() -> dict[str, Any]:
    return {
        "watches": [[3, 1], [], [0, 2, 4]],
        "weights": [[1.0, 2.0], [], [0.5, 0.25, 4.0]],
        "tokens": [["beta", "omar"], [], ["gamma", "", "alpha"]],
        "price": [[1.0, 2.0, 3.0, 4.0], [], [5.0] * 6],
        "user": [[3], [4, 4], []],
        "age": [[18.0], [], [70.0]],
    }


def nested() -> dict[str, Any]:
    return {
        "watches": [[[3, 1], []], [], [[0, 2, 4]]],
        "weights": [[[1.0, 2.0], []], [], [[0.5, 0.25, 4.0]]],
    }


def every_kind() -> cn.Encoder:
    """An encoder of every kind of column, normalizer and initializer."""
    made = columns()
    return cn.Encoder(
        {
            "sequence": [
                made["embedding"],
                made["embedding, normal"],
                made["embedding, uniform"],
                made["indicator"],
                made["numeric of a sequence"],
                cn.embedding_column(made["weighted"], 2),
                cn.indicator_column(made["vocabulary of integers"], name="known"),
            ],
            "context": [
                made["bucketized"],
                made["embedding, constant"],
                made["embedding, zeros"],
                cn.indicator_column(cn.crossed_column([user, made["bucketized"]], 5)),
                cn.numeric_column("age", normalizer_fn=cn.Log1p(), default_value=20),
            ],
        },
        max_length=2,
        keep="first",
        side="left",
        pad_to_multiple_of=4,
        num_threads=2,
    )


def batches() -> dict[str, Any]:
    weighted = [cn.embedding_column(cn.weighted_categorical_column(watches, "weights"), 2)]
    plain = [*weighted, cn.sequence_numeric_column("price", 2)]
    context = [cn.indicator_column(user), cn.numeric_column("age", default_value=1.5)]
    return {
        "padded batch": cn.Encoder(plain, side="left").encode(features()),
        "padded batch of several values a step": cn.Encoder(weighted).encode(nested()),
        "jagged batch": cn.Encoder(plain, layout="jagged").encode(features()),
        "jagged batch with step splits": cn.Encoder(weighted, layout="jagged").encode(nested()),
        "context batch": cn.Encoder(context).encode(features()),
        "slot counts": cn.SlotCounts(5, 2, 1),
        "slot": cn.Slot(np.array([[1, -1]]), np.array([[0.5, 0.0]], np.float32), np.array([0, 2])),
    }


def batch_of_a_reader() -> cn.BytesArray:
    file = io.BytesIO()
    with cn.TFRecordWriter(file) as writer:
        writer.write_batch([b"one", b"two", b"three"])
    return next(cn.TFRecordReader(io.BytesIO(file.getvalue()), shard=(0, 2)).batches(2))


def data() -> dict[str, Any]:
    strings = cn.BytesArray.from_list([b"a\0", "é", b"", b"\xff"])
    return {
        "ragged integers": cn.Ragged.from_list([[1, 2], [], [3]]),
        "ragged floats": cn.Ragged.from_list([[0.5], [-math.inf, math.nan]], "float64"),
        "ragged strings": cn.Ragged(strings, np.array([0, 1, 1, 4])),
        "ragged nested": cn.Ragged.from_list([[[1, 2], []], [], [[3]]]),
        "bytes array": strings,
        "sparse": cn.Sparse(np.array([[0, 3], [1, 0]]), np.array([5, 6]), (2, 4)),
        "sparse strings": cn.Sparse(np.array([[0], [1], [2], [4]]), strings, (5,)),
        "example": cn.Example({"i": [1, -2], "f": [0.5], "s": ["é", b"\xff"], "n": None}),
        "sequence example": cn.SequenceExample({"i": 3}, {"q": [[1, 2], [], 3], "s": [["a"]]}),
        "batch of a reader": batch_of_a_reader()[1:],
        "description": cn.describe(
            cn.SequenceExample({"i": 3}, {"q": [[1, 2], []], "s": [["é"]]}).serialize()
        ),
        "reader": cn.TFRecordReader(["a.tfrecord", "b.tfrecord"], compression="GZIP"),
        "reader of a worker": cn.TFRecordReader("a.tfrecord", shard=(1, 3), on_corrupt="skip"),
        "skipped range": cn.SkippedRange("a.tfrecord", 17, 40, 2),
    }


def specs() -> dict[str, Any]:
    ragged = cn.RaggedFeature
    made = {
        "VarLenFeature": cn.VarLenFeature("int64"),
        "FixedLenFeature": cn.FixedLenFeature((2, 1), "float32", [0.5, 1.5]),
        "FixedLenFeature of strings": cn.FixedLenFeature((), "string", "é"),
        "FixedLenSequenceFeature": cn.FixedLenSequenceFeature((2,), "int64", True, -1),
        "RaggedFeature": ragged("float32", "values"),
        "SparseFeature": cn.SparseFeature(["x", "y"], "values", "string", [3, 4], already_sorted=True),
    }
    for name in ("RowLengths", "RowSplits", "RowStarts", "RowLimits", "ValueRowIds"):
        made[name] = ragged("int64", partitions=[getattr(ragged, name)("rows")])
    made["UniformRowLength"] = ragged("int64", partitions=[ragged.UniformRowLength(2)])
    return made


def all_errors() -> dict[str, Any]:
    classes = [getattr(errors, name) for name in errors.__all__]
    return {
        cls.__name__: cls("what", **PLACE) if issubclass(cls, errors.ColonnadeError) else cls("what")
        for cls in classes
    }


def layers() -> dict[str, Any]:
    table = np.arange(15, dtype=np.float32).reshape(5, 3)
    sequence = [cn.embedding_column(watches, 3), cn.sequence_numeric_column("price", 2)]
    context = [cn.embedding_column(cn.categorical_column_with_identity("user", 5), 3)]
    tables = {"watches_embedding": table}
    return {
        "sequence layer": SequenceFeatures(sequence, tables, num_threads=2),
        "context layer": DenseFeatures(context, {"user_embedding": table}),
        "layer of groups": Features({"s": sequence, "c": context}, {**tables, "user_embedding": table}),
    }


def things() -> dict[str, Any]:
    """One of every kind, by name. Made anew with each call: the bindings want none alive at exit."""
    options = cn.EncoderOptions("jagged", max_length=7, keep="first", num_threads=2)
    return {
        **{f"column/{name}": column for name, column in columns().items()},
        "encoder/every kind": every_kind(),
        "encoder/jagged": cn.Encoder([cn.indicator_column(watches)], layout="jagged"),
        "encoder/options": options,
        **{f"batch/{name}": batch for name, batch in batches().items()},
        **{f"data/{name}": thing for name, thing in data().items()},
        **{f"spec/{name}": spec for name, spec in specs().items()},
        **{f"error/{name}": error for name, error in all_errors().items()},
        **{f"layer/{name}": layer for name, layer in layers().items()},
        "layer/column of an output": cn.OutputColumn("watches_embedding", 3, 8),
    }


def main() -> None:
    os.chdir(FOLDER)
    lines = [
        f"{json.dumps(name)}: {json.dumps(base64.b64encode(pickle.dumps(thing, 4)).decode())}"
        for name, thing in things().items()
    ]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
