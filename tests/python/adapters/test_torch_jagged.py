"""Jagged outputs as nested tensors and as cu_seqlens, for attention of variable length."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from failing import failure
from torch import nn

import colonnade as cn
from colonnade.errors import ColumnValueError, FeatureTypeError
from colonnade.torch import SequenceFeatures, cu_seqlens, nested_tensor

WATCHED = cn.sequence_categorical_column_with_identity("watched", 50)
COLUMNS = [cn.embedding_column(WATCHED, 8), cn.indicator_column(WATCHED)]
ROWS = [[1, 2, 3], [], [4], [5, 6]]
ENCODER = cn.Encoder(COLUMNS, layout="jagged")


@pytest.fixture
def layer():
    torch.manual_seed(0)
    return SequenceFeatures(COLUMNS)


def test_nested(layer):
    steps, lengths = layer(ENCODER.encode({"watched": ROWS}))
    nested = nested_tensor(steps, lengths)
    assert nested.is_nested
    assert nested.layout is torch.jagged
    assert (nested.shape[0], nested.shape[2], nested.dtype) == (4, 58, torch.float32)
    assert nested.offsets().tolist() == [0, 3, 3, 4, 6]
    assert nested.values().data_ptr() == steps.data_ptr(), "no copy"
    for row, ids in zip(nested.unbind(), ROWS, strict=True):
        torch.testing.assert_close(row, layer(ENCODER.encode({"watched": [ids]}))[0])


def test_nested_to_padded(layer):
    nested = nested_tensor(*layer(ENCODER.encode({"watched": ROWS})))
    padded, _ = layer({"watched": ROWS})
    torch.testing.assert_close(nested.to_padded_tensor(0.0), padded)


def test_gradients_flow_into_the_tables(layer):
    nested_tensor(*layer(ENCODER.encode({"watched": ROWS}))).to_padded_tensor(0.0).sum().backward()
    touched = layer.table("watched_embedding").grad[:, 0]
    assert touched.nonzero().flatten().tolist() == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("rows", [[], [[]], [[], []], [[7]]])
def test_little(layer, rows):
    nested = nested_tensor(*layer(ENCODER.encode({"watched": rows})))
    assert [len(row) for row in nested.unbind()] == list(map(len, rows))


def test_a_padded_output_is_not_jagged(layer):
    failure(FeatureTypeError, lambda: nested_tensor(*layer({"watched": ROWS})), r'layout="jagged"')


@pytest.mark.parametrize("lengths", [[3, 0, 1], [3, 0, 1, 3], [-1, 7, 0, 0], [2**40]])
def test_lengths_of_another_batch(layer, lengths):
    steps, _ = layer(ENCODER.encode({"watched": ROWS}))
    failure(ColumnValueError, lambda: nested_tensor(steps, torch.tensor(lengths)), "6 steps, but the lengths")


def test_cu_seqlens(layer):
    batch = ENCODER.encode({"watched": ROWS})
    _, lengths = layer(batch)
    assert cu_seqlens(lengths).dtype == torch.int32
    assert cu_seqlens(lengths).tolist() == batch.row_splits.tolist() == [0, 3, 3, 4, 6]
    assert cu_seqlens(lengths[:0]).tolist() == [0]
    assert cu_seqlens(lengths.to("meta")).device.type == "meta"


def heads(steps, projections):
    return [linear(steps).unflatten(-1, (2, 4)).transpose(-3, -2) for linear in projections]


# Torch calls its own nested tensors a prototype, once a process.
@pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors is in prototype stage:UserWarning")
def test_attention_stays_inside_rows(layer):
    """Nested attention, attention between the borders of cu_seqlens, and masked padded attention agree."""
    projections = nn.ModuleList(nn.Linear(layer.width, 8) for _ in "qkv")
    attention = nn.functional.scaled_dot_product_attention
    steps, lengths = layer(ENCODER.encode({"watched": ROWS}))

    nested = attention(*heads(nested_tensor(steps, lengths), projections)).transpose(1, 2).values()

    borders = cu_seqlens(lengths).tolist()
    apart = [
        attention(*heads(steps[start:end], projections)).transpose(0, 1)
        for start, end in pairwise(borders)
        if start < end
    ]
    torch.testing.assert_close(nested, torch.cat(apart))

    batch = cn.Encoder(COLUMNS).encode({"watched": ROWS})
    mask = torch.from_numpy(batch.mask)
    padded, _ = layer(batch)
    together = attention(*heads(padded, projections), attn_mask=mask[:, None, None, :])
    torch.testing.assert_close(nested, together.transpose(1, 2)[mask])


# Torch looks for a gradient where there is none.
@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf:UserWarning")
def test_nested_tensors_enter_compiled_models(layer):
    torch._dynamo.reset()
    network = nn.Sequential(nn.Linear(layer.width, 8), nn.GELU())
    fast = torch.compile(network, fullgraph=True, dynamic=True, backend="aot_eager")
    for rows in (ROWS, [*ROWS, [1, 2, 3, 4]], [[1], [2, 3]]):
        nested = nested_tensor(*layer(ENCODER.encode({"watched": rows})))
        torch.testing.assert_close(fast(nested).values(), network(nested).values())
