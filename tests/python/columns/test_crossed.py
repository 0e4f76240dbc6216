"""Crossed columns, of contexts and step by step."""

from __future__ import annotations

import numpy as np
import pytest
from failing import refusal
from reference import encode

import colonnade as cn
from colonnade.errors import (
    ColumnTypeError,
    ColumnValueError,
    FeatureTypeError,
    IdOutOfRangeError,
    LimitError,
    SpecConflictError,
    UnequalLengthsError,
)

ITEM = cn.sequence_categorical_column_with_identity("item", 5)
PLACE = cn.categorical_column_with_identity("place", 5)


def encoder(column, **options):
    return cn.Encoder([cn.embedding_column(column, 1)], **options)


def values(column, features, **options):
    [slot] = encoder(column, **options).encode(features).slots.values()
    return slot.values.tolist()


def test_attributes():
    column = cn.crossed_column(["b", PLACE, "a"], 100)
    assert column.name == "a_X_b_X_place"
    assert column.keys == ("b", PLACE, "a")
    assert column.num_buckets == column.hash_bucket_size == 100
    assert column.hash_key == 0xDECAFCAFFE
    assert column == cn.crossed_column(("b", PLACE, "a"), 100, None)
    assert hash(column) == hash(cn.crossed_column(["b", PLACE, "a"], 100))
    assert column != cn.crossed_column(["a", PLACE, "b"], 100)
    assert cn.crossed_column(["a", "b"], 5, name="both").name == "both"


def test_no_key_is_tensorflows():
    assert cn.crossed_column(["a", "b"], 9, 0) == cn.crossed_column(["a", "b"], 9)
    assert cn.crossed_column(["a", "b"], 9, np.uint64(2**64 - 1)).hash_key == 2**64 - 1


def test_a_cross_of_a_cross_has_all_keys():
    inner = cn.crossed_column(["a", "b"], 9)
    assert cn.crossed_column([inner, PLACE], 9).keys == ("a", "b", PLACE)


def test_context():
    got = values(cn.crossed_column(["a", "b"], 1000), {"a": [["a", "b"], ["a"]], "b": [["c"], []]})
    assert got == [[566, 254], [-1, -1]]  # as TensorFlow 2.21 computes


def test_steps():
    column = cn.crossed_column([ITEM, "action"], 97)
    assert column.categorical_column.keys[1] == "action"
    features = {"item": [[1, 2, 3], [4]], "action": [["buy", "look", "buy"], ["look"]]}
    want = [
        encode.cross([[i], [a]], 97)[0]
        for i, a in zip([1, 2, 3, 4], ["buy", "look", "buy", "look"], strict=True)
    ]
    assert values(column, features, layout="jagged") == want
    assert values(column, features) == [want[:3], [want[3], -1, -1]]
    assert values(column, features, max_length=2, side="left") == [want[1:3], [-1, want[3]]]


def test_several_values_a_step():
    column = cn.crossed_column([ITEM, "tag"], 97)
    features = {"item": [[1, 2]], "tag": [[["x", "y"], []]]}
    assert values(column, features) == [[encode.cross([[1], ["x", "y"]], 97), [-1, -1]]]


def test_holes_of_dense_arrays_make_no_combination():
    column = cn.crossed_column([ITEM, "tag"], 97)
    features = {"item": np.array([[1, -1, 2]]), "tag": np.array([["x", "y", "z"]])}
    got = values(column, features)
    assert got == [[encode.cross([[1], ["x"]], 97), [-1], encode.cross([[2], ["z"]], 97)]]


def test_integers_for_a_raw_key():
    column = cn.crossed_column(["a", "b"], 97)
    wide = np.array([3, 2**64 - 1], np.uint64)
    features = [[[3, -1]], np.array([[3, 7]], np.int8), cn.Ragged(wide, np.array([0, 2])), wide.reshape(1, 2)]
    for feature, numbers in zip(features, ([3, -1], [3, 7], [3, 2**64 - 1], [3, 2**64 - 1]), strict=True):
        assert values(column, {"a": feature, "b": [["x"]]}) == [encode.cross([numbers, ["x"]], 97)]


def test_floats_for_a_raw_key():
    column = cn.crossed_column(["a", "b"], 97)
    refusal(FeatureTypeError, lambda: values(column, {"a": [[1.5]], "b": [["x"]]}), "float", key="a")


def test_unequal_steps():
    made = encoder(cn.crossed_column([ITEM, "tag"], 97))
    error = refusal(
        UnequalLengthsError,
        lambda: made.encode({"item": [[1], [1, 2]], "tag": [["x"], ["x"]]}),
        "1 steps, but the cross's first key has 2",
        key="tag",
        row=1,
    )
    assert error.where["column"] == "item_X_tag"


def test_place_of_a_bad_id():
    made = encoder(cn.crossed_column(["tag", ITEM], 97))
    rows = {"tag": [[["x"]], [["x", "y"], ["x", "y"], []]], "item": [[[1]], [[1], [], [2, 9]]]}
    refusal(IdOutOfRangeError, lambda: made.encode(rows), "id 9", key="item", row=1, step=2)
    flat = {"tag": [["x"], ["x", "y"]], "item": [[1], [2, 9]]}
    refusal(IdOutOfRangeError, lambda: made.encode(flat), "id 9", key="item", row=1, step=1)


@pytest.mark.parametrize("count", [2, 3, 5])
def test_huge_products(count):
    keys = [f"k{i}" for i in range(count)]
    made = encoder(cn.crossed_column(keys, 97))
    row = cn.Ragged(np.zeros(2**17, np.int64), np.array([0, 2**17]))
    shown = {2: 2**34, 3: 2**51, 5: "2^61 or more"}[count]
    words = f"{shown} combinations of the cross's values, the limit of one row is 4194304; cross keys"
    where = {"key": "k0", "column": "_X_".join(keys), "row": 0}
    refusal(LimitError, lambda: made.encode(dict.fromkeys(keys, row)), words, **where)
    steps = cn.Ragged(cn.Ragged(row.values, np.array([0, 1, 2**17])), np.array([0, 2]))
    sequences = [cn.sequence_categorical_column_with_identity(key, 9) for key in keys]
    listed = encoder(cn.crossed_column(sequences, 97))
    refusal(LimitError, lambda: listed.encode(dict.fromkeys(keys, steps)), "of one row is 4194304", row=0)


@pytest.mark.parametrize("steps", [False, True])
def test_most_combinations(steps):
    def rows_of(count):
        values = np.zeros(count * 2**11, np.int64)
        rows = cn.Ragged(values, np.arange(count + 1) * 2**11)
        return cn.Ragged(rows, np.arange(count + 1)) if steps else rows

    keys = ["a", "b"]
    ids = [cn.sequence_categorical_column_with_identity(k, 9) for k in keys] if steps else keys
    made = encoder(cn.crossed_column(ids, 97))
    assert made.encode(dict.fromkeys(keys, rows_of(1))).slots["a_X_b"].values.size == 2**22
    words = "138412032 combinations of the cross's values up to this row, the limit of one call is 134217728"
    refusal(LimitError, lambda: made.encode(dict.fromkeys(keys, rows_of(40))), words, column="a_X_b", row=32)


def test_long_sequences_of_single_values_are_not_limited():
    made = encoder(cn.crossed_column([ITEM, "tag"], 97))
    steps = 2**22 + 1
    row = cn.Ragged(np.zeros(steps, np.int64), np.array([0, steps]))
    assert made.encode({"item": row, "tag": row}).lengths.tolist() == [steps]


def test_one_key_in_two_ways():
    column = cn.crossed_column(["place", PLACE], 9)
    refusal(SpecConflictError, lambda: encoder(column), "place")


@pytest.mark.parametrize("keys", ["ab", None, {"a", "b"}, 5, {"a": 1, "b": 2}])
def test_keys_that_are_no_list(keys):
    refusal(ColumnTypeError, lambda: cn.crossed_column(keys, 9), "keys must be a list")


@pytest.mark.parametrize(
    "key",
    [
        1,
        None,
        b"a",
        cn.numeric_column("n"),
        cn.categorical_column_with_hash_bucket("h", 9),
        cn.sequence_categorical_column_with_hash_bucket("h", 9),
        cn.weighted_categorical_column(PLACE, "w"),
        cn.embedding_column(PLACE, 2),
        cn.indicator_column(PLACE),
    ],
)
def test_other_keys(key):
    refusal(ColumnTypeError, lambda: cn.crossed_column(["a", key], 9), "a key of a cross must be")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((["a"], 9), ColumnValueError, "takes 2 to 64 keys, got 1"),
        (([], 9), ColumnValueError, "takes 2 to 64 keys, got 0"),
        ((["a"] * 100_000, 100), ColumnValueError, "takes 2 to 64 keys, got 100000"),
        ((["a", "b"], 1), ColumnValueError, "hash_bucket_size must be at least 2"),
        ((["a", "b"], 2.5), ColumnTypeError, "hash_bucket_size must be an int"),
        ((["a", "b"], 2**63), ColumnValueError, "hash_bucket_size must fit 64 bits"),
        ((["a", "b"], 9, -1), ColumnValueError, "hash_key must be in"),
        ((["a", "b"], 9, 2**64), ColumnValueError, "hash_key must be in"),
        ((["a", "b"], 9, True), ColumnTypeError, "hash_key must be an int"),
        ((["a", "b"], 9, 1.0), ColumnTypeError, "hash_key must be an int"),
        ((["a", "\ud800"], 9), ColumnValueError, "valid Unicode"),
    ],
)
def test_arguments(arguments, error, message):
    refusal(error, lambda: cn.crossed_column(*arguments), message)
