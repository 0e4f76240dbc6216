"""DistributedDataParallel: two processes, each with half of the rows, train as one process does."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import distributed, nn
from torch.nn.parallel import DistributedDataParallel

import colonnade as cn
from colonnade.torch import Features, concatenate_context_input, sequence_mask, to_tensors

PROCESSES, ROWS, STEPS = 2, 8, 6
HANGS_AFTER = timedelta(minutes=30)  # where one process waits for another that has ended


def groups():
    watched = cn.sequence_categorical_column_with_identity("watched", 20)
    shared = cn.shared_embeddings(
        [watched, cn.categorical_column_with_identity("item", 20)],
        dimension=4,
        shared_embedding_collection_name="items.all",
    )
    fixed = cn.embedding_column(watched, 2, name="fixed", trainable=False)
    return {"history": [shared[0], fixed, cn.sequence_numeric_column("minutes")], "candidate": [shared[1]]}


class Model(nn.Module):
    """Both groups through a linear layer, the mean of the steps that exist."""

    def __init__(self, *, sparse):
        super().__init__()
        torch.manual_seed(0)
        self.features = Features(groups(), sparse=sparse)
        self.answer = nn.Linear(sum(group.width for group in self.features.plan.groups.values()), 1)

    def forward(self, batches):
        outputs = self.features(batches)
        steps, lengths = outputs["history"]
        scores = self.answer(concatenate_context_input(outputs["candidate"], steps))
        mask = sequence_mask(lengths, scores.shape[1]).unsqueeze(-1)
        return (scores * mask).sum(1) / mask.sum(1).clamp(min=1)


def records(step):
    random = np.random.default_rng(step)
    lengths = random.integers(0, 6, ROWS)
    return [
        cn.Example(
            {
                "watched": random.integers(0, 20, length).tolist(),
                "minutes": random.random(length).tolist(),
                "item": [int(random.integers(0, 20))],
            }
        ).serialize()
        for length in lengths
    ], torch.from_numpy(random.random((ROWS, 1), np.float32))


def train(model, rows, file):
    """Some steps on these rows of every batch; parameters and last gradients go to a file."""
    encoder, optimizer = cn.Encoder(groups()), torch.optim.SGD(model.parameters(), lr=0.5)
    for step in range(STEPS):
        examples, wanted = records(step)
        encoded = encoder.encode_examples(examples[rows])
        batches = {name: to_tensors(batch) for name, batch in encoded.items()}
        optimizer.zero_grad()
        nn.functional.mse_loss(model(batches), wanted[rows]).backward()
        optimizer.step()
    torch.save(
        {
            name.removeprefix("module."): (parameter.detach(), parameter.grad)
            for name, parameter in model.named_parameters()
        },
        file,
    )


def work(rank, folder, sparse):
    """What one of the processes runs."""
    distributed.init_process_group(
        "gloo",
        init_method=(folder / "meeting").as_uri(),
        rank=rank,
        world_size=PROCESSES,
        timeout=HANGS_AFTER,
    )
    model = Model(sparse=sparse)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += rank  # all processes must begin with the parameters of the first
    share = ROWS // PROCESSES
    train(DistributedDataParallel(model), slice(rank * share, (rank + 1) * share), folder / f"{rank}.pt")
    distributed.destroy_process_group()


@pytest.mark.parametrize("sparse", [False, True])
def test_two_processes_train_as_one(sparse, tmp_path):
    command = [sys.executable, __file__, tmp_path, *(["sparse"] if sparse else [])]
    processes = [
        subprocess.Popen([*command, str(rank)], stderr=subprocess.PIPE, text=True)
        for rank in range(PROCESSES)
    ]
    try:
        for process in processes:
            _, errors = process.communicate(timeout=HANGS_AFTER.total_seconds())
            assert process.returncode == 0, errors
    finally:
        for process in processes:
            process.kill()
            process.communicate()

    alone, start = Model(sparse=sparse), dict(Model(sparse=sparse).named_parameters())
    train(alone, slice(ROWS), tmp_path / "alone.pt")
    wanted = torch.load(tmp_path / "alone.pt")
    assert len(wanted) == 4
    for rank in range(PROCESSES):
        found = torch.load(tmp_path / f"{rank}.pt")
        assert list(found) == list(wanted)
        for name, (parameter, gradient) in wanted.items():
            torch.testing.assert_close(found[name][0], parameter, rtol=0, atol=1e-6)
            assert torch.equal(parameter, start[name]) == ("fixed" in name)
            if gradient is None:
                assert found[name][1] is None
            else:
                torch.testing.assert_close(found[name][1].to_dense(), gradient.to_dense(), rtol=0, atol=1e-6)


if __name__ == "__main__":
    folder, *kind, rank = sys.argv[1:]
    work(int(rank), Path(folder), sparse=bool(kind))
