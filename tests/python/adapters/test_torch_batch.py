"""Batches of tensors: to a device, into pinned memory, through a DataLoader."""

from __future__ import annotations

import gc
import pickle
import subprocess
import sys

import numpy as np
import pytest
import torch
from failing import failure
from torch.utils.data import DataLoader

import colonnade as cn
from colonnade.errors import FeatureTypeError
from colonnade.torch import Features, SequenceFeatures, to_tensors

WATCHED = cn.sequence_categorical_column_with_identity("watched", 50)
SCORED = cn.weighted_categorical_column(WATCHED.categorical_column, "score")
COLUMNS = [cn.embedding_column(WATCHED, 4), cn.sequence_numeric_column("minutes")]
FEATURES = {"watched": [[1, 2], [], [3]], "minutes": [[1.0, 2.0], [], [3.0]]}
RECORDS = [cn.Example({"watched": [row] * row, "minutes": [0.5] * row}).serialize() for row in range(1, 11)]


def leaves(batch):
    found = []
    batch.map(found.append)
    return found


def full_batch():
    """A batch with every kind of leaf: weights, step splits, row splits."""
    slot = cn.Slot(torch.tensor([1, 2, 3]), torch.tensor([0.5, 1.0, 2.0]), torch.tensor([0, 2, 3]))
    return cn.SequenceBatch({"a": slot}, torch.tensor([1, 1]), None, torch.tensor([0, 1, 2]))


@pytest.mark.parametrize("layout", ["padded", "jagged"])
def test_to_moves_every_leaf(layout):
    batch = to_tensors(cn.Encoder(COLUMNS, layout=layout).encode(FEATURES))
    for each in (batch, full_batch()):
        moved = each.to("meta", non_blocking=True)
        assert type(moved) is cn.SequenceBatch
        assert [(leaf.device.type, leaf.dtype, leaf.shape) for leaf in leaves(moved)] == [
            ("meta", leaf.dtype, leaf.shape) for leaf in leaves(each)
        ]
        assert {leaf.device.type for leaf in leaves(each)} == {"cpu"}


def test_to_the_same_device_copies_nothing():
    batch = to_tensors(cn.Encoder(COLUMNS).encode(FEATURES))
    for here, there in zip(leaves(batch), leaves(batch.to(torch.device("cpu"))), strict=True):
        assert here is there


def test_to_takes_no_dtype():
    # Ids would become floats.
    with pytest.raises(TypeError):
        to_tensors(cn.Encoder(COLUMNS).encode(FEATURES)).to(torch.float16)


def test_a_moved_batch_feeds_a_moved_layer():
    batch = to_tensors(cn.Encoder(COLUMNS).encode(FEATURES)).to("meta")
    output, lengths = SequenceFeatures(COLUMNS).to("meta")(batch)
    assert (output.device.type, lengths.device.type, output.shape) == ("meta", "meta", (3, 2, 5))


def test_pin_memory_does_what_torch_does():
    """All leaves in pinned memory where there is an accelerator, torch's own error where there is none."""
    batch = full_batch()
    if torch.accelerator.is_available():
        assert all(leaf.is_pinned() for leaf in leaves(batch.pin_memory()))
        return
    with pytest.raises(RuntimeError) as of_a_tensor:
        torch.ones(2).pin_memory()
    with pytest.raises(RuntimeError) as of_a_batch:
        batch.pin_memory()
    assert str(of_a_batch.value) == str(of_a_tensor.value)


class PinsItself(torch.Tensor):
    """A tensor that remembers that it was pinned, for machines without an accelerator."""

    def pin_memory(self):
        pinned = self.clone().as_subclass(PinsItself)
        pinned.was_pinned = True
        return pinned


def test_pin_memory_reaches_every_leaf():
    batch = full_batch().map(lambda leaf: leaf.as_subclass(PinsItself))
    pinned = batch.pin_memory()
    assert len(leaves(pinned)) == 5
    assert all(leaf.was_pinned for leaf in leaves(pinned))
    assert [leaf.tolist() for leaf in leaves(pinned)] == [leaf.tolist() for leaf in leaves(batch)]


def test_a_data_loader_pins_batches_by_their_own_method():
    pin = torch.utils.data._utils.pin_memory.pin_memory
    groups = {"a": full_batch().map(lambda leaf: leaf.as_subclass(PinsItself))}
    assert all(leaf.was_pinned for leaf in leaves(pin(groups)["a"]))


@pytest.mark.parametrize("move", [lambda batch: batch.to("cpu"), lambda batch: batch.pin_memory()])
def test_arrays_do_not_move(move):
    batch = cn.Encoder(COLUMNS).encode(FEATURES)
    failure(FeatureTypeError, lambda: move(batch), "holds ndarray; colonnade.torch.to_tensors")


class Collate:
    """Records to tensors, in the loader or in its workers; the encoder compiles its plan anew there."""

    def __init__(self, columns):
        self.encoder = cn.Encoder(columns)

    def __call__(self, records):
        encoded = self.encoder.encode_examples(records)
        if isinstance(encoded, dict):
            return {name: to_tensors(batch) for name, batch in encoded.items()}
        return to_tensors(encoded)


# Torch says so where there is no accelerator, and then pins nothing.
@pytest.mark.filterwarnings("ignore:'pin_memory' argument is set as true but no accelerator:UserWarning")
def test_data_loader():
    loader = DataLoader(RECORDS, 4, collate_fn=Collate(COLUMNS), pin_memory=True)
    layer, lengths = SequenceFeatures(COLUMNS), []
    for batch in loader:
        assert isinstance(batch, cn.SequenceBatch)
        assert all(leaf.is_pinned() == torch.accelerator.is_available() for leaf in leaves(batch))
        output, sequence_length = layer(batch.to("cpu", non_blocking=True))
        assert output.shape == (len(sequence_length), max(sequence_length), 5)
        lengths += sequence_length.tolist()
    assert lengths == list(range(1, 11))


WORKERS = """
import torch, colonnade as cn
from colonnade.torch import to_tensors

encoder = cn.Encoder([cn.sequence_numeric_column("minutes")], layout="jagged")
records = [cn.Example({"minutes": [0.5] * row}).serialize() for row in range(1, 11)]
loader = torch.utils.data.DataLoader(
    records, 4, collate_fn=lambda records: to_tensors(encoder.encode_examples(records)), num_workers=2
)
print([batch.to("cpu").lengths.tolist() for batch in loader])
"""


def test_workers_of_a_data_loader_hand_batches_over():
    # In a process of its own, for workers are forks, and this process may have threads.
    done = subprocess.run([sys.executable, "-c", WORKERS], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[[1, 2, 3, 4], [5, 6, 7, 8], [9, 10]]", done.stderr


def test_data_loader_with_groups():
    groups = {"history": COLUMNS, "context": [cn.numeric_column("age")]}
    records = [cn.Example({"watched": [1], "minutes": [2.0], "age": [30.0]}).serialize()] * 5
    [batches] = DataLoader(records, 5, collate_fn=Collate(groups))
    outputs = Features(groups)(batches)
    assert outputs["context"].tolist() == [[30.0]] * 5


def test_tensors_keep_the_memory_of_a_batch_alive():
    encoder = cn.Encoder(COLUMNS)
    values = to_tensors(encoder.encode(FEATURES)).slots["watched"].values
    gc.collect()
    for _ in range(20):
        encoder.encode({"watched": [[9] * 2] * 3, "minutes": [[0.0] * 2] * 3})
    assert values.tolist() == [[1, 2], [-1, -1], [3, -1]]


def test_batches_of_tensors_are_pickled():
    batch = full_batch()
    again = pickle.loads(pickle.dumps(batch))
    for one, other in zip(leaves(batch), leaves(again), strict=True):
        np.testing.assert_array_equal(one, other)
