"""A transformer over watch histories without a step of padding: which genre will a viewer watch next?

    python examples/transformer.py

The encoder gives jagged batches, a nested tensor keeps attention inside each row. The task is made up: the
next genre is that of the item watched longest, so that attention must look through all steps for it.
"""

from __future__ import annotations

import random
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch import Tensor, nn

import colonnade as cn
from colonnade.torch import SequenceFeatures, nested_tensor, to_tensors

ITEMS, GENRES, WIDTH, HEADS = 60, 6, 32, 4

watched = cn.sequence_categorical_column_with_identity("watched", num_buckets=ITEMS)
minutes = cn.sequence_numeric_column("minutes", normalizer_fn=cn.MinMax(0, 100))
HISTORY = [cn.embedding_column(watched, dimension=WIDTH), minutes]
encoder = cn.Encoder({"history": HISTORY, "next": cn.numeric_column("genre", dtype="int64")}, layout="jagged")


class Transformer(nn.Module):
    """One block of attention; logits are read off the last step of each history, none of which is empty."""

    def __init__(self) -> None:
        super().__init__()
        self.features = SequenceFeatures(HISTORY)
        self.enter, self.leave = nn.Linear(self.features.width, WIDTH), nn.Linear(WIDTH, GENRES)
        self.qkv = nn.ModuleList(nn.Linear(WIDTH, WIDTH) for _ in "qkv")
        self.network = nn.Sequential(nn.LayerNorm(WIDTH), nn.Linear(WIDTH, WIDTH), nn.GELU())

    def forward(self, history: cn.SequenceBatch) -> Tensor:
        steps = self.enter(nested_tensor(*self.features(history)))  # [batch, time of each row, width]
        heads = (linear(steps).unflatten(-1, (HEADS, -1)).transpose(1, 2) for linear in self.qkv)
        steps = steps + nn.functional.scaled_dot_product_attention(*heads).transpose(1, 2).flatten(-2)
        steps = steps + self.network(steps)
        return self.leave(steps.values()[steps.offsets()[1:] - 1])


def write_records(path: Path, rows: int, seed: int) -> None:
    """Histories of 1 to 30 items; item i is of genre i % GENRES."""
    chance = random.Random(seed)
    with cn.TFRecordWriter(path) as writer:
        for _ in range(rows):
            items = [chance.randrange(ITEMS) for _ in range(chance.randint(1, 30))]
            times = [chance.uniform(0, 50) for _ in items]
            times[longest := chance.randrange(len(items))] = chance.uniform(70, 100)
            features = {"watched": items, "minutes": times, "genre": items[longest] % GENRES}
            writer.write(cn.Example(features).serialize())


def run(model: Transformer, path: Path, optimizer: torch.optim.Optimizer | None = None) -> float:
    """One pass over a file, training if there is an optimizer; the accuracy on the way."""
    hits = []
    for records in cn.TFRecordReader(path).batches(128):
        batches = encoder.encode_examples(records)
        genre = to_tensors(batches["next"]).slots["genre"].values[:, 0].long()
        logits = model(batches["history"])
        if optimizer is not None:
            optimizer.zero_grad()
            nn.functional.cross_entropy(logits, genre).backward()
            optimizer.step()
        hits.append(logits.argmax(1) == genre)
    return torch.cat(hits).float().mean().item()


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        write_records(path := Path(folder, "histories.tfrecord"), rows=4000, seed=0)
        optimizer = torch.optim.Adam((model := Transformer()).parameters(), lr=0.005)
        for epoch in range(5):
            print(f"epoch {epoch}: accuracy {run(model, path, optimizer):.2f}")
