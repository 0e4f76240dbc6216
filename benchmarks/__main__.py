"""`make bench`: compare with one thread, two, and lesser kernels; measure Colonnade alone; print and keep."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from . import from_lists, growth, lookup, memory, report, two_threads, writing
from .contender import METRICS
from .workloads import MAKERS

HERE = Path(__file__).parent
RESULTS = HERE / "results"
CHART = HERE.parent / "docs" / "assets" / "benchmark.png"
# Beside the jobs from records: each measures in so many rounds, and shows what it measured.
CURVES: dict[str, Any] = {
    "from_lists": from_lists,
    "growth": growth,
    "lookup": lookup,
    "two_threads": two_threads,
    "writing": writing,
}
JOBS_WITH_THREADS = ("padded", "full", "file")
LESSER_LEVELS = ("portable", "simd128", "bmi2")
JOB_OF_LEVELS = "padded"  # one thread, TensorFlow


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--only", nargs="+", choices=MAKERS, default=list(MAKERS), metavar="WORKLOAD")
    parser.add_argument("--metrics", nargs="+", choices=METRICS, default=list(METRICS), metavar="METRIC")
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument(
        "--levels",
        nargs="*",
        choices=LESSER_LEVELS,
        default=["portable"],
        metavar="LEVEL",
        help="lesser kernels",
    )
    parser.add_argument("--batches", type=int, default=1_000_000, help="of 32, for memory; 0 leaves it out")
    parser.add_argument("--curves", nargs="*", choices=CURVES, default=list(CURVES), metavar="CURVE")
    arguments = parser.parse_args()

    console = Console(width=max(132, Console().width))
    results = []
    for threads in arguments.threads:
        metrics = [name for name in arguments.metrics if threads == 1 or name in JOBS_WITH_THREADS]
        if metrics:
            results.append(_compare(threads, arguments.rounds, arguments.only, metrics))
    if JOB_OF_LEVELS in arguments.metrics:
        results += [
            _compare(1, arguments.rounds, arguments.only, [JOB_OF_LEVELS], level)
            for level in arguments.levels
        ]
    for result in results:
        report.print_table(result, console)
    kept: dict[str, Any] = {"comparisons": results}
    if arguments.batches:
        kept["memory"] = _memory(arguments.batches, console)
    for name in arguments.curves:
        kept[name] = _curve(name, arguments.rounds, console)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "latest.json").write_text(json.dumps(kept, indent=1))
    is_whole = arguments.only == list(MAKERS) and arguments.metrics == list(METRICS) and arguments.rounds >= 7
    if is_whole and arguments.threads[0] == 1:  # half a run must not replace the chart
        report.draw_chart(results[0], CHART)


def _compare(
    threads: int, rounds: int, workloads: list[str], metrics: list[str], level: str | None = None
) -> report.Result:
    """With everybody; at a level of kernels, which is fixed when a process starts, with TensorFlow only."""
    RESULTS.mkdir(exist_ok=True)
    output = RESULTS / f"threads-{threads}{f'-{level}' if level else ''}.json"
    command = [sys.executable, "-m", "benchmarks.compare", "--threads", str(threads), "--rounds", str(rounds)]
    command += ["--workloads", *workloads, "--metrics", *metrics, "--output", str(output)]
    environment = os.environ | {"OMP_NUM_THREADS": str(threads)}
    if level:
        command.append("--without-peers")
        environment["COLONNADE_CPU"] = level
    subprocess.run(command, check=True, env=environment)
    return json.loads(output.read_text())  # type: ignore[no-any-return]


def _memory(batches: int, console: Console) -> dict[str, Any]:
    cost = memory.start()
    with Progress() as progress:
        task = progress.add_task("memory", total=batches)
        grown = memory.growth(batches, lambda done: progress.update(task, completed=done))
        progress.update(task, completed=batches)
    console.print(
        f"import colonnade: {cost['seconds']:.3f} s, {cost['bytes'] / 1e6:.1f} MB; "
        f"{batches:,} batches of {memory.SMALL}: {grown / 1024:+,.0f} KiB",
        highlight=False,
    )
    return {"import": cost, "batches": batches, "growth_bytes": grown}


def _curve(name: str, rounds: int, console: Console) -> Any:
    with Progress() as progress:
        task = progress.add_task(name, total=None)
        measured = CURVES[name].measure(rounds, lambda: progress.advance(task))
    CURVES[name].show(measured, console)
    return measured


if __name__ == "__main__":
    main()
