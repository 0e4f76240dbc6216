"""Lengths to masks, and context numbers to steps: what all frameworks check, and both for NumPy arrays."""

from __future__ import annotations

from typing import Any, Final, TypeAlias, overload

import numpy as np
import numpy.typing as npt

from .._checks import checked_int
from .._dtypes import DtypeLike, dtype_name
from ..errors import ColumnValueError, FeatureTypeError

Shape: TypeAlias = tuple[int | None, ...]

FLOATS: Final = ("float16", "bfloat16", "float32", "float64")
"""What the layers of the frameworks give, by the dtype of their tables."""


def array_of(given: Any, what: str, of_what: str) -> npt.NDArray[Any]:
    """What is no tensor of a framework, as NumPy reads it.

    Raises:
        FeatureTypeError: it is not one array.
    """
    try:
        return np.asarray(given)
    except ValueError:
        raise FeatureTypeError(f"{what} must be one array of {of_what}, got uneven lists") from None
    except (TypeError, RuntimeError) as error:  # tensors that NumPy cannot read
        raise FeatureTypeError(f"{what} must be one array of {of_what}: {error}") from error


def checked_lengths(given: Any) -> npt.NDArray[Any]:
    """Lengths that are no tensor of a framework, as an array of integers; without items any dtype will do.

    Raises:
        FeatureTypeError: they are not integers.
    """
    array = array_of(given, "lengths", "integers")
    if array.size == 0:
        return array.astype(np.int64)
    check_lengths(str(array.dtype), array.dtype.kind in "iu")
    return array


def check_lengths(dtype: str, is_integer: bool) -> None:
    """Lengths must be integers.

    Raises:
        FeatureTypeError: they are not.
    """
    if not is_integer:
        raise FeatureTypeError(f"lengths must be integers, got {dtype}")


def checked_maxlen(maxlen: Any) -> int:
    """The size of a mask's last axis.

    Raises:
        ColumnTypeError: it is not an int.
        ColumnValueError: it is negative.
    """
    return checked_int(maxlen, "maxlen", at_least=0)


def checked_mask_dtype(dtype: DtypeLike) -> str:
    """The dtype of a mask: bool, or that of the numbers 0 and 1.

    Raises:
        ColumnTypeError, ColumnValueError: it is no such dtype.
    """
    name = dtype_name(dtype)
    if name == "string":
        raise ColumnValueError("a mask is bool, or of numbers, not of strings")
    return name


def check_context_input(
    context: tuple[Shape, str], sequence: tuple[Shape, str], floats: tuple[str, ...] = ("float32",)
) -> None:
    """The context must be [batch, width] and the sequence [batch, time, width], of one batch.

    Args:
        context: Shape and dtype of the context input.
        sequence: Shape and dtype of the sequence input.
        floats: The dtypes that both may have.

    Raises:
        FeatureTypeError: an input of another rank or dtype.
        ColumnValueError: the batches differ, where both are known.
    """
    for name, (shape, dtype), rank in (("sequence_input", sequence, 3), ("context_input", context, 2)):
        if len(shape) != rank:
            raise FeatureTypeError(f"{name} must have rank {rank}, got {len(shape)}")
        if dtype not in floats:
            raise FeatureTypeError(f"{name} must have dtype {' or '.join(floats)}, got {dtype}")
    rows = context[0][0], sequence[0][0]
    if None not in rows and rows[0] != rows[1]:
        raise ColumnValueError(f"context_input holds {rows[0]} rows, sequence_input {rows[1]}")


@overload
def sequence_mask(lengths: Any, maxlen: int | None = None) -> npt.NDArray[np.bool_]: ...
@overload
def sequence_mask(lengths: Any, maxlen: int | None, dtype: DtypeLike) -> npt.NDArray[Any]: ...
@overload
def sequence_mask(lengths: Any, maxlen: int | None = None, *, dtype: DtypeLike) -> npt.NDArray[Any]: ...


def sequence_mask(lengths: Any, maxlen: int | None = None, dtype: DtypeLike = "bool") -> npt.NDArray[Any]:
    """True where a step exists: mask[..., j] is j < lengths[...].

    Args:
        lengths: Integers of any shape.
        maxlen: Size of the last axis; None is the largest length, at least 0.
        dtype: Of the mask; numbers are 1 where a step exists, and 0.

    Returns:
        bool [*lengths.shape, maxlen], or of another dtype.

    Raises:
        FeatureTypeError: lengths are not integers.
        ColumnTypeError: maxlen is not an int.
        ColumnValueError: maxlen is negative.

    Example:
        >>> sequence_mask([1, 3]).tolist()
        [[True, False, False], [True, True, True]]
    """
    array = checked_lengths(lengths)
    if maxlen is None:
        maxlen = max(int(array.max(initial=0)), 0)
    mask = np.arange(checked_maxlen(maxlen)) < array[..., None]
    return mask.astype(checked_mask_dtype(dtype), copy=False)


def concatenate_context_input(context_input: Any, sequence_input: Any) -> npt.NDArray[np.float32]:
    """Repeat the context at every step, behind the sequence's own numbers.

    Args:
        context_input: float32 [batch, context_width].
        sequence_input: float32 [batch, time, sequence_width].

    Returns:
        float32 [batch, time, sequence_width + context_width].

    Raises:
        FeatureTypeError: an input of another rank or dtype, or no array.
        ColumnValueError: the batches differ.

    Example:
        >>> import numpy as np
        >>> steps = concatenate_context_input(np.ones((2, 3), np.float32), np.zeros((2, 4, 5), np.float32))
        >>> steps.shape
        (2, 4, 8)
    """
    sequence = array_of(sequence_input, "sequence_input", "float32")
    context = array_of(context_input, "context_input", "float32")
    check_context_input((context.shape, str(context.dtype)), (sequence.shape, str(sequence.dtype)))
    repeated = np.broadcast_to(context[:, None], (*sequence.shape[:2], context.shape[1]))
    return np.concatenate([sequence, repeated], -1)
