"""torch.compile of whole models on batches: one graph, few compilations, the numbers of eager mode."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from python.adapters.torch_models import Pooled, Recurrent
from torch import nn
from torch._dynamo.testing import CompileCounterWithBackend

import colonnade as cn
from colonnade.torch import (
    DenseFeatures,
    SequenceFeatures,
    to_tensors,
)

WATCHED = cn.sequence_categorical_column_with_identity("watched", 50)
COUNTRY = cn.categorical_column_with_identity("country", 9)
STEPS = [
    cn.embedding_column(WATCHED, 4, max_norm=1.0),
    cn.embedding_column(WATCHED, 3, "sqrtn", name="item.id/2"),
    cn.indicator_column(WATCHED),
    cn.sequence_numeric_column("minutes", shape=(2,)),
]
CONTEXT = [cn.embedding_column(COUNTRY, 4), cn.indicator_column(COUNTRY)]
GROUPS = {"steps": STEPS, "context": CONTEXT}
IDS = [cn.embedding_column(WATCHED, 4), cn.indicator_column(WATCHED)]
# No two sizes of the first batch are equal, for torch would take them to be equal in all batches.
SIZES = [(6, 8), (9, 8), (9, 5), (4, 11), (5, 13), (7, 4)]


@pytest.fixture(autouse=True)
def fresh_dynamo():
    torch.manual_seed(0)
    torch._dynamo.reset()
    yield
    torch._dynamo.reset()


def features(rows, steps, *, several=False):
    """Random histories, the first of them with `steps` steps."""
    random = np.random.default_rng(100 * rows + steps)
    lengths = [steps, *random.integers(0, steps + 1, rows - 1)]
    watched = [random.integers(0, 50, (length, 3)) for length in lengths]
    return {
        "watched": [
            [step[: place % 4].tolist() if several else int(step[0]) for place, step in enumerate(row)]
            for row in watched
        ],
        "minutes": [random.random(2 * length).tolist() for length in lengths],
        "country": [random.integers(0, 9, 1 + row % 3).tolist() for row in range(rows)],
    }


class Linear(nn.Module):
    """A linear layer over the steps."""

    def __init__(self):
        super().__init__()
        self.features = SequenceFeatures(IDS)
        self.linear = nn.Linear(self.features.width, 6)

    def forward(self, batch):
        steps, lengths = self.features(batch)
        return self.linear(steps).sum(1), lengths


def tensors(encoded):
    if isinstance(encoded, dict):
        return {name: to_tensors(batch) for name, batch in encoded.items()}
    return to_tensors(encoded)


def compiled(model, backend="aot_eager", **options):
    counter = CompileCounterWithBackend(backend)
    return torch.compile(model, fullgraph=True, backend=counter, **options), counter


def check_equal(model, fast, batch):
    """Equal outputs, and equal gradients of every parameter."""
    results = []
    for run in (model, fast):
        model.zero_grad()
        output = run(batch)
        leaves = [leaf for leaf in torch.utils._pytree.tree_leaves(output) if leaf is not None]
        sum(leaf.square().sum() for leaf in leaves if leaf.is_floating_point()).backward()
        results.append((leaves, [parameter.grad.clone() for parameter in model.parameters()]))
    torch.testing.assert_close(results[1], results[0], rtol=1e-5, atol=1e-6)


CASES = {
    "groups": (lambda: Pooled(GROUPS), cn.Encoder(GROUPS), {}),
    "sequence": (lambda: SequenceFeatures(STEPS), cn.Encoder(STEPS), {}),
    "left": (lambda: SequenceFeatures(STEPS), cn.Encoder(STEPS, side="left", max_length=7), {}),
    "jagged": (lambda: SequenceFeatures(STEPS), cn.Encoder(STEPS, layout="jagged"), {}),
    "context": (lambda: DenseFeatures(CONTEXT), cn.Encoder(CONTEXT), {}),
    "several": (lambda: SequenceFeatures(IDS), cn.Encoder(IDS), {"several": True}),
    "several jagged": (
        lambda: SequenceFeatures(IDS),
        cn.Encoder(IDS, layout="jagged"),
        {"several": True},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_one_compilation_for_all_sizes(case):
    make, encoder, options = CASES[case]
    model = make()
    fast, counter = compiled(model, dynamic=True)
    for rows, steps in SIZES:
        check_equal(model, fast, tensors(encoder.encode(features(rows, steps, **options))))
    assert counter.frame_count == 1


def test_without_a_hint_sizes_become_dynamic_when_they_change():
    model, encoder = Linear(), cn.Encoder(IDS)
    fast, counter = compiled(model)
    for rows, steps in SIZES:
        check_equal(model, fast, to_tensors(encoder.encode(features(rows, steps))))
    assert counter.frame_count == 3  # fixed, then rows, then steps


def test_sizes_of_nought_and_one():
    # Torch compiles a size of 0 or of 1 anew: three kinds of rows, three of steps.
    model, encoder = Linear(), cn.Encoder(IDS)
    fast, counter = compiled(model, dynamic=True)
    for rows, steps in [(6, 8), (1, 5), (5, 1), (4, 0), (1, 1), (1, 0), (2, 3), (1, 9), (7, 0)]:
        check_equal(model, fast, to_tensors(encoder.encode(features(rows, steps))))
    assert counter.frame_count <= 6


def test_a_batch_of_arrays():
    model, encoder = Linear(), cn.Encoder(IDS)
    fast, counter = compiled(model, dynamic=True)
    for rows, steps in SIZES:
        check_equal(model, fast, encoder.encode(features(rows, steps)))
    assert counter.frame_count == 1


@torch._dynamo.config.patch(allow_rnn=True)
def test_a_gru_compiles_for_each_padded_time():
    # Torch unrolls a GRU in time, so time is rounded up; rows stay free.
    model, encoder = Recurrent(IDS), cn.Encoder(IDS, max_length=4, pad_to_multiple_of=2)
    fast, counter = compiled(model, dynamic=True)
    for rows, steps in [(6, 3), (6, 2)]:
        check_equal(model, fast, to_tensors(encoder.encode(features(rows, steps))))
    compilations = counter.frame_count
    for rows, steps in [(5, 4), (7, 1), (9, 2), (8, 11), (3, 5)]:
        check_equal(model, fast, to_tensors(encoder.encode(features(rows, steps))))
    assert counter.frame_count == compilations <= 4


def test_a_gru_needs_torchs_permission():
    fast, _ = compiled(Recurrent(IDS))
    with pytest.raises(torch._dynamo.exc.Unsupported, match="allow_rnn"):
        fast(to_tensors(cn.Encoder(IDS).encode(features(3, 4))))


@pytest.mark.filterwarnings("ignore:`torch.jit.script_method` is deprecated:DeprecationWarning")
def test_inductor():
    """The compiler that users get by default, C++ on a CPU; forward and backward."""
    model, encoder = Linear(), cn.Encoder(IDS)
    fast, counter = compiled(model, "inductor", dynamic=True)
    for rows, steps in SIZES:
        check_equal(model, fast, to_tensors(encoder.encode(features(rows, steps))))
    assert counter.frame_count == 1
