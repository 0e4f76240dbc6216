"""Ragged and sparse tensors as features; tests/parity/test_tensorflow_features.py has TensorFlow's own."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import polars as pl
import pytest
import torch
from failing import failure
from hypothesis import given
from hypothesis import strategies as st

import colonnade as cn
import colonnade.torch
from colonnade.errors import (
    FeatureTypeError,
    LimitError,
    NarrowingError,
    PartialStepError,
    RaggedError,
    SparseIndexError,
    WeightsError,
)

IDENTITY = cn.sequence_categorical_column_with_identity("k", 300)
IDS = cn.indicator_column(IDENTITY)
WORDS = cn.indicator_column(cn.sequence_categorical_column_with_hash_bucket("k", 10))
WEIGHTED = cn.indicator_column(cn.weighted_categorical_column(IDENTITY, "w"))


def sparse(places: Any, values: Any, shape: Any) -> Any:
    """What has the attributes of a tf.SparseTensor."""
    return SimpleNamespace(indices=np.array(places), values=np.array(values), dense_shape=np.array(shape))


def ragged(values: Any, *splits: Any) -> Any:
    """What has the attributes of a tf.RaggedTensor; its row splits are int32 here."""
    for level in reversed(splits):
        values = SimpleNamespace(values=values, row_splits=np.array(level, np.int32))
    return values


def encoded(column: Any, feature: Any, **others: Any) -> tuple[list[Any], list[int], tuple[int, ...]]:
    """The values of the only slot, the lengths and the values' shape."""
    batch = cn.Encoder([column]).encode({"k": feature, **others})
    [slot] = batch.slots.values()
    return slot.values.tolist(), batch.lengths.tolist(), slot.values.shape


class TestRagged:
    """As a Ragged of the same rows."""

    @pytest.mark.parametrize("dtype", [np.int32, np.int64, np.uint8, bool])
    def test_ids(self, dtype):
        feature = ragged(np.array([1, 0, 1], dtype), [0, 2, 2, 3])
        assert encoded(IDS, feature) == encoded(IDS, [[1, 0], [], [1]])

    @pytest.mark.parametrize(
        "words", [np.array([b"omar", b"", b"marlo"], object), np.array(["omar", "", "marlo"])]
    )
    def test_words(self, words):
        assert encoded(WORDS, ragged(words, [0, 2, 2, 3])) == encoded(WORDS, [["omar", ""], [], ["marlo"]])

    def test_several_values_a_step(self):
        feature = ragged(np.array([1, 2, 3]), [0, 2, 3], [0, 2, 2, 3])
        assert encoded(IDS, feature) == encoded(IDS, [[[1, 2], []], [[3]]])

    def test_an_inner_shape(self):
        numbers = ragged(np.arange(6).reshape(3, 2), [0, 1, 3])
        assert encoded(IDS, numbers) == encoded(IDS, [[[0, 1]], [[2, 3], [4, 5]]])
        words = ragged(np.array([[b"a", b"b"], [b"c", b"d"]], object), [0, 0, 2])
        assert encoded(WORDS, words) == encoded(WORDS, [[], [["a", "b"], ["c", "d"]]])

    def test_numbers(self):
        column = cn.sequence_numeric_column("k", (2,))
        feature = ragged(np.arange(6, dtype=np.float64), [0, 4, 6])
        assert encoded(column, feature) == encoded(column, [[0.0, 1.0, 2.0, 3.0], [4.0, 5.0]])

    def test_refused(self):
        for splits in ([0, 5], [1, 3], [], [0, 2, 1, 3]):
            failure_of = ragged(np.arange(3), splits)
            with pytest.raises(RaggedError) as caught:
                encoded(IDS, failure_of)
            assert caught.value.where["key"] == "k"
        failure(FeatureTypeError, lambda: encoded(IDS, ragged(object(), [0, 1])), "rank 1 or more", key="k")
        complexes = ragged(np.array([1j]), [0, 1])
        failure(FeatureTypeError, lambda: encoded(IDS, complexes), "complex128 values", key="k")
        floats = ragged(np.array([1.5]), [0, 1])
        failure(FeatureTypeError, lambda: encoded(IDS, floats), "float64 values where int64", key="k")
        mixed = ragged(np.array([b"a", 3], object), [0, 2])
        failure(FeatureTypeError, lambda: encoded(WORDS, mixed), "str or bytes, got int", key="k", row=1)


class TestSparse:
    """A row ends at its last value; the steps before it may have none."""

    @pytest.mark.parametrize("dtype", [np.int32, np.int64, np.uint8, bool])
    def test_holes_are_steps(self, dtype):
        feature = sparse([[0, 1], [0, 3], [2, 0]], np.array([1, 0, 1], dtype), [4, 9])
        expected = [[-1, 1, -1, 0], [-1] * 4, [1, -1, -1, -1], [-1] * 4]
        assert encoded(IDS, feature) == (expected, [4, 0, 1, 0], (4, 4))

    def test_words(self):
        feature = sparse([[0, 1], [0, 3], [2, 0]], np.array([b"omar", b"", b"marlo"], object), [3, 4])
        expected = [[-1, 6, -1, 3], [-1] * 4, [1, -1, -1, -1]]
        assert encoded(WORDS, feature) == (expected, [4, 0, 1], (3, 4))

    def test_minus_one_is_a_value(self):
        hashed = cn.indicator_column(cn.sequence_categorical_column_with_hash_bucket("k", 10, "int64"))
        assert encoded(hashed, sparse([[0, 0]], [-1], [1, 1]))[0] == [[7333874265151076430 % 10]]

    def test_several_values_a_step(self):
        feature = sparse([[0, 0, 1], [0, 2, 0], [0, 2, 1], [1, 0, 0]], [5, 6, 7, 8], [3, 4, 2])
        assert encoded(IDS, feature) == encoded(IDS, [[[5], [], [6, 7]], [[8]], []])

    def test_rank_one_is_one_step(self):
        assert encoded(IDS, sparse([[0], [2]], [5, 6], [3])) == ([[5], [-1], [6]], [1, 0, 1], (3, 1))

    def test_nothing(self):
        assert encoded(IDS, sparse(np.zeros((0, 2), int), np.zeros(0, int), [2, 0])) == (
            [[], []],
            [0, 0],
            (2, 0),
        )
        assert encoded(IDS, sparse(np.zeros((0, 2), int), np.zeros(0, int), [0, 5])) == ([], [], (0, 0))

    def test_the_value_of_tensorflow_1_is_a_tuple(self):
        class Value(tuple):
            indices, values, dense_shape = np.array([[0, 1]]), np.array([4]), (1, 2)

        assert encoded(IDS, Value())[0] == [[-1, 4]]

    def test_a_cross(self):
        column = cn.indicator_column(cn.crossed_column([IDENTITY, "w"], 50))
        ids = sparse([[0, 0], [0, 2]], [5, 6], [2, 3])
        words = sparse([[0, 0], [0, 2]], np.array([b"a", b"b"], object), [2, 3])
        lists = encoded(column, [[[5], [], [6]], []], w=[[["a"], [], ["b"]], []])
        assert encoded(column, ids, w=words) == lists


class TestNumbers:
    """Where there are none, the default stands, not normalized."""

    def test_holes_hold_the_default(self):
        column = cn.sequence_numeric_column("k", default_value=-9.0, normalizer_fn=lambda steps: steps + 100)
        feature = sparse([[0, 0], [0, 2], [2, 1]], [1.0, 2.0, 3.0], [4, 5])
        values, lengths, _ = encoded(column, feature)
        assert np.squeeze(values).tolist() == [[101, -9, 102], [-9] * 3, [-9, 103, -9], [-9] * 3]
        assert lengths == [3, 0, 2, 0]

    def test_the_normalizer_sees_what_is_there(self):
        seen = []
        column = cn.sequence_numeric_column(
            "k", (2,), normalizer_fn=lambda steps: seen.append(steps) or steps
        )
        feature = sparse([[0, 2], [0, 3]], [1.0, 2.0], [1, 4])
        assert encoded(column, feature)[0] == [[[0.0, 0.0], [1.0, 2.0]]]
        assert [steps.tolist() for steps in seen] == [[[1.0, 2.0]]]

    def test_nested(self):
        column = cn.sequence_numeric_column("k", (2,))
        feature = sparse([[0, 0, 0], [0, 0, 1], [1, 0, 0], [1, 0, 1]], [1, 2, 3, 4], [2, 1, 2])
        assert encoded(column, feature)[0] == [[[1.0, 2.0]], [[3.0, 4.0]]]

    def test_large_integers_are_not_rounded_on_the_way(self):
        seen = []
        fn = lambda steps: seen.append(steps.copy()) or np.zeros_like(steps)  # noqa: E731
        column = cn.sequence_numeric_column("k", dtype="int64", normalizer_fn=fn)
        encoded(column, sparse([[0, 1]], [2**62 + 1], [1, 2]))
        assert seen[0].tolist() == [[2**62 + 1]]

    @pytest.mark.parametrize(
        ("places", "where"),
        [
            ([[0, 0], [0, 1], [0, 2]], {"row": 0}),
            ([[0, 1], [0, 2], [0, 3]], {"row": 0, "step": 0}),
            ([[0, 0], [0, 1], [1, 3]], {"row": 1, "step": 1}),
        ],
    )
    def test_part_of_a_step(self, places, where):
        column = cn.sequence_numeric_column("k", (2,))
        feature = sparse(places, [1.0] * len(places), [2, 4])
        failure(PartialStepError, lambda: encoded(column, feature), key="k", column="k", **where)

    def test_strings_and_too_large_numbers(self):
        column = cn.sequence_numeric_column("k", dtype="int8")
        words = sparse([[0, 0]], np.array([b"a"], object), [1, 1])
        failure(FeatureTypeError, lambda: encoded(column, words), "strings where numbers", key="k")
        large = sparse([[1, 3]], [300], [2, 4])
        failure(NarrowingError, lambda: encoded(column, large), "300 does not fit int8", key="k", row=1)

    def test_a_context(self):
        column = cn.numeric_column("k", (2,))
        batch = cn.Encoder([column]).encode({"k": sparse([[0, 0], [0, 1]], [1.0, 2.0], [1, 2])})
        assert batch.slots["k"].values.tolist() == [[1.0, 2.0]]
        with pytest.raises(PartialStepError):
            cn.Encoder([column]).encode({"k": sparse([[0, 1]], [1.0], [1, 2])})


class TestWeights:
    """Weights stand where the ids stand."""

    def test_in_the_same_places(self):
        places = [[0, 0], [0, 2], [1, 0]]
        batch = cn.Encoder([WEIGHTED]).encode(
            {"k": sparse(places, [5, 6, 7], [2, 3]), "w": sparse(places, [0.5, 2.0, 3.0], [2, 3])}
        )
        [slot] = batch.slots.values()
        assert slot.values.tolist() == [[5, -1, 6], [7, -1, -1]]
        assert slot.weights.tolist() == [[0.5, 0, 2.0], [3.0, 0, 0]]

    def test_elsewhere(self):
        ids = sparse([[0, 0], [0, 2]], [5, 6], [1, 3])
        for places in ([[0, 1], [0, 2]], [[0, 0], [0, 1]]):
            weights = sparse(places, [0.5, 2.0], [1, 3])
            message = "other places than the ids"
            failure(WeightsError, lambda w=weights: encoded(WEIGHTED, ids, w=w), message, key="w")

    def test_strings(self):
        ids = sparse([[0, 0]], [5], [1, 1])
        words = sparse([[0, 0]], np.array([b"a"], object), [1, 1])
        failure(FeatureTypeError, lambda: encoded(WEIGHTED, ids, w=words), "strings", key="w")


class TestRefused:
    """Indices that no sparse tensor should have."""

    @pytest.mark.parametrize(
        ("places", "message"),
        [
            ([[0, 1], [0, 0]], r"a value at \(0, 0\) after one at \(0, 1\); indices must rise"),
            ([[1, 0], [0, 0]], "after one at"),
            ([[0, 1], [0, 1]], r"two values at \(0, 1\)"),
            ([[0, 0], [2, 0]], r"a value at \(2, 0\), outside of dense_shape \(2, 3\)"),
            ([[0, 0], [0, 3]], "outside of dense_shape"),
            ([[0, -1], [0, 0]], "outside of dense_shape"),
            ([[-1, 0], [0, 0]], "outside of dense_shape"),
        ],
    )
    def test_places(self, places, message):
        feature = sparse(places, [1, 2], [2, 3])
        failure(SparseIndexError, lambda: encoded(IDS, feature), message, key="k")

    @pytest.mark.parametrize(
        ("feature", "message"),
        [
            (sparse([0, 1], [1, 2], [2, 3]), r"indices must be signed integers of shape \(2, 2\)"),
            (sparse([[0, 0]], [1, 2], [2, 3]), "indices must be"),
            (sparse([[0.0, 0.0]], [1], [2, 3]), "indices must be"),
            (sparse([[0, 0]], [1], [[2, 3]]), "dense_shape must be"),
            (sparse([[0, 0]], [1], [2.0, 3.0]), "dense_shape must be"),
            (sparse([[0, 0]], [1], [-2, 3]), "dense_shape must be"),
            (sparse([[0, 0]], [1], None), "dense_shape must be"),
            (sparse(np.zeros((1, 0), int), [1], []), "dense_shape must be"),
            (sparse([[0, 0]], [[1]], [2, 3]), "values of a sparse tensor must have rank 1"),
            (sparse([[0, 0]], 1, [2, 3]), "rank 1 or more"),
            (sparse([[0, 0]], [1j], [2, 3]), "complex128 values"),
        ],
    )
    def test_forms(self, feature, message):
        failure(FeatureTypeError, lambda: encoded(IDS, feature), message, key="k")

    @pytest.mark.parametrize(
        ("place", "shape"),
        [
            ([0, 2**62], [1, 2**63 - 1]),
            ([2**62, 0], [2**63 - 1, 1]),
            ([0, 2**63 - 2], [1, 2**63 - 1]),
            ([0, 2**28 + 1], [1, 2**29]),
            ([0, 0], [2**28 + 2, 1]),
        ],
    )
    def test_one_value_does_not_make_a_row_of_any_length(self, place, shape):
        failure(LimitError, lambda: encoded(IDS, sparse([place], [1], shape)), "268435456 empty", key="k")

    def test_what_numpy_cannot_read(self):
        class Symbolic:
            def __array__(self, dtype=None, copy=None):
                raise NotImplementedError("symbolic")

        feature = SimpleNamespace(indices=Symbolic(), values=np.array([1]), dense_shape=np.array([1, 1]))
        failure(
            FeatureTypeError, lambda: encoded(IDS, feature), "encode outside of traced functions", key="k"
        )


@given(
    st.lists(st.lists(st.lists(st.integers(0, 299), max_size=3), max_size=5), min_size=1, max_size=5),
    st.booleans(),
)
def test_a_sparse_tensor_is_the_lists_that_it_came_from(rows, nested):
    """Steps of lists as a sparse tensor of rank 3; the first value of each as one of rank 2."""
    ended = [row[: max((at for at, step in enumerate(row, 1) if step), default=0)] for row in rows]
    places, values = [], []
    for i, row in enumerate(ended):
        for j, step in enumerate(row):
            for k, value in enumerate(step if nested else step[:1]):
                places.append([i, j, k] if nested else [i, j])
                values.append(value)
    rank = 3 if nested else 2
    shape = [len(rows), 5, 3][:rank]
    feature = sparse(np.array(places, int).reshape(-1, rank), np.array(values, int), shape)
    if nested:
        expected = cn.Ragged.from_list(ended, "int64") if values else [[] for _ in rows]
    else:
        expected = np.full((len(rows), 5), -1)
        expected[tuple(np.array(places, int).reshape(-1, rank).T)] = values
    assert encoded(IDS, feature)[:2] == encoded(IDS, expected)[:2]


def nested_tensor(*rows: Any, layout: Any = torch.jagged) -> Any:
    return torch.nested.nested_tensor([torch.tensor(row) for row in rows], layout=layout)


class TestListsOfTensors:
    """As lists of their numbers."""

    @pytest.mark.parametrize(
        ("feature", "same"),
        [
            ([torch.tensor([1, 2]), torch.tensor([3])], [[1, 2], [3]]),
            ((torch.tensor([1, 2]), torch.tensor([], dtype=torch.int64)), [[1, 2], []]),
            ([torch.tensor([1, 2]), [3], np.array([4])], [[1, 2], [3], [4]]),
            ([[torch.tensor(1), 2], []], [[1, 2], []]),
            ([[torch.tensor([1, 2]), torch.tensor([3])], []], [[[1, 2], [3]], []]),
            ([torch.tensor([[1, 2], [3, 4]]), torch.tensor([[5, 6]])], [[[1, 2], [3, 4]], [[5, 6]]]),
        ],
    )
    def test_taken(self, feature, same):
        assert encoded(IDS, feature) == encoded(IDS, same)

    def test_a_tensor_of_a_graph(self):
        feature = [torch.tensor([1.0], requires_grad=True)]
        failure(
            FeatureTypeError, lambda: encoded(cn.sequence_numeric_column("k"), feature), "detach it", key="k"
        )

    def test_a_tensor_without_memory(self):
        feature = [torch.tensor([1], device="meta")]
        failure(FeatureTypeError, lambda: encoded(IDS, feature), "a tensor that NumPy cannot read", key="k")

    def test_what_is_no_tensor_is_refused_as_before(self):
        failure(RaggedError, lambda: encoded(IDS, [[1, [2]]]), "uneven nesting", key="k", row=0, step=0)


@pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors")
class TestNestedTensors:
    """Nested tensors of torch, as ours are."""

    @pytest.mark.parametrize("layout", [torch.jagged, torch.strided])
    def test_ids(self, layout):
        assert encoded(IDS, nested_tensor([1, 2], [3], layout=layout)) == encoded(IDS, [[1, 2], [3]])

    def test_gaps_between_rows(self):
        whole = torch.arange(10).reshape(2, 5)
        feature = torch.nested.narrow(
            whole, 1, torch.tensor([0, 1]), torch.tensor([2, 3]), layout=torch.jagged
        )
        assert encoded(IDS, feature) == encoded(IDS, [[0, 1], [6, 7, 8]])

    def test_our_own_output(self):
        column = cn.sequence_numeric_column("k", shape=(2,))
        batch = cn.Encoder([column], layout="jagged").encode({"k": [[1, 2, 3, 4], [], [5, 6]]})
        nested = colonnade.torch.nested_tensor(*colonnade.torch.SequenceFeatures([column])(batch))
        assert encoded(column, nested) == encoded(column, [[1, 2, 3, 4], [], [5, 6]])


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: pl.DataFrame({"k": [[1]]}).lazy(), r"call \.collect\(\) first"),
        (lambda: iter([[1]]), r"take list\(\.\.\.\) of it"),
        (lambda: SimpleNamespace(as_numpy_iterator=iter), "encode each batch of a stream"),
    ],
)
def test_what_holds_no_data_yet(make, match):
    failure(FeatureTypeError, lambda: encoded(IDS, make()), match, key="k")
    failure(FeatureTypeError, lambda: cn.Encoder([IDS]).encode(make()), match)


def test_ragged_tensors_without_end():
    feature = ragged(np.array([1]), *[[0, 1]] * 5000)
    failure(LimitError, lambda: encoded(IDS, feature), "more than 100 levels", key="k")
    within_itself = SimpleNamespace(row_splits=np.array([0, 1]))
    within_itself.values = within_itself
    failure(LimitError, lambda: encoded(IDS, within_itself), "more than 100 levels", key="k")
    assert encoded(IDS, ragged(np.array([1]), *[[0, 1]] * 50)) == encoded(IDS, [[[1]]])
