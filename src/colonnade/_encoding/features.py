"""Features in memory (lists, arrays, Ragged, Arrow, tensors), whatever holds them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import errors
from .._dtypes import INTEGERS
from .._ragged import BytesArray, Int64s, Ragged, columns_from_arrow
from ..errors import FeatureTypeError, MissingFeatureError, NarrowingError
from .tensors import host_array, is_ragged, is_sparse, ragged_of, sparse_steps


@dataclass(frozen=True, eq=False)
class FlatColumn:
    """One feature's values, row after row, as the core takes them.

    Attributes:
        row_splits: int64 [rows + 1], where the steps of each row begin and end.
        values: int64 or float32 [values], or a BytesArray.
        step_splits: int64 [steps + 1], where the values of each step begin and end; None for one value
            a step.
        holes: bool [values], True where a step has no value; None where there are no such steps.
    """

    row_splits: Int64s
    values: npt.NDArray[Any] | BytesArray
    step_splits: Int64s | None = None
    holes: npt.NDArray[np.bool_] | None = None

    def arrays(self) -> tuple[npt.NDArray[Any] | None, ...]:
        """The arrays in the order of `_core.encode`."""
        if isinstance(self.values, BytesArray):
            return self.row_splits, self.step_splits, self.holes, self.values.data, self.values.offsets
        return self.row_splits, self.step_splits, self.holes, self.values

    def without_holes(self) -> FlatColumn:
        """The same values, a step without a value as one that holds none of several."""
        if self.holes is None:
            return self
        step_splits = np.zeros(len(self.holes) + 1, np.int64)
        np.cumsum(~self.holes, out=step_splits[1:])
        kept = np.flatnonzero(~self.holes)
        values = self.values
        if isinstance(values, BytesArray):
            return FlatColumn(self.row_splits, BytesArray.from_list([values[i] for i in kept]), step_splits)
        return FlatColumn(self.row_splits, values[kept], step_splits)


def as_mapping(features: Any, keys: Iterable[str]) -> Mapping[str, Any]:
    """Features as a mapping: as they are, or the columns of an Arrow table of any library.

    Raises:
        FeatureTypeError: features is neither, or a column has a type that cannot be taken.
    """
    if isinstance(features, Mapping):
        return features
    if hasattr(features, "__arrow_c_stream__") or hasattr(features, "__arrow_c_array__"):
        columns = columns_from_arrow(features, keys)
        return {key: as_ragged(column, None, key) for key, column in columns.items()}
    raise FeatureTypeError(
        f"features must be a mapping from key to values or an Arrow table, got {type(features).__name__}; "
        "for serialized records use encode_examples"
    )


def lookup(features: Mapping[str, Any], key: str) -> Any:
    """The feature of a key.

    Raises:
        MissingFeatureError: there is none.
    """
    if key not in features:
        raise MissingFeatureError(
            f"not among the features {', '.join(map(repr, features)) or '(none)'}", key=key
        )
    return features[key]


def levels(ragged: Ragged) -> tuple[Int64s, Int64s | None, npt.NDArray[Any] | BytesArray]:
    """Row splits, step splits where steps hold several values, and the flat values."""
    inner = ragged.values
    if isinstance(inner, Ragged):
        # Deeper levels all lie within a step.
        step_splits, values = inner.row_splits, inner.values
        while isinstance(values, Ragged):
            step_splits, values = values.row_splits[step_splits], values.values
        return ragged.row_splits, step_splits, _flat(values)
    if isinstance(inner, np.ndarray) and inner.ndim > 1:
        per_step = math.prod(inner.shape[1:])
        return ragged.row_splits, np.arange(len(inner) + 1, dtype=np.int64) * per_step, _flat(inner)
    return ragged.row_splits, None, inner


def _flat(values: npt.NDArray[Any] | BytesArray) -> npt.NDArray[Any] | BytesArray:
    return values if isinstance(values, BytesArray) else values.ravel()


def narrowed(values: npt.NDArray[Any], dtype: str, row_splits: Int64s, key: str) -> npt.NDArray[Any]:
    """Values as another dtype; an integer that does not fit, or a number that overflows, is an error."""
    if values.dtype == dtype:
        return values
    with np.errstate(all="ignore"):
        cast = values.astype(dtype)
    if dtype in INTEGERS:
        limits = np.iinfo(dtype)
        lost = (values < limits.min) | (values > limits.max) if values.size else np.zeros(0, bool)
    else:
        lost = np.isinf(cast) & ~np.isinf(values)
    where = np.flatnonzero(lost)
    if len(where):
        row = int(np.searchsorted(row_splits, where[0], side="right")) - 1
        raise NarrowingError(f"{values.ravel()[where[0]]} does not fit {dtype}", key=key, row=row)
    return cast


def as_ragged(feature: Any, dtype: str | None, key: str) -> Ragged:
    """Any container that is no array as a Ragged of `dtype`, or of what it holds.

    A step without a value, which only sparse tensors have, is one that holds none of several.
    """
    if isinstance(feature, Ragged):
        return feature
    if is_ragged(feature):
        return ragged_of(feature, key)
    if is_sparse(feature):
        return sparse_steps(feature, key).ragged()
    if isinstance(feature, BytesArray | np.ndarray):
        # A flat column: one step a row.
        return Ragged._trusted(feature, np.arange(len(feature) + 1, dtype=np.int64))
    try:
        if isinstance(feature, list | tuple):
            # A flat list is a batch of one step a row, as TensorFlow has it.
            flat = bool(feature) and not any(isinstance(row, list | tuple | np.ndarray) for row in feature)
            return Ragged.from_list([[value] for value in feature] if flat else feature, dtype)
        if hasattr(feature, "__arrow_c_array__") or hasattr(feature, "__arrow_c_stream__"):
            return Ragged.from_arrow(feature)
    except errors.ColonnadeError as error:
        raise error.at(key=key) from None
    raise FeatureTypeError(
        f"a {type(feature).__name__} is no feature; "
        "use a Ragged, a list of lists, an array, an Arrow array or a tensor (dense, ragged or sparse)",
        key=key,
    )


def is_array(feature: Any) -> bool:
    """Whether this is an ndarray or any framework's tensor, known by what it can do."""
    if isinstance(feature, np.ndarray):
        return True
    is_tensor = hasattr(feature, "__dlpack_device__") and hasattr(feature, "__array__")
    return is_tensor and not hasattr(feature, "__arrow_c_array__")


def checked_array(value: Any, key: str) -> npt.NDArray[Any]:
    """An array or a tensor as an array of numbers, of strings or of rows; booleans are 0 and 1."""
    if isinstance(value, np.ma.MaskedArray):
        raise FeatureTypeError(
            "a masked array; fill it first, as with .filled(-1) for absent ids, or give a list of lists",
            key=key,
        )
    array = value if isinstance(value, np.ndarray) else host_array(value, key)
    if array.ndim == 0:
        raise FeatureTypeError("a single value; a feature needs a batch dimension", key=key)
    if array.dtype == object and array.ndim > 1 and not any(isinstance(x, str | bytes) for x in array.flat):
        array = _object_numbers(array, key)
    return array.astype(np.uint8) if array.dtype == bool else array


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


def holds_rows(array: npt.NDArray[Any]) -> bool:
    """Whether an array is a column of row objects, as pandas keeps them."""
    return (
        array.dtype == object and array.ndim == 1 and any(not isinstance(item, str | bytes) for item in array)
    )
