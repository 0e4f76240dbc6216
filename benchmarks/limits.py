"""What the machine can do at best, measured in the same run.

Copying, touching fresh memory and CRC-32C; and the two kernels that dominate, as they stand: varints of one
huge record, and the hashes of one huge column in memory, each less what the same call costs for one value.
They include reading the input and writing the ids, so a faster kernel would move them.
"""

from __future__ import annotations

import mmap
import time
from collections.abc import Callable
from typing import TypedDict

import numpy as np
from reference import proto

import colonnade as cn
from colonnade import _core

from .timing import median
from .workloads import VOCABULARY, vocabulary, zipf

VALUES = 1 << 18  # of the huge record and the huge column


class Limits(TypedDict):
    """Bytes a second; nanoseconds a W1 id and a W2 string."""

    memcpy: float
    first_touch: float
    crc32c: float
    varint_ns: float
    hash_ns: float


def measure() -> Limits:
    source = np.ones(3 << 20, np.uint8)
    target = np.ones_like(source)
    record = source.tobytes()
    return {
        "memcpy": source.nbytes / _seconds(lambda: np.copyto(target, source), 300),
        "first_touch": (32 << 20) / _seconds(lambda: _touch(32 << 20), 1),
        "crc32c": len(record) / _seconds(lambda: _core.crc32c(record), 100),
        "varint_ns": _nanoseconds_a_value(_decoding),
        "hash_ns": _nanoseconds_a_value(_hashing),
    }


def least_seconds(limits: Limits, metric: str, bytes_in: float, bytes_out: float) -> float:
    """A lower bound of one batch: read the records and write the arrays at the speed of memcpy, check CRCs.

    A copy moves each byte twice, so reading and writing count half each.
    """
    moved = (bytes_in + bytes_out) / 2 / limits["memcpy"]
    return moved + (bytes_in / limits["crc32c"] if metric == "file" else 0)


def _nanoseconds_a_value(make: Callable[[int], Callable[[], object]]) -> float:
    many, one = _seconds(make(VALUES), 3), _seconds(make(1), 300)
    return (many - one) / (VALUES - 1) * 1e9


def _decoding(count: int) -> Callable[[], object]:
    """Counts, checks and decodes the ids of one record."""
    example = proto.Example()
    ids = zipf(np.random.default_rng(2026), 1_000_000, count)
    example.features.feature["ids"].int64_list.value.extend(ids.tolist())
    records = [example.SerializeToString()]
    spec = {"ids": cn.VarLenFeature("int64")}
    return lambda: cn.parse_example(records, spec)


def _hashing(count: int) -> Callable[[], object]:
    """Hashes one row of strings to buckets."""
    words = vocabulary()
    places = zipf(np.random.default_rng(2026), VOCABULARY, count)
    tokens = cn.BytesArray.from_list([words[place] for place in places.tolist()])
    features = {"tokens": cn.Ragged(tokens, np.array([0, count]))}
    column = cn.embedding_column(cn.sequence_categorical_column_with_hash_bucket("tokens", 100_000), 1)
    encoder = cn.Encoder([column], layout="jagged")
    return lambda: encoder.encode(features)


def _touch(size: int) -> None:
    with mmap.mmap(-1, size) as fresh:
        array = np.frombuffer(fresh, np.uint8)
        array.fill(1)
        del array


def _seconds(run: Callable[[], object], repeat: int) -> float:
    samples = []
    for _ in range(9):
        begin = time.perf_counter()
        for _ in range(repeat):
            run()
        samples.append((time.perf_counter() - begin) / repeat)
    return median(samples)
