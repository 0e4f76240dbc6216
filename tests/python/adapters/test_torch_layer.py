"""The torch layers: ordinary modules, and the same numbers as the NumPy ones."""

from __future__ import annotations

import copy
import io
import pickle
import warnings

import numpy as np
import pytest
import torch
from failing import failure

import colonnade as cn
import colonnade.numpy
from colonnade.errors import FeatureTypeError, GroupError, TableError, UntrainedTableWarning
from colonnade.torch import DenseFeatures, Features, SequenceFeatures, sequence_input_layer, to_tensors

IDENTITY = cn.sequence_categorical_column_with_identity("a", 5)
A = cn.embedding_column(IDENTITY, 3)
N = cn.sequence_numeric_column("n", shape=(2, 2), default_value=-7.0)
FEATURES = {"a": [[1, 2, 1], [], [4]], "n": [[*range(12)], [], [7.0] * 4]}


def table(rows=5, width=3, seed=0):
    return np.random.default_rng(seed).standard_normal((rows, width)).astype(np.float32)


class TestOutput:
    """[batch, time, width], columns in order of name."""

    def test_columns_side_by_side(self):
        columns = [N, A, cn.indicator_column(IDENTITY)]
        output, lengths = SequenceFeatures(columns, {"a_embedding": table()})(FEATURES)
        assert output.shape == (3, 3, 3 + 5 + 4)
        assert output.dtype == torch.float32
        assert (lengths.tolist(), lengths.dtype) == ([3, 0, 1], torch.int64)
        rows = torch.from_numpy(table())
        torch.testing.assert_close(output[0, :, :3], rows[[1, 2, 1]])
        assert output[0, :, 3:8].tolist() == torch.eye(5)[[1, 2, 1]].tolist()
        assert output[0, :, 8:].tolist() == np.arange(12.0).reshape(3, 4).tolist()
        assert output[1, :, :8].abs().sum() == 0
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

    def test_jagged(self):
        encoder = cn.Encoder([A, N], layout="jagged")
        layer = SequenceFeatures([A, N])
        padded, lengths = layer(FEATURES)
        steps, _ = layer(encoder.encode(FEATURES))
        assert steps.shape == (4, 7)
        torch.testing.assert_close(steps, padded[cn.sequence_mask(lengths.numpy())])

    def test_a_batch_of_arrays_or_of_tensors(self):
        layer = SequenceFeatures([A, N])
        batch = cn.Encoder([A, N]).encode(FEATURES)
        for given in (batch, to_tensors(batch)):
            assert torch.equal(layer(given)[0], layer(FEATURES)[0])

    def test_tensors_share_the_memory_of_arrays(self):
        batch = cn.Encoder(A).encode(FEATURES)
        tensors = to_tensors(batch)
        batch.lengths[0] = 77
        assert tensors.lengths[0] == 77
        assert to_tensors(batch, "meta").mask.device.type == "meta"

    def test_context(self):
        columns = [
            cn.numeric_column("age", default_value=1.0),
            cn.embedding_column(cn.categorical_column_with_identity("tags", 4), 2, "sum"),
        ]
        layer = DenseFeatures(columns, {"tags_embedding": [[1, 0], [0, 1], [2, 2], [3, 3]]})
        output = layer({"age": [[5.0], []], "tags": [[0, 1, 1], []]})
        assert output.tolist() == [[5, 1, 2], [1, 0, 0]]

    def test_groups(self):
        layer = Features({"x": A, "y": [N], "z": cn.numeric_column("age")})
        outputs = layer({**FEATURES, "age": [[1.0], [2.0], [3.0]]})
        assert list(outputs) == ["x", "y", "z"]
        assert [tuple(outputs[name][0].shape) for name in ("x", "y")] == [(3, 3, 3), (3, 3, 4)]
        assert outputs["z"].tolist() == [[1], [2], [3]]

    def test_a_table_of_two_groups_is_one_parameter(self):
        layer = Features({"x": A, "y": A})
        assert len(list(layer.parameters())) == 1
        outputs = layer({"a": [[1]]})
        (outputs["x"][0].sum() + outputs["y"][0].sum()).backward()
        assert layer.table("a_embedding").grad[1].tolist() == [2, 2, 2]


COLUMN_SETS = {
    "embedding": [A],
    "everything": [A, N, cn.indicator_column(IDENTITY)],
    "clipped": [cn.embedding_column(IDENTITY, 3, max_norm=0.5)],
    "sum": [cn.embedding_column(IDENTITY, 3, "sum")],
    "sqrtn": [cn.embedding_column(IDENTITY, 3, "sqrtn")],
    "two tables": [A, cn.embedding_column(IDENTITY, 2, name="b")],
    "numbers": [N],
    "no dimension": [cn.sequence_numeric_column("x", shape=())],
}


@pytest.mark.parametrize("columns", COLUMN_SETS.values(), ids=COLUMN_SETS)
@pytest.mark.parametrize("options", [{}, {"side": "left", "pad_to_multiple_of": 4}, {"layout": "jagged"}])
def test_equal_to_the_numpy_layer(columns, options):
    layer = SequenceFeatures(columns)
    served = colonnade.numpy.SequenceFeatures(columns, layer.tables())
    features = {"a": np.array([[1, -1, 4], [-1, -1, -1], [0, 2, -1]]), "n": [[*range(12)], [], [1.5] * 8]}
    features["x"] = [[1.0, 2.0], [], [3.0]]
    batch = cn.Encoder(columns, **options).encode(features)
    for given in (batch, features):
        output, lengths = layer(given)
        wanted, wanted_lengths = served(given)
        np.testing.assert_allclose(output.detach(), wanted, rtol=1e-5, atol=1e-6)
        assert wanted.dtype == np.float32
        assert lengths.tolist() == wanted_lengths.tolist()


@pytest.mark.parametrize("combiner", ["mean", "sqrtn", "sum"])
@pytest.mark.parametrize("layout", ["padded", "jagged"])
def test_equal_to_the_numpy_layer_with_several_values_a_step(combiner, layout):
    columns = [cn.embedding_column(IDENTITY, 3, combiner), cn.indicator_column(IDENTITY)]
    layer = SequenceFeatures(columns)
    served = colonnade.numpy.SequenceFeatures(columns, layer.tables())
    batch = cn.Encoder(columns, layout=layout).encode({"a": [[[1, 1, 0], []], [], [[4], [2, 3]]]})
    output, lengths = layer(batch)
    wanted, _ = served(batch)
    assert wanted.shape == ((3, 2, 8) if layout == "padded" else (4, 8))
    np.testing.assert_allclose(output.detach(), wanted, rtol=1e-5, atol=1e-6)
    assert lengths.tolist() == [2, 0, 2]


@pytest.mark.parametrize("combiner", ["mean", "sqrtn", "sum"])
def test_equal_to_the_numpy_layer_where_ids_are_combined(combiner):
    columns = [
        cn.embedding_column(cn.categorical_column_with_identity("t", 5), 3, combiner, max_norm=1.0),
        cn.indicator_column(cn.categorical_column_with_identity("t", 5)),
    ]
    layer = DenseFeatures(columns)
    features = {"t": [[1, 1, 0], [], [4], [2, 3]]}
    served = colonnade.numpy.DenseFeatures(columns, layer.tables())
    np.testing.assert_allclose(layer(features).detach(), served(features), rtol=1e-5, atol=1e-6)


def test_combiners_as_tensorflow_computes_them():
    rows = [[1.0, 2.0], [3.0, 5.0], [7.0, 11.0]]
    wanted = {"mean": [7 / 3, 4], "sqrtn": [7 / 3**0.5, 12 / 3**0.5], "sum": [7, 12]}
    for combiner, numbers in wanted.items():
        column = cn.embedding_column(cn.categorical_column_with_identity("t", 3), 2, combiner)
        output = DenseFeatures(column, {"t_embedding": rows})({"t": [[1, 1, 0]]})
        torch.testing.assert_close(output[0], torch.tensor(numbers, dtype=torch.float32))


class TestMaxNorm:
    """Rows are clipped on their way out; the table stays."""

    def test_values(self):
        column = cn.embedding_column(IDENTITY, 2, max_norm=1)
        rows = np.array([[3, 5], [0.1, 0.1], [0, 0], [1, 0], [0, -9]], np.float32)
        layer = SequenceFeatures(column, {"a_embedding": rows})
        output, _ = layer({"a": [[0, 1, 2, 3, 4]]})
        wanted = [[0.5145, 0.8575], [0.1, 0.1], [0, 0], [1, 0], [0, -1]]
        np.testing.assert_allclose(output[0].detach(), wanted, atol=1e-4)
        np.testing.assert_array_equal(layer.tables()["a_embedding"], rows)

    def test_gradients_are_finite_where_a_row_is_zero(self):
        column = cn.embedding_column(IDENTITY, 2, max_norm=1)
        layer = SequenceFeatures(column, {"a_embedding": np.zeros((5, 2))})
        layer({"a": [[0, 1]]})[0].sum().backward()
        assert layer.table("a_embedding").grad.isfinite().all()


class TestGradients:
    """They flow into the rows that were looked up, and nowhere else."""

    def test_touched_rows_only(self):
        layer = SequenceFeatures(A)
        layer({"a": np.array([[1, -1, 3], [-1, -1, -1], [3, -1, -1]])})[0].sum().backward()
        assert layer.table("a_embedding").grad.tolist() == [
            [0] * 3,
            [1] * 3,
            [0] * 3,
            [2] * 3,
            [0] * 3,
        ]

    def test_of_half_precision(self):
        layer = SequenceFeatures([A, N]).bfloat16()
        layer(FEATURES)[0].sum().backward()
        gradient = layer.table("a_embedding").grad
        assert (gradient.dtype, gradient[:, 0].tolist()) == (torch.bfloat16, [0, 2, 1, 0, 1])

    def test_trainable(self):
        layer = SequenceFeatures(
            [A, cn.embedding_column(IDENTITY, 2, trainable=False, name="fixed")],
        )
        assert {name: p.requires_grad for name, p in layer.named_parameters()} == {
            "embeddings.a_embedding.weight": True,
            "embeddings.fixed.weight": False,
        }
        layer(FEATURES)[0].sum().backward()
        assert layer.table("fixed").grad is None

    def test_training_moves_the_tables(self):
        torch.manual_seed(1)
        layer = SequenceFeatures([A])
        before = layer.tables()["a_embedding"]
        optimizer = torch.optim.SGD(layer.parameters(), 0.1)
        losses = []
        for _ in range(20):
            optimizer.zero_grad()
            loss = (layer({"a": [[1, 2]]})[0] - 1).square().sum()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        assert losses[-1] < 0.01 * losses[0]
        moved = (layer.tables()["a_embedding"] != before).any(1)
        assert moved.tolist() == [False, True, True, False, False]


class TestTables:
    """Tables of the layer's own, and given ones."""

    def test_new_ones_are_truncated_normals(self):
        torch.manual_seed(0)
        column = cn.embedding_column(cn.sequence_categorical_column_with_identity("a", 2000), 100)
        values = SequenceFeatures(column).tables()["a_embedding"]
        assert np.abs(values).max() <= 0.2 + 1e-6
        assert np.abs(values).max() > 0.195
        assert values.std() == pytest.approx(0.088, rel=0.01)
        assert values.mean() == pytest.approx(0, abs=0.002)

    @pytest.mark.parametrize(
        "initializer",
        [
            lambda shape, dtype: np.full(shape, 2, dtype),
            lambda shape, dtype: torch.full(shape, 2.0),
            lambda shape, dtype: [[2] * shape[1]] * shape[0],
        ],
    )
    def test_initializer(self, initializer):
        layer = SequenceFeatures(cn.embedding_column(IDENTITY, 3, initializer=initializer))
        assert layer.tables()["a_embedding"].tolist() == [[2, 2, 2]] * 5

    def test_initializer_that_makes_another_shape(self):
        column = cn.embedding_column(IDENTITY, 3, initializer=lambda shape, dtype: np.zeros((3, 5)))
        failure(TableError, lambda: SequenceFeatures(column), r"shape \(5, 3\)", column="a_embedding")

    @pytest.mark.parametrize(
        "given", [table(), table().astype(np.float64), torch.from_numpy(table()), table().tolist()]
    )
    def test_given_ones_are_copied(self, given):
        layer = SequenceFeatures(A, {"a_embedding": given})
        before = layer.tables()["a_embedding"].copy()
        np.testing.assert_array_equal(before, table())
        with torch.no_grad():
            layer.table("a_embedding").zero_()
        np.testing.assert_array_equal(np.asarray(given, np.float32), table())
        np.testing.assert_array_equal(before, table())

    def test_tables_that_do_not_fit(self):
        failure(TableError, lambda: SequenceFeatures(A, {}), r"missing are \['a_embedding'\]")
        failure(
            TableError, lambda: SequenceFeatures(A, {"a_embedding": table(), "b": 0}), r"unknown are \['b'\]"
        )
        failure(TableError, lambda: SequenceFeatures(A, [table()]), "must be a mapping")
        for wrong in (table(3, 5), "text", None, [[1], [1, 2]]):
            failure(
                TableError,
                lambda w=wrong: SequenceFeatures(A, {"a_embedding": w}),
                r"numbers of shape \(5, 3\)",
                column="a_embedding",
            )


@pytest.mark.parametrize("buckets", [2**45, 2**62])
def test_tables_beyond_memory(buckets):
    column = cn.embedding_column(cn.sequence_categorical_column_with_identity("a", buckets), 4)
    with pytest.raises(MemoryError, match=rf"'a_embedding' of float32 \[{buckets}, 4\] does not fit"):
        SequenceFeatures(column)


class TestModule:
    """An ordinary nn.Module."""

    NAMES = ("watches_embedding", "item.id", "a/b", "keys", "training", "%2E", "a b", "日本", "1", "items")
    KEYS = (
        "watches_embedding",
        "item%2Eid",
        "a/b",
        "keys",
        "%74raining",
        "%252E",
        "a b",
        "日本",
        "1",
        "items",
    )
    # As they were when tables lay in an nn.ModuleDict.
    OLD_KEYS = (
        "watches_embedding",
        "item%2Eid",
        "a%2Fb",
        "%6Beys",
        "%74raining",
        "%252E",
        "a b",
        "%E6%97%A5%E6%9C%AC",
        "1",
        "%69tems",
    )

    def columns(self):
        return [cn.embedding_column(IDENTITY, 2, name=name) for name in self.NAMES]

    def test_readable_keys(self):
        assert list(SequenceFeatures([A, N]).state_dict()) == ["embeddings.a_embedding.weight"]
        layer = SequenceFeatures(self.columns())
        assert list(layer.tables()) == sorted(self.NAMES)
        keys = {f"embeddings.{key}.weight" for key in self.KEYS}
        assert set(layer.state_dict()) == set(dict(layer.named_parameters())) == keys
        for name, key in zip(self.NAMES, self.KEYS, strict=True):
            assert layer.get_parameter(f"embeddings.{key}.weight") is layer.table(name)

    def test_keys_of_old_checkpoints(self):
        one, other = (torch.nn.Sequential(SequenceFeatures(self.columns())) for _ in range(2))
        new = one.state_dict()
        old = {
            f"0.embeddings.{old}.weight": new[f"0.embeddings.{key}.weight"]
            for key, old in zip(self.KEYS, self.OLD_KEYS, strict=True)
        }
        kept = dict(old)
        other.load_state_dict(old)
        assert old.keys() == kept.keys()
        assert torch.equal(other(FEATURES)[0], one(FEATURES)[0])
        for wrong in ("%69tem", "b", "a%2Fc"):
            with pytest.raises(RuntimeError, match="Unexpected key"):
                other.load_state_dict({**new, f"0.embeddings.{wrong}.weight": torch.zeros(5, 2)})

    def test_any_name_is_exported(self):
        layer = SequenceFeatures(self.columns())
        batch = to_tensors(cn.Encoder(self.columns()).encode(FEATURES))
        file = io.BytesIO()
        torch.export.save(torch.export.export(layer, (batch,)), file)
        file.seek(0)
        assert torch.equal(torch.export.load(file).module()(batch)[0], layer(batch)[0])

    def test_a_tied_softmax(self):
        layer = SequenceFeatures([A])
        states, _ = layer(FEATURES)
        assert isinstance(layer.table("a_embedding"), torch.nn.Parameter)
        (states @ layer.table("a_embedding").T).logsumexp(-1).sum().backward()
        gradient = layer.table("a_embedding").grad
        assert gradient.abs().sum(1).all(), "rows that were not looked up are among the answers"

    def test_state_dict_round_trip(self):
        one, other = SequenceFeatures(self.columns()), SequenceFeatures(self.columns())
        assert not torch.equal(one(FEATURES)[0], other(FEATURES)[0])
        file = io.BytesIO()
        torch.save(one.state_dict(), file)
        file.seek(0)
        other.load_state_dict(torch.load(file, weights_only=True))
        assert torch.equal(one(FEATURES)[0], other(FEATURES)[0])

    def test_to_a_dtype_and_a_device(self):
        assert SequenceFeatures(A).to(torch.float64)(FEATURES)[0].dtype == torch.float64
        assert SequenceFeatures(A).to("cpu")(FEATURES)[0].device.type == "cpu"
        for columns in ([A, N], [N], [cn.indicator_column(IDENTITY)]):
            for dtype in (torch.float16, torch.bfloat16, torch.float64):
                output, lengths = SequenceFeatures(columns).to(dtype)(FEATURES)
                assert (output.dtype, lengths.dtype) == (dtype, torch.int64)
            assert copy.deepcopy(SequenceFeatures(columns).half())(FEATURES)[0].dtype == torch.float16
            assert SequenceFeatures(columns).half().float()(FEATURES)[0].dtype == torch.float32
        outputs = Features({"x": A, "y": N}).bfloat16()(FEATURES)
        assert {steps.dtype for steps, _ in outputs.values()} == {torch.bfloat16}
        output, lengths = SequenceFeatures([A, N]).to("meta")(FEATURES)
        assert (output.device.type, lengths.device.type) == ("meta", "meta")

    def test_in_a_model(self):
        class Model(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.features = SequenceFeatures([A, N])
                self.gru = torch.nn.GRU(7, 4, batch_first=True)

            def forward(self, features):
                steps, _ = self.features(features)
                return self.gru(steps)[0].sum(1)

        model = Model()
        assert "features.embeddings.a_embedding.weight" in model.state_dict()
        assert model(FEATURES).shape == (3, 4)

    def test_width(self):
        assert SequenceFeatures([A, N]).width == 7
        assert DenseFeatures(cn.numeric_column("age", shape=(2, 3))).width == 6

    def test_repr_names_the_columns(self):
        assert "columns=['a_embedding', 'n']" in repr(SequenceFeatures([N, A]))

    @pytest.mark.parametrize("again", [copy.deepcopy, lambda layer: pickle.loads(pickle.dumps(layer))])
    def test_copies(self, again):
        layer = SequenceFeatures([A, N])
        assert torch.equal(again(layer)(FEATURES)[0], layer(FEATURES)[0])


class TestGroups:
    """A layer takes what it was made for."""

    def test_wrong_sort_of_columns(self):
        failure(GroupError, lambda: SequenceFeatures(cn.numeric_column("age")), "use DenseFeatures")
        failure(GroupError, lambda: DenseFeatures(A), "use SequenceFeatures")
        failure(GroupError, lambda: SequenceFeatures({"x": A}), "use Features")

    def test_wrong_features(self):
        failure(
            FeatureTypeError, lambda: SequenceFeatures(A)([b""]), "for serialized records use encode_examples"
        )

    def test_batch_of_other_columns(self):
        batch = cn.Encoder(N).encode(FEATURES)
        with pytest.raises(GroupError):
            SequenceFeatures(A)(batch)

    def test_batch_of_a_context(self):
        batch = cn.Encoder(cn.indicator_column(cn.categorical_column_with_identity("a", 5))).encode(FEATURES)
        with pytest.raises(GroupError):
            SequenceFeatures(A)(batch)


class TestFunctionalForm:
    """sequence_input_layer."""

    def test_with_tables(self):
        weights = torch.from_numpy(table()).requires_grad_()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            output, lengths = sequence_input_layer(FEATURES, [A, N], {"a_embedding": weights})
        torch.testing.assert_close(output[0, :, :3], weights[[1, 2, 1]])
        assert lengths.tolist() == [3, 0, 1]
        output.sum().backward()
        assert weights.grad[:, 0].tolist() == [0, 2, 1, 0, 1]

    def test_without_tables(self):
        with pytest.warns(UntrainedTableWarning, match="a_embedding") as caught:
            output, _ = sequence_input_layer(FEATURES, [A])
        assert caught[0].filename == __file__
        assert output.shape == (3, 3, 3)

    def test_no_tables_needed(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert sequence_input_layer(FEATURES, [N])[0].shape == (3, 3, 4)

    def test_arrays_as_tables(self):
        output, _ = sequence_input_layer(FEATURES, A, {"a_embedding": table().astype(np.float64)})
        assert output.dtype == torch.float32
        failure(TableError, lambda: sequence_input_layer(FEATURES, A, {}), "missing are")
        failure(
            TableError,
            lambda: sequence_input_layer(FEATURES, A, {"a_embedding": torch.zeros(3, 5)}),
            "numbers of shape",
            column="a_embedding",
        )

    def test_float64_tensors_as_tables(self):
        for dtype in (torch.float64, torch.float16, torch.bfloat16, torch.int64):
            weights = torch.ones(5, 3, dtype=dtype)
            output, _ = sequence_input_layer(FEATURES, A, {"a_embedding": weights})
            assert output.dtype == torch.float32
            assert torch.equal(output, SequenceFeatures(A, {"a_embedding": weights})(FEATURES)[0])

    def test_gradients_flow_through_the_cast(self):
        weights = torch.ones(5, 3, dtype=torch.float64, requires_grad=True)
        sequence_input_layer(FEATURES, A, {"a_embedding": weights})[0].sum().backward()
        assert weights.grad[:, 0].tolist() == [0, 2, 1, 0, 1]

    def test_tensors_that_are_no_tables(self):
        for wrong in (torch.zeros(5, 3, dtype=torch.bool), torch.zeros(5, 3, dtype=torch.complex64)):
            failure(
                TableError,
                lambda w=wrong: sequence_input_layer(FEATURES, A, {"a_embedding": w}),
                "numbers of shape",
                column="a_embedding",
            )
        beyond = torch.full((5, 3), 1e300, dtype=torch.float64)
        for layer in (SequenceFeatures, lambda *args: sequence_input_layer(FEATURES, *args)):
            failure(
                TableError,
                lambda layer=layer: layer(A, {"a_embedding": beyond}),
                "does not fit float32",
                column="a_embedding",
            )


def test_nan_in_a_row_stays_in_the_steps_of_its_id():
    column = cn.embedding_column(cn.sequence_categorical_column_with_identity("a", 2), 1)
    table = torch.tensor([[float("nan")], [2.0]])
    layer = colonnade.torch.SequenceFeatures([column], {"a_embedding": table})
    steps, _ = layer({"a": [[1], [0, 1]]})
    assert steps[0].flatten().tolist() == [2.0, 0.0]
    assert steps[1, 0].isnan().all()
    steps[0].sum().backward()
    assert layer.tables()["a_embedding"].shape == (2, 1)
    assert next(layer.parameters()).grad.tolist() == [[0.0], [1.0]]
