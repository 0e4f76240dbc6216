"""What JAX holds without a copy, against reuse of the pool's buffers, writes, donation and threads."""

from __future__ import annotations

import dataclasses
import gc
import random
import zlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import colonnade as cn
from colonnade import _core
from colonnade._core import is_pooled
from colonnade._layers.handover import ALIGNMENT, aligned_empty
from colonnade.jax import SequenceFeatures, to_arrays

IDENTITY = cn.sequence_categorical_column_with_identity("ids", 10_000)
COLUMNS = [
    cn.embedding_column(cn.weighted_categorical_column(IDENTITY, "weight"), 4),
    cn.sequence_numeric_column("price", shape=(4,)),
]


def features(seed: int, rows: int = 40, most: int = 60) -> dict[str, Any]:
    chance = np.random.default_rng(seed)
    lengths = chance.integers(0, most, rows)
    return {
        "ids": [chance.integers(0, 10_000, length) for length in lengths],
        "weight": [chance.random(length, np.float32) for length in lengths],
        "price": [chance.random(4 * length, np.float32) for length in lengths],
    }


def leaves(batch: Any) -> list[Any]:
    found: list[Any] = []
    batch.map(found.append)
    return found


def pointer(array: Any) -> int:
    return array.ctypes.data if isinstance(array, np.ndarray) else array.unsafe_buffer_pointer()


def checksum(array: Any) -> int:
    return zlib.crc32(np.ascontiguousarray(array))


def test_floats_and_masks_are_not_copied_and_ids_once(monkeypatch: pytest.MonkeyPatch) -> None:
    narrowed: list[int] = []

    def empty(*arguments: Any) -> Any:
        array = aligned_empty(*arguments)
        narrowed.append(pointer(array))
        return array

    monkeypatch.setattr("colonnade._layers.int32.aligned_empty", empty)
    batch = cn.Encoder(COLUMNS).encode(features(0, rows=200))  # every array beyond the pool's smallest buffer
    batch = dataclasses.replace(batch, lengths=None)
    given = to_arrays(batch)
    for one, other in zip(leaves(batch), leaves(given), strict=True):
        np.testing.assert_array_equal(one, other)
        wide = one.dtype == np.int64
        assert other.dtype == (jnp.int32 if wide else one.dtype)
        assert pointer(other) == (narrowed.pop(0) if wide else pointer(one))
    assert narrowed == []


def test_what_jax_holds_cannot_be_written_to() -> None:
    batch = cn.Encoder(COLUMNS).encode(features(0))
    to_arrays(batch)
    for array in leaves(batch):
        if array.dtype != np.int64:
            with pytest.raises(ValueError, match="read-only"):
                array[...] = 0


def test_arrays_of_others_are_copied() -> None:
    batch = cn.Encoder(COLUMNS).encode(features(0))

    def mine(array: Any) -> Any:
        copy = aligned_empty(array.shape, np.int32 if array.dtype == np.int64 else array.dtype)
        copy[...] = array
        return copy

    own = batch.map(mine)
    given = to_arrays(own)
    before = list(map(checksum, leaves(given)))
    for array, handed in zip(leaves(own), leaves(given), strict=True):
        assert not is_pooled(array)
        assert pointer(array) != pointer(handed)
        array[...] = 0
    assert list(map(checksum, leaves(given))) == before


def test_no_output_changes_and_all_memory_comes_back() -> None:
    """Random lifetimes of arrays, views and what was computed, while the pool hands out again."""
    encoder, chance = cn.Encoder(COLUMNS), random.Random(1)
    every = [features(seed, chance.randrange(1, 60)) for seed in range(12)]
    compute = jax.jit(lambda array: array * 2 if array.dtype != bool else ~array)
    held: list[tuple[Any, int]] = []
    aliased, before = 0, _core.pool_stats()
    gc.collect()
    for _ in range(300):
        batch = encoder.encode(chance.choice(every))
        sources = leaves(batch)
        found = leaves(to_arrays(batch))
        aliased += sum(pointer(one) == pointer(other) for one, other in zip(sources, found, strict=True))
        kept = chance.sample(found, chance.randrange(len(found) + 1))
        for array in kept:
            wanted = np.array(array)
            made = chance.choice(["itself", "computed", "view", "slice"])
            if made == "computed":  # dispatched, and its input dropped at once
                held.append((compute(array), checksum(wanted * 2 if wanted.dtype != bool else ~wanted)))
            elif made == "view":
                held.append((np.asarray(array), checksum(wanted)))
            else:
                half = len(wanted) // 2 if made == "slice" else 0
                held.append((array[half:] if half else array, checksum(wanted[half:])))
        del batch, sources, found, kept
        while len(held) > 30:
            del held[chance.randrange(len(held))]
        encoder.encode(chance.choice(every))  # takes what is free, and gives it back
        for array, expected in held:
            assert checksum(array) == expected
    assert aliased > 500
    assert _core.pool_stats()["reused"] - before["reused"] > 1000
    del array
    held.clear()
    gc.collect()
    assert _core.pool_stats()["leased_bytes"] <= before["leased_bytes"]


def test_donated_arrays_are_not_written_to() -> None:
    batch = cn.Encoder(COLUMNS).encode(features(0))
    price = batch.slots["price"].values
    before = checksum(price)
    given = to_arrays(batch).slots["price"].values
    assert pointer(given) == pointer(price)
    jax.jit(lambda array: array * 2 + 1, donate_argnums=0)(given).block_until_ready()
    assert checksum(price) == before


def test_layers_in_threads() -> None:
    """Each thread encodes, hands over, computes and lets go, all with one pool."""
    layer = SequenceFeatures(COLUMNS)
    every = [features(seed) for seed in range(8)]
    wanted = [checksum(layer(each)[0]) for each in every]

    def work(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(25):
            which = chance.randrange(len(every))
            output, _ = layer(every[which])
            assert checksum(output) == wanted[which]

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))


def test_aligned() -> None:
    for shape in ((), (3,), (5, 7), (1000,)):
        for dtype in (np.int32, bool, np.float32):
            array = aligned_empty(shape, dtype)
            assert (array.shape, array.dtype, pointer(array) % ALIGNMENT) == (shape, dtype, 0)
    assert aligned_empty((100, 0), bool).shape == (100, 0)


def test_pooled() -> None:
    batch = cn.Encoder(COLUMNS).encode(features(0))
    for array in leaves(batch):
        assert is_pooled(array)
        assert is_pooled(array[1:].reshape(-1))
        assert not is_pooled(array.copy())
        assert not is_pooled(np.frombuffer(memoryview(array.tobytes()), np.uint8))
        assert not is_pooled(np.frombuffer(bytearray(array.tobytes()), np.uint8))
