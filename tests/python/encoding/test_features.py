"""Features in memory: every container, dense and ragged, and what is refused."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
import torch
from failing import failure

import colonnade as cn
from colonnade.errors import (
    FeatureTypeError,
    IdOutOfRangeError,
    MissingFeatureError,
    NarrowingError,
    NormalizerError,
    PartialStepError,
    UnequalLengthsError,
)

IDS = cn.indicator_column(cn.sequence_categorical_column_with_identity("k", 300))
WORDS = cn.indicator_column(cn.sequence_categorical_column_with_hash_bucket("k", 10))
HASHED_INTS = cn.indicator_column(cn.sequence_categorical_column_with_hash_bucket("k", 10, "int64"))


def encoded(column, feature):
    """The steps of each row as lists, -1 for a hole."""
    columns = column if isinstance(column, list) else [column]
    batch = cn.Encoder(columns, layout="jagged").encode({"k": feature})
    [slot] = batch.slots.values()
    ends = batch.row_splits.tolist()
    assert np.diff(ends).tolist() == batch.lengths.tolist()
    return [slot.values[start:end].tolist() for start, end in pairwise(ends)]


def objects(rows):
    array = np.empty(len(rows), object)
    array[:] = rows
    return array


ROWS = [[5, 7], [], [9]]


@pytest.mark.parametrize(
    "feature",
    [
        ROWS,
        tuple(map(tuple, ROWS)),
        [np.array(row, np.int16) for row in ROWS],
        objects(ROWS),
        objects([np.array(row, int) for row in ROWS]),
        cn.Ragged.from_list(ROWS),
        cn.Ragged(np.array([5, 7, 9], np.uint8), np.array([0, 2, 2, 3])),
        cn.Ragged.from_list([[0], *ROWS])[1:],
        pa.array(ROWS),
        pa.array(ROWS, pa.large_list(pa.int8())),
        pa.chunked_array([pa.array(ROWS[:1]), pa.array(ROWS[1:], pa.list_(pa.int64()))]),
        np.array([[5, 7], [-1, -1], [9, -1]]),
        np.array([[5, 7], [-1, -1], [9, -1]], np.int8)[:, :],
        np.asfortranarray([[5, 7], [-1, -1], [9, -1]]),
        torch.tensor([[5, 7], [-1, -1], [9, -1]]),
        torch.tensor([[5, 7], [-1, -1], [9, -1]], dtype=torch.int32),
    ],
)
def test_ids_in_every_container(feature):
    assert encoded(IDS, feature) == ROWS


WORD_ROWS = [["omar", "a"], [], ["marlo"]]


@pytest.mark.parametrize(
    "feature",
    [
        WORD_ROWS,
        [[b"omar", "a"], [], [b"marlo"]],
        objects(WORD_ROWS),
        cn.Ragged.from_list(WORD_ROWS),
        pa.array(WORD_ROWS),
        pa.array(WORD_ROWS, pa.list_(pa.large_binary())),
        np.array([["omar", "a"], ["", ""], ["marlo", ""]]),
        np.array([[b"omar", b"a"], [b"", b""], [b"marlo", b""]]),
        np.array([["omar", b"a"], ["", b""], ["marlo", ""]], object),
    ],
)
def test_words_in_every_container(feature):
    assert encoded(WORDS, feature) == [[6, 9], [], [1]]


@pytest.mark.parametrize(
    "dtype", [np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64]
)
def test_every_integer_dtype(dtype):
    assert encoded(IDS, np.array([[1, 2], [3, 4]], dtype)) == [[1, 2], [3, 4]]
    assert encoded(HASHED_INTS, np.array([[101, 101]], dtype)) == [[3, 3]]


class TestAbsence:
    """-1 and "" are absent in dense arrays, and only there."""

    def test_holes_are_steps_and_ends_are_not(self):
        assert encoded(IDS, np.array([[-1, 4, -1, 2, -1, -1], [-1] * 6])) == [[-1, 4, -1, 2], []]
        assert encoded(WORDS, np.array([["", "omar", "", "a", ""]])) == [[-1, 6, -1, 9]]

    def test_ragged_values_are_values(self):
        default = cn.indicator_column(cn.sequence_categorical_column_with_identity("k", 5, 0))
        assert encoded(default, [[-1, 4], [-1]]) == [[0, 4], [0]]
        assert encoded(WORDS, [["", "a", ""]]) == [[3, 9, 3]]
        assert encoded(HASHED_INTS, cn.Ragged.from_list([[-1]])) == [[7333874265151076430 % 10]]

    def test_unsigned_arrays_have_no_absent_cells(self):
        assert encoded(IDS, np.array([[255, 1, 255]], np.uint8)) == [[255, 1, 255]]

    def test_other_negatives_are_values(self):
        failure(
            IdOutOfRangeError,
            lambda: encoded(IDS, np.array([[1, -1], [-1, -2]])),
            r"id -2 is not in \[0, 300\)",
            key="k",
            column="k",
            row=1,
            step=1,
        )

    def test_holes_survive_the_default_value(self):
        default = cn.indicator_column(cn.sequence_categorical_column_with_identity("k", 5, 3))
        assert encoded(default, np.array([[-1, -2, 9, -1, 4]])) == [[-1, 3, 3, -1, 4]]


class TestShapes:
    """Rank 1 is one step a row; no rows and no steps are ordinary."""

    def test_rank_one(self):
        """A tensor's values are rows of one step, as TensorFlow has it; of others nobody can tell."""
        assert encoded(IDS, torch.tensor([3, -1, 4])) == [[3], [], [4]]
        flat = ([3, 4], (3, 4), np.array([3, 4]), np.array([3]), pa.scalar([3, 4]).values.to_numpy())
        for feature in flat:
            with pytest.raises(FeatureTypeError, match=r"one row is \[\[3(, 4)?\]\], rows of one step"):
                encoded(IDS, feature)
        with pytest.raises(FeatureTypeError, match=r"one row is \[\[0, 1, 2, ...\]\]"):
            encoded(IDS, list(range(5)))
        for words in (["omar", "a"], np.array(["omar", "a"]), cn.BytesArray.from_list(["omar", "a"])):
            with pytest.raises(FeatureTypeError, match=r"one row is \[\[b'omar', b'a'\]\]"):
                encoded(WORDS, words)

    def test_rank_one_of_a_context(self):
        """There each value is a row of its own."""
        user = cn.Encoder([cn.indicator_column(cn.categorical_column_with_identity("k", 10))])
        for feature in ([3, 4], np.array([3, 4]), torch.tensor([3, 4])):
            assert user.encode({"k": feature}).slots["k"].values.tolist() == [[3], [4]]

    @pytest.mark.parametrize(
        "feature",
        [
            [],
            np.zeros((0, 3), int),
            np.zeros(0, int),
            cn.Ragged.from_list([]),
            pa.array([], pa.list_(pa.int64())),
        ],
    )
    def test_no_rows(self, feature):
        assert encoded(IDS, feature) == []

    @pytest.mark.parametrize(
        "feature",
        [[[], []], np.zeros((2, 0), int), cn.Ragged.from_list([[], []]), np.zeros((2, 0), np.float32)],
    )
    def test_no_steps(self, feature):
        assert encoded(IDS, feature) == [[], []]

    @pytest.mark.parametrize("feature", [np.array(3), torch.tensor(3)])
    def test_rank_zero(self, feature):
        failure(FeatureTypeError, lambda: encoded(IDS, feature), "needs a batch dimension", key="k")


class TestRefused:
    """Containers and dtypes that a column cannot take."""

    @pytest.mark.parametrize("feature", [None, 3, "abc", b"abc", {"a": 1}, {1}, object(), iter([[1]])])
    def test_containers(self, feature):
        error = failure(
            FeatureTypeError, lambda: encoded(IDS, feature), "is no feature; use a Ragged", key="k"
        )
        assert isinstance(error, TypeError)

    @pytest.mark.parametrize("features", [None, [[1]], "k", {"k"}, b""])
    def test_something_that_is_no_mapping(self, features):
        failure(FeatureTypeError, lambda: cn.Encoder(IDS).encode(features), "must be a mapping from key")

    def test_missing_key(self):
        error = failure(
            MissingFeatureError, lambda: cn.Encoder(IDS).encode({"K": [[1]], "l": 3}), "'K', 'l'", key="k"
        )
        assert isinstance(error, ValueError)
        failure(MissingFeatureError, lambda: cn.Encoder(IDS).encode({}), "none", key="k")

    def test_keys_that_no_column_reads_are_not_looked_at(self):
        assert cn.Encoder(IDS).encode({"k": [[1]], "other": object(), 3: None}).lengths.tolist() == [1]

    @pytest.mark.parametrize("column", [IDS, HASHED_INTS])
    def test_strings_where_integers_were_declared(self, column):
        error = failure(
            FeatureTypeError, lambda: encoded(column, [[], ["a"]]), "string", key="k", row=1, step=0
        )
        assert isinstance(error, TypeError)
        for feature in (np.array([["a"]]), cn.Ragged.from_list([["a"]]), pa.array([["a"]])):
            failure(
                FeatureTypeError, lambda f=feature: encoded(column, f), "string values where int64", key="k"
            )

    def test_integers_where_strings_were_declared(self):
        error = failure(FeatureTypeError, lambda: encoded(WORDS, [[], [3]]), "int", key="k", row=1, step=0)
        assert isinstance(error, TypeError)
        for feature in (np.array([[3]]), torch.tensor([[3]]), cn.Ragged.from_list([[3]]), pa.array([[3]])):
            failure(
                FeatureTypeError, lambda f=feature: encoded(WORDS, f), "int64 values where string", key="k"
            )
        failure(
            FeatureTypeError,
            lambda: encoded(WORDS, np.array([["a", "b"], ["c", 3]], object)),
            "a int where a string",
            key="k",
            row=1,
            step=1,
        )

    @pytest.mark.parametrize(
        "feature", [np.array([[1.0]]), torch.tensor([[1.0]]), np.array([[1j]]), np.array([["2020"]], "M8[Y]")]
    )
    def test_dtypes_that_are_no_integers(self, feature):
        failure(FeatureTypeError, lambda: encoded(IDS, feature), "values where int64 was declared", key="k")

    def test_floats_in_lists(self):
        failure(FeatureTypeError, lambda: encoded(IDS, [[1], [2, 3.0]]), "float", key="k", row=1, step=1)

    @pytest.mark.parametrize("feature", [[[1], [None]], [[1], None], [[1], 2]])
    def test_rows_that_are_no_rows(self, feature):
        with pytest.raises((FeatureTypeError, cn.errors.RaggedError)) as caught:
            encoded(IDS, feature)
        assert caught.value.where["key"] == "k"
        assert caught.value.where["row"] == 1

    def test_unsigned_beyond_int64(self):
        feature = np.array([[1], [2**63]], np.uint64)
        failure(
            NarrowingError, lambda: encoded(IDS, feature), "9223372036854775808 does not fit int64", key="k"
        )
        failure(NarrowingError, lambda: encoded(IDS, [[1], [2**63]]), "does not fit", key="k", row=1, step=0)

    def test_nulls_inside_arrow_lists(self):
        with pytest.raises(cn.errors.ColonnadeError) as caught:
            encoded(IDS, pa.array([[1], [None]]))
        assert caught.value.where["key"] == "k"

    def test_a_tensor_on_a_device(self):
        class OnDevice:
            def __dlpack_device__(self):
                return (2, 0)

            def __array__(self, dtype=None, copy=None):
                raise AssertionError("a copy from the device must be asked for")

        failure(FeatureTypeError, lambda: encoded(IDS, OnDevice()), r"with \.cpu\(\)", key="k")


def numbers(**options):
    return cn.sequence_numeric_column("k", **options)


class TestNumbers:
    """Numeric columns."""

    @pytest.mark.parametrize(
        "feature",
        [
            [[1, 2.5], [3.0]],
            [[[1.0], [2.5]], [[3.0]]],
            [np.array([1, 2.5]), np.array([3.0])],
            cn.Ragged.from_list([[1.0, 2.5], [3.0]]),
            pa.array([[1.0, 2.5], [3.0]]),
            pa.array([[1.0, 2.5], [3.0]], pa.list_(pa.float32())),
        ],
    )
    def test_one_number_a_step(self, feature):
        assert encoded(numbers(), feature) == [[[1.0], [2.5]], [[3.0]]]

    @pytest.mark.parametrize("shape", [(2,), (2, 1), (1, 2)])
    @pytest.mark.parametrize(
        "feature",
        [
            [[1, 2, 3, 4], [5, 6]],
            [[[1, 2], [3, 4]], [[5, 6]]],
            cn.Ragged(np.array([[1, 2], [3, 4], [5, 6]], np.float64), [0, 2, 3]),
        ],
    )
    def test_several_numbers_a_step(self, shape, feature):
        wanted = [np.reshape(row, (-1, *shape)).tolist() for row in ([1, 2, 3, 4], [5, 6])]
        assert encoded(numbers(shape=shape), feature) == wanted

    def test_dense_arrays_keep_every_cell(self):
        dense = np.array([[0.0, -1.0], [0.0, 0.0]])
        assert encoded(numbers(), dense) == [[[0], [-1]], [[0], [0]]]
        assert encoded(numbers(shape=2), dense) == [[[0, -1]], [[0, 0]]]
        assert encoded(numbers(), torch.tensor(dense)) == encoded(numbers(), dense)
        assert encoded(numbers(shape=2), np.zeros((2, 3, 2))) == [[[0, 0]] * 3] * 2

    @pytest.mark.parametrize(
        ("feature", "where"),
        [
            ([[1, 2], [3]], {"row": 1}),
            (np.zeros((2, 3)), {"row": 0}),
            ([[[1, 2]], [[1, 2], [3]]], {"row": 1, "step": 1}),
            (cn.Ragged.from_list([[], [1.0]]), {"row": 1}),
        ],
    )
    def test_value_count_that_is_not_a_multiple_of_the_shape(self, feature, where):
        error = failure(
            PartialStepError, lambda: encoded(numbers(shape=2), feature), "2", key="k", column="k", **where
        )
        assert isinstance(error, ValueError)

    @pytest.mark.parametrize("dtype", [np.int8, np.uint64, np.float16, np.float64])
    def test_layers_get_float32(self, dtype):
        batch = cn.Encoder(numbers()).encode({"k": np.array([[1, 2]], dtype)})
        assert batch.slots["k"].values.dtype == np.float32

    @pytest.mark.parametrize(
        ("dtype", "feature"),
        [
            ("int8", np.array([[0], [300]])),
            ("uint8", np.array([[0], [-1]])),
            ("float32", np.array([[0], [1e300]])),
            ("float16", np.array([[0], [1e5]], np.float32)),
        ],
    )
    def test_narrowing_that_loses_a_value(self, dtype, feature):
        failure(
            NarrowingError, lambda: encoded(numbers(dtype=dtype), feature), "does not fit", key="k", row=1
        )

    def test_infinities_and_nan_are_numbers(self):
        [[[first], [second]]] = encoded(numbers(), np.array([[np.inf, np.nan]]))
        assert first == np.inf
        assert np.isnan(second)

    @pytest.mark.parametrize("feature", [[["1"]], np.array([["1"]]), [[b"1"]], np.array([[1j]]), [[None]]])
    def test_what_is_no_number(self, feature):
        with pytest.raises(FeatureTypeError) as caught:
            encoded(numbers(), feature)
        assert caught.value.where["key"] == "k"

    def test_floats_where_integers_were_declared(self):
        failure(
            FeatureTypeError,
            lambda: encoded(numbers(dtype="int64"), np.array([[1.0]])),
            "float64 values where int64",
            key="k",
        )

    def test_steps_of_another_shape(self):
        feature = cn.Ragged(np.zeros((3, 2)), [0, 3])
        where = {"key": "k", "column": "k", "row": 0, "step": 0}
        failure(
            PartialStepError, lambda: encoded(numbers(shape=3), feature), "the step holds 2 values", **where
        )


class TestNormalizers:
    """Called once a batch, with all its steps in the column's dtype."""

    def test_the_documents_example(self):
        column = numbers(normalizer_fn=lambda x: (x - 3.0) / 4.2)
        [[[low], [high]], []] = encoded(column, [[3.0, 7.2], []])
        assert (low, high) == pytest.approx((0, 1))

    def test_what_it_gets(self):
        calls = []

        def normalizer(steps):
            calls.append((steps.shape, steps.dtype.name))
            return steps

        column = numbers(shape=(2,), dtype="int16", normalizer_fn=normalizer)
        cn.Encoder(column, max_length=1).encode({"k": [[1, 2, 3, 4], [], [5, 6]]})
        assert calls == [((3, 2), "int16")]

    def test_it_comes_before_truncation_and_padding(self):
        column = numbers(default_value=-7.0, normalizer_fn=lambda steps: steps - steps.max())
        batch = cn.Encoder(column, max_length=1, keep="first").encode({"k": [[1.0, 5.0], []]})
        assert batch.slots["k"].values.ravel().tolist() == [-4.0, -7.0]

    @pytest.mark.parametrize(
        "returned",
        [None, "text", np.zeros((1, 1)), np.zeros(2), np.zeros((2, 1, 1)), np.zeros((2, 1), bool), 3.0],
    )
    def test_results_that_are_not_as_many_numbers(self, returned):
        error = failure(
            NormalizerError,
            lambda: encoded(numbers(normalizer_fn=lambda steps: returned), [[1.0, 2.0]]),
            r"must return numbers of shape \(2, 1\)",
            column="k",
        )
        assert isinstance(error, ValueError)

    def test_its_own_errors_pass_through(self):
        def failing(steps):
            raise ZeroDivisionError("mine")

        with pytest.raises(ZeroDivisionError, match="mine"):
            encoded(numbers(normalizer_fn=failing), [[1.0]])

    def test_integers_stay_exact_until_it_returns(self):
        big = 2**53 + 1
        column = numbers(dtype="int64", normalizer_fn=lambda steps: steps - 2**53)
        assert encoded(column, [[big]]) == [[[1.0]]]


def test_features_of_different_batch_sizes():
    other = cn.sequence_numeric_column("n")
    error = failure(
        UnequalLengthsError,
        lambda: cn.Encoder([IDS, other]).encode({"k": [[1], [2]], "n": [[1.0]]}),
        "1 rows, but feature 'k' has 2",
        key="n",
    )
    assert isinstance(error, ValueError)


class TestOddities:
    """What NumPy, torch or Python refuse in words of their own, or take without a word."""

    def test_lone_surrogate_in_a_dense_array(self):
        with pytest.raises(FeatureTypeError) as caught:
            encoded(WORDS, np.array([["a", "\ud800"]], object))
        assert caught.value.where == {"key": "k", "row": 0, "step": 1}

    def test_bfloat16_tensor(self):
        with pytest.raises(FeatureTypeError):
            encoded(numbers(), torch.ones(1, 1, dtype=torch.bfloat16))

    def test_tensor_that_requires_a_gradient(self):
        with pytest.raises(FeatureTypeError):
            encoded(numbers(), torch.ones(1, 1, requires_grad=True))

    def test_normalizer_that_returns_uneven_lists(self):
        with pytest.raises(NormalizerError, match="inhomogeneous") as caught:
            encoded(numbers(normalizer_fn=lambda steps: [[1], [2, 3]]), [[1.0, 2.0]])
        assert caught.value.where == {"column": "k"}

    def test_normalizer_that_returns_a_masked_array(self):
        column = numbers(normalizer_fn=lambda steps: np.ma.masked_greater(steps, 1))
        failure(NormalizerError, lambda: encoded(column, [[1.0, 2.0]]), "a masked array", column="k")

    def test_masked_array(self):
        with pytest.raises(FeatureTypeError):
            encoded(numbers(), np.ma.array([[1.0, 2.0]], mask=[[False, True]]))

    def test_integers_in_an_object_array(self):
        assert encoded(IDS, np.array([[1, 2], [3, 4]], object)) == [[1, 2], [3, 4]]
        assert encoded(IDS, np.array([[1, -1, np.uint8(4)], [True, -1, -1]], object)) == [[1, -1, 4], [1]]
        assert encoded(numbers(), np.array([[1, 2.5]], object)) == [[[1.0], [2.5]]]
        assert encoded(IDS, np.empty((2, 0), object)) == [[], []]

    def test_objects_that_are_no_numbers(self):
        for item in (None, [1], {}, object()):
            feature = np.full((2, 2), 1, object)
            feature[1, 0] = item
            failure(
                FeatureTypeError,
                lambda f=feature: encoded(IDS, f),
                "is no number and no string",
                key="k",
                row=1,
                step=0,
            )
        failure(
            NarrowingError,
            lambda: encoded(IDS, np.array([[1, 2**64]], object)),
            "do not fit 64 bits",
            key="k",
        )

    @pytest.mark.parametrize("make", [list, np.array, torch.tensor, pa.array, cn.Ragged.from_list])
    def test_booleans_are_0_and_1_in_every_container(self, make):
        feature = make([[True, False], [False, True]])
        assert encoded(IDS, feature) == [[1, 0], [0, 1]]
        assert encoded(HASHED_INTS, feature) == encoded(HASHED_INTS, [[1, 0], [0, 1]])
        assert encoded(numbers(), feature) == [[[1], [0]], [[0], [1]]]
        assert encoded(numbers(dtype="int8"), feature) == [[[1], [0]], [[0], [1]]]
        with pytest.raises(FeatureTypeError):
            encoded(WORDS, feature)
