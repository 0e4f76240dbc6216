"""Records written by the core against their slow twin, on random columns; and what protobuf reads of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from reference import example as reading
from reference import writing as twin

import colonnade as cn

KINDS: dict[str, Any] = {
    "int64": st.integers(-(2**63), 2**63 - 1) | st.integers(0, 300),
    "float32": st.floats(width=32, allow_nan=False),
    "string": st.binary(max_size=40),
}
ARROW = {"int64": pa.int64(), "float32": pa.float32(), "string": pa.binary()}
PLACES = ("features", "lists of one value", "lists")


@st.composite
def columns(draw: st.DrawFn, rows: int, place: str) -> tuple[str, list[Any]]:
    """A dtype and a value of it for each row: a list, or a list of steps."""
    dtype = draw(st.sampled_from(sorted(KINDS)))
    values = st.lists(KINDS[dtype], max_size=5)
    row = st.lists(values, max_size=4) if place == "lists" else values
    return dtype, draw(st.lists(row, min_size=rows, max_size=rows))


@st.composite
def tables(draw: st.DrawFn, rows: int, *places: str) -> dict[str, tuple[str, str, list[Any]]]:
    """Columns by key, with the place that each is for."""
    keys = draw(st.lists(st.text(max_size=4), unique=True, min_size=1, max_size=5))
    placed = [(key, draw(st.sampled_from(places))) for key in keys]
    return {key: (place, *draw(columns(rows, place))) for key, place in placed}


def held(draw: st.DrawFn, dtype: str, rows: list[Any], nested: bool) -> Any:
    """The column in one of its containers."""
    ragged = cn.Ragged.from_list(rows, dtype)
    if nested and not isinstance(ragged.values, cn.Ragged):  # no row has a step
        ragged = cn.Ragged(cn.Ragged(ragged.values, np.zeros(1, np.int64)), ragged.row_splits)
    kind = pa.list_(pa.list_(ARROW[dtype])) if nested else pa.list_(ARROW[dtype])
    makers = {"lists": lambda: rows, "ragged": lambda: ragged, "arrow": lambda: pa.array(rows, kind)}
    return makers[draw(st.sampled_from(sorted(makers)))]()


@given(st.integers(1, 5), st.data())
def test_examples_equal_the_twin(rows: int, data: st.DataObject) -> None:
    table = data.draw(tables(rows, "features"))
    given_columns = {key: held(data.draw, dtype, values, False) for key, (_, dtype, values) in table.items()}
    dtypes = {key: dtype for key, (_, dtype, _) in table.items()}
    records = cn.serialize_examples(given_columns, dtypes).to_list()
    plain = [{key: values[row] for key, (_, _, values) in table.items()} for row in range(rows)]
    assert records == [twin.example(features) for features in plain]
    assert records == [cn.Example(features).serialize() for features in plain]
    for record, features in zip(records, plain, strict=True):
        assert {key: list(values) for key, (_, values) in reading.parse(record).items()} == features


@given(st.integers(1, 4), st.data())
def test_sequence_examples_equal_the_twin(rows: int, data: st.DataObject) -> None:
    table = data.draw(tables(rows, *PLACES))
    halves: tuple[dict[str, Any], dict[str, Any]] = {}, {}
    for key, (place, dtype, values) in table.items():
        halves[place != "features"][key] = held(data.draw, dtype, values, place == "lists")
    dtypes = {key: dtype for key, (_, dtype, _) in table.items()}
    records = cn.serialize_sequence_examples(*halves, dtypes).to_list()
    for row, record in enumerate(records):
        context = {key: values[row] for key, (place, _, values) in table.items() if place == "features"}
        lists = {
            key: values[row] if place == "lists" else [[value] for value in values[row]]
            for key, (place, _, values) in table.items()
            if place != "features"
        }
        assert record == twin.sequence_example(context, lists)
        assert record == cn.SequenceExample(context, lists).serialize()
    assert len(records) == rows


@given(st.dictionaries(st.text(), st.lists(st.one_of(*(st.lists(kind) for kind in KINDS.values())))))
def test_a_sequence_example_of_steps_of_any_kinds_equals_the_twin(lists: dict[str, list[Any]]) -> None:
    assert cn.SequenceExample({}, lists).serialize() == twin.sequence_example({}, lists)
