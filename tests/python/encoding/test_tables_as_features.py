"""Tables of Arrow libraries as features: the same batch as from lists."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import colonnade as cn

COLUMNS = {
    "history": [
        cn.embedding_column(cn.sequence_categorical_column_with_identity("clicks", 50), 2),
        cn.embedding_column(cn.sequence_categorical_column_with_hash_bucket("words", 100), 2),
        cn.sequence_numeric_column("prices"),
    ],
    "context": [
        cn.indicator_column(cn.categorical_column_with_vocabulary_list("country", ["FR", "DE"])),
        cn.indicator_column(cn.categorical_column_with_identity("device", 3, default_value=2)),
        cn.numeric_column("age"),
    ],
}
ROWS = {
    "clicks": [[1, 2], [], [49]],
    "words": [["a", "b"], [], ["é"]],
    "prices": [[1.0, 2.5], [], [3.0]],
    "country": [["DE"], ["FR"], ["IT"]],
    "device": [[0], [-1], [1]],
    "age": [[30.0], [40.5], [50.0]],
}


def table(**changes: Any) -> pa.Table:
    flat = {key: [row[0] for row in ROWS[key]] for key in ("country", "device", "age")}
    return pa.table({**ROWS, **flat, "unread": [None, {"a": 1}, None], **changes})


def assert_same(batches: Any, expected: Any) -> None:
    for group, batch in batches.items():
        for name, slot in batch.slots.items():
            np.testing.assert_array_equal(slot.values, expected[group].slots[name].values, strict=True)


def test_a_table_equals_lists() -> None:
    encoder = cn.Encoder(COLUMNS)
    expected = encoder.encode(ROWS)
    # Nothing is absent in Arrow data, so -1 in a flat column is a value out of range.
    assert expected["context"].slots["device"].values.tolist() == [[0], [2], [1]]
    assert_same(encoder.encode(table()), expected)
    chunked = pa.concat_tables([table().slice(0, 1), table().slice(1)])
    assert_same(encoder.encode(chunked), expected)
    assert_same(encoder.encode(chunked.to_reader()), expected)
    assert_same(encoder.encode(table().to_batches()[0]), expected)


def test_a_null_list_is_an_empty_sequence() -> None:
    clicks = [[1, 2], None, [49]]
    encoder = cn.Encoder(COLUMNS)
    assert_same(encoder.encode(table(clicks=clicks)), encoder.encode(ROWS))


def test_a_null_in_a_list_is_an_error() -> None:
    with pytest.raises(cn.errors.RaggedError, match="null") as caught:
        cn.Encoder(COLUMNS).encode(table(clicks=[[1, None], [], [49]]))
    assert caught.value.where == {"key": "clicks", "row": 0, "step": 1}


def test_an_absent_column_is_named() -> None:
    with pytest.raises(cn.errors.MissingFeatureError) as caught:
        cn.Encoder(COLUMNS).encode(table().drop_columns(["words"]))
    assert caught.value.where["key"] == "words"


def test_no_mapping_and_no_table() -> None:
    with pytest.raises(cn.errors.FeatureTypeError, match="or an Arrow table, got list"):
        cn.Encoder(COLUMNS).encode([b"record"])


def test_frames_of_other_libraries_equal_lists() -> None:
    import duckdb
    import pandas  # noqa: F401 (to_pandas needs it)
    import polars

    plain = table().drop_columns(["unread"])
    encoder = cn.Encoder(COLUMNS)
    expected = encoder.encode(ROWS)
    assert_same(encoder.encode(polars.from_arrow(plain)), expected)
    assert_same(encoder.encode(duckdb.sql("select * from plain")), expected)
    assert_same(encoder.encode(plain.to_pandas()), expected)
