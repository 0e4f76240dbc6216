"""A GRU in JAX over log files: did this process end with a file left open?

    python examples/jax_gru.py

The logs are made up. Lengths of 1 to 60 are rounded up to 16, 32, 48 or 64: jit compiles four times.
"""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

import jax
import optax
from flax import nnx

import colonnade as cn
from colonnade.jax import SequenceFeatures, to_arrays

EVENTS = ["open", "close", "read", "write", "wait"]
event = cn.sequence_categorical_column_with_vocabulary_list("event", EVENTS)
COLUMNS = [cn.embedding_column(event, dimension=8)]
TARGET = {"left_open": cn.FixedLenFeature((), "int64")}


def write_logs(path: Path, count: int, seed: int) -> Path:
    chance = random.Random(seed)
    with cn.TFRecordWriter(path) as writer:
        for _ in range(count):
            events = chance.choices(EVENTS, k=chance.randint(1, 60))
            switches = [name for name in events if name in ("open", "close")]
            left_open = [int(switches[-1:] == ["open"])]
            writer.write(cn.Example({"event": events, "left_open": left_open}).serialize())
    return path


def batches(path: Path, size: int = 128) -> list[tuple[cn.SequenceBatch, jax.Array]]:
    """Batches of logs and labels as JAX arrays, short logs with short ones."""
    encoder, records = cn.Encoder(COLUMNS, pad_to_multiple_of=16), sorted(cn.TFRecordReader(path), key=len)
    chunks = [records[start : start + size] for start in range(0, len(records), size)]
    targets = [jax.numpy.array(cn.parse_example(chunk, TARGET)["left_open"]) for chunk in chunks]
    return [(to_arrays(encoder.encode_examples(chunks[i])), target) for i, target in enumerate(targets)]


class Watcher(nnx.Module):
    """Embedded events through a GRU; its state after the last event gives the answer."""

    def __init__(self, rngs: nnx.Rngs) -> None:
        self.features, self.answer = SequenceFeatures(COLUMNS, rngs=rngs), nnx.Linear(16, 1, rngs=rngs)
        self.rnn = nnx.RNN(nnx.GRUCell(self.features.width, 16, rngs=rngs), return_carry=True)

    def __call__(self, batch: cn.SequenceBatch) -> jax.Array:
        last_state, _ = self.rnn(self.features(batch)[0], seq_lengths=batch.lengths)
        return self.answer(last_state)[:, 0]


def loss_of(model: Watcher, batch: cn.SequenceBatch, target: jax.Array) -> jax.Array:
    return optax.sigmoid_binary_cross_entropy(model(batch), target).mean()


@nnx.jit
def step(model: Watcher, optimizer: nnx.Optimizer, batch: cn.SequenceBatch, target: jax.Array) -> None:
    print("jit compiles a step for", batch.mask.shape)  # runs when it compiles, and never again
    optimizer.update(model, nnx.grad(loss_of)(model, batch, target))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        seen = batches(write_logs(Path(folder, "seen.tfrecord"), 2048, seed=1))
        unseen = batches(write_logs(Path(folder, "unseen.tfrecord"), 512, seed=2))
    model = Watcher(nnx.Rngs(0))
    optimizer = nnx.Optimizer(model, optax.adam(0.01), wrt=nnx.Param)
    for _ in range(8):
        for batch, target in seen:
            step(model, optimizer, batch, target)
    right = sum(((model(batch) > 0) == target).mean().item() for batch, target in unseen) / len(unseen)
    print(f"right on {right:.0%} of unseen logs")
    assert right > 0.9, "it did not learn"
