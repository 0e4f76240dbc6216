"""Features in memory (lists, arrays, Ragged, Arrow, tensors) to the flat columns that the core encodes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from . import errors
from ._dtypes import INTEGERS, wire_dtype
from ._ragged import BytesArray, Int64s, Ragged
from .columns import (
    HashedCategoricalColumn,
    IdentityCategoricalColumn,
    NumberColumn,
    NumericColumn,
    VocabularyColumn,
)
from .errors import (
    FeatureTypeError,
    MissingFeatureError,
    NarrowingError,
    NormalizerError,
    WeightsError,
)

INT64_MAX = 2**63 - 1

IdColumn: TypeAlias = IdentityCategoricalColumn | HashedCategoricalColumn | VocabularyColumn


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


def categorical_column(feature: Any, column: IdColumn) -> FlatColumn:
    """The values of a categorical column: int64, or byte strings.

    In a dense array, -1 (signed integers) and "" are absent: at the end of a row they shorten it,
    inside it they are steps without a value. In ragged data nothing is absent. One more level of
    nesting, or one more axis, holds several values a step.

    Raises:
        FeatureTypeError: another container or dtype.
        NarrowingError: an unsigned integer beyond int64, in an identity column without default.
    """
    if _is_array(feature):
        array = _checked_array(feature, column.key)
        if not _holds_rows(array):
            return _dense_categorical(array, column)
        feature = array.tolist()
    row_splits, step_splits, values = _levels(_as_ragged(feature, wire_dtype(column.dtype), column.key))
    return FlatColumn(row_splits, _raw_values(values, column), step_splits)


def raw_column(feature: Any, key: str) -> FlatColumn:
    """The values of a raw key of a cross: strings or integers, absent ones as in a categorical column.

    Raises:
        FeatureTypeError: another container or dtype.
    """
    strings, integers = HashedCategoricalColumn(key, 2), HashedCategoricalColumn(key, 2, "int64")
    if _is_array(feature):
        array = _checked_array(feature, key)
        if not _holds_rows(array):
            if array.dtype == np.uint64:
                # All of its cells are values, -1 as a bit pattern too.
                flat = _dense_categorical(np.zeros(array.shape, np.uint64), integers)
                return replace(flat, values=_same_bits(np.ascontiguousarray(array)).ravel())
            return _dense_categorical(array, strings if array.dtype.kind in "OSU" else integers)
        feature = array.tolist()
    row_splits, step_splits, values = _levels(_as_ragged(feature, None, key))
    if isinstance(values, BytesArray):
        return FlatColumn(row_splits, _raw_values(values, strings), step_splits)
    return FlatColumn(row_splits, _raw_values(_same_bits(values), integers), step_splits)


def _same_bits(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """A cross takes 64 bits, signed or not."""
    return values.view(np.int64) if values.dtype == np.uint64 else values


def _raw_values(values: npt.NDArray[Any] | BytesArray, column: IdColumn) -> npt.NDArray[Any] | BytesArray:
    """Values in the form in which the core makes ids of them."""
    if isinstance(values, BytesArray):
        _check_dtype("string", column.dtype, column.key)
        return values
    if values.size == 0:
        empty = np.zeros(0, np.int64)
        return BytesArray.from_list([]) if column.dtype == "string" else empty
    _check_dtype(values.dtype.name, column.dtype, column.key)
    if values.dtype == np.uint64 and int(values.max()) > INT64_MAX:
        return _beyond_int64(values, column)
    return np.ascontiguousarray(values, np.int64)


def _beyond_int64(values: npt.NDArray[Any], column: IdColumn) -> npt.NDArray[Any] | BytesArray:
    """Large unsigned integers: hashed as their decimal text, or out of every identity column's range."""
    if isinstance(column, HashedCategoricalColumn):
        return BytesArray.from_list([str(value) for value in values.tolist()])
    if not isinstance(column, IdentityCategoricalColumn) or column.default_value is None:
        raise NarrowingError(f"{values.max()} does not fit int64", key=column.key)
    return np.minimum(values, INT64_MAX).astype(np.int64)  # type: ignore[no-any-return]


def weights_column(feature: Any, ids_feature: Any, ids: FlatColumn, key: str) -> FlatColumn:
    """The weights of a categorical column's ids, float32, matched by their place in the structure.

    Dense weights go with dense ids: the weight of an absent id is dropped with it.

    Raises:
        FeatureTypeError: another container or dtype.
        WeightsError: dense weights of another shape than dense ids.
    """
    if _is_array(feature):
        array = _checked_array(feature, key)
        if _is_array(ids_feature) and not _holds_rows(array):
            return _dense_weights(array, _checked_array(ids_feature, key), ids, key)
        feature = list(array)
    row_splits, step_splits, values = _levels(_as_ragged(feature, "float32", key))
    if isinstance(values, BytesArray):
        raise FeatureTypeError("strings where weights were declared", key=key)
    _check_weights_dtype(values, key)
    return FlatColumn(row_splits, _narrowed(values, "float32", row_splits, key), step_splits)


def _dense_weights(
    array: npt.NDArray[Any], dense_ids: npt.NDArray[Any], ids: FlatColumn, key: str
) -> FlatColumn:
    _check_weights_dtype(array, key)
    if array.shape != dense_ids.shape:
        raise WeightsError(f"weights of shape {array.shape} for ids of shape {dense_ids.shape}", key=key)
    cells, present = _dense_cells(dense_ids, key)
    kept = _dense_steps(cells, present)[1] if ids.step_splits is None else present
    weights = _narrowed(array.reshape(kept.shape)[kept], "float32", ids.row_splits, key)
    return FlatColumn(ids.row_splits, weights, ids.step_splits)


def _check_weights_dtype(values: npt.NDArray[Any], key: str) -> None:
    if values.size and values.dtype.kind not in "iuf":
        raise FeatureTypeError(f"{values.dtype.name} values where weights were declared", key=key)


def _levels(ragged: Ragged) -> tuple[Int64s, Int64s | None, npt.NDArray[Any] | BytesArray]:
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


def numeric_column(feature: Any, column: NumberColumn) -> FlatColumn:
    """The numbers of a numeric column, normalized: float32, prod(shape) a step.

    Raises:
        FeatureTypeError: another container or dtype.
        PartialStepError: a row or a step with a wrong number of values.
        NarrowingError: a number that the column's dtype cannot hold.
        NormalizerError: the normalizer_fn returned something else than as many steps.
    """
    splits, values = _flat_numbers(feature, column)
    if isinstance(column, NumericColumn):
        splits, values = _filled(splits, values, column)
    return normalized(splits, values, column)


def _filled(
    row_splits: Int64s, values: npt.NDArray[Any], column: NumericColumn
) -> tuple[Int64s, npt.NDArray[Any]]:
    """A context's numbers with the default in each row that has none, as `parse_example` gives them."""
    size, counts = math.prod(column.shape), np.diff(row_splits)
    has_default = column.default_value is not None
    wrong = np.flatnonzero((counts != size) & ~((counts == 0) & has_default))
    if len(wrong):
        got = int(counts[wrong[0]])
        place = {"key": column.key, "column": column.name, "row": int(wrong[0])}
        code = "wrong_count" if got else "missing_feature"
        raise errors.from_core(code, {"got": got, "expected": size, **place})
    if (counts == size).all():
        return row_splits, values
    filled = np.empty((len(counts), size), np.result_type(values.dtype, column.dtype))
    filled[counts == size] = values.reshape(-1, size)
    filled[counts == 0] = column.default_value
    return np.arange(len(counts) + 1) * size, filled.ravel()


def normalized(row_splits: Int64s, values: npt.NDArray[Any], column: NumberColumn) -> FlatColumn:
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


def needs_python(column: NumberColumn) -> bool:
    """Whether numbers pass through Python on their way from a record, to be narrowed or normalized."""
    return column.normalizer_fn is not None or column.dtype not in ("float32", "float64", "int64")


def _call_normalizer(steps: npt.NDArray[Any], column: NumberColumn) -> npt.NDArray[Any]:
    assert column.normalizer_fn is not None
    try:
        returned = column.normalizer_fn(steps)
    except NormalizerError as error:
        raise error.at(column=column.name) from None
    if isinstance(returned, np.ma.MaskedArray):
        raise NormalizerError("normalizer_fn returned a masked array; fill it first", column=column.name)
    try:
        result = np.asarray(returned)
    except (TypeError, ValueError, RuntimeError) as error:  # uneven lists, tensors that NumPy cannot read
        raise NormalizerError(
            f"normalizer_fn must return numbers of shape {steps.shape}: {error}", column=column.name
        ) from error
    if result.shape != steps.shape or result.dtype.kind not in "fiu":
        raise NormalizerError(
            f"normalizer_fn must return numbers of shape {steps.shape}, got {result.dtype} {result.shape}",
            column=column.name,
        )
    return result


def _flat_numbers(feature: Any, column: NumberColumn) -> tuple[Int64s, npt.NDArray[Any]]:
    key = column.key
    if _is_array(feature):
        array = _checked_array(feature, key)
        if not _holds_rows(array):
            return _dense_numbers(array, column)
        feature = array.tolist()
    ragged = _as_ragged(feature, column.dtype, key)
    row_splits, step_splits, values = _levels(ragged)
    if isinstance(values, BytesArray):
        raise FeatureTypeError("strings where numbers were declared", key=key)
    if step_splits is not None:
        check_whole_steps(row_splits, step_splits, column)
        row_splits = step_splits[row_splits]
    _check_numeric(values, column)
    return row_splits, values


def check_whole_steps(row_splits: Int64s, step_splits: Int64s, column: NumberColumn) -> None:
    """Nested numbers: every step must hold exactly the values of the column's shape."""
    size = math.prod(column.shape)
    wrong = np.flatnonzero(np.diff(step_splits) != size)
    if not len(wrong):
        return
    row = int(np.searchsorted(row_splits, wrong[0], side="right")) - 1
    detail = {"key": column.key, "column": column.name, "row": row, "step": int(wrong[0] - row_splits[row])}
    got = int(step_splits[wrong[0] + 1] - step_splits[wrong[0]])
    raise errors.from_core("partial_step", {"got": got, "expected": size, **detail})


def _dense_numbers(array: npt.NDArray[Any], column: NumberColumn) -> tuple[Int64s, npt.NDArray[Any]]:
    _check_numeric(array, column)
    rows = len(array)
    per_row = math.prod(array.shape[1:])
    return np.arange(rows + 1, dtype=np.int64) * per_row, np.ascontiguousarray(array).ravel()


def _dense_categorical(array: npt.NDArray[Any], column: IdColumn) -> FlatColumn:
    cells, present = _dense_cells(array, column.key)
    got = "string" if cells.dtype == object else cells.dtype.name
    if cells.size:
        _check_dtype(got, column.dtype, column.key)
    row_splits, kept = _dense_steps(cells, present)
    if array.ndim <= 2:
        holes = ~present[kept]
        values = _cell_values(cells[kept], column)
        return FlatColumn(row_splits, values, None, holes if holes.any() else None)
    kept_steps = kept.any(2)  # all cells of a step are kept, or none
    step_splits = np.zeros(int(kept_steps.sum()) + 1, np.int64)
    np.cumsum(present.sum(2)[kept_steps], out=step_splits[1:])
    return FlatColumn(row_splits, _cell_values(cells[present], column), step_splits)


def _dense_cells(array: npt.NDArray[Any], key: str) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """A dense array as [batch, time, values], strings as objects, and which cells hold a value."""
    time = array.shape[1] if array.ndim > 1 else 1
    cells = array.reshape(len(array), time, math.prod(array.shape[2:]))
    if cells.dtype.kind in "OSU":
        cells = _encoded_cells(cells, key)
        return cells, (cells != b"").astype(bool)
    if cells.dtype.kind == "i":
        return cells, cells != -1
    return cells, np.ones(cells.shape, bool)


def _dense_steps(
    cells: npt.NDArray[Any], present: npt.NDArray[np.bool_]
) -> tuple[Int64s, npt.NDArray[np.bool_]]:
    """Row splits of steps, and which cells lie within them: a row ends at its last step with a value."""
    rows, width = cells.shape[:2]
    has_value: npt.NDArray[np.bool_] = np.any(present, axis=2)
    lengths = np.zeros(rows, np.int64)
    if width:
        lengths = np.where(np.any(has_value, 1), width - np.argmax(has_value[:, ::-1], 1), 0)
    row_splits = np.zeros(rows + 1, np.int64)
    np.cumsum(lengths, out=row_splits[1:])
    return row_splits, np.broadcast_to((np.arange(width) < lengths[:, None])[..., None], cells.shape)


def _encoded_cells(cells: npt.NDArray[Any], key: str) -> npt.NDArray[Any]:
    encoded = np.empty(cells.shape, object)
    for place, item in np.ndenumerate(cells):
        if not isinstance(item, str | bytes):
            kind, (row, step, _) = type(item).__name__, place
            raise FeatureTypeError(
                f"a {kind} where a string should be; an array of objects holds strings only, or numbers only",
                key=key,
                row=row,
                step=step,
            )
        try:
            encoded[place] = item.encode() if isinstance(item, str) else item
        except UnicodeEncodeError:
            row, step, _ = place
            message = "text with a lone surrogate cannot be UTF-8; give bytes"
            raise FeatureTypeError(message, key=key, row=row, step=step) from None
    return encoded


def _cell_values(cells: npt.NDArray[Any], column: IdColumn) -> npt.NDArray[Any] | BytesArray:
    return _raw_values(BytesArray.from_list(cells.tolist()) if cells.dtype == object else cells, column)


def _check_dtype(got: str, declared: str, key: str) -> None:
    if (got in INTEGERS and declared in INTEGERS) or got == declared == "string":
        return
    raise FeatureTypeError(f"{got} values where {declared} was declared", key=key)


def _check_numeric(values: npt.NDArray[Any], column: NumberColumn) -> None:
    kinds = "iu" if column.dtype in INTEGERS else "iuf"
    if values.size and values.dtype.kind not in kinds:
        raise FeatureTypeError(
            f"{values.dtype.name} values where {column.dtype} was declared", key=column.key
        )


def _narrowed(values: npt.NDArray[Any], dtype: str, row_splits: Int64s, key: str) -> npt.NDArray[Any]:
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


def _as_ragged(feature: Any, dtype: str | None, key: str) -> Ragged:
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
        f"a {type(feature).__name__} is no feature; "
        "use a Ragged, a list of lists, an array, an Arrow array or a tensor",
        key=key,
    )


def _is_array(feature: Any) -> bool:
    """Whether this is an ndarray or any framework's tensor, known by what it can do."""
    if isinstance(feature, np.ndarray):
        return True
    is_tensor = hasattr(feature, "__dlpack_device__") and hasattr(feature, "__array__")
    return is_tensor and not hasattr(feature, "__arrow_c_array__")


def _checked_array(value: Any, key: str) -> npt.NDArray[Any]:
    """An array or a tensor as an array of numbers, of strings or of rows; booleans are 0 and 1."""
    if isinstance(value, np.ma.MaskedArray):
        raise FeatureTypeError(
            "a masked array; fill it first, as with .filled(-1) for absent ids, or give a list of lists",
            key=key,
        )
    array = value if isinstance(value, np.ndarray) else _host_array(value, key)
    if array.ndim == 0:
        raise FeatureTypeError("a single value; a feature needs a batch dimension", key=key)
    if array.dtype == object and array.ndim > 1 and not any(isinstance(x, str | bytes) for x in array.flat):
        array = _object_numbers(array, key)
    return array.astype(np.uint8) if array.dtype == bool else array


def _host_array(tensor: Any, key: str) -> npt.NDArray[Any]:
    cpu = 1
    if tensor.__dlpack_device__()[0] != cpu:
        raise FeatureTypeError("a tensor on a device; move it to host memory first, with .cpu()", key=key)
    try:
        return np.asarray(tensor)
    except (TypeError, ValueError, RuntimeError) as error:
        message = f"a tensor that NumPy cannot read; detach it, or give it another dtype or layout: {error}"
        raise FeatureTypeError(message, key=key) from error


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


def _holds_rows(array: npt.NDArray[Any]) -> bool:
    """Whether an array is a column of row objects, as pandas keeps them."""
    return (
        array.dtype == object and array.ndim == 1 and any(not isinstance(item, str | bytes) for item in array)
    )
