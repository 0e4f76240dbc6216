"""The contract of all layers: every kind of column in every framework equals the slow twin.

Values and gradients, eager and compiled, with numbers that are not finite and weights of every sort. An
adapter that differs in any of it is wrong, whatever its framework finds natural.
"""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
import pytest
from python.adapters.contract import (
    ADAPTERS,
    CONTEXTS,
    HOSTILE_CONTEXTS,
    HOSTILE_SEQUENCES,
    HOSTILE_SINGLES,
    LENGTHS,
    NAMES,
    SEQUENCES,
    SINGLES,
    Adapter,
    adapters,
    assert_close,
    hostile_tables,
    kinds,
    layer_of,
    random_tables,
)
from reference import embed as twin

import colonnade as cn

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

LEFT = {"side": "left", "pad_to_multiple_of": 4}
HISTORIES = pytest.mark.parametrize(
    ("features", "tables_of", "options"),
    [
        pytest.param(SEQUENCES, random_tables, {}, id="several values"),
        pytest.param(SINGLES, random_tables, LEFT, id="one value, left"),
        pytest.param(HOSTILE_SEQUENCES, hostile_tables, LEFT, id="several hostile values, left"),
        pytest.param(HOSTILE_SINGLES, hostile_tables, {}, id="one hostile value"),
    ],
)
CONTEXTS_OF_ALL = pytest.mark.parametrize(
    ("features", "tables_of"),
    [
        pytest.param(CONTEXTS, random_tables, id="values"),
        pytest.param(HOSTILE_CONTEXTS, hostile_tables, id="hostile values"),
    ],
)


@pytest.fixture
def columns(request: pytest.FixtureRequest, tmp_path: Any) -> Any:
    sequence, name = request.param
    path = tmp_path / "words.txt"
    path.write_text("a\nb\nc\n")
    return kinds(sequence, str(path))[name]


def every(*, sequence: bool, names: list[str] = NAMES) -> pytest.MarkDecorator:
    """Parametrize over the columns of all kinds, of sequences or of a context."""
    prefix = "sequence" if sequence else "context"
    cases = [pytest.param((sequence, name), id=f"{prefix} {name}") for name in names]
    return pytest.mark.parametrize("columns", cases, indirect=True)


@every(sequence=True)
@HISTORIES
@adapters()
def test_padded(adapter: Adapter, columns: Any, features: Any, tables_of: Any, options: Any) -> None:
    encoder = cn.Encoder(columns, **options)
    batch, tables = encoder.encode(features), tables_of(encoder.plan)
    output, lengths = map(adapter.to_numpy, adapter.module.SequenceFeatures(columns, tables)(batch))
    assert_close(output, twin.layer_output(encoder.plan.groups[""], tables, batch))
    assert lengths.tolist() == LENGTHS


@every(sequence=True)
@HISTORIES
@adapters("numpy", "torch", "jax")
def test_jagged(adapter: Adapter, columns: Any, features: Any, tables_of: Any, options: Any) -> None:
    """The steps of a padded batch, without the padding."""
    encoder = cn.Encoder(columns, **options)
    tables, padded = tables_of(encoder.plan), encoder.encode(features)
    batch = cn.Encoder(columns, layout="jagged").encode(features)
    output, lengths = map(adapter.to_numpy, adapter.module.SequenceFeatures(columns, tables)(batch))
    assert_close(output, twin.layer_output(encoder.plan.groups[""], tables, padded)[padded.mask])
    assert lengths.tolist() == LENGTHS


@every(sequence=False)
@CONTEXTS_OF_ALL
@adapters()
def test_context(adapter: Adapter, columns: Any, features: Any, tables_of: Any) -> None:
    encoder = cn.Encoder(columns)
    tables = tables_of(encoder.plan)
    output = adapter.to_numpy(adapter.module.DenseFeatures(columns, tables)(features))
    assert_close(output, twin.layer_output(encoder.plan.groups[""], tables, encoder.encode(features)))


def compiled(adapter: Adapter, sequence: bool, features: Any, options: Any, **more: Any) -> None:
    """Everything at once, hostile, inside of what the framework compiles."""
    columns = kinds(sequence)["everything"]
    encoder = cn.Encoder(columns, **options)
    batch, tables = encoder.encode(features), hostile_tables(encoder.plan)
    assert adapter.compiled
    output = adapter.compiled(layer_of(adapter.module, columns, tables, sequence=sequence), batch, **more)
    wanted = twin.layer_output(encoder.plan.groups[""], tables, batch)
    assert_close(adapter.to_numpy(output[0] if sequence else output), wanted)


@pytest.mark.parametrize("features", [HOSTILE_SEQUENCES, HOSTILE_SINGLES], ids=["several", "one"])
@adapters("torch", "jax", "keras")
def test_compiled(adapter: Adapter, features: Any) -> None:
    compiled(adapter, True, features, LEFT)


@adapters("torch", "jax")
def test_compiled_jagged(adapter: Adapter) -> None:
    compiled(adapter, True, HOSTILE_SEQUENCES, {"layout": "jagged"})


@adapters("torch", "jax", "keras")
def test_compiled_context(adapter: Adapter) -> None:
    compiled(adapter, False, HOSTILE_CONTEXTS, {})


@pytest.mark.filterwarnings("ignore:`torch.jit.script_method` is deprecated:DeprecationWarning")
def test_compiled_by_inductor() -> None:
    compiled(ADAPTERS["torch"], True, HOSTILE_SEQUENCES, {}, backend="inductor")


def twin_gradients(group: Any, tables: Any, batch: Any, slopes: Any) -> dict[str, Any]:
    """Central differences, in float64."""
    tables = {name: table.astype(np.float64) for name, table in tables.items()}
    gradients = {name: np.zeros_like(table) for name, table in tables.items()}
    for name, table in tables.items():
        for place in np.ndindex(*table.shape):
            start, step = table[place], 1e-6
            for sign in (1, -1):
                table[place] = start + sign * step
                total = (twin.layer_output(group, tables, batch) * slopes).sum()
                gradients[name][place] += sign * total / (2 * step)
            table[place] = start
    return gradients


def check_gradients(adapter: Adapter, group: Any, tables: Any, batch: Any, slopes: Any) -> None:
    """Where no value counts, a slope may be NaN: nothing may come back from there."""
    assert adapter.gradients
    got = adapter.gradients(group, tables, batch, slopes)
    wanted = twin_gradients(group, tables, batch, np.nan_to_num(slopes))
    assert any(gradient.any() for gradient in wanted.values())
    for name, gradient in wanted.items():
        np.testing.assert_allclose(got[name], gradient, rtol=1e-4, atol=1e-5)


# Other kinds of ids come to the layers in the same way.
TRAINED = [name for name in NAMES if name.startswith(("identity", "weighted", "shared", "everything"))]


def gradients_of(adapter: Adapter, columns: Any, features: Any, **options: Any) -> None:
    encoder = cn.Encoder(columns, **options)
    batch, tables, (group,) = (
        encoder.encode(features),
        random_tables(encoder.plan),
        encoder.plan.groups.values(),
    )
    shape = twin.layer_output(group, tables, batch).shape
    slopes = np.random.default_rng(1).standard_normal(shape).astype(np.float32)
    check_gradients(adapter, group, tables, batch, slopes)


@every(sequence=True, names=TRAINED)
@adapters("torch", "jax", "keras")
def test_gradients(adapter: Adapter, columns: Any) -> None:
    gradients_of(adapter, columns, SEQUENCES)


@every(sequence=True, names=TRAINED)
@adapters("torch", "jax")
def test_gradients_of_jagged_steps(adapter: Adapter, columns: Any) -> None:
    gradients_of(adapter, columns, SEQUENCES, layout="jagged")


@every(sequence=False, names=TRAINED)
@adapters("torch", "jax", "keras")
def test_gradients_of_a_context(adapter: Adapter, columns: Any) -> None:
    gradients_of(adapter, columns, CONTEXTS)


IDS = cn.sequence_categorical_column_with_identity("id", 6)
WEIGHTED = cn.weighted_categorical_column(IDS, "weight")
ODD_WEIGHTS = np.array([0, -0.0, -1, 0.5, 3, nan, inf, -inf], np.float32)


def left_out(combiner: str, weighted: bool) -> tuple[Any, Any, Any, Any]:
    """Ids and weights [rows, steps, values], a table and slopes; only what is left out is not finite."""
    random = np.random.default_rng(3)
    ids, weights = random.integers(-1, 6, (4, 3, 3)), random.choice(ODD_WEIGHTS, (4, 3, 3))
    ids[0] = -1
    counts = ids >= 0
    if weighted:
        counts &= weights != 0 if combiner == "sum" else weights > 0
    ids[counts & (ids < 2)] = 2
    weights[counts & ~np.isfinite(weights)] = 1.5
    table, slopes = random.standard_normal((6, 3)), random.standard_normal((4, 3, 3))
    table[0], table[1, 0] = nan, inf
    slopes[~counts.any(-1)] = nan
    assert (~np.isfinite(weights)).any()
    return ids, weights, table.astype(np.float32), slopes.astype(np.float32)


@pytest.mark.parametrize("weighted", [True, False], ids=["weighted", "plain"])
@pytest.mark.parametrize("max_norm", [None, 0.5], ids=["", "clipped"])
@pytest.mark.parametrize("combiner", ["mean", "sqrtn", "sum"])
@adapters("torch", "torch sparse", "jax", "keras")
def test_what_is_left_out_has_no_gradient(
    adapter: Adapter, combiner: str, max_norm: Any, weighted: Any
) -> None:
    column = cn.embedding_column(WEIGHTED if weighted else IDS, 3, combiner, max_norm=max_norm, name="e")
    [group] = cn.Encoder(column).plan.groups.values()
    ids, weights, table, slopes = left_out(combiner, weighted)
    slot: cn.Slot[Any] = cn.Slot(ids, weights if weighted else None)
    lengths, mask = np.full(4, 3), np.ones((4, 3), bool)
    batch: cn.SequenceBatch[Any] = cn.SequenceBatch({group.slots[0].name: slot}, lengths, mask)
    check_gradients(adapter, group, {"e": table}, batch, slopes)
    if adapter.module.__name__.endswith("keras"):
        return
    splits = np.arange(0, ids.size + 1, 3)
    slot = cn.Slot(ids.reshape(-1), weights.reshape(-1) if weighted else None, splits)
    batch = cn.SequenceBatch({group.slots[0].name: slot}, lengths, row_splits=np.arange(0, 13, 3))
    check_gradients(adapter, group, {"e": table}, batch, slopes.reshape(12, 3))


@adapters()
def test_the_examples_of_the_documents(adapter: Adapter) -> None:
    """Each of the three as it stands there, from records; the same tables give the same steps."""
    tokens = cn.sequence_categorical_column_with_hash_bucket("tokens", hash_bucket_size=1000)
    watches = cn.sequence_categorical_column_with_identity("watches", num_buckets=1000)
    record = cn.Example({"tokens": ["omar", "marlo"], "watches": [3, 999], "temperature": [21.5, 20.0]})
    serialized = [record.serialize(), cn.Example({}).serialize()]
    table = np.random.default_rng(2).standard_normal((1000, 10)).astype(np.float32)
    # The ids of the tokens are TensorFlow's.
    for column, steps in (
        (cn.embedding_column(tokens, dimension=10), table[[986, 591]]),
        (cn.embedding_column(watches, dimension=10), table[[3, 999]]),
        (cn.sequence_numeric_column("temperature"), np.array([[21.5], [20.0]], np.float32)),
    ):
        features = cn.parse_example(serialized, features=cn.make_parse_example_spec([column]))
        tables = {} if column.name == "temperature" else {column.name: table}
        sequence_feature_layer = adapter.module.SequenceFeatures([column], tables)
        sequence_input, sequence_length = sequence_feature_layer(features)
        sequence_length_mask = adapter.module.sequence_mask(sequence_length)
        np.testing.assert_array_equal(adapter.to_numpy(sequence_input), [steps, 0 * steps])
        assert adapter.to_numpy(sequence_length_mask).tolist() == [[True, True], [False, False]]
