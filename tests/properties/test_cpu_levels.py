"""Lesser levels of kernels than this processor's best. The level is fixed when a process starts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from colonnade import _core

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
LEVELS = ("portable", "simd128", "bmi2", "avx512")
LESSER = LEVELS[: LEVELS.index(_core.best_cpu_level())]


@pytest.mark.skipif(not LESSER, reason="this processor has the portable level only")
@pytest.mark.parametrize("level", LESSER)
def test_a_lesser_level_is_equal(level: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(HERE / "test_fast_and_slow.py")],
        cwd=ROOT,
        env={**os.environ, "COLONNADE_CPU": level},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stdout
