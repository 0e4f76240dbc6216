"""Two threads against one: alone, and beside two processes that never rest.

`python -m benchmarks.two_threads` prints the ratios; needs no TensorFlow.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TypedDict

from rich.console import Console

import colonnade as cn

from . import workloads
from .contender import OURS, Contender, Outputs, from_memory
from .ours import column
from .timing import interleaved, ratio

WORKLOADS = ("W2", "W4")
BATCHES = (64, 128, workloads.BATCH)
BUSY = 2  # processes
SAMPLE_RECORDS = 1 << 18  # many of the scheduler's time slices
LEAST_ALONE = 1.7  # at full batches
LEAST_BESIDE_BUSY = 0.8

_BUSY = "print(flush=True)\nwhile True: pass"


class Speed(TypedDict):
    """`times_one` is the speed of two threads over that of one."""

    workload: str
    batch: int
    busy: int
    one: float
    two: float
    times_one: float


def measure(rounds: int, tick: Callable[[], None] = lambda: None) -> list[Speed]:
    """Records to padded. One thread and two take turns, and busy processes strike both."""
    return [
        speed
        for name in WORKLOADS
        for workload in [workloads.make(name, batches=16)]
        for busy in (0, BUSY)
        for speed in _speeds(workload, busy, rounds, tick)
    ]


def show(speeds: list[Speed], console: Console) -> None:
    for speed in speeds:
        beside = f"beside {speed['busy']} busy processes" if speed["busy"] else "alone"
        console.print(
            f"{speed['workload']}, batches of {speed['batch']}, {beside}: one thread "
            f"{speed['one'] * 1e6:,.0f} us, two {speed['two'] * 1e6:,.0f} us; "
            f"{speed['times_one']:.2f} times the speed",
            highlight=False,
        )
    console.print(
        f"at least {LEAST_ALONE} alone with batches of {BATCHES[-1]}, {LEAST_BESIDE_BUSY} beside busy ones",
        highlight=False,
    )


def _speeds(
    workload: workloads.Workload, busy: int, rounds: int, tick: Callable[[], None]
) -> Iterator[Speed]:
    with _busy(busy):
        for size in BATCHES:
            one, two = interleaved([_contender(workload, size, threads) for threads in (1, 2)], rounds, tick)
            yield {
                "workload": workload.name,
                "batch": size,
                "busy": busy,
                "one": one.seconds,
                "two": two.seconds,
                "times_one": ratio(one, two),
            }


@contextmanager
def _busy(count: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """So many processes that run, each for ever, until the block ends."""
    processes = [
        subprocess.Popen([sys.executable, "-c", _BUSY], stdout=subprocess.PIPE) for _ in range(count)
    ]
    try:
        for process in processes:
            assert process.stdout is not None
            process.stdout.readline()  # it has started
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.communicate()


def _contender(workload: workloads.Workload, size: int, threads: int) -> Contender:
    groups = {group: [column(one) for one in features] for group, features in workload.groups().items()}
    encoder = cn.Encoder(groups, num_threads=threads)
    records = workload.records()
    batches = [records[first : first + size] for first in range(0, len(records), size)]

    def padded(batch: list[bytes]) -> Outputs:
        encoded = encoder.encode_examples(batch)
        return {name: slot.values for group in encoded.values() for name, slot in group.slots.items()}

    rotating = from_memory(OURS, "padded", batches, padded)
    return replace(rotating, count=SAMPLE_RECORDS // len(workload.data) // size)


if __name__ == "__main__":
    show(measure(rounds=5), Console(width=120))
