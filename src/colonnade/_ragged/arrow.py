"""Arrow in and out: columns of pyarrow, Polars, DuckDB and pandas as arrays, and arrays as their columns.

The PyCapsule interface needs no Arrow library:
https://arrow.apache.org/docs/format/CDataInterface/PyCapsuleInterface.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from .. import _core
from ..errors import FeatureTypeError, NarrowingError
from .splits import Int64s

Level: TypeAlias = tuple[str, int, list[npt.NDArray[Any]]]
"""The Arrow format, the length, and the buffers after the validity bitmap, of one level of nesting."""

_FORMATS: Final = {
    "bool": "b", "int8": "c", "uint8": "C", "int16": "s", "uint16": "S", "int32": "i", "uint32": "I",
    "int64": "l", "uint64": "L", "float16": "e", "float32": "f", "float64": "g",
}  # fmt: skip
_NUMBERS: Final = {text: np.dtype(name) for name, text in _FORMATS.items() if text != "b"}

Flat: TypeAlias = "npt.NDArray[Any] | tuple[npt.NDArray[np.uint8], Int64s]"
"""Numbers, or the data and the offsets of strings."""

Column: TypeAlias = tuple[list[Int64s], Flat]
"""The row splits of each level, outermost first, and the flat values."""


def read(exported: Any) -> Column:
    """One column of any Arrow library."""
    return _plain(*_core.arrow_column(exported))


def read_table(exported: Any, keys: Iterable[str] | None) -> dict[str, Column]:
    """The columns of a table of any Arrow library, or those of some keys."""
    columns = _core.arrow_columns(exported, None if keys is None else frozenset(keys))
    return {key: _plain(splits, flat) for key, (splits, flat) in columns.items()}


def _plain(splits: list[Int64s], flat: Flat) -> Column:
    plain = (flat[0], _named(flat[1])) if isinstance(flat, tuple) else _named(flat)
    return [_named(level) for level in splits], plain


def _named(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    # Arrow's int64 comes as NumPy's longlong, which equals np.int64 and yet prints as something special.
    return array.view(array.dtype.name)


def described(column: Column) -> str:
    """What a column holds, for an error."""
    splits, flat = column
    dtype = "string" if isinstance(flat, tuple) else flat.dtype.name
    if splits:
        return f"lists of {dtype}"
    return f"a flat column of {'strings' if dtype == 'string' else dtype}"


def list_level(row_splits: npt.NDArray[np.int64]) -> Level:
    """A level of lists of any length."""
    return "+L", len(row_splits) - 1, [row_splits]


def bytes_level(data: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int64]) -> Level:
    """Byte strings."""
    return "Z", len(offsets) - 1, [offsets, data]


def number_levels(values: npt.NDArray[Any]) -> list[Level]:
    """An array of any rank: each dimension after the first is a level of fixed-size lists."""
    sizes = [int(np.prod(values.shape[: rank + 1])) for rank in range(values.ndim)]
    lists: list[Level] = [
        (f"+w:{inner}", size, []) for inner, size in zip(values.shape[1:], sizes, strict=False)
    ]
    flat = np.ascontiguousarray(values).reshape(-1)
    buffer = np.packbits(flat, bitorder="little") if flat.dtype == bool else flat
    return [*lists, (_FORMATS[values.dtype.name], len(flat), [buffer])]


def export(levels: list[Level], requested_schema: object | None) -> tuple[object, object]:
    """The capsules of a schema and an array that share the levels' memory.

    Raises:
        FeatureTypeError: `requested_schema` is a type that this data cannot take.
        NarrowingError: it is one that cannot hold all values.
    """
    if requested_schema is not None:
        levels = _as_requested(levels, _core.arrow_formats(requested_schema))
    return _core.arrow_export(levels)


def export_schema(levels: list[Level]) -> object:
    """The capsule of a schema."""
    return _core.arrow_export_schema([text for text, _, _ in levels])


def _as_requested(levels: list[Level], formats: list[str]) -> list[Level]:
    if len(levels) != len(formats):
        raise _refused([text for text, _, _ in levels], formats)
    return [_cast(level, text) for level, text in zip(levels, formats, strict=True)]


def _cast(level: Level, wanted: str) -> Level:
    held, length, buffers = level
    if held == wanted:
        return level
    if held == "+L" and wanted == "+l":
        return wanted, length, [_narrow(buffers[0], np.dtype(np.int32))]
    if held == "Z" and wanted in ("z", "u", "U"):
        offsets, data = buffers
        if wanted != "z":
            _check_utf8(data, offsets)
        return wanted, length, [offsets if wanted == "U" else _narrow(offsets, np.dtype(np.int32)), data]
    if held in _NUMBERS and wanted in _NUMBERS:
        return wanted, length, [_narrow(buffers[0], _NUMBERS[wanted])]
    raise _refused([held], [wanted])


def _narrow(array: npt.NDArray[Any], dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    with np.errstate(over="ignore", invalid="ignore"):
        cast = array.astype(dtype)
        back = cast.astype(array.dtype)
    same = (back == array) & ((cast < 0) == (array < 0)) | ((array != array) & (cast != cast))
    if not same.all():
        raise NarrowingError(f"{array[np.argmin(same)]} does not fit the requested Arrow type ({dtype.name})")
    return cast


def _check_utf8(data: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int64]) -> None:
    try:
        data.tobytes().decode()
    except UnicodeDecodeError as error:
        row = int(np.searchsorted(offsets, error.start, side="right")) - 1
        raise NarrowingError("bytes that are not UTF-8, as the requested Arrow type needs", row=row) from None
    starts = offsets[offsets < len(data)]
    cut = np.flatnonzero((data[starts] & 0xC0) == 0x80)  # an item that begins inside a character
    if len(cut):
        raise NarrowingError("bytes that are not UTF-8, as the requested Arrow type needs", row=int(cut[0]))


def _refused(held: list[str], wanted: list[str]) -> FeatureTypeError:
    return FeatureTypeError(
        f"the requested Arrow type {' '.join(wanted)} (format strings of the C data interface) cannot be "
        f"made from {' '.join(held)}; ask for no type and cast afterwards"
    )
