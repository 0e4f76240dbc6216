"""Ragged: rows of different lengths as flat values and row splits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from . import _arrow, _core, _nested
from ._dtypes import KNOWN, DtypeLike
from .errors import FeatureTypeError, RaggedError

Int64s: TypeAlias = npt.NDArray[np.int64]


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

    def __post_init__(self) -> None:
        data = np.asarray(self.data)
        if data.dtype != np.uint8 or data.ndim != 1:
            raise RaggedError(
                f"data must be a flat uint8 array, got {data.dtype} with {data.ndim} dimensions"
            )
        object.__setattr__(self, "data", np.ascontiguousarray(data))
        object.__setattr__(self, "offsets", _checked_splits(self.offsets, len(data), "offsets"))

    @classmethod
    def from_list(cls, items: Sequence[bytes | str]) -> BytesArray:
        """Join byte strings; text is encoded as UTF-8.

        Raises:
            FeatureTypeError: an item is neither `bytes` nor `str`, or text that UTF-8 cannot encode.
        """
        raw = _encoded(items)
        return cls._trusted(np.frombuffer(bytearray(b"".join(raw)), np.uint8), _nested.splits_of(raw))

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
        column = _assemble(*_core.arrow_column(exported))
        if not isinstance(column, BytesArray):
            raise FeatureTypeError(f"a flat column of strings is wanted, got {_described(column)}")
        return column

    @classmethod
    def _trusted(cls, data: npt.NDArray[np.uint8], offsets: Int64s) -> BytesArray:
        made = object.__new__(cls)
        object.__setattr__(made, "data", data)
        object.__setattr__(made, "offsets", offsets)
        return made

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, index: Any) -> Any:
        """One item as `bytes`, or a BytesArray for a slice; steps of 1 share the data."""
        if isinstance(index, slice):
            items, offsets = _sliced(self.offsets, index)
            return BytesArray._trusted(self.data[items], offsets)
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
        return _arrow.export_schema(_levels(self))

    def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]:
        """An Arrow array of large_binary that shares this memory; `pyarrow.array(items)` calls it.

        Raises:
            FeatureTypeError: `requested_schema` is no string or binary type.
            NarrowingError: it is a text type and the bytes are not UTF-8, or its offsets are too narrow.
        """
        return _arrow.export(_levels(self), requested_schema)

    def __repr__(self) -> str:
        return f"BytesArray({len(self)} items, {len(self.data)} bytes)"


Values: TypeAlias = "npt.NDArray[Any] | BytesArray | Ragged"


@dataclass(frozen=True, eq=False)
class Ragged:
    """Rows of different lengths: row i is values[row_splits[i]:row_splits[i + 1]].

    Arrays that are right already are kept, not copied.

    Attributes:
        values: The rows' items one after the other: an ndarray [N, ...], a BytesArray, or a Ragged for
            one more level of nesting.
        row_splits: int64 [rows + 1], from 0, never falling, to len(values).

    Raises:
        RaggedError: the splits do not describe the values.
        FeatureTypeError: the values are not numbers; strings come in a BytesArray or from `from_list`.

    Example:
        >>> ragged = Ragged.from_list([[1, 2], [], [3]])
        >>> ragged.values.tolist(), ragged.row_splits.tolist()
        ([1, 2, 3], [0, 2, 2, 3])
        >>> ragged[0], ragged[1:].to_list()
        (array([1, 2]), [[], [3]])
    """

    values: Values
    row_splits: Int64s

    def __post_init__(self) -> None:
        if not isinstance(self.values, BytesArray | Ragged):
            object.__setattr__(self, "values", _checked_numbers(self.values))
        object.__setattr__(
            self, "row_splits", _checked_splits(self.row_splits, len(self.values), "row_splits")
        )

    @classmethod
    def from_list(cls, nested: Any, dtype: DtypeLike | None = None) -> Ragged:
        """Make a Ragged from lists of lists.

        Without a dtype, ints and bools become int64, Python floats float32 (ints among floats too), `str` (as
        UTF-8) and `bytes` a BytesArray. Float arrays keep float32 or float64. No values at all are int64.

        Args:
            nested: Rows as a list, tuple or array of lists, tuples or arrays, nested to one depth throughout.
            dtype: What the values shall be, as for columns. Floats are rounded; no other value may change.

        Raises:
            FeatureTypeError: something is no list where one must be, a value is None or of no known kind,
                or the values are not of the kind of `dtype`.
            RaggedError: values of several kinds, or nested to several depths.
            NarrowingError: a value that the dtype cannot hold.
            LimitError: more than 2^28 lists or values side by side.

        Example:
            >>> Ragged.from_list([[["a", "b"], []], []]).to_list()
            [[[b'a', b'b'], []], []]
        """
        splits, flat = _nested.flatten(nested, dtype)
        values = BytesArray._trusted(*flat) if isinstance(flat, tuple) else flat
        return cast(Ragged, _wrapped(splits, values))

    @classmethod
    def from_arrow(cls, exported: Any) -> Ragged:
        """Take a column of lists from any Arrow library; the chunks of a stream are joined.

        A null list is an empty row; a null among the values is an error. Ints and bools become int64, float16
        float32, strings of any kind a BytesArray. int64, float32, float64 and the bytes of strings are not
        copied if they lie in one piece, and are then read-only.

        Args:
            exported: An object with `__arrow_c_array__` or `__arrow_c_stream__`, of a list type (list,
                large_list, fixed_size_list, list_view, large_list_view), nested or not, of numbers or
                strings, dictionary-encoded or not.

        Raises:
            FeatureTypeError: it is no such object, or of another type.
            RaggedError: a null among the values, offsets that do not describe them, a stream that failed.
            NarrowingError: an unsigned value beyond int64.
            LimitError: more than 2^40 items, or lists nested more than 100 deep.

        Example:
            >>> import pyarrow
            >>> Ragged.from_arrow(pyarrow.array([["a"], None, ["b", "c"]])).to_list()
            [[b'a'], [], [b'b', b'c']]
        """
        column = _assemble(*_core.arrow_column(exported))
        if not isinstance(column, Ragged):
            raise FeatureTypeError(f"a column of lists is wanted, got {_described(column)}")
        return column

    @classmethod
    def _trusted(cls, values: Values, row_splits: Int64s) -> Ragged:
        made = object.__new__(cls)
        object.__setattr__(made, "values", values)
        object.__setattr__(made, "row_splits", row_splits)
        return made

    def __len__(self) -> int:
        return len(self.row_splits) - 1

    def __getitem__(self, index: Any) -> Any:
        """Row `index`, of the type of `values`, or a Ragged for a slice; steps of 1 share the values."""
        if isinstance(index, slice):
            items, row_splits = _sliced(self.row_splits, index)
            return Ragged._trusted(_taken(self.values, items), row_splits)
        row = range(len(self))[index]
        return self.values[int(self.row_splits[row]) : int(self.row_splits[row + 1])]

    def __iter__(self) -> Iterator[Any]:
        return (self[row] for row in range(len(self)))

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
        return [values[start:end] for start, end in pairwise(ends)]

    def __arrow_c_schema__(self) -> object:
        """The Arrow type as a capsule: large_list of int64, float32, large_binary, another large_list, ..."""
        return _arrow.export_schema(_levels(self))

    def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]:
        """An Arrow array that shares this memory; `pyarrow.array(ragged)` calls it.

        A request for list instead of large_list, for another string type or another number type is honoured
        if every value survives it.

        Raises:
            FeatureTypeError: the requested type is of another form.
            NarrowingError: it cannot hold a value.
        """
        return _arrow.export(_levels(self), requested_schema)

    def __repr__(self) -> str:
        return f"Ragged({len(self)} rows, {len(self.values)} values, dtype={self.dtype!r})"


def columns_from_arrow(exported: Any, keys: Iterable[str] | None = None) -> dict[str, Values]:
    """Take the columns of a table from any Arrow library.

    List columns become Ragged, as `Ragged.from_arrow` says; flat ones an ndarray [rows] or a BytesArray; a
    column of Arrow's null type a Ragged of empty rows.

    Args:
        exported: An object with `__arrow_c_array__` or `__arrow_c_stream__` whose type is a struct: a table,
            a record batch, a data frame.
        keys: The columns to take; others are left alone, whatever their types. Those that are not there are
            missing from the answer.

    Raises:
        FeatureTypeError, RaggedError, NarrowingError, LimitError: as for `Ragged.from_arrow`, with the key.

    Example:
        >>> import pyarrow
        >>> table = pyarrow.table({"age": [31, 45], "clicks": [[1, 2], None]})
        >>> columns = columns_from_arrow(table)
        >>> columns["age"], columns["clicks"].to_list()
        (array([31, 45]), [[1, 2], []])
    """
    columns = _core.arrow_columns(exported, None if keys is None else frozenset(keys))
    return {key: _assemble(splits, flat) for key, (splits, flat) in columns.items()}


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


def _assemble(splits: list[Int64s], flat: npt.NDArray[Any] | tuple[npt.NDArray[np.uint8], Int64s]) -> Values:
    values = BytesArray._trusted(flat[0], _plain(flat[1])) if isinstance(flat, tuple) else _plain(flat)
    return _wrapped([_plain(level) for level in splits], values)


def _plain(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    # Arrow's int64 comes as NumPy's longlong, which equals np.int64 and yet prints as something special.
    return array.view(array.dtype.name)


def _wrapped(splits: list[Int64s], values: Values) -> Values:
    for level in reversed(splits):
        values = Ragged._trusted(values, level)
    return values


def _described(column: Values) -> str:
    if isinstance(column, Ragged):
        return f"lists of {column.dtype}"
    return f"a flat column of {'strings' if isinstance(column, BytesArray) else column.dtype.name}"


def _levels(column: Values) -> list[_arrow.Level]:
    # Splits are checked anew: the arrays may have been written since, and consumers trust what they get.
    if isinstance(column, Ragged):
        splits = _checked_splits(column.row_splits, len(column.values), "row_splits")
        return [_arrow.list_level(splits), *_levels(column.values)]
    if isinstance(column, BytesArray):
        return [_arrow.bytes_level(column.data, _checked_splits(column.offsets, len(column.data), "offsets"))]
    return _arrow.number_levels(column)


def _sliced(splits: Int64s, rows: slice) -> tuple[slice | Int64s, Int64s]:
    """The items of some rows, and the splits of these rows."""
    start, stop, step = rows.indices(len(splits) - 1)
    if step == 1:
        part = splits[start : max(start, stop) + 1]
        return slice(int(part[0]), int(part[-1])), part - part[0]
    return _gathered(splits, np.arange(start, stop, step))


def _gathered(splits: Int64s, rows: Int64s) -> tuple[Int64s, Int64s]:
    starts, lengths = splits[rows], splits[rows + 1] - splits[rows]
    new = np.zeros(len(rows) + 1, np.int64)
    np.cumsum(lengths, out=new[1:])
    return np.arange(new[-1]) + np.repeat(starts - new[:-1], lengths), new


def _taken(values: Values, items: slice | Int64s) -> Values:
    if isinstance(items, slice) or isinstance(values, np.ndarray):
        return cast(Values, values[items])
    if isinstance(values, BytesArray):
        inner, offsets = _gathered(values.offsets, items)
        return BytesArray._trusted(values.data[inner], offsets)
    inner, row_splits = _gathered(values.row_splits, items)
    return Ragged._trusted(_taken(values.values, inner), row_splits)


def _checked_numbers(values: Any) -> npt.NDArray[Any]:
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise RaggedError(f"values are no array ({error}); use Ragged.from_list for nested lists") from None
    if array.ndim == 0:
        raise RaggedError(f"values must be an array of items, got a single {array.dtype}")
    if array.dtype.name not in KNOWN:
        raise FeatureTypeError(
            f"values of dtype {array.dtype} are no numbers; use Ragged.from_list, or a BytesArray for strings"
        )
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def _checked_splits(splits: Any, size: int, what: str) -> Int64s:
    array = np.asarray(splits)
    if array.ndim != 1 or len(array) == 0 or array.dtype.kind not in "iu":
        raise RaggedError(f"{what} must be a flat, non-empty integer array, got {array.dtype} {array.shape}")
    array = np.ascontiguousarray(array, np.int64)
    if array[0] != 0 or array[-1] != size:
        raise RaggedError(
            f"{what} must go from 0 to {size}, the number of values, got {array[0]} to {array[-1]}"
        )
    falls = np.flatnonzero(array[1:] < array[:-1])
    if len(falls):
        raise RaggedError(f"{what} fall from {array[falls[0]]} to {array[falls[0] + 1]}", row=int(falls[0]))
    return array
