"""Ragged: rows of different lengths as flat values and row splits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from .._dtypes import KNOWN, DtypeLike
from ..errors import FeatureTypeError, LimitError, RaggedError
from . import arrow
from .bytes_array import BytesArray
from .nested import flatten
from .splits import Int64s, checked_splits, gathered, sliced

MOST_LEVELS: Final = 100
"""Levels of rows within rows, as many as Arrow data may have."""

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
        LimitError: more than 100 levels.

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
        _check_levels(self.values)
        object.__setattr__(
            self, "row_splits", checked_splits(self.row_splits, len(self.values), "row_splits")
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
        splits, flat = flatten(nested, dtype)
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
        column = arrow.read(exported)
        made = _assembled(*column)
        if not isinstance(made, Ragged):
            raise FeatureTypeError(f"a column of lists is wanted, got {arrow.described(column)}")
        return made

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
            items, row_splits = sliced(self.row_splits, index)
            return Ragged._trusted(taken(self.values, items), row_splits)
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
        return arrow.export_schema(_levels(self))

    def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]:
        """An Arrow array that shares this memory; `pyarrow.array(ragged)` calls it.

        A request for list instead of large_list, for another string type or another number type is honoured
        if every value survives it.

        Raises:
            FeatureTypeError: the requested type is of another form.
            NarrowingError: it cannot hold a value.
        """
        return arrow.export(_levels(self), requested_schema)

    def __repr__(self) -> str:
        return f"Ragged({len(self)} rows, {len(self.values)} values, dtype={self.dtype!r})"


def ragged_of_list(rows: list[Any] | tuple[Any, ...], dtype: DtypeLike | None) -> Ragged:
    """Rows of a list; in a flat one each value is a row of its own, as TensorFlow has it."""
    flat = bool(rows) and not any(isinstance(row, list | tuple | np.ndarray) for row in rows)
    return Ragged.from_list([[value] for value in rows] if flat else rows, dtype)


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
    return {key: _assembled(*column) for key, column in arrow.read_table(exported, keys).items()}


def column_from_arrow(exported: Any) -> Values:
    """Take one column from any Arrow library: lists as a Ragged, a flat one as an ndarray or a BytesArray.

    Raises:
        FeatureTypeError, RaggedError, NarrowingError, LimitError: as for `Ragged.from_arrow`.
    """
    return _assembled(*arrow.read(exported))


def _assembled(splits: list[Int64s], flat: arrow.Flat) -> Values:
    return _wrapped(splits, BytesArray._trusted(*flat) if isinstance(flat, tuple) else flat)


def _wrapped(splits: list[Int64s], values: Values) -> Values:
    for level in reversed(splits):
        values = Ragged._trusted(values, level)
    return values


def _levels(column: Values) -> list[arrow.Level]:
    if isinstance(column, Ragged):
        # Checked anew: the arrays may have been written since, and consumers trust what they get.
        splits = checked_splits(column.row_splits, len(column.values), "row_splits")
        return [arrow.list_level(splits), *_levels(column.values)]
    if isinstance(column, BytesArray):
        return [column._level()]
    return arrow.number_levels(column)


def taken(values: Values, items: slice | Int64s) -> Values:
    """Some of the items, by slice or by number."""
    if isinstance(items, slice) or isinstance(values, np.ndarray):
        return cast(Values, values[items])
    if isinstance(values, BytesArray):
        inner, offsets = gathered(values.offsets, items)
        return BytesArray._trusted(values.data[inner], offsets)
    inner, row_splits = gathered(values.row_splits, items)
    return Ragged._trusted(taken(values.values, inner), row_splits)


def _check_levels(values: Values) -> None:
    levels = 1
    while isinstance(values, Ragged):
        values, levels = values.values, levels + 1
    if levels > MOST_LEVELS:
        raise LimitError(f"{levels} levels of rows, the limit is {MOST_LEVELS}; join some")


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
