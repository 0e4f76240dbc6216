"""Ragged data: rows of different lengths, byte strings, and their ways from lists and from and to Arrow."""

from .bytes_array import BytesArray
from .ragged import Ragged, Values, column_from_arrow, columns_from_arrow, taken
from .splits import Int64s

__all__ = [
    "BytesArray",
    "Int64s",
    "Ragged",
    "Values",
    "column_from_arrow",
    "columns_from_arrow",
    "taken",
]
