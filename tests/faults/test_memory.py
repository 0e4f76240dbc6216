"""An output that the process may not have is a MemoryError, and the process goes on."""

from __future__ import annotations

import subprocess
import sys

import pytest

SCRIPT = """
import resource, sys
import numpy as np
import colonnade as cn

ids = cn.sequence_categorical_column_with_identity("k", 10)
encoder = cn.Encoder([cn.indicator_column(ids)])
splits = np.zeros(20_001, np.int64)
splits[1:] = 30_000
wide = {"k": cn.Ragged(np.zeros(30_000, np.int64), splits)}  # one long row, and so 4.8 GB of padding
limit = getattr(resource, sys.argv[1])
resource.setrlimit(limit, (3 << 30, resource.getrlimit(limit)[1]))
try:
    encoder.encode(wide)
except MemoryError as error:
    print(type(error).__name__, error)
print(encoder.encode({"k": [[1, 2]]}).slots["k"].values.tolist())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs limits of memory")
@pytest.mark.parametrize("limit", ["RLIMIT_AS", "RLIMIT_DATA"])
def test_an_output_beyond_a_limit_of_the_process(limit: str) -> None:
    run = subprocess.run([sys.executable, "-c", SCRIPT, limit], capture_output=True, text=True, check=False)
    assert run.stderr == ""
    told, after = run.stdout.splitlines()
    assert "4800000000 bytes could not be allocated, or are more than the process may have" in told
    assert after == "[[1, 2]]"
