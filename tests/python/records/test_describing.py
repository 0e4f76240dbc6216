"""describe: what records hold, without a schema, and a table that says so."""

from __future__ import annotations

import dataclasses
import io

import pytest
from reference.examples import make_example

import colonnade as cn

ONE = cn.Example({"watches": [5, 7], "country": "nl", "none": []}).serialize()
OTHER = cn.Example({"watches": [7, 9, 11, 12], "rating": 0.5}).serialize()
VISIT = cn.SequenceExample({"user": 3}, {"clicks": [[1, 2], [], [3]], "pages": []}).serialize()


def by_key(description):
    return {key.key: key for key in description.keys}


def test_counts_kinds_and_values():
    found = cn.describe([ONE, OTHER, b""])
    assert (found.record_type, found.records) == ("Example", 3)
    keys = by_key(found)
    assert list(keys) == ["country", "none", "rating", "watches"]
    assert keys["watches"] == cn.DescribedKey(
        "watches", "features", ("int64",), 2, values=(2, 4), steps=None, examples=(5, 7, 9)
    )
    assert keys["rating"].kinds == ("float32",)
    assert (keys["none"].kinds, keys["none"].values, keys["none"].examples) == ((), (0, 0), ())


def test_sequence_examples():
    found = cn.describe([ONE, VISIT])
    assert found.record_type == "SequenceExample"
    keys = by_key(found)
    assert keys["user"].place == keys["watches"].place == "context"
    assert keys["clicks"] == cn.DescribedKey(
        "clicks", "feature_lists", ("int64",), 1, values=(0, 2), steps=(3, 3), examples=(1, 2, 3)
    )
    assert (keys["pages"].steps, keys["pages"].values) == ((0, 0), (0, 0))


def test_conflicting_kinds_are_all_told():
    found = cn.describe([cn.Example({"a": 1}).serialize(), cn.Example({"a": "x"}).serialize()])
    assert by_key(found)["a"].kinds == ("int64", "string")
    assert "int64 or string" in repr(found)
    within = cn.describe(cn.SequenceExample({}, {"a": [[1], ["x"], [0.5]]}).serialize())
    assert by_key(within)["a"].kinds == ("float32", "int64", "string")


def test_the_table():
    text = repr(cn.describe([ONE, VISIT]))
    assert text.splitlines() == [
        "2 records, read as SequenceExample",
        "key      place          kind     records  steps  values  examples",
        "country  context        string   1               1       b'nl'",
        "none     context        (empty)  1               0",
        "user     context        int64    1               1       3",
        "watches  context        int64    1               2       5, 7",
        "clicks   feature_lists  int64    1        3      0 to 2  1, 2, 3",
        "pages    feature_lists  (empty)  1        0      0",
    ]


def test_the_table_is_short_whatever_the_records_hold():
    wide = {f"{index:04}" + "k" * 5000: b"v" * 10_000 for index in range(300)}
    text = repr(cn.describe(cn.Example(wide | {"line\nbreak": "a"}).serialize()))
    assert max(map(len, text.splitlines())) < 160
    assert len(text.splitlines()) < 70
    assert text.endswith("... and 241 more keys")


def test_files(tmp_path):
    path = tmp_path / "a.tfrecord"
    with cn.TFRecordWriter(path) as writer:
        for record in [ONE, OTHER, VISIT]:
            writer.write(record)
    wanted = cn.describe([ONE, OTHER, VISIT])
    for source in (path, str(path), [path], cn.TFRecordReader(path), io.BytesIO(path.read_bytes())):
        assert cn.describe(source) == wanted
    assert cn.describe(path, records=2) == cn.describe([ONE, OTHER])
    packed = io.BytesIO()
    with cn.TFRecordWriter(packed, compression="GZIP") as writer:
        writer.write(ONE)
    assert cn.describe(io.BytesIO(packed.getvalue()), compression="GZIP") == cn.describe(ONE)


def test_one_record_in_any_buffer():
    for record in (bytearray(ONE), memoryview(ONE), [bytearray(ONE)], cn.BytesArray.from_list([ONE])):
        assert cn.describe(record) == cn.describe(ONE)


def test_another_message():
    found = cn.describe(b"\x08\x01")
    assert (found.record_type, found.keys) == ("Example", ())
    assert repr(found) == "1 record, read as Example: no keys, so perhaps another message"


def test_an_example_with_an_unknown_field_2():
    found = cn.describe(ONE + b"\x12\x01a")
    assert found == cn.describe(ONE)


def test_damage_says_which_record():
    with pytest.raises(cn.errors.MalformedRecordError) as caught:
        cn.describe([ONE, VISIT, VISIT[:-1]])
    assert caught.value.where["record"] == 2
    assert "byte" in caught.value.where


@pytest.mark.parametrize("source", [3, None, {"a": 1}, [3], ["no such file"]])
def test_no_source(source):
    with pytest.raises((cn.errors.RecordTypeError, cn.errors.FeatureTypeError, FileNotFoundError)):
        cn.describe(source)


@pytest.mark.parametrize("records", [0, -1, 1.5, True, "1"])
def test_no_number_of_records(records):
    with pytest.raises((cn.errors.ColumnTypeError, cn.errors.ColumnValueError)):
        cn.describe([ONE], records=records)


def test_a_value_object():
    found = cn.describe(ONE)
    assert hash(found) == hash(cn.describe(ONE))
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.records = 3  # type: ignore[misc]


def test_an_empty_list_has_no_kind():
    record = make_example({"a": ("bytes", [])})
    assert by_key(cn.describe([record, cn.Example({"a": 1}).serialize()]))["a"].kinds == ("int64",)
