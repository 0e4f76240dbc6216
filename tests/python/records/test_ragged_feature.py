"""RaggedFeature: values divided into rows by other features of the record."""

from __future__ import annotations

import numpy as np
import pytest
from reference.examples import make_example, make_sequence_example

import colonnade as cn
from colonnade.errors import (
    ColumnTypeError,
    ColumnValueError,
    KindError,
    LimitError,
    RaggedError,
    SpecConflictError,
)

RaggedFeature = cn.RaggedFeature
RECORD = make_example(
    {
        "v": [b"a", b"b", b"c"],
        "lengths": [2, 0, 1],
        "splits": [0, 2, 2, 3],
        "starts": [0, 2, 2],
        "limits": [2, 2, 3],
        "ids": [0, 0, 2],
    }
)
PARTITIONS = [
    RaggedFeature.RowLengths("lengths"),
    RaggedFeature.RowSplits("splits"),
    RaggedFeature.RowStarts("starts"),
    RaggedFeature.RowLimits("limits"),
    RaggedFeature.ValueRowIds("ids"),
]


@pytest.mark.parametrize("partition", PARTITIONS, ids=repr)
def test_each_partition(partition):
    feature = {"r": RaggedFeature("string", "v", [partition])}
    batch = cn.parse_example([b"", RECORD, b""], feature)["r"]
    assert isinstance(batch, cn.Ragged)
    assert batch.to_list() == [[], [[b"a", b"b"], [], [b"c"]], []]
    assert cn.parse_example(RECORD, feature)["r"].to_list() == [[b"a", b"b"], [], [b"c"]]
    assert cn.parse_example([], feature)["r"].to_list() == []


def test_uniform_rows():
    feature = {"v": RaggedFeature("int64", partitions=[RaggedFeature.UniformRowLength(2)])}
    assert cn.parse_example([make_example({"v": [1, 2, 3, 4]}), b""], feature)["v"].to_list() == [
        [[1, 2], [3, 4]],
        [],
    ]


def test_outermost_partition_comes_first():
    record = make_example({"v": [1, 2, 3], "inner": [1, 0, 2], "outer": [2, 1]})
    partitions = [RaggedFeature.RowLengths("outer"), RaggedFeature.RowLengths("inner")]
    parsed = cn.parse_example([record], {"v": RaggedFeature("int64", None, partitions)})["v"]
    assert parsed.to_list() == [[[[1], []], [[2, 3]]]]


def test_without_partitions_it_is_a_list():
    features = {"a": RaggedFeature("int64"), "b": RaggedFeature("int64", "a")}
    record = make_example({"a": [1, 2]})
    batch = cn.parse_example([record, b""], features)
    assert batch["a"].to_list() == batch["b"].to_list() == [[1, 2], []]
    assert cn.parse_example(record, features)["a"].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("name", "partition", "given", "message"),
    [
        ("too few", RaggedFeature.RowLengths, [2], "hold 2 values, there are 3"),
        ("too many", RaggedFeature.RowLengths, [2, 2], "hold 4 values, there are 3"),
        ("negative", RaggedFeature.RowLengths, [4, -1], "4 for 3 values"),
        ("huge", RaggedFeature.RowLengths, [2**62] * 4 + [3], "for 3 values"),
        ("absent", RaggedFeature.RowLengths, [], "0 rows hold 0 values, there are 3"),
        ("begins late", RaggedFeature.RowSplits, [1, 3], "hold 2 values"),
        ("ends early", RaggedFeature.RowSplits, [0, 2], "hold 2 values"),
        ("falls", RaggedFeature.RowSplits, [0, 2, 1, 3], "overlap"),
        ("beyond", RaggedFeature.RowSplits, [0, 4], "4 for 3 values"),
        ("wraps", RaggedFeature.RowSplits, [0, -(2**63), 2**63 - 1, 3], "for 3 values"),
        ("begins late", RaggedFeature.RowStarts, [1], "hold 2 values"),
        ("falls", RaggedFeature.RowStarts, [0, 2, 1], "overlap"),
        ("ends early", RaggedFeature.RowLimits, [2], "hold 2 values"),
        ("falls", RaggedFeature.RowLimits, [2, 1, 3], "overlap"),
        ("too few", RaggedFeature.ValueRowIds, [0, 0], "2 row ids for 3 values"),
        ("negative", RaggedFeature.ValueRowIds, [-1, 0, 0], "negative"),
        ("falls", RaggedFeature.ValueRowIds, [0, 1, 0], "less than the one before"),
    ],
)
def test_contradictions_name_record_and_key(name, partition, given, message):
    records = [make_example({}), make_example({"v": [1, 2, 3], "p": ("int64", given)})]
    feature = RaggedFeature("int64", "v", [partition("p")], validate=False)
    with pytest.raises(RaggedError, match=message) as caught:
        cn.parse_example(records, {"r": feature})
    assert caught.value.where == {"record": 1, "key": "r"}
    assert "key='p'" in caught.value.message


def test_uniform_rows_that_do_not_fit():
    feature = {"v": RaggedFeature("int64", partitions=[RaggedFeature.UniformRowLength(2)])}
    with pytest.raises(RaggedError, match="hold 2 values, there are 3"):
        cn.parse_example([make_example({"v": [1, 2, 3]})], feature)


@pytest.mark.parametrize("last", [2**24 + 9, 2**62, 2**63 - 1])
def test_row_ids_allocate_nothing_for_rows_without_values(last):
    records = [b"", make_example({"v": [1, 2], "p": [0, last]})]
    with pytest.raises(LimitError, match=str(last)) as caught:
        cn.parse_example(records, {"v": RaggedFeature("int64", None, [RaggedFeature.ValueRowIds("p")])})
    assert caught.value.where == {"record": 1, "key": "v"}


def test_row_ids_of_many_records_share_the_limit():
    record = make_example({"v": [1], "p": [2**23]})
    feature = {"v": RaggedFeature("int64", None, [RaggedFeature.ValueRowIds("p")])}
    assert len(cn.parse_example([record], feature)["v"][0]) == 2**23 + 1
    with pytest.raises(LimitError):
        cn.parse_example([record] * 3, feature)


def test_partitions_lie_in_the_same_step():
    records = [
        make_sequence_example({}, {"v": [[1, 2, 3], []], "p": [[1, 2], []]}),
        make_sequence_example({}, {"v": [], "p": []}),
        make_sequence_example({}, {"v": [[4]], "p": [[0, 1]]}),
    ]
    feature = {"v": RaggedFeature("int64", None, [RaggedFeature.RowLengths("p")])}
    parsed = cn.parse_sequence_example(records, None, feature)[1]["v"]
    assert parsed.to_list() == [[[[1], [2, 3]], []], [], [[[], [4]]]]
    one = cn.parse_single_sequence_example(records[0], None, feature)[1]["v"]
    assert one.to_list() == [[[1], [2, 3]], []]


def test_contradiction_in_a_step_names_it():
    record = make_sequence_example({}, {"v": [[1], [2, 3]], "p": [[1], [1]]})
    feature = {"v": RaggedFeature("int64", None, [RaggedFeature.RowLengths("p")])}
    with pytest.raises(RaggedError) as caught:
        cn.parse_sequence_example([b"", record], None, feature)
    assert caught.value.where == {"record": 1, "key": "v", "step": 1}


@pytest.mark.parametrize("lists", [{"v": [[1], []], "p": [[1]]}, {"v": [[]]}, {"p": [[]]}])
def test_partitions_of_another_number_of_steps(lists):
    record = make_sequence_example({}, lists)
    feature = {"v": RaggedFeature("int64", None, [RaggedFeature.RowLengths("p")])}
    with pytest.raises(RaggedError, match=r"steps of partitions 'p' for \d steps") as caught:
        cn.parse_sequence_example([b"", record], None, feature)
    assert caught.value.where == {"record": 1, "key": "v"}


def test_context_may_be_ragged():
    record = make_sequence_example({"v": [1.0, 2.0], "p": [1, 1]}, {})
    feature = {"v": RaggedFeature("float32", None, [RaggedFeature.RowLengths("p")])}
    assert cn.parse_sequence_example([record], feature)[0]["v"].to_list() == [[[1.0], [2.0]]]


def test_partition_of_another_kind():
    with pytest.raises(KindError) as caught:
        cn.parse_example(
            [make_example({"v": [1], "p": [1.0]})],
            {"v": RaggedFeature("int64", None, [RaggedFeature.RowLengths("p")])},
        )
    assert caught.value.where["key"] == "p"


def test_key_of_two_dtypes():
    feature = RaggedFeature("float32", "p", [RaggedFeature.RowLengths("p")])
    with pytest.raises(SpecConflictError) as caught:
        cn.parse_example([], {"v": feature})
    assert caught.value.where["key"] == "p"
    with pytest.raises(SpecConflictError):
        cn.parse_example([], {"v": RaggedFeature("float32"), "w": RaggedFeature("int64", "v")})


def test_key_that_is_read_twice():
    features = {"v": cn.VarLenFeature("string"), "r": RaggedFeature("string", "v", PARTITIONS[:1])}
    parsed = cn.parse_example([RECORD], features)
    assert parsed["v"].to_list() == [[b"a", b"b", b"c"]]
    assert parsed["r"].to_list() == [[[b"a", b"b"], [], [b"c"]]]


def test_deeper_rows_encode_as_steps_of_several_values():
    column = cn.embedding_column(cn.sequence_categorical_column_with_hash_bucket("r", 10), 2)
    parsed = cn.parse_example([RECORD, b""], {"r": RaggedFeature("string", "v", PARTITIONS[:1])})
    batch = cn.Encoder([column]).encode(parsed)
    assert batch.lengths.tolist() == [3, 0]
    assert (batch.slots["r"].values >= 0).tolist() == [
        [[True, True], [False, False], [True, False]],
        [[False, False]] * 3,
    ]


@pytest.mark.parametrize(
    ("error", "arguments"),
    [
        (ColumnValueError, {"dtype": "int32"}),
        (ColumnValueError, {"value_key": ""}),
        (ColumnTypeError, {"value_key": b"v"}),
        (ColumnTypeError, {"partitions": RaggedFeature.RowSplits("p")}),
        (ColumnTypeError, {"partitions": ["p"]}),
        (ColumnTypeError, {"partitions": [RaggedFeature.RowSplits]}),
        (ColumnValueError, {"row_splits_dtype": "float32"}),
        (ColumnTypeError, {"validate": 1}),
    ],
)
def test_arguments_that_cannot_be(error, arguments):
    with pytest.raises(error):
        RaggedFeature(**{"dtype": "int64", **arguments})


@pytest.mark.parametrize("make", [type(partition) for partition in PARTITIONS])
def test_partition_keys_are_text(make):
    with pytest.raises(ColumnTypeError):
        make(b"p")


@pytest.mark.parametrize(
    ("error", "length"), [(ColumnValueError, 0), (ColumnValueError, -1), (ColumnTypeError, 1.0)]
)
def test_uniform_length_is_a_positive_int(error, length):
    with pytest.raises(error):
        RaggedFeature.UniformRowLength(length)


def test_specs_compare_by_value():
    one = RaggedFeature("int64", "v", [RaggedFeature.RowSplits("p")], "int32", False)
    assert one == RaggedFeature(np.int64, "v", (RaggedFeature.RowSplits("p"),))
    assert hash(one) == hash(RaggedFeature(int, "v", [RaggedFeature.RowSplits("p")]))
    assert one != RaggedFeature("int64", "v", [RaggedFeature.RowStarts("p")])
