"""The NumPy layers: they serve the tables that another layer trained."""

from __future__ import annotations

import copy
import pickle
import warnings

import numpy as np
import pytest
from failing import failure

import colonnade as cn
from colonnade.errors import (
    ColumnTypeError,
    ColumnValueError,
    FeatureTypeError,
    GroupError,
    IdOutOfRangeError,
    TableError,
    UntrainedTableWarning,
)
from colonnade.numpy import DenseFeatures, Features, SequenceFeatures, embed, sequence_input_layer

IDENTITY = cn.sequence_categorical_column_with_identity("a", 5)
A = cn.embedding_column(IDENTITY, 3)
N = cn.sequence_numeric_column("n", shape=(2,), default_value=-7.0)
FEATURES = {"a": [[1, 2, 1], [], [4]], "n": [[*range(6)], [], [7.0] * 2]}
TABLE = np.arange(15, dtype=np.float32).reshape(5, 3) + 1
TABLES = {"a_embedding": TABLE}


def test_columns_side_by_side():
    output, lengths = SequenceFeatures([N, A, cn.indicator_column(IDENTITY)], TABLES)(FEATURES)
    assert (output.shape, output.dtype) == ((3, 3, 3 + 5 + 2), np.float32)
    assert (lengths.tolist(), lengths.dtype) == ([3, 0, 1], np.int64)
    assert output[0, :, :3].tolist() == TABLE[[1, 2, 1]].tolist()
    assert output[0, :, 3:8].tolist() == np.eye(5)[[1, 2, 1]].tolist()
    assert output[0, :, 8:].tolist() == [[0, 1], [2, 3], [4, 5]]
    assert not output[1, :, :8].any()
    assert output[1, :, 8:].tolist() == [[-7, -7]] * 3


def test_holes_are_zeros_and_never_the_last_row():
    output, lengths = SequenceFeatures(A, TABLES)({"a": np.array([[-1, 4]])})
    assert output.tolist() == [[[0, 0, 0], TABLE[4].tolist()]]
    assert lengths.tolist() == [2]


@pytest.mark.parametrize("features", [{"a": [], "n": []}, {"a": [[], []], "n": [[], []]}])
def test_nothing(features):
    output, lengths = SequenceFeatures([A, N], TABLES)(features)
    assert output.shape == (len(features["a"]), 0, 5)
    assert lengths.tolist() == [0] * len(features["a"])


def test_jagged_batches_give_steps():
    layer = SequenceFeatures([A, N], TABLES)
    padded, lengths = layer(FEATURES)
    steps, same = layer(cn.Encoder([A, N], layout="jagged").encode(FEATURES))
    assert steps.tolist() == padded[cn.sequence_mask(lengths)].tolist()
    assert same.tolist() == lengths.tolist()


def test_context_and_groups():
    columns = [cn.numeric_column("age"), cn.indicator_column(cn.categorical_column_with_identity("t", 3))]
    features = {**FEATURES, "age": [[5.0], [6.0], [7.0]], "t": [[1, 1], [], [0, 2]]}
    wanted = [[5, 0, 2, 0], [6, 0, 0, 0], [7, 1, 0, 1]]
    assert DenseFeatures(columns)(features).tolist() == wanted
    outputs = Features({"history": [A, N], "user": columns}, TABLES)(features)
    assert outputs["user"].tolist() == wanted
    assert outputs["history"][0].shape == (3, 3, 5)


def test_combiners_and_max_norm_as_tensorflow_computes_them():
    rows = np.array([[1, 2], [3, 5], [7, 11]], np.float32)
    wanted = {"mean": [2.3333, 4], "sqrtn": [4.0415, 6.9282], "sum": [7, 12]}
    tags = cn.categorical_column_with_identity("t", 3)
    for combiner, numbers in wanted.items():
        layer = DenseFeatures(cn.embedding_column(tags, 2, combiner), {"t_embedding": rows})
        np.testing.assert_allclose(layer({"t": [[1, 1, 0]]})[0], numbers, rtol=1e-4)
    clipped = DenseFeatures(cn.embedding_column(tags, 2, max_norm=1), {"t_embedding": rows})
    np.testing.assert_allclose(clipped({"t": [[1]]})[0], [0.5145, 0.8575], rtol=1e-4)
    assert clipped.tables()["t_embedding"].tolist() == rows.tolist()


class TestTables:
    """Given ones, and random ones with a warning."""

    def test_random_ones_warn(self):
        with pytest.warns(UntrainedTableWarning, match=r"\['a_embedding'\] are random; give trained ones"):
            layer = Features(A)
        assert layer.tables()["a_embedding"].shape == (5, 3)

    @pytest.mark.parametrize("make", [lambda: SequenceFeatures(A), lambda: sequence_input_layer(FEATURES, A)])
    def test_the_warning_points_to_the_caller(self, make):
        with pytest.warns(UntrainedTableWarning) as caught:
            make()
        assert caught[0].filename == __file__

    def test_no_tables_needed(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert SequenceFeatures(N).tables() == {}

    def test_initializer(self):
        column = cn.embedding_column(IDENTITY, 3, initializer=lambda shape, dtype: np.full(shape, 2, dtype))
        with pytest.warns(UntrainedTableWarning):
            assert SequenceFeatures(column).tables()["a_embedding"].tolist() == [[2, 2, 2]] * 5

    def test_read_only(self):
        with pytest.raises(ValueError, match="read-only"):
            SequenceFeatures(A, TABLES).tables()["a_embedding"][0] = 1

    def test_tables_that_do_not_fit(self):
        failure(TableError, lambda: SequenceFeatures(A, {}), r"missing are \['a_embedding'\]")
        failure(TableError, lambda: SequenceFeatures(A, {**TABLES, "b": 0}), r"unknown are \['b'\]")
        for wrong in (TABLE.T, "text", None, [[1], [1, 2]]):
            failure(
                TableError,
                lambda w=wrong: SequenceFeatures(A, {"a_embedding": w}),
                r"numbers of shape \(5, 3\)",
                column="a_embedding",
            )

    def test_float64_and_lists(self):
        for given in (TABLE.astype(np.float64), TABLE.tolist(), np.asfortranarray(TABLE)):
            layer = SequenceFeatures(A, {"a_embedding": given})
            assert layer(FEATURES)[0][0].tolist() == TABLE[[1, 2, 1]].tolist()


def test_an_id_beyond_the_table():
    wide = cn.embedding_column(cn.sequence_categorical_column_with_identity("a", 50), 3)
    batch = cn.Encoder(wide).encode({"a": [[1], [49]]})
    with pytest.raises(IdOutOfRangeError, match=r"id 49 of slot 'a' is not in \[0, 5\)"):
        SequenceFeatures(A, TABLES)(batch)


class Loud(np.ndarray):
    """What np.asarray would not give."""


def unaligned(array):
    raw = np.zeros(array.nbytes + 1, np.uint8)
    out = raw[1:].view(array.dtype).reshape(array.shape)
    out[...] = array
    assert not out.flags.aligned
    return out


FORMS = {
    "fortran": np.asfortranarray,
    "strided": lambda array: np.repeat(array, 2, -1)[..., ::2],
    "backwards": lambda array: array[::-1].copy()[::-1],
    "unaligned": unaligned,
    "narrow": lambda array: array.astype(np.int16 if array.dtype == np.int64 else np.float16),
    "wide": lambda array: array.astype(np.longlong if array.dtype == np.int64 else np.float64),
    "subclass": lambda array: array.view(Loud),
    "read-only": lambda array: np.frombuffer(array.tobytes(), array.dtype).reshape(array.shape),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_arrays_of_any_form(form):
    encoder, layer = cn.Encoder([A, N]), SequenceFeatures([A, N], TABLES)
    batch = encoder.encode(FEATURES)
    slots = {name: slot.map(form) for name, slot in batch.slots.items()}
    given = cn.SequenceBatch(slots, batch.lengths, batch.mask)
    assert layer(given)[0].tolist() == layer(batch)[0].tolist()


def test_bytes_in_the_other_order_are_refused():
    batch = cn.Encoder(A).encode(FEATURES).map(lambda array: array.astype(array.dtype.newbyteorder()))
    with pytest.raises(TypeError, match="must hold arrays of numbers"):
        SequenceFeatures(A, TABLES)(batch)


def test_wrong_columns_and_features():
    failure(GroupError, lambda: SequenceFeatures(cn.numeric_column("age")), "use DenseFeatures")
    failure(GroupError, lambda: DenseFeatures(N), "use SequenceFeatures")
    failure(GroupError, lambda: SequenceFeatures({"x": N}), "use Features")
    failure(FeatureTypeError, lambda: SequenceFeatures(N)([b""]), "must be a mapping")


def test_the_functional_form():
    output, lengths = sequence_input_layer(FEATURES, [A, N], TABLES)
    wanted, wanted_lengths = SequenceFeatures([A, N], TABLES)(FEATURES)
    assert output.tolist() == wanted.tolist()
    assert lengths.tolist() == wanted_lengths.tolist()
    with pytest.warns(UntrainedTableWarning):
        assert sequence_input_layer(FEATURES, [A])[0].shape == (3, 3, 3)


class TestLayer:
    """A layer keeps what it was made with, and takes what it was made for."""

    @pytest.mark.parametrize("again", [copy.deepcopy, lambda layer: pickle.loads(pickle.dumps(layer))])
    def test_copies(self, again):
        layer = SequenceFeatures([A, N], TABLES)
        assert again(layer)(FEATURES)[0].tolist() == layer(FEATURES)[0].tolist()

    @pytest.mark.parametrize("threads", [2, 8, 2**62])
    def test_threads(self, threads):
        rows = [[*range(i % 5)] * 9 for i in range(2000)]
        features = {"a": rows, "n": [row * 2 for row in rows]}
        columns = [N, A, cn.indicator_column(IDENTITY)]
        layer = SequenceFeatures(columns, TABLES, num_threads=threads)
        one, lengths = SequenceFeatures(columns, TABLES)(features)
        shared, same = layer(features)
        assert shared.tobytes() == one.tobytes()
        assert same.tolist() == lengths.tolist()
        batch = cn.Encoder(columns).encode(features)
        embedded, _ = embed(layer.plan.groups[""], layer.tables(), batch, num_threads=threads)
        assert embedded.tobytes() == one.tobytes()

    @pytest.mark.parametrize("again", [copy.deepcopy, lambda layer: pickle.loads(pickle.dumps(layer))])
    @pytest.mark.parametrize("threads", [None, 3])
    def test_copies_keep_the_threads(self, again, threads):
        copied = again(again(DenseFeatures(cn.numeric_column("age"), num_threads=threads)))
        assert type(copied) is DenseFeatures
        assert copied._encoder.options.num_threads == threads

    def test_threads_that_are_none(self):
        batch = cn.Encoder(A).encode(FEATURES)
        group = SequenceFeatures(A, TABLES).plan.groups[""]
        for make in (
            lambda n: SequenceFeatures(A, TABLES, num_threads=n),
            lambda n: embed(group, TABLES, batch, num_threads=n),
        ):
            failure(ColumnValueError, lambda make=make: make(0), "num_threads must be at least 1, got 0")
            failure(ColumnTypeError, lambda make=make: make("2"), "num_threads must be an int, got str")

    def test_width(self):
        assert SequenceFeatures([A, N], TABLES).width == 5
        assert DenseFeatures(cn.numeric_column("age", shape=(2, 3))).width == 6

    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_given_tables_are_copied(self, dtype):
        given = TABLE.astype(dtype)
        layer = SequenceFeatures(A, {"a_embedding": given})
        given[:] = 0
        assert layer.tables()["a_embedding"].tolist() == TABLE.tolist()

    @pytest.mark.parametrize("rows", [1, 32_767, 32_768, 100_001])
    def test_large_tables(self, rows):
        """Those of 2 MiB or more lie on large pages."""
        given = np.arange(rows * 16, dtype=np.float64).reshape(rows, 16)
        column = cn.embedding_column(cn.sequence_categorical_column_with_identity("a", rows), 16)
        layer = SequenceFeatures(column, {"a_embedding": given})
        table = layer.tables()["a_embedding"]
        assert (table == given.astype(np.float32)).all()
        assert table.nbytes < 2**21 or table.ctypes.data % 2**21 == 0
        assert layer({"a": [[rows - 1]]})[0].tolist() == [[table[-1].tolist()]]

    def test_batch_of_other_columns(self):
        with pytest.raises(GroupError):
            SequenceFeatures(A, TABLES)(cn.Encoder(N).encode(FEATURES))

    def test_batch_of_a_context(self):
        batch = cn.Encoder(cn.indicator_column(cn.categorical_column_with_identity("a", 5))).encode(FEATURES)
        with pytest.raises(GroupError):
            SequenceFeatures(A, TABLES)(batch)

    def test_batch_of_one_group_of_several(self):
        layer = Features({"x": A, "y": N}, TABLES)
        batch = cn.Encoder(A).encode(FEATURES)
        failure(GroupError, lambda: layer(batch), r"the groups \['x', 'y'\]; give \{group: batch\}")
        failure(GroupError, lambda: layer({"x": batch}), r"no batch for the groups \['y'\]")
        failure(GroupError, lambda: layer({"x": batch, "y": batch}), "the batch has no slot 'n', only")

    def test_batch_of_sequences_for_a_context(self):
        layer = DenseFeatures(cn.indicator_column(cn.categorical_column_with_identity("a", 5)))
        failure(GroupError, lambda: layer(cn.Encoder(A).encode(FEATURES)), "the batch holds sequences")

    def test_a_batch_of_more_columns_will_do(self):
        batch = cn.Encoder([A, N]).encode(FEATURES)
        assert (
            SequenceFeatures(A, TABLES)(batch)[0].tolist()
            == SequenceFeatures(A, TABLES)(FEATURES)[0].tolist()
        )
