"""The short examples that need TensorFlow."""

from __future__ import annotations

import re

from python.adapters.test_keras_backends import run
from python.documents.test_short_examples import EXAMPLES, check_keras_lstm


def test_keras_lstm(environment: dict[str, str]) -> None:
    check_keras_lstm("tensorflow", **environment)


def test_leave_tensorflow(environment: dict[str, str]) -> None:
    said = run("tensorflow", EXAMPLES / "leave_tensorflow.py", **environment)
    first, last = map(float, re.findall(r"loss (\S+) at first, (\S+) at last", said)[0])
    assert last < 0.5 * first
    assert "equal lengths" in said
    assert float(re.findall(r"differs by more than (\S+)", said)[0]) < 1e-5
