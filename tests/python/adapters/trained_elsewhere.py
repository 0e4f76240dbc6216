"""One model for every framework: trained in one, saved by cn.save, loaded by cn.load, served by another.

KERAS_BACKEND=jax python -m python.adapters.trained_elsewhere train keras FOLDER
KERAS_BACKEND=jax python -m python.adapters.trained_elsewhere serve keras FOLDER
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import colonnade as cn

STEPS, RATE = 5, 0.5
FEATURES = {
    "item": [[3, 1, 4], [], [1, 5]],
    "word": [["a", "b", "new"], [], ["", "a"]],
    "hours": [[0.5, 1.0, 2.0], [], [4.0, 0.25]],
    "seen": [[3, 3], [], [5]],
    "age": [[30.0], [40.0], [50.0]],
}
Arrays = dict[str, np.ndarray]


def groups(folder: Path) -> dict[str, list[Any]]:
    """A sequence and a context with a shared table, a vocabulary file and a normalizer."""
    vocabulary = folder / "words.txt"
    vocabulary.write_text("a\nb\nc\n")
    item, seen = cn.shared_embeddings(
        [
            cn.sequence_categorical_column_with_identity("item", 6),
            cn.categorical_column_with_identity("seen", 6),
        ],
        dimension=3,
        combiner="sqrtn",
        shared_embedding_collection_name="items",
    )
    word = cn.sequence_categorical_column_with_vocabulary_file("word", str(vocabulary), num_oov_buckets=2)
    hours = cn.sequence_numeric_column("hours", normalizer_fn=cn.Log1p())
    return {
        "history": [item, cn.embedding_column(word, 2, max_norm=1.0), hours],
        "user": [seen, cn.numeric_column("age", normalizer_fn=cn.Standardize(40.0, 10.0))],
    }


def outputs_of(outputs: Any, numbers: Callable[[Any], np.ndarray]) -> Arrays:
    """The outputs of any framework's Features as arrays by name."""
    steps, lengths = outputs["history"]
    return {"steps": numbers(steps), "lengths": numbers(lengths), "user": numbers(outputs["user"])}


def error(answers: Arrays) -> float:
    """What all of them learn to make small: the sums over time, and the user's numbers, shall be 1."""
    return float(np.square(answers["steps"].sum(1) - 1).mean() + np.square(answers["user"] - 1).mean())


def from_torch(tensor: Any) -> np.ndarray:
    return tensor.detach().numpy()


def train_torch(columns: Any) -> tuple[Any, Arrays, Arrays]:
    import torch

    from colonnade.torch import Features

    torch.manual_seed(0)
    layer = Features(columns)
    before = outputs_of(layer(FEATURES), from_torch)
    optimizer = torch.optim.SGD(layer.parameters(), RATE)
    for _ in range(STEPS):
        outputs = layer(FEATURES)
        loss = (outputs["history"][0].sum(1) - 1).square().mean() + (outputs["user"] - 1).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return layer, before, outputs_of(layer(FEATURES), from_torch)


def train_jax(columns: Any) -> tuple[Any, Arrays, Arrays]:
    import jax
    import jax.numpy as jnp
    from flax import nnx

    from colonnade.jax import Features

    def loss_of(layer: Features) -> jax.Array:
        outputs = layer(FEATURES)
        return jnp.square(outputs["history"][0].sum(1) - 1).mean() + jnp.square(outputs["user"] - 1).mean()

    layer = Features(columns, rngs=nnx.Rngs(0))
    before = outputs_of(layer(FEATURES), np.asarray)
    for _ in range(STEPS):
        tables = nnx.state(layer, nnx.Param)
        nnx.update(layer, jax.tree.map(lambda p, g: p - RATE * g, tables, nnx.grad(loss_of)(layer)))
    return layer, before, outputs_of(layer(FEATURES), np.asarray)


def train_keras(columns: Any) -> tuple[Any, Arrays, Arrays]:
    import keras

    from colonnade.keras import Features, to_arrays

    keras.utils.set_random_seed(0)
    layer = Features(columns)
    before = outputs_of(layer(FEATURES), keras.ops.convert_to_numpy)
    inputs = layer.inputs()
    outputs = layer(inputs)
    total = keras.ops.sum(outputs["history"][0], 1)
    model = keras.Model(inputs, {"steps": total, "user": outputs["user"]})
    model.compile(keras.optimizers.SGD(RATE), "mse")
    arrays = to_arrays(cn.Encoder(columns).encode(FEATURES))
    ones = {name: np.ones((3, tensor.shape[-1])) for name, tensor in model.output.items()}
    for _ in range(STEPS):
        model.train_on_batch(arrays, ones)
    return layer, before, outputs_of(layer(FEATURES), keras.ops.convert_to_numpy)


def serve_numpy(columns: Any, tables: Any) -> Arrays:
    from colonnade.numpy import Features

    return outputs_of(Features(columns, tables)(FEATURES), np.asarray)


def serve_torch(columns: Any, tables: Any) -> Arrays:
    from colonnade.torch import Features

    return outputs_of(Features(columns, tables)(FEATURES), from_torch)


def serve_jax(columns: Any, tables: Any) -> Arrays:
    from colonnade.jax import Features

    return outputs_of(Features(columns, tables)(FEATURES), np.asarray)


def serve_keras(columns: Any, tables: Any) -> Arrays:
    import keras

    from colonnade.keras import Features

    return outputs_of(Features(columns, tables)(FEATURES), keras.ops.convert_to_numpy)


def train(framework: str, folder: Path) -> None:
    """Train, check that it learned, save the model and what it answers, and remove the vocabulary."""
    columns = groups(folder)
    layer, before, answers = globals()[f"train_{framework}"](columns)
    assert error(answers) < 0.9 * error(before)
    cn.save(folder / "model", cn.Encoder(columns), layer.tables())
    (folder / "words.txt").unlink()
    np.savez(folder / "answers.npz", **answers)


def serve(framework: str, folder: Path) -> None:
    """Answer with what was saved, and compare with the answers of the framework that trained."""
    encoder, tables = cn.load(folder / "model")
    served = globals()[f"serve_{framework}"](encoder.columns, tables)
    with np.load(folder / "answers.npz") as answers:
        assert set(answers) == set(served)
        np.testing.assert_array_equal(served.pop("lengths"), answers["lengths"])
        for name, array in served.items():
            np.testing.assert_allclose(array, answers[name], rtol=1e-5, atol=1e-6)


if __name__ == "__main__":
    {"train": train, "serve": serve}[sys.argv[1]](sys.argv[2], Path(sys.argv[3]))
