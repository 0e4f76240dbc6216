"""Columns that share one table, between sequences and contexts."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from failing import refusal

import colonnade as cn
import colonnade.numpy
import colonnade.torch
from colonnade.errors import ColumnTypeError, ColumnValueError, DuplicateNameError

HISTORY = cn.sequence_categorical_column_with_identity("watched", 4)
ITEM = cn.categorical_column_with_identity("item", 4)
TABLE = np.arange(8, dtype=np.float32).reshape(4, 2)


def groups(**arguments):
    history, item = cn.shared_embeddings([HISTORY, ITEM], 2, **arguments)
    return {"history": [history], "item": [item]}


def test_names():
    history, item = cn.shared_embeddings([HISTORY, ITEM], 2)
    assert (history.name, item.name) == ("watched_shared_embedding", "item_shared_embedding")
    assert history.table == item.table == "item_watched_shared_embedding"
    assert {column.table for column in cn.shared_embeddings([HISTORY, ITEM], 2, "sum", None, "items")} == {
        "items"
    }
    assert history == cn.shared_embeddings([HISTORY, ITEM], 2)[0]


@pytest.mark.parametrize("module", [cn.numpy, cn.torch])
def test_one_table(module):
    layer = module.Features(groups(), {"item_watched_shared_embedding": TABLE})
    assert list(layer.tables()) == ["item_watched_shared_embedding"]
    outputs = layer({"watched": [[1, 3], []], "item": [[3], [0, 1]]})
    assert outputs["history"][0].tolist() == [[[2, 3], [6, 7]], [[0, 0], [0, 0]]]
    assert outputs["item"].tolist() == [[6, 7], [1, 2]]


def test_gradients_of_both_meet():
    layer = cn.torch.Features(groups(), {"item_watched_shared_embedding": TABLE})
    [parameter] = layer.parameters()
    outputs = layer({"watched": [[1, 3]], "item": [[3]]})
    (outputs["history"][0].sum() + outputs["item"].sum()).backward()
    assert torch.equal(parameter.grad[:, 0], torch.tensor([0.0, 1, 0, 2]))


def test_weighted_and_not():
    weighted = cn.weighted_categorical_column(HISTORY, "w")
    history, item = cn.shared_embeddings([weighted, ITEM], 2)
    assert history.name == "watched_weighted_by_w_shared_embedding"
    layer = cn.numpy.Features({"h": [history], "i": [item]}, {history.table: TABLE})
    outputs = layer({"watched": [[[1, 3]]], "w": [[[1.0, 3.0]]], "item": [[2]]})
    assert outputs["h"][0].tolist() == [[[5, 6]]]


def test_in_one_group():
    other = cn.sequence_categorical_column_with_identity("other", 4)
    columns = cn.shared_embeddings([HISTORY, other], 2)
    layer = cn.numpy.SequenceFeatures(columns, {columns[0].table: TABLE})
    assert layer({"watched": [[1]], "other": [[3]]})[0].tolist() == [[[6, 7, 2, 3]]]


def test_two_tables_of_one_name():
    one = cn.shared_embeddings([HISTORY], 2, shared_embedding_collection_name="items")
    other = cn.shared_embeddings([ITEM], 3, shared_embedding_collection_name="items")
    refusal(DuplicateNameError, lambda: cn.Encoder({"h": one, "i": other}), "different tables of this name")


def test_a_column_twice():
    refusal(
        DuplicateNameError,
        lambda: cn.Encoder(cn.shared_embeddings([ITEM, ITEM], 2)),
        "two columns of this name",
    )


@pytest.mark.parametrize("columns", [ITEM, [], (), None, "ab", {ITEM}])
def test_no_lists(columns):
    refusal(ColumnTypeError, lambda: cn.shared_embeddings(columns, 2), "needs a list of categorical columns")


@pytest.mark.parametrize("other", [cn.numeric_column("n"), "item", cn.embedding_column(ITEM, 2)])
def test_columns_that_are_not_categorical(other):
    refusal(ColumnTypeError, lambda: cn.shared_embeddings([ITEM, other], 2), "needs a categorical column")


@pytest.mark.parametrize(
    "other", [cn.categorical_column_with_identity("b", 5), cn.categorical_column_with_hash_bucket("b", 4)]
)
def test_other_classes_and_sizes(other):
    refusal(ColumnValueError, lambda: cn.shared_embeddings([ITEM, other], 2), "one class and size")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"dimension": 0}, ColumnValueError, "dimension must be at least 1"),
        ({"combiner": "max"}, ColumnValueError, "combiner must be one of"),
        ({"max_norm": 0.0}, ColumnValueError, "max_norm must be greater than 0"),
        ({"initializer": 3}, ColumnTypeError, "initializer must be callable"),
        ({"shared_embedding_collection_name": ""}, ColumnTypeError, "name must be a non-empty str"),
        ({"ckpt_to_load_from": "x"}, ColumnValueError, "checkpoints are not read here"),
    ],
)
def test_arguments(arguments, error, message):
    refusal(error, lambda: cn.shared_embeddings([ITEM], **{"dimension": 2, **arguments}), message)
