"""Slots of one value a step are [batch, time] or [batch, time, 1], as the source is; outputs are equal."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from python.adapters.contract import LENGTHS, NAMES, SINGLES, Adapter, adapters, kinds, random_tables

import colonnade as cn

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
VALUES_A_STEP = {"pair": 4}


def in_steps(key: str, row: list[Any]) -> list[list[Any]]:
    size = VALUES_A_STEP.get(key, 1)
    return [row[at : at + size] for at in range(0, len(row), size)]


def arrow() -> Any:
    return pa.table(SINGLES)


def examples() -> Any:
    return cn.serialize_examples(SINGLES)


def sequence_examples() -> Any:
    return cn.serialize_sequence_examples(
        None, {key: [in_steps(key, row) for row in rows] for key, rows in SINGLES.items()}
    )


def batches_of(encoder: cn.Encoder) -> dict[str, Any]:
    """The same history from each source."""
    return {
        "lists": encoder.encode(SINGLES),
        "Arrow": encoder.encode(arrow()),
        "Examples": encoder.encode_examples(examples()),
        "SequenceExamples": encoder.encode_sequence_examples(sequence_examples()),
        "nested lists": encoder.encode(
            {key: [in_steps(key, row) for row in rows] for key, rows in SINGLES.items()}
        ),
    }


def test_the_rank_says_what_the_source_can_hold() -> None:
    column = cn.indicator_column(cn.sequence_categorical_column_with_identity("id", 5))
    shapes = {name: batch.slots["id"].values.shape for name, batch in batches_of(cn.Encoder(column)).items()}
    assert shapes == {
        "lists": (3, 3),
        "Arrow": (3, 3),
        "Examples": (3, 3),
        "SequenceExamples": (3, 3, 1),
        "nested lists": (3, 3, 1),
    }


@pytest.mark.parametrize("name", [name for name in NAMES if name != "vocabulary file"])
@pytest.mark.parametrize("options", [{}, {"side": "left", "pad_to_multiple_of": 4}], ids=["right", "left"])
@adapters()
def test_layers_give_the_same(adapter: Adapter, name: str, options: Any) -> None:
    columns = kinds(True)[name]
    encoder = cn.Encoder(columns, **options)
    layer = adapter.module.SequenceFeatures(columns, random_tables(encoder.plan))
    outputs = {
        source: [adapter.to_numpy(each) for each in layer(batch)]
        for source, batch in batches_of(encoder).items()
    }
    output, lengths = outputs.pop("lists")
    assert lengths.tolist() == LENGTHS
    assert np.abs(output).sum() > 0
    for source, (other, other_lengths) in outputs.items():
        np.testing.assert_array_equal(other, output, err_msg=source)
        assert other_lengths.tolist() == LENGTHS, source
