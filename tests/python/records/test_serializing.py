"""serialize_examples and serialize_sequence_examples: which columns are taken, and what is refused."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from reference import proto

import colonnade as cn
from colonnade.errors import (
    ColonnadeError,
    ColumnTypeError,
    ColumnValueError,
    FeatureTypeError,
    NarrowingError,
    RaggedError,
    UnequalLengthsError,
)


@pytest.mark.parametrize(
    ("column", "rows"),
    [
        (cn.Ragged.from_list([[1, 2], []]), [[1, 2], []]),
        (cn.Ragged(np.array([[1, 2], [3, 4]]), [0, 1, 2]), [[1, 2], [3, 4]]),
        (cn.BytesArray.from_list([b"a", b""]), [[b"a"], [b""]]),
        (np.array([1.5, 2.5]), [[1.5], [2.5]]),
        (np.array([[1, 2], [3, 4]], np.uint8), [[1, 2], [3, 4]]),
        (np.zeros((2, 1, 2), bool), [[0, 0], [0, 0]]),
        (np.zeros((2, 0)), [[], []]),
        (np.array(["a", "b"]), [[b"a"], [b"b"]]),
        (np.array([["a", "b"], ["c", "d"]]), [[b"a", b"b"], [b"c", b"d"]]),
        (np.array([1, 2, 3, 4], ">i4")[::2], [[1], [3]]),
        (np.array([0.5, 1], np.float16), [[0.5], [1.0]]),
        ([[1, 2], ()], [[1, 2], []]),
        ([["é"], [b"\0", "b"]], [["é".encode()], [b"\0", b"b"]]),
        ([[1, 0.5], [2]], [[1.0, 0.5], [2.0]]),
        ([3, 4], [[3], [4]]),
        ((True, False), [[1], [0]]),
        (pa.array([[1, 2], None]), [[1, 2], []]),
        (pa.array(["a", "b"]), [[b"a"], [b"b"]]),
        (pa.chunked_array([[[1.0]], [[2.0]]]), [[1.0], [2.0]]),
        (pa.nulls(2), [[], []]),
    ],
)
def test_columns_that_are_taken(column: Any, rows: list[Any]) -> None:
    records = cn.serialize_examples({"key": column})
    assert records.to_list() == [cn.Example({"key": row}).serialize() for row in rows]
    for record, row in zip(records, rows, strict=True):
        (feature,) = proto.parse(record).values()
        assert list(feature[1]) == row


@pytest.mark.parametrize(
    ("column", "steps"),
    [
        ([[1, 2], []], [[[1], [2]], []]),
        ([[[1, 2], []], []], [[[1, 2], []], []]),
        (np.array([[1, 2], [3, 4]]), [[[1], [2]], [[3], [4]]]),
        (np.ones((2, 1, 3)), [[[1.0, 1.0, 1.0]]] * 2),
        (np.ones((2, 2, 0)), [[[], []]] * 2),
        (cn.Ragged(np.array([[1, 2], [3, 4]]), [0, 2, 2]), [[[1, 2], [3, 4]], []]),
        (cn.Ragged(cn.Ragged(np.ones((3, 2), int), [0, 1, 3]), [0, 1, 2]), [[[1, 1]], [[1, 1, 1, 1]]]),
        (pa.array([[["a"], None], None]), [[[b"a"], []], []]),
    ],
)
def test_feature_lists_that_are_taken(column: Any, steps: list[Any]) -> None:
    records = cn.serialize_sequence_examples(None, {"key": column})
    assert records.to_list() == [cn.SequenceExample({}, {"key": row}).serialize() for row in steps]


def test_tables_and_what_is_left_out() -> None:
    table = pa.table({"b": [[1], []], "a": ["x", "y"]})
    expected = [cn.Example({"a": a, "b": b}).serialize() for a, b in (("x", [1]), ("y", []))]
    assert cn.serialize_examples(table).to_list() == expected
    assert cn.serialize_examples(table.to_batches()[0]).to_list() == expected
    assert cn.serialize_examples({}).to_list() == []
    assert cn.serialize_sequence_examples(table, {}).to_list() == [
        cn.SequenceExample({"a": a, "b": b}, {}).serialize() for a, b in (("x", [1]), ("y", []))
    ]
    assert cn.serialize_sequence_examples({}, pa.table({"b": [[1]]})).to_list() == [
        cn.SequenceExample({}, {"b": [1]}).serialize()
    ]


@pytest.mark.parametrize(
    ("column", "dtype", "rows"),
    [
        ([[1, 2], []], "float32", [[1.0, 2.0], []]),
        (np.array([1, 2]), float, [[1.0], [2.0]]),
        (cn.Ragged.from_list([[1], [2]]), "float64", [[1.0], [2.0]]),
        (pa.array([[True], []]), "float32", [[1.0], []]),
        ([[], []], "string", [[], []]),
        ([[], []], "float32", [[], []]),
        (cn.Ragged.from_list([[], []]), "string", [[], []]),
        (np.array([0.1, 3.0], np.float64), "float32", [[0.1], [3.0]]),
        ([[1], [2]], "int32", [[1], [2]]),
    ],
)
def test_dtypes(column: Any, dtype: Any, rows: list[Any]) -> None:
    records = cn.serialize_examples({"key": column}, {"key": dtype})
    assert records.to_list() == [cn.Example({"key": row}).serialize() for row in rows]


def test_what_was_written_is_parsed_equal() -> None:
    watches = cn.Ragged.from_list([[5, 7], []])
    records = cn.serialize_examples({"watches": watches, "shape": np.ones((2, 2, 3), np.float32)})
    parsed = cn.parse_example(
        records, {"watches": cn.VarLenFeature("int64"), "shape": cn.FixedLenFeature((2, 3), "float32")}
    )
    assert parsed["watches"].to_list() == [[5, 7], []]
    assert parsed["shape"].tolist() == np.ones((2, 2, 3)).tolist()


@pytest.mark.parametrize(
    ("column", "dtype", "error", "says", "where"),
    [
        ([[[1]]], None, FeatureTypeError, "several values a step.*serialize_sequence_examples", {}),
        (pa.array([[[1]]]), None, FeatureTypeError, "several values a step", {}),
        (3, None, FeatureTypeError, "a int is no column; use a Ragged", {}),
        ("ab", None, FeatureTypeError, "a str is no column", {}),
        (np.array(3), None, FeatureTypeError, "a ndarray is no column", {}),
        ([[1], None], None, FeatureTypeError, "must be a list", {"row": 1}),
        ([[1], ["a"]], None, RaggedError, "one kind", {"row": 1, "step": 0}),
        ([[0], [2**63]], None, NarrowingError, "does not fit int64", {"row": 1, "step": 0}),
        (np.array([[1j]]), None, FeatureTypeError, "complex", {"row": 0, "step": 0}),
        (np.array([0, 2**63], np.uint64), None, NarrowingError, f"{2**63} does not fit int64", {"row": 1}),
        (np.array([[1, 2], [3, 1e39]]), None, NarrowingError, r"1e\+39 does not fit float32", {"row": 1}),
        (
            cn.Ragged(np.array([1.0, 2.0, 1e39]), [0, 0, 3]),
            None,
            NarrowingError,
            "does not fit",
            {"row": 1, "step": 2},
        ),
        (np.array([1.5]), "int64", FeatureTypeError, "the values are float64, the dtype is int64", {}),
        (np.array([1]), "string", FeatureTypeError, "the values are int64, the dtype is string", {}),
        (cn.BytesArray.from_list(["a"]), "int64", FeatureTypeError, "are strings, the dtype is int64", {}),
        ([["a"]], "float32", FeatureTypeError, "kind string, the dtype is float32", {"row": 0, "step": 0}),
        ([[1]], "float31", ColumnValueError, "unknown dtype", {}),
    ],
)
def test_columns_that_are_refused(
    column: Any, dtype: Any, error: type[ColonnadeError], says: str, where: dict[str, int]
) -> None:
    with pytest.raises(error, match=says) as caught:
        cn.serialize_examples({"key": column}, None if dtype is None else {"key": dtype})
    assert caught.value.where == {"key": "key", **where}


@pytest.mark.parametrize(
    ("column", "says"),
    [
        (np.array([1, 2]), "needs steps"),
        (cn.BytesArray.from_list(["a"]), "needs steps"),
        (pa.array([1]), "needs steps"),
        ([[[[1]]]], "no level more"),
    ],
)
def test_feature_lists_that_are_refused(column: Any, says: str) -> None:
    with pytest.raises(FeatureTypeError, match=says) as caught:
        cn.serialize_sequence_examples({}, {"key": column})
    assert caught.value.where == {"key": "key"}


def test_arguments_that_are_refused() -> None:
    with pytest.raises(UnequalLengthsError, match="1 rows, but key 'a' has 2") as caught:
        cn.serialize_examples({"a": [1, 2], "b": [1]})
    assert caught.value.where == {"key": "b"}
    with pytest.raises(UnequalLengthsError):
        cn.serialize_sequence_examples({"a": [1, 2]}, {"b": [[1]]})
    with pytest.raises(FeatureTypeError, match="must be a mapping"):
        cn.serialize_examples([b"record"])
    with pytest.raises(FeatureTypeError, match="dtypes must be a mapping"):
        cn.serialize_examples({"a": [1]}, ["int64"])  # type: ignore[arg-type]
    with pytest.raises(ColumnValueError, match="not among the features"):
        cn.serialize_examples({"a": [1]}, {"b": "int64"})
    with pytest.raises(ColumnTypeError, match="a key must be a str"):
        cn.serialize_examples({1: [1], "a": [1]})
    with pytest.raises(ColumnValueError, match="valid Unicode"):
        cn.serialize_examples({"\ud800": [1]})


def test_splits_that_were_written_into_are_noticed() -> None:
    ragged = cn.Ragged.from_list([[1, 2], [3]])
    ragged.row_splits[1] = 2**40
    with pytest.raises(RaggedError):
        cn.serialize_examples({"key": ragged})
    strings = cn.BytesArray.from_list(["a", "b"])
    strings.offsets[1] = -5
    with pytest.raises(RaggedError):
        cn.serialize_examples({"key": strings})


def test_a_thread_that_writes_into_the_values_gets_an_error_at_worst() -> None:
    values, ended = np.zeros(200_000, np.int64), threading.Event()
    ragged = cn.Ragged(values, np.arange(0, 200_001, 100))

    def write() -> None:
        while not ended.is_set():
            values[::7] = -1
            values[::7] = 0

    errors: list[RaggedError] = []
    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(30):
            try:
                records = cn.serialize_examples({"key": ragged})
            except RaggedError as error:
                errors.append(error)
            else:
                cn.parse_example(records, {"key": cn.VarLenFeature("int64")})
    finally:
        ended.set()
        writer.join()
    for error in errors:
        assert "changed while" in error.message
        assert error.where["key"] == "key"


def test_a_record_that_was_changed_is_an_error() -> None:
    example = cn.Example({"key": [1, 2]})
    for wrong in ((1, "a"), (1, 2.0), [1], ("a",), ((1,),)):
        example.features["key"] = wrong  # type: ignore[index]
        with pytest.raises(FeatureTypeError, match="changed after"):
            example.serialize()
