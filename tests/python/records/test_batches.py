"""Serialized records in every container that holds them, and what the others are told."""

from __future__ import annotations

import collections
import io
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from failing import failure

import colonnade as cn
from colonnade.errors import FeatureTypeError, RaggedError

# The second ends with the byte 0, which a value of 0 is on the wire.
ONE, OTHER = cn.Example({"a": [1, 2]}).serialize(), cn.Example({"a": [3, 0]}).serialize()
RECORDS = [ONE, OTHER]
INTS = {"a": cn.VarLenFeature("int64")}
ENCODER = cn.Encoder(cn.sequence_numeric_column("a", dtype="int64"))
OF_CONTEXTS = cn.Encoder(cn.numeric_column("a", 2, dtype="int64"))


class Tensor:
    """Like an eager tensor of strings."""

    def __init__(self, held: Any) -> None:
        self.numpy = lambda: held


def objects() -> Any:
    return np.array(RECORDS, object)


HELD = {
    "tuple": tuple(RECORDS),
    "deque": collections.deque(RECORDS),
    "bytearrays": [bytearray(ONE), memoryview(OTHER)],
    "every second byte": [ONE, memoryview(b"".join(bytes([byte, 7]) for byte in OTHER))[::2]],
    "BytesArray": cn.BytesArray.from_list(RECORDS),
    "objects": objects(),
    "tensor": Tensor(objects()),
    "Arrow": pa.array(RECORDS),
    "Arrow, large": pa.array(RECORDS, pa.large_binary()),
    "Arrow, chunked": pa.chunked_array([[ONE], [], [OTHER]], pa.binary()),
    "Arrow, sliced": pa.array([b"x", *RECORDS])[1:],
    "Polars": pl.Series(RECORDS),
    "pandas": pd.Series(RECORDS),
}


@pytest.mark.parametrize("name", HELD)
def test_taken(name: str) -> None:
    assert cn.parse_example(HELD[name], INTS)["a"].to_list() == [[1, 2], [3, 0]]
    context, _, _ = cn.parse_sequence_example(HELD[name], INTS)
    assert context["a"].to_list() == [[1, 2], [3, 0]]
    assert ENCODER.encode_examples(HELD[name]).slots["a"].values[..., 0].tolist() == [[1, 2], [3, 0]]
    batch = OF_CONTEXTS.encode_sequence_examples(HELD[name])
    assert batch.slots["a"].values.tolist() == [[1, 2], [3, 0]]


@pytest.mark.parametrize("one", [OTHER, bytearray(OTHER), memoryview(OTHER), Tensor(OTHER)])
def test_one_record(one: Any) -> None:
    assert cn.parse_example(one, INTS)["a"].tolist() == [3, 0]
    assert cn.parse_single_example(one, INTS)["a"].tolist() == [3, 0]
    assert cn.parse_single_sequence_example(one, INTS)[0]["a"].tolist() == [3, 0]


@pytest.mark.parametrize("one", [OTHER, bytearray(OTHER), memoryview(OTHER), Tensor(OTHER)])
def test_one_record_is_no_batch(one: Any) -> None:
    failure(FeatureTypeError, lambda: ENCODER.encode_examples(one), match="for one record give a list of one")


def batches() -> Any:
    file = io.BytesIO()
    with cn.TFRecordWriter(file) as writer:
        writer.write(ONE)
    return cn.TFRecordReader(io.BytesIO(file.getvalue()))


REFUSED = {
    "generator": (lambda: (record for record in RECORDS), "got generator; give one batch of it at a time"),
    "iterator": (lambda: iter(RECORDS), "got list_iterator; give one batch of it at a time"),
    "reader": (batches, r"got TFRecordReader; loop over its \.batches\(n\)"),
    "batches": (lambda: batches().batches(2), "give one batch of it at a time"),
    "set": (lambda: set(RECORDS), "got set, which has no order"),
    "mapping": (lambda: {"a": [1]}, r"got dict; features in memory go to Encoder\.encode"),
    "text": (lambda: "text", "got str$"),
    "number": (lambda: 3, "got int$"),
    "sized bytes": (lambda: np.array(RECORDS), "lost the zeros at their ends.*dtype=object"),
    "numbers": (lambda: np.arange(3), "got an array of int64"),
    "rank 2": (lambda: objects().reshape(1, 2), r"must have rank 1, got 2; take \.ravel\(\)"),
    "rank 2 in a tensor": (lambda: Tensor(objects().reshape(1, 2)), "must have rank 1, got 2"),
    "numbers in a tensor": (lambda: Tensor(np.arange(3)), "got an array of int64"),
    "table": (lambda: pa.table({"record": RECORDS}), "choose one of its columns"),
    "Arrow numbers": (
        lambda: pa.array([1]),
        "a flat column of strings is wanted, got a flat column of int64",
    ),
    "LazyFrame": (lambda: pl.DataFrame({"r": RECORDS}).lazy(), r"call \.collect\(\) first"),
    "a message": (lambda: SimpleNamespace(SerializeToString=bytes), "call its SerializeToString"),
    "a dataset": (lambda: SimpleNamespace(as_numpy_iterator=iter), r"loop over its \.batch\(n\)"),
    "tensors": (lambda: [Tensor(ONE)], r"got Tensor; call .* \.numpy\(\) of a tensor"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_told_how(name: str) -> None:
    make, match = REFUSED[name]
    for take in (lambda given: cn.parse_example(given, INTS), ENCODER.encode_examples):
        with pytest.raises(FeatureTypeError, match=match):
            take(make())


def test_nulls_are_no_records() -> None:
    failure(RaggedError, lambda: cn.parse_example(pa.array([ONE, None]), INTS), match="null", row=1)


def test_a_bytearray_is_copied_at_once() -> None:
    record = bytearray(ONE)
    parsed = cn.parse_example([record], INTS)
    record[:] = bytes(len(record))
    assert parsed["a"].to_list() == [[1, 2]]
