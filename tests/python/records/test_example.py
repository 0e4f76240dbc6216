"""Example and SequenceExample: the same bytes as protobuf's, and what is refused."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference import proto

import colonnade as cn
from colonnade.errors import (
    ColonnadeError,
    ColumnTypeError,
    ColumnValueError,
    FeatureTypeError,
    NarrowingError,
)

LISTS = st.one_of(
    st.lists(st.integers(-(2**63), 2**63 - 1)),
    st.lists(st.floats(width=32, allow_nan=False)),
    st.lists(st.binary()),
    st.lists(st.text()),
)
FEATURES = st.dictionaries(st.text(), LISTS)


def fill(feature: Any, values: list[Any]) -> None:
    if not values:
        return
    kind = {int: "int64_list", float: "float_list", str: "bytes_list", bytes: "bytes_list"}[type(values[0])]
    encoded = [value.encode() if isinstance(value, str) else value for value in values]
    getattr(feature, kind).value.extend(encoded)


def assert_same(serialized: bytes, message: Any) -> None:
    """The same bytes, but for the order of keys, in which protobuf's implementations differ."""
    assert type(message).FromString(serialized) == message
    assert len(serialized) == message.ByteSize()


@given(FEATURES)
def test_an_example_is_what_protobuf_writes(features: dict[str, list[Any]]) -> None:
    message = proto.Example()
    message.features.SetInParent()
    for key, values in features.items():
        fill(message.features.feature[key], values)
    assert_same(cn.Example(features).serialize(), message)


@given(FEATURES, st.dictionaries(st.text(), st.lists(LISTS)))
def test_a_sequence_example_is_what_protobuf_writes(
    context: dict[str, list[Any]], feature_lists: dict[str, list[list[Any]]]
) -> None:
    message = proto.SequenceExample()
    message.context.SetInParent()
    message.feature_lists.SetInParent()
    for key, values in context.items():
        fill(message.context.feature[key], values)
    for key, steps in feature_lists.items():
        steps_of_key = message.feature_lists.feature_list[key]
        for values in steps:
            fill(steps_of_key.feature.add(), values)
    assert_same(cn.SequenceExample(context, feature_lists).serialize(), message)


@given(FEATURES)
def test_the_order_of_keys_does_not_matter(features: dict[str, list[Any]]) -> None:
    turned = dict(reversed(features.items()))
    assert cn.Example(turned) == cn.Example(features)
    assert cn.Example(turned).serialize() == cn.Example(features).serialize()


@pytest.mark.parametrize(
    ("given", "held"),
    [
        (7, (7,)),
        ("é", ("é".encode(),)),
        (b"\0", (b"\0",)),
        (bytearray(b"ab"), (b"ab",)),
        (0.5, (0.5,)),
        (0.1, (float(np.float32(0.1)),)),
        ([True, False], (1, 0)),
        ((), ()),
        (None, ()),
        (np.int8(-1), (-1,)),
        (np.array([[1, 2], [3, 4]], np.uint8), (1, 2, 3, 4)),
        (np.array(["a", "b"]), (b"a", b"b")),
        (np.array([0.5], np.float64), (0.5,)),
        (np.float16(2), (2.0,)),
        (range(3), (0, 1, 2)),
        ([math.inf, -math.inf], (math.inf, -math.inf)),
        (-(2**63), (-(2**63),)),
    ],
)
def test_values_that_are_taken(given: Any, held: tuple[Any, ...]) -> None:
    example = cn.Example({"key": given})
    assert example.features == {"key": held}
    assert list(map(type, example.features["key"])) == list(map(type, held))
    ((_, read),) = proto.parse(example.serialize()).values()
    assert tuple(read) == held


def test_a_nan_stays_one() -> None:
    assert math.isnan(proto.parse(cn.Example({"key": math.nan}).serialize())["key"][1][0])


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        ([True, 2.5], FeatureTypeError, "value 1 is a float, value 0 is an int"),
        (["a", 1], FeatureTypeError, "value 1 is an int, value 0 is a string"),
        ([1, None], FeatureTypeError, "value 1 must be .* got NoneType None"),
        ([[1], [2]], FeatureTypeError, r"value 0 must be .* got list \[1\]"),
        ({"a": 1}, FeatureTypeError, "value 0 must be .* got dict"),
        ({1, 2}, FeatureTypeError, "value 0 must be .* got set"),
        (1j, FeatureTypeError, "got complex 1j"),
        ([0, 2**63], NarrowingError, f"value 1 does not fit int64: int {2**63}"),
        ([-(2**63) - 1], NarrowingError, "value 0 does not fit int64"),
        ([1 << 100_000], NarrowingError, "an int of 100001 bits"),
        (np.array([2**64 - 1], np.uint64), NarrowingError, "value 0 does not fit int64"),
        ([0.0, -3.5e38], NarrowingError, "value 1 does not fit float32: -3.5e"),
        (["a", "\ud800"], NarrowingError, "value 1 is not valid Unicode"),
    ],
)
def test_values_that_are_refused(given: Any, error: type[ColonnadeError], says: str) -> None:
    with pytest.raises(error, match=says) as caught:
        cn.Example({"good": 1, "key": given})
    assert caught.value.where == {"key": "key"}


def test_an_error_in_a_feature_list_says_at_which_step() -> None:
    with pytest.raises(NarrowingError) as caught:
        cn.SequenceExample({}, {"key": [1, [2, 2**63]]})
    assert caught.value.where == {"key": "key", "step": 1}


@pytest.mark.parametrize("steps", ["ab", b"ab", 3, None, {"a": 1}])
def test_a_feature_list_is_a_list(steps: Any) -> None:
    with pytest.raises(FeatureTypeError, match="must be a list of steps"):
        cn.SequenceExample({}, {"key": steps})


@pytest.mark.parametrize("features", [None, [("a", 1)], "a"])
def test_features_are_a_mapping(features: Any) -> None:
    with pytest.raises(FeatureTypeError, match="must be a mapping"):
        cn.Example(features)


@pytest.mark.parametrize(
    ("key", "error"), [(b"key", ColumnTypeError), (1, ColumnTypeError), ("\ud800", ColumnValueError)]
)
def test_a_key_is_text(key: Any, error: type[ColonnadeError]) -> None:
    with pytest.raises(error, match="a key must be"):
        cn.Example({key: 1, "other": 2})


def test_a_built_example_does_not_follow_its_source() -> None:
    values = [1]
    example = cn.Example({"key": values})
    values.append(2)
    assert example.features == {"key": (1,)}


@pytest.mark.parametrize(
    ("given", "dtype", "held"),
    [
        ([5, 7], "float32", (5.0, 7.0)),
        ([5, 7], float, (5.0, 7.0)),
        ([True, False], "float64", (1.0, 0.0)),
        ([2**24 + 1], "float32", (float(2**24),)),
        ([5, 7], "int32", (5, 7)),
        ([0.5], "float16", (0.5,)),
        (["a"], "string", (b"a",)),
        ([], "string", ()),
        (None, "float32", ()),
        (np.array([1, 2], np.uint8), "float32", (1.0, 2.0)),
    ],
)
def test_dtypes(given: Any, dtype: Any, held: Any) -> None:
    example = cn.Example({"a": given, "b": 1}, dtypes={"a": dtype})
    assert repr(example.features["a"]) == repr(held)
    assert example.features["b"] == (1,)
    steps = cn.SequenceExample({"a": given}, {"b": [given, []]}, dtypes={"a": dtype, "b": dtype})
    assert repr(vars(steps)) == repr({"context": {"a": held}, "feature_lists": {"b": (held, ())}})
    batch = [None if given is None else list(given)]
    column = cn.Ragged.from_list([[]], dtype) if batch[0] is None else batch
    assert cn.serialize_examples({"a": column}, {"a": dtype})[0] == cn.Example({"a": held}).serialize()


@pytest.mark.parametrize(
    ("given", "dtype", "kind", "said"),
    [
        ([0.5], "int64", FeatureTypeError, "the values are float32, the dtype is int64"),
        (["a"], "float32", FeatureTypeError, "the values are string, the dtype is float32"),
        ([1], "string", FeatureTypeError, "the values are int64, the dtype is string"),
        ([1], "complex64", ColumnValueError, "unknown dtype"),
        ([1], None, ColumnTypeError, "is not a dtype"),
    ],
)
def test_dtypes_that_do_not_fit(given: Any, dtype: Any, kind: type[ColonnadeError], said: str) -> None:
    with pytest.raises(kind, match=said) as caught:
        cn.Example({"a": given}, dtypes={"a": dtype})
    assert caught.value.where == {"key": "a"}
    with pytest.raises(kind, match=said):
        cn.SequenceExample({}, {"a": [given]}, dtypes={"a": dtype})


def test_dtypes_of_other_keys() -> None:
    with pytest.raises(ColumnValueError, match="not among the features"):
        cn.Example({"a": 1}, dtypes={"b": "int64"})
    with pytest.raises(FeatureTypeError, match="dtypes must be a mapping"):
        cn.SequenceExample({"a": 1}, {}, dtypes=["int64"])  # type: ignore[arg-type]


@pytest.mark.parametrize("given", [[5, 4.5], [4.5, 5], (5, np.float32(4.5)), [np.int8(5), 4.5]])
def test_ints_among_floats_are_floats(given: Any) -> None:
    held = cn.Example({"a": given}).features["a"]
    assert set(map(type, held)) == {float}
    assert sorted(held) == [4.5, 5.0]


@pytest.mark.parametrize("kind", [cn.Example, cn.SequenceExample])
@pytest.mark.parametrize("given", [None, "text", 3, ["a"], np.array([b"a"], object)])
def test_only_bytes_are_parsed(kind: Any, given: Any) -> None:
    with pytest.raises(FeatureTypeError, match="a serialized record must be bytes"):
        kind.parse(given)


@pytest.mark.parametrize("kind", [cn.Example, cn.SequenceExample])
def test_any_buffer_is_parsed(kind: Any) -> None:
    record = cn.Example({"a": [1, 2]}).serialize()
    assert kind.parse(bytearray(record)) == kind.parse(memoryview(record)) == kind.parse(record)


def test_what_was_parsed_is_an_example_like_any_other() -> None:
    made = cn.Example({"a": [1, 2], "b": ["é"], "c": [], "d": 0.1})
    assert cn.Example.parse(made.serialize()) == made
    steps = cn.SequenceExample({"a": 1}, {"b": [[1], [b"x"], [], [0.5, 1.5]], "c": []})
    assert cn.SequenceExample.parse(steps.serialize()) == steps
