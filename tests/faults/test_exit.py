"""A program that ends while its threads are inside the core ends as it would without them."""

from __future__ import annotations

import subprocess
import sys

import pytest

SCRIPT = """
import io, sys, threading
import numpy as np
import colonnade as cn

ids = cn.sequence_categorical_column_with_identity("k", 100)
encoder = cn.Encoder([cn.embedding_column(ids, 4)], num_threads=int(sys.argv[2]))
records = cn.BytesArray.from_list([cn.Example({"k": list(range(99))}).serialize()] * 4000)
features = {"k": cn.Ragged(np.arange(40_000) % 100, np.arange(4001) * 10)}
many = {"k": cn.Ragged(np.arange(4_000_000), np.arange(4001) * 1000)}
call = {
    "records": lambda: encoder.encode_examples(records),
    "memory": lambda: encoder.encode(features),
    "parse": lambda: cn.parse_example(records, {"k": cn.VarLenFeature("int64")}),
    "serialize": lambda: cn.serialize_examples(many),
    "frame": lambda: cn.TFRecordWriter(io.BytesIO()).write_batch(records),
}[sys.argv[1]]
busy = threading.Barrier(4)

def work():
    call()
    busy.wait()
    while True:
        call()

for _ in range(3):
    threading.Thread(target=work, daemon=True).start()
busy.wait()
"""


@pytest.mark.parametrize("what", ["records", "memory", "parse", "serialize", "frame"])
@pytest.mark.parametrize("threads", [1, 4])
def test_daemon_threads_do_not_abort_the_process(what: str, threads: int) -> None:
    for _ in range(3):
        run = subprocess.run(
            [sys.executable, "-c", SCRIPT, what, str(threads)], capture_output=True, text=True, check=False
        )
        assert (run.returncode, run.stderr) == (0, "")
