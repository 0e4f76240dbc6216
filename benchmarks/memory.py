"""Does memory grow, and what does `import colonnade` cost?

`python -m benchmarks.memory --batches 20000` fails where a figure exceeds its bound; needs no TensorFlow.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypedDict

import colonnade as cn
import colonnade.numpy

from . import workloads
from .ours import column
from .timing import median

SMALL = 32  # records a batch
WARM_UP = 2_000  # batches, after which every buffer has been needed once
MOST_GROWTH = 1 << 20  # bytes
MOST_IMPORT_SECONDS = 0.25
MOST_IMPORT_BYTES = 45_000_000

_IMPORT = """
import time
begin = time.perf_counter()
import colonnade
seconds = time.perf_counter() - begin
with open("/proc/self/status") as status:  # ru_maxrss would start at the parent's size
    (peak,) = (line.split()[1] for line in status if line.startswith("VmHWM"))
print(seconds, int(peak) * 1024)
"""


class Start(TypedDict):
    """What importing colonnade, and with it NumPy, costs a fresh process."""

    seconds: float
    bytes: float


def growth(batches: int, tick: Callable[[int], None] = lambda done: None) -> int:
    """Bytes by which the resident set grows over so many small batches, alternately encoded and embedded."""
    recommender, watches = workloads.make("W4", batches=4), workloads.make("W1", batches=4)
    mixed, plain = _small(recommender), _small(watches)
    encoder = cn.Encoder(
        {name: [column(one) for one in features] for name, features in recommender.groups().items()}
    )
    columns = {name: [column(one) for one in features] for name, features in watches.groups().items()}
    embeddings = {f"{key}_embedding": table for key, table in watches.tables().items()}
    layer = colonnade.numpy.Features(columns, embeddings)
    watch_encoder = cn.Encoder(columns)

    def run(count: int) -> None:
        for index in range(count // 2):
            encoder.encode_examples(mixed[index % len(mixed)])
            layer(watch_encoder.encode_examples(plain[index % len(plain)]))
            if index % 1_000 == 0:
                tick(2 * index)

    run(WARM_UP)
    before = resident()
    run(batches)
    return resident() - before


def start() -> Start:
    """Median of 9 fresh processes."""
    runs = [
        subprocess.run([sys.executable, "-c", _IMPORT], check=True, capture_output=True, text=True).stdout
        for _ in range(9)
    ]
    seconds, peaks = zip(*(map(float, run.split()) for run in runs), strict=True)
    return {"seconds": median(list(seconds)), "bytes": median(list(peaks))}


def resident() -> int:
    """Bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _small(workload: workloads.Workload) -> list[list[bytes]]:
    records = workload.records()
    return [records[first : first + SMALL] for first in range(0, len(records), SMALL)]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--batches", type=int, default=20_000)
    batches = parser.parse_args().batches
    cost, grown = start(), growth(batches)
    print(f"import colonnade: {cost['seconds']:.3f} s, {cost['bytes'] / 1e6:.1f} MB")
    print(f"{batches} batches of {SMALL}: {grown / 1024:+.0f} KiB")
    if grown > MOST_GROWTH or cost["seconds"] > MOST_IMPORT_SECONDS or cost["bytes"] > MOST_IMPORT_BYTES:
        sys.exit("more than the bounds at the head of benchmarks/memory.py allow")


if __name__ == "__main__":
    main()
