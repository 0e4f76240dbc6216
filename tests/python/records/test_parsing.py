"""parse_example: one record or a batch, VarLen and FixedLen."""

from __future__ import annotations

import numpy as np
import pytest
from failing import failure
from reference.examples import make_example

import colonnade as cn
from colonnade.errors import (
    ColumnTypeError,
    ColumnValueError,
    FeatureTypeError,
    KindError,
    MalformedRecordError,
    MissingFeatureError,
    ValueCountError,
)

RECORDS = [
    make_example({"ids": [3, -(2**63)], "words": [b"a\0", b""], "pair": [1.5, 2.5]}),
    b"",
    make_example({"ids": ("int64", []), "words": [], "pair": [0.0, -1.0], "extra": [1]}),
]
VARLEN = {
    "ids": cn.VarLenFeature("int64"),
    "words": cn.VarLenFeature("string"),
    "pair": cn.VarLenFeature(float),
}


class TestVarLen:
    """Lists of any length: absent, unset and empty are the same."""

    @pytest.mark.parametrize(
        "batch", [list, tuple, cn.BytesArray.from_list, lambda items: np.array(items, object)]
    )
    def test_batch(self, batch):
        parsed = cn.parse_example(batch(RECORDS), VARLEN)
        assert list(parsed) == ["ids", "words", "pair"]
        assert all(isinstance(values, cn.Ragged) for values in parsed.values())
        assert parsed["ids"].to_list() == [[3, -(2**63)], [], []]
        assert parsed["words"].to_list() == [[b"a\0", b""], [], []]
        assert parsed["pair"].to_list() == [[1.5, 2.5], [], [0.0, -1.0]]
        assert [values.dtype for values in parsed.values()] == ["int64", "string", "float32"]

    def test_one_record(self):
        parsed = cn.parse_example(RECORDS[0], VARLEN)
        assert parsed["ids"].tolist() == [3, -(2**63)]
        assert parsed["words"].to_list() == [b"a\0", b""]
        assert parsed["pair"].dtype == np.float32

    def test_nothing(self):
        parsed = cn.parse_example([], VARLEN)
        assert [len(values) for values in parsed.values()] == [0, 0, 0]
        assert [len(values) for values in cn.parse_example(b"", VARLEN).values()] == [0, 0, 0]


class TestFixedLen:
    """As many values as the shape holds."""

    def test_batch(self):
        spec = {
            "pair": cn.FixedLenFeature((1, 2), "float32", [7, 8]),
            "n": cn.FixedLenFeature((), "int64", 9),
        }
        parsed = cn.parse_example(RECORDS, spec)
        assert parsed["pair"].tolist() == [[[1.5, 2.5]], [[7, 8]], [[0, -1]]]
        assert parsed["pair"].dtype == np.float32
        assert parsed["n"].tolist() == [9, 9, 9]
        assert cn.parse_example([], spec)["pair"].shape == (0, 1, 2)

    def test_strings_are_objects(self):
        spec = {"words": cn.FixedLenFeature((2,), "string", ["é", b"\0"])}
        assert cn.parse_example(RECORDS, spec)["words"].tolist() == [
            [b"a\0", b""],
            ["é".encode(), b"\0"],
            ["é".encode(), b"\0"],
        ]

    def test_one_record(self):
        spec = {"pair": cn.FixedLenFeature((2,), "float32"), "n": cn.FixedLenFeature((), "int64", 9)}
        parsed = cn.parse_example(RECORDS[0], spec)
        assert parsed["pair"].tolist() == [1.5, 2.5]
        assert parsed["n"] == 9
        assert parsed["n"].shape == ()

    def test_missing_and_required(self):
        spec = {"pair": cn.FixedLenFeature((2,), "float32")}
        error = failure(
            MissingFeatureError,
            lambda: cn.parse_example(RECORDS, spec),
            "default_value",
            record=1,
            key="pair",
        )
        assert isinstance(error, ValueError)
        assert cn.parse_example(RECORDS[::2], spec)["pair"].shape == (2, 2)

    @pytest.mark.parametrize("values", [[1.0], [1.0, 2.0, 3.0]])
    def test_wrong_count(self, values):
        spec = {"pair": cn.FixedLenFeature((2,), "float32", 0)}
        records = [RECORDS[0], make_example({"pair": values})]
        error = failure(
            ValueCountError,
            lambda: cn.parse_example(records, spec),
            f"holds {len(values)} values, the shape needs 2",
            record=1,
            key="pair",
        )
        assert isinstance(error, ValueError)


KINDS = {"int64": [1], "float": [1.0], "bytes": [b"1"]}
DECLARED = {"int64": "int64", "float32": "float", "string": "bytes"}


@pytest.mark.parametrize("held", KINDS)
@pytest.mark.parametrize("dtype", DECLARED)
@pytest.mark.parametrize("feature", [cn.VarLenFeature, lambda dtype: cn.FixedLenFeature((1,), dtype)])
def test_kind_mismatch(held, dtype, feature):
    records = [make_example({"k": KINDS[DECLARED[dtype]]}), make_example({"k": KINDS[held]})]
    if held == DECLARED[dtype]:
        cn.parse_example(records, {"k": feature(dtype)})
        return
    error = failure(KindError, lambda: cn.parse_example(records, {"k": feature(dtype)}), record=1, key="k")
    assert isinstance(error, ValueError)
    assert f"holds a{'n' if held == 'int64' else ''} {held} list" in error.message


@pytest.mark.parametrize("wrong", ["text", None, 3, iter([b""])])
def test_records_in_a_wrong_container(wrong):
    error = failure(FeatureTypeError, lambda: cn.parse_example(wrong, VARLEN), "must be a list of bytes")
    assert isinstance(error, TypeError)


@pytest.mark.parametrize("wrong", ["text", None, 3, [b""]])
def test_a_record_that_is_not_bytes(wrong):
    failure(FeatureTypeError, lambda: cn.parse_example([b"", wrong], VARLEN), "must be bytes, got", record=1)


def test_wrong_specs():
    failure(ColumnTypeError, lambda: cn.parse_example(b"", [cn.VarLenFeature(int)]), "must be a mapping")
    failure(ColumnValueError, lambda: cn.parse_example(b"", {}), "nothing to parse")
    failure(
        ColumnTypeError, lambda: cn.parse_example(b"", {b"k": cn.VarLenFeature(int)}), "a key must be a str"
    )
    failure(
        ColumnValueError, lambda: cn.parse_example(b"", {"\ud800": cn.VarLenFeature(int)}), "valid Unicode"
    )
    failure(ColumnTypeError, lambda: cn.parse_example(b"", {"k": "int64"}), "not a feature spec", key="k")


def test_every_truncation_of_a_record():
    record = RECORDS[0]
    refused = 0
    for end in range(1, len(record)):
        with pytest.raises(MalformedRecordError) as caught:
            cn.parse_example([b"", record[:end]], VARLEN)
        assert caught.value.where["record"] == 1
        assert 0 <= caught.value.where["byte"] <= end
        refused += 1
    assert refused == len(record) - 1


def test_a_broken_feature_that_nobody_asked_for():
    broken = make_example({"ids": [1]}) + b"\x0a\x03\x0a\x01\x0f"
    with pytest.raises(MalformedRecordError) as caught:
        cn.parse_example([broken], {"words": cn.VarLenFeature("string")})
    assert caught.value.where["record"] == 0


def test_keys_that_are_not_ascii():
    record = make_example({"ключ": [1], "": [2]})
    spec = {"": cn.VarLenFeature(int), "ключ": cn.VarLenFeature(int)}
    assert {key: value.tolist() for key, value in cn.parse_example(record, spec).items()} == {
        "": [2],
        "ключ": [1],
    }
