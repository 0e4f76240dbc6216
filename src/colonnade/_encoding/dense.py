"""Dense arrays, and tensors of any framework in host memory, as features."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from .._ragged import BytesArray
from ..errors import FeatureTypeError, NarrowingError
from .flat import Flat, of_cells
from .tensors import host_array


def is_dense(feature: Any) -> bool:
    """Whether this is an ndarray or any framework's tensor, known by what it can do."""
    if isinstance(feature, np.ndarray):
        return True
    is_tensor = hasattr(feature, "__dlpack_device__") and hasattr(feature, "__array__")
    return is_tensor and not hasattr(feature, "__arrow_c_array__")


def dense_or_rows(feature: Any, key: str) -> Flat | list[Any]:
    """The cells of an array, or the rows of one that holds row objects, as pandas keeps them.

    Raises:
        FeatureTypeError: a masked array, a single value, or cells that are no numbers and no strings.
        NarrowingError: integers as objects that do not fit 64 bits.
    """
    array = _checked(feature, key)
    if array.dtype.kind in "OSU":
        if array.dtype == object and array.ndim == 1 and not all(map(_is_text, array)):
            return array.tolist()  # type: ignore[no-any-return]
        return of_cells(_strings(array, key), array.shape)
    return of_cells(np.ascontiguousarray(array).ravel(), array.shape)


def _checked(feature: Any, key: str) -> npt.NDArray[Any]:
    """An array of numbers, of strings or of rows; booleans are 0 and 1."""
    if isinstance(feature, np.ma.MaskedArray):
        raise FeatureTypeError(
            "a masked array; fill it first, as with .filled(-1) for absent ids, or give a list of lists",
            key=key,
        )
    array = feature if isinstance(feature, np.ndarray) else host_array(feature, key)
    if array.ndim == 0:
        raise FeatureTypeError("a single value; a feature needs a batch dimension", key=key)
    if array.dtype == object and array.ndim > 1 and not any(map(_is_text, array.flat)):
        array = _object_numbers(array, key)
    return array.astype(np.uint8) if array.dtype == bool else array


def _is_text(item: Any) -> bool:
    return isinstance(item, str | bytes)


def _object_numbers(array: npt.NDArray[Any], key: str) -> npt.NDArray[Any]:
    """A dense array of number objects in the dtype that suits them."""
    for place, item in np.ndenumerate(array):
        if not isinstance(item, int | float | np.bool_ | np.number):
            row, step = place[:2]
            message = (
                f"a {type(item).__name__} is no number and no string; in a dense array -1 or '' is absent"
            )
            raise FeatureTypeError(message, key=key, row=row, step=step)
    numbers = np.array(array.tolist()).reshape(array.shape)
    if numbers.dtype == object:
        raise NarrowingError("an array of integers some of which do not fit 64 bits; give strings", key=key)
    return numbers


def _strings(array: npt.NDArray[Any], key: str) -> BytesArray:
    items = array.ravel().tolist()
    try:
        return BytesArray.from_list(items)
    except FeatureTypeError as error:
        at = error.where["row"]
        row, *step = (int(axis) for axis in np.unravel_index(at, array.shape)[:2])
        message = error.message
        if not _is_text(items[at]):
            message = (
                f"a {type(items[at]).__name__} where a string should be; "
                "an array of objects holds strings only, or numbers only"
            )
        raise FeatureTypeError(message, key=key, row=row, step=step[0] if step else 0) from None
