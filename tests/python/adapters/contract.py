"""What every layer of every framework is held to: columns of all kinds, hostile numbers, a way in and out.

The answers are the slow twin's, `reference.embed`: what weighs nothing is left out, never multiplied by 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import inf, nan
from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest
import torch
from flax import nnx

import colonnade as cn
import colonnade.jax
import colonnade.keras
import colonnade.numpy
import colonnade.torch

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
# Weights that are not finite, 0 or negative: of words with an id, of words without one ("c", "d"), and of
# rows that hold NaN (those of id 0 and of "a") or infinities. Many steps are finite once these are left out.
HOSTILE_SEQUENCES = {
    "id": [[[0, 1, 2, 0], []], [], [[0, 3], [3, 0, 4], [1]]],
    "other": [[[0], [4]], [], [[], [1, 1], [2]]],
    "word": [[["c", "b", "b", "a"], []], [], [["a", "b"], ["b", "c", "d"], ["c"]]],
    "weight": [[[0.0, 2.0, 0.5, -0.0], []], [], [[-1.0, 1.5], [1.0, nan, -inf], [inf]]],
    "number": [[[nan], [inf]], [], [[-inf], [7.0], [-0.0]]],
    "pair": [[[nan, 2.0, 3.0, 4.0], [inf, 6.0, -inf, 8.0]], [], [[0.0] * 4, [nan] * 4, [-1.0] * 4]],
}
HOSTILE_SINGLES = {
    "id": [[0, 1], [], [0, 3, 2]],
    "other": [[0, 4], [], [1, 1, 2]],
    "word": [["c", "a"], [], ["d", "b", "c"]],
    "weight": [[0.0, nan], [], [nan, inf, -inf]],
    "number": [[nan, inf], [], [-inf, 7.0, -0.0]],
    "pair": [[nan, 2.0, 3.0, 4.0, inf, 6.0, -inf, 8.0], [], [0.0, nan] * 6],
}
HOSTILE_CONTEXTS = {
    "id": [[0, 1, 2], [], [3, 0, 4]],
    "other": [[0], [4, 4], []],
    "word": [["c", "b", "a"], [], ["b", "c", "d"]],
    "weight": [[nan, 2.0, -0.0], [], [1.0, -1.0, inf]],
    "number": [[nan], [-inf], [7.0]],
    "pair": [[nan, 2.0, 3.0, 4.0], [inf, 6.0, -inf, 8.0], [0.0] * 4],
}
LENGTHS = [2, 0, 3]


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
    weighted_words = cn.weighted_categorical_column(words, "weight")
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
    found |= {
        f"weighted words {combiner}": cn.embedding_column(weighted_words, 2, combiner)
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
        "indicator of weighted words": cn.indicator_column(weighted_words),
        "numeric": numeric("number"),
        "numeric of a shape": numeric("pair", shape=(2, 2)),
        "shared": cn.shared_embeddings([identity, categorical("identity", "other", 5)], 3),
        "everything": [
            cn.embedding_column(identity, 3, "sum"),
            cn.embedding_column(weighted, 2, name="a/b.c"),
            cn.embedding_column(weighted, 2, "sqrtn", max_norm=1.0, name="clipped"),
            cn.embedding_column(weighted_words, 2, "sum", max_norm=0.5, name="words"),
            cn.indicator_column(words),
            cn.indicator_column(weighted_words),
            numeric("pair", shape=(4,)),
            dense,
        ],
    }


NAMES = [*kinds(True), "vocabulary file"]


def random_tables(plan: Any) -> dict[str, Any]:
    random = np.random.default_rng(0)
    return {
        name: random.standard_normal((table.num_buckets, table.dimension)).astype(np.float32)
        for name, table in plan.tables.items()
    }


def hostile_tables(plan: Any) -> dict[str, Any]:
    """Row 0, which padding looks up, holds NaN; the last row of a larger table holds infinities."""
    tables = random_tables(plan)
    for table in tables.values():
        table[0, 0] = nan
        if len(table) > 2:
            table[-1, :2] = inf, -inf
    return tables


def assert_close(got: Any, wanted: Any) -> None:
    assert got.dtype == np.float32
    assert got.shape == wanted.shape
    np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-6)


def layer_of(module: Any, columns: Any, tables: Any, *, sequence: bool) -> Any:
    return (module.SequenceFeatures if sequence else module.DenseFeatures)(columns, tables)


def _torch_compiled(layer: Any, batch: Any, backend: str = "aot_eager") -> Any:
    torch._dynamo.reset()
    return torch.compile(layer, fullgraph=True, backend=backend)(colonnade.torch.to_tensors(batch))


def _torch_gradients(group: Any, tables: Any, batch: Any, slopes: Any, **options: Any) -> dict[str, Any]:
    tensors = {name: torch.from_numpy(table.copy()).requires_grad_() for name, table in tables.items()}
    output, _ = colonnade.torch.embed(group, tensors, colonnade.torch.to_tensors(batch), **options)
    (output * torch.from_numpy(slopes)).sum().backward()
    return {name: tensor.grad.to_dense().numpy() for name, tensor in tensors.items()}


def _jax_compiled(layer: Any, batch: Any) -> Any:
    return nnx.jit(lambda layer, batch: layer(batch))(layer, colonnade.jax.to_arrays(batch))


def _jax_gradients(group: Any, tables: Any, batch: Any, slopes: Any) -> dict[str, Any]:
    arrays = colonnade.jax.to_arrays(batch)

    def total(given: Any) -> Any:
        return (colonnade.jax.embed(group, given, arrays)[0] * slopes).sum()

    return jax.jit(jax.grad(total))(jax.tree.map(jnp.array, tables))


def _keras_compiled(layer: Any, batch: Any) -> Any:
    """A functional model's prediction, which JAX and TensorFlow compile."""
    inputs = layer.inputs()
    return keras.Model(inputs, layer(inputs)).predict(colonnade.keras.to_arrays(batch), verbose=0)


def _keras_gradients(group: Any, tables: Any, batch: Any, slopes: Any) -> dict[str, Any]:
    layer = layer_of(colonnade.keras, group.columns, tables, sequence=group.is_sequence)
    slopes = keras.ops.convert_to_tensor(slopes)

    def total() -> Any:
        output = layer(batch)
        return keras.ops.sum((output[0] if group.is_sequence else output) * slopes)

    gradients = GRADIENTS_OF_KERAS[keras.backend.backend()](total, layer.weights)
    return dict(zip(layer.plan.tables, map(keras.ops.convert_to_numpy, gradients), strict=True))


def _by_torch(total: Any, weights: Any) -> Any:
    total().backward()
    return [weight.value.grad for weight in weights]


def _by_jax(total: Any, weights: Any) -> Any:
    def total_of(values: Any) -> Any:
        with keras.StatelessScope(list(zip(weights, values, strict=True))):
            return total()

    return jax.grad(total_of)([weight.value for weight in weights])


def _by_tensorflow(total: Any, weights: Any) -> Any:
    import tensorflow

    with tensorflow.GradientTape() as tape:
        loss = total()
    return map(tensorflow.convert_to_tensor, tape.gradient(loss, [weight.value for weight in weights]))


def _torch_cast(make: Any, columns: Any, tables: Any, dtype: str) -> Any:
    return make(columns, tables).to(getattr(torch, dtype))


def _jax_cast(make: Any, columns: Any, tables: Any, dtype: str) -> Any:
    layer = make(columns, tables)
    nnx.update(layer, jax.tree.map(lambda table: table.astype(dtype), nnx.state(layer)))
    return layer


def _keras_cast(make: Any, columns: Any, tables: Any, dtype: str) -> Any:
    return make(columns, tables, dtype=dtype)


GRADIENTS_OF_KERAS = {"torch": _by_torch, "jax": _by_jax, "tensorflow": _by_tensorflow}


@dataclass(frozen=True)
class Adapter:
    """A framework's layers, and a way back to NumPy.

    `compiled` runs a layer on a batch inside of what the framework compiles; `gradients` are those of
    `(output * slopes).sum()` by table; `cast` makes a layer whose tables are of a dtype. NumPy's core has
    none of them.
    """

    module: Any
    to_numpy: Callable[[Any], Any]
    compiled: Callable[..., Any] | None = None
    gradients: Callable[..., dict[str, Any]] | None = None
    cast: Callable[..., Any] | None = None


ADAPTERS = {
    "numpy": Adapter(colonnade.numpy, np.asarray),
    "torch": Adapter(
        colonnade.torch,
        lambda tensor: tensor.detach().numpy(),
        _torch_compiled,
        _torch_gradients,
        _torch_cast,
    ),
    "jax": Adapter(colonnade.jax, np.asarray, _jax_compiled, _jax_gradients, _jax_cast),
    "keras": Adapter(
        colonnade.keras, keras.ops.convert_to_numpy, _keras_compiled, _keras_gradients, _keras_cast
    ),
}
SPARSE = Adapter(colonnade.torch, np.asarray, gradients=partial(_torch_gradients, sparse=True))


def adapters(*names: str) -> pytest.MarkDecorator:
    """Parametrize over some adapters, or all."""
    known = {**ADAPTERS, "torch sparse": SPARSE}
    return pytest.mark.parametrize(
        "adapter", [pytest.param(known[name], id=name) for name in names or ADAPTERS]
    )
