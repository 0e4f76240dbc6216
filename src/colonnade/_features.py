"""Features in memory (lists, arrays, Ragged, Arrow, tensors) to the flat columns that the core encodes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from . import errors
from ._dtypes import INTEGERS, wire_dtype
from ._ragged import BytesArray, Int64s, Ragged
from .columns import NumericColumn, SequenceNumericColumn
from .errors import (
    FeatureTypeError,
    MissingFeatureError,
    NarrowingError,
    NormalizerError,
    PartialStepError,
)

INT64_MAX = 2**63 - 1


@dataclass(frozen=True, eq=False)
class FlatColumn:
    """One feature's values, row after row, as the core takes them.

    Attributes:
        row_splits: int64 [rows + 1].
        values: int64 or float32 [values], or a BytesArray.
        holes: bool [values], True where a step has no value; None where there are no such steps.
    """

    row_splits: Int64s
    values: npt.NDArray[Any] | BytesArray
    holes: npt.NDArray[np.bool_] | None = None

    def arrays(self) -> tuple[npt.NDArray[Any] | None, ...]:
        """The arrays in the order of `_core.encode`."""
        if isinstance(self.values, BytesArray):
            return self.row_splits, self.values.data, self.holes, self.values.offsets
        return self.row_splits, self.values, self.holes


def lookup(features: Mapping[str, Any], key: str) -> Any:
    """The feature of a key.

    Raises:
        FeatureTypeError: features is not a mapping.
        MissingFeatureError: it lacks the key.
    """
    if not isinstance(features, Mapping):
        raise FeatureTypeError(
            f"features must be a mapping from key to values, got {type(features).__name__}; "
            "for serialized records use encode_examples"
        )
    if key not in features:
        raise MissingFeatureError(
            f"not among the features {', '.join(map(repr, features)) or '(none)'}", key=key
        )
    return features[key]


def categorical_column(feature: Any, dtype: str, key: str) -> FlatColumn:
    """The values of a categorical column of `dtype`: int64, or byte strings.

    In a dense array, -1 (signed integers) and "" are absent: at the end of a row they shorten it,
    inside it they are steps without a value. In ragged data nothing is absent.

    Raises:
        FeatureTypeError: another container or dtype.
        NarrowingError: an unsigned integer beyond int64.
    """
    if _is_array(feature):
        array = _checked_array(feature, key)
        if not _holds_rows(array):
            return _dense_categorical(array, dtype, key)
        feature = array.tolist()
    ragged = _as_ragged(feature, wire_dtype(dtype), key)
    if isinstance(ragged.values, Ragged) or (
        isinstance(ragged.values, np.ndarray) and ragged.values.ndim > 1
    ):
        raise FeatureTypeError("several values a step are not supported here; give one value a step", key=key)
    if isinstance(ragged.values, BytesArray):
        _check_dtype("string", dtype, key)
        return FlatColumn(ragged.row_splits, ragged.values)
    return FlatColumn(ragged.row_splits, _as_int64(ragged.values, dtype, key))


def numeric_column(feature: Any, column: SequenceNumericColumn | NumericColumn) -> FlatColumn:
    """The numbers of a numeric column, normalized: float32, prod(shape) a step.

    Raises:
        FeatureTypeError: another container or dtype.
        PartialStepError: a row or a step with a wrong number of values.
        NarrowingError: a number that the column's dtype cannot hold.
        NormalizerError: the normalizer_fn returned something else than as many steps.
    """
    splits, values = _flat_numbers(feature, column)
    return normalized(splits, values, column)


def normalized(
    row_splits: Int64s, values: npt.NDArray[Any], column: SequenceNumericColumn | NumericColumn
) -> FlatColumn:
    """Flat numbers in the column's dtype, normalized, as float32."""
    size = math.prod(column.shape)
    partial = np.flatnonzero(np.diff(row_splits) % size)
    if len(partial):
        row = int(partial[0])
        got = int(row_splits[row + 1] - row_splits[row])
        raise errors.from_core(
            "partial_step",
            {"got": got, "expected": size, "key": column.key, "column": column.name, "row": row},
        )
    values = _narrowed(values, column.dtype, row_splits, column.key)
    if column.normalizer_fn is not None:
        values = _call_normalizer(values.reshape(-1, *column.shape), column)
    return FlatColumn(row_splits, _narrowed(values, "float32", row_splits, column.key).ravel())


def needs_python(column: SequenceNumericColumn | NumericColumn) -> bool:
    """Whether numbers pass through Python on their way from a record, to be narrowed or normalized."""
    return column.normalizer_fn is not None or column.dtype not in ("float32", "float64", "int64")


def _call_normalizer(
    steps: npt.NDArray[Any], column: SequenceNumericColumn | NumericColumn
) -> npt.NDArray[Any]:
    assert column.normalizer_fn is not None
    result = np.asarray(column.normalizer_fn(steps))
    if result.shape != steps.shape or result.dtype.kind not in "fiu":
        raise NormalizerError(
            f"normalizer_fn must return numbers of shape {steps.shape}, got {result.dtype} {result.shape}",
            column=column.name,
        )
    return result


def _flat_numbers(
    feature: Any, column: SequenceNumericColumn | NumericColumn
) -> tuple[Int64s, npt.NDArray[Any]]:
    key, size = column.key, math.prod(column.shape)
    if _is_array(feature):
        array = _checked_array(feature, key)
        if not _holds_rows(array):
            return _dense_numbers(array, column)
        feature = array.tolist()
    ragged = _as_ragged(feature, column.dtype, key)
    splits, values = ragged.row_splits, ragged.values
    while isinstance(values, Ragged):
        _check_steps(values, splits, column)
        splits, values = values.row_splits[splits], values.values
    if isinstance(values, BytesArray):
        raise FeatureTypeError("strings where numbers were declared", key=key)
    if values.ndim > 1:
        if math.prod(values.shape[1:]) != size:
            raise FeatureTypeError(f"steps of shape {values.shape[1:]}, declared is {column.shape}", key=key)
        splits, values = splits * size, values.ravel()
    _check_numeric(values, column)
    return splits, values


def _check_steps(steps: Ragged, row_splits: Int64s, column: SequenceNumericColumn | NumericColumn) -> None:
    """Nested numbers: the innermost lists are whole steps."""
    if isinstance(steps.values, Ragged):
        return
    size = math.prod(column.shape)
    wrong = np.flatnonzero(steps.row_lengths != size)
    if len(wrong):
        row = int(np.searchsorted(row_splits, wrong[0], side="right")) - 1
        raise PartialStepError(
            f"{steps.row_lengths[wrong[0]]} values in a step, shape {column.shape} needs {size}",
            key=column.key,
            column=column.name,
            row=row,
            step=int(wrong[0] - row_splits[row]),
        )


def _dense_numbers(
    array: npt.NDArray[Any], column: SequenceNumericColumn | NumericColumn
) -> tuple[Int64s, npt.NDArray[Any]]:
    _check_numeric(array, column)
    rows = len(array)
    per_row = math.prod(array.shape[1:])
    return np.arange(rows + 1, dtype=np.int64) * per_row, np.ascontiguousarray(array).ravel()


def _dense_categorical(array: npt.NDArray[Any], dtype: str, key: str) -> FlatColumn:
    if array.ndim == 1:
        array = array[:, None]
    if array.ndim != 2:
        raise FeatureTypeError(f"ids must have shape [batch, time], got {array.shape}", key=key)
    if array.dtype.kind in "OSU":
        _check_dtype("string", dtype, key)
        strings = _dense_strings(array, key)
        present = np.array([len(item) > 0 for item in strings], bool).reshape(array.shape)
    elif array.dtype.kind == "i" and dtype in INTEGERS:
        present = array != -1
    else:
        present = np.ones(array.shape, bool)
    width = array.shape[1]
    lengths = (
        np.where(present.any(1), width - np.argmax(present[:, ::-1], 1), 0)
        if width
        else np.zeros(len(array), int)
    )
    kept = np.arange(width) < lengths[:, None]
    splits = np.zeros(len(array) + 1, np.int64)
    np.cumsum(lengths, out=splits[1:])
    holes = ~present[kept]
    values: npt.NDArray[Any] | BytesArray
    if array.dtype.kind in "OSU":
        values = BytesArray.from_list(
            [item for item, keep in zip(strings, kept.ravel(), strict=True) if keep]
        )
    else:
        values = _as_int64(array, dtype, key)[kept]
    return FlatColumn(splits, values, holes if holes.any() else None)


def _dense_strings(array: npt.NDArray[Any], key: str) -> list[bytes]:
    items = array.ravel().tolist()
    for index, item in enumerate(items):
        if not isinstance(item, str | bytes):
            row, step = divmod(index, array.shape[1])
            raise FeatureTypeError(
                f"a {type(item).__name__} where a string was declared", key=key, row=row, step=step
            )
    return [item.encode() if isinstance(item, str) else item for item in items]


def _as_int64(values: npt.NDArray[Any], dtype: str, key: str) -> Int64s:
    if values.size == 0:
        return values.astype(np.int64)
    _check_dtype(values.dtype.name, dtype, key)
    if values.dtype == np.uint64 and int(values.max()) > INT64_MAX:
        raise NarrowingError(f"{values.max()} does not fit int64", key=key)
    return np.ascontiguousarray(values, np.int64)


def _check_dtype(got: str, declared: str, key: str) -> None:
    if (got in INTEGERS and declared in INTEGERS) or got == declared == "string":
        return
    raise FeatureTypeError(f"{got} values where {declared} was declared", key=key)


def _check_numeric(values: npt.NDArray[Any], column: SequenceNumericColumn | NumericColumn) -> None:
    kinds = "iu" if column.dtype in INTEGERS else "iuf"
    if values.size and values.dtype.kind not in kinds:
        raise FeatureTypeError(
            f"{values.dtype.name} values where {column.dtype} was declared", key=column.key
        )


def _narrowed(values: npt.NDArray[Any], dtype: str, row_splits: Int64s, key: str) -> npt.NDArray[Any]:
    """Values as another dtype; an integer that does not fit, or a number that becomes infinite, is an error."""
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


def _as_ragged(feature: Any, dtype: str, key: str) -> Ragged:
    if isinstance(feature, Ragged):
        return feature
    if isinstance(feature, BytesArray):
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
        f"a {type(feature).__name__} is no feature; use a Ragged, a list of lists, an array, an Arrow array or a tensor",
        key=key,
    )


def _is_array(feature: Any) -> bool:
    """Whether this is an ndarray or any framework's tensor, known by what it can do."""
    if isinstance(feature, np.ndarray):
        return True
    is_tensor = hasattr(feature, "__dlpack_device__") and hasattr(feature, "__array__")
    return is_tensor and not hasattr(feature, "__arrow_c_array__")


def _checked_array(value: Any, key: str) -> npt.NDArray[Any]:
    cpu = 1
    if not isinstance(value, np.ndarray):
        if value.__dlpack_device__()[0] != cpu:
            raise FeatureTypeError("a tensor on a device; move it to host memory first, with .cpu()", key=key)
        value = np.asarray(value)
    if value.ndim == 0:
        raise FeatureTypeError("a single value; a feature needs a batch dimension", key=key)
    return value  # type: ignore[no-any-return]


def _holds_rows(array: npt.NDArray[Any]) -> bool:
    """Whether an array is a column of row objects, as pandas keeps them."""
    return (
        array.dtype == object and array.ndim == 1 and any(not isinstance(item, str | bytes) for item in array)
    )
