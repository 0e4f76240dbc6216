"""The transformer of the examples: it learns, and attention stays inside each history."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import torch
import transformer

import colonnade as cn

# Torch calls its own nested tensors a prototype, once a process.
pytestmark = pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors is in:UserWarning")


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    folder = tmp_path_factory.mktemp("histories")
    for name, rows, seed in (("train", 4000, 1), ("test", 1000, 2)):
        transformer.write_records(folder / name, rows, seed)
    return folder / "train", folder / "test"


def test_it_learns(paths):
    train, test = paths
    torch.manual_seed(0)
    model = transformer.Transformer()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    with torch.no_grad():
        before = transformer.run(model, test)
    for _ in range(5):
        transformer.run(model, train, optimizer)
    with torch.no_grad():
        after = transformer.run(model, test)
    genres = cn.parse_example(list(cn.TFRecordReader(test)), {"genre": cn.FixedLenFeature((), "int64")})[
        "genre"
    ]
    majority = max(Counter(genres.tolist()).values()) / len(genres)
    assert majority < 0.25
    assert before < 0.3
    assert after > 0.9


def test_the_last_item_does_not_tell(paths):
    """What a model without attention could see: the genre of the item that was watched last."""
    spec = {"watched": cn.VarLenFeature("int64"), "genre": cn.FixedLenFeature((), "int64")}
    parsed = cn.parse_example(list(cn.TFRecordReader(paths[1])), spec)
    last = [row[-1] % transformer.GENRES for row in parsed["watched"].to_list()]
    hits = [genre == wanted for genre, wanted in zip(last, parsed["genre"].tolist(), strict=True)]
    assert sum(hits) / len(hits) < 0.4


def test_a_history_is_answered_as_if_it_were_alone(paths):
    torch.manual_seed(0)
    model = transformer.Transformer()
    records = next(iter(cn.TFRecordReader(paths[1]).batches(6)))
    together = model(transformer.encoder.encode_examples(records)["history"])
    for record, logits in zip(records, together, strict=True):
        alone = model(transformer.encoder.encode_examples([record])["history"])[0]
        torch.testing.assert_close(alone, logits, rtol=1e-4, atol=1e-5)


def test_it_is_short():
    assert len(Path(transformer.__file__).read_text().splitlines()) < 80
