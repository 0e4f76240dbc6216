"""TensorFlow's own tensors as features, in a process of its own."""

from __future__ import annotations

from pathlib import Path

from python.adapters.test_keras_backends import run

TESTS = Path(__file__).parent / "tensorflow_features.py"


def test_tensors_of_tensorflow(environment: dict[str, str]) -> None:
    answer = run("tensorflow", "-m", "pytest", "-q", "-p", "no:cacheprovider", TESTS, **environment)
    assert " passed" in answer
    assert "skipped" not in answer
