"""Wrong calls in TensorFlow and Colonnade side by side, in a process of its own."""

from __future__ import annotations

from pathlib import Path

from parity.wrong_calls import WRONG_CALLS
from python.adapters.test_keras_backends import run

TESTS = Path(__file__).parent / "tensorflow_errors.py"


def test_wrong_calls(environment: dict[str, str]) -> None:
    answer = run("tensorflow", "-m", "pytest", "-q", "-p", "no:cacheprovider", TESTS, **environment)
    assert f"{len(WRONG_CALLS)} passed" in answer
