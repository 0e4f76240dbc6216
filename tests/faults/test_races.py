"""Arrays that another thread writes to while they are read: any values, an error, but never a crash."""

from __future__ import annotations

import subprocess
import sys

import pytest

# Each attack is an array to write into, what to write there, and a call that reads it meanwhile.
SCRIPT = """
import sys, threading
import numpy as np
import colonnade as cn
import colonnade.numpy

rows, values = 400, 8000
splits = np.arange(rows + 1) * (values // rows)
words = cn.BytesArray.from_list([b"word%d" % i for i in range(values)])
ids = cn.sequence_categorical_column_with_identity("k", 100)
hashed = cn.sequence_categorical_column_with_hash_bucket("k", 100)
listed = cn.sequence_categorical_column_with_vocabulary_list("k", ["word1", "word7"])
encoder = {name: cn.Encoder([cn.embedding_column(column, 4)], layout="jagged") for name, column in
           (("ids", ids), ("hashed", hashed), ("listed", listed))}
weighted = cn.Encoder([cn.embedding_column(cn.weighted_categorical_column(ids, "w"), 4)])
crossed = cn.Encoder([cn.indicator_column(cn.crossed_column(["k", "w"], 100))])
counted = np.arange(values) % 100
records = cn.BytesArray.from_list(
    [cn.Example({"k": list(range(99)), "w": ["a" * (i % 9) for i in range(99)]}).serialize()
     for _ in range(rows)])
stepped = cn.BytesArray.from_list(
    [cn.SequenceExample({}, {"k": [[1, 2, 3], [], [4]] * 20, "w": [["aa"], ["b"]] * 20}).serialize()
     for _ in range(rows)])
spec = {"k": cn.VarLenFeature("int64"), "w": cn.VarLenFeature("string")}
layer = colonnade.numpy.SequenceFeatures([cn.embedding_column(ids, 4)], {"k_embedding": np.ones((100, 4))})
nested_splits = np.arange(0, values + 1, 2)
jagged = encoder["ids"].encode({"k": cn.Ragged(cn.Ragged(counted, nested_splits), splits // 2)})

def attacks():
    ragged = cn.Ragged(counted, splits.copy())
    yield "row splits", ragged.row_splits, lambda: encoder["ids"].encode({"k": ragged})
    inner = cn.Ragged(counted, nested_splits.copy())
    outer = cn.Ragged(inner, splits // 2)
    yield "step splits", inner.row_splits, lambda: encoder["ids"].encode({"k": outer})
    for name in ("hashed", "listed"):
        strings = cn.BytesArray(words.data, words.offsets.copy())
        held = cn.Ragged(strings, splits)
        call = lambda name=name, held=held: encoder[name].encode({"k": held})
        yield "offsets, " + name, strings.offsets, call
    weights = cn.Ragged(np.ones(values, np.float32), splits.copy())
    whole = cn.Ragged(counted, splits)
    yield "weights", weights.row_splits, lambda: weighted.encode({"k": whole, "w": weights})
    few = np.arange(rows + 1) * 2
    left, right = cn.Ragged(counted[: 2 * rows], few.copy()), cn.Ragged(counted[: 2 * rows], few)
    yield "cross", left.row_splits, lambda: crossed.encode({"k": left, "w": right})
    for name, held, call in (
        ("parse", records, lambda held: cn.parse_example(held, spec)),
        ("encode", records, lambda held: encoder["ids"].encode_examples(held)),
        ("steps", stepped, lambda held: cn.parse_sequence_example(held, sequence_features=spec)),
    ):
        one = cn.BytesArray(held.data, held.offsets.copy())
        yield "offsets of records, " + name, one.offsets, lambda one=one, call=call: call(one)
        other = cn.BytesArray(held.data.copy(), held.offsets)
        yield "bytes of records, " + name, other.data, lambda other=other, call=call: call(other)
        view = other.data[:]
        view.flags.writeable = False  # of memory that is written
        seen = cn.BytesArray(view, held.offsets)
        yield "viewed records, " + name, other.data, lambda seen=seen, call=call: call(seen)
    slot = jagged.slots["k"]
    yield "ids of a layer", slot.values, lambda: layer(jagged)
    yield "step splits of a layer", slot.step_splits, lambda: layer(jagged)

number = int(sys.argv[1])
name, array, call = list(attacks())[number]
call()
sound = array.copy()
wrong = np.random.default_rng(1).integers(np.iinfo(array.dtype).min, np.iinfo(array.dtype).max, len(array),
                                          array.dtype, endpoint=True)
stop = threading.Event()
def write():
    while not stop.is_set():
        for size in (1, 100, len(array)):
            array[-size:] = wrong[-size:]
            array[-size:] = sound[-size:]
thread = threading.Thread(target=write)
thread.start()
try:
    for _ in range(400):
        try:
            call()
        except (cn.errors.ColonnadeError, ValueError, IndexError, MemoryError):
            pass
finally:
    stop.set()
    thread.join()
array[:] = sound
call()
print(name)
"""


@pytest.mark.parametrize("number", range(17))
def test_no_write_crashes_a_call(number: int) -> None:
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(number)], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, f"{run.stdout} {run.stderr}"
