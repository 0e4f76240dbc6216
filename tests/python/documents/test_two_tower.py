"""The example of two towers: one table, and it learns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
import two_tower

import colonnade as cn
import colonnade.numpy


@pytest.fixture(scope="module")
def trained():
    torch.set_num_threads(1)
    torch.manual_seed(0)
    model = two_tower.TwoTower()
    start = model.features.tables()["items"].copy()
    return model, start, two_tower.train(model)


def test_it_learns(trained):
    model, _, losses = trained
    assert 0.6 < losses[0] < 1.2
    assert np.mean(losses[-10:]) < 0.25
    records, liked = two_tower.make_records(1000, seed=12345)  # not seen in training
    logits = model(cn.Encoder(two_tower.GROUPS).encode_examples(records))
    assert ((logits > 0) == (liked == 1)).float().mean() > 0.9


def test_there_is_one_table(trained):
    model, start, _ = trained
    names = dict(model.named_parameters())
    assert len(names) == 3
    assert list(model.features.tables()) == ["items"]
    assert (model.features.tables()["items"] != start).any(1).all(), "every item was learned"


def test_both_towers_look_the_same_rows_up(trained):
    model, _, _ = trained
    outputs = model.features({"watched": [[7]], "item": [[7]]})
    assert torch.equal(outputs["history"][0][0, 0], outputs["candidate"][0])


def test_numpy_serves_it(trained):
    model, _, _ = trained
    records, _ = two_tower.make_records(20, seed=1)
    batches = cn.Encoder(two_tower.GROUPS).encode_examples(records)
    served = cn.numpy.Features(two_tower.GROUPS, model.features.tables())(batches)
    outputs = model.features(batches)
    for ours, theirs in (
        (served["history"][0], outputs["history"][0]),
        (served["candidate"], outputs["candidate"]),
    ):
        np.testing.assert_allclose(ours, theirs.detach(), rtol=1e-5, atol=1e-6)


def test_it_is_short():
    assert len(Path(two_tower.__file__).read_text().splitlines()) < 80
