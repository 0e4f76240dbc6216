"""TensorFlow's own tensors as features; test_tensorflow_features.py runs this where TensorFlow is."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
import tf_keras
from failing import failure

import colonnade as cn
import colonnade.numpy
from colonnade.errors import FeatureTypeError, NarrowingError, PartialStepError, SparseIndexError

IDS = [[3, 1], [], [0, 2, 4]]
WORDS = [["omar", ""], [], ["a", "ü", "omar"]]
NUMBERS = [[1.5, -2.0], [], [0.0, 7.0, 3.0]]
NESTED = [[[3, 1], [], [2]], [], [[4]]]
SHAPES = {"word": WORDS, "id": IDS, "number": NUMBERS}


def sequence_columns(module: object) -> dict[str, list[object]]:
    """The same columns of colonnade or of tf.feature_column, by key, the tables all given."""
    constant = cn.initializers.Constant if module is cn else tf.constant_initializer
    identity = module.sequence_categorical_column_with_identity("id", 5)
    hashed = module.sequence_categorical_column_with_hash_bucket("word", 7)
    listed = module.sequence_categorical_column_with_vocabulary_list("word", ["omar", "ü"], num_oov_buckets=2)
    return {
        "identity": [module.indicator_column(identity)],
        "hash": [module.indicator_column(hashed)],
        "vocabulary": [module.indicator_column(listed)],
        "embedding": [module.embedding_column(identity, 3, initializer=constant(0.5))],
        "numeric": [module.sequence_numeric_column("number", default_value=-1.0)],
        "all": [
            module.embedding_column(hashed, 2, initializer=constant(2.0)),
            module.indicator_column(identity),
            module.sequence_numeric_column("number", normalizer_fn=lambda numbers: numbers * 2),
        ],
    }


def ours(columns: list[object], features: dict[str, object]) -> tuple[np.ndarray, list[int]]:
    tables = cn.Encoder(columns).plan.tables
    given = {
        name: table.initializer((table.num_buckets, table.dimension), "float32")
        for name, table in tables.items()
    }
    output, lengths = colonnade.numpy.SequenceFeatures(columns, given)(features)
    return output, lengths.tolist()


def sparse_of(rows: list[list[object]]) -> tf.SparseTensor:
    return tf.ragged.constant(rows).to_sparse()


@pytest.mark.parametrize("name", list(sequence_columns(cn)))
@pytest.mark.parametrize("trailing", [0, 2])
def test_sparse_tensors_give_what_tensorflow_gives(name, trailing):
    features = {key: sparse_of(rows) for key, rows in SHAPES.items()}
    # A wider dense_shape changes nothing: a row ends at its last value.
    features = {
        key: tf.SparseTensor(each.indices, each.values, tf.add(each.dense_shape, [0, trailing]))
        for key, each in features.items()
    }
    layer = tf_keras.experimental.SequenceFeatures(sequence_columns(tf.feature_column)[name])
    wanted, lengths = layer(features)
    output, found = ours(sequence_columns(cn)[name], features)
    width = max(found)
    np.testing.assert_allclose(output, wanted[:, :width], rtol=1e-5, atol=1e-6)
    assert found == lengths.numpy().tolist()


@pytest.mark.parametrize("name", list(sequence_columns(cn)))
def test_holes_give_what_tensorflow_gives(name):
    places = [[0, 1], [0, 3], [2, 0], [3, 2]]
    values = {"word": ["omar", "", "a", "ü"], "id": [3, 0, 4, 1], "number": [1.5, -2.0, 0.0, 3.0]}
    features = {key: tf.SparseTensor(places, each, [5, 4]) for key, each in values.items()}
    layer = tf_keras.experimental.SequenceFeatures(sequence_columns(tf.feature_column)[name])
    wanted, lengths = layer(features)
    output, found = ours(sequence_columns(cn)[name], features)
    np.testing.assert_allclose(output, wanted, rtol=1e-5, atol=1e-6)
    assert found == lengths.numpy().tolist() == [4, 0, 1, 3, 0]


@pytest.mark.parametrize("name", list(sequence_columns(cn)))
def test_every_kind_of_tensor_is_as_lists_are(name):
    columns = sequence_columns(cn)[name]
    wanted, lengths = ours(columns, SHAPES)
    ragged = {key: tf.ragged.constant(rows) for key, rows in SHAPES.items()}
    int32 = {key: tf.ragged.constant(rows, row_splits_dtype=tf.int32) for key, rows in SHAPES.items()}
    sparse = {key: sparse_of(rows) for key, rows in SHAPES.items()}
    values = {
        key: tf.compat.v1.SparseTensorValue(
            *(np.asarray(each) for each in (t.indices, t.values, t.dense_shape))
        )
        for key, t in sparse.items()
    }
    old = {
        key: tf.compat.v1.ragged.RaggedTensorValue(t.values.numpy(), t.row_splits.numpy())
        for key, t in ragged.items()
    }
    for features in (ragged, int32, sparse, values, old):
        output, found = ours(columns, features)
        np.testing.assert_array_equal(output, wanted)
        assert found == lengths


def test_dense_tensors():
    columns = [cn.indicator_column(cn.sequence_categorical_column_with_identity("id", 5))]
    words = [cn.indicator_column(cn.sequence_categorical_column_with_hash_bucket("word", 7))]
    for dtype in (tf.int8, tf.int32, tf.int64):
        output, lengths = ours(columns, {"id": tf.constant([[3, 1, -1], [-1, -1, -1], [0, 2, 4]], dtype)})
        np.testing.assert_array_equal(output, ours(columns, {"id": IDS})[0])
        assert lengths == [2, 0, 3]
    dense = tf.constant([["omar", "x", ""], ["", "", ""], ["a", "ü", "omar"]])
    output, lengths = ours(words, {"word": dense})
    np.testing.assert_array_equal(output, ours(words, {"word": [["omar", "x"], [], ["a", "ü", "omar"]]})[0])
    assert lengths == [2, 0, 3]
    layer = tf_keras.experimental.SequenceFeatures(
        [
            tf.feature_column.indicator_column(
                tf.feature_column.sequence_categorical_column_with_hash_bucket("word", 7)
            )
        ]
    )
    np.testing.assert_array_equal(output, layer({"word": dense})[0])


def test_several_values_a_step():
    column = cn.indicator_column(cn.sequence_categorical_column_with_identity("id", 5))
    ragged = tf.ragged.constant(NESTED)
    wanted, lengths = ours([column], {"id": NESTED})
    for feature in (ragged, ragged.to_sparse()):
        output, found = ours([column], {"id": feature})
        np.testing.assert_array_equal(output, wanted)
        assert found == lengths
    inner = tf.ragged.constant([[["a", "b"]], [], [["c", "d"], ["e", "f"]]], inner_shape=(2,))
    words = cn.indicator_column(cn.sequence_categorical_column_with_hash_bucket("word", 7))
    np.testing.assert_array_equal(
        ours([words], {"word": inner})[0], ours([words], {"word": inner.to_list()})[0]
    )


def test_weights_and_crosses():
    identity = cn.sequence_categorical_column_with_identity("id", 5)
    weighted = cn.indicator_column(cn.weighted_categorical_column(identity, "number"))
    crossed = cn.indicator_column(cn.crossed_column([identity, "word"], 9))
    wanted, _ = ours([weighted, crossed], SHAPES)
    for make in (tf.ragged.constant, sparse_of):
        output, _ = ours([weighted, crossed], {key: make(rows) for key, rows in SHAPES.items()})
        np.testing.assert_array_equal(output, wanted)


def test_contexts():
    kind = cn.indicator_column(cn.categorical_column_with_vocabulary_list("kind", ["a", "b"]))
    age = cn.numeric_column("age")
    layer = colonnade.numpy.DenseFeatures([kind, age], {})
    features = {"kind": sparse_of([["b"], [], ["a", "b"]]), "age": tf.constant([[1.0], [2.0], [3.0]])}
    wanted = layer({"kind": [["b"], [], ["a", "b"]], "age": [[1.0], [2.0], [3.0]]})
    np.testing.assert_array_equal(layer(features), wanted)
    kinds = tf.feature_column.categorical_column_with_vocabulary_list("kind", ["a", "b"])
    theirs = tf_keras.layers.DenseFeatures(
        [tf.feature_column.indicator_column(kinds), tf.feature_column.numeric_column("age")]
    )
    np.testing.assert_array_equal(layer(features), theirs(features))


def test_what_parse_example_of_tensorflow_gives():
    records = [
        cn.Example({"id": ids, "word": words, "number": numbers}).serialize()
        for ids, words, numbers in zip(IDS, WORDS, NUMBERS, strict=True)
    ]
    columns = sequence_columns(cn)["all"]
    parsed = tf.io.parse_example(
        records, tf.feature_column.make_parse_example_spec(sequence_columns(tf.feature_column)["all"])
    )
    np.testing.assert_array_equal(ours(columns, parsed)[0], ours(columns, SHAPES)[0])
    dataset = tf.data.Dataset.from_tensors(parsed).map(lambda features: features)
    for features in dataset:
        np.testing.assert_array_equal(ours(columns, features)[0], ours(columns, SHAPES)[0])


@pytest.mark.parametrize(
    ("error", "feature", "where", "message"),
    [
        (FeatureTypeError, tf.ragged.constant([[1.5]]), {}, "float32 values where int64"),
        (FeatureTypeError, tf.ragged.constant([["a"]]), {}, "string values where int64"),
        (FeatureTypeError, sparse_of([[1.5]]), {}, "float32 values where int64"),
        (FeatureTypeError, sparse_of([["a"]]), {}, "string values where int64"),
        (FeatureTypeError, tf.constant([["a"]]), {}, "string values where int64"),
        (FeatureTypeError, tf.constant([[1.5]]), {}, "float32 values where int64"),
        (FeatureTypeError, tf.constant([[1.5]], tf.bfloat16), {}, "bfloat16 values where int64"),
        (FeatureTypeError, tf.cast(tf.ragged.constant([[1.5]]), tf.bfloat16), {}, "bfloat16 values"),
        (FeatureTypeError, tf.constant([[1j]]), {}, "complex128 values"),
        (FeatureTypeError, tf.constant(3), {}, "needs a batch dimension"),
        (FeatureTypeError, tf.raw_ops.OptionalNone(), {}, "NumPy cannot read"),
        (FeatureTypeError, tf.Variable([[1]]), {}, "ResourceVariable is no feature"),
        (FeatureTypeError, tf.IndexedSlices(tf.constant([1]), tf.constant([0])), {}, "dense_shape must be"),
        (FeatureTypeError, tf_keras.Input((3,)), {}, "KerasTensor is no feature"),
        (FeatureTypeError, tf_keras.Input((3,), sparse=True), {}, "encode outside of traced functions"),
        (FeatureTypeError, tf.TensorArray(tf.int32, 1), {}, "is no feature"),
        (NarrowingError, tf.constant([[2**63]], tf.uint64), {}, "does not fit int64"),
        (SparseIndexError, tf.SparseTensor([[0, 1], [0, 0]], [1, 2], [1, 2]), {}, "tf.sparse.reorder"),
        (SparseIndexError, tf.SparseTensor([[0, 1], [0, 1]], [1, 2], [1, 2]), {}, "two values at"),
        (SparseIndexError, tf.SparseTensor([[0, 5]], [1], [1, 2]), {}, "outside of dense_shape"),
    ],
    ids=str,
)
def test_refused(error, feature, where, message):
    column = cn.indicator_column(cn.sequence_categorical_column_with_identity("id", 5))
    failure(error, lambda: cn.Encoder([column]).encode({"id": feature}), message, key="id", **where)


def test_tensorflow_takes_what_is_refused_here():
    """The departure "tensor-features", from TensorFlow's side."""
    make = tf_keras.experimental.SequenceFeatures
    columns = sequence_columns(tf.feature_column)
    twice = tf.SparseTensor([[0, 1], [0, 1]], [1, 2], [1, 2])
    assert make(columns["embedding"])({"id": twice})[1].numpy().tolist() == [2]
    with pytest.raises((TypeError, ValueError)):
        make(columns["identity"])({"id": tf.ragged.constant([[1]])})


def test_a_part_of_a_step_is_refused():
    column = cn.sequence_numeric_column("number", (2,))
    feature = sparse_of([[1.0, 2.0], [3.0]])
    failure(
        PartialStepError,
        lambda: cn.Encoder([column]).encode({"number": feature}),
        key="number",
        column="number",
        row=1,
    )


@pytest.mark.parametrize("kind", ["dense", "ragged", "sparse"])
def test_inside_a_traced_function(kind):
    column = cn.indicator_column(cn.sequence_categorical_column_with_identity("id", 5))
    ragged = tf.ragged.constant([[1, 2]])
    feature = {"dense": tf.constant([[1, 2]]), "ragged": ragged, "sparse": ragged.to_sparse()}[kind]

    @tf.function
    def traced(feature):
        with pytest.raises(FeatureTypeError):
            cn.Encoder([column]).encode({"id": feature})
        return 0

    traced(feature)


def test_layers_of_keras_on_tensorflow_take_them():
    import keras

    from colonnade.keras import SequenceFeatures

    assert keras.backend.backend() == "tensorflow"
    columns = [cn.embedding_column(cn.sequence_categorical_column_with_identity("id", 5), 3)]
    layer = SequenceFeatures(columns)
    wanted, lengths = layer({"id": IDS})
    for feature in (tf.ragged.constant(IDS), sparse_of(IDS)):
        output, found = layer({"id": feature})
        np.testing.assert_array_equal(output, wanted)
        np.testing.assert_array_equal(found, lengths)


def test_weights_of_layers_behind_go_over():
    """What docs/leaving-tensorflow.md says of an LSTM."""
    import keras

    steps = np.random.default_rng(0).normal(size=(3, 5, 4)).astype(np.float32)
    mask = tf.sequence_mask([5, 0, 2])
    theirs, ours = tf_keras.layers.LSTM(6), keras.layers.LSTM(6)
    wanted, _ = theirs(steps, mask=mask), ours(steps)
    ours.set_weights(theirs.get_weights())
    np.testing.assert_allclose(ours(steps, mask=mask), wanted, rtol=1e-5, atol=1e-6)


def test_colonnade_does_not_import_tensorflow():
    code = (
        "import sys, colonnade as cn\n"
        "cn.Encoder([cn.sequence_numeric_column('n')]).encode({'n': [[1.0]]})\n"
        "assert 'tensorflow' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env=dict(os.environ))
