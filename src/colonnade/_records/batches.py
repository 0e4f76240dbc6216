"""Serialized records, whatever holds them, as the core takes them: a sequence of bytes, or a BytesArray."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from typing import Any, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from .._ragged import BytesArray, located
from ..errors import ColonnadeError, ColumnTypeError, ColumnValueError, FeatureTypeError, from_core, shown
from .reader import TFRecordReader

Serialized: TypeAlias = "bytes | Sequence[bytes] | BytesArray | npt.NDArray[np.object_]"

_ONE = (bytes, bytearray, memoryview)
_STREAM = "; give one batch of it at a time, such as list(itertools.islice(records, n))"


def checked_batch(serialized: Any) -> Sequence[bytes] | BytesArray:
    """A batch of records; the core checks each item.

    Args:
        serialized: A sequence of bytes, a BytesArray, an ndarray of objects, an Arrow column or a Series of
            binary, or a tensor of strings in host memory.

    Raises:
        FeatureTypeError: it is none of these; says what to do.
        RaggedError: an Arrow column with a null.
    """
    if isinstance(serialized, BytesArray | list | tuple):
        return serialized
    batch = _held(serialized)
    if batch is None or isinstance(batch, _ONE):
        raise FeatureTypeError(
            "serialized records must be a list of bytes or a BytesArray, "
            f"got {type(serialized).__name__}{_hint(serialized, batch)}"
        )
    return cast("list[bytes] | BytesArray", batch)


def one_or_batch(serialized: Any) -> tuple[Sequence[bytes] | BytesArray, bool]:
    """The records, and whether one record was given and no batch of it."""
    if isinstance(serialized, bytes):
        return [serialized], True
    if isinstance(serialized, BytesArray | list | tuple):
        return serialized, False
    batch = _held(serialized)
    return ([bytes(batch)], True) if isinstance(batch, _ONE) else (checked_batch(serialized), False)


def checked_one(serialized: Any) -> bytes:
    """One record.

    Raises:
        FeatureTypeError: it is no bytes, nor what holds them.
    """
    if isinstance(serialized, bytes):
        return serialized
    held = None if isinstance(serialized, BytesArray | list | tuple) else _held(serialized)
    if not isinstance(held, _ONE):
        raise from_core("not_bytes", {"got": type(serialized).__name__})
    return bytes(held)


@contextmanager
def naming(example_names: Any, records: Serialized) -> Iterator[None]:
    """Puts a record's own name, and its file, into the errors that are about it.

    Raises:
        ColumnTypeError, ColumnValueError: names that are no list, or not one for each record.
    """
    names = None if example_names is None else _checked_names(example_names, len(records))
    try:
        yield
    except ColonnadeError as error:
        row = error.where.get("record", 0 if len(records) == 1 else None)
        error = located(error, records)
        if names is None or row is None:
            raise error from error.__cause__
        raise type(error)(f"example {shown(names[row])}: {error.message}", **error.where) from None


def _checked_names(example_names: Any, count: int) -> list[Any]:
    if isinstance(example_names, str | bytes) or not isinstance(example_names, Iterable):
        raise ColumnTypeError(f"example_names must be a list of names, got {shown(example_names)}")
    names = list(example_names)
    if len(names) != count:
        raise ColumnValueError(f"{len(names)} example_names for {count} records; give each record one")
    return names


def _held(given: Any) -> Any:
    """The batch, or the one record, that something holds; None where it holds neither."""
    if isinstance(given, _ONE):
        return given
    if isinstance(given, np.ndarray):
        return _of_array(given)
    if hasattr(given, "__arrow_c_array__") or hasattr(given, "__arrow_c_stream__"):
        return BytesArray.from_arrow(given)
    for method in ("numpy", "to_numpy"):  # of a tensor, of a Series
        if callable(convert := getattr(given, method, None)):
            array = convert()
            return array if isinstance(array, _ONE) else _of_array(np.asarray(array))
    if isinstance(given, Sequence) and not isinstance(given, str):
        return list(given)
    return None


def _of_array(array: npt.NDArray[Any]) -> Any:
    if array.dtype.kind == "S":
        raise FeatureTypeError(
            "serialized records in an array of NumPy's sized bytes ('S') have lost the zeros at their ends; "
            "make it with dtype=object, or give a list of bytes"
        )
    if array.dtype != object:
        raise FeatureTypeError(f"serialized records must be bytes, got an array of {array.dtype.name}")
    if array.ndim > 1:
        raise FeatureTypeError(
            f"a batch of serialized records must have rank 1, got {array.ndim}; take .ravel() of it"
        )
    return array.tolist()


def _hint(given: Any, held: Any) -> str:
    if held is not None:
        return "; for one record give a list of one"
    if callable(getattr(given, "SerializeToString", None)):
        return "; call its SerializeToString, and give a list of one"
    if isinstance(given, TFRecordReader):
        return "; loop over its .batches(n)"
    if callable(getattr(given, "collect", None)):
        return "; call .collect() first, and give its column of records"
    if callable(getattr(given, "as_numpy_iterator", None)):
        return "; loop over its .batch(n)"
    if isinstance(given, Mapping):
        return "; features in memory go to Encoder.encode"
    if isinstance(given, Set):
        return ", which has no order"
    return _STREAM if isinstance(given, Iterable) and not isinstance(given, str) else ""
