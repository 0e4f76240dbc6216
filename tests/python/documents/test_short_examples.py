"""The short examples run as users run them and learn what they say; others are in tests/parity."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from python.adapters.test_keras_backends import run

EXAMPLES = Path(__file__).parents[3] / "examples"
SHORT = ("jax_gru", "keras_lstm", "leave_tensorflow", "time_series", "two_tower")


@pytest.mark.parametrize("name", SHORT)
def test_it_is_short(name: str) -> None:
    assert len((EXAMPLES / f"{name}.py").read_text().splitlines()) < 80


def check_keras_lstm(backend: str, **environment: str) -> None:
    """It starts without knowledge and learns, on this backend."""
    said = run(backend, EXAMPLES / "keras_lstm.py", **environment)
    assert f"Keras on {backend}\n" in said
    before, after = map(int, re.findall(r"(\d+)%", said))
    assert before < 70
    assert after > 90


@pytest.mark.parametrize("backend", ["torch", "jax"])
def test_keras_lstm(backend: str) -> None:
    check_keras_lstm(backend)


def test_jax_gru() -> None:
    said = run("jax", EXAMPLES / "jax_gru.py")
    compiled = re.findall(r"jit compiles a step for \(128, (\d+)\)", said)
    assert compiled == ["16", "32", "48", "64"]
    assert int(re.findall(r"(\d+)%", said)[0]) > 90


def test_time_series() -> None:
    said = run("torch", EXAMPLES / "time_series.py")
    now, yesterday, gru = map(float, re.findall(r"\d+\.\d+", said))
    assert gru < 0.8 * min(now, yesterday)
