"""Outputs against what may happen around them: inputs freed or changed, buffers reused, threads, forks."""

from __future__ import annotations

import gc
import os
import random
import threading
import warnings
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from reference.examples import make_example

import colonnade as cn
from colonnade import _core

Array = npt.NDArray[Any]

GROUPS = {
    "clicks": [
        cn.embedding_column(cn.sequence_categorical_column_with_identity("ids", 10_000), 4),
        cn.embedding_column(cn.sequence_categorical_column_with_hash_bucket("words", 50), 4),
        cn.sequence_numeric_column("price", shape=(2,)),
    ],
    "user": [cn.embedding_column(cn.categorical_column_with_hash_bucket("user", 100), 4)],
}


def make_record(seed: int, most: int = 200) -> bytes:
    chance = random.Random(seed)
    steps = chance.randrange(most)
    return make_example(
        {
            "ids": ("int64", [chance.randrange(10_000) for _ in range(steps)]),
            "words": ("bytes", [chance.randbytes(chance.randrange(9)) for _ in range(steps)]),
            "price": ("float", [chance.random() for _ in range(2 * steps)]),
            "user": [chance.randbytes(8)],
        }
    )


def arrays_of(batches: Any) -> list[Array]:
    found: list[Array] = []
    for batch in batches.values():
        batch.map(found.append)
    return found


def checksums(arrays: list[Array]) -> list[tuple[int, tuple[int, ...]]]:
    return [(zlib.crc32(np.ascontiguousarray(array)), array.shape) for array in arrays]


def noise() -> None:
    """Overwrites memory that is free, in the pool and outside."""
    columns = _core.DenseColumns()
    columns.add_numbers(16)
    for size in (1 << 12, 1 << 16, 1 << 20):
        np.full(size, 0xAB, np.uint8)
        numbers = np.full((size // 64, 16), -7, np.float32)
        _core.dense(columns, (size // 64,), [cn.Slot(numbers)], 1)


@pytest.fixture(params=["padded", "jagged"])
def encoder(request: pytest.FixtureRequest) -> cn.Encoder:
    return cn.Encoder(GROUPS, layout=request.param)


def test_outputs_outlive_their_inputs(encoder: cn.Encoder) -> None:
    def outputs() -> list[Array]:
        records = [make_record(seed) for seed in range(50)]
        parsed = cn.parse_example(cn.BytesArray.from_list(records), encoder.plan.spec)
        arrays = arrays_of(encoder.encode_examples(records)) + arrays_of(encoder.encode(parsed))
        for ragged in parsed.values():
            values = ragged.values
            arrays += [ragged.row_splits, values.data if isinstance(values, cn.BytesArray) else values]
        return arrays

    kept, again = outputs(), outputs()
    expected = checksums(kept)
    assert expected == checksums(again)
    del again
    gc.collect()
    noise()
    assert checksums(kept) == expected


def test_memory_still_viewed_is_never_handed_out(encoder: cn.Encoder) -> None:
    chance = random.Random(1)
    batches = [[make_record(seed * 100 + i) for i in range(chance.randrange(1, 30))] for seed in range(12)]
    before = _core.pool_stats()["reused"]
    held: list[tuple[list[Array], Any]] = []
    for _ in range(250):
        arrays = arrays_of(encoder.encode_examples(chance.choice(batches)))
        if chance.random() < 0.5:  # only views stay, of views
            arrays = [array[len(array) // 2 :].reshape(-1).view(np.uint8)[1:] for array in arrays]
        chance.shuffle(arrays)
        kept = arrays[: chance.randrange(len(arrays) + 1)]
        held.append((kept, checksums(kept)))
        del arrays, kept
        if len(held) > 15:
            del held[chance.randrange(len(held))]
        if chance.random() < 0.1:
            noise()
        for views, expected in held:
            assert checksums(views) == expected
    # Without any reuse this would show nothing.
    assert _core.pool_stats()["reused"] - before > 500


def test_outputs_may_be_written_to(encoder: cn.Encoder) -> None:
    records = [make_record(seed) for seed in range(20)]
    expected = checksums(arrays_of(encoder.encode_examples(records)))
    one, other = arrays_of(encoder.encode_examples(records)), arrays_of(encoder.encode_examples(records))
    for array in one:
        array[...] = 0
    assert checksums(other) == expected


def test_list_changed_while_another_thread_encodes(encoder: cn.Encoder) -> None:
    one, other = (["a", make_record(1, 50)], ["b", make_record(2, 50)])
    ids = {
        name: encoder.encode_examples([record])["clicks"].lengths[0]  # type: ignore[index]
        for name, record in (one, other)
    }
    assert ids["a"] != ids["b"]
    records: Any = [one[1]] * 300
    stop = threading.Event()

    def change() -> None:
        chance = random.Random(3)
        while not stop.is_set():
            records[chance.randrange(300)] = bytes(bytearray(chance.choice([one[1], other[1]])))
            if chance.random() < 0.01:
                records[:] = [bytes(bytearray(record)) for record in records]

    thread = threading.Thread(target=change)
    thread.start()
    try:
        for _ in range(150):
            lengths = encoder.encode_examples(records)["clicks"].lengths  # type: ignore[index]
            assert len(lengths) == 300
            assert set(lengths.tolist()) <= set(ids.values())
    finally:
        stop.set()
        thread.join()


def test_eight_threads_share_an_encoder(encoder: cn.Encoder) -> None:
    batches = [[make_record(seed * 10 + i) for i in range(10)] for seed in range(8)]
    expected = [checksums(arrays_of(encoder.encode_examples(batch))) for batch in batches]
    ready = threading.Barrier(8)

    def work(offset: int) -> None:
        ready.wait()
        for turn in range(60):
            index = (turn + offset) % 8
            records = batches[index]
            arrays = arrays_of(encoder.encode_examples(records))
            assert checksums(arrays) == expected[index]
            if turn % 6 == 0:
                parsed = cn.parse_example(records, encoder.plan.spec)
                assert checksums(arrays_of(encoder.encode(parsed))) == expected[index]

    with ThreadPoolExecutor(8) as threads:
        for done in [threads.submit(work, offset) for offset in range(8)]:
            done.result()


def in_child(work: Callable[[], bool]) -> int:
    """The exit status of a forked child that does `work`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Python and JAX warn of forks beside threads, which are the point
        child = os.fork()
    if child == 0:
        try:
            os._exit(0 if work() else 1)
        except BaseException:
            os._exit(2)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_has_a_pool_of_its_own(encoder: cn.Encoder) -> None:
    records = [make_record(seed) for seed in range(30)]
    kept = arrays_of(encoder.encode_examples(records))
    expected = checksums(kept)
    arrays_of(encoder.encode_examples(records))
    assert _core.pool_stats()["cached_bytes"] > 0
    stop = threading.Event()

    def keep_busy() -> None:
        while not stop.is_set():
            encoder.encode_examples(records)

    def work() -> bool:
        empty = _core.pool_stats()["cached_bytes"] == 0
        good = all(checksums(arrays_of(encoder.encode_examples(records))) == expected for _ in range(5))
        return empty and good and checksums(kept) == expected

    thread = threading.Thread(target=keep_busy)
    thread.start()
    try:
        assert [in_child(work) for _ in range(5)] == [0] * 5
    finally:
        stop.set()
        thread.join()
    assert checksums(kept) == expected
