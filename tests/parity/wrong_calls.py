"""Wrong calls, in names that TensorFlow and Colonnade share, and what TensorFlow 2.21 raises for each.

A call is given the library that it calls: Colonnade in ../python/package/test_wrong_calls.py, TensorFlow in
tensorflow_errors.py. Calls that one of the two accepts are not here, see docs/differences.md. Nothing here
imports either.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from parity.wire import example, ints

Library: TypeAlias = Any
Call: TypeAlias = Callable[[Library], object]

RECORD = example(a=ints(1, 2, 3, 4, 5))


def identity(lib: Library, key: object = "a", *arguments: object) -> object:
    return lib.sequence_categorical_column_with_identity(key, *(arguments or (5,)))


def hashed(lib: Library, key: object = "a", size: object = 5, dtype: object = None) -> object:
    return lib.sequence_categorical_column_with_hash_bucket(key, size, dtype or lib.string)


def context(lib: Library, key: object = "a", size: object = 5) -> object:
    return lib.categorical_column_with_identity(key, size)


def words(lib: Library, entries: object, **arguments: object) -> object:
    return lib.sequence_categorical_column_with_vocabulary_list("a", entries, **arguments)


def sequence(lib: Library, column: object, features: object) -> object:
    return lib.SequenceFeatures([lib.indicator_column(column)])(features)


def fed(lib: Library, column: object, rows: object) -> object:
    return lib.SequenceFeatures([column])({"a": lib.ragged(rows)})


def dense(lib: Library, column: object, **features: object) -> object:
    return lib.DenseFeatures([column])(features)


def spec_of_weighted(lib: Library, ids: object, key: object) -> object:
    return lib.make_parse_example_spec([lib.indicator_column(lib.weighted_categorical_column(ids, key))])


def weighted(lib: Library, ids: object, weights: object) -> object:
    column = lib.embedding_column(lib.weighted_categorical_column(context(lib), "w"), 3)
    return dense(lib, column, a=lib.ragged(ids), w=lib.ragged(weights))


def from_file(lib: Library, file: object, **arguments: object) -> object:
    return lib.sequence_categorical_column_with_vocabulary_file("a", file, **arguments)


def parsed(lib: Library, feature: object, serialized: object = None) -> object:
    return lib.parse_example([RECORD] if serialized is None else serialized, {"a": feature})


def written(lib: Library, record: object) -> None:
    with lib.writer(lib.new_file) as writer:
        writer.write(record)


WRONG_CALLS: dict[str, tuple[str, Call]] = {
    "identity/key of int": ("ValueError", lambda lib: identity(lib, 3)),
    "identity/key of bytes": ("ValueError", lambda lib: identity(lib, b"a")),
    "identity/key of None": ("ValueError", lambda lib: identity(lib, None)),
    "identity/no buckets": ("ValueError", lambda lib: identity(lib, "a", 0)),
    "identity/buckets of None": ("TypeError", lambda lib: identity(lib, "a", None)),
    "identity/buckets of text": ("TypeError", lambda lib: identity(lib, "a", "5")),
    "identity/default out of range": ("ValueError", lambda lib: identity(lib, "a", 5, 5)),
    "identity/default of text": ("TypeError", lambda lib: identity(lib, "a", 5, "x")),
    "identity/context, key of int": ("ValueError", lambda lib: context(lib, 3)),
    "identity/context, no buckets": ("ValueError", lambda lib: context(lib, "a", 0)),
    "identity/context, buckets of None": ("TypeError", lambda lib: context(lib, "a", None)),
    "hash/key of int": ("ValueError", lambda lib: hashed(lib, 3)),
    "hash/size of None": ("ValueError", lambda lib: hashed(lib, "a", None)),
    "hash/size of 0": ("ValueError", lambda lib: hashed(lib, "a", 0)),
    "hash/size of text": ("TypeError", lambda lib: hashed(lib, "a", "5")),
    "hash/dtype of floats": ("ValueError", lambda lib: hashed(lib, "a", 5, lib.float32)),
    "hash/dtype of bools": ("ValueError", lambda lib: hashed(lib, "a", 5, lib.bool)),
    "hash/dtype of a number": ("AttributeError", lambda lib: hashed(lib, "a", 5, 3)),
    "hash/context, size of None": (
        "ValueError",
        lambda lib: lib.categorical_column_with_hash_bucket("a", None),
    ),
    "hash/context, dtype of floats": (
        "ValueError",
        lambda lib: lib.categorical_column_with_hash_bucket("a", 5, lib.float32),
    ),
    "vocabulary/of None": ("ValueError", lambda lib: words(lib, None)),
    "vocabulary/of nothing": ("ValueError", lambda lib: words(lib, [])),
    "vocabulary/of a number": ("TypeError", lambda lib: words(lib, 3)),
    "vocabulary/of an iterator": ("TypeError", lambda lib: words(lib, iter(["x"]))),
    "vocabulary/duplicate": ("ValueError", lambda lib: words(lib, ["x", "x"])),
    "vocabulary/of floats": ("ValueError", lambda lib: words(lib, [1.5])),
    "vocabulary/of bools": ("ValueError", lambda lib: words(lib, [True, False])),
    "vocabulary/of mixed": ("ValueError", lambda lib: words(lib, [1, 1.5])),
    "vocabulary/of lists": ("TypeError", lambda lib: words(lib, [["x"], ["y"]])),
    "vocabulary/dtype of floats": ("ValueError", lambda lib: words(lib, ["x"], dtype=lib.float32)),
    "vocabulary/integers declared as strings": ("ValueError", lambda lib: words(lib, [1], dtype=lib.string)),
    "vocabulary/strings declared as integers": ("ValueError", lambda lib: words(lib, ["x"], dtype=lib.int64)),
    "vocabulary/default and buckets": (
        "ValueError",
        lambda lib: words(lib, ["x"], default_value=0, num_oov_buckets=1),
    ),
    "vocabulary/negative buckets": ("ValueError", lambda lib: words(lib, ["x"], num_oov_buckets=-1)),
    "vocabulary/buckets of text": ("TypeError", lambda lib: words(lib, ["x"], num_oov_buckets="1")),
    "vocabulary/key of int": (
        "ValueError",
        lambda lib: lib.sequence_categorical_column_with_vocabulary_list(3, ["x"]),
    ),
    "vocabulary/context, of None": (
        "ValueError",
        lambda lib: lib.categorical_column_with_vocabulary_list("a", None),
    ),
    "vocabulary/context, of floats": (
        "ValueError",
        lambda lib: lib.categorical_column_with_vocabulary_list("a", [1.5]),
    ),
    "file/None": ("ValueError", lambda lib: from_file(lib, None)),
    "file/empty name": ("ValueError", lambda lib: from_file(lib, "")),
    "file/number": ("AttributeError", lambda lib: from_file(lib, 3)),
    "file/missing": ("ValueError", lambda lib: from_file(lib, "no such file")),
    "file/size of 0": ("ValueError", lambda lib: from_file(lib, lib.words_file, vocabulary_size=0)),
    "file/size of text": ("TypeError", lambda lib: from_file(lib, lib.words_file, vocabulary_size="2")),
    "file/default and buckets": (
        "ValueError",
        lambda lib: from_file(lib, lib.words_file, default_value=1, num_oov_buckets=1),
    ),
    "file/negative buckets": ("ValueError", lambda lib: from_file(lib, lib.words_file, num_oov_buckets=-1)),
    "file/dtype of floats": ("ValueError", lambda lib: from_file(lib, lib.words_file, dtype=lib.float32)),
    "file/key of int": (
        "ValueError",
        lambda lib: lib.sequence_categorical_column_with_vocabulary_file(3, lib.words_file),
    ),
    "file/context, None": ("ValueError", lambda lib: lib.categorical_column_with_vocabulary_file("a", None)),
    "sequence numeric/shape of 0": ("ValueError", lambda lib: lib.sequence_numeric_column("a", (0,))),
    "sequence numeric/shape of floats": ("TypeError", lambda lib: lib.sequence_numeric_column("a", (1.5,))),
    "sequence numeric/shape of text": ("TypeError", lambda lib: lib.sequence_numeric_column("a", "2")),
    "sequence numeric/shape of None": ("AssertionError", lambda lib: lib.sequence_numeric_column("a", None)),
    "sequence numeric/dtype of strings": (
        "ValueError",
        lambda lib: lib.sequence_numeric_column("a", dtype=lib.string),
    ),
    "sequence numeric/dtype of bools": (
        "ValueError",
        lambda lib: lib.sequence_numeric_column("a", dtype=lib.bool),
    ),
    "sequence numeric/dtype of None": (
        "AttributeError",
        lambda lib: lib.sequence_numeric_column("a", dtype=None),
    ),
    "sequence numeric/normalizer of text": (
        "TypeError",
        lambda lib: lib.sequence_numeric_column("a", normalizer_fn="log"),
    ),
    "numeric/key of int": ("ValueError", lambda lib: lib.numeric_column(3)),
    "numeric/shape of 0": ("ValueError", lambda lib: lib.numeric_column("a", (0,))),
    "numeric/shape of floats": ("TypeError", lambda lib: lib.numeric_column("a", (1.5,))),
    "numeric/shape of text": ("TypeError", lambda lib: lib.numeric_column("a", "2")),
    "numeric/shape of None": ("AssertionError", lambda lib: lib.numeric_column("a", None)),
    "numeric/dtype of strings": ("ValueError", lambda lib: lib.numeric_column("a", dtype=lib.string)),
    "numeric/normalizer of text": ("TypeError", lambda lib: lib.numeric_column("a", normalizer_fn="log")),
    "numeric/default of text": ("TypeError", lambda lib: lib.numeric_column("a", default_value="x")),
    "numeric/default of another size": (
        "ValueError",
        lambda lib: lib.numeric_column("a", 2, [1.0, 2.0, 3.0]),
    ),
    "numeric/default of floats for integers": (
        "TypeError",
        lambda lib: lib.numeric_column("a", default_value=1.5, dtype=lib.int64),
    ),
    "bucketized/of a categorical column": (
        "ValueError",
        lambda lib: lib.bucketized_column(context(lib), [1.0]),
    ),
    "bucketized/of text": ("ValueError", lambda lib: lib.bucketized_column("a", [1.0])),
    "bucketized/no boundaries": (
        "ValueError",
        lambda lib: lib.bucketized_column(lib.numeric_column("a"), []),
    ),
    "bucketized/boundaries of None": (
        "ValueError",
        lambda lib: lib.bucketized_column(lib.numeric_column("a"), None),
    ),
    "bucketized/boundaries of a number": (
        "ValueError",
        lambda lib: lib.bucketized_column(lib.numeric_column("a"), 1.0),
    ),
    "bucketized/boundaries of text": (
        "ValueError",
        lambda lib: lib.bucketized_column(lib.numeric_column("a"), "ab"),
    ),
    "bucketized/falling boundaries": (
        "ValueError",
        lambda lib: lib.bucketized_column(lib.numeric_column("a"), [2.0, 1.0]),
    ),
    "crossed/one key": ("ValueError", lambda lib: lib.crossed_column(["a"], 5)),
    "crossed/keys of None": ("ValueError", lambda lib: lib.crossed_column(None, 5)),
    "crossed/keys of numbers": ("ValueError", lambda lib: lib.crossed_column([1, 2], 5)),
    "crossed/of a hashed column": (
        "ValueError",
        lambda lib: lib.crossed_column([lib.categorical_column_with_hash_bucket("b", 5), "c"], 5),
    ),
    "crossed/of a numeric column": (
        "ValueError",
        lambda lib: lib.crossed_column([lib.numeric_column("n"), "c"], 5),
    ),
    "crossed/size of 0": ("ValueError", lambda lib: lib.crossed_column(["b", "c"], 0)),
    "crossed/size of None": ("ValueError", lambda lib: lib.crossed_column(["b", "c"], None)),
    "crossed/size of text": ("TypeError", lambda lib: lib.crossed_column(["b", "c"], "5")),
    "weighted/dtype of strings": (
        "ValueError",
        lambda lib: lib.weighted_categorical_column(context(lib), "w", lib.string),
    ),
    "weighted/dtype of None": (
        "ValueError",
        lambda lib: lib.weighted_categorical_column(context(lib), "w", None),
    ),
    "weighted/of text": ("AttributeError", lambda lib: spec_of_weighted(lib, "a", "w")),
    "weighted/key of the ids": ("ValueError", lambda lib: spec_of_weighted(lib, context(lib), "a")),
    "embedding/dimension of None": ("ValueError", lambda lib: lib.embedding_column(identity(lib), None)),
    "embedding/dimension of 0": ("ValueError", lambda lib: lib.embedding_column(identity(lib), 0)),
    "embedding/dimension of text": ("TypeError", lambda lib: lib.embedding_column(identity(lib), "3")),
    "embedding/initializer of a number": (
        "ValueError",
        lambda lib: lib.embedding_column(identity(lib), 3, initializer=0.5),
    ),
    "embedding/initializer of text": (
        "ValueError",
        lambda lib: lib.embedding_column(identity(lib), 3, initializer="zeros"),
    ),
    "embedding/combiner of text, used": (
        "ValueError",
        lambda lib: fed(lib, lib.embedding_column(identity(lib), 3, "max"), [[1]]),
    ),
    "embedding/one checkpoint argument": (
        "ValueError",
        lambda lib: lib.embedding_column(identity(lib), 3, ckpt_to_load_from="x"),
    ),
    "embedding/max_norm of text, used": (
        "TypeError",
        lambda lib: fed(lib, lib.embedding_column(identity(lib), 3, max_norm="x"), [[1]]),
    ),
    "embedding/initializer of another shape, used": (
        "ValueError",
        lambda lib: fed(
            lib,
            lib.embedding_column(
                identity(lib), 3, initializer=lambda shape, dtype, partition_info=None: lib.zeros((1, 1))
            ),
            [[1]],
        ),
    ),
    "indicator/of text": ("ValueError", lambda lib: lib.indicator_column("a")),
    "indicator/of None": ("ValueError", lambda lib: lib.indicator_column(None)),
    "indicator/of a numeric column": (
        "ValueError",
        lambda lib: lib.indicator_column(lib.numeric_column("a")),
    ),
    "indicator/of an indicator": (
        "ValueError",
        lambda lib: lib.indicator_column(lib.indicator_column(identity(lib))),
    ),
    "shared/nothing": ("IndexError", lambda lib: lib.shared_embeddings([], 3)),
    "shared/None": ("TypeError", lambda lib: lib.shared_embeddings(None, 3)),
    "shared/a numeric column": (
        "AttributeError",
        lambda lib: lib.shared_embeddings([lib.numeric_column("a")], 3),
    ),
    "shared/other sizes": (
        "ValueError",
        lambda lib: lib.shared_embeddings([context(lib, "a", 3), context(lib, "b", 4)], 3),
    ),
    "shared/other kinds": (
        "ValueError",
        lambda lib: lib.shared_embeddings([context(lib), lib.categorical_column_with_hash_bucket("b", 5)], 3),
    ),
    "shared/dimension of None": ("ValueError", lambda lib: lib.shared_embeddings([context(lib)], None)),
    "shared/dimension of 0": ("ValueError", lambda lib: lib.shared_embeddings([context(lib)], 0)),
    "shared/initializer of a number": (
        "ValueError",
        lambda lib: lib.shared_embeddings([context(lib)], 3, initializer=0.5),
    ),
    "layer/no columns": ("ValueError", lambda lib: lib.SequenceFeatures([])),
    "layer/None": ("TypeError", lambda lib: lib.SequenceFeatures(None)),
    "layer/text": ("ValueError", lambda lib: lib.SequenceFeatures("abc")),
    "layer/a mapping": (
        "ValueError",
        lambda lib: lib.SequenceFeatures({"a": lib.indicator_column(identity(lib))}),
    ),
    "layer/a number": ("ValueError", lambda lib: lib.SequenceFeatures([3])),
    "layer/a categorical column": ("ValueError", lambda lib: lib.SequenceFeatures([identity(lib)])),
    "layer/duplicate names": (
        "ValueError",
        lambda lib: lib.SequenceFeatures(
            [lib.indicator_column(identity(lib)), lib.indicator_column(identity(lib, "a", 7))]
        ),
    ),
    "layer/a context column, used": (
        "ValueError",
        lambda lib: fed(lib, lib.indicator_column(context(lib)), [[1]]),
    ),
    "layer/a context number, used": ("ValueError", lambda lib: fed(lib, lib.numeric_column("a"), [[1.0]])),
    "layer/context layer, no columns": ("ValueError", lambda lib: lib.DenseFeatures([])),
    "layer/context layer, a number": ("ValueError", lambda lib: lib.DenseFeatures([3])),
    "layer/context layer, a categorical column": (
        "ValueError",
        lambda lib: lib.DenseFeatures([context(lib)]),
    ),
    "layer/context layer, a sequence, used": (
        "ValueError",
        lambda lib: dense(lib, lib.indicator_column(identity(lib)), a=lib.ragged([[1]])),
    ),
    "layer/unequal lengths": (
        "InvalidArgumentError",
        lambda lib: lib.SequenceFeatures(
            [lib.indicator_column(identity(lib)), lib.sequence_numeric_column("b")]
        )({"a": lib.ragged([[1, 2]]), "b": lib.ragged([[1.0]])}),
    ),
    "features/no mapping": ("ValueError", lambda lib: sequence(lib, identity(lib), [[1]])),
    "features/None": ("ValueError", lambda lib: sequence(lib, identity(lib), None)),
    "features/key is missing": ("ValueError", lambda lib: sequence(lib, identity(lib), {})),
    "features/feature of None": ("ValueError", lambda lib: sequence(lib, identity(lib), {"a": None})),
    "features/feature of one number": ("ValueError", lambda lib: sequence(lib, identity(lib), {"a": 1})),
    "features/feature of one text": ("ValueError", lambda lib: sequence(lib, hashed(lib), {"a": "x"})),
    "features/feature of uneven lists": (
        "InvalidArgumentError",
        lambda lib: sequence(lib, identity(lib), {"a": [[1], 2]}),
    ),
    "features/feature of mixed kinds, the other way": (
        "TypeError",
        lambda lib: sequence(lib, hashed(lib), {"a": [["x", 1]]}),
    ),
    "features/normalizer gives an object": (
        "TypeError",
        lambda lib: fed(lib, lib.sequence_numeric_column("a", normalizer_fn=lambda x: object()), [[1.0]]),
    ),
    "features/feature of mixed kinds": (
        "TypeError",
        lambda lib: sequence(lib, identity(lib), {"a": [[1, "x"]]}),
    ),
    "features/feature of an object": (
        "ValueError",
        lambda lib: sequence(lib, identity(lib), {"a": object()}),
    ),
    "features/floats for ids": (
        "ValueError",
        lambda lib: fed(lib, lib.indicator_column(identity(lib)), [[1.5]]),
    ),
    "features/strings for ids": (
        "ValueError",
        lambda lib: fed(lib, lib.indicator_column(identity(lib)), [["x"]]),
    ),
    "features/ids too large": (
        "InvalidArgumentError",
        lambda lib: fed(lib, lib.embedding_column(identity(lib), 3), [[5]]),
    ),
    "features/floats for a hash": (
        "ValueError",
        lambda lib: fed(lib, lib.indicator_column(hashed(lib)), [[1.5]]),
    ),
    "features/integers for a hash of strings": (
        "ValueError",
        lambda lib: fed(lib, lib.indicator_column(hashed(lib)), [[1]]),
    ),
    "features/strings for a hash of integers": (
        "ValueError",
        lambda lib: fed(lib, lib.indicator_column(hashed(lib, dtype=lib.int64)), [["x"]]),
    ),
    "features/floats for words": (
        "ValueError",
        lambda lib: fed(lib, lib.indicator_column(words(lib, ["x"])), [[1.5]]),
    ),
    "features/integers for words": (
        "ValueError",
        lambda lib: fed(lib, lib.indicator_column(words(lib, ["x"])), [[1]]),
    ),
    "features/strings for a vocabulary of integers": (
        "ValueError",
        lambda lib: fed(lib, lib.indicator_column(words(lib, [1])), [["x"]]),
    ),
    "features/strings for numbers": (
        "TypeError",
        lambda lib: fed(lib, lib.sequence_numeric_column("a"), [["x"]]),
    ),
    "features/part of a step": (
        "InvalidArgumentError",
        lambda lib: fed(lib, lib.sequence_numeric_column("a", (2,)), [[1.0]]),
    ),
    "features/normalizer gives nothing": (
        "ValueError",
        lambda lib: fed(lib, lib.sequence_numeric_column("a", normalizer_fn=lambda x: None), [[1.0]]),
    ),
    "features/normalizer gives text": (
        "TypeError",
        lambda lib: fed(lib, lib.sequence_numeric_column("a", normalizer_fn=lambda x: "x"), [[1.0]]),
    ),
    "features/context, floats for ids": (
        "ValueError",
        lambda lib: dense(lib, lib.indicator_column(context(lib)), a=lib.ragged([[1.5]])),
    ),
    "features/context, strings for numbers": (
        "UnimplementedError",
        lambda lib: dense(lib, lib.numeric_column("a"), a=[["x"]]),
    ),
    "features/context, too many numbers": (
        "InvalidArgumentError",
        lambda lib: dense(lib, lib.numeric_column("a"), a=[[1.0, 2.0]]),
    ),
    "features/context, normalizer gives nothing": (
        "ValueError",
        lambda lib: dense(lib, lib.numeric_column("a", normalizer_fn=lambda x: None), a=[[1.0]]),
    ),
    "features/context, strings for buckets": (
        "UnimplementedError",
        lambda lib: dense(lib, lib.bucketized_column(lib.numeric_column("a"), [1.0]), a=[["x"]]),
    ),
    "features/context, strings as weights": ("ValueError", lambda lib: weighted(lib, [[1]], [["x"]])),
    "features/context, fewer weights": ("ValueError", lambda lib: weighted(lib, [[1, 2]], [[1.0]])),
    "specs/columns of text": ("ValueError", lambda lib: lib.make_parse_example_spec("abc")),
    "specs/columns of None": ("TypeError", lambda lib: lib.make_parse_example_spec(None)),
    "specs/columns of numbers": ("ValueError", lambda lib: lib.make_parse_example_spec([3])),
    "specs/one key in two ways": (
        "ValueError",
        lambda lib: lib.make_parse_example_spec(
            [lib.indicator_column(identity(lib)), lib.sequence_numeric_column("a")]
        ),
    ),
    "specs/RaggedFeature, dtype of bools": ("ValueError", lambda lib: lib.RaggedFeature(lib.bool)),
    "specs/RaggedFeature, key of int": ("ValueError", lambda lib: lib.RaggedFeature(lib.int64, 3)),
    "specs/RaggedFeature, empty key": ("ValueError", lambda lib: lib.RaggedFeature(lib.int64, "")),
    "specs/RaggedFeature, partitions of text": (
        "TypeError",
        lambda lib: lib.RaggedFeature(lib.int64, "a", "b"),
    ),
    "specs/RaggedFeature, partitions of numbers": (
        "TypeError",
        lambda lib: lib.RaggedFeature(lib.int64, "a", [3]),
    ),
    "specs/RaggedFeature, validate of text": (
        "TypeError",
        lambda lib: lib.RaggedFeature(lib.int64, "a", validate="yes"),
    ),
    "parsing/features of None": ("ValueError", lambda lib: lib.parse_example([RECORD], None)),
    "parsing/no features": ("ValueError", lambda lib: lib.parse_example([RECORD], {})),
    "parsing/features of text": ("ValueError", lambda lib: lib.parse_example([RECORD], "a")),
    "parsing/feature of int": ("ValueError", lambda lib: parsed(lib, 3)),
    "parsing/feature of None": ("ValueError", lambda lib: parsed(lib, None)),
    "parsing/key of int": (
        "TypeError",
        lambda lib: lib.parse_example([RECORD], {3: lib.VarLenFeature(lib.int64)}),
    ),
    "parsing/records of None": (
        "ValueError",
        lambda lib: lib.parse_example(None, {"a": lib.VarLenFeature(lib.int64)}),
    ),
    "parsing/records of a number": ("ValueError", lambda lib: parsed(lib, lib.VarLenFeature(lib.int64), 3)),
    "parsing/records of numbers": ("ValueError", lambda lib: parsed(lib, lib.VarLenFeature(lib.int64), [1])),
    "parsing/records of None among bytes": (
        "ValueError",
        lambda lib: parsed(lib, lib.VarLenFeature(lib.int64), [RECORD, None]),
    ),
    "parsing/damaged record": (
        "InvalidArgumentError",
        lambda lib: parsed(lib, lib.VarLenFeature(lib.int64), [b"hello"]),
    ),
    "parsing/another kind": ("InvalidArgumentError", lambda lib: parsed(lib, lib.VarLenFeature(lib.float32))),
    "parsing/dtype of bools": ("InvalidArgumentError", lambda lib: parsed(lib, lib.VarLenFeature(lib.bool))),
    "parsing/dtype of int32": ("InvalidArgumentError", lambda lib: parsed(lib, lib.VarLenFeature(lib.int32))),
    "parsing/dtype of None": ("ValueError", lambda lib: parsed(lib, lib.VarLenFeature(None))),
    "parsing/shape of None": ("ValueError", lambda lib: parsed(lib, lib.FixedLenFeature(None, lib.int64))),
    "parsing/shape of unknown": (
        "ValueError",
        lambda lib: parsed(lib, lib.FixedLenFeature([None], lib.int64)),
    ),
    "parsing/shape of text": ("TypeError", lambda lib: parsed(lib, lib.FixedLenFeature("x", lib.int64))),
    "parsing/shape of negatives": (
        "ValueError",
        lambda lib: parsed(lib, lib.FixedLenFeature([-1], lib.int64)),
    ),
    "parsing/another count": (
        "InvalidArgumentError",
        lambda lib: parsed(lib, lib.FixedLenFeature([2], lib.int64)),
    ),
    "parsing/required and missing": (
        "InvalidArgumentError",
        lambda lib: lib.parse_example([RECORD], {"b": lib.FixedLenFeature([1], lib.int64)}),
    ),
    "parsing/default of text": (
        "TypeError",
        lambda lib: parsed(lib, lib.FixedLenFeature([1], lib.int64, "x")),
    ),
    "parsing/default of floats": (
        "TypeError",
        lambda lib: parsed(lib, lib.FixedLenFeature([1], lib.int64, 1.5)),
    ),
    "parsing/default of another size": (
        "InvalidArgumentError",
        lambda lib: parsed(lib, lib.FixedLenFeature([2], lib.int64, [1, 2, 3])),
    ),
    "parsing/missing not allowed": (
        "ValueError",
        lambda lib: parsed(lib, lib.FixedLenSequenceFeature([1], lib.int64)),
    ),
    "parsing/steps of another size": (
        "InvalidArgumentError",
        lambda lib: parsed(lib, lib.FixedLenSequenceFeature([2], lib.int64, allow_missing=True)),
    ),
    "parsing/steps of negative shape": (
        "ValueError",
        lambda lib: parsed(lib, lib.FixedLenSequenceFeature([-1], lib.int64, allow_missing=True)),
    ),
    "parsing/ragged, another kind": (
        "InvalidArgumentError",
        lambda lib: parsed(lib, lib.RaggedFeature(lib.float32, "a")),
    ),
    "parsing/ragged, contradiction": (
        "InvalidArgumentError",
        lambda lib: parsed(
            lib,
            lib.RaggedFeature(lib.int64, "a", [lib.RaggedFeature.UniformRowLength(2)], validate=True),
        ),
    ),
    "parsing/sparse, fewer indices": (
        "ValueError",
        lambda lib: parsed(lib, lib.SparseFeature("b", "a", lib.int64, 9)),
    ),
    "parsing/sparse, size of text": (
        "TypeError",
        lambda lib: parsed(lib, lib.SparseFeature("a", "a", lib.int64, "9")),
    ),
    "parsing/sparse, keys and no sizes": (
        "ValueError",
        lambda lib: parsed(lib, lib.SparseFeature(["a", "b"], "a", lib.int64, [9])),
    ),
    "parsing/sparse, index key of int": (
        "TypeError",
        lambda lib: parsed(lib, lib.SparseFeature(3, "a", lib.int64, 9)),
    ),
    "parsing/sparse, another dtype": (
        "ValueError",
        lambda lib: lib.parse_example(
            [RECORD], {"a": lib.VarLenFeature(lib.float32), "s": lib.SparseFeature("a", "v", lib.int64, 9)}
        ),
    ),
    "parsing/single, of a list": (
        "ValueError",
        lambda lib: lib.parse_single_example([RECORD], {"a": lib.VarLenFeature(lib.int64)}),
    ),
    "parsing/single, of None": (
        "ValueError",
        lambda lib: lib.parse_single_example(None, {"a": lib.VarLenFeature(lib.int64)}),
    ),
    "parsing/single, no features": ("ValueError", lambda lib: lib.parse_single_example(RECORD, {})),
    "parsing/sequence, nothing wanted": ("ValueError", lambda lib: lib.parse_sequence_example([RECORD])),
    "parsing/sequence, fixed list": (
        "ValueError",
        lambda lib: lib.parse_sequence_example(
            [RECORD], sequence_features={"q": lib.FixedLenFeature([], lib.int64)}
        ),
    ),
    "parsing/sequence, padded context": (
        "ValueError",
        lambda lib: lib.parse_sequence_example(
            [RECORD], {"a": lib.FixedLenSequenceFeature([], lib.int64, allow_missing=True)}
        ),
    ),
    "parsing/sequence, feature of int": (
        "ValueError",
        lambda lib: lib.parse_sequence_example([RECORD], sequence_features={"q": 3}),
    ),
    "parsing/sequence, list is missing": (
        "InvalidArgumentError",
        lambda lib: lib.parse_sequence_example(
            [RECORD], sequence_features={"q": lib.FixedLenSequenceFeature([], lib.int64)}
        ),
    ),
    "parsing/sequence, default": (
        "ValueError",
        lambda lib: lib.parse_sequence_example(
            [RECORD],
            sequence_features={
                "q": lib.FixedLenSequenceFeature([], lib.int64, allow_missing=True, default_value=1)
            },
        ),
    ),
    "parsing/single sequence, of a list": (
        "ValueError",
        lambda lib: lib.parse_single_sequence_example([RECORD], {"a": lib.VarLenFeature(lib.int64)}),
    ),
    "helpers/mask, lengths of None": ("ValueError", lambda lib: lib.sequence_mask(None)),
    "helpers/mask, lengths of text": ("InvalidArgumentError", lambda lib: lib.sequence_mask(["x"])),
    "helpers/mask, uneven lengths": ("ValueError", lambda lib: lib.sequence_mask([[1], [1, 2]])),
    "helpers/mask, width of a list": ("ValueError", lambda lib: lib.sequence_mask([1], [2])),
    "helpers/mask, width of text": ("TypeError", lambda lib: lib.sequence_mask([1], "2")),
    "helpers/mask, negative width": ("InvalidArgumentError", lambda lib: lib.sequence_mask([1], -1)),
    "helpers/concatenate, sequence of rank 2": (
        "ValueError",
        lambda lib: lib.concatenate_context_input(lib.zeros((2, 1)), lib.zeros((2, 3))),
    ),
    "helpers/concatenate, context of rank 3": (
        "ValueError",
        lambda lib: lib.concatenate_context_input(lib.zeros((2, 1, 1)), lib.zeros((2, 3, 1))),
    ),
    "helpers/concatenate, integers": (
        "TypeError",
        lambda lib: lib.concatenate_context_input(lib.zeros((2, 1), "int64"), lib.zeros((2, 3, 1))),
    ),
    "helpers/concatenate, sequence of integers": (
        "TypeError",
        lambda lib: lib.concatenate_context_input(lib.zeros((2, 1)), lib.zeros((2, 3, 1), "int64")),
    ),
    "helpers/concatenate, other rows": (
        "InvalidArgumentError",
        lambda lib: lib.concatenate_context_input(lib.zeros((3, 1)), lib.zeros((2, 3, 1))),
    ),
    "helpers/concatenate, None": (
        "ValueError",
        lambda lib: lib.concatenate_context_input(None, lib.zeros((2, 3, 1))),
    ),
    "records/reading None": ("ValueError", lambda lib: lib.records(None)),
    "records/reading a number": ("TypeError", lambda lib: lib.records(3)),
    "records/reading numbers": ("TypeError", lambda lib: lib.records([3])),
    "records/reading, compression of another name": (
        "DataLossError",
        lambda lib: lib.records(lib.words_file, "BZ2"),
    ),
    "records/reading, compression of a number": ("TypeError", lambda lib: lib.records(lib.words_file, 3)),
    "records/reading what is missing": ("NotFoundError", lambda lib: lib.records("no such file")),
    "records/reading what is no record file": ("DataLossError", lambda lib: lib.records(lib.words_file)),
    "records/writing to None": ("TypeError", lambda lib: lib.writer(None)),
    "records/writing to a number": ("TypeError", lambda lib: lib.writer(3)),
    "records/writing, compression of another name": (
        "ValueError",
        lambda lib: lib.writer(lib.new_file, "BZ2"),
    ),
    "records/writing a number": ("TypeError", lambda lib: written(lib, 3)),
    "records/writing None": ("TypeError", lambda lib: written(lib, None)),
    "records/writing a list": ("TypeError", lambda lib: written(lib, [b"x"])),
}
