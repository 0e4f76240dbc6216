"""One process, one number of threads: check all contenders against each other, then time them.

`python -m benchmarks.compare --threads 1 --output FILE` prints progress and writes JSON. TensorFlow fixes
its threads when it starts, and Colonnade its kernels, therefore each number of threads and each level of
kernels (COLONNADE_CPU) is a process of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
import time
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from colonnade import _core

from . import limits, ours, peers, with_tensorflow, workloads
from .contender import METRICS, OURS, Contender, Outputs, check_equal
from .timing import interleaved, ratio

CHECKED = (0, 17, 40)  # the batches whose outputs are compared before timing
PACKAGES = ("colonnade", "numpy", "tensorflow-cpu", "protobuf", "pyarrow", "tfrecord")
Row = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--workloads", nargs="+", required=True)
    parser.add_argument("--metrics", nargs="+", required=True)
    parser.add_argument("--without-peers", action="store_true", help="TensorFlow only")
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    if arguments.threads == 1:  # one core, also for pools that no setting reaches
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})

    rows: list[Row] = []
    machine_limits = limits.measure()
    with Progress(
        TextColumn("{task.description:<44}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    ) as progress:
        total = len(arguments.workloads) * len(arguments.metrics) * arguments.rounds
        task = progress.add_task("", total=total)
        for name in arguments.workloads:
            progress.update(task, description=f"{name}: making records")
            rows += _rows(name, arguments, machine_limits, progress, task)
    result = {
        "machine": _machine(),
        "limits": machine_limits,
        "threads": arguments.threads,
        "cpu_level": _core.cpu_level(),
        "rows": rows,
    }
    arguments.output.write_text(json.dumps(result, indent=1))


def _rows(
    name: str, arguments: argparse.Namespace, machine_limits: limits.Limits, progress: Progress, task: Any
) -> list[Row]:
    workload = workloads.make(name)
    singles = [[record] for record in islice(workload.records(), 2048)]
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        tfrecord, parquet = Path(folder, "records.tfrecord"), Path(folder, "table.parquet")
        workload.write_tfrecord(tfrecord)
        if not workload.has_steps:
            workload.write_parquet(parquet)
        threads = arguments.threads
        contenders = [
            *ours.contenders(workload, singles, tfrecord, threads),
            *with_tensorflow.contenders(workload, singles, tfrecord, threads),
        ]
        if not arguments.without_peers:
            contenders += peers.contenders(workload, tfrecord, parquet, threads)
        for metric in arguments.metrics:
            chosen = [contender for contender in contenders if contender.metric == metric]
            progress.update(task, description=f"{name}: {METRICS[metric]}, {threads} thread")
            output_bytes = _checked(chosen)
            timed = interleaved(chosen, arguments.rounds, lambda: progress.advance(task))
            records = singles if metric == "one" else workload.batches
            input_bytes = sum(len(record) for batch in records for record in batch) / len(records)
            least = limits.least_seconds(machine_limits, metric, input_bytes, output_bytes)
            rows += [
                {
                    "workload": name,
                    "metric": metric,
                    "contender": one.contender.name,
                    "seconds": one.seconds,
                    "samples": one.samples,
                    "ratio": ratio(one, timed[0]),
                    "share_of_limit": None if metric == "one" else least / one.seconds,
                }
                for one in timed
            ]
    return rows


def _checked(contenders: list[Contender]) -> float:
    """The mean size of our outputs, once they are equal to everybody else's."""
    sizes = []
    for place in CHECKED:
        expected = _outputs(contenders[0], place)
        assert contenders[0].name == OURS
        sizes.append(sum(_size(array) for array in expected.values()))
        for contender in contenders[1:]:
            if contender.count is None or place < contender.count:
                check_equal(expected, _outputs(contender, place), f"{contender.name} ({contender.metric})")
    return sum(sizes) / len(sizes)


def _outputs(contender: Contender, place: int) -> Outputs:
    """Those of one batch; a file is read from its start up to it."""
    if contender.count is None:
        return next(contender.stream(place, 1))
    *_, last = contender.stream(0, place + 1)
    return last


def _size(array: Any) -> int:
    """A BytesArray holds data and offsets."""
    return int(array.nbytes if hasattr(array, "nbytes") else array.data.nbytes + array.offsets.nbytes)


def _machine() -> dict[str, Any]:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return {
        "cpu": names[0] if names else platform.processor(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
        "date": time.strftime("%Y-%m-%d"),
        "python": platform.python_version(),
        "versions": {package: version(package) for package in PACKAGES},
    }


if __name__ == "__main__":
    main()
