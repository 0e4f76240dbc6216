"""A model that one framework trained is served by another, through cn.save and cn.load."""

from __future__ import annotations

import os
from pathlib import Path

import keras
import numpy as np
import pytest
from python.adapters import trained_elsewhere
from python.adapters.test_keras_backends import run

import colonnade as cn

# Keras 3.15 converts arrays in a way that NumPy 2 warns of.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

TRAINERS = ("torch", "jax", "keras torch", "keras jax")
SERVERS = ("numpy", *TRAINERS)


def do(job: str, framework: str, folder: Path, **environment: str) -> None:
    """Train or serve; Keras on another backend than this process's in one of its own."""
    name, _, backend = framework.partition(" ")
    if backend in ("", keras.backend.backend()):
        {"train": trained_elsewhere.train, "serve": trained_elsewhere.serve}[job](name, folder)
        return
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [environment.get("PYTHONPATH"), "tests"]))
    run(backend, "-m", "python.adapters.trained_elsewhere", job, name, folder, **environment)


@pytest.fixture(scope="module", params=TRAINERS)
def trained(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a model that each framework trained."""
    folder = tmp_path_factory.mktemp(request.param.replace(" ", "-"))
    do("train", request.param, folder)
    return folder


@pytest.mark.parametrize("server", SERVERS)
def test_served(trained: Path, server: str) -> None:
    do("serve", server, trained)


def test_the_model_is_what_was_trained(trained: Path) -> None:
    """All tables, and nothing that points to the vocabulary file, which is gone."""
    with np.load(trained / "answers.npz") as answers:
        assert answers["lengths"].tolist() == [3, 0, 2]
    _, tables = cn.load(trained / "model")
    assert {name: table.shape for name, table in tables.items()} == {
        "items": (6, 3),
        "word_embedding": (5, 2),
    }
    assert not (trained / "words.txt").exists()
