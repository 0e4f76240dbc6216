"""What the machine can do at best, measured in the same run.

Only what Python can measure properly: copying, touching fresh memory, and CRC-32C. Decoding varints and
hashing have limits too, which would need kernels of their own to measure.
"""

from __future__ import annotations

import mmap
import time
from collections.abc import Callable
from typing import TypedDict

import numpy as np

from colonnade import _core

from .timing import median


class Limits(TypedDict):
    """Bytes a second."""

    memcpy: float
    first_touch: float
    crc32c: float


def measure() -> Limits:
    source = np.ones(3 << 20, np.uint8)
    target = np.ones_like(source)
    record = source.tobytes()
    return {
        "memcpy": source.nbytes / _seconds(lambda: np.copyto(target, source), 300),
        "first_touch": (32 << 20) / _seconds(lambda: _touch(32 << 20), 1),
        "crc32c": len(record) / _seconds(lambda: _core.crc32c(record), 100),
    }


def least_seconds(limits: Limits, metric: str, bytes_in: float, bytes_out: float) -> float:
    """A lower bound of one batch: read the records and write the arrays at the speed of memcpy, check CRCs.

    A copy moves each byte twice, so reading and writing count half each.
    """
    moved = (bytes_in + bytes_out) / 2 / limits["memcpy"]
    return moved + (bytes_in / limits["crc32c"] if metric == "file" else 0)


def _touch(size: int) -> None:
    with mmap.mmap(-1, size) as fresh:
        array = np.frombuffer(fresh, np.uint8)
        array.fill(1)
        del array


def _seconds(run: Callable[[], None], repeat: int) -> float:
    samples = []
    for _ in range(9):
        begin = time.perf_counter()
        for _ in range(repeat):
            run()
        samples.append((time.perf_counter() - begin) / repeat)
    return median(samples)
