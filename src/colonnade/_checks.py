"""Checks that constructors and functions make of their arguments, all at once."""

from __future__ import annotations

import math
import operator
from typing import Any

from .errors import ColumnTypeError, ColumnValueError, shown

INT64_MAX = 2**63 - 1
INT64_MIN = -(2**63)
MAX_STEP_VALUES = 2**24
FLOAT32_MAX = (2 - 2**-23) * 2.0**127


def checked_key(key: object) -> str:
    """A feature key: a string that can be written as UTF-8."""
    if not isinstance(key, str):
        raise ColumnTypeError(f"a key must be a str, got {type(key).__name__} {shown(key)}")
    checked_text(key, "a key")
    return key


def checked_int(value: Any, what: str, *, at_least: int, **where: str | None) -> int:
    """An int of at least `at_least` that fits 64 bits; NumPy integers count, bools and floats do not."""
    try:
        number = operator.index(value)
    except TypeError:
        raise ColumnTypeError(
            f"{what} must be an int, got {type(value).__name__} {shown(value)}", **where
        ) from None
    if isinstance(value, bool):
        raise ColumnTypeError(f"{what} must be an int, got bool {shown(value)}", **where)
    if number < at_least:
        raise ColumnValueError(f"{what} must be at least {at_least}, got {_shown(number)}", **where)
    if number > INT64_MAX:
        raise ColumnValueError(f"{what} must fit 64 bits, got {_shown(number)}", **where)
    return number


def _shown(number: int) -> str:
    """An int for a message; Python refuses to write out the very largest."""
    return str(number) if number.bit_length() < 1000 else f"an int of {number.bit_length()} bits"


def checked_real(value: Any, what: str, **where: str | None) -> float | int:
    """An int or a float that float32 can hold; NumPy scalars count, bools and strings do not."""
    if value is None or isinstance(value, bool | str | bytes):
        raise ColumnTypeError(f"{what} must be a number, got {type(value).__name__} {shown(value)}", **where)
    number: float | int
    try:
        number = operator.index(value)
    except TypeError:
        try:
            number = float(value)
        except (TypeError, ValueError):
            raise ColumnTypeError(
                f"{what} must be a number, got {type(value).__name__} {shown(value)}", **where
            ) from None
    # Compared as Python numbers: an int may be wider than any float. NaN and infinities stay.
    if abs(number) > FLOAT32_MAX and abs(number) != math.inf:
        got = f"an int of {number.bit_length()} bits" if isinstance(number, int) else number
        raise ColumnValueError(f"{what} must fit float32, got {got}", **where)
    return number


def checked_finite(value: Any, what: str) -> float:
    """A float of float32's range, neither NaN nor infinite."""
    number = float(checked_real(value, what))
    if not abs(number) <= FLOAT32_MAX:
        raise ColumnValueError(f"{what} must be finite and fit float32, got {number}")
    return number


def checked_text(value: Any, what: str) -> bytes:
    """The bytes of a string; text is encoded as UTF-8."""
    if not isinstance(value, str | bytes):
        raise ColumnTypeError(f"{what} must be str or bytes, got {type(value).__name__} {shown(value)}")
    try:
        return value.encode() if isinstance(value, str) else value
    except UnicodeEncodeError:
        raise ColumnValueError(f"{what} must be valid Unicode, got {shown(value)}") from None


def checked_shape(shape: Any, *, key: str | None = None) -> tuple[int, ...]:
    """A shape of positive ints; a single int is a shape of one dimension."""
    if isinstance(shape, str | bytes) or shape is None:
        raise ColumnTypeError(f"shape must be an int or a tuple of ints, got {shown(shape)}", key=key)
    try:
        dimensions = tuple(shape)
    except TypeError:
        dimensions = (shape,)
    checked = tuple(checked_int(d, "each dimension of the shape", at_least=1, key=key) for d in dimensions)
    if math.prod(checked) > MAX_STEP_VALUES:
        raise ColumnValueError(
            f"a step of shape {checked} is too large, it may hold {MAX_STEP_VALUES} values", key=key
        )
    return checked


def checked_name(name: object) -> str | None:
    """A column's own name, or None for the default one."""
    if name is not None and (not isinstance(name, str) or not name):
        raise ColumnTypeError(f"name must be a non-empty str or None, got {shown(name)}")
    return name
