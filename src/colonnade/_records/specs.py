"""Feature specs: how a key of a record is read."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .._checks import INT64_MIN, checked_int, checked_real, checked_shape, checked_text
from .._dtypes import DtypeLike, dtype_name, wire_dtype
from .._ragged import BytesArray
from ..errors import ColumnTypeError, ColumnValueError, shown

WIRE_DTYPES = ("int64", "float32", "string")


@dataclass(frozen=True)
class VarLenFeature:
    """A list of any length; absent is empty. Parsed to a Ragged of one row a record.

    Args:
        dtype: What the record holds: int64, float32 or string.

    Raises:
        ColumnValueError: any other dtype.

    Example:
        >>> VarLenFeature("int64")
        VarLenFeature(dtype='int64')
    """

    dtype: str

    def __init__(self, dtype: DtypeLike) -> None:
        object.__setattr__(self, "dtype", checked_wire_dtype(dtype))


@dataclass(frozen=True)
class FixedLenFeature:
    """A list of as many values as the shape holds. Parsed to an array [records, *shape].

    Args:
        shape: Shape of one record's values; () is a single value.
        dtype: What the record holds: int64, float32 or string.
        default_value: Stands in for an absent or empty feature: one value, or as many as the shape
            holds. None makes the feature required.

    Raises:
        ColumnValueError: any other dtype, a dimension below 1, a default of another size.
        ColumnTypeError: a dimension is not an int, or the default does not fit the dtype.

    Example:
        >>> FixedLenFeature((2,), "float32", default_value=0.0)
        FixedLenFeature(shape=(2,), dtype='float32', default_value=(0.0, 0.0))
    """

    shape: tuple[int, ...]
    dtype: str
    default_value: tuple[Any, ...] | None = None

    def __init__(self, shape: Any, dtype: DtypeLike, default_value: Any = None) -> None:
        object.__setattr__(self, "shape", checked_shape(shape))
        object.__setattr__(self, "dtype", checked_wire_dtype(dtype))
        object.__setattr__(self, "default_value", self._checked_default(default_value))

    @property
    def size(self) -> int:
        """Number of values in a record."""
        return math.prod(self.shape)

    def _checked_default(self, default: Any) -> tuple[Any, ...] | None:
        if default is None:
            return None
        values = np.asarray(default, object).ravel().tolist()
        if len(values) not in (1, self.size):
            raise ColumnValueError(f"default_value must hold 1 or {self.size} values, got {len(values)}")
        checked = tuple(_checked_value(value, self.dtype) for value in values)
        return checked if len(checked) == self.size else checked * self.size

    def default_arrays(self) -> tuple[npt.NDArray[Any], ...] | None:
        """The default as the arrays of a parsed list: (values,), or (data, offsets) for strings."""
        if self.default_value is None:
            return None
        if self.dtype == "string":
            joined = BytesArray.from_list(self.default_value)
            return joined.data, joined.offsets
        return (np.array(self.default_value, self.dtype),)


@dataclass(frozen=True)
class FixedLenSequenceFeature:
    """Steps of as many values as the shape holds. Parsed to an array [records, longest, *shape], padded.

    In an Example all steps lie in one list; in a SequenceExample each step is a feature of its own.

    Args:
        shape: Shape of one step's values; () is a single value.
        dtype: What the record holds: int64, float32 or string.
        allow_missing: Whether an absent feature has no steps, or is an error. Examples need True: there an
            absent list and an empty one say the same.
        default_value: The one value that fills rows up; None is 0 or "". SequenceExamples need None, as the
            lengths that come with them tell steps from padding.

    Raises:
        ColumnValueError: any other dtype, a dimension below 1, a default that is not one value.
        ColumnTypeError: a dimension is not an int, allow_missing not a bool, or the default does not fit
            the dtype.

    Example:
        >>> FixedLenSequenceFeature((2,), "float32", allow_missing=True)
        FixedLenSequenceFeature(shape=(2,), dtype='float32', allow_missing=True, default_value=None)
    """

    shape: tuple[int, ...]
    dtype: str
    allow_missing: bool = False
    default_value: Any = None

    def __init__(
        self, shape: Any, dtype: DtypeLike, allow_missing: bool = False, default_value: Any = None
    ) -> None:
        if not isinstance(allow_missing, bool):
            raise ColumnTypeError(f"allow_missing must be a bool, got {shown(allow_missing)}")
        object.__setattr__(self, "shape", checked_shape(shape))
        object.__setattr__(self, "dtype", checked_wire_dtype(dtype))
        object.__setattr__(self, "allow_missing", allow_missing)
        if default_value is not None:
            values = np.asarray(default_value, object).ravel().tolist()
            if len(values) != 1:
                raise ColumnValueError(f"default_value must be one value, got {len(values)}")
            default_value = _checked_value(values[0], self.dtype)
        object.__setattr__(self, "default_value", default_value)

    @property
    def size(self) -> int:
        """Number of values in a step."""
        return math.prod(self.shape)

    @property
    def padding(self) -> Any:
        """The value that fills rows up."""
        if self.default_value is None:
            return b"" if self.dtype == "string" else 0
        return self.default_value


def checked_wire_dtype(dtype: DtypeLike) -> str:
    """The name of a dtype that records can hold.

    Raises:
        ColumnValueError: another dtype.
        ColumnTypeError: nothing that names a dtype.
    """
    name = dtype_name(dtype)
    if name not in WIRE_DTYPES:
        raise ColumnValueError(
            f"records hold int64, float32 or string, not {name!r}; use {wire_dtype(name)!r}"
        )
    return name


def _checked_value(value: Any, dtype: str) -> Any:
    """A default value that the dtype can hold."""
    if dtype == "string":
        return checked_text(value, "default_value")
    if dtype == "int64":
        return checked_int(value, "default_value", at_least=INT64_MIN)
    return checked_real(value, "default_value")
