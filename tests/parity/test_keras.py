"""Keras on its TensorFlow backend, with the packages of the oracle's environment before ours."""

from __future__ import annotations

from pathlib import Path

import pytest
from python.adapters.test_keras_backends import check_files, check_layers


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
