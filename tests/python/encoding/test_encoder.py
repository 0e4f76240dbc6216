"""The encoder: groups, slots, layouts, lengths, padding; from features and from records."""

from __future__ import annotations

import copy
import itertools
import pickle

import numpy as np
import pytest
from failing import failure
from reference.examples import make_example

import colonnade as cn
from colonnade.errors import (
    ColumnTypeError,
    ColumnValueError,
    FeatureTypeError,
    IdOutOfRangeError,
    KindError,
    LimitError,
    MissingFeatureError,
    UnequalLengthsError,
    ValueCountError,
)

IDENTITY = cn.sequence_categorical_column_with_identity("a", 9)
A = cn.embedding_column(IDENTITY, 2)
N = cn.sequence_numeric_column("n", shape=(2,), default_value=-7.0)
WORDS = cn.indicator_column(cn.sequence_categorical_column_with_hash_bucket("w", 10))
AGE = cn.numeric_column("age", default_value=-1.0)
TAGS = cn.indicator_column(cn.categorical_column_with_identity("tags", 5))

FEATURES = {"a": [[1, 2, 3], [], [4]], "n": [[1, 2, 3, 4, 5, 6], [], [7, 8]]}
RECORDS = [
    make_example({"a": [1, 2, 3], "n": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], "w": [b"omar", b"a"], "tags": [4, 4]}),
    b"",
    make_example({"a": [4], "n": [7.0, 8.0], "w": [b""], "age": [30.0], "tags": [0]}),
]


def leaves(batch):
    found = []
    batch.map(found.append)
    return found


def assert_equal(one, other):
    assert list(one.slots) == list(other.slots)
    for left, right in zip(leaves(one), leaves(other), strict=True):
        assert left.dtype == right.dtype
        np.testing.assert_array_equal(left, right)


class TestPadded:
    """ids [batch, time], numbers [batch, time, *shape], lengths and a mask."""

    def test_values(self):
        batch = cn.Encoder([A, N]).encode(FEATURES)
        assert batch.slots["a"].values.tolist() == [[1, 2, 3], [-1, -1, -1], [4, -1, -1]]
        assert batch.slots["n"].values.tolist() == [
            [[1, 2], [3, 4], [5, 6]],
            [[-7, -7]] * 3,
            [[7, 8], [-7, -7], [-7, -7]],
        ]
        assert batch.lengths.tolist() == [3, 0, 1]
        assert batch.mask.tolist() == cn.sequence_mask([3, 0, 1]).tolist()

    def test_left(self):
        batch = cn.Encoder([A, N], side="left").encode(FEATURES)
        assert batch.slots["a"].values.tolist() == [[1, 2, 3], [-1, -1, -1], [-1, -1, 4]]
        assert batch.slots["n"].values[2].tolist() == [[-7, -7], [-7, -7], [7, 8]]
        assert batch.mask.tolist() == [[1, 1, 1], [0, 0, 0], [0, 0, 1]]
        assert batch.lengths.tolist() == [3, 0, 1]

    @pytest.mark.parametrize(("multiple", "width"), [(1, 3), (2, 4), (3, 3), (8, 8)])
    def test_multiples(self, multiple, width):
        batch = cn.Encoder(A, pad_to_multiple_of=multiple).encode(FEATURES)
        assert batch.slots["a"].values.shape == batch.mask.shape == (3, width)
        assert batch.lengths.tolist() == [3, 0, 1]
        assert (batch.slots["a"].values[~batch.mask] == -1).all()

    def test_multiples_of_nothing(self):
        for multiple in (1, 8):
            batch = cn.Encoder(A, pad_to_multiple_of=multiple).encode({"a": [[], []]})
            assert batch.mask.tolist() == [[False] * multiple] * 2
            assert (batch.slots["a"].values == -1).all()

    def test_shape_of_no_rows_and_no_steps(self):
        for features, shape in (({"a": [], "n": []}, (0, 0)), ({"a": [[], []], "n": [[], []]}, (2, 0))):
            batch = cn.Encoder([A, N]).encode(features)
            assert batch.slots["a"].values.shape == batch.mask.shape == shape
            assert batch.slots["n"].values.shape == (*shape, 2)
            assert batch.lengths.tolist() == [0] * shape[0]

    def test_holes_are_not_padding(self):
        batch = cn.Encoder(A).encode({"a": np.array([[-1, 3], [-1, -1]])})
        assert batch.slots["a"].values.tolist() == [[-1, 3], [-1, -1]]
        assert batch.mask.tolist() == [[True, True], [False, False]]


class TestJagged:
    """Values row after row, and row splits."""

    def test_values(self):
        batch = cn.Encoder([A, N], layout="jagged").encode(FEATURES)
        assert batch.slots["a"].values.tolist() == [1, 2, 3, 4]
        assert batch.slots["n"].values.tolist() == [[1, 2], [3, 4], [5, 6], [7, 8]]
        assert batch.row_splits.tolist() == [0, 3, 3, 4]
        assert batch.lengths.tolist() == [3, 0, 1]
        assert batch.mask is None

    def test_nothing(self):
        batch = cn.Encoder([A, N], layout="jagged").encode({"a": [], "n": []})
        assert (batch.slots["a"].values.shape, batch.slots["n"].values.shape) == ((0,), (0, 2))
        assert batch.row_splits.tolist() == [0]

    def test_no_padding_options(self):
        for options in ({"side": "left"}, {"pad_to_multiple_of": 8}):
            failure(ColumnValueError, lambda o=options: cn.Encoder(A, layout="jagged", **o), "has no padding")


class TestSeveralValuesAStep:
    """ids [batch, time, values] padded; jagged with the splits of the steps."""

    NESTED = (
        [[[1, 2], []], [[3]], []],
        np.array([[[1, 2], [-1, -1]], [[3, -1], [-1, -1]], [[-1, -1], [-1, -1]]]),
    )

    def test_padded(self):
        batch = cn.Encoder(A).encode({"a": self.NESTED[0]})
        assert batch.slots["a"].values.tolist() == [[[1, 2], [-1, -1]], [[3, -1], [-1, -1]], [[-1, -1]] * 2]
        assert batch.lengths.tolist() == [2, 1, 0]
        assert batch.mask.shape == (3, 2)

    def test_jagged(self):
        batch = cn.Encoder(A, layout="jagged").encode({"a": self.NESTED[0]})
        assert batch.slots["a"].values.tolist() == [1, 2, 3]
        assert batch.slots["a"].step_splits.tolist() == [0, 2, 2, 3]
        assert batch.row_splits.tolist() == [0, 2, 3, 3]

    def test_absent_steps_at_the_end_of_a_dense_row(self):
        assert cn.Encoder(A).encode({"a": self.NESTED[1]}).lengths.tolist() == [1, 1, 0]

    def test_an_id_out_of_range(self):
        failure(
            IdOutOfRangeError,
            lambda: cn.Encoder(A).encode({"a": [[[1]], [[1], [2, 9]]]}),
            "id 9 is not in",
            key="a",
            column="a",
            row=1,
            step=1,
        )


class TestMaxLength:
    """Longer rows lose steps at one end."""

    @pytest.mark.parametrize(
        ("keep", "length", "wanted"),
        [
            ("last", 2, [[2, 3], [], [4]]),
            ("first", 2, [[1, 2], [], [4]]),
            ("last", 1, [[3], [], [4]]),
            ("first", 1, [[1], [], [4]]),
            ("last", 3, [[1, 2, 3], [], [4]]),
            ("first", 2**63 - 1, [[1, 2, 3], [], [4]]),
        ],
    )
    @pytest.mark.parametrize("layout", ["padded", "jagged"])
    @pytest.mark.parametrize("source", ["features", "records"])
    def test_steps_that_stay(self, keep, length, wanted, layout, source):
        encoder = cn.Encoder([A, N], max_length=length, keep=keep, layout=layout)
        batch = encoder.encode(FEATURES) if source == "features" else encoder.encode_examples(RECORDS)
        assert batch.lengths.tolist() == [len(row) for row in wanted]
        steps = [
            slot.values if layout == "jagged" else slot.values[batch.mask] for slot in batch.slots.values()
        ]
        assert steps[0].tolist() == list(itertools.chain(*wanted))
        full = {1: [1, 2], 2: [3, 4], 3: [5, 6], 4: [7, 8]}
        assert steps[1].tolist() == [full[step] for row in wanted for step in row]

    def test_with_left_padding(self):
        batch = cn.Encoder(A, max_length=2, side="left", pad_to_multiple_of=3).encode(FEATURES)
        assert batch.slots["a"].values.tolist() == [[-1, 2, 3], [-1, -1, -1], [-1, -1, 4]]

    def test_lengths_must_agree_even_where_they_are_cut(self):
        encoder = cn.Encoder([A, cn.sequence_numeric_column("n")], max_length=1)
        with pytest.raises(UnequalLengthsError):
            encoder.encode({"a": [[1, 2]], "n": [[1.0, 2.0, 3.0]]})


class TestOptions:
    """Options that do not exist."""

    @pytest.mark.parametrize("option", ["layout", "keep", "side"])
    @pytest.mark.parametrize("value", ["middle", None, 1, ["last"]])
    def test_choices(self, option, value):
        error = failure(ColumnValueError, lambda: cn.Encoder(A, **{option: value}), f"{option} must be")
        assert repr(value) in error.message

    @pytest.mark.parametrize("option", ["max_length", "pad_to_multiple_of"])
    def test_counts(self, option):
        for value in (0, -1, 2**63):
            failure(ColumnValueError, lambda v=value: cn.Encoder(A, **{option: v}), f"{option} must")
        for value in ("2", 2.0, True):
            failure(ColumnTypeError, lambda v=value: cn.Encoder(A, **{option: v}), f"{option} must be an int")

    def test_a_multiple_that_no_memory_holds(self):
        encoder = cn.Encoder(A, pad_to_multiple_of=2**62)
        failure(LimitError, lambda: encoder.encode(FEATURES), "encode smaller batches")


class TestSlots:
    """Equal inner columns share a slot, and each key is read once."""

    def test_shared(self):
        batch = cn.Encoder(
            [A, cn.indicator_column(IDENTITY), cn.embedding_column(IDENTITY, 5, name="z")]
        ).encode({"a": [[1]]})
        assert list(batch.slots) == ["a"]

    def test_apart(self):
        other = cn.sequence_categorical_column_with_identity("a", 5, 0)
        batch = cn.Encoder([A, cn.embedding_column(other, 2, name="z")]).encode({"a": [[8, 1]]})
        assert {name: slot.values.tolist() for name, slot in batch.slots.items()} == {
            "a": [[8, 1]],
            "z": [[0, 1]],
        }

    def test_a_normalizer_of_a_shared_key_is_called_once(self):
        calls = []
        column = cn.sequence_numeric_column("n", normalizer_fn=lambda steps: calls.append(1) or steps)
        cn.Encoder({"x": column, "y": column}).encode({"n": [[1.0]]})
        assert calls == [1]


GROUPED_COLUMNS = {"history": [A, N], "search": WORDS, "user": [AGE, TAGS]}
GROUPED_FEATURES = {
    **FEATURES,
    "w": [["omar", "a"], [], [""]],
    "age": [[-1.0], [-1.0], [30.0]],
    "tags": [[4, 4], [], [0]],
}


class TestGroups:
    """Several sequences of different lengths, and a context."""

    def test_values(self):
        batches = cn.Encoder(GROUPED_COLUMNS).encode(GROUPED_FEATURES)
        assert list(batches) == ["history", "search", "user"]
        assert_equal(batches["history"], cn.Encoder([A, N]).encode(FEATURES))
        assert batches["search"].slots["w"].values.tolist() == [[6, 9], [-1, -1], [3, -1]]
        assert batches["search"].lengths.tolist() == [2, 0, 1]

    def test_context(self):
        user = cn.Encoder(GROUPED_COLUMNS).encode(GROUPED_FEATURES)["user"]
        assert (user.lengths, user.mask, user.row_splits) == (None, None, None)
        assert user.slots["age"].values.tolist() == [[-1], [-1], [30]]
        assert user.slots["tags"].values.tolist() == [[4, 4], [-1, -1], [0, -1]]

    @pytest.mark.parametrize("layout", ["padded", "jagged"])
    def test_records_give_what_features_give(self, layout):
        encoder = cn.Encoder(GROUPED_COLUMNS, layout=layout, max_length=2)
        straight, wanted = encoder.encode_examples(RECORDS), encoder.encode(GROUPED_FEATURES)
        assert list(straight) == list(wanted)
        for name, batch in straight.items():
            assert_equal(batch, wanted[name])

    def test_options_leave_the_context_alone(self):
        user = cn.Encoder(GROUPED_COLUMNS, max_length=1, side="left").encode(GROUPED_FEATURES)["user"]
        assert user.slots["tags"].values.tolist() == [[4, 4], [-1, -1], [0, -1]]

    def test_lengths_agree_inside_a_group_only(self):
        grouped = {"x": A, "y": cn.sequence_numeric_column("m")}
        features = {"a": [[1], [2]], "m": [[1.0, 2.0], []]}
        batches = cn.Encoder(grouped).encode(features)
        assert [batches[name].lengths.tolist() for name in "xy"] == [[1, 1], [2, 0]]
        with pytest.raises(UnequalLengthsError):
            cn.Encoder(list(grouped.values())).encode(features)


class TestContext:
    """Context columns alone."""

    def test_required_and_absent(self):
        encoder = cn.Encoder(cn.numeric_column("age"))
        where = {"key": "age", "column": "age", "row": 1}
        failure(MissingFeatureError, lambda: encoder.encode({"age": [[1.0], []]}), **where)
        failure(MissingFeatureError, lambda: encoder.encode_examples([RECORDS[2], b""]), **where)

    def test_wrong_count(self):
        encoder = cn.Encoder(AGE)
        records = [b"", make_example({"age": [1.0, 2.0]})]
        where = {"key": "age", "column": "age", "row": 1}
        failure(ValueCountError, lambda: encoder.encode({"age": [[1.0], [1.0, 2.0]]}), **where)
        failure(ValueCountError, lambda: encoder.encode_examples(records), **where)

    def test_shape(self):
        column = cn.numeric_column("p", shape=(2, 2), default_value=[1, 2, 3, 4])
        batch = cn.Encoder(column).encode_examples([b"", make_example({"p": [5.0, 6.0, 7.0, 8.0]})])
        assert batch.slots["p"].values.tolist() == [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]


COLUMN_SETS = {
    "identity": [A],
    "identity with default": [
        cn.embedding_column(cn.sequence_categorical_column_with_identity("a", 2, 1), 2)
    ],
    "words": [WORDS],
    "numbers": [N],
    "both": [A, N],
    "integers": [cn.sequence_numeric_column("a", dtype="int64")],
    "narrow integers": [cn.sequence_numeric_column("a", dtype="int8")],
    "normalized": [cn.sequence_numeric_column("n", shape=2, normalizer_fn=lambda x: x / 2 - 1)],
    "double": [cn.sequence_numeric_column("n", dtype="float64")],
    "hashed integers": [cn.indicator_column(cn.sequence_categorical_column_with_hash_bucket("a", 7, int))],
}


class TestRecords:
    """Straight from records equals parsing first and encoding then."""

    @pytest.mark.parametrize("columns", COLUMN_SETS.values(), ids=COLUMN_SETS)
    @pytest.mark.parametrize(
        "options", [{}, {"layout": "jagged"}, {"max_length": 2, "side": "left", "pad_to_multiple_of": 4}]
    )
    def test_equal(self, columns, options):
        encoder = cn.Encoder(columns, **options)
        parsed = cn.parse_example(RECORDS, cn.make_parse_example_spec(columns))
        assert_equal(encoder.encode_examples(RECORDS), encoder.encode(parsed))

    @pytest.mark.parametrize(
        "batch", [list, tuple, cn.BytesArray.from_list, lambda items: np.array(items, object)]
    )
    def test_containers(self, batch):
        assert cn.Encoder(A).encode_examples(batch(RECORDS)).lengths.tolist() == [3, 0, 1]

    def test_no_records(self):
        assert cn.Encoder([A, N]).encode_examples([]).slots["n"].values.shape == (0, 0, 2)

    @pytest.mark.parametrize("wrong", [b"", None, "text", iter([b""]), {b""}])
    def test_wrong_containers(self, wrong):
        failure(FeatureTypeError, lambda: cn.Encoder(A).encode_examples(wrong), "must be a list of bytes")

    def test_kind_mismatch(self):
        records = [b"", make_example({"a": [1.5]})]
        error = failure(KindError, lambda: cn.Encoder(A).encode_examples(records), record=1, key="a")
        assert "holds a float list, the spec declares an int64 list" in error.message

    def test_id_out_of_range(self):
        records = [RECORDS[0], make_example({"a": [8, 9]})]
        failure(
            IdOutOfRangeError,
            lambda: cn.Encoder(A).encode_examples(records),
            r"id 9 is not in \[0, 9\); raise num_buckets, or give a default_value",
            key="a",
            column="a",
            row=1,
            step=1,
        )

    def test_unequal_lengths(self):
        records = [RECORDS[0], make_example({"a": [1], "n": [1.0, 2.0, 3.0, 4.0]})]
        failure(
            UnequalLengthsError,
            lambda: cn.Encoder([A, N]).encode_examples(records),
            "2 steps, but column 'a' of the same group has 1",
            key="n",
            column="n",
            row=1,
        )


def test_an_error_leaves_the_encoder_as_it_was():
    encoder = cn.Encoder([A, N])
    wanted = encoder.encode_examples(RECORDS)
    for _ in range(3):
        for bad in (
            lambda: encoder.encode({"a": [[9]], "n": [[1, 2]]}),
            lambda: encoder.encode({"a": [[1]], "n": [[1]]}),
            lambda: encoder.encode({"a": [[1]]}),
            lambda: encoder.encode_examples([*RECORDS, b"\x0a\x05"]),
            lambda: encoder.encode_examples([*RECORDS, make_example({"a": [77], "n": [1.0, 2.0]})]),
            lambda: encoder.encode_examples([*RECORDS, None]),
        ):
            with pytest.raises(cn.errors.ColonnadeError):
                bad()
            assert_equal(encoder.encode_examples(RECORDS), wanted)
            assert_equal(encoder.encode(FEATURES), wanted)


def test_the_input_is_not_written_to():
    ids = np.array([[1, -1, 2], [3, -1, -1]])
    numbers = np.ones((2, 3, 2), np.float32)
    before = ids.copy(), numbers.copy()
    column = cn.sequence_numeric_column("n", shape=2)
    batch = cn.Encoder({"x": A, "y": column}).encode({"a": ids, "n": numbers})
    for group in batch.values():
        for leaf in leaves(group):
            leaf[...] = 0
    np.testing.assert_array_equal(ids, before[0])
    np.testing.assert_array_equal(numbers, before[1])


@pytest.mark.parametrize("again", [copy.deepcopy, lambda encoder: pickle.loads(pickle.dumps(encoder))])
def test_an_encoder_travels_to_other_processes(again):
    encoder = cn.Encoder([A, N], max_length=2, keep="first", side="left", pad_to_multiple_of=4)
    assert_equal(again(encoder).encode(FEATURES), encoder.encode(FEATURES))
