"""Sequences that came padded: what is left out, what stays, and what stays in step with it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from failing import refusal

import colonnade as cn
from colonnade.errors import ColumnTypeError, ColumnValueError, IdOutOfRangeError, WeightsError

ITEMS = cn.sequence_categorical_column_with_identity("items", 10)
COLUMN = cn.embedding_column(ITEMS, 2)
LEFT = [[0, 0, 7, 9], [0, 0, 0, 3]]


def encoded(given: Any, columns: Any = COLUMN, padding: Any = 0, **features: Any) -> Any:
    return cn.Encoder(columns, padding_value=padding).encode({"items": given, **features})


@pytest.mark.parametrize("given", [LEFT, np.array(LEFT), torch.tensor(LEFT), np.array(LEFT, np.uint16)])
def test_left_padding(given: Any) -> None:
    batch = encoded(given)
    assert batch.lengths.tolist() == [2, 1]
    assert batch.slots["items"].values.tolist() == [[7, 9], [3, -1]]


def test_right_padding_and_both() -> None:
    assert encoded([[7, 9, 0], [0, 3, 0], [0, 0, 0], []]).lengths.tolist() == [2, 1, 0, 0]


def test_between_ids_it_is_a_step_without_an_id() -> None:
    batch = encoded([[0, 7, 0, 9, 0]])
    assert batch.slots["items"].values.tolist() == [[7, -1, 9]]
    assert batch.lengths.tolist() == [3]


def test_what_was_absent_in_arrays_still_is() -> None:
    assert encoded(np.array([[-1, 0, 7, -1]])).slots["items"].values.tolist() == [[7]]
    refusal(IdOutOfRangeError, lambda: encoded([[0, 7, -1]]), "in a dense array -1 is absent")


def test_contexts_are_left_alone() -> None:
    sex = cn.indicator_column(cn.categorical_column_with_identity("sex", 2))
    batches = encoded([[0, 7], [8, 0]], {"items": [COLUMN], "user": [sex]}, sex=[0, 1])
    assert batches["user"].slots["sex"].values.tolist() == [[0], [1]]
    assert batches["items"].lengths.tolist() == [1, 1]


def test_numbers_between_others_are_numbers() -> None:
    price = cn.sequence_numeric_column("price")
    batch = encoded([[0, 4, 5, 6]], [COLUMN, price], price=[[0.0, 1.5, 0.0, 2.5]])
    assert batch.slots["price"].values.tolist() == [[[1.5], [0.0], [2.5]]]
    assert batch.lengths.tolist() == [3]


def test_nan_pads_numbers() -> None:
    price = cn.sequence_numeric_column("items")
    batch = encoded([[np.nan, 1.5], [2.5, np.nan]], [price], padding=np.nan)
    assert batch.slots["items"].values.tolist() == [[[1.5]], [[2.5]]]


def test_weights_go_with_their_ids() -> None:
    weighted = cn.embedding_column(cn.weighted_categorical_column(ITEMS, "w"), 2)
    for wrap in (list, np.array):
        batch = encoded(wrap([[0, 7, 0, 9]]), weighted, w=wrap([[0.0, 0.5, 3.0, 0.25]]))
        slot = batch.slots["items_weighted_by_w"]
        assert slot.values.tolist() == [[7, -1, 9]]
        assert slot.weights.tolist() == [[0.5, 3.0, 0.25]]
    refusal(WeightsError, lambda: encoded([[0, 7, 9]], weighted, w=[[0.5]]), "1 weights for 2 ids")


def test_crosses() -> None:
    cross = [cn.indicator_column(cn.crossed_column([ITEMS, "days"], 1000, name="both"))]
    [padded] = encoded([[0, 7, 0, 9]], cross, days=[[0, 1, 2, 3]]).slots.values()
    [alone] = cn.Encoder(cross).encode({"items": [[[7], [], [9]]], "days": [[[1], [2], [3]]]}).slots.values()
    assert padded.values.tolist() == alone.values.tolist()


def test_records_of_both_kinds() -> None:
    encoder = cn.Encoder(COLUMN, padding_value=0)
    example = cn.Example({"items": [0, 0, 7, 9]}).serialize()
    sequence = cn.SequenceExample({}, {"items": [[0], [7, 0, 9], [0]]}).serialize()
    assert encoder.encode_examples([example]).slots["items"].values.tolist() == [[7, 9]]
    assert encoder.encode_sequence_examples([sequence]).slots["items"].values.tolist() == [[[7, 9]]]


@pytest.mark.parametrize(
    ("value", "kind", "words"),
    [
        (True, ColumnTypeError, "padding_value must be a number or a string, got bool True"),
        ([0], ColumnTypeError, "padding_value must be a number, got list"),
        (10**40, ColumnValueError, "padding_value must fit float32"),
        ("\ud800", ColumnValueError, "padding_value must be valid Unicode"),
    ],
)
def test_what_cannot_pad(value: Any, kind: type[Exception], words: str) -> None:
    refusal(kind, lambda: cn.Encoder(COLUMN, padding_value=value), words)
