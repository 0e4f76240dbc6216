"""The neutral form in which cases and answers travel between the two environments: plain JSON.

Bytes travel as text with one character a byte (Latin-1), so that ASCII stays readable. Floats travel as
Python's repr, which is exact. Tables travel as three numbers, from which both sides make the same floats.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

Json = Any
Case = dict[str, Json]
Answer = dict[str, Json]


def to_text(raw: bytes) -> str:
    return raw.decode("latin-1")


def to_bytes(text: str) -> bytes:
    return text.encode("latin-1")


def map_leaves(function: Callable[[Any], Any], nested: Any) -> Any:
    """Apply `function` to everything in nested lists that is not a list."""
    if isinstance(nested, list | tuple):
        return [map_leaves(function, item) for item in nested]
    return function(nested)


def make_table(declared: Json) -> np.ndarray:
    """The float32 table that a column declares: its rows, or {"rows", "width", "seed"} for scrambled ones."""
    if isinstance(declared, list):
        return np.array(declared, np.float32)
    rows, width, seed = declared["rows"], declared["width"], declared["seed"]
    count = np.arange(seed + 1, seed + 1 + rows * width, dtype=np.uint64)
    scrambled = count * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(40)  # 24 bits: exact in float32
    return (scrambled.astype(np.float32) / np.float32(2**23) - np.float32(1)).reshape(rows, width)


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory()


def vocabulary_path(text: str, dtype: str | None) -> str:
    """A file that holds what a declared vocabulary file holds, kept until the process ends.

    TensorFlow names tables by their file, so there is one for each dtype.
    """
    raw = to_bytes(text)
    path = Path(_folder().name, f"{hashlib.sha256(raw).hexdigest()}-{dtype}")
    path.write_bytes(raw)
    return str(path)


def array_answer(array: np.ndarray) -> Answer:
    """An array with its shape (nested lists lose it where a dimension is 0) and dtype."""
    items = array.tolist()
    if array.dtype == object or array.dtype.kind == "S":
        return {"dtype": "string", "shape": list(array.shape), "items": map_leaves(to_text, items)}
    return {"dtype": array.dtype.name, "shape": list(array.shape), "items": items}


def numbers_answer(array: np.ndarray) -> Answer:
    """Numbers on their way into a model: TensorFlow keeps their dtype, Colonnade has float32 throughout."""
    return {"shape": list(array.shape), "items": array.tolist()}


def sparse_answer(indices: np.ndarray, values: np.ndarray, shape: list[int]) -> Answer:
    """Values and their places, in the order in which they came."""
    flat = array_answer(values)
    return {"dtype": flat["dtype"], "shape": shape, "indices": indices.tolist(), "values": flat["items"]}
