"""Ctrl-C ends a large call from within, nothing of it is held afterwards, and the same encoder goes on."""

from __future__ import annotations

import subprocess
import sys

import pytest

# The handler of a signal runs where Python would look for one: never between two calls of C that C makes.
SCRIPT = """
import collections, operator, os, signal, sys, threading, time
from functools import partial
import numpy as np
import colonnade as cn
from colonnade import _core

what, threads = sys.argv[1], int(sys.argv[2])
kinds = [cn.sequence_categorical_column_with_hash_bucket("k", 100 + i, "int64") for i in range(30)]
columns = [cn.embedding_column(kind, 8, name=f"k{i}") for i, kind in enumerate(kinds)]
encoder = cn.Encoder(columns, max_length=1, num_threads=threads)
small = [cn.Example({"k": [1, 2]}).serialize()]
ids_of = lambda batch: [slot.values.tolist() for slot in batch.slots.values()]
wanted = ids_of(encoder.encode_examples(small))

# Large calls over little memory: one record, one array or one column many times.
record = cn.Example({"k": np.arange(200_000)}).serialize()
sequence = cn.SequenceExample({}, {"k": [[1, 2]] * 100_000}).serialize()
plan = encoder._compiled
numbers, splits = np.arange(8_000_000) % 1000, np.arange(0, 8_000_001, 1000)
flat = (splits, None, None, numbers)
table = _core.DenseColumns()
for _ in range(50):
    table.add_embedding(np.ones((1000, 64), np.float32), "sum", None)
ids = cn.Slot(numbers.reshape(80, 100_000))
calls = {
    "memory": lambda: partial(_core.encode, plan.core, None, [[flat, None]] * 30, threads),
    "records": lambda: partial(_core.encode_records, plan.core, [record] * 5000, plan.examples, threads),
    "sequences": lambda: partial(
        _core.encode_records, plan.core, [sequence] * 500, plan.sequence_examples, threads
    ),
    "serialize": lambda: partial(
        _core.serialize_records, 8000, [(f"{i:02}", (numbers,), splits, None) for i in range(40)], None
    ),
    "dense": lambda: partial(_core.dense, table, (80,), [ids] * 50, threads),
    "vocabulary": lambda: partial(
        _core.vocabulary_from_text, b"".join(b"%d\\n" % i for i in range(5_000_000)), None, False
    ),
}
call = calls[what]()
events, begun = [], threading.Event()

def handle(number, frame):
    events.append("signal")
    raise KeyboardInterrupt

def send():
    begun.wait()
    time.sleep(0.02)
    os.kill(os.getpid(), signal.SIGINT)

signal.signal(signal.SIGINT, handle)
threading.Thread(target=send).start()
held = _core.pool_stats()["leased_bytes"]
try:
    steps = map(operator.call, [begun.set, call, partial(events.append, "the call has ended")])
    collections.deque(steps, maxlen=0)
    events.append("no interrupt")
except KeyboardInterrupt:
    events.append("interrupt")
assert _core.pool_stats()["leased_bytes"] == held, "something is still held"
assert ids_of(encoder.encode_examples(small)) == wanted
print(*events)
"""


@pytest.mark.parametrize(
    ("what", "threads"),
    [
        *[(what, threads) for what in ("memory", "records", "dense") for threads in (1, 3)],
        *[(what, 1) for what in ("sequences", "serialize", "vocabulary")],
    ],
)
def test_a_signal_ends_a_call_from_within(what: str, threads: int) -> None:
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT, what, str(threads)], capture_output=True, text=True, check=False
    )
    assert (run.stdout, run.stderr) == ("signal interrupt\n", "")
