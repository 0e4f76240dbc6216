"""BytesArray: byte strings as one buffer and the offsets of its items."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from ..errors import ColonnadeError, FeatureTypeError, RaggedError
from . import arrow
from .origin import Origin, place_of, sliced_origin
from .splits import Int64s, checked_splits, sliced, splits_of


@dataclass(frozen=True, eq=False)
class BytesArray(Sequence[bytes]):
    r"""An immutable array of byte strings: one buffer and the offsets of its items.

    NumPy's own string types lose trailing NULs or refuse bytes that are not UTF-8.

    Attributes:
        data: uint8 [bytes], all items one after the other.
        offsets: int64 [items + 1]; item i is data[offsets[i]:offsets[i + 1]].

    Raises:
        RaggedError: the offsets do not describe the data, or the data are no bytes.

    Example:
        >>> BytesArray.from_list([b"a", "b\0"]).to_list()
        [b'a', b'b\x00']
    """

    data: npt.NDArray[np.uint8]
    offsets: Int64s
    _origin: Origin | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        try:
            data = np.asarray(self.data)
        except ValueError as error:
            raise RaggedError(f"data are no array: {error}") from None
        if data.dtype != np.uint8 or data.ndim != 1:
            raise RaggedError(
                f"data must be a flat uint8 array, got {data.dtype} with {data.ndim} dimensions"
            )
        object.__setattr__(self, "data", np.ascontiguousarray(data))
        object.__setattr__(self, "offsets", checked_splits(self.offsets, len(data), "offsets"))

    @classmethod
    def from_list(cls, items: Sequence[bytes | str]) -> BytesArray:
        """Join byte strings; text is encoded as UTF-8.

        Raises:
            FeatureTypeError: an item is neither `bytes` nor `str`, or text that UTF-8 cannot encode.
        """
        if not isinstance(items, Iterable):
            raise FeatureTypeError(f"strings must come in a list, got {type(items).__name__}")
        raw = _encoded(items)
        return cls._trusted(np.frombuffer(bytearray(b"".join(raw)), np.uint8), splits_of(raw))

    @classmethod
    def from_arrow(cls, exported: Any) -> BytesArray:
        """Take a flat column of strings from any Arrow library.

        The bytes are not copied if they lie in one piece, and are then read-only.

        Args:
            exported: An object with `__arrow_c_array__` or `__arrow_c_stream__`, of a string or binary type.

        Raises:
            FeatureTypeError: it is no such object, or of another type.
            RaggedError: it holds a null, or is not what the Arrow format allows.
        """
        splits, flat = column = arrow.read(exported)
        if splits or not isinstance(flat, tuple):
            raise FeatureTypeError(f"a flat column of strings is wanted, got {arrow.described(column)}")
        return cls._trusted(*flat)

    @classmethod
    def _trusted(
        cls, data: npt.NDArray[np.uint8], offsets: Int64s, *, origin: Origin | None = None
    ) -> BytesArray:
        made = object.__new__(cls)
        if origin is not None:
            object.__setattr__(made, "_origin", origin)
        object.__setattr__(made, "data", data)
        object.__setattr__(made, "offsets", offsets)
        return made

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, index: Any) -> Any:
        """One item as `bytes`, or a BytesArray for a slice; steps of 1 share the data."""
        if isinstance(index, slice):
            items, offsets = sliced(self.offsets, index)
            origin = self._origin and sliced_origin(self._origin, range(len(self))[index])
            return BytesArray._trusted(self.data[items], offsets, origin=origin)
        row = range(len(self))[index]
        return self.data[self.offsets[row] : self.offsets[row + 1]].tobytes()

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.to_list())

    def to_list(self) -> list[bytes]:
        """The items as Python bytes."""
        raw, ends = self.data.tobytes(), self.offsets.tolist()
        return [raw[start:end] for start, end in pairwise(ends)]

    def __arrow_c_schema__(self) -> object:
        """The Arrow type, large_binary, as a capsule."""
        return arrow.export_schema([self._level()])

    def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]:
        """An Arrow array of large_binary that shares this memory; `pyarrow.array(items)` calls it.

        Raises:
            FeatureTypeError: `requested_schema` is no string or binary type.
            NarrowingError: it is a text type and the bytes are not UTF-8, or its offsets are too narrow.
        """
        return arrow.export([self._level()], requested_schema)

    def _level(self) -> arrow.Level:
        # Checked anew: the arrays may have been written since, and consumers trust what they get.
        return arrow.bytes_level(self.data, checked_splits(self.offsets, len(self.data), "offsets"))

    def __repr__(self) -> str:
        return f"BytesArray({len(self)} items, {len(self.data)} bytes)"


def located(error: ColonnadeError, records: object) -> ColonnadeError:
    """An error about a row of a batch; if that came from files, with the record's file and number there."""
    row = error.where.get("record", error.where.get("row"))
    if row is None or not isinstance(records, BytesArray) or records._origin is None:
        return error
    return error.at(**place_of(records._origin, row), row=row).with_traceback(error.__traceback__)


def _encoded(items: Sequence[bytes | str]) -> Sequence[bytes]:
    if set(map(type, items)) == {bytes}:
        return cast(Sequence[bytes], items)
    raw = []
    for row, item in enumerate(items):
        if not isinstance(item, str | bytes):
            raise FeatureTypeError(f"a string must be str or bytes, got {type(item).__name__}", row=row)
        try:
            raw.append(item.encode() if isinstance(item, str) else item)
        except UnicodeEncodeError:
            raise FeatureTypeError(
                "text with a lone surrogate cannot be UTF-8; give bytes", row=row
            ) from None
    return raw
