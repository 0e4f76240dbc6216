"""Every kind of column through every framework's layers, against the slow twin: values and gradients."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest
import torch
from reference import embed as twin

import colonnade as cn
import colonnade.jax
import colonnade.keras
import colonnade.numpy
import colonnade.torch

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

# The second row is empty; one step has no value, another has three.
SEQUENCES = {
    "id": [[[1, 1, 0], []], [], [[4], [2, 3], [0]]],
    "other": [[[0], [4]], [], [[], [1, 1], [2]]],
    "word": [[["a", "b", "a"], []], [], [["c"], ["d", ""], ["b"]]],
    "weight": [[[0.5, 2.0, 0.0], []], [], [[-1.0], [1.5, 3.0], [0.25]]],
    "number": [[[1.0], [-2.0]], [], [[0.5], [7.0], [3.0]]],
    "pair": [[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]], [], [[0.0] * 4, [9.0] * 4, [-1.0] * 4]],
}
CONTEXTS = {
    "id": [[1, 1, 0], [], [4]],
    "other": [[0], [4, 4], []],
    "word": [["a", "b", "a"], [], ["c"]],
    "weight": [[0.5, 2.0, 0.0], [], [-1.0]],
    "number": [[1.0], [-2.0], [7.0]],
    "pair": [[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0], [0.0] * 4],
}
# One value a step, as Examples and plain lists have it.
SINGLES = {
    "id": [[1, 0], [], [4, 2, 3]],
    "other": [[0, 4], [], [1, 1, 2]],
    "word": [["a", ""], [], ["c", "d", "b"]],
    "weight": [[0.5, 0.0], [], [-1.0, 1.5, 3.0]],
    "number": [[1.0, -2.0], [], [0.5, 7.0, 3.0]],
    "pair": [[1.0, 2.0, 3.0, 4.0] * 2, [], [9.0] * 12],
}


def kinds(sequence: bool, vocabulary_file: str | None = None) -> dict[str, Any]:
    """One column, or a list of columns, of each kind."""
    prefix = "sequence_" if sequence else ""

    def categorical(name: str, *arguments: Any, **options: Any) -> Any:
        return getattr(cn, f"{prefix}categorical_column_with_{name}")(*arguments, **options)

    numeric = getattr(cn, f"{prefix}numeric_column")
    identity = categorical("identity", "id", 5)
    words = categorical("vocabulary_list", "word", ["a", "b"])
    bucketized = cn.bucketized_column(numeric("number"), [0.0, 2.0])
    # In a context, a bucketized column is dense; in a sequence it is categorical.
    dense = cn.indicator_column(bucketized) if sequence else bucketized
    weighted = cn.weighted_categorical_column(identity, "weight")
    crossed = cn.crossed_column([identity, words], 7)
    found: dict[str, Any] = {
        f"identity {combiner} {max_norm}": cn.embedding_column(identity, 3, combiner, max_norm=max_norm)
        for combiner in ("mean", "sqrtn", "sum")
        for max_norm in (None, 1.0)
    }
    found |= {
        f"weighted {combiner}": cn.embedding_column(weighted, 3, combiner, max_norm=1.0)
        for combiner in ("mean", "sqrtn", "sum")
    }
    if vocabulary_file is not None:
        from_file = categorical("vocabulary_file", "word", vocabulary_file, num_oov_buckets=2)
        found["vocabulary file"] = cn.embedding_column(from_file, 2)
    return found | {
        "hash": cn.embedding_column(categorical("hash_bucket", "word", 7), 2),
        "vocabulary list": cn.embedding_column(words, 2, "sum"),
        "bucketized": dense,
        "embedded buckets": cn.embedding_column(bucketized, 2, "sum"),
        "crossed": cn.embedding_column(crossed, 2, "sqrtn"),
        "indicator": cn.indicator_column(identity),
        "indicator of words": cn.indicator_column(words),
        "indicator of weighted": cn.indicator_column(weighted),
        "numeric": numeric("number"),
        "numeric of a shape": numeric("pair", shape=(2, 2)),
        "shared": cn.shared_embeddings([identity, categorical("identity", "other", 5)], 3),
        "everything": [
            cn.embedding_column(identity, 3, "sum"),
            cn.embedding_column(weighted, 2, name="a/b.c"),
            cn.indicator_column(words),
            numeric("pair", shape=(4,)),
            dense,
        ],
    }


NAMES = [*kinds(True), "vocabulary file"]


@dataclass(frozen=True)
class Adapter:
    """A framework's layers, and a way back to NumPy."""

    module: Any
    to_numpy: Callable[[Any], Any]


ADAPTERS = {
    "numpy": Adapter(colonnade.numpy, np.asarray),
    "torch": Adapter(colonnade.torch, lambda tensor: tensor.detach().numpy()),
    "jax": Adapter(colonnade.jax, np.asarray),
    "keras": Adapter(colonnade.keras, keras.ops.convert_to_numpy),
}


@pytest.fixture
def columns(request: pytest.FixtureRequest, tmp_path: Any) -> Any:
    sequence, name = request.param
    path = tmp_path / "words.txt"
    path.write_text("a\nb\nc\n")
    return kinds(sequence, str(path))[name]


def every(*sequences: bool) -> pytest.MarkDecorator:
    """Parametrize over the columns of all kinds, of sequences or of a context."""
    cases = [
        pytest.param((sequence, name), id=f"{'sequence' if sequence else 'context'} {name}")
        for sequence in sequences
        for name in NAMES
    ]
    return pytest.mark.parametrize("columns", cases, indirect=True)


def random_tables(plan: Any) -> dict[str, Any]:
    random = np.random.default_rng(0)
    return {
        name: random.standard_normal((table.num_buckets, table.dimension)).astype(np.float32)
        for name, table in plan.tables.items()
    }


def answer(encoder: Any, tables: dict[str, Any], features: Any) -> Any:
    """The twin's [batch, time, width], or [batch, width] for a context."""
    batch, (group,) = encoder.encode(features), encoder.plan.groups.values()
    rank = 1 if batch.mask is None else 2
    parts = []
    for output in group.outputs:
        slot = batch.slots[output.slot]
        ids = slot.values if slot.values.ndim > rank else slot.values[..., None]
        weights = None if slot.weights is None else slot.weights.reshape(ids.shape)
        if output.kind == "numbers":
            parts.append(twin.flatten(slot.values, rank))
        elif output.kind == "indicator":
            parts.append(twin.indicator(ids, output.width, weights))
        else:
            table = tables[output.table]
            parts.append(
                twin.embedding(table, ids, weights, combiner=output.combiner, max_norm=output.max_norm)
            )
    return np.concatenate(parts, -1)


def assert_close(got: Any, wanted: Any) -> None:
    assert got.dtype == np.float32
    assert got.shape == wanted.shape
    np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-6)


@every(True)
@pytest.mark.parametrize("features", [SEQUENCES, SINGLES], ids=["several values", "one value"])
@pytest.mark.parametrize("options", [{}, {"side": "left", "pad_to_multiple_of": 4}], ids=["right", "left"])
@pytest.mark.parametrize("adapter", ADAPTERS.values(), ids=ADAPTERS)
def test_padded(adapter: Adapter, columns: Any, features: Any, options: Any) -> None:
    encoder = cn.Encoder(columns, **options)
    tables = random_tables(encoder.plan)
    layer = adapter.module.SequenceFeatures(columns, tables)
    output, lengths = map(adapter.to_numpy, layer(encoder.encode(features)))
    assert_close(output, answer(encoder, tables, features))
    assert lengths.tolist() == [2, 0, 3]


@every(True)
@pytest.mark.parametrize("features", [SEQUENCES, SINGLES], ids=["several values", "one value"])
@pytest.mark.parametrize(
    "adapter", [ADAPTERS[name] for name in ("numpy", "torch", "jax")], ids=["numpy", "torch", "jax"]
)
def test_jagged(adapter: Adapter, columns: Any, features: Any) -> None:
    encoder = cn.Encoder(columns)
    tables = random_tables(encoder.plan)
    batch = cn.Encoder(columns, layout="jagged").encode(features)
    output, lengths = map(adapter.to_numpy, adapter.module.SequenceFeatures(columns, tables)(batch))
    assert_close(output, answer(encoder, tables, features)[cn.sequence_mask([2, 0, 3])])
    assert lengths.tolist() == [2, 0, 3]


@every(False)
@pytest.mark.parametrize("adapter", ADAPTERS.values(), ids=ADAPTERS)
def test_context(adapter: Adapter, columns: Any) -> None:
    encoder = cn.Encoder(columns)
    tables = random_tables(encoder.plan)
    output = adapter.to_numpy(adapter.module.DenseFeatures(columns, tables)(CONTEXTS))
    assert_close(output, answer(encoder, tables, CONTEXTS))


def torch_gradients(group: Any, tables: Any, batch: Any, slopes: Any) -> dict[str, Any]:
    tensors = {name: torch.from_numpy(table.copy()).requires_grad_() for name, table in tables.items()}
    output, _ = colonnade.torch.embed(group, tensors, colonnade.torch.to_tensors(batch))
    (output * torch.from_numpy(slopes)).sum().backward()
    return {name: tensor.grad.numpy() for name, tensor in tensors.items()}


def jax_gradients(group: Any, tables: Any, batch: Any, slopes: Any) -> dict[str, Any]:
    arrays = colonnade.jax.to_arrays(batch)

    def total(given: Any) -> Any:
        return (colonnade.jax.embed(group, given, arrays)[0] * slopes).sum()

    return jax.jit(jax.grad(total))(jax.tree.map(jnp.array, tables))


def twin_gradients(encoder: Any, tables: Any, features: Any, slopes: Any) -> dict[str, Any]:
    """Central differences, in float64."""
    tables = {name: table.astype(np.float64) for name, table in tables.items()}
    gradients = {name: np.zeros_like(table) for name, table in tables.items()}
    for name, table in tables.items():
        for place in np.ndindex(*table.shape):
            start, step = table[place], 1e-6
            for sign in (1, -1):
                table[place] = start + sign * step
                gradients[name][place] += (
                    sign * (answer(encoder, tables, features) * slopes).sum() / (2 * step)
                )
            table[place] = start
    return gradients


@pytest.mark.parametrize(
    ("columns", "layout"),
    [
        pytest.param((sequence, name), layout, id=f"{layout} {name}")
        for name in NAMES
        if not name.startswith(("indicator", "numeric", "bucketized"))
        for sequence, layout in ((True, "padded"), (True, "jagged"), (False, "context"))
    ],
    indirect=["columns"],
)
@pytest.mark.parametrize("gradients", [torch_gradients, jax_gradients], ids=["torch", "jax"])
def test_gradients(gradients: Any, columns: Any, layout: Any) -> None:
    encoder = cn.Encoder(columns)
    tables, (group,) = random_tables(encoder.plan), encoder.plan.groups.values()
    features = SEQUENCES if group.is_sequence else CONTEXTS
    shape = answer(encoder, tables, features).shape
    slopes = np.random.default_rng(1).standard_normal(shape).astype(np.float32)
    # Jagged steps are the padded ones without the padding.
    jagged = layout == "jagged"
    batch = cn.Encoder(columns, layout="jagged" if jagged else "padded").encode(features)
    got = gradients(group, tables, batch, slopes[cn.sequence_mask([2, 0, 3])] if jagged else slopes)
    wanted = twin_gradients(encoder, tables, features, slopes)
    assert any(gradient.any() for gradient in wanted.values())
    for name in tables:
        np.testing.assert_allclose(got[name], wanted[name], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("adapter", ADAPTERS.values(), ids=ADAPTERS)
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
