"""What every layer has beside its numbers: dtypes, tables by name, and the layout of its outputs."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import keras
import numpy as np
import pytest
from failing import failure
from python.adapters.contract import (
    CONTEXTS,
    HOSTILE_CONTEXTS,
    HOSTILE_SEQUENCES,
    SEQUENCES,
    Adapter,
    adapters,
    hostile_tables,
    kinds,
    layer_of,
    random_tables,
)
from reference import embed as twin

import colonnade as cn
import colonnade.jax
import colonnade.torch
from colonnade.errors import IdOutOfRangeError, TableError

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

IDS = cn.sequence_categorical_column_with_identity("id", 5)
NAMES = ("items", "keys", "type", "training", "item.id", "a/b", "%2E", "a b", "日本", "1", "weight")


class TestDtypes:
    """Outputs are of the tables' dtype; what is an integer stays one."""

    @pytest.mark.parametrize("sequence", [True, False], ids=["sequence", "context"])
    @pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
    @adapters("torch", "jax", "keras")
    def test_of_the_tables(self, adapter: Adapter, dtype: str, sequence: bool) -> None:
        self.check(adapter, dtype, dtype, sequence, cn.Encoder(kinds(sequence)["everything"]))

    @pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
    @adapters("torch", "jax")
    def test_jagged(self, adapter: Adapter, dtype: str) -> None:
        self.check(adapter, dtype, dtype, True, cn.Encoder(kinds(True)["everything"], layout="jagged"))

    @pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
    @adapters("keras")
    def test_a_mixed_policy(self, adapter: Adapter, dtype: str) -> None:
        layer = self.check(adapter, dtype, f"mixed_{dtype}", True, cn.Encoder(kinds(True)["everything"]))
        assert {weight.dtype for weight in layer.weights} == {"float32"}

    @staticmethod
    def check(adapter: Adapter, dtype: str, policy: str, sequence: bool, encoder: cn.Encoder) -> Any:
        """One rounding of the tables, one of the outputs: sums are float32 in between."""
        assert adapter.cast
        batch = encoder.encode(HOSTILE_SEQUENCES if sequence else HOSTILE_CONTEXTS)
        assert isinstance(batch, cn.SequenceBatch)
        tables = {name: rounded(table, dtype) for name, table in hostile_tables(encoder.plan).items()}
        make = adapter.module.SequenceFeatures if sequence else adapter.module.DenseFeatures
        layer = adapter.cast(make, encoder.columns, tables, policy)
        outputs = layer(batch)
        output = outputs[0] if sequence else outputs
        assert dtype_of(output) == dtype
        if sequence:
            assert dtype_of(outputs[1]) in ("int32", "int64")
        padded = cn.Encoder(encoder.columns).encode(HOSTILE_SEQUENCES if sequence else HOSTILE_CONTEXTS)
        wanted = twin.layer_output(encoder.plan.groups[""], tables, padded)
        wanted = wanted[padded.mask] if batch.row_splits is not None else wanted  # type: ignore[union-attr]
        np.testing.assert_allclose(
            float32(output), rounded(wanted, dtype), rtol=float(jnp.finfo(dtype).eps), atol=1e-6
        )
        given = layer.tables()
        assert {name: table.dtype for name, table in given.items()} == dict.fromkeys(tables, np.float32)
        np.testing.assert_array_equal(given["clipped"], tables["clipped"])
        return layer

    @adapters("torch", "jax", "keras")
    def test_many_values_are_counted_exactly(self, adapter: Adapter) -> None:
        """bfloat16 cannot count beyond 256, nor float16 square 300 or hold a norm of 80,000."""
        assert adapter.cast
        columns = [cn.embedding_column(IDS, 1), cn.embedding_column(IDS, 2, max_norm=512.0, name="clipped")]
        tables = {"id_embedding": [[1.0]] * 5, "clipped": [[60_000.0] * 2] * 5}
        features = {"id": [[[0] * 1001, [1]]]}
        for dtype in ("float16", "bfloat16"):
            layer = adapter.cast(adapter.module.SequenceFeatures, columns, tables, dtype)
            assert float32(layer(features)[0]).tolist() == [[[362.0, 362.0, 1.0]] * 2]


def rounded(array: Any, dtype: str) -> Any:
    """The nearest numbers of a dtype, as float32."""
    return np.array(jnp.asarray(np.asarray(array, np.float32), dtype).astype(jnp.float32))


def float32(output: Any) -> Any:
    """An output of any framework and dtype, as float32."""
    if hasattr(output, "detach"):
        output = output.detach().float()
    return np.asarray(output, np.float32)


def dtype_of(output: Any) -> str:
    return keras.backend.standardize_dtype(output.dtype)


class TestTables:
    """Each goes by the name that it has in the columns."""

    @adapters()
    def test_by_name(self, adapter: Adapter) -> None:
        columns = [cn.embedding_column(IDS, 2, name=name) for name in NAMES]
        tables = random_tables(cn.Encoder(columns).plan)
        layer = adapter.module.SequenceFeatures(columns, tables)
        assert list(layer.tables()) == sorted(NAMES)
        for name in NAMES:
            table = layer.table(name)
            assert tuple(table.shape) == (5, 2)
            np.testing.assert_array_equal(layer.tables()[name], tables[name])
            np.testing.assert_array_equal(adapter.to_numpy(table[...]), tables[name])

    @adapters()
    def test_a_shared_one(self, adapter: Adapter) -> None:
        shared = cn.shared_embeddings(
            [cn.categorical_column_with_identity("item", 5), IDS], 3, shared_embedding_collection_name="items"
        )
        groups = {"candidate": shared[0], "history": shared[1]}
        rows = np.arange(15, dtype=np.float32).reshape(5, 3)
        layer = adapter.module.Features(groups, {"items": rows})
        assert adapter.to_numpy(layer.table("items")[...]).tolist() == rows.tolist()

    @pytest.mark.parametrize("name", ["item", "", None, 1, ["items"]], ids=repr)
    @adapters()
    def test_unknown(self, adapter: Adapter, name: Any) -> None:
        columns = [cn.embedding_column(IDS, 2, name=name) for name in ("items", "other")]
        layer = adapter.module.SequenceFeatures(columns, random_tables(cn.Encoder(columns).plan))
        failure(TableError, lambda: layer.table(name), r"the columns have the tables \['items', 'other'\]")


class TestLayout:
    """Where each column stands."""

    @pytest.mark.parametrize("sequence", [True, False], ids=["sequence", "context"])
    @adapters()
    def test_each_part_is_that_columns_own_output(self, adapter: Adapter, sequence: bool) -> None:
        columns, features = kinds(sequence)["everything"], SEQUENCES if sequence else CONTEXTS
        tables = random_tables(cn.Encoder(columns).plan)
        layer = layer_of(adapter.module, columns, tables, sequence=sequence)
        output = whole(adapter, layer(features), sequence)
        assert [part.name for part in layer.layout] == sorted(column.name for column in columns)
        assert sum(part.width for part in layer.layout) == layer.width == output.shape[-1]
        named = {column.name: column for column in columns}
        for part in layer.layout:
            plan = cn.Encoder(named[part.name]).plan
            own = {name: tables[name] for name in plan.tables}
            alone = layer_of(adapter.module, named[part.name], own, sequence=sequence)
            assert alone.layout == (cn.OutputColumn(part.name, 0, part.width),)
            wanted = whole(adapter, alone(features), sequence)
            np.testing.assert_allclose(
                output[..., part.start : part.start + part.width], wanted, rtol=1e-5, atol=1e-6
            )

    @adapters()
    def test_of_groups(self, adapter: Adapter) -> None:
        age, minutes = cn.numeric_column("age"), cn.sequence_numeric_column("minutes", shape=(2, 2))
        layer = adapter.module.Features({"user": age, "clicks": [minutes, cn.indicator_column(IDS)]})
        assert layer.width == {"user": 1, "clicks": 9}
        assert layer.layout == {
            "user": (cn.OutputColumn("age", 0, 1),),
            "clicks": (cn.OutputColumn("id_indicator", 0, 5), cn.OutputColumn("minutes", 5, 4)),
        }
        assert adapter.module.Features([age]).layout == layer.layout["user"]
        assert adapter.module.Features([age]).width == 1


class TestGroups:
    """{group: (steps, lengths)}, and for a context what `DenseFeatures` gives: the values alone."""

    GROUPS = {  # noqa: RUF012
        "history": [cn.embedding_column(IDS, 3), cn.sequence_numeric_column("number")],
        "user": [cn.embedding_column(cn.categorical_column_with_identity("country", 4), 2)],
    }
    FEATURES = {**SEQUENCES, "country": [[1], [], [2, 3]]}  # noqa: RUF012

    @adapters()
    def test_outputs(self, adapter: Adapter) -> None:
        encoder = cn.Encoder(self.GROUPS)
        tables, batches = random_tables(encoder.plan), encoder.encode(self.FEATURES)
        assert isinstance(batches, dict)
        layer = adapter.module.Features(self.GROUPS, tables)
        hand_over = getattr(adapter.module, "to_tensors", getattr(adapter.module, "to_arrays", dict))
        for given in (self.FEATURES, batches, hand_over(batches)):
            outputs = layer(given)
            steps, lengths = map(adapter.to_numpy, outputs["history"])
            user = adapter.to_numpy(outputs["user"])
            for output, name in ((steps, "history"), (user, "user")):
                wanted = twin.layer_output(encoder.plan.groups[name], tables, batches[name])
                np.testing.assert_allclose(output, wanted, rtol=1e-5, atol=1e-6)
            assert lengths.tolist() == [2, 0, 3]

    @adapters("torch", "jax", "keras")
    def test_compiled(self, adapter: Adapter) -> None:
        assert adapter.compiled
        encoder = cn.Encoder(self.GROUPS)
        layer = adapter.module.Features(self.GROUPS, random_tables(encoder.plan))
        batches = encoder.encode(self.FEATURES)
        outputs, eager = adapter.compiled(layer, batches), layer(batches)
        for fast, slow in ((outputs["history"][0], eager["history"][0]), (outputs["user"], eager["user"])):
            np.testing.assert_allclose(adapter.to_numpy(fast), adapter.to_numpy(slow), rtol=1e-5, atol=1e-6)

    @adapters()
    def test_one_context_without_a_name(self, adapter: Adapter) -> None:
        tables = {"country_embedding": np.eye(4, 2, dtype=np.float32)}
        outputs = adapter.module.Features(self.GROUPS["user"], tables)(self.FEATURES)
        alone = adapter.module.DenseFeatures(self.GROUPS["user"], tables)(self.FEATURES)
        assert adapter.to_numpy(outputs[""]).tolist() == adapter.to_numpy(alone).tolist()


WIDER = cn.sequence_categorical_column_with_identity("id", 50)
OF_A_CONTEXT = cn.categorical_column_with_identity("id", 50)


class TestForeignIds:
    """A batch of a larger vocabulary than the layer's is refused, and the error says which id it is."""

    @pytest.mark.parametrize("rows", [[[1], [3, 49]], [[[1, 49], []], []]], ids=["one value", "several"])
    @pytest.mark.parametrize("layout", ["padded", "jagged"])
    @adapters()
    def test_of_sequences(self, adapter: Adapter, layout: Any, rows: Any) -> None:
        if adapter.module.__name__ == "colonnade.keras" and layout == "jagged":
            layout = "padded"  # the only one that Keras takes
        batch = cn.Encoder(cn.indicator_column(WIDER), layout=layout).encode({"id": rows})
        for column, what in (
            (cn.embedding_column(IDS, 3, name="e"), "table 'e'"),
            (cn.indicator_column(IDS, name="e"), "the indicator"),
        ):
            layer = adapter.module.SequenceFeatures(column, random_tables(cn.Encoder(column).plan))
            words = rf"id 49 of slot 'id' is not in \[0, 5\), which is all that {what} has"
            failure(IdOutOfRangeError, lambda layer=layer: layer(batch), words, column="e")

    @adapters()
    def test_of_contexts(self, adapter: Adapter) -> None:
        groups = {"user": cn.indicator_column(cn.categorical_column_with_identity("id", 5))}
        batch = cn.Encoder(cn.indicator_column(OF_A_CONTEXT)).encode({"id": [[1], [2, 5]]})
        words = r"id 5 of slot 'id' is not in \[0, 5\)"
        for layer, given in (
            (adapter.module.Features(groups), {"user": batch}),
            (adapter.module.DenseFeatures(groups["user"]), batch),
        ):
            failure(
                IdOutOfRangeError,
                lambda layer=layer, given=given: layer(given),
                words,
                column="id_indicator",
            )

    @pytest.mark.parametrize("to_batch", [colonnade.torch.to_tensors, colonnade.jax.to_arrays])
    def test_of_what_was_handed_over(self, to_batch: Any) -> None:
        module = colonnade.torch if to_batch is colonnade.torch.to_tensors else colonnade.jax
        batch = to_batch(cn.Encoder(cn.indicator_column(WIDER)).encode({"id": [[7]]}))
        layer = module.SequenceFeatures(cn.indicator_column(IDS))
        failure(IdOutOfRangeError, lambda: layer(batch), "id 7 of slot 'id'", column="id_indicator")

    @adapters()
    def test_ids_that_fit_will_do(self, adapter: Adapter) -> None:
        batch = cn.Encoder(cn.indicator_column(WIDER)).encode({"id": [[4]]})
        output, _ = adapter.module.SequenceFeatures(cn.indicator_column(IDS))(batch)
        assert adapter.to_numpy(output).tolist() == [[[0, 0, 0, 0, 1]]]


@pytest.mark.filterwarnings("ignore::colonnade.errors.FeatureWarning")
class TestNoSteps:
    """Rows that are all empty, and no rows at all: outputs without steps, of the same width."""

    @pytest.mark.parametrize("rows", [0, 1, 3])
    @adapters()
    def test_padded(self, adapter: Adapter, rows: int) -> None:
        columns = kinds(True)["everything"]
        encoder = cn.Encoder(columns)
        layer = adapter.module.SequenceFeatures(columns, random_tables(encoder.plan))
        features: Any = {key: [[]] * rows for key in SEQUENCES}
        for given in (features, encoder.encode(features), encoder.encode_examples([b""] * rows)):
            output, lengths = map(adapter.to_numpy, layer(given))
            assert output.shape == (rows, 0, layer.width)
            assert lengths.tolist() == [0] * rows

    @pytest.mark.parametrize("rows", [0, 1, 3])
    @adapters("numpy", "torch", "jax")
    def test_jagged(self, adapter: Adapter, rows: int) -> None:
        columns = kinds(True)["everything"]
        encoder = cn.Encoder(columns, layout="jagged")
        layer = adapter.module.SequenceFeatures(columns, random_tables(encoder.plan))
        batch = encoder.encode({key: [[]] * rows for key in SEQUENCES})
        output, lengths = map(adapter.to_numpy, layer(batch))
        assert output.shape == (0, layer.width)
        assert lengths.tolist() == [0] * rows

    @adapters("torch", "jax", "keras")
    def test_compiled(self, adapter: Adapter) -> None:
        assert adapter.compiled
        columns = kinds(True)["everything"]
        encoder = cn.Encoder(columns)
        layer = adapter.module.SequenceFeatures(columns, random_tables(encoder.plan))
        batch = encoder.encode({key: [[]] * 3 for key in SEQUENCES})
        output, lengths = map(adapter.to_numpy, adapter.compiled(layer, batch))
        assert output.shape == (3, 0, layer.width)
        assert lengths.tolist() == [0] * 3


def whole(adapter: Adapter, outputs: Any, sequence: bool) -> Any:
    return adapter.to_numpy(outputs[0] if sequence else outputs)


def test_an_output_column_says_how_it_is_made() -> None:
    column = cn.OutputColumn("watches_embedding", 3, 8)
    assert repr(column) == "OutputColumn(name='watches_embedding', start=3, width=8)"
    assert eval(repr(column), {"OutputColumn": cn.OutputColumn}) == column
