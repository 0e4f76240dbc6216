"""Dtypes as users write them, brought to one canonical name."""

from __future__ import annotations

import re
from typing import Any, Final, TypeAlias

import numpy as np

from .errors import ColumnTypeError, ColumnValueError, shown

DtypeLike: TypeAlias = Any
"""A name ("string", "int64"), a NumPy dtype, `str`, `bytes`, `int`, `float`, or what has such a `.name`."""

INTEGERS: Final = frozenset({"int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"})
FLOATS: Final = frozenset({"float16", "float32", "float64"})
KNOWN: Final = INTEGERS | FLOATS | {"string", "bool"}

_PYTHON: Final[dict[object, str]] = {
    str: "string",
    bytes: "string",
    int: "int64",
    float: "float32",
    bool: "bool",
}
_ALIASES: Final = {
    "str": "string",
    "bytes": "string",
    "object": "string",
    "half": "float16",
    "double": "float64",
}


def dtype_name(dtype: DtypeLike, *, key: str | None = None) -> str:
    """The canonical name of a dtype.

    Raises:
        ColumnTypeError: `dtype` is nothing that names a dtype.
        ColumnValueError: it names one that is not known here.
    """
    if isinstance(dtype, type) and dtype in _PYTHON:
        return _PYTHON[dtype]
    name = dtype if isinstance(dtype, str) else getattr(dtype, "name", None)
    if not isinstance(name, str):
        try:
            name = np.dtype(dtype).name if dtype is not None else None
        except Exception:  # NumPy's message holds the repr of what it was given, which may fail
            name = None
    if not isinstance(name, str):
        raise ColumnTypeError(
            f"{shown(dtype)} is not a dtype; use a name such as 'int64', 'float32' or 'string'", key=key
        )
    name = _ALIASES.get(name, name)
    if re.fullmatch(r"(str|bytes)\d+", name):
        name = "string"  # NumPy's sized strings: str96, bytes24
    if name not in KNOWN:
        raise ColumnValueError(f"unknown dtype {shown(name)}; known are {', '.join(sorted(KNOWN))}", key=key)
    return name


def wire_dtype(name: str) -> str:
    """The dtype of a record's list for values of dtype `name`: "int64", "float32" or "string"."""
    if name in INTEGERS or name == "bool":
        return "int64"
    return "float32" if name in FLOATS else "string"
