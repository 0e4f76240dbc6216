"""How many values columns did not know, counted while they are encoded."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import colonnade as cn
from colonnade import SlotCounts
from colonnade.errors import IdOutOfRangeError

IDS = cn.sequence_categorical_column_with_identity("ids", 5, default_value=0)
WORDS = cn.sequence_categorical_column_with_vocabulary_list("words", ["a", "b"], num_oov_buckets=3)
YEARS = cn.sequence_categorical_column_with_vocabulary_list("years", [1999, 2000], default_value=1)
COLUMNS = [cn.indicator_column(column) for column in (IDS, WORDS, YEARS)]


def encoder(**options: Any) -> cn.Encoder:
    return cn.Encoder(COLUMNS, **options)


rows = st.lists(
    st.lists(
        st.tuples(st.integers(-2, 7), st.sampled_from(["a", "b", "", "other"]), st.integers(1997, 2002)),
        max_size=5,
    ),
    min_size=1,
    max_size=5,
)


@pytest.mark.filterwarnings("ignore::colonnade.errors.FeatureWarning")
@given(rows, st.sampled_from([{}, {"max_length": 1}, {"layout": "jagged"}, {"num_threads": 2}]))
def test_against_a_loop(rows: list[list[tuple[int, str, int]]], options: dict[str, Any]) -> None:
    features = {
        key: [[step[place] for step in row] for row in rows]
        for place, key in enumerate(("ids", "words", "years"))
    }
    steps = [step for row in rows for step in row]
    wanted = {
        "ids": SlotCounts(len(steps), 0, sum(not 0 <= step[0] < 5 for step in steps)),
        "words": SlotCounts(len(steps), sum(step[1] not in ("a", "b") for step in steps), 0),
        "years": SlotCounts(len(steps), sum(step[2] not in (1999, 2000) for step in steps), 0),
    }
    dtypes = {"ids": "int64", "words": "string", "years": "int64"}
    ragged = {key: cn.Ragged.from_list(values, dtypes[key]) for key, values in features.items()}
    examples = cn.serialize_examples(ragged)
    for encode, given_rows in (("encode", ragged), ("encode_examples", examples)):
        counts: dict[str, SlotCounts] = {}
        with_counts = getattr(encoder(**options), encode)(given_rows, counts=counts)
        assert counts == wanted
        without = getattr(encoder(**options), encode)(given_rows)
        for name, slot in without.slots.items():
            np.testing.assert_array_equal(with_counts.slots[name].values, slot.values)


def test_sequence_examples_and_padding() -> None:
    record = cn.SequenceExample({}, {"words": [["a", "x"], ["y"]], "ids": [[9], [1]], "years": [[1], [2]]})
    counts: dict[str, SlotCounts] = {}
    encoder().encode_sequence_examples([record.serialize()], counts=counts)
    assert counts == {"ids": SlotCounts(2, 0, 1), "words": SlotCounts(3, 2), "years": SlotCounts(2, 2)}
    words = cn.Encoder(cn.indicator_column(WORDS), padding_value="")
    words.encode({"words": [["", "x", "", "a", ""]]}, counts=counts)
    assert counts["words"] == SlotCounts(5, 3)


def test_absent_cells_are_no_values() -> None:
    counts: dict[str, SlotCounts] = {}
    cn.Encoder(cn.indicator_column(IDS)).encode({"ids": np.array([[7, -1, 1], [-1, -1, -1]])}, counts=counts)
    assert counts == {"ids": SlotCounts(2, 0, 1)}


def test_crosses_count_all_their_keys() -> None:
    cross = cn.crossed_column([IDS, WORDS], 100, name="both")
    counts: dict[str, SlotCounts] = {}
    cn.Encoder(cn.indicator_column(cross)).encode({"ids": [[9, 1]], "words": [["a", "x"]]}, counts=counts)
    assert list(counts.values()) == [SlotCounts(4, 1, 1)]


def test_a_batch_that_fails_counts_nothing() -> None:
    strict = cn.Encoder(cn.indicator_column(cn.sequence_categorical_column_with_identity("ids", 5)))
    counts = {"ids": SlotCounts(1)}
    with pytest.raises(IdOutOfRangeError):
        strict.encode({"ids": [[1, 9]]}, counts=counts)
    assert counts == {"ids": SlotCounts(1)}
