"""Numeric columns: numbers as they stand in the data."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from .._checks import INT64_MIN, checked_int, checked_key, checked_real, checked_shape
from .._dtypes import FLOATS, INTEGERS, DtypeLike, dtype_name
from ..errors import ColumnTypeError, ColumnValueError, shown
from ._normalizers import DECLARED, step_shape

NormalizerFn: TypeAlias = Callable[[npt.NDArray[Any]], Any]
"""From all steps of a batch [steps, *shape], in the column's dtype, to as many normalized steps."""


@dataclass(frozen=True)
class SequenceNumericColumn:
    """Numbers of one shape for each step."""

    key: str
    shape: tuple[int, ...] = (1,)
    default_value: float = 0.0
    dtype: str = "float32"
    normalizer_fn: NormalizerFn | None = None

    def __post_init__(self) -> None:
        _check_numbers(self)
        default = checked_real(self.default_value, "default_value", key=self.key)
        object.__setattr__(self, "default_value", default)

    @property
    def name(self) -> str:
        """The key."""
        return self.key


@dataclass(frozen=True)
class NumericColumn:
    """Numbers of one shape for each example."""

    key: str
    shape: tuple[int, ...] = (1,)
    default_value: tuple[float, ...] | None = None
    dtype: str = "float32"
    normalizer_fn: NormalizerFn | None = None

    def __post_init__(self) -> None:
        _check_numbers(self)
        if self.default_value is None:
            return
        size = math.prod(self.shape)
        values = np.asarray(self.default_value, object).ravel().tolist()
        if len(values) not in (1, size):
            message = f"default_value must be a number or {size} of them, got {len(values)}"
            raise ColumnValueError(message, key=self.key)
        checked = tuple(self._checked_default(value) for value in values)
        object.__setattr__(self, "default_value", checked if len(checked) == size else checked * size)

    def _checked_default(self, value: Any) -> float:
        if self.dtype in INTEGERS:
            return checked_int(value, "default_value", at_least=INT64_MIN, key=self.key)
        return checked_real(value, "default_value", key=self.key)

    @property
    def name(self) -> str:
        """The key."""
        return self.key


def _check_numbers(column: SequenceNumericColumn | NumericColumn) -> None:
    key = checked_key(column.key)
    object.__setattr__(column, "shape", checked_shape(column.shape, key=key))
    dtype = dtype_name(column.dtype, key=key)
    if dtype not in INTEGERS | FLOATS:
        raise ColumnValueError(f"dtype must be convertible to float32, got {shown(dtype)}", key=key)
    object.__setattr__(column, "dtype", dtype)
    if column.normalizer_fn is not None and not callable(column.normalizer_fn):
        raise ColumnTypeError(
            f"normalizer_fn must be callable or None, got {shown(column.normalizer_fn)}", key=key
        )
    if isinstance(column.normalizer_fn, DECLARED):
        wanted = step_shape(column.normalizer_fn)
        if wanted not in (None, column.shape):
            raise ColumnValueError(
                f"the normalizer's parameters have shape {wanted}, the column {column.shape}", key=key
            )


def numeric_column(
    key: str,
    shape: int | tuple[int, ...] = (1,),
    default_value: Any = None,
    dtype: DtypeLike = "float32",
    normalizer_fn: NormalizerFn | None = None,
) -> NumericColumn:
    """A context column of numbers.

    Args:
        key: Name of the feature: prod(shape) values an example.
        shape: Shape of one example's values.
        default_value: A number, or as many as the shape holds, for examples without the feature;
            None makes the feature required.
        dtype: Dtype of the values, an integer or a floating one; layers get float32.
        normalizer_fn: From [batch, *shape] to normalized values of the same shape.

    Raises:
        ColumnTypeError: a dimension is not an int, the default not numbers, normalizer_fn not callable.
        ColumnValueError: a dimension is less than 1, the default of another size, dtype not numeric.

    Example:
        >>> numeric_column("position", shape=2, default_value=0.0).default_value
        (0.0, 0.0)
    """
    return NumericColumn(key, shape, default_value, dtype, normalizer_fn)  # type: ignore[arg-type]


def sequence_numeric_column(
    key: str,
    shape: int | tuple[int, ...] = (1,),
    default_value: float = 0.0,
    dtype: DtypeLike = "float32",
    normalizer_fn: NormalizerFn | None = None,
) -> SequenceNumericColumn:
    """A sequence of numbers.

    Args:
        key: Name of the feature: prod(shape) values a step.
        shape: Shape of the values of one step; with (2,) each example holds 2 * sequence_length values.
        default_value: Pads short sequences, as given, never normalized.
        dtype: Dtype of the values: an integer one reads int64 lists, a floating one float lists; layers
            get float32.
        normalizer_fn: Called once a batch with all its steps [steps, *shape], in `dtype`, before
            truncation and padding; returns as many steps.

    Raises:
        ColumnTypeError: a dimension is not an int, normalizer_fn not callable, default_value no number.
        ColumnValueError: a dimension is less than 1, or dtype is not convertible to float32.

    Example:
        >>> sequence_numeric_column("temperature", normalizer_fn=lambda x: (x - 3.0) / 4.2).shape
        (1,)
    """
    return SequenceNumericColumn(key, shape, default_value, dtype, normalizer_fn)  # type: ignore[arg-type]
