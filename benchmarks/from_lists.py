"""Python lists to padded: ours, ours by way of pyarrow, and TensorFlow's; and one row beside the same record.

`python -m benchmarks.from_lists` prints the ratios. It measures in a process of its own, because
TensorFlow fixes its threads when it starts.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from itertools import chain
from typing import Any, TypedDict

import numpy as np
from rich.console import Console
from rich.table import Table

import colonnade as cn

from .contender import OURS, Contender, Outputs, check_equal, from_memory
from .ours import column
from .timing import interleaved, median, ratio
from .workloads import BATCH, VOCABULARY, Feature, vocabulary, zipf

FEATURES = (
    Feature("strings", "string", "rows", buckets=100_000),
    Feature("ints", "id", "rows", buckets=1_000_000),
    Feature("floats", "float", "rows"),
)
BATCHES = 16
MEAN_LENGTH = 54
ONE_LENGTH = 50
PYARROW, CONSTANT, JOINED, RECORD = "pyarrow.array", "tf.ragged.constant", "joined for TF", "record"
MOST_TIMES_PYARROW = 1.0
MOST_ABOVE_RECORD = 12e-6
Rows = list[list[Any]]


class Timing(TypedDict):
    """Seconds of ours; each rival's time over it, and how much longer ours takes than the rival."""

    job: str
    values: float  # a batch
    seconds: float
    ratios: dict[str, float]
    above: dict[str, float]


def measure(rounds: int, tick: Callable[[], None] = lambda: None) -> list[Timing]:
    command = [sys.executable, "-m", f"{__package__}.from_lists", str(rounds)]
    done = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, env=os.environ | {"OMP_NUM_THREADS": "1"}
    )
    tick()
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def show(timings: list[Timing], console: Console) -> None:
    rivals = list(dict.fromkeys(name for timing in timings for name in timing["ratios"]))
    table = Table(title="Lists to padded, 1 thread: their time / Colonnade's", title_justify="left")
    for title in ("", "values", "Colonnade", *rivals):
        table.add_column(title, justify="right" if title else "left")
    for timing in timings:
        ratios = [f"{timing['ratios'][name]:.2f}" if name in timing["ratios"] else "" for name in rivals]
        table.add_row(
            timing["job"], f"{timing['values']:,.0f}", f"{timing['seconds'] * 1e6:,.1f} us", *ratios
        )
    console.print(table)
    above = timings[-1]["above"][RECORD]
    console.print(
        f"one row takes {above * 1e6:.1f} us more from a list than from a record "
        f"(at most {MOST_ABOVE_RECORD * 1e6:.0f}); {PYARROW} at least {1 / MOST_TIMES_PYARROW:.0f}",
        highlight=False,
    )


def make_rows(feature: Feature, batches: int = BATCHES) -> list[Rows]:
    """Batches of rows of that kind; every value is an object of its own, as from JSON."""
    random = np.random.default_rng([2026, FEATURES.index(feature)])
    lengths = np.minimum(random.geometric(1 / MEAN_LENGTH, batches * BATCH), 300)
    values = iter(_objects(random, feature, int(lengths.sum())))
    rows = [[next(values) for _ in range(length)] for length in lengths.tolist()]
    return [rows[start : start + BATCH] for start in range(0, len(rows), BATCH)]


def _objects(random: np.random.Generator, feature: Feature, count: int) -> list[Any]:
    if feature.kind == "float":
        return random.normal(size=count).astype(np.float32).tolist()
    if feature.kind == "id":
        return zipf(random, feature.buckets, count).tolist()
    words = vocabulary()
    return [words[place].decode() for place in zipf(random, VOCABULARY, count).tolist()]


def ours(feature: Feature) -> dict[str, Callable[[Any], Outputs]]:
    """Colonnade's ways: from lists, by way of pyarrow, and from records."""
    import pyarrow as pa

    encoder = cn.Encoder([column(feature)])
    name = feature.name if feature.kind == "float" else feature.key

    def outputs(batch: Any) -> Outputs:
        return {"values": batch.slots[name].values, "lengths": batch.lengths}

    return {
        OURS: lambda rows: outputs(encoder.encode({feature.key: rows})),
        PYARROW: lambda rows: outputs(encoder.encode({feature.key: pa.array(rows)})),
        RECORD: lambda records: outputs(encoder.encode_examples(records)),
    }


def with_tensorflow(feature: Feature) -> dict[str, Callable[[Rows], Outputs]]:
    """`tf.ragged.constant`, and rows joined by hand, which is faster; what follows as one graph."""
    import tensorflow as tf

    dtype = tf.as_dtype(feature.dtype)

    def padded(ragged: Any) -> Any:
        values = ragged
        if feature.kind == "string":
            hashed = tf.strings.to_hash_bucket_fast(ragged.flat_values, feature.buckets)
            values = ragged.with_flat_values(hashed)
        steps = values.to_tensor(0.0 if feature.kind == "float" else -1)
        return steps[..., None] if feature.kind == "float" else steps, ragged.row_lengths()

    def joined(rows: Rows) -> Any:
        lengths = tf.constant([len(row) for row in rows], tf.int64)
        values = tf.constant(list(chain.from_iterable(rows)), dtype)
        return tf.RaggedTensor.from_row_lengths(values, lengths, validate=False)

    spec = tf.RaggedTensorSpec([None, None], dtype, row_splits_dtype=tf.int64)
    graph = tf.function(padded, input_signature=[spec])

    def outputs(ragged: Any) -> Outputs:
        values, lengths = graph(ragged)
        return {"values": values._numpy(), "lengths": lengths._numpy()}

    return {
        CONSTANT: lambda rows: outputs(tf.ragged.constant(rows, dtype, 1, row_splits_dtype=tf.int64)),
        JOINED: lambda rows: outputs(joined(rows)),
    }


def _measured(rounds: int) -> list[Timing]:
    import tensorflow as tf

    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    timings = []
    for feature in FEATURES:
        batches = make_rows(feature)
        timings.append(
            _timed(f"{BATCH} rows of {feature.key}", _contenders(feature, batches), batches, rounds)
        )
    return [*timings, _one_row(rounds)]


def _contenders(feature: Feature, batches: list[Rows]) -> list[Contender]:
    """All who start from lists, ours first."""
    ways = ours(feature)
    del ways[RECORD]
    ways |= with_tensorflow(feature)
    return [from_memory(name, "lists", batches, way) for name, way in ways.items()]


def _one_row(rounds: int) -> Timing:
    (feature,) = (feature for feature in FEATURES if feature.kind == "id")
    long = (row[:ONE_LENGTH] for batch in make_rows(feature) for row in batch if len(row) >= ONE_LENGTH)
    singles = [[row] for row in long]
    records = [[cn.Example({feature.key: row}).serialize()] for (row,) in singles]
    contenders = _contenders(feature, singles)
    contenders.append(from_memory(RECORD, "lists", records, ours(feature)[RECORD]))
    return _timed(f"one row of {ONE_LENGTH} ids", contenders, singles, rounds)


def _timed(job: str, contenders: list[Contender], batches: list[Rows], rounds: int) -> Timing:
    first = {contender.name: next(contender.stream(3, 1)) for contender in contenders}
    for name, outputs in first.items():
        check_equal(first[OURS], outputs, f"{name} ({job})")
    us, *rivals = interleaved(contenders, rounds, lambda: None)
    return {
        "job": job,
        "values": sum(len(row) for batch in batches for row in batch) / len(batches),
        "seconds": us.seconds,
        "ratios": {one.contender.name: ratio(one, us) for one in rivals},
        "above": {
            one.contender.name: median(
                [left - right for left, right in zip(us.samples, one.samples, strict=True)]
            )
            for one in rivals
        },
    }


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(_measured(int(sys.argv[1]))))
    else:
        show(measure(rounds=9), Console(width=120))
