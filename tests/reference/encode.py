"""The encoder, slowly, on nested Python lists: values to ids, rows to steps, steps to arrays."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, product
from math import ceil, prod
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from .fingerprint64 import fingerprint64

Array = npt.NDArray[Any]

# Marks an id that contributes nothing, and pads rows of ids.
NO_ID = -1


def each(function: Callable[[Any], Any], nested: Any) -> Any:
    """Applies `function` to every value of a list of any depth."""
    if isinstance(nested, list):
        return [each(function, item) for item in nested]
    return function(nested)


def from_dense(rows: Sequence[Sequence[Any]], absent: Any) -> list[list[list[Any]]]:
    """Rows of steps of a dense array: an absent cell is an empty step, or no step at the end of its row."""
    steps = [[[] if value == absent else [value] for value in row] for row in rows]
    for row in steps:
        while row and not row[-1]:
            row.pop()
    return steps


def identity(ids: Any, num_buckets: int, default_value: int | None = None) -> Any:
    """Ids in [0, num_buckets) as they are; any other becomes the default or, without one, a ValueError."""

    def one(value: int) -> int:
        if 0 <= value < num_buckets:
            return value
        if default_value is None:
            raise ValueError(f"id {value} is not in [0, {num_buckets})")
        return default_value

    return each(one, ids)


def as_text(value: bytes | str | int) -> bytes:
    """The bytes that are hashed: strings as UTF-8, integers in decimal."""
    return value if isinstance(value, bytes) else str(value).encode()


def hash_bucket(values: Any, size: int) -> Any:
    """Ids by Fingerprint64 modulo `size`."""
    return each(lambda value: fingerprint64(as_text(value)) % size, values)


def vocabulary(
    values: Any, words: Sequence[bytes | str | int], default_value: int = NO_ID, num_oov_buckets: int = 0
) -> Any:
    """Ids by position in `words`; others are hashed to the buckets after it or, without any, the default."""
    texts = [as_text(word) for word in words]

    def one(value: bytes | str | int) -> int:
        text = as_text(value)
        if text in texts:
            return texts.index(text)
        if num_oov_buckets:
            return len(texts) + fingerprint64(text) % num_oov_buckets
        return default_value

    return each(one, values)


def bucketize(numbers: Any, boundaries: Sequence[float]) -> Any:
    """The number of boundaries that are not above a number, both as float32; all of them for NaN."""
    edges = [np.float32(boundary) for boundary in boundaries]
    return each(lambda number: sum(not np.float32(number) < edge for edge in edges), numbers)


# FingerprintCat64 of TensorFlow.
_CAT = 0xC6A4A7935BD1E995
_64_BITS = 2**64 - 1
DEFAULT_HASH_KEY = 0xDECAFCAFFE


def _mix(value: int) -> int:
    return value ^ (value >> 47)


def concatenate(left: int, right: int) -> int:
    """One fingerprint of two."""
    result = left ^ _CAT
    result ^= _mix(right * _CAT & _64_BITS) * _CAT & _64_BITS
    result = result * _CAT & _64_BITS
    result = _mix(result) * _CAT & _64_BITS
    return _mix(result)


def cross(steps: Sequence[Sequence[Any]], size: int, hash_key: int = DEFAULT_HASH_KEY) -> list[int]:
    """Ids of all combinations of one value of each list; strings by fingerprint, integers as they are."""
    ids = []
    for values in product(*steps):
        result = hash_key
        for value in values:
            result = concatenate(
                result, value % 2**64 if isinstance(value, int) else fingerprint64(as_text(value))
            )
        ids.append(result % size)
    return ids


def numeric(rows: Sequence[Sequence[float]], shape: tuple[int, ...] = (1,)) -> list[list[Any]]:
    """Rows of steps, nested lists of `shape`, from rows of numbers; ValueError for a partial step."""
    size = prod(shape)
    steps = []
    for index, row in enumerate(rows):
        if len(row) % size:
            raise ValueError(f"row {index} has {len(row)} values, not a multiple of {size}")
        chunks = [row[at : at + size] for at in range(0, len(row), size)]
        steps.append([np.reshape(np.array(chunk, dtype=object), shape).tolist() for chunk in chunks])
    return steps


@dataclass(frozen=True, eq=False)
class Padded:
    """[B, T, ...] values, int64 [B] lengths and bool [B, T] mask."""

    values: Array
    lengths: Array
    mask: Array


@dataclass(frozen=True, eq=False)
class Jagged:
    """Values without padding, int64 row_splits [B + 1] and, if a step has several, step_splits [N + 1]."""

    values: Array
    lengths: Array
    row_splits: Array
    step_splits: Array | None = None


def splits(lengths: Sequence[int]) -> Array:
    return np.array([0, *accumulate(lengths)], dtype=np.int64)


def _dtype(padding: Any) -> Any:
    return np.int64 if isinstance(padding, int) else np.float32


def truncate(
    rows: Sequence[Sequence[Any]], max_length: int | None, keep: Literal["first", "last"] = "last"
) -> list[list[Any]]:
    """At most `max_length` steps of each row, from its beginning or its end."""
    if max_length is None:
        return [list(row) for row in rows]
    return [
        list(row[:max_length] if keep == "first" else row[max(len(row) - max_length, 0) :]) for row in rows
    ]


def _padded_length(lengths: Sequence[int], multiple: int | None, least: int | None) -> int:
    longest = max([*lengths, least or 0])
    return longest if multiple is None else multiple * ceil(max(longest, 1) / multiple)


def pad(
    rows: Sequence[Sequence[Any]],
    *,
    layout: Literal["padded", "jagged"] = "padded",
    max_length: int | None = None,
    keep: Literal["first", "last"] = "last",
    side: Literal["left", "right"] = "right",
    pad_to_multiple_of: int | None = None,
    min_length: int | None = None,
    padding: float = NO_ID,
    step_shape: tuple[int, ...] | None = (),
) -> Padded | Jagged:
    """Lays rows of steps out as arrays.

    Args:
        rows: One list of steps a row. A step is a value, nested lists of `step_shape`, or a list of values.
        layout: What to return.
        max_length: The most steps that a row keeps.
        keep: Which of them.
        side: Where padding goes.
        pad_to_multiple_of: What the padded length is rounded up to; never 0.
        min_length: The least padded length.
        padding: The value of padding; an int makes int64 arrays, a float float32 ones.
        step_shape: () for one value a step; None for several, which are padded to the most of any kept step.
    """
    kept = truncate(rows, max_length, keep)
    lengths = [len(row) for row in kept]
    if layout == "jagged":
        return _jagged(kept, padding, step_shape)

    several = step_shape is None
    if step_shape is None:
        step_shape = (max((len(step) for row in kept for step in row), default=0),)
    steps = _padded_length(lengths, pad_to_multiple_of, min_length)
    values = np.full((len(kept), steps, *step_shape), padding, _dtype(padding))
    mask = np.zeros((len(kept), steps), np.bool_)
    for index, row in enumerate(kept):
        start = steps - len(row) if side == "left" else 0
        for step, value in enumerate(row, start):
            mask[index, step] = True
            if several:
                values[index, step, : len(value)] = value
            else:
                values[index, step] = value
    return Padded(values, np.array(lengths, np.int64), mask)


def _jagged(rows: Sequence[Sequence[Any]], padding: float, step_shape: tuple[int, ...] | None) -> Jagged:
    lengths = [len(row) for row in rows]
    steps = [step for row in rows for step in row]
    if step_shape is None:
        values = np.array([value for step in steps for value in step], _dtype(padding))
        step_splits = splits([len(step) for step in steps])
    else:
        values = np.array(steps, _dtype(padding)).reshape(len(steps), *step_shape)
        step_splits = None
    return Jagged(values, np.array(lengths, np.int64), splits(lengths), step_splits)
