"""Types of the compiled core."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

_Int64s: TypeAlias = npt.NDArray[np.int64]
_Flat: TypeAlias = npt.NDArray[Any] | tuple[npt.NDArray[np.uint8], _Int64s]

def fingerprint64(data: bytes) -> int: ...

most_output_bytes: int

class WantedKeys:
    def __init__(
        self, names: Sequence[str], dtypes: Sequence[str], list_dtypes: Sequence[str] = ()
    ) -> None: ...

class IndexedExamples:
    def __init__(self, serialized: Any, wanted: WantedKeys, threads: int = 1) -> None: ...
    def __len__(self) -> int: ...
    @property
    def has_lists(self) -> bool: ...
    def ragged(self, key: int) -> tuple[npt.NDArray[Any], ...]: ...
    def ragged_steps(self, key: int) -> tuple[npt.NDArray[Any], ...]: ...
    def require_list(self, key: int) -> None: ...
    def fixed(
        self, key: int, size: int, default_value: tuple[npt.NDArray[Any], ...] | None
    ) -> tuple[npt.NDArray[Any], ...]: ...

class Plan:
    def __init__(self, wanted: WantedKeys) -> None: ...
    def add_group(
        self,
        *,
        context: bool,
        jagged: bool,
        max_length: int | None,
        keep_first: bool,
        pad_left: bool,
        pad_to_multiple_of: int,
    ) -> None: ...
    def add_slot(
        self,
        *,
        column: str,
        keys: Sequence[KeyPlan],
        cross: tuple[int, int] | None = None,
        weight_key: int | None = None,
        step_values: int = 1,
        default_numbers: Sequence[float] = (),
    ) -> None: ...

class KeyPlan: ...

def key_plan(
    key: int,
    *,
    op: str,
    num_buckets: int = 1,
    default_id: int | None = None,
    vocabulary: Vocabulary | None = None,
    boundaries: Sequence[float] = (),
    positions: int = 1,
    default_numbers: Sequence[float] = (),
) -> KeyPlan: ...

class Vocabulary:
    def __len__(self) -> int: ...
    @property
    def integers(self) -> bool: ...

def vocabulary_from_strings(data: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int64]) -> Vocabulary: ...
def vocabulary_from_integers(values: npt.NDArray[np.int64]) -> Vocabulary: ...
def vocabulary_from_text(text: bytes, size: int | None, integers: bool) -> Vocabulary: ...

EncodedGroup = tuple[npt.NDArray[np.int64] | None, npt.NDArray[np.bool_] | None, npt.NDArray[np.int64] | None]

EncodedSlot = tuple[npt.NDArray[Any], npt.NDArray[np.float32] | None, npt.NDArray[np.int64] | None]

def encode(
    plan: Plan,
    examples: IndexedExamples | None,
    columns: list[list[tuple[npt.NDArray[Any] | None, ...] | None]],
    threads: int = 1,
) -> tuple[list[EncodedGroup], list[EncodedSlot]]: ...
def embed(
    ids: npt.NDArray[np.int64],
    weights: npt.NDArray[np.float32] | None,
    step_splits: npt.NDArray[np.int64] | None,
    table: npt.NDArray[np.float32],
    combiner: str,
    max_norm: float | None,
    out: npt.NDArray[np.float32],
    start: int,
) -> None: ...
def indicate(
    ids: npt.NDArray[np.int64],
    weights: npt.NDArray[np.float32] | None,
    step_splits: npt.NDArray[np.int64] | None,
    num_buckets: int,
    out: npt.NDArray[np.float32],
    start: int,
) -> None: ...
def place(numbers: npt.NDArray[np.float32], out: npt.NDArray[np.float32], start: int) -> None: ...
def empty(rows: int, width: int) -> npt.NDArray[np.float32]: ...
def pool_stats() -> dict[str, int]: ...
def pool_trim() -> None: ...

# Arrow. A level is (format, length, buffers); a column is (splits of its levels, values or (data, offsets)).

def arrow_column(exported: object) -> tuple[list[_Int64s], _Flat]: ...
def arrow_columns(
    exported: object, keys: frozenset[str] | None = None
) -> dict[str, tuple[list[_Int64s], _Flat]]: ...
def arrow_export(levels: list[tuple[str, int, list[npt.NDArray[Any]]]]) -> tuple[object, object]: ...
def arrow_export_schema(formats: list[str]) -> object: ...
def arrow_formats(schema: object) -> list[str]: ...

# TFRecord files.

def read_records(
    buffer: bytes, start: int, most: int, at_end: bool
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64], int, int]: ...
def frame_record(data: bytes) -> bytes: ...
def crc32c(data: bytes, *, portable: bool = False) -> int: ...
def crc32c_is_portable() -> bool: ...

# Kernels, "portable", "bmi2" or "avx512".

def cpu_level() -> str: ...
def best_cpu_level() -> str: ...
