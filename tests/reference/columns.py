"""Columns, and batches of records for them, at random; and what encoding them must give."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

import colonnade as cn
from colonnade import columns as kinds

from . import encode, example
from .examples import byte_strings, floats, int64s, make_example
from .oddities import entry, unpacked_ints, wrap

Array = npt.NDArray[Any]
Rows = list[list[Any]]

CONTEXT = "context"
SHAPES: list[tuple[int, ...]] = [(1,), (), (2,), (3, 1), (2, 2)]


# Normalizers. Each sees the whole batch at once, in the column's dtype.


def negate(steps: Array) -> Array:
    return -steps


def halve(steps: Array) -> Array:
    return steps / 2


def less_the_mean(steps: Array) -> Array:
    return steps - (np.nan_to_num(steps, posinf=1, neginf=-1).astype(np.float32).mean() if steps.size else 0)


def enlarge(steps: Array) -> Array:
    """Beyond float32 unless all steps are zero."""
    return steps.astype(np.float64) * 1e250


def drop_one(steps: Array) -> Array:
    """Not as many steps, unless there are none."""
    return steps[1:]


DECLARED: list[Any] = [
    cn.Standardize(1.5, 3.0),
    cn.MinMax(-2, 7),
    cn.Clip(-100, 0),
    cn.Compose([cn.Clip(0, 500), cn.Log1p(), cn.Standardize(2, 0.7)]),
]
NORMALIZERS: list[Any] = [None, None, None, negate, halve, less_the_mean, *DECLARED]
BAD_NORMALIZERS: list[Any] = [enlarge, drop_one, cn.Standardize(0, 1e-250)]


# Columns.


def identity(key: str, sequence: bool) -> st.SearchStrategy[Any]:
    make = cn.sequence_categorical_column_with_identity if sequence else cn.categorical_column_with_identity
    sizes = st.sampled_from([(1, 0), (5, None), (5, 3), (300, None), (300, 0)])
    return sizes.map(lambda size: make(key, *size))


def hashed(key: str, dtype: str, sequence: bool) -> st.SearchStrategy[Any]:
    make = (
        cn.sequence_categorical_column_with_hash_bucket
        if sequence
        else cn.categorical_column_with_hash_bucket
    )
    return st.sampled_from([2, 7, 100]).map(lambda size: make(key, size, dtype))


def numeric(key: str, dtypes: list[str], shape: tuple[int, ...], sequence: bool) -> st.SearchStrategy[Any]:
    make: Callable[..., Any] = cn.sequence_numeric_column if sequence else cn.numeric_column
    defaults = [0.0, -1.5, 2] if sequence else [None, 0, 3]
    normalizers = st.sampled_from(NORMALIZERS) | st.sampled_from([*NORMALIZERS * 4, *BAD_NORMALIZERS])
    return st.builds(
        make,
        st.just(key),
        st.just(shape),
        st.sampled_from(defaults),
        st.sampled_from(dtypes),
        normalizers,
    )


def wrapped(categorical: Any, name: str) -> st.SearchStrategy[Any]:
    embedding = st.builds(
        cn.embedding_column,
        st.just(categorical),
        st.integers(1, 5),
        st.sampled_from(["mean", "sqrtn", "sum"]),
        max_norm=st.sampled_from([None, None, 0.5, 3.0]),
        name=st.just(name),
    )
    return embedding | st.just(cn.indicator_column(categorical, name=name))


@st.composite
def a_column(draw: st.DrawFn, group: str, shapes: dict[str, tuple[int, ...]], name: str) -> Any:
    """A column of `group`. Keys belong to one group and hold one wire type."""
    sequence = group != CONTEXT
    sort = draw(st.sampled_from(["ids", "numbers_to_hash", "words", "floats", "integers"]))
    key = f"{group}_{sort}"
    if sort == "floats":
        return draw(numeric(key, ["float32", "float32", "float64", "float16"], shapes[key], sequence))
    if sort == "integers":
        return draw(numeric(key, ["int64", "int32", "uint8"], shapes[key], sequence))
    if sort == "ids":
        categorical = draw(identity(key, sequence))
    else:
        categorical = draw(hashed(key, "string" if sort == "words" else "int64", sequence))
    return draw(wrapped(categorical, name))


@st.composite
def a_group(draw: st.DrawFn, group: str) -> list[Any]:
    shapes = {f"{group}_{sort}": draw(st.sampled_from(SHAPES)) for sort in ("floats", "integers")}
    found: dict[str, Any] = {}
    for index in range(draw(st.integers(1, 4))):
        column = draw(a_column(group, shapes, f"column_{index}_of_{group}"))
        found.setdefault(column.name, column)
    return list(found.values())


options = st.one_of(
    st.just({}),
    st.fixed_dictionaries(
        {"layout": st.just("jagged")},
        optional={"max_length": st.integers(1, 4), "keep": st.sampled_from(["first", "last"])},
    ),
    st.fixed_dictionaries(
        {},
        optional={
            "max_length": st.integers(1, 4),
            "keep": st.sampled_from(["first", "last"]),
            "side": st.sampled_from(["left", "right"]),
            "pad_to_multiple_of": st.sampled_from([1, 2, 8]),
            "min_length": st.just(1),
        },
    ),
)


# Records.


def values_for(sort: str, buckets: int) -> st.SearchStrategy[Any]:
    good = st.integers(0, buckets - 1)
    small = st.integers(0, 255)
    return {
        "ids": st.one_of(*[good] * 30, st.sampled_from([-1, buckets]), int64s),
        "numbers_to_hash": int64s,
        "words": byte_strings,
        "floats": st.one_of(*[st.floats(-1000, 1000, width=16)] * 12, floats),
        "integers": st.one_of(*[small] * 20, int64s),
    }[sort]


WIRE = {"words": "bytes", "floats": "float"}


@st.composite
def a_record(draw: st.DrawFn, needed: dict[str, tuple[int, int]]) -> bytes:
    """One record with the keys in `needed`, {key: (values in a step, buckets)}."""
    steps: dict[str, int] = {}
    features: dict[str, Any] = {}
    unpacked = b""
    for key, (size, buckets) in needed.items():
        group, sort = key.split("_", 1)
        count = draw(st.integers(0, 5)) if group not in steps else steps[group]
        steps[group] = count
        if group == CONTEXT:
            count = draw(st.integers(0, 3)) if size == 0 else draw(st.sampled_from([1] * 9 + [0]))
        total = count * max(size, 1)
        if draw(st.integers(0, 60)) == 0:
            total = max(0, total + draw(st.sampled_from([-1, 1, 2])))
        values = draw(st.lists(values_for(sort, buckets), min_size=total, max_size=total))
        kind = WIRE.get(sort, "int64")
        if not values and draw(st.booleans()):
            if draw(st.booleans()):
                features[key] = (None, [])
        elif kind == "int64" and draw(st.booleans()):
            unpacked += wrap(1, entry(key.encode(), unpacked_ints(*values)))
        else:
            features[key] = (kind, values)
    return make_example(features) + unpacked


def inner(column: Any) -> Any:
    """What makes the values of a column."""
    categorical = getattr(column, "categorical_column", column)
    return getattr(categorical, "categorical_column", categorical)


def _needed(groups: dict[str, list[Any]]) -> dict[str, tuple[int, int]]:
    needed: dict[str, tuple[int, int]] = {}
    for columns in groups.values():
        for column in map(inner, columns):
            is_number = hasattr(column, "shape")
            in_context = isinstance(column, kinds.NumericColumn) or not is_number
            size = prod(column.shape) if is_number else 0 if in_context else 1
            buckets = 1 if is_number else column.num_buckets
            # Ids that every column of the key can take.
            needed[column.key] = (size, min(buckets, needed.get(column.key, (0, buckets))[1]))
    return needed


@dataclass(frozen=True)
class Case:
    """Columns by group, an encoder's options, and records."""

    groups: dict[str, list[Any]]
    options: dict[str, Any]
    records: list[bytes]

    def encoder(self) -> cn.Encoder:
        return cn.Encoder(self.groups, **self.options)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    names = draw(st.sampled_from([["a"], ["a"], ["a", "b"], ["a", CONTEXT], [CONTEXT]]))
    groups = {name: draw(a_group(name)) for name in names}
    needed = _needed(groups)
    records = draw(st.lists(a_record(needed), max_size=4))
    return Case(groups, draw(options), records)


# What must come out.


class Refused(Exception):  # noqa: N818 (an outcome, not an error)
    """An outcome: the names of the errors that a slot deserves, any of which may come first."""

    def __init__(self, names: set[str]) -> None:
        self.names = names


def _numbers(rows: Rows, column: Any) -> Rows:
    """Rows of steps of a numeric column, narrowed and normalized, as float32."""
    size = prod(column.shape)
    if isinstance(column, kinds.NumericColumn):
        default = list(column.default_value or ())
        rows = [row or default for row in rows]
        wrong = {"ValueCountError" if row else "MissingFeatureError" for row in rows if len(row) != size}
    else:
        wrong = {"PartialStepError" for row in rows if len(row) % size}
    values = [value for row in rows for value in row]
    wide = np.array(values, np.int64 if "int" in column.dtype else np.float32)
    with np.errstate(all="ignore"):
        narrow = wide.astype(column.dtype)
    lost = narrow != wide if "int" in column.dtype else np.isinf(narrow) & ~np.isinf(wide)
    if lost.any():
        wrong.add("NarrowingError")
    if wrong:
        raise Refused(wrong)
    numbers = iter(_normalized(narrow.reshape(-1, *column.shape), column).ravel().tolist())
    return encode.numeric([[next(numbers) for _ in row] for row in rows], column.shape)


def _normalized(steps: Array, column: Any) -> Array:
    normalized = steps if column.normalizer_fn is None else np.asarray(column.normalizer_fn(steps))
    if normalized.shape != steps.shape:
        raise Refused({"NormalizerError"})
    with np.errstate(all="ignore"):
        narrow = normalized.astype(np.float32)
    if (np.isinf(narrow) & ~np.isinf(normalized)).any():
        raise Refused({"NarrowingError"})
    return narrow


def _steps(records: list[dict[str, example.Feature]], column: Any) -> Rows:
    rows = [record.get(column.key, (None, []))[1] for record in records]
    if isinstance(column, kinds.IdentityCategoricalColumn):
        try:
            return list(encode.identity(rows, column.num_buckets, column.default_value))
        except ValueError:
            raise Refused({"IdOutOfRangeError"}) from None
    if isinstance(column, kinds.HashedCategoricalColumn):
        return list(encode.hash_bucket(rows, column.num_buckets))
    return _numbers(rows, column)


def refusals(case: Case) -> set[str]:
    """The names of all errors that these records deserve; none if they can be encoded."""
    records = [example.parse(record) for record in case.records]
    found: set[str] = set()
    for group, columns in case.groups.items():
        lengths = []
        for column in map(inner, columns):
            try:
                lengths.append([len(row) for row in _steps(records, column)])
            except Refused as refused:
                found |= refused.names
                size = prod(getattr(column, "shape", ()))
                lengths.append([len(record.get(column.key, (0, []))[1]) // size for record in records])
        if group != CONTEXT and any(other != lengths[0] for other in lengths):
            found.add("UnequalLengthsError")
    return found


def expected(case: Case, plan: Any) -> Iterator[tuple[str, str, encode.Padded | encode.Jagged]]:
    """For each group and slot of `plan` the arrays that encoding must give."""
    records = [example.parse(record) for record in case.records]
    for group in plan.groups.values():
        for slot in group.slots:
            rows = _steps(records, slot.column)
            is_number = hasattr(slot.column, "shape")
            if group.name == CONTEXT:
                numbers = [row[0] for row in rows] if is_number else rows
                yield group.name, slot.name, _context(numbers, slot.column if is_number else None)
                continue
            padding: float = float(slot.column.default_value) if is_number else encode.NO_ID
            shape = slot.column.shape if is_number else ()
            yield (
                group.name,
                slot.name,
                encode.pad(rows, **case.options, padding=padding, step_shape=shape),
            )


def _context(rows: list[Any], column: Any) -> encode.Padded:
    if column is None:
        return encode.pad(rows)  # type: ignore[return-value]
    values = np.array(rows, np.float32).reshape(len(rows), *column.shape)
    return encode.Padded(values, np.zeros(0), np.zeros(0))
