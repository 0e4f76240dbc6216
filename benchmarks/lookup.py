"""What a vocabulary's lookup costs beside hashing the same strings: W2 and its 50,000 words.

`python -m benchmarks.lookup` prints both; needs no TensorFlow.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypedDict

from rich.console import Console

import colonnade as cn

from . import workloads
from .contender import OURS, Contender, from_memory
from .timing import interleaved, ratio

MOST_TIMES_HASHING = 2.0


class Lookup(TypedDict):
    """Seconds a batch, and the median ratio of neighbours in time."""

    hashed: float
    looked_up: float
    ratio: float


def measure(rounds: int, tick: Callable[[], None] = lambda: None) -> dict[str, Lookup]:
    """From records, and from strings in memory, where nothing is parsed."""
    workload = workloads.make("W2")
    spec = {"tokens": cn.VarLenFeature("string")}
    in_memory = [cn.parse_example(batch, spec) for batch in workload.batches]
    hashed = cn.Encoder([cn.embedding_column(_hashed(), 1)])
    looked_up = cn.Encoder([cn.embedding_column(_vocabulary(), 1)])
    return {
        "from records": _compare(
            workload.batches, hashed.encode_examples, looked_up.encode_examples, rounds, tick
        ),
        "in memory": _compare(in_memory, hashed.encode, looked_up.encode, rounds, tick),
    }


def show(lookups: dict[str, Lookup], console: Console) -> None:
    for start, lookup in lookups.items():
        console.print(
            f"vocabulary of {workloads.VOCABULARY:,} words, W2 {start} to padded ids: "
            f"{lookup['looked_up'] * 1e6:,.0f} us, hashing {lookup['hashed'] * 1e6:,.0f} us; "
            f"{lookup['ratio']:.2f} times (at most {MOST_TIMES_HASHING})",
            highlight=False,
        )


def _hashed() -> Any:
    return cn.sequence_categorical_column_with_hash_bucket("tokens", 100_000)


def _vocabulary() -> Any:
    return cn.sequence_categorical_column_with_vocabulary_list("tokens", workloads.vocabulary())


def _compare(
    batches: list[Any],
    hash_them: Callable[[Any], Any],
    look_up: Callable[[Any], Any],
    rounds: int,
    tick: Callable[[], None],
) -> Lookup:
    hashed, looked_up = interleaved(
        [_contender(batches, hash_them), _contender(batches, look_up)], rounds, tick
    )
    return {
        "hashed": hashed.seconds,
        "looked_up": looked_up.seconds,
        "ratio": ratio(looked_up, hashed),
    }


def _contender(batches: list[Any], encode: Callable[[Any], Any]) -> Contender:
    return from_memory(OURS, "padded", batches, lambda batch: {"ids": encode(batch).slots["tokens"].values})


if __name__ == "__main__":
    show(measure(rounds=9), Console(width=120))
