"""The Keras layers, on the backend of KERAS_BACKEND; test_keras_backends.py runs this file on others."""

from __future__ import annotations

import gzip
import json
import warnings

import keras
import numpy as np
import pytest
from failing import failure
from keras import ops

import colonnade as cn
import colonnade.numpy
from colonnade.errors import (
    ColumnValueError,
    ConfigError,
    GroupError,
    LimitError,
    TableError,
    UntrainedTableWarning,
)
from colonnade.keras import (
    DenseFeatures,
    Features,
    RecordDataset,
    SequenceFeatures,
    concatenate_context_input,
    sequence_input_layer,
    sequence_mask,
    to_arrays,
)

# Keras 3.15 converts and saves arrays in a way that NumPy 2 warns of.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

IDENTITY = cn.sequence_categorical_column_with_identity("a", 5)
A = cn.embedding_column(IDENTITY, 3)
N = cn.sequence_numeric_column("n", shape=(2, 2), default_value=-7.0)
AGE = cn.numeric_column("age")
FEATURES = {"a": [[1, 2, 1], [], [4]], "n": [[*range(12)], [], [7.0] * 4]}


def table(rows=5, width=3, seed=0):
    return np.random.default_rng(seed).standard_normal((rows, width)).astype(np.float32)


def numbers(tensor):
    return ops.convert_to_numpy(tensor)


class TestOutput:
    """Eager, on features and on batches."""

    def test_columns_side_by_side(self):
        layer = SequenceFeatures([N, A, cn.indicator_column(IDENTITY)], {"a_embedding": table()})
        output, lengths = map(numbers, layer(FEATURES))
        assert (output.shape, output.dtype, layer.width) == ((3, 3, 12), np.float32, 12)
        assert (lengths.tolist(), lengths.dtype) == ([3, 0, 1], np.int32)
        np.testing.assert_array_equal(output[0, :, :3], table()[[1, 2, 1]])
        assert output[0, :, 3:8].tolist() == np.eye(5)[[1, 2, 1]].tolist()
        assert output[0, :, 8:].tolist() == np.arange(12.0).reshape(3, 4).tolist()
        assert not output[1, :, :8].any()
        assert output[1, :, 8:].tolist() == [[-7.0] * 4] * 3

    def test_holes_are_zeros_and_never_the_last_row(self):
        output, lengths = SequenceFeatures(A, {"a_embedding": np.ones((5, 3))})({"a": np.array([[-1, 4]])})
        assert numbers(output).tolist() == [[[0, 0, 0], [1, 1, 1]]]
        assert numbers(lengths).tolist() == [2]

    @pytest.mark.parametrize("features", [{"a": [], "n": []}, {"a": [[], []], "n": [[], []]}])
    def test_nothing(self, features):
        output, lengths = SequenceFeatures([A, N])(features)
        assert tuple(output.shape) == (len(features["a"]), 0, 7)
        assert numbers(lengths).tolist() == [0] * len(features["a"])

    def test_features_batch_and_arrays_are_one(self):
        layer = SequenceFeatures([A, N])
        batch = cn.Encoder([A, N]).encode(FEATURES)
        for given in (batch, to_arrays(batch)):
            np.testing.assert_array_equal(numbers(layer(given)[0]), numbers(layer(FEATURES)[0]))

    def test_context(self):
        layer = DenseFeatures(
            [
                cn.numeric_column("age", default_value=1.0),
                cn.embedding_column(cn.categorical_column_with_identity("tags", 4), 2, "sum"),
            ],
            {"tags_embedding": [[1, 0], [0, 1], [2, 2], [3, 3]]},
        )
        output = layer({"age": [[5.0], []], "tags": [[0, 1, 1], []]})
        assert numbers(output).tolist() == [[5, 1, 2], [1, 0, 0]]
        assert layer.width == 3

    def test_groups(self):
        layer = Features({"x": A, "y": [A, N], "z": AGE})
        outputs = layer({**FEATURES, "age": [[1.0], [2.0], [3.0]]})
        assert tuple(outputs["x"][0].shape) == (3, 3, 3)
        assert tuple(outputs["y"][0].shape) == (3, 3, 7)
        assert numbers(outputs["z"]).tolist() == [[1], [2], [3]]
        assert len(layer.weights) == 1

    def test_the_example_of_the_documents(self):
        sequence_feature_layer = SequenceFeatures([A, N])
        sequence_input, sequence_length = sequence_feature_layer(FEATURES)
        sequence_length_mask = sequence_mask(sequence_length)
        rnn_cell = keras.layers.SimpleRNNCell(4)
        rnn_layer = keras.layers.RNN(rnn_cell, return_state=True)
        outputs, state = rnn_layer(sequence_input, mask=sequence_length_mask)
        assert tuple(outputs.shape) == tuple(state.shape) == (3, 4)

    @pytest.mark.parametrize(
        "columns", [[A, N], [cn.indicator_column(IDENTITY)], [A, cn.indicator_column(IDENTITY)]]
    )
    def test_mixed_precision(self, columns):
        layer = SequenceFeatures(columns, dtype="mixed_bfloat16")
        output, lengths = layer(FEATURES)
        symbol, _ = layer(layer.inputs())
        assert keras.backend.standardize_dtype(output.dtype) == symbol.dtype == "bfloat16"
        assert numbers(lengths).tolist() == [3, 0, 1]


class TestInputs:
    """What enters a model."""

    def test_names_survive_what_keras_refuses(self):
        columns = [
            cn.embedding_column(cn.sequence_categorical_column_with_identity("a/b.c", 5), 2, name="x/y.z"),
            cn.sequence_numeric_column("日本"),
        ]
        layer = Features({"one.two/three": columns})
        inputs = layer.inputs()
        model = keras.Model(inputs, layer(inputs)["one.two/three"][0])
        assert all("/" not in name for name in inputs)
        batch = cn.Encoder({"one.two/three": columns}).encode({"a/b.c": [[1, 2]], "日本": [[1.0, 2.0]]})
        assert model.predict(to_arrays(batch), verbose=0).shape == (1, 2, 3)

    def test_weights_are_inputs(self):
        weighted = cn.weighted_categorical_column(cn.categorical_column_with_identity("a", 3), "w")
        layer = DenseFeatures(
            cn.embedding_column(weighted, 1, "sum"), {"a_weighted_by_w_embedding": [[1], [2], [4]]}
        )
        assert [name.rsplit(".")[-1] for name in layer.inputs()] == ["values", "weights"]
        assert numbers(layer({"a": [[1, 2]], "w": [[0.5, 2.0]]})).tolist() == [[9.0]]

    def test_groups_with_names_that_could_be_confused(self):
        column = cn.sequence_numeric_column
        layer = Features({"a": column("b.c"), "a.b": column("c")})
        assert len(layer.inputs()) == 6

    def test_jagged_batches_are_refused(self):
        batch = cn.Encoder(A, layout="jagged").encode(FEATURES)
        failure(GroupError, lambda: SequenceFeatures(A)(batch), "a jagged batch")

    def test_more_buckets_than_int32_counts(self):
        column = cn.embedding_column(cn.sequence_categorical_column_with_hash_bucket("a", 2**31), 1)
        failure(LimitError, lambda: SequenceFeatures(column), "2147483648 buckets", column="a_embedding")

    def test_a_foreign_id_is_not_wrapped_around(self):
        wide = cn.indicator_column(cn.sequence_categorical_column_with_identity("a", 2**41))
        batch = cn.Encoder(wide).encode({"a": [[2**40 + 3]]})
        failure(LimitError, lambda: SequenceFeatures(A)(batch), "beyond 2147483647")


def functional(columns=(A, N)):
    layer = SequenceFeatures(columns)
    inputs = layer.inputs()
    steps, _ = layer(inputs)
    return keras.Model(inputs, keras.layers.Dense(1)(keras.layers.LSTM(4)(steps)))


class TestMasks:
    """They travel with the steps."""

    @pytest.mark.parametrize("side", ["left", "right"])
    def test_padding_does_not_change_a_functional_model(self, side):
        model = functional()
        short = model.predict(to_arrays(cn.Encoder([A, N]).encode(FEATURES)), verbose=0)
        padded = cn.Encoder([A, N], side=side, pad_to_multiple_of=8).encode(FEATURES)
        np.testing.assert_allclose(model.predict(to_arrays(padded), verbose=0), short, rtol=1e-5, atol=1e-6)

    def test_an_lstm_masks_by_itself(self):
        lstm = keras.layers.LSTM(4)
        steps, lengths = SequenceFeatures([A, N])(FEATURES)
        mask = sequence_mask(lengths)
        np.testing.assert_array_equal(numbers(lstm(steps)), numbers(lstm(steps, mask=mask)))
        everything = ops.ones_like(mask)
        assert (numbers(lstm(steps, mask=everything)) != numbers(lstm(steps)))[1:].all()

    def test_multi_head_attention_masks_by_itself(self):
        attention = keras.layers.MultiHeadAttention(1, 4)
        layer = SequenceFeatures([A, N])
        steps, _ = layer(FEATURES)
        wider, _ = layer(cn.Encoder([A, N], pad_to_multiple_of=8).encode(FEATURES))
        np.testing.assert_allclose(
            numbers(attention(wider, wider))[[0, 2], 0],
            numbers(attention(steps, steps))[[0, 2], 0],
            rtol=1e-5,
            atol=1e-6,
        )

    def test_of_groups(self):
        layer = Features({"z": A, "context": AGE, "b": N})
        inputs = layer.inputs()
        outputs = layer(inputs)
        joined = concatenate_context_input(outputs["context"], outputs["z"][0])
        model = keras.Model(
            inputs, [keras.layers.LSTM(2)(steps) for steps in (outputs["z"][0], outputs["b"][0])]
        )
        shape = keras.Model(inputs, joined).output_shape
        assert shape == (None, None, 4)
        features = {**FEATURES, "age": [[1.0]] * 3}
        columns = {"z": A, "context": AGE, "b": N}
        answers = [
            model.predict(to_arrays(cn.Encoder(columns, pad_to_multiple_of=size).encode(features)), verbose=0)
            for size in (1, 8)
        ]
        for short, padded in zip(*answers, strict=True):
            np.testing.assert_allclose(padded, short, rtol=1e-5, atol=1e-6)


class TestTraining:
    """model.fit on records: strings never reach the graph."""

    WORDS = cn.embedding_column(cn.sequence_categorical_column_with_hash_bucket("words", 500), 4)
    TARGET = {"good": cn.FixedLenFeature((1,), "float32")}  # noqa: RUF012

    def records(self):
        rows = [(["a", "fine", "one"], 1.0), (["bad"], 0.0), (["a", "bad", "one"], 0.0), (["fine"], 1.0)]
        return [cn.Example({"words": words, "good": [good]}).serialize() for words, good in rows] * 4

    def test_fit_and_predict(self):
        layer = SequenceFeatures(self.WORDS)
        inputs = layer.inputs()
        last = keras.layers.LSTM(8)(layer(inputs)[0])
        model = keras.Model(inputs, keras.layers.Dense(1, activation="sigmoid")(last))
        model.compile(keras.optimizers.Adam(0.05), "binary_crossentropy")
        before = layer.tables()["words_embedding"]
        encoder = cn.Encoder(self.WORDS, pad_to_multiple_of=4)
        history = model.fit(RecordDataset(self.records(), encoder, 3, self.TARGET), epochs=30, verbose=0)
        assert history.history["loss"][-1] < 0.1
        assert (layer.tables()["words_embedding"] != before).any(1).sum() == 4
        answers = model.predict(RecordDataset(self.records(), encoder, 5), verbose=0)
        assert (answers[:, 0] > 0.5).tolist() == [True, False, False, True] * 4

    def test_batches(self):
        dataset = RecordDataset(self.records(), cn.Encoder(self.WORDS), 6, self.TARGET)
        assert len(dataset) == 3
        assert [len(dataset[index][1]) for index in range(3)] == [6, 6, 4]
        assert dataset[0][1][:, 0].tolist() == [1, 0, 0, 1, 1, 0]
        both = RecordDataset(
            self.records(), cn.Encoder(self.WORDS), 6, {**self.TARGET, "words": cn.VarLenFeature("string")}
        )
        assert set(both[0][1]) == {"good", "words"}
        failure(ColumnValueError, lambda: RecordDataset([], cn.Encoder(self.WORDS), 0), "at least 1, got 0")

    def test_shards_of_files_are_all_records(self, tmp_path):
        with cn.TFRecordWriter(tmp_path / "file") as writer:
            writer.write_batch(self.records())
        encoder, whole = cn.Encoder(self.WORDS), []
        for index in range(3):
            records = list(cn.TFRecordReader(tmp_path / "file", shard=(index, 3)))
            dataset = RecordDataset(records, encoder, 4, self.TARGET, workers=2)
            assert sum(len(dataset[i][1]) for i in range(len(dataset))) == len(records)
            whole += records
        assert sorted(whole) == sorted(self.records())

    def test_a_table_is_a_weight(self):
        layer = SequenceFeatures([A])
        assert layer.table("a_embedding") is layer.weights[0]

    def test_dtypes_of_columns_without_tables(self):
        for columns in ([N], [cn.indicator_column(IDENTITY)]):
            output, lengths = SequenceFeatures(columns, dtype="bfloat16")(FEATURES)
            assert keras.backend.standardize_dtype(output.dtype) == "bfloat16"
            assert keras.backend.standardize_dtype(lengths.dtype) == "int32"

    def test_trainable(self):
        layer = SequenceFeatures([A, cn.embedding_column(IDENTITY, 2, trainable=False, name="fixed")])
        assert [weight.name for weight in layer.trainable_weights] == ["a_embedding"]
        assert [weight.name for weight in layer.non_trainable_weights] == ["fixed"]

    def test_rows_of_zeros_have_gradients_where_norms_are_limited(self):
        column = cn.embedding_column(IDENTITY, 2, max_norm=1)
        layer = SequenceFeatures(column, {"a_embedding": np.zeros((5, 2))})
        inputs = layer.inputs()
        model = keras.Model(inputs, layer(inputs)[0])
        model.compile(keras.optimizers.SGD(0.1), "mse")
        arrays = to_arrays(cn.Encoder(column).encode({"a": [[0, 1]]}))
        model.fit(arrays, np.ones((1, 2, 2)), verbose=0)
        rows = layer.tables()["a_embedding"]
        assert np.isfinite(rows).all()
        assert rows.any(1).tolist() == [True, True, False, False, False]


class TestSaving:
    """Registered for serialization."""

    @pytest.mark.parametrize("of_groups", [False, True])
    def test_a_model_file(self, tmp_path, of_groups):
        columns = {"x": [A, N], "z": AGE} if of_groups else [A, N]
        if of_groups:
            layer = Features(columns)
            inputs = layer.inputs()
            outputs = layer(inputs)
            model = keras.Model(inputs, concatenate_context_input(outputs["z"], outputs["x"][0]))
        else:
            model = functional(columns)
        model.save(tmp_path / "model.keras")
        again = keras.models.load_model(tmp_path / "model.keras")
        arrays = to_arrays(cn.Encoder(columns).encode({**FEATURES, "age": [[1.0]] * 3}))
        np.testing.assert_array_equal(again.predict(arrays, verbose=0), model.predict(arrays, verbose=0))

    def test_config_is_json(self):
        for layer in (SequenceFeatures([A, N], name="history"), Features({"x": A}), DenseFeatures(AGE)):
            again = type(layer).from_config(json.loads(json.dumps(layer.get_config())))
            assert again.plan == layer.plan
            assert (type(again), again.name) == (type(layer), layer.name)

    def test_functions_are_refused_by_name(self):
        layer = SequenceFeatures(cn.sequence_numeric_column("n", normalizer_fn=lambda steps: steps))
        with pytest.raises(ConfigError, match="normalizer_fn"):
            layer.get_config()

    @pytest.mark.parametrize("packed", [False, True])
    def test_vocabulary_files_travel(self, tmp_path, packed):
        path = tmp_path / ("words.txt.gz" if packed else "words.txt")
        path.write_bytes(gzip.compress(b"so\ngood\n") if packed else b"so\ngood\n")
        words = cn.sequence_categorical_column_with_vocabulary_file("words", path, num_oov_buckets=1)
        layer = SequenceFeatures([cn.embedding_column(words, 3)])
        inputs = layer.inputs()
        model = keras.Model(inputs, keras.layers.LSTM(2)(layer(inputs)[0]))
        arrays = to_arrays(
            cn.Encoder([cn.embedding_column(words, 3)]).encode({"words": [["so", "bad"], ["good"]]})
        )
        wanted = model.predict(arrays, verbose=0)
        model.save(tmp_path / "model.keras")
        path.unlink()
        for again in (tmp_path / "again.keras", tmp_path / "and_again.keras"):
            model = keras.models.load_model(tmp_path / "model.keras")
            np.testing.assert_allclose(model.predict(arrays, verbose=0), wanted, rtol=1e-6)
            [loaded] = [each for each in model.layers if isinstance(each, SequenceFeatures)]
            np.testing.assert_array_equal(
                numbers(loaded({"words": [["so", "bad"], ["good"]]})[0]), numbers(loaded(arrays)[0])
            )
            model.save(again)
            model = keras.models.load_model(again)
        assert str(tmp_path) not in json.dumps(loaded.get_config())

    @pytest.mark.parametrize(
        ("name", "value", "message"),
        [
            ("vocabularies", {}, "and it is missing"),
            ("vocabularies", None, "must be files by name, got NoneType"),
            ("vocabularies", lambda name: {name: "YQ=="}, "its SHA-256 differs"),
            ("vocabularies", lambda name: {name: "!"}, "is no base64"),
            ("vocabularies", lambda name: {name: 5}, "is no base64"),
            ("path", "/etc/passwd", "must be the name that save gave it"),
            ("path", 5, "must be the name that save gave it"),
            ("encoder", None, "config"),
            ("encoder", cn.to_config(IDENTITY), "an Encoder is wanted"),
        ],
    )
    def test_damaged_configs(self, tmp_path, name, value, message):
        path = tmp_path / "words.txt"
        path.write_text("so\ngood\n")
        words = cn.sequence_categorical_column_with_vocabulary_file("words", path)
        config = json.loads(json.dumps(SequenceFeatures([cn.indicator_column(words)]).get_config()))
        [file] = config["vocabularies"]
        if name == "path":
            text = json.dumps(config["encoder"]).replace(json.dumps(file), json.dumps(value))
            config["encoder"] = json.loads(text)
        else:
            config[name] = value(file) if callable(value) else value
        with pytest.raises(ConfigError, match=message):
            SequenceFeatures.from_config(config)

    def test_a_vocabulary_that_changed_is_not_saved(self, tmp_path):
        path = tmp_path / "words.txt"
        path.write_text("so\ngood\n")
        layer = SequenceFeatures(
            [cn.indicator_column(cn.sequence_categorical_column_with_vocabulary_file("words", path))]
        )
        path.write_text("so\nbad\n")
        failure(ConfigError, layer.get_config, "changed since", key="words", file=str(path))

    def test_the_numpy_layer_serves_the_tables(self):
        layer = SequenceFeatures([A, N])
        served = colonnade.numpy.SequenceFeatures([A, N], layer.tables())
        np.testing.assert_allclose(numbers(layer(FEATURES)[0]), served(FEATURES)[0], rtol=1e-5, atol=1e-6)


class TestTables:
    """New ones and given ones."""

    def test_new_ones_are_truncated_normals_and_take_the_seed_of_keras(self):
        column = cn.embedding_column(cn.sequence_categorical_column_with_identity("a", 2000), 100)
        made = []
        for _ in range(2):
            keras.utils.set_random_seed(7)
            made.append(SequenceFeatures(column).tables()["a_embedding"])
        np.testing.assert_array_equal(*made)
        assert 0.195 < np.abs(made[0]).max() <= 0.2 + 1e-6
        assert made[0].std() == pytest.approx(0.088, rel=0.01)

    def test_initializer(self):
        column = cn.embedding_column(IDENTITY, 3, initializer=cn.initializers.Constant(2))
        assert SequenceFeatures(column).tables()["a_embedding"].tolist() == [[2, 2, 2]] * 5

    @pytest.mark.parametrize("kind", [np.asarray, np.ndarray.tolist, ops.convert_to_tensor, keras.Variable])
    def test_given_ones_are_copied(self, kind):
        given = table()
        layer = SequenceFeatures(A, {"a_embedding": kind(given)})
        layer.weights[0].assign(ops.zeros((5, 3)))
        np.testing.assert_array_equal(given, table())
        layer = SequenceFeatures(A, {"a_embedding": kind(given)})
        given[...] = 0
        np.testing.assert_array_equal(layer.tables()["a_embedding"], table())

    def test_tables_that_do_not_fit(self):
        failure(TableError, lambda: SequenceFeatures(A, {}), r"missing are \['a_embedding'\]")
        for wrong in (table(3, 5), "text", ops.zeros((3, 5))):
            failure(
                TableError,
                lambda w=wrong: SequenceFeatures(A, {"a_embedding": w}),
                r"numbers of shape \(5, 3\)",
                column="a_embedding",
            )

    def test_the_functional_form(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error", UntrainedTableWarning)
            output, _ = sequence_input_layer(FEATURES, [A, N], {"a_embedding": table()})
        np.testing.assert_array_equal(numbers(output)[0, :, :3], table()[[1, 2, 1]])
        with pytest.warns(UntrainedTableWarning, match="a_embedding") as caught:
            sequence_input_layer(FEATURES, [A])
        assert caught[0].filename == __file__

    def test_wrong_sort_of_columns(self):
        failure(GroupError, lambda: SequenceFeatures(AGE), "use DenseFeatures")
        failure(GroupError, lambda: DenseFeatures(A), "use SequenceFeatures")
        failure(GroupError, lambda: SequenceFeatures({"x": A}), "use Features")


def test_the_width_of_a_mask_of_symbolic_lengths_must_be_given():
    lengths = keras.Input((), dtype="int32")
    failure(ColumnValueError, lambda: sequence_mask(lengths), "give maxlen")
    assert sequence_mask(lengths, 4).shape == (None, 4)
