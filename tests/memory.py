"""What a test says of memory that must stay free."""

from __future__ import annotations

import contextlib
import ctypes
from collections.abc import Iterator
from pathlib import Path


def memory(what: str) -> int:
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(what))
    return int(line.split()[1]) << 10


@contextlib.contextmanager
def little_memory(most: int = 8 << 20) -> Iterator[None]:
    """Fail if the process ever holds so many bytes more than at the start."""
    ctypes.CDLL(None).malloc_trim(0)  # else what former tests freed would be filled unnoticed
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak of former tests
    before = memory("VmRSS")
    yield
    assert memory("VmHWM") - before < most
