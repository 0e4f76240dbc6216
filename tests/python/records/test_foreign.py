"""TensorFlow's arguments without TensorFlow: its specs by their attributes, and names of records."""

from __future__ import annotations

from collections import namedtuple
from types import SimpleNamespace

import pytest
from failing import failure

import colonnade as cn
from colonnade.errors import (
    ColumnTypeError,
    ColumnValueError,
    KindError,
    MalformedRecordError,
    MissingFeatureError,
)

INT64, FLOAT32, STRING = (SimpleNamespace(name=name) for name in ("int64", "float32", "string"))
VarLen = namedtuple("VarLenFeature", ["dtype"])
FixedLen = namedtuple("FixedLenFeature", ["shape", "dtype", "default_value"])
FixedLenSequence = namedtuple("FixedLenSequenceFeature", ["shape", "dtype", "allow_missing", "default_value"])
Sparse = namedtuple("SparseFeature", ["index_key", "value_key", "dtype", "size", "already_sorted"])
Ragged = namedtuple("RaggedFeature", ["dtype", "value_key", "partitions", "row_splits_dtype", "validate"])
RowLengths = namedtuple("RowLengths", ["key"])
Uniform = namedtuple("UniformRowLength", ["length"])

INT32 = SimpleNamespace(name="int32")
SPECS = {
    "VarLen": (VarLen(INT64), cn.VarLenFeature("int64")),
    "FixedLen": (FixedLen([2], FLOAT32, [1.0, 2.0]), cn.FixedLenFeature((2,), "float32", [1.0, 2.0])),
    "FixedLenSequence": (
        FixedLenSequence([], STRING, True, None),
        cn.FixedLenSequenceFeature((), "string", True),
    ),
    "Sparse": (Sparse("i", "v", INT64, 9, True), cn.SparseFeature("i", "v", "int64", 9, True)),
    "Ragged": (
        Ragged(INT64, "v", (RowLengths("n"), Uniform(1)), INT32, False),
        cn.RaggedFeature(
            "int64", "v", [cn.RaggedFeature.RowLengths("n"), cn.RaggedFeature.UniformRowLength(1)]
        ),
    ),
}
RECORD = cn.Example({"v": [3, 4], "f": [0.5, 1.5], "n": [1, 1], "i": [0, 8]}).serialize()
KEYS = {"VarLen": "v", "FixedLen": "f", "FixedLenSequence": "q", "Sparse": "s", "Ragged": "r"}


@pytest.mark.parametrize("name", SPECS)
def test_a_spec_of_tensorflow(name):
    theirs, ours = SPECS[name]
    key = KEYS[name]
    parsed, wanted = (cn.parse_example([RECORD, RECORD], {key: spec})[key] for spec in (theirs, ours))
    assert repr(parsed) == repr(wanted)


def test_in_sequence_examples():
    record = cn.SequenceExample({"f": [0.5, 1.5]}, {"v": [[1], [2, 3]]}).serialize()
    context, sequences, _ = cn.parse_sequence_example(
        record, {"f": SPECS["FixedLen"][0]}, {"v": VarLen(INT64)}
    )
    assert context["f"].tolist() == [0.5, 1.5]
    assert sequences["v"].to_list() == [[1], [2, 3]]


@pytest.mark.parametrize(
    ("spec", "kind"),
    [
        (VarLen(SimpleNamespace(name="int32")), ColumnValueError),
        (VarLen(None), ColumnTypeError),
        (FixedLen([-1], INT64, None), ColumnValueError),
        (Ragged(INT64, None, (SimpleNamespace(),), INT32, False), ColumnTypeError),
        (namedtuple("VarLenFeature", [])(), ColumnTypeError),
        (namedtuple("OtherFeature", ["dtype"])(INT64), ColumnTypeError),
    ],
)
def test_specs_that_cannot_be(spec, kind):
    with pytest.raises(kind) as caught:
        cn.parse_example([RECORD], {"v": spec})
    assert caught.value.where == {"key": "v"}


BAD = cn.Example({"v": [0.5]}).serialize()
INTS = {"v": cn.VarLenFeature("int64")}


def test_names_of_records():
    names = ["first", b"second"]
    assert cn.parse_example([RECORD, RECORD], INTS, names)["v"].to_list() == [[3, 4]] * 2
    failure(
        KindError,
        lambda: cn.parse_example([RECORD, BAD], INTS, names),
        "example b'second'",
        record=1,
        key="v",
    )
    failure(
        MalformedRecordError,
        lambda: cn.parse_sequence_example([b"\x0a", RECORD], INTS, example_names=names),
        "example 'first': the record ends",
        record=0,
        byte=1,
    )
    required = {"x": cn.FixedLenFeature((), "int64")}
    failure(
        MissingFeatureError,
        lambda: cn.parse_single_example(RECORD, required, "mine"),
        "example 'mine': the feature is required",
        record=0,
        key="x",
    )
    failure(
        MissingFeatureError,
        lambda: cn.parse_single_sequence_example(RECORD, required, None, "mine"),
        "example 'mine'",
        record=0,
        key="x",
    )


@pytest.mark.parametrize("names", ["ab", 3, ["a"], ["a", "b", "c"]])
def test_names_that_cannot_be(names):
    with pytest.raises((ColumnTypeError, ColumnValueError), match="example_names"):
        cn.parse_example([RECORD, RECORD], INTS, names)
