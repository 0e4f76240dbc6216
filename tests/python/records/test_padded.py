"""FixedLenSequenceFeature: padded arrays from Examples and SequenceExamples."""

from __future__ import annotations

import numpy as np
import pytest
from reference.examples import make_example, make_sequence_example

import colonnade as cn
from colonnade.errors import (
    ColumnTypeError,
    ColumnValueError,
    LimitError,
    MissingFeatureError,
    PartialStepError,
    ValueCountError,
)


def steps(shape, dtype, **more):
    return cn.FixedLenSequenceFeature(shape, dtype, **more)


def test_example_is_padded_to_the_longest():
    records = [make_example({"a": [1, 2, 3, 4]}), make_example({}), make_example({"a": [5, 6]})]
    parsed = cn.parse_example(records, {"a": steps((2,), "int64", allow_missing=True)})["a"]
    assert parsed.dtype == np.int64
    assert parsed.tolist() == [[[1, 2], [3, 4]], [[0, 0], [0, 0]], [[5, 6], [0, 0]]]


@pytest.mark.parametrize(
    ("dtype", "values", "default", "wanted"),
    [
        ("float32", [1.5], -1, [[1.5, -1.0], [1.5, 1.5]]),
        ("int64", [7], -(2**63), [[7, -(2**63)], [7, 7]]),
        ("string", [b"x\0"], "é", [[b"x\0", "é".encode()], [b"x\0", b"x\0"]]),
        ("string", [b"x"], None, [[b"x", b""], [b"x", b"x"]]),
    ],
)
def test_default_fills_up(dtype, values, default, wanted):
    records = [make_example({"a": values}), make_example({"a": values * 2})]
    feature = steps((), dtype, allow_missing=True, default_value=default)
    assert cn.parse_example(records, {"a": feature})["a"].tolist() == wanted


def test_one_record_is_not_padded():
    feature = {"a": steps((2, 1), "float32", allow_missing=True)}
    assert cn.parse_example(make_example({"a": [1.0, 2.0]}), feature)["a"].tolist() == [[[1.0], [2.0]]]
    assert cn.parse_example(b"", feature)["a"].shape == (0, 2, 1)


def test_no_records_and_no_steps():
    feature = {"a": steps((2,), "string", allow_missing=True)}
    assert cn.parse_example([], feature)["a"].shape == (0, 0, 2)
    assert cn.parse_example([b"", b""], feature)["a"].shape == (2, 0, 2)
    _, sequences, lengths = cn.parse_sequence_example([], None, feature)
    assert sequences["a"].shape == (0, 0, 2)
    assert lengths["a"].tolist() == []


def test_example_with_part_of_a_step():
    records = [make_example({"a": [1, 2]}), make_example({"a": [1, 2, 3]})]
    with pytest.raises(PartialStepError) as caught:
        cn.parse_example(records, {"a": steps((2,), "int64", allow_missing=True)})
    assert caught.value.where == {"record": 1, "key": "a"}


def test_example_needs_allow_missing():
    with pytest.raises(ColumnValueError, match="allow_missing=True"):
        cn.parse_example([], {"a": steps((), "int64")})


def test_sequence_example_gives_lengths():
    records = [
        make_sequence_example({}, {"a": [[1.0, 2.0], [3.0, 4.0]], "b": [[b"x"]]}),
        make_sequence_example({}, {"a": [], "b": [[b"y"], [b"z"]]}),
    ]
    features = {"a": steps(2, "float32"), "b": steps((), "string")}
    _, sequences, lengths = cn.parse_sequence_example(records, None, features)
    assert sequences["a"].tolist() == [[[1.0, 2.0], [3.0, 4.0]], [[0.0, 0.0], [0.0, 0.0]]]
    assert sequences["b"].tolist() == [[b"x", b""], [b"y", b"z"]]
    assert {key: array.tolist() for key, array in lengths.items()} == {"a": [2, 0], "b": [1, 2]}
    assert lengths["a"].dtype == np.int64


def test_one_sequence_example():
    record = make_sequence_example({}, {"a": [[1.0, 2.0]]})
    _, sequences, lengths = cn.parse_sequence_example(record, None, {"a": steps(2, "float32")})
    assert sequences["a"].tolist() == [[1.0, 2.0]]
    assert lengths["a"] == 1


def test_absent_list_is_an_error_unless_allowed():
    records = [make_sequence_example({}, {"a": []}), make_sequence_example({"a": [1]}, {"b": [[1]]})]
    with pytest.raises(MissingFeatureError, match="allow_missing=True") as caught:
        cn.parse_sequence_example(records, None, {"a": steps((), "int64")})
    assert caught.value.where == {"record": 1, "key": "a"}
    _, sequences, _ = cn.parse_sequence_example(records, None, {"a": steps((), "int64", allow_missing=True)})
    assert sequences["a"].shape == (2, 0)


@pytest.mark.parametrize("step", [[1, 2], [], (None, [])])
def test_step_of_another_size(step):
    record = make_sequence_example({}, {"a": [[1], step]})
    with pytest.raises(ValueCountError) as caught:
        cn.parse_sequence_example([b"", record], None, {"a": steps((), "int64", allow_missing=True)})
    assert caught.value.where == {"record": 1, "key": "a", "step": 1}


def test_sequence_example_takes_no_default():
    with pytest.raises(ColumnValueError, match="must be None"):
        cn.parse_sequence_example([], None, {"a": steps((), "int64", default_value=1)})


@pytest.mark.parametrize("shape", [0, (0,), (2, 0), (-1,)])
def test_shape_without_values_is_refused(shape):
    with pytest.raises(ColumnValueError):
        steps(shape, "int64", allow_missing=True)


@pytest.mark.parametrize(
    ("error", "arguments"),
    [
        (ColumnValueError, {"dtype": "int32"}),
        (ColumnValueError, {"default_value": [1, 2]}),
        (ColumnValueError, {"default_value": 2**63}),
        (ColumnTypeError, {"default_value": 1.5}),
        (ColumnTypeError, {"default_value": True}),
        (ColumnTypeError, {"default_value": "x"}),
        (ColumnTypeError, {"shape": 1.5}),
        (ColumnTypeError, {"shape": None}),
        (ColumnTypeError, {"allow_missing": 1}),
        (ColumnValueError, {"dtype": "float32", "default_value": 1e300}),
        (ColumnValueError, {"dtype": "float32", "default_value": 10**400}),
        (ColumnValueError, {"dtype": "string", "default_value": "\ud800"}),
    ],
)
def test_arguments_that_cannot_be(error, arguments):
    with pytest.raises(error):
        cn.FixedLenSequenceFeature(**{"shape": (), "dtype": "int64", **arguments})


def test_infinite_default_is_fine():
    assert steps((), "float32", default_value=-np.inf).padding == -np.inf


def test_one_long_row_does_not_widen_without_limit():
    # 1 MiB of records that ask for 64 GiB.
    records = [make_example({"a": [1] * 2**20}), *[b""] * 2**13]
    with pytest.raises(LimitError, match="smaller batches"):
        cn.parse_example(records, {"a": steps((), "int64", allow_missing=True)})


def test_huge_shape_is_an_error():
    with pytest.raises(ColumnValueError, match="too large"):
        steps((2**58,), "int64", allow_missing=True)
