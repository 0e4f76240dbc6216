"""What a test says of memory that must stay free."""

from __future__ import annotations

import contextlib
import ctypes
import resource
from collections.abc import Iterator
from pathlib import Path


def memory(what: str) -> int:
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(what))
    return int(line.split()[1]) << 10


@contextlib.contextmanager
def little_memory(most: int = 8 << 20) -> Iterator[None]:
    """Fail if the process asks for so many bytes more than it has at the start.

    What is resident says less: the system takes pages away from a process when others need them.
    """
    ctypes.CDLL(None).malloc_trim(0)  # else what former tests freed would be filled unnoticed
    before, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (memory("VmData") + most, hard))
    try:
        yield
    except MemoryError:
        raise AssertionError(f"more than {most} bytes were asked for") from None
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (before, hard))
