"""Types of the compiled core."""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

_Int64s: TypeAlias = npt.NDArray[np.int64]
_Flat: TypeAlias = npt.NDArray[Any] | tuple[npt.NDArray[np.uint8], _Int64s]

def fingerprint64(data: bytes) -> int: ...

# Arrow. A level is (format, length, buffers); a column is (splits of its levels, values or (data, offsets)).

def arrow_column(exported: object) -> tuple[list[_Int64s], _Flat]: ...
def arrow_columns(
    exported: object, keys: frozenset[str] | None = None
) -> dict[str, tuple[list[_Int64s], _Flat]]: ...
def arrow_export(levels: list[tuple[str, int, list[npt.NDArray[Any]]]]) -> tuple[object, object]: ...
def arrow_export_schema(formats: list[str]) -> object: ...
def arrow_formats(schema: object) -> list[str]: ...
