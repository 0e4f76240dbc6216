"""Sequences that came padded, from arrays, lists and records, against the slow twin."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from reference import padding as twin

import colonnade as cn

IDS = cn.sequence_categorical_column_with_identity("ids", 10)
WORDS = cn.sequence_categorical_column_with_vocabulary_list("ids", ["a", "pad", "", b"\xff"])


def rows_of(values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[list[Any]]]:
    return st.lists(st.lists(values, max_size=6), min_size=1, max_size=5)


def ids_of(batch: cn.SequenceBatch[Any], slot: str) -> list[list[list[int]]]:
    """The ids of each step of each row."""
    values = batch.slots[slot].values
    values = values if values.ndim == 3 else values[:, :, None]
    return [
        [[int(value) for value in step if value >= 0] for step in row[:length]]
        for row, length in zip(values, batch.lengths, strict=True)
    ]


def check_ids(column: Any, rows: list[list[Any]], given: Any, padding: Any, number: Any) -> None:
    batch = cn.Encoder([cn.indicator_column(column)], padding_value=padding).encode({"ids": given})
    wanted = [[[number(v) for v in step] for step in twin.ids_without_padding(row, padding)] for row in rows]
    assert ids_of(batch, "ids") == wanted
    assert batch.lengths.tolist() == list(map(len, wanted))


small = st.sampled_from([0, 0, 7, 7, 3, 9])


@given(rows_of(small), st.sampled_from([0, 7]))
def test_lists_of_ids(rows: list[list[int]], padding: int) -> None:
    check_ids(IDS, rows, cn.Ragged.from_list(rows, "int64"), padding, int)
    if any(rows):
        check_ids(IDS, rows, rows, padding, int)


@given(rows_of(st.lists(small, max_size=3)), st.sampled_from([0, 7]))
def test_several_ids_a_step(rows: list[list[list[int]]], padding: int) -> None:
    inner = cn.Ragged.from_list([step for row in rows for step in row], "int64")
    splits = np.cumsum([0, *map(len, rows)])
    check_ids(IDS, rows, cn.Ragged(inner, splits), padding, int)


@given(st.integers(1, 5).flatmap(lambda n: st.lists(st.lists(small, min_size=n, max_size=n), min_size=1)))
def test_arrays_of_ids(rows: list[list[int]]) -> None:
    check_ids(IDS, rows, np.array(rows), 0, int)
    check_ids(IDS, rows, np.array(rows, np.uint8), 0, int)
    nested = [[[value] for value in row] for row in rows]
    check_ids(IDS, nested, np.array(rows)[:, :, None], 0, int)


words = st.sampled_from(["", "", "pad", "pad", "a"])


@given(rows_of(words), st.sampled_from(["", "pad"]))
def test_strings(rows: list[list[str]], padding: str) -> None:
    number = ["a", "pad", ""].index
    check_ids(WORDS, rows, cn.Ragged.from_list(rows, "string"), padding, number)


@given(rows_of(small), st.sampled_from([0, 7]))
def test_records_are_read_as_lists_are(rows: list[list[int]], padding: int) -> None:
    encoder = cn.Encoder([cn.indicator_column(IDS)], padding_value=padding)
    wanted = encoder.encode({"ids": cn.Ragged.from_list(rows, "int64")})
    examples = [cn.Example({"ids": row}).serialize() for row in rows]
    lists = [cn.SequenceExample({}, {"ids": [[v] for v in row]}).serialize() for row in rows]
    for batch in (encoder.encode_examples(examples), encoder.encode_sequence_examples(lists)):
        assert ids_of(batch, "ids") == ids_of(wanted, "ids")


@given(
    st.sampled_from([1, 2]).flatmap(
        lambda size: st.tuples(
            st.just(size),
            st.lists(
                st.lists(st.sampled_from([0.0, 0.0, 1.5, -0.0]), max_size=6).map(
                    lambda row: row[: len(row) // size * size]
                ),
                min_size=1,
                max_size=5,
            ),
        )
    )
)
def test_numbers(given_rows: tuple[int, list[list[float]]]) -> None:
    size, rows = given_rows
    column = cn.sequence_numeric_column("n", shape=(size,))
    encoder = cn.Encoder([column], padding_value=0)
    batch = encoder.encode({"n": cn.Ragged.from_list(rows, "float32")})
    wanted = [twin.numbers_without_padding(row, 0.0, size) for row in rows]
    values = batch.slots["n"].values
    assert [row[:n].tolist() for row, n in zip(values, batch.lengths, strict=True)] == wanted
    records = encoder.encode_examples([cn.Example({"n": row}).serialize() for row in rows])
    np.testing.assert_array_equal(records.slots["n"].values, values)
    np.testing.assert_array_equal(records.lengths, batch.lengths)
