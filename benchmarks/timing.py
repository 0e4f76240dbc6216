"""Interleaved timing: A B C, A B C, ..., so that whatever else the machine does strikes all alike."""

from __future__ import annotations

import gc
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from .contender import OURS, Contender, touch

SAMPLE_SECONDS = 0.02
MOST_BATCHES = 640  # a sample


@dataclass(frozen=True)
class Timed:
    """Seconds a batch, one sample a round."""

    contender: Contender
    samples: list[float]

    @property
    def seconds(self) -> float:
        return median(self.samples)


def median(values: list[float]) -> float:
    ordered = sorted(values)
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2


def ratio(theirs: Timed, ours: Timed) -> float:
    """Their time over ours: the median of the ratios of neighbours in time."""
    assert ours.contender.name == OURS
    return median([left / right for left, right in zip(theirs.samples, ours.samples, strict=True)])


def sample(contender: Contender, start: int, count: int) -> float:
    """Seconds a batch."""
    begin = time.perf_counter()
    for outputs in contender.stream(start, count):
        touch(outputs)
        del outputs
    return (time.perf_counter() - begin) / count


def interleaved(contenders: list[Contender], rounds: int, tick: Callable[[], None]) -> list[Timed]:
    """Time contenders of one metric."""
    counts = [contender.count or _count(contender) for contender in contenders]
    samples: list[list[float]] = [[] for _ in contenders]
    for turn in range(rounds):
        gc.collect()
        gc.disable()
        try:
            for contender, count, times in zip(contenders, counts, samples, strict=True):
                times.append(sample(contender, turn * count, count))
        finally:
            gc.enable()
        tick()
    return [Timed(*pair) for pair in zip(contenders, samples, strict=True)]


def _count(contender: Contender) -> int:
    """How many batches make a sample long enough to be timed."""
    sample(contender, 0, 4)
    return min(MOST_BATCHES, math.ceil(SAMPLE_SECONDS / sample(contender, 4, 4)))
