"""Keys that records lack: heard once; an error where they stand elsewhere, or with missing="error"."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
from failing import failure, refusal

import colonnade as cn
from colonnade.errors import ColumnValueError, FeatureWarning, MissingFeatureError

WATCHES = cn.embedding_column(cn.sequence_categorical_column_with_identity("watches", 10), 2)
USER = cn.indicator_column(cn.categorical_column_with_identity("user", 10))
GROUPS = {"history": [WATCHES], "user": [USER]}
WITH = cn.Example({"watches": [1, 2], "user": 3}).serialize()
WITHOUT = cn.Example({"user": 3}).serialize()
SEQUENCE = cn.SequenceExample({"user": 3}, {"watches": [[1], [2]]}).serialize()
IN_CONTEXT = cn.SequenceExample({"watches": [1, 2], "user": 3}, {}).serialize()


def heard(call: Any) -> list[str]:
    """The FeatureWarnings of a call, all of which point here."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call()
    assert all(each.category is FeatureWarning and each.filename == __file__ for each in caught)
    return [str(each.message) for each in caught]


class TestWarning:
    """A key that no record has had so far."""

    def test_once_with_a_count(self) -> None:
        encoder = cn.Encoder(WATCHES)
        [words] = heard(lambda: encoder.encode_examples([WITHOUT] * 3))
        assert words == (
            "none of the first 3 records has the feature 'watches', so its rows are empty; "
            "the first one has 'user'"
        )
        assert heard(lambda: encoder.encode_examples([WITHOUT] * 3)) == []

    def test_a_name_that_is_nearly_right(self) -> None:
        record = cn.Example({"watchs": [1]}).serialize()
        [words] = heard(lambda: cn.Encoder(WATCHES).encode_examples([record, WITHOUT]))
        assert words.endswith("the first one has 'watchs'; did you mean 'watchs'?")

    def test_each_key(self) -> None:
        encoder = cn.Encoder({"a": [WATCHES], "b": [cn.sequence_numeric_column("price")]})
        assert len(heard(lambda: encoder.encode_examples([WITHOUT] * 2))) == 2

    def test_not_where_some_record_has_it(self) -> None:
        encoder = cn.Encoder(WATCHES)
        assert heard(lambda: encoder.encode_examples([WITHOUT, WITH])) == []
        assert heard(lambda: encoder.encode_examples([WITHOUT] * 9)) == []

    def test_one_record_alone_is_no_news(self) -> None:
        encoder = cn.Encoder(WATCHES)
        assert heard(lambda: encoder.encode_examples([WITHOUT])) == []
        assert len(heard(lambda: encoder.encode_examples([WITHOUT]))) == 1

    @pytest.mark.parametrize("empty", [{"watches": []}, {"watches": None}])
    def test_a_feature_without_values_is_there(self, empty: Any) -> None:
        record = cn.Example(empty).serialize()
        assert heard(lambda: cn.Encoder(WATCHES).encode_examples([record] * 2)) == []

    def test_sequence_examples(self) -> None:
        encoder = cn.Encoder(GROUPS)
        assert heard(lambda: encoder.encode_sequence_examples([SEQUENCE] * 2)) == []
        empty = cn.SequenceExample({"user": 3}, {"watches": []}).serialize()
        assert heard(lambda: cn.Encoder(GROUPS).encode_sequence_examples([empty] * 2)) == []
        nothing = cn.SequenceExample({"user": 3}, {}).serialize()
        assert len(heard(lambda: cn.Encoder(GROUPS).encode_sequence_examples([nothing] * 2))) == 1

    def test_another_message(self) -> None:
        assert len(heard(lambda: cn.Encoder(WATCHES).encode_examples([b"\x28\x01"] * 2))) == 1

    def test_a_copy_listens_anew(self) -> None:
        encoder = cn.Encoder(WATCHES)
        heard(lambda: encoder.encode_examples([WITHOUT] * 2))
        again = cn.from_config(cn.to_config(encoder))
        assert len(heard(lambda: again.encode_examples([WITHOUT] * 2))) == 1

    def test_in_batches_of_a_reader(self) -> None:
        encoder = cn.Encoder(WATCHES)
        records = cn.BytesArray.from_list([WITHOUT] * 2)
        assert len(heard(lambda: encoder.encode_examples(records))) == 1


class TestElsewhere:
    """A key where no column reads it."""

    def test_sequence_examples_as_examples(self) -> None:
        refusal(
            MissingFeatureError,
            lambda: cn.Encoder(GROUPS).encode_examples([WITHOUT, SEQUENCE]),
            "encode it with encode_sequence_examples",
            key="watches",
            record=1,
        )

    def test_examples_as_sequence_examples(self) -> None:
        refusal(
            MissingFeatureError,
            lambda: cn.Encoder(WATCHES).encode_sequence_examples([WITH]),
            "use encode_examples if these are Examples",
            key="watches",
            record=0,
        )

    def test_a_sequence_in_the_context(self) -> None:
        refusal(
            MissingFeatureError,
            lambda: cn.Encoder(GROUPS).encode_sequence_examples([IN_CONTEXT] * 2),
            "else a context column",
            key="watches",
            record=0,
        )

    def test_a_context_in_the_lists(self) -> None:
        record = cn.SequenceExample({}, {"watches": [[1]], "user": [[3]]}).serialize()
        refusal(
            MissingFeatureError,
            lambda: cn.Encoder(GROUPS).encode_sequence_examples([record]),
            "use a sequence column",
            key="user",
            record=0,
        )

    def test_a_key_that_both_read(self) -> None:
        """What stands in the context alone may be a user without a history."""
        both = {
            "a": [WATCHES],
            "b": [cn.indicator_column(cn.categorical_column_with_identity("watches", 10))],
        }
        encoder = cn.Encoder(both)
        batches = encoder.encode_sequence_examples([IN_CONTEXT])
        assert batches["a"].lengths.tolist() == [0]

    def test_contexts_of_sequence_examples_as_examples(self) -> None:
        batch = cn.Encoder(USER).encode_examples([SEQUENCE])
        assert batch.slots["user"].values.tolist() == [[3]]

    def test_a_later_field_of_another_meaning(self) -> None:
        """Field 2 that holds no feature lists says nothing."""
        assert len(heard(lambda: cn.Encoder(WATCHES).encode_examples([WITHOUT + b"\x12\x01\xff"] * 2))) == 1


class TestStrict:
    """missing="error"."""

    @pytest.fixture
    def encoder(self) -> cn.Encoder:
        return cn.Encoder(GROUPS, missing="error")

    def test_the_first_record_without(self, encoder: cn.Encoder) -> None:
        failure(
            MissingFeatureError,
            lambda: encoder.encode_examples([WITH, WITHOUT, b""]),
            "the record does not have it",
            key="watches",
            record=1,
        )

    def test_all_have_it(self, encoder: cn.Encoder) -> None:
        empty = cn.Example({"watches": [], "user": []}).serialize()
        assert encoder.encode_examples([WITH, empty])["history"].lengths.tolist() == [2, 0]
        assert encoder.encode_sequence_examples([SEQUENCE])["history"].lengths.tolist() == [2]

    def test_every_batch(self, encoder: cn.Encoder) -> None:
        encoder.encode_examples([WITH])
        failure(MissingFeatureError, lambda: encoder.encode_examples([WITH, b""]), key="user", record=1)

    def test_choices(self) -> None:
        failure(ColumnValueError, lambda: cn.Encoder(WATCHES, missing="warn"), "missing must be 'empty' or")
