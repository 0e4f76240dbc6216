"""Normalizing records in the core equals the slow twin, and the way through Python to the bit."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import encode
from reference.examples import make_example, make_sequence_example
from reference.normalize import normalize
from reference.oddities import entry, wrap

import colonnade as cn
from colonnade.columns._normalizers import core_steps, step_shape

SHAPES: list[tuple[int, ...]] = [(), (1,), (2,), (3, 1), (2, 2)]
LARGEST = float(np.finfo(np.float32).max)
BOUNDARIES = [-1.0, 0.0, 0.5]

moderate = st.floats(-100, 100, width=32) | st.sampled_from([0.0, -0.0, 1.0])
real = moderate | st.floats(-LARGEST, LARGEST)
positive = st.floats(0.01, 100) | st.floats(5e-324, LARGEST)
numbers = {
    "float": moderate | st.floats(width=32) | st.sampled_from([LARGEST, -LARGEST, 2.0**-149]),
    "int64": st.integers(-100, 100) | st.integers(-(2**63), 2**63 - 1) | st.integers(2**53, 2**53 + 9),
}


@st.composite
def parameters(draw: st.DrawFn, shape: tuple[int, ...], values: st.SearchStrategy[float]) -> Any:
    """One number, or one for each place."""
    if not shape or draw(st.booleans()):
        return draw(values)
    size = math.prod(shape)
    return np.reshape(draw(st.lists(values, min_size=size, max_size=size)), shape).tolist()


@st.composite
def ends(draw: st.DrawFn, shape: tuple[int, ...], *, least: float) -> tuple[Any, Any]:
    """Minimum and maximum, at least so far apart."""
    low, above = draw(parameters(shape, moderate)), draw(parameters(shape, st.floats(least, 50)))
    return low, (np.array(low) + np.array(above)).tolist()


def some(shape: tuple[int, ...]) -> st.SearchStrategy[Any]:
    open_ends = st.sampled_from([(-math.inf, 0.0), (-0.0, math.inf), (0.0, -0.0)])
    return st.one_of(
        st.builds(cn.Standardize, parameters(shape, real), parameters(shape, positive)),
        ends(shape, least=0.5).map(lambda both: cn.MinMax(*both)),
        (ends(shape, least=0) | open_ends).map(lambda both: cn.Clip(*both)),
    )


def normalizers(shape: tuple[int, ...]) -> st.SearchStrategy[Any]:
    several = st.lists(some(shape), min_size=1, max_size=3).map(cn.Compose)
    return some(shape) | several | st.lists(several, min_size=1, max_size=2).map(cn.Compose)


@st.composite
def columns(draw: st.DrawFn, *, sequence: bool) -> Any:
    shape = draw(st.sampled_from(SHAPES))
    dtype = draw(st.sampled_from(["float32", "float64", "int64"]))
    default: Any = draw(st.integers(-5, 2**60) if dtype == "int64" else real)
    make: Any = cn.sequence_numeric_column if sequence else cn.numeric_column
    return make("k", shape, default, dtype, draw(normalizers(shape)))


def through_python(column: Any) -> Any:
    """The same column with a bare function, which only Python can call."""

    def bare(steps: npt.NDArray[Any]) -> Any:
        return column.normalizer_fn(steps)

    make: Any = type(column)
    return make(column.key, column.shape, column.default_value, column.dtype, bare)


def kind_of(column: Any) -> str:
    """What the record holds."""
    return "int64" if column.dtype == "int64" else "float"


@st.composite
def rows_of(draw: st.DrawFn, column: Any, *, most: int) -> list[list[list[Any]]]:
    """Rows of steps."""
    size = math.prod(column.shape)
    step = st.lists(numbers[kind_of(column)], min_size=size, max_size=size)
    return draw(st.lists(st.lists(step, max_size=most), max_size=4))


def flattened(rows: list[list[list[Any]]]) -> list[list[Any]]:
    return [[number for step in row for number in step] for row in rows]


def encoded(column: Any, rows: list[list[list[Any]]], *, buckets: bool) -> list[Any]:
    """Outcomes of encoding Examples and, for sequences, SequenceExamples: numbers or ids of buckets."""
    output = cn.indicator_column(cn.bucketized_column(column, BOUNDARIES)) if buckets else column
    encoder, kind = cn.Encoder([output], layout="jagged"), kind_of(column)
    outcomes = [
        outcome(encoder.encode_examples, [make_example({"k": (kind, row)}) for row in flattened(rows)])
    ]
    if isinstance(column, cn.columns.SequenceNumericColumn):
        lists = [make_sequence_example({}, {"k": [(kind, step) for step in row]}) for row in rows]
        outcomes.append(outcome(encoder.encode_sequence_examples, lists))
    return outcomes


def outcome(encode_records: Any, records: list[bytes]) -> Any:
    """The values of the only slot; or an error's class and words, and its place but for the column."""
    try:
        [slot] = encode_records(records).slots.values()
    except cn.errors.ColonnadeError as error:
        return type(error), error.message, error.where["key"], error.where["row"]
    return slot.values


def same(got: Any, wanted: Any) -> None:
    """Equal errors, or arrays that are equal to the bit."""
    if isinstance(got, tuple) or isinstance(wanted, tuple):
        assert got == wanted
        return
    np.testing.assert_array_equal(got, wanted, strict=True)
    assert got.tobytes() == wanted.tobytes()


def twin(column: Any, rows: list[list[list[Any]]]) -> Any:
    """All numbers, row after row; or the row that holds one beyond float32."""
    flat = flattened(rows)
    if isinstance(column, cn.columns.NumericColumn):
        wire = int if column.dtype == "int64" else np.float32
        flat = [row or list(map(wire, column.default_value)) for row in flat]
    found: list[np.float32] = []
    for index, row in enumerate(flat):
        try:
            found += normalize(row, column.normalizer_fn)
        except OverflowError as error:
            return cn.errors.NarrowingError, str(error), column.key, index
    return np.array(found, np.float32)


def check(column: Any, rows: list[list[list[Any]]]) -> None:
    assert core_steps(column.normalizer_fn) is not None
    wanted = twin(column, rows)
    for buckets in (False, True):
        in_core = encoded(column, rows, buckets=buckets)
        for got, python in zip(in_core, encoded(through_python(column), rows, buckets=buckets), strict=True):
            same(got, python)
            if isinstance(wanted, tuple):
                assert got == wanted
            elif buckets:
                assert got.ravel().tolist() == ids_of(wanted, math.prod(column.shape))
            else:
                np.testing.assert_array_equal(got.ravel(), wanted)
                assert (np.signbit(got.ravel()) == np.signbit(wanted))[~np.isnan(wanted)].all()


def ids_of(wanted: npt.NDArray[np.float32], places: int) -> list[int]:
    buckets = encode.bucketize(wanted.tolist(), BOUNDARIES)
    return [bucket + (len(BOUNDARIES) + 1) * (i % places) for i, bucket in enumerate(buckets)]


@given(st.data(), columns(sequence=True))
@settings(max_examples=200)
def test_sequences(data: st.DataObject, column: Any) -> None:
    check(column, data.draw(rows_of(column, most=4)))


@given(st.data(), columns(sequence=False))
@settings(max_examples=200)
def test_contexts(data: st.DataObject, column: Any) -> None:
    check(column, data.draw(rows_of(column, most=1)))


@pytest.mark.parametrize(
    "normalizer",
    [
        cn.Standardize(3.0, 7.0),
        cn.Standardize((1, 2, 3, 4, 5), (1, 3, 7, 11, 1.1)),
        cn.MinMax(-3.0, (4.0, 5.5, 6.0, 7.0, 8.0)),
        cn.Clip(-1e30, (1.0, 2.0, math.inf, 1e-40, 0.0)),
        cn.Compose([cn.Clip(-1e3, 1e30), cn.Standardize(0.1, 0.3), cn.MinMax(-7, 9)]),
        cn.Compose([cn.Clip(tuple(range(1000)), 1e30), cn.Standardize(0.1, tuple(range(3, 1003)))]),
    ],
)
def test_every_bit_of_a_long_row(normalizer: Any) -> None:
    """Random bits: numbers of every size, and NaNs of every kind, signalling ones too."""
    bits = np.random.default_rng(5).integers(0, 2**32, (4, 5000), np.uint32)
    bits[:, ::7] |= 0x7F800000  # every seventh is infinite or NaN
    bits[:, 1::7] &= 0x807FFFFF  # and another seventh denormal
    bits[:, 2::7] = np.arange(len(bits[0, 2::7]), dtype=np.float32).view(np.uint32)
    shape = step_shape(normalizer) or (5,)
    column = cn.sequence_numeric_column("k", shape, normalizer_fn=normalizer)
    records = [wrap(1, entry(b"k", wrap(2, wrap(1, row.astype("<u4").tobytes())))) for row in bits]
    with np.errstate(invalid="ignore"):
        python = cn.Encoder([through_python(column)]).encode_examples(records)
    for threads in (1, 4):
        same(
            cn.Encoder([column], num_threads=threads).encode_examples(records).slots["k"].values,
            python.slots["k"].values,
        )
