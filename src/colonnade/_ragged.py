"""Ragged: rows of different lengths as flat values and row splits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from .errors import RaggedError

Int64s: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class BytesArray(Sequence[bytes]):
    r"""An immutable array of byte strings: one buffer and the offsets of its items.

    NumPy's own string types lose trailing NULs or refuse bytes that are not UTF-8.

    Attributes:
        data: uint8 [bytes], all items one after the other.
        offsets: int64 [items + 1]; item i is data[offsets[i]:offsets[i + 1]].

    Example:
        >>> BytesArray.from_list([b"a", "b\0"]).to_list()
        [b'a', b'b\x00']
    """

    data: npt.NDArray[np.uint8]
    offsets: Int64s

    def __post_init__(self) -> None:
        data = np.ascontiguousarray(self.data)
        if data.dtype != np.uint8 or data.ndim != 1:
            raise RaggedError(f"data must be a flat uint8 array, got {data.dtype} with {data.ndim} dimensions")
        object.__setattr__(self, "data", data)
        object.__setattr__(self, "offsets", _checked_splits(self.offsets, len(data), "offsets"))

    @classmethod
    def from_list(cls, items: Sequence[bytes | str]) -> BytesArray:
        """Join byte strings; text is encoded as UTF-8."""
        raw = [item.encode() if isinstance(item, str) else item for item in items]
        offsets = np.zeros(len(raw) + 1, np.int64)
        np.cumsum([len(item) for item in raw], out=offsets[1:])
        return cls._trusted(np.frombuffer(bytearray(b"".join(raw)), np.uint8), offsets)

    @classmethod
    def _trusted(cls, data: npt.NDArray[np.uint8], offsets: Int64s) -> BytesArray:
        made = object.__new__(cls)
        object.__setattr__(made, "data", data)
        object.__setattr__(made, "offsets", offsets)
        return made

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return BytesArray.from_list([self[i] for i in range(*index.indices(len(self)))])
        row = range(len(self))[index]
        return self.data[self.offsets[row] : self.offsets[row + 1]].tobytes()

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.to_list())

    def to_list(self) -> list[bytes]:
        """The items as Python bytes."""
        raw, ends = self.data.tobytes(), self.offsets.tolist()
        return [raw[start:end] for start, end in zip(ends, ends[1:], strict=False)]

    def __repr__(self) -> str:
        return f"BytesArray({len(self)} items, {len(self.data)} bytes)"


Values: TypeAlias = "npt.NDArray[Any] | BytesArray | Ragged"


@dataclass(frozen=True, eq=False)
class Ragged:
    """Rows of different lengths: row i is values[row_splits[i]:row_splits[i + 1]].

    Attributes:
        values: The rows' items one after the other: an ndarray [N, ...], a BytesArray, or a Ragged for
            one more level of nesting.
        row_splits: int64 [rows + 1], from 0, never falling, to len(values).

    Raises:
        RaggedError: the splits do not describe the values.

    Example:
        >>> ragged = Ragged.from_list([[1, 2], [], [3]])
        >>> ragged.values.tolist(), ragged.row_splits.tolist()
        ([1, 2, 3], [0, 2, 2, 3])
    """

    values: Values
    row_splits: Int64s

    def __post_init__(self) -> None:
        if not isinstance(self.values, BytesArray | Ragged):
            object.__setattr__(self, "values", np.asarray(self.values))
        object.__setattr__(self, "row_splits", _checked_splits(self.row_splits, len(self.values), "row_splits"))

    @classmethod
    def _trusted(cls, values: Values, row_splits: Int64s) -> Ragged:
        made = object.__new__(cls)
        object.__setattr__(made, "values", values)
        object.__setattr__(made, "row_splits", row_splits)
        return made

    def __len__(self) -> int:
        return len(self.row_splits) - 1

    @property
    def dtype(self) -> str:
        """Name of the innermost values' dtype, such as "int64", "float32" or "string"."""
        if isinstance(self.values, Ragged):
            return self.values.dtype
        return "string" if isinstance(self.values, BytesArray) else self.values.dtype.name

    @property
    def row_lengths(self) -> Int64s:
        """int64 [rows], the number of items in each row."""
        return cast(Int64s, np.diff(self.row_splits))

    def to_list(self) -> list[Any]:
        """The rows as nested Python lists; strings are bytes."""
        values = self.values.tolist() if isinstance(self.values, np.ndarray) else self.values.to_list()
        ends = self.row_splits.tolist()
        return [values[start:end] for start, end in zip(ends, ends[1:], strict=False)]

    def __repr__(self) -> str:
        return f"Ragged({len(self)} rows, {len(self.values)} values, dtype={self.dtype!r})"


def _checked_splits(splits: Any, size: int, what: str) -> Int64s:
    array = np.asarray(splits)
    if array.ndim != 1 or len(array) == 0 or array.dtype.kind not in "iu":
        raise RaggedError(f"{what} must be a flat, non-empty integer array, got {array.dtype} {array.shape}")
    array = np.ascontiguousarray(array, np.int64)
    if array[0] != 0 or array[-1] != size:
        raise RaggedError(f"{what} must go from 0 to {size}, the number of values, got {array[0]} to {array[-1]}")
    falls = np.flatnonzero(array[1:] < array[:-1])
    if len(falls):
        raise RaggedError(f"{what} fall from {array[falls[0]]} to {array[falls[0] + 1]}", row=int(falls[0]))
    return array
