"""Keras on each of its backends, each in a process of its own; TensorFlow's is in tests/parity."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TESTS = [
    ROOT / "tests/python" / name
    for name in (
        "adapters/test_keras_layer.py",
        "adapters/test_adapters.py",
        "adapters/test_layers.py",
        "layers/test_masks.py",
    )
]

MODEL = """
import sys
import keras, numpy as np
import colonnade as cn
from colonnade.keras import Features, concatenate_context_input, to_arrays

words = cn.sequence_categorical_column_with_hash_bucket("words", 50)
vocabulary = cn.categorical_column_with_vocabulary_list("kind", ["a", "b"])
columns = {
    "history": [cn.embedding_column(words, 4, "sqrtn", max_norm=1.0), cn.sequence_numeric_column("n", (2,))],
    "context": [cn.indicator_column(vocabulary)],
}
features = {"words": [["x", "y"], [], ["z"]], "n": [[1.0] * 4, [], [2.0, 3.0]], "kind": [["a"], ["b"], []]}
arrays = to_arrays(cn.Encoder(columns).encode(features))
"""
WRITE = """
layer = Features(columns)
inputs = layer.inputs()
outputs = layer(inputs)
steps = concatenate_context_input(outputs["context"], outputs["history"][0])
model = keras.Model(inputs, keras.layers.LSTM(3)(steps))
model.save(sys.argv[1] + "/model.keras")
np.save(sys.argv[1] + "/answers.npy", model.predict(arrays, verbose=0))
cn.save(sys.argv[1] + "/served", cn.Encoder(columns), layer.tables())
"""
READ = """
model = keras.models.load_model(sys.argv[1] + "/model.keras")
wanted = np.load(sys.argv[1] + "/answers.npy")
np.testing.assert_allclose(model.predict(arrays, verbose=0), wanted, rtol=1e-5, atol=1e-6)
encoder, tables = cn.load(sys.argv[1] + "/served")
steps, _ = Features(encoder.columns, tables)(features)["history"]
[layer] = [layer for layer in model.layers if isinstance(layer, Features)]
ours, loaded = map(keras.ops.convert_to_numpy, (steps, layer(features)["history"][0]))
np.testing.assert_array_equal(ours, loaded)
print(keras.backend.backend())
"""


def run(backend: str, *arguments: object, **environment: str) -> str:
    """What a new process prints, on this backend; with one thread, as two starve each other."""
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1", "KERAS_BACKEND": backend, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    return done.stdout


def check_layers(backend: str, **environment: str) -> None:
    """The layers' own tests pass on this backend."""
    pytest_of_keras = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "keras"]
    assert " passed" in run(backend, *pytest_of_keras, *TESTS, **environment)


def check_files(folder: Path, writer: str, reader: str, **environment: str) -> None:
    """What one backend saved gives the same answers on another."""
    run(writer, "-c", MODEL + WRITE, folder, **environment)
    assert run(reader, "-c", MODEL + READ, folder, **environment).split() == [reader]


def test_layers_on_jax() -> None:
    check_layers("jax")


@pytest.mark.parametrize(("writer", "reader"), [("torch", "jax"), ("jax", "torch")])
def test_saved_on_one_and_loaded_on_another(tmp_path: Path, writer: str, reader: str) -> None:
    check_files(tmp_path, writer, reader)
