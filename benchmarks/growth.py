"""Does time grow no faster than the output? Nanoseconds a cell, from records to padded ids.

`python -m benchmarks.growth` prints them for every batch and length; needs no TensorFlow.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypedDict

import numpy as np
from reference import proto
from rich.console import Console
from rich.table import Table

import colonnade as cn

from .contender import OURS, Contender, from_memory
from .timing import interleaved
from .workloads import zipf

BATCHES = (32, 128, 512, 2_048, 8_192)
LENGTHS = (10, 50, 200, 1_000, 2_000)
MOST_OUTPUT = 64 << 20  # bytes
MOST_TIMES_BEST = 1.5
IDS = 1_000_000


class Point(TypedDict):
    """One batch and length. `times_best` is its time a cell over the least of all points."""

    batch: int
    length: int
    cell_ns: float
    times_best: float


class Growth(TypedDict):
    """`call`, `record` and `cell` are seconds each, fitted to the points; `worst_fit` how far off at most."""

    points: list[Point]
    call: float
    record: float
    cell: float
    worst_fit: float


def measure(rounds: int, tick: Callable[[], None] = lambda: None) -> Growth:
    """Every row of a batch is full, so that a cell is an id."""
    encoder = cn.Encoder([cn.embedding_column(cn.sequence_categorical_column_with_identity("ids", IDS), 1)])
    shapes, seconds = [], []
    for length in LENGTHS:
        count = min(BATCHES[-1], MOST_OUTPUT // (8 * length))
        records = _records(length, count)
        fitting = [batch for batch in BATCHES if batch <= count]
        timed = interleaved([_contender(encoder, records, batch) for batch in fitting], rounds, tick)
        shapes += [(batch, length) for batch in fitting]
        seconds += [one.seconds for one in timed]
    cells = [time / (batch * length) for time, (batch, length) in zip(seconds, shapes, strict=True)]
    points: list[Point] = [
        {"batch": batch, "length": length, "cell_ns": cell * 1e9, "times_best": cell / min(cells)}
        for (batch, length), cell in zip(shapes, cells, strict=True)
    ]
    return {"points": points, **_fit(shapes, seconds)}  # type: ignore[typeddict-item]


def show(growth: Growth, console: Console) -> None:
    table = Table(title="Growth: ns a cell, records to padded ids (times the best)", title_justify="left")
    table.add_column("batch", justify="right")
    for length in LENGTHS:
        table.add_column(f"length {length:,}", justify="right")
    found = {(point["batch"], point["length"]): point for point in growth["points"]}
    for batch in BATCHES:
        points = [found.get((batch, length)) for length in LENGTHS]
        table.add_row(f"{batch:,}", *(_cell(point) for point in points))
    console.print(table)
    beyond = sum(point["times_best"] > MOST_TIMES_BEST for point in growth["points"])
    console.print(
        f"{beyond} of {len(growth['points'])} above {MOST_TIMES_BEST} times the best; explained by "
        f"{growth['call'] * 1e6:.1f} us a call, {growth['record'] * 1e9:.0f} ns a record and "
        f"{growth['cell'] * 1e9:.2f} ns a cell, off by {growth['worst_fit']:.0%} at most",
        highlight=False,
    )


def _records(length: int, count: int) -> list[bytes]:
    ids = zipf(np.random.default_rng([2026, length]), IDS, count * length).reshape(count, length)
    records = []
    for row in ids.tolist():
        example = proto.Example()
        example.features.feature["ids"].int64_list.value.extend(row)
        records.append(example.SerializeToString())
    return records


def _contender(encoder: cn.Encoder, records: list[bytes], size: int) -> Contender:
    batches = [records[first : first + size] for first in range(0, len(records) - size + 1, size)]

    def padded(batch: list[bytes]) -> dict[str, Any]:
        return {"ids": encoder.encode_examples(batch).slots["ids"].values}

    return from_memory(OURS, "padded", batches, padded)


def _fit(shapes: list[tuple[int, int]], seconds: list[float]) -> dict[str, float]:
    """Least squares of relative errors: a fixed part, one for each record, one for each cell."""
    parts = np.array([[1, batch, batch * length] for batch, length in shapes])
    relative = parts / np.array(seconds)[:, None]
    costs = np.linalg.lstsq(relative, np.ones(len(seconds)), rcond=None)[0]
    worst = float(np.abs(relative @ costs - 1).max())
    return {**dict(zip(("call", "record", "cell"), costs.tolist(), strict=True)), "worst_fit": worst}


def _cell(point: Point | None) -> str:
    return "" if point is None else f"{point['cell_ns']:.2f} ({point['times_best']:.1f}x)"


if __name__ == "__main__":
    show(measure(rounds=7), Console(width=120))
