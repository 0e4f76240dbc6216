"""Ragged data: rows of different lengths, byte strings, and their ways from lists and from and to Arrow."""

from .bytes_array import BytesArray, located
from .origin import Piece, origin_of
from .ragged import MOST_LEVELS, Ragged, Values, column_from_arrow, columns_from_arrow, ragged_of_list, taken
from .splits import Int64s, equal_splits, place, splits_of_lengths

__all__ = [
    "MOST_LEVELS",
    "BytesArray",
    "Int64s",
    "Piece",
    "Ragged",
    "Values",
    "column_from_arrow",
    "columns_from_arrow",
    "equal_splits",
    "located",
    "origin_of",
    "place",
    "ragged_of_list",
    "splits_of_lengths",
    "taken",
]
