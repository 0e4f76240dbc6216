"""The examples of the three API documents, only the imports differing, with recurrent layers behind them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from parity.neutral import make_table
from parity.subject import build_column, serialized
from reference.examples import make_example

from colonnade import (
    embedding_column,
    make_parse_example_spec,
    parse_example,
    sequence_categorical_column_with_hash_bucket,
    sequence_categorical_column_with_identity,
    sequence_numeric_column,
)
from colonnade.torch import SequenceFeatures, sequence_input_layer, sequence_mask

GOLDEN = Path(__file__).parents[2] / "golden/documents.json"
RECORDS = [
    make_example(
        {
            "watches": [3, 999, 0],
            "tokens": [b"omar", b"stringer", b"marlo"],
            "temperature": [21.5, 20.0, 3.0],
        }
    ),
    make_example({"watches": [7], "tokens": ["日本".encode()], "temperature": [-40.0]}),
    make_example({}),
]
# Of the words above, modulo 1000: the ends of the fingerprints that TensorFlow computes.
TOKEN_IDS = [986, 704, 591, 883]
LENGTHS = [3, 1, 0]


def check_steps(sequence_input, sequence_length, steps):
    """[3, 3, width] with these steps row after row, zeros behind them."""
    assert sequence_input.shape == (3, 3, steps.shape[-1])
    assert sequence_input.dtype == torch.float32
    assert sequence_length.dtype == torch.int64
    assert sequence_length.tolist() == LENGTHS
    mask = sequence_mask(sequence_length)
    assert mask.tolist() == [[True, True, True], [True, False, False], [False, False, False]]
    torch.testing.assert_close(sequence_input[mask], steps)
    assert not sequence_input[~mask].any()


def check_recurrent(sequence_input, sequence_length_mask):
    """A GRU over the steps: what stands behind a row's end changes nothing in it."""
    torch.manual_seed(3)
    gru = torch.nn.GRU(sequence_input.shape[-1], 6, batch_first=True)
    output, _ = gru(sequence_input)
    noise = torch.where(sequence_length_mask[..., None], sequence_input, 1e3)
    noisy, _ = gru(noise)
    assert output.shape == (3, 3, 6)
    assert torch.equal(output[sequence_length_mask], noisy[sequence_length_mask])
    output[sequence_length_mask].sum().backward()
    assert gru.weight_ih_l0.grad.abs().sum() > 0


def test_tokens():
    serialized = RECORDS
    tokens = sequence_categorical_column_with_hash_bucket("tokens", hash_bucket_size=1000)
    tokens_embedding = embedding_column(tokens, dimension=10)
    columns = [tokens_embedding]

    features = parse_example(serialized, features=make_parse_example_spec(columns))
    sequence_feature_layer = SequenceFeatures(columns)
    sequence_input, sequence_length = sequence_feature_layer(features)
    sequence_length_mask = sequence_mask(sequence_length)

    table = torch.from_numpy(sequence_feature_layer.tables()["tokens_embedding"])
    assert table.shape == (1000, 10)
    check_steps(sequence_input, sequence_length, table[TOKEN_IDS])
    check_recurrent(sequence_input, sequence_length_mask)
    gradient = sequence_feature_layer.table("tokens_embedding").grad
    assert gradient.abs().sum(1).nonzero().ravel().tolist() == sorted(TOKEN_IDS)


def test_watches():
    serialized = RECORDS
    watches = sequence_categorical_column_with_identity("watches", num_buckets=1000)
    watches_embedding = embedding_column(watches, dimension=10)
    columns = [watches_embedding]

    features = parse_example(serialized, features=make_parse_example_spec(columns))
    sequence_feature_layer = SequenceFeatures(columns)
    sequence_input, sequence_length = sequence_feature_layer(features)
    sequence_length_mask = sequence_mask(sequence_length)

    table = torch.from_numpy(sequence_feature_layer.tables()["watches_embedding"])
    check_steps(sequence_input, sequence_length, table[[3, 999, 0, 7]])
    check_recurrent(sequence_input, sequence_length_mask)


def test_temperature():
    serialized = RECORDS
    temperature = sequence_numeric_column("temperature")
    columns = [temperature]

    features = parse_example(serialized, features=make_parse_example_spec(columns))
    sequence_feature_layer = SequenceFeatures(columns)
    sequence_input, sequence_length = sequence_feature_layer(features)
    sequence_length_mask = sequence_mask(sequence_length)

    check_steps(sequence_input, sequence_length, torch.tensor([[21.5], [20.0], [3.0], [-40.0]]))
    check_recurrent(sequence_input, sequence_length_mask)


def test_the_functional_form():
    columns = [
        embedding_column(sequence_categorical_column_with_identity("watches", 1000), dimension=10),
        sequence_numeric_column("temperature"),
    ]
    features = parse_example(RECORDS, features=make_parse_example_spec(columns))
    table = torch.randn(1000, 10)

    input_layer, sequence_length = sequence_input_layer(
        features, columns, tables={"watches_embedding": table}
    )

    numbers = torch.tensor([[21.5], [20.0], [3.0], [-40.0]])
    # temperature stands before watches_embedding.
    check_steps(input_layer, sequence_length, torch.cat([numbers, table[[3, 999, 0, 7]]], 1))


def test_the_documents_normalizer():
    column = sequence_numeric_column("temperature", normalizer_fn=lambda x: (x - 3.0) / 4.2)
    features = parse_example(RECORDS, make_parse_example_spec([column]))
    sequence_input, sequence_length = SequenceFeatures([column])(features)
    check_steps(sequence_input, sequence_length, torch.tensor([[18.5], [17.0], [0.0], [-43.0]]) / 4.2)


def test_a_step_of_two_values():
    column = sequence_numeric_column("temperature", shape=(2,))
    record = make_example({"temperature": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]})
    features = parse_example([record], make_parse_example_spec([column]))
    sequence_input, sequence_length = SequenceFeatures([column])(features)
    assert sequence_input.tolist() == [[[1, 2], [3, 4], [5, 6]]]
    assert sequence_length.tolist() == [3]


@pytest.mark.parametrize(
    ("case", "tensorflow"),
    [
        pytest.param(item["case"], item["tensorflow"], id=item["case"]["name"])
        for item in json.loads(GOLDEN.read_text())
        if item["case"]["operation"] == "sequence_features"
    ],
)
@pytest.mark.parametrize("parse_first", [True, False])
def test_what_tensorflow_gives(case, tensorflow, parse_first):
    columns = [build_column(column) for column in case["columns"]]
    tables = {
        column.name: make_table(declared["table"])
        for column, declared in zip(columns, case["columns"], strict=True)
        if "table" in declared
    }
    layer = SequenceFeatures(columns, tables)
    records = serialized(case["examples"])
    if parse_first:
        features = parse_example(records, make_parse_example_spec(columns))
    else:
        features = layer._encoder.encode_examples(records)
    output, lengths = layer(features)
    assert list(output.shape) == tensorflow["output"]["shape"]
    np.testing.assert_allclose(output.detach(), tensorflow["output"]["items"], rtol=1e-5, atol=1e-6)
    assert lengths.tolist() == tensorflow["lengths"]


class TestRecurrentRecipes:
    """How rows without steps go through recurrent layers."""

    COLUMNS = (embedding_column(sequence_categorical_column_with_identity("watches", 1000), dimension=4),)

    def batch(self):
        torch.manual_seed(5)
        features = parse_example(RECORDS, make_parse_example_spec(self.COLUMNS))
        return SequenceFeatures(self.COLUMNS)(features)

    @pytest.mark.parametrize("kind", [torch.nn.GRU, torch.nn.RNN])
    def test_pack_padded_sequence_with_empty_rows(self, kind):
        sequence_input, sequence_length = self.batch()
        recurrent = kind(4, 6, batch_first=True)
        packed = torch.nn.utils.rnn.pack_padded_sequence(
            sequence_input, sequence_length.clamp(min=1), batch_first=True, enforce_sorted=False
        )
        _, state = recurrent(packed)
        state = torch.where((sequence_length > 0)[:, None], state[-1], 0)

        for row, length in enumerate(LENGTHS):
            alone = torch.zeros(6)
            if length:
                alone = recurrent(sequence_input[row : row + 1, :length])[1][0, 0]
            torch.testing.assert_close(state[row], alone)

    def test_last_step_by_mask(self):
        sequence_input, sequence_length = self.batch()
        rnn = torch.nn.RNN(4, 6, batch_first=True)
        output, _ = rnn(sequence_input)
        last = output[torch.arange(3), (sequence_length - 1).clamp(min=0)] * (sequence_length > 0)[:, None]
        for row, length in enumerate(LENGTHS[:2]):
            torch.testing.assert_close(last[row], rnn(sequence_input[row : row + 1, :length])[1][0, 0])
        assert not last[2].any()
