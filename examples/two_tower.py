"""Two towers that share one item table: who watched these items, will they like that one?

    python examples/two_tower.py

The history (a sequence) and the candidate (a context) look up the same rows. The task is made up: items come
in hidden kinds, a user watches items of one kind, and likes a candidate if it is of the same kind.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

import colonnade as cn
from colonnade.torch import Features

ITEMS, KINDS, WIDTH = 60, 6, 16

history, candidate = cn.shared_embeddings(
    [
        cn.sequence_categorical_column_with_identity("watched", num_buckets=ITEMS),
        cn.categorical_column_with_identity("item", num_buckets=ITEMS),
    ],
    dimension=WIDTH,
    shared_embedding_collection_name="items",
)
GROUPS = {"history": [history], "candidate": [candidate]}


class TwoTower(nn.Module):
    """The mean of the watched items' rows, through a layer, against the candidate's row."""

    def __init__(self) -> None:
        super().__init__()
        self.features = Features(GROUPS)
        self.user = nn.Linear(WIDTH, WIDTH)

    def forward(self, batches: dict[str, cn.SequenceBatch]) -> Tensor:
        outputs = self.features(batches)
        (steps, lengths), item = outputs["history"], outputs["candidate"]
        mean = steps.sum(1) / lengths.clamp(min=1).unsqueeze(-1)  # padding is all zeros
        return (self.user(mean) * item).sum(-1)


def make_records(rows: int, seed: int) -> tuple[list[bytes], Tensor]:
    """Examples with histories of 1 to 8 items, and whether each candidate is liked."""
    random = torch.Generator().manual_seed(seed)

    def below(limit: int, *shape: int) -> Tensor:
        return torch.randint(limit, shape, generator=random)

    kinds, liked = below(KINDS, rows), below(2, rows)
    other = (kinds + 1 + below(KINDS - 1, rows)) % KINDS
    items = below(ITEMS // KINDS, rows) * KINDS + torch.where(liked == 1, kinds, other)
    records = []
    for kind, item in zip(kinds.tolist(), items.tolist(), strict=True):
        watched = below(ITEMS // KINDS, int(below(8)) + 1) * KINDS + kind
        records.append(cn.Example({"watched": watched.tolist(), "item": [item]}).serialize())
    return records, liked.float()


def train(model: TwoTower, steps: int = 80) -> list[float]:
    """The loss of every step, each on new records."""
    encoder = cn.Encoder(GROUPS)
    optimizer, losses = torch.optim.Adam(model.parameters(), lr=0.02), []
    for step in range(steps):
        records, liked = make_records(256, seed=step)
        loss = nn.functional.binary_cross_entropy_with_logits(model(encoder.encode_examples(records)), liked)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


if __name__ == "__main__":
    torch.manual_seed(0)
    first, *_, last = train(TwoTower())
    print(f"loss {first:.3f} at first, {last:.3f} at last")
