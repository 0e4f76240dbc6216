"""parse_sequence_example, the forms for one record, and the specs that columns make for them."""

from __future__ import annotations

import numpy as np
import pytest
from reference.examples import make_example, make_sequence_example

import colonnade as cn
from colonnade.errors import (
    ColumnTypeError,
    ColumnValueError,
    FeatureTypeError,
    KindError,
    MalformedRecordError,
    MissingFeatureError,
    SpecConflictError,
)

INTS, FLOATS, TEXTS = cn.VarLenFeature("int64"), cn.VarLenFeature("float32"), cn.VarLenFeature("string")
RECORDS = [
    make_sequence_example(
        {"user": [b"omar"], "age": [41.5]}, {"clicks": [[1, 2], [], [3]], "words": [[b"a\0"]]}
    ),
    make_sequence_example({"age": [7.0]}, {"clicks": []}),
]


def test_lists_are_ragged_by_record_step_and_value():
    context, sequences, lengths = cn.parse_sequence_example(
        RECORDS, {"user": TEXTS, "age": cn.FixedLenFeature((), "float32")}, {"clicks": INTS, "words": TEXTS}
    )
    assert context["user"].to_list() == [[b"omar"], []]
    assert context["age"].tolist() == [41.5, 7.0]
    assert sequences["clicks"].to_list() == [[[1, 2], [], [3]], []]
    assert sequences["words"].to_list() == [[[b"a\0"]], []]
    assert lengths == {}


def test_every_form_of_a_batch():
    joined = cn.BytesArray.from_list(RECORDS)
    for batch in (RECORDS, tuple(RECORDS), joined, np.array(RECORDS, object)):
        assert cn.parse_sequence_example(batch, None, {"clicks": INTS})[1]["clicks"].to_list() == [
            [[1, 2], [], [3]],
            [],
        ]


def test_empty_steps_are_kept():
    record = make_sequence_example({}, {"a": [(None, []), [7], ("int64", []), (None, [])]})
    assert cn.parse_sequence_example([record], None, {"a": INTS})[1]["a"].to_list() == [[[], [7], [], []]]


def test_one_record():
    context, sequences, lengths = cn.parse_sequence_example(
        RECORDS[0],
        {"user": TEXTS, "age": cn.FixedLenFeature((1,), "float32")},
        {"clicks": INTS, "words": cn.FixedLenSequenceFeature((), "string")},
    )
    assert list(context["user"]) == [b"omar"]
    assert context["age"].tolist() == [41.5]
    assert sequences["clicks"].to_list() == [[1, 2], [], [3]]
    assert sequences["words"].tolist() == [b"a\0"]
    assert lengths["words"] == 1


def test_single_forms():
    context, sequences = cn.parse_single_sequence_example(RECORDS[0], {"age": FLOATS}, {"clicks": INTS})
    assert context["age"].tolist() == [41.5]
    assert sequences["clicks"].to_list() == [[1, 2], [], [3]]
    assert cn.parse_single_example(make_example({"a": [1, 2]}), {"a": INTS})["a"].tolist() == [1, 2]


@pytest.mark.parametrize("serialized", [RECORDS, np.array(RECORDS, object), "text", None])
def test_single_forms_take_bytes(serialized):
    with pytest.raises(FeatureTypeError, match="must be bytes"):
        cn.parse_single_sequence_example(serialized, {"age": FLOATS})
    with pytest.raises(FeatureTypeError, match="must be bytes"):
        cn.parse_single_example(serialized, {"age": FLOATS})


def test_context_and_lists_may_share_a_key():
    record = make_sequence_example({"a": [1.5]}, {"a": [[9], [8]]})
    context, sequences, _ = cn.parse_sequence_example([record], {"a": FLOATS}, {"a": INTS})
    assert context["a"].to_list() == [[1.5]]
    assert sequences["a"].to_list() == [[[9], [8]]]


def test_only_what_is_wanted_is_compared_with_its_kind():
    record = make_sequence_example({"a": [1.5], "b": [b"x"]}, {"b": [[9], [2.5]], "c": [[1]]})
    assert cn.parse_sequence_example([record], {"a": FLOATS}, {"c": INTS})[1]["c"].to_list() == [[[1]]]


def test_example_reads_as_context():
    record = make_example({"a": [1, 2]})
    context, sequences, _ = cn.parse_sequence_example([record], {"a": INTS}, {"a": INTS})
    assert context["a"].to_list() == [[1, 2]]
    assert sequences["a"].to_list() == [[]]


def test_step_of_another_kind():
    record = make_sequence_example({}, {"a": [[1], ("float", []), [2.0]]})
    with pytest.raises(KindError) as caught:
        cn.parse_sequence_example([b"", record], None, {"a": INTS})
    assert caught.value.where == {"record": 1, "key": "a", "step": 2}


@pytest.mark.parametrize("kind", [None, "int64", "float", "bytes"])
def test_an_empty_list_is_of_any_kind(kind):
    record = make_sequence_example({"b": (kind, [])}, {"a": [(kind, []), [1], (kind, [])]})
    for dtype in ("int64", "float32", "string"):
        context, _, _ = cn.parse_sequence_example([record], {"b": cn.VarLenFeature(dtype)})
        assert context["b"].to_list() == [[]]
    _, sequences, _ = cn.parse_sequence_example([record], None, {"a": INTS})
    assert sequences["a"].to_list() == [[[], [1], []]]
    column = cn.indicator_column(cn.sequence_categorical_column_with_identity("a", 3))
    assert cn.Encoder([column]).encode_sequence_examples([record]).lengths.tolist() == [3]


def test_context_of_another_kind():
    with pytest.raises(KindError) as caught:
        cn.parse_sequence_example(RECORDS, {"age": INTS})
    assert caught.value.where == {"record": 0, "key": "age"}


def test_required_context_is_missing():
    with pytest.raises(MissingFeatureError) as caught:
        cn.parse_sequence_example(RECORDS, {"user": cn.FixedLenFeature((), "string")})
    assert caught.value.where == {"record": 1, "key": "user"}


def test_damaged_record():
    with pytest.raises(MalformedRecordError) as caught:
        cn.parse_sequence_example([RECORDS[0], RECORDS[0][:-1]], {"age": FLOATS})
    assert caught.value.where["record"] == 1


@pytest.mark.parametrize(
    ("context", "sequences"),
    [
        ({"a": cn.FixedLenSequenceFeature((), "int64", allow_missing=True)}, None),
        ({"a": cn.SparseFeature("i", "a", "int64", 3)}, None),
        (None, {"a": cn.FixedLenFeature((), "int64")}),
        (None, {"a": cn.SparseFeature("i", "a", "int64", 3)}),
        (None, {"a": 3}),
        (None, {3: INTS}),
        ([("a", INTS)], None),
    ],
)
def test_features_that_cannot_stand_there(context, sequences):
    with pytest.raises(ColumnTypeError):
        cn.parse_sequence_example([], context, sequences)


@pytest.mark.parametrize("features", [(), (None, None), ({}, {}), (None, {})])
def test_nothing_wanted(features):
    with pytest.raises(ColumnValueError, match="nothing to parse"):
        cn.parse_sequence_example([], *features)


def test_specs_of_columns():
    watches = cn.sequence_categorical_column_with_identity("watches", 10)
    columns = [
        cn.embedding_column(watches, 2),
        cn.sequence_numeric_column("price", (2,)),
        cn.indicator_column(cn.categorical_column_with_hash_bucket("city", 10)),
        cn.numeric_column("age", default_value=0),
        watches,
    ]
    context, sequences = cn.make_parse_sequence_example_spec(columns)
    assert context == {"city": TEXTS, "age": cn.FixedLenFeature((1,), "float32", 0.0)}
    assert sequences == {"watches": INTS, "price": FLOATS}


def test_specs_keep_context_and_lists_apart():
    item = cn.embedding_column(cn.categorical_column_with_identity("item", 10), 2, name="item")
    items = cn.sequence_numeric_column("item")
    assert cn.make_parse_sequence_example_spec([item, items]) == ({"item": INTS}, {"item": FLOATS})


def test_specs_that_cannot_be():
    identity = cn.sequence_categorical_column_with_identity("a", 10)
    with pytest.raises(SpecConflictError):
        cn.make_parse_sequence_example_spec([identity, cn.sequence_numeric_column("a")])
    for columns in (identity, "a", {"a": identity}, [3]):
        with pytest.raises(ColumnTypeError):
            cn.make_parse_sequence_example_spec(columns)
    assert cn.make_parse_sequence_example_spec([]) == ({}, {})
