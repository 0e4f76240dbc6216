"""Types of the compiled core."""

import numpy as np
import numpy.typing as npt

# Hashing.

def fingerprint64(data: bytes) -> int: ...

# TFRecord files.

def read_records(
    buffer: bytes, start: int, most: int, at_end: bool
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64], int, int]: ...
def frame_record(data: bytes) -> bytes: ...
def crc32c(data: bytes, *, portable: bool = False) -> int: ...
def crc32c_is_portable() -> bool: ...
