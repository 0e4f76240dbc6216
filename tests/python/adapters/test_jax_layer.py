"""The JAX layers: ordinary nnx modules that trace, and the same numbers as the NumPy ones."""

from __future__ import annotations

import copy
import pickle
import warnings

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from failing import failure
from flax import nnx

import colonnade as cn
import colonnade.numpy
from colonnade.errors import (
    ColumnValueError,
    GroupError,
    IdOutOfRangeError,
    LimitError,
    TableError,
    UntrainedTableWarning,
)
from colonnade.jax import (
    DenseFeatures,
    Features,
    SequenceFeatures,
    sequence_input_layer,
    sequence_mask,
    to_arrays,
)

IDENTITY = cn.sequence_categorical_column_with_identity("a", 5)
A = cn.embedding_column(IDENTITY, 3)
N = cn.sequence_numeric_column("n", shape=(2, 2), default_value=-7.0)
FEATURES = {"a": [[1, 2, 1], [], [4]], "n": [[*range(12)], [], [7.0] * 4]}


def table(rows=5, width=3, seed=0):
    return np.random.default_rng(seed).standard_normal((rows, width)).astype(np.float32)


class TestOutput:
    """[batch, time, width], columns in order of name; int32 where NumPy has int64."""

    def test_columns_side_by_side(self):
        output, lengths = SequenceFeatures([N, A, cn.indicator_column(IDENTITY)], {"a_embedding": table()})(
            FEATURES
        )
        assert (output.shape, output.dtype) == ((3, 3, 3 + 5 + 4), jnp.float32)
        assert (lengths.tolist(), lengths.dtype) == ([3, 0, 1], jnp.int32)
        np.testing.assert_array_equal(output[0, :, :3], table()[[1, 2, 1]])
        assert output[0, :, 3:8].tolist() == np.eye(5)[[1, 2, 1]].tolist()
        assert output[0, :, 8:].tolist() == np.arange(12.0).reshape(3, 4).tolist()
        assert not output[1, :, :8].any()
        assert output[1, :, 8:].tolist() == [[-7.0] * 4] * 3

    def test_holes_are_zeros_and_never_the_last_row(self):
        output, lengths = SequenceFeatures(A, {"a_embedding": np.ones((5, 3))})({"a": np.array([[-1, 4]])})
        assert output.tolist() == [[[0, 0, 0], [1, 1, 1]]]
        assert lengths.tolist() == [2]

    @pytest.mark.parametrize("features", [{"a": [], "n": []}, {"a": [[], []], "n": [[], []]}])
    def test_nothing(self, features):
        output, lengths = SequenceFeatures([A, N])(features)
        assert output.shape == (len(features["a"]), 0, 7)
        assert lengths.tolist() == [0] * len(features["a"])

    def test_groups(self):
        outputs = Features({"x": A, "y": [N], "z": cn.numeric_column("age")})(
            {**FEATURES, "age": [[1.0], [2.0], [3.0]]}
        )
        assert [outputs[name][0].shape for name in ("x", "y")] == [(3, 3, 3), (3, 3, 4)]
        assert outputs["z"].tolist() == [[1], [2], [3]]

    def test_context(self):
        layer = DenseFeatures(
            [
                cn.numeric_column("age", default_value=1.0),
                cn.embedding_column(cn.categorical_column_with_identity("tags", 4), 2, "sum"),
            ],
            {"tags_embedding": [[1, 0], [0, 1], [2, 2], [3, 3]]},
        )
        assert layer.width == 3
        assert layer({"age": [[5.0], []], "tags": [[0, 1, 1], []]}).tolist() == [[5, 1, 2], [1, 0, 0]]

    def test_inside_jit_an_id_beyond_its_table_is_no_silent_answer(self):
        wider = cn.sequence_categorical_column_with_identity("a", 9)
        batch = to_arrays(cn.Encoder(cn.embedding_column(wider, 3)).encode({"a": [[7]]}))
        layer = SequenceFeatures([A, cn.indicator_column(IDENTITY)])
        output, _ = nnx.jit(lambda layer, batch: layer(batch))(layer, batch)
        assert np.isnan(output[..., :3]).all()
        assert not output[..., 3:].any()


class TestArrays:
    """The hand-over from NumPy."""

    def test_integers_are_int32_and_nothing_changes(self):
        """Integers are copied; what is shared cannot be written to. See test_jax_lifetimes.py."""
        batch = cn.Encoder([A, N]).encode(FEATURES)
        arrays = to_arrays(batch)
        assert arrays.slots["a"].values.dtype == arrays.lengths.dtype == jnp.int32
        for leaf in (batch.lengths, batch.slots["a"].values):
            leaf[...] = 1
        for leaf in (batch.mask, batch.slots["n"].values):
            with pytest.raises(ValueError, match="read-only"):
                leaf[...] = 1
        assert arrays.lengths.tolist() == [3, 0, 1]
        assert arrays.mask.sum() == 4
        assert arrays.slots["n"].values[0, 2, 1, 1] == 11

    def test_more_buckets_than_int32_counts(self):
        column = cn.sequence_categorical_column_with_hash_bucket("a", 2**31)
        for wrapped, name in (
            (cn.embedding_column(column, 1), "a_embedding"),
            (cn.indicator_column(column), "a_indicator"),
        ):
            failure(LimitError, lambda c=wrapped: SequenceFeatures(c), "2147483648 buckets", column=name)
            failure(
                LimitError, lambda c=wrapped: sequence_input_layer({"a": [["b"]]}, c), "int32", column=name
            )

    def test_a_foreign_id_is_not_wrapped_around(self):
        wide = cn.indicator_column(cn.sequence_categorical_column_with_identity("a", 2**41))
        batch = cn.Encoder(wide).encode({"a": [[2**40 + 3]]})
        failure(LimitError, lambda: to_arrays(batch), "beyond 2147483647")
        failure(
            IdOutOfRangeError, lambda: SequenceFeatures(A)(batch), f"id {2**40 + 3}", column="a_embedding"
        )

    def test_a_batch_is_a_pytree(self):
        batch = cn.Encoder([A, N]).encode(FEATURES)
        leaves, structure = jax.tree.flatten(batch)
        assert len(leaves) == 4
        assert isinstance(jax.tree.unflatten(structure, leaves), cn.SequenceBatch)


class TestMaxNorm:
    """Rows are clipped on their way out; the table stays."""

    def test_values(self):
        rows = np.array([[3, 5], [0.1, 0.1], [0, 0], [1, 0], [0, -9]], np.float32)
        layer = SequenceFeatures(cn.embedding_column(IDENTITY, 2, max_norm=1), {"a_embedding": rows})
        output, _ = layer({"a": [[0, 1, 2, 3, 4]]})
        np.testing.assert_allclose(
            output[0], [[0.5145, 0.8575], [0.1, 0.1], [0, 0], [1, 0], [0, -1]], atol=1e-4
        )
        np.testing.assert_array_equal(layer.tables()["a_embedding"], rows)

    @pytest.mark.parametrize(("max_norm", "expected"), [(1e-30, 0.5**0.5 * 1e-30), (1e30, 1)])
    def test_extremes(self, max_norm, expected):
        column = cn.embedding_column(IDENTITY, 2, max_norm=max_norm)
        output, _ = SequenceFeatures(column, {"a_embedding": np.ones((5, 2))})({"a": [[1]]})
        np.testing.assert_allclose(output, np.full((1, 1, 2), expected), rtol=1e-5)

    @pytest.mark.parametrize("max_norm", [1e-30, 1, 1e30])
    @pytest.mark.parametrize("value", [0, 1e-25, 1e-15])
    def test_gradients_are_finite_where_a_row_is_zero(self, value, max_norm):
        column = cn.embedding_column(IDENTITY, 2, max_norm=max_norm)
        layer = SequenceFeatures(column, {"a_embedding": np.full((5, 2), value)})
        gradient = nnx.grad(lambda layer: layer({"a": np.array([[0, -1]])})[0].sum())(layer)
        assert np.isfinite(gradient["embeddings"]["a_embedding"][...]).all()


class TestTraining:
    """Gradients, and what takes none."""

    def test_touched_rows_only(self):
        batch = cn.Encoder(A).encode({"a": np.array([[1, -1, 3], [-1, -1, -1], [3, -1, -1]])})
        gradient = nnx.grad(lambda layer: layer(batch)[0].sum())(SequenceFeatures(A))
        rows = gradient["embeddings"]["a_embedding"][...].tolist()
        assert rows == [[0] * 3, [1] * 3, [0] * 3, [2] * 3, [0] * 3]

    def test_a_tied_softmax(self):
        def loss_of(layer):
            return jax.nn.logsumexp(layer(FEATURES)[0] @ layer.table("a_embedding").T, -1).sum()

        layer = SequenceFeatures([A])
        assert isinstance(layer.table("a_embedding"), nnx.Param)
        gradient = nnx.grad(loss_of)(layer)["embeddings"]["a_embedding"][...]
        assert jnp.abs(gradient).sum(1).all(), "rows that were not looked up are among the answers"

    def test_trainable(self):
        layer = SequenceFeatures([A, cn.embedding_column(IDENTITY, 2, trainable=False, name="fixed")])
        assert list(nnx.state(layer, nnx.Param)["embeddings"]) == ["a_embedding"]
        assert list(layer.tables()) == ["a_embedding", "fixed"]

    def test_training_moves_the_tables(self):
        layer = SequenceFeatures([A], rngs=nnx.Rngs(1))
        before = layer.tables()["a_embedding"]

        @nnx.jit
        def step(layer, batch):
            loss, gradients = nnx.value_and_grad(lambda layer: jnp.square(layer(batch)[0] - 1).sum())(layer)
            parameters = nnx.state(layer, nnx.Param)
            nnx.update(layer, jax.tree.map(lambda p, g: p - 0.1 * g, parameters, gradients))
            return loss

        batch = to_arrays(cn.Encoder([A]).encode({"a": [[1, 2]]}))
        losses = [float(step(layer, batch)) for _ in range(20)]
        assert losses[-1] < 0.01 * losses[0]
        assert (layer.tables()["a_embedding"] != before).any(1).tolist() == [False, True, True, False, False]

    def test_the_functional_form_passes_gradients_on(self):
        def total(weights):
            return sequence_input_layer(FEATURES, [A, N], {"a_embedding": weights})[0].sum()

        assert jax.grad(total)(jnp.array(table()))[:, 0].tolist() == [0, 2, 1, 0, 1]


class TestCompilation:
    """Traced once for each shape."""

    def test_padding_bounds_the_number_of_compilations(self):
        encoder = cn.Encoder([A], pad_to_multiple_of=8)
        layer, traced = SequenceFeatures([A]), []

        @nnx.jit
        def answer(layer, batch):
            traced.append(batch.mask.shape)
            return layer(batch)[0].sum()

        for longest in range(1, 41):
            answer(layer, to_arrays(encoder.encode({"a": [[1] * longest, [2]]})))
        assert traced == [(2, width) for width in (8, 16, 24, 32, 40)]

    @pytest.mark.parametrize("layout", ["padded", "jagged"])
    def test_jit_changes_nothing(self, layout):
        columns = [A, cn.indicator_column(IDENTITY), cn.embedding_column(IDENTITY, 2, "sqrtn", name="b")]
        batch = to_arrays(
            cn.Encoder(columns, layout=layout).encode({"a": [[[1, 1, 0], []], [], [[4], [2, 3]]]})
        )
        layer = SequenceFeatures(columns)
        output, lengths = nnx.jit(lambda layer, batch: layer(batch))(layer, batch)
        np.testing.assert_allclose(output, layer(batch)[0], rtol=1e-5, atol=1e-6)
        assert lengths.tolist() == [2, 0, 2]


class TestTables:
    """New ones and given ones."""

    def test_new_ones_are_truncated_normals(self):
        column = cn.embedding_column(cn.sequence_categorical_column_with_identity("a", 2000), 100)
        for rngs in (None, nnx.Rngs(0)):
            values = SequenceFeatures(column, rngs=rngs).tables()["a_embedding"]
            assert 0.195 < np.abs(values).max() <= 0.2 + 1e-6
            assert values.std() == pytest.approx(0.088, rel=0.01)

    def test_rngs_make_them_again(self):
        one, same, other = (SequenceFeatures(A, rngs=nnx.Rngs(seed)).tables() for seed in (0, 0, 1))
        np.testing.assert_array_equal(one["a_embedding"], same["a_embedding"])
        assert (one["a_embedding"] != other["a_embedding"]).all()

    def test_initializer(self):
        column = cn.embedding_column(IDENTITY, 3, initializer=cn.initializers.Constant(2))
        assert SequenceFeatures(column, rngs=nnx.Rngs(0)).tables()["a_embedding"].tolist() == [[2, 2, 2]] * 5

    def test_given_ones_are_copied(self):
        given = table()
        layer = SequenceFeatures(A, {"a_embedding": given})
        given[...] = 0
        np.testing.assert_array_equal(layer.tables()["a_embedding"], table())

    def test_tables_that_do_not_fit(self):
        failure(TableError, lambda: SequenceFeatures(A, {}), r"missing are \['a_embedding'\]")
        for wrong in (
            table(3, 5),
            jnp.zeros((3, 5)),
            jnp.zeros((5, 3), complex),
            jnp.zeros((5, 3), bool),
            "text",
        ):
            failure(
                TableError,
                lambda w=wrong: SequenceFeatures(A, {"a_embedding": w}),
                r"numbers of shape \(5, 3\)",
                column="a_embedding",
            )

    @pytest.mark.parametrize("dtype", [jnp.bfloat16, jnp.float16, jnp.int32])
    def test_other_dtypes_become_float32(self, dtype):
        layer = SequenceFeatures(A, {"a_embedding": jnp.ones((5, 3), dtype)})
        assert layer.tables()["a_embedding"].dtype == np.float32

    def test_random_ones_warn_in_the_functional_form(self):
        with pytest.warns(UntrainedTableWarning, match="a_embedding"):
            sequence_input_layer(FEATURES, [A])
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert sequence_input_layer(FEATURES, [N])[0].shape == (3, 3, 4)


class TestModule:
    """An ordinary nnx.Module."""

    NAMES = ("watches_embedding", "item.id", "a/b", "keys", "pop", "%2E", "a b", "日本", "1", "items")

    def test_any_name_splits_and_merges(self):
        columns = [cn.embedding_column(IDENTITY, 2, name=name) for name in self.NAMES]
        layer = SequenceFeatures(columns)
        assert list(layer.tables()) == sorted(self.NAMES)
        assert set(nnx.state(layer)["embeddings"]) == set(self.NAMES)
        again = nnx.merge(*nnx.split(layer))
        np.testing.assert_array_equal(again(FEATURES)[0], layer(FEATURES)[0])

    @pytest.mark.parametrize(
        "again", [copy.deepcopy, nnx.clone, lambda layer: pickle.loads(pickle.dumps(layer))]
    )
    def test_copies(self, again):
        layer = SequenceFeatures([A, N])
        np.testing.assert_array_equal(again(layer)(FEATURES)[0], layer(FEATURES)[0])

    def test_in_a_model(self):
        class Model(nnx.Module):
            def __init__(self, rngs):
                self.features = SequenceFeatures([A, N], rngs=rngs)
                self.rnn = nnx.RNN(nnx.GRUCell(self.features.width, 4, rngs=rngs))

            def __call__(self, batch):
                steps, lengths = self.features(batch)
                return self.rnn(steps, seq_lengths=lengths).sum(1)

        batch = to_arrays(cn.Encoder([A, N]).encode(FEATURES))
        assert nnx.jit(lambda model, batch: model(batch))(Model(nnx.Rngs(0)), batch).shape == (3, 4)

    def test_wrong_sort_of_columns(self):
        failure(GroupError, lambda: SequenceFeatures(cn.numeric_column("age")), "use DenseFeatures")
        failure(GroupError, lambda: DenseFeatures(A), "use SequenceFeatures")
        failure(GroupError, lambda: SequenceFeatures({"x": A}), "use Features")


def test_inside_jit_the_width_of_a_mask_must_be_given():
    lengths = jnp.array([1, 2])
    failure(ColumnValueError, lambda: jax.jit(sequence_mask)(lengths), "give maxlen")
    assert jax.jit(lambda lengths: sequence_mask(lengths, 3))(lengths).shape == (2, 3)


def test_the_numpy_layer_serves_the_tables():
    layer = SequenceFeatures([A, N])
    served = colonnade.numpy.SequenceFeatures([A, N], layer.tables())
    np.testing.assert_allclose(layer(FEATURES)[0], served(FEATURES)[0], rtol=1e-5, atol=1e-6)
