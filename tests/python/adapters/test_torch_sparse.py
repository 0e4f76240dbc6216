"""sparse=True: gradients of the rows that were looked up, and the same steps of an optimizer."""

from __future__ import annotations

import pytest
import torch

import colonnade as cn
from colonnade.torch import DenseFeatures, Features, SequenceFeatures, to_tensors

WATCHED = cn.sequence_categorical_column_with_identity("watched", 50)
ITEM = cn.categorical_column_with_identity("item", 50)
SHARED = cn.shared_embeddings([WATCHED, ITEM], dimension=4, shared_embedding_collection_name="items")
LAYERS = {
    "sequence": (
        SequenceFeatures,
        [
            cn.embedding_column(WATCHED, 4, "sqrtn", max_norm=0.5),
            cn.embedding_column(WATCHED, 2, name="b"),
            cn.sequence_numeric_column("minutes"),
        ],
    ),
    "context": (DenseFeatures, [cn.embedding_column(ITEM, 4), cn.indicator_column(ITEM)]),
    "shared": (Features, {"history": [SHARED[0]], "candidate": [SHARED[1]]}),
}
OPTIMIZERS = {
    # Without momentum a row without gradient does not move, sparse or dense.
    "SGD": (torch.optim.SGD, torch.optim.SGD, {"lr": 0.1}),
    # With betas of 0 Adam has no memory, so that the same holds.
    "SparseAdam": (torch.optim.SparseAdam, torch.optim.Adam, {"lr": 0.1, "betas": (0.0, 0.0)}),
}
STEPS = [
    {"watched": [[1, 2, 2], [], [3]], "minutes": [[1.0] * 3, [], [2.0]], "item": [[2, 9], [1], []]},
    {"watched": [[3, 4], [49], [0]], "minutes": [[1.0] * 2, [3.0], [2.0]], "item": [[], [49], [0, 0]]},
    {"watched": [[], [], []], "minutes": [[], [], []], "item": [[], [], []]},
    {"watched": [[2], [5], [3]], "minutes": [[1.0], [4.0], [2.0]], "item": [[3], [5], [2]]},
]


def loss(layer, features):
    outputs = torch.utils._pytree.tree_leaves(layer(features))
    return sum((leaf - 1).square().sum() for leaf in outputs if leaf is not None and leaf.is_floating_point())


def pair(name):
    """The same layer with sparse and with dense gradients."""
    kind, columns = LAYERS[name]
    dense = kind(columns)
    return kind(columns, dense.tables(), sparse=True), dense


@pytest.mark.parametrize("layer", LAYERS)
def test_gradients(layer):
    sparse, dense = pair(layer)
    for features in STEPS:
        for each in (sparse, dense):
            each.zero_grad()
            loss(each, features).backward()
        for one, other in zip(sparse.parameters(), dense.parameters(), strict=True):
            assert (one.grad.layout, other.grad.layout) == (torch.sparse_coo, torch.strided)
            torch.testing.assert_close(one.grad.to_dense(), other.grad)


def test_a_gradient_holds_the_rows_that_were_looked_up():
    sparse, _ = pair("shared")
    loss(sparse, STEPS[1]).backward()
    [table] = sparse.parameters()
    assert table.grad.shape == (50, 4)
    assert table.grad.coalesce().indices()[0].tolist() == [0, 3, 4, 49]
    table.grad = None
    loss(sparse, {**STEPS[1], "watched": [[3, 4], [49], [3]], "item": [[], [49], []]}).backward()
    assert table.grad.coalesce().indices()[0].tolist() == [3, 4, 49], "padding is no row"


def test_a_gradient_holds_no_row_that_weighs_nothing():
    column = cn.embedding_column(cn.weighted_categorical_column(WATCHED, "minutes"), 4)
    layer = SequenceFeatures(column, sparse=True)
    nan = float("nan")
    loss(
        layer, {"watched": [[[1, 2], [3]], [[4, 5]]], "minutes": [[[0.0, 2.0], [-1.0]], [[nan, 1.0]]]}
    ).backward()
    [table] = layer.parameters()
    assert table.grad.coalesce().indices()[0].tolist() == [2, 5]


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_optimizers_step_as_with_dense_gradients(layer, optimizer):
    sparse_kind, dense_kind, options = OPTIMIZERS[optimizer]
    sparse, dense = pair(layer)
    before = sparse.tables()
    sparse_optimizer = sparse_kind(sparse.parameters(), **options)
    dense_optimizer = dense_kind(dense.parameters(), **options)
    for features in STEPS:
        for each, steps in ((sparse, sparse_optimizer), (dense, dense_optimizer)):
            steps.zero_grad()
            loss(each, features).backward()
            steps.step()
    for name, table in sparse.tables().items():
        torch.testing.assert_close(table, dense.tables()[name], rtol=1e-5, atol=1e-6)
        assert (table != before[name]).any(1).sum() >= 5


def test_a_fixed_table_has_no_gradient():
    fixed = cn.embedding_column(WATCHED, 4, trainable=False)
    layer = SequenceFeatures([fixed, cn.embedding_column(WATCHED, 2, name="b")], sparse=True)
    loss(layer, STEPS[0]).backward()
    assert layer.table("watched_embedding").grad is None


@pytest.mark.parametrize("layout", ["padded", "jagged"])
def test_several_values_a_step(layout):
    columns = [cn.embedding_column(WATCHED, 4)]
    dense = SequenceFeatures(columns)
    sparse = SequenceFeatures(columns, dense.tables(), sparse=True)
    batch = to_tensors(cn.Encoder(columns, layout=layout).encode({"watched": [[[1, 2], []], [[3, 3, 4]]]}))
    for each in (sparse, dense):
        loss(each, batch).backward()
    one, other = (each.table("watched_embedding").grad for each in (sparse, dense))
    torch.testing.assert_close(one.to_dense(), other)
