"""What it costs to write records, beside protobuf: W4's batches as Examples, and files with both CRCs.

`python -m benchmarks.writing` prints it; needs no TensorFlow.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypedDict

import numpy as np
import pyarrow as pa
from reference import proto
from rich.console import Console

import colonnade as cn

from . import workloads
from .contender import OURS, Contender, from_memory
from .timing import interleaved, median, ratio

BATCHES = 4
FILE_BATCHES = 256  # some 190 MB
LEAST_TIMES_PROTOBUF = {"from Arrow": 20.0, "from Ragged": 20.0, "from lists": 3.0, "one by one": 1.0}
LEAST_FILE_SPEED = 0.5e9
LISTS = {"id": "int64_list", "float": "float_list", "string": "bytes_list"}

Columns = dict[str, Any]


class Writing(TypedDict):
    """`protobuf` is seconds a batch; `times` protobuf's time over each way's; `file` is bytes a second."""

    protobuf: float
    times: dict[str, float]
    file: float


def measure(rounds: int, tick: Callable[[], None] = lambda: None) -> Writing:
    workload = workloads.make("W4", batches=BATCHES)
    batches = [_columns(workload, number) for number in range(BATCHES)]
    ours = {name: from_memory(OURS, "written", *way) for name, way in _ways(batches).items()}
    theirs = _protobuf(workload, batches)
    for number, records in enumerate(workload.batches):
        for name, contender in [*ours.items(), ("protobuf", theirs)]:
            written = next(iter(contender.stream(number, 1)))["records"]
            assert [bytes(record) for record in written] == records, name
    protobuf, *timed = interleaved([theirs, *ours.values()], rounds, tick)
    return {
        "protobuf": protobuf.seconds,
        "times": {name: ratio(protobuf, one) for name, one in zip(ours, timed, strict=True)},
        "file": _file_speed(cn.serialize_examples(batches[0]), rounds),
    }


def show(writing: Writing, console: Console) -> None:
    for name, times in writing["times"].items():
        console.print(
            f"W4 {name} to serialized records: {times:.1f} times as fast as protobuf's "
            f"{writing['protobuf'] * 1e6:,.0f} us (at least {LEAST_TIMES_PROTOBUF[name]:.0f})",
            highlight=False,
        )
    console.print(
        f"serialized records to a file, with both CRCs: {writing['file'] / 1e9:.2f} GB/s "
        f"(at least {LEAST_FILE_SPEED / 1e9})",
        highlight=False,
    )


def _columns(workload: workloads.Workload, number: int) -> Columns:
    """One batch's columns, as Ragged."""
    rows = slice(number * workloads.BATCH, (number + 1) * workloads.BATCH)
    columns = {}
    for feature in workload.features:
        data = workload.data[feature.key]
        values: Any = data.values
        if feature.kind == "string":
            words = np.array(workloads.vocabulary(), object)
            values = cn.BytesArray.from_list(words[values].tolist())
        columns[feature.key] = cn.Ragged(values, data.row_splits)[rows]
    return columns


def _ways(batches: list[Columns]) -> dict[str, tuple[list[Any], Callable[[Any], Columns]]]:
    """Each way's input, and what makes records of it."""
    tables = [pa.table({key: pa.array(column) for key, column in columns.items()}) for columns in batches]
    lists = [{key: column.to_list() for key, column in columns.items()} for columns in batches]

    def whole(given: Any) -> Columns:
        return {"records": cn.serialize_examples(given)}

    def one_by_one(rows: list[Columns]) -> Columns:
        return {"records": [cn.Example(row).serialize() for row in rows]}

    return {
        "from Arrow": (tables, whole),
        "from Ragged": (batches, whole),
        "from lists": (lists, whole),
        "one by one": (list(map(_rows, lists)), one_by_one),
    }


def _rows(lists: Columns) -> list[Columns]:
    return [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)]


def _protobuf(workload: workloads.Workload, batches: list[Columns]) -> Contender:
    """From the same Python lists, as fast as protobuf can be filled."""
    kinds = {feature.key: LISTS[feature.kind] for feature in workload.features}
    rows = [_rows({key: column.to_list() for key, column in columns.items()}) for columns in batches]

    def write(given: list[Columns]) -> Columns:
        records = []
        for row in given:
            example = proto.Example()
            for key, values in row.items():
                getattr(example.features.feature[key], kinds[key]).value.extend(values)
            records.append(example.SerializeToString(deterministic=True))
        return {"records": records}

    return from_memory("protobuf", "written", rows, write)


def _file_speed(batch: cn.BytesArray, rounds: int) -> float:
    """Bytes a second, to a file that lies in the system's cache."""
    seconds = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "records"
        for _ in range(rounds):
            start = time.perf_counter()
            with cn.TFRecordWriter(path) as writer:
                for _ in range(FILE_BATCHES):
                    writer.write_batch(batch)
            seconds.append(time.perf_counter() - start)
        return path.stat().st_size / median(seconds)


if __name__ == "__main__":
    show(measure(rounds=9), Console(width=120))
