"""Keras on its TensorFlow backend, with the packages of the oracle's environment before ours."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from parity.conftest import PYTHON, require_oracle
from python.test_keras_backends import check_files, check_layers

SEPARATE = os.pathsep.join(map(str, PYTHON.parents[1].glob("lib/python*/site-packages")))


@pytest.fixture
def environment() -> dict[str, str]:
    """What makes a process of ours find TensorFlow."""
    require_oracle()
    return {"PYTHONPATH": SEPARATE, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}


def test_layers(environment: dict[str, str]) -> None:
    check_layers("tensorflow", **environment)


@pytest.mark.parametrize(
    ("writer", "reader"),
    [("torch", "tensorflow"), ("tensorflow", "torch"), ("jax", "tensorflow"), ("tensorflow", "jax")],
)
def test_saved_on_one_and_loaded_on_another(
    tmp_path: Path, environment: dict[str, str], writer: str, reader: str
) -> None:
    check_files(tmp_path, writer, reader, **environment)
