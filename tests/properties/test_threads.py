"""Any number of threads gives the same batch, to the bit, and the same error."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import pytest
from reference.examples import make_example, make_sequence_example

import colonnade as cn

WORDS = [b"", b"a", b"omar", b"stringer bell", bytes(range(256))]


def records(count: int, seed: int) -> list[bytes]:
    chance = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        steps = int(chance.integers(0, 40))
        features = {
            "watches": chance.integers(0, 50, steps).tolist(),
            "words": [WORDS[i] for i in chance.integers(0, len(WORDS), steps)],
            "prices": chance.normal(size=2 * steps).tolist(),
            "country": [int(chance.integers(0, 9))],
        }
        made.append(make_example(features))
    return made


def columns() -> dict[str, list[Any]]:
    watches = cn.sequence_categorical_column_with_identity("watches", 50)
    words = cn.sequence_categorical_column_with_hash_bucket("words", 1000)
    prices = cn.sequence_numeric_column("prices", shape=2)
    history = [cn.embedding_column(watches, 2), cn.embedding_column(words, 2), prices]
    return {
        "history": [*history, cn.indicator_column(cn.bucketized_column(prices, [0.0]))],
        "context": [cn.indicator_column(cn.categorical_column_with_identity("country", 9))],
    }


def leaves(batches: Any) -> list[np.ndarray[Any, Any]]:
    found: list[np.ndarray[Any, Any]] = []
    for batch in batches.values():
        batch.map(found.append)
    return found


@pytest.mark.parametrize("layout", ["padded", "jagged"])
@pytest.mark.parametrize("max_length", [None, 7])
@pytest.mark.parametrize("count", [0, 1, 127, 128, 500])
def test_threads_change_nothing(count: int, layout: Any, max_length: int | None) -> None:
    batch = records(count, seed=count)
    one, *others = (
        leaves(
            cn.Encoder(columns(), layout=layout, max_length=max_length, num_threads=n).encode_examples(batch)
        )
        for n in (None, 2, 8)
    )
    for other in others:
        for array, expected in zip(other, one, strict=True):
            np.testing.assert_array_equal(array, expected, strict=True)


def test_threads_change_nothing_in_memory_and_in_sequence_examples() -> None:
    lists = [{"watches": [[i % 50, 3], [], [7] * (i % 5)]} for i in range(300)]
    column = cn.embedding_column(cn.sequence_categorical_column_with_identity("watches", 50), 2)
    serialized = [make_sequence_example({}, row) for row in lists]
    features = {"watches": [row["watches"] for row in lists]}
    for make in (
        lambda encoder: encoder.encode_sequence_examples(serialized),
        lambda encoder: encoder.encode(features),
    ):
        one, two = (make(cn.Encoder([column], num_threads=n)).slots["watches"].values for n in (1, 8))
        np.testing.assert_array_equal(one, two, strict=True)


@pytest.mark.parametrize("bad", [[], [0], [499], [120, 130, 490]])
def test_the_first_error_is_given(bad: list[int]) -> None:
    batch = records(500, seed=3)
    out_of_range = list(batch)
    for row in bad:
        batch[row] = batch[row][:-1] + b"\xff\xff"
        out_of_range[row] = make_example({"watches": [1, 50]})
    column = cn.embedding_column(cn.sequence_categorical_column_with_identity("watches", 50), 2)
    for serialized, place in ((batch, "record"), (out_of_range, "row")):
        for threads in (1, 2, 8):
            encoder = cn.Encoder([column], num_threads=threads)
            if not bad:
                encoder.encode_examples(serialized)
                continue
            with pytest.raises(cn.errors.ColonnadeError) as caught:
                encoder.encode_examples(serialized)
            assert caught.value.where[place] == bad[0]


def test_the_first_column_comes_before_the_first_row() -> None:
    batch = [make_example({"a": [1], "b": [1]}) for _ in range(500)]
    batch[3] = make_example({"a": [1], "b": [50]})
    batch[490] = make_example({"a": [50], "b": [1]})
    both = [cn.indicator_column(cn.sequence_categorical_column_with_identity(key, 50)) for key in ("a", "b")]
    for threads in (1, 2, 8):
        with pytest.raises(cn.errors.IdOutOfRangeError) as caught:
            cn.Encoder(both, num_threads=threads).encode_examples(batch)
        assert (caught.value.where["column"], caught.value.where["row"]) == ("a", 490)


@pytest.mark.filterwarnings("ignore:.*fork")
def test_a_forked_process_encodes_with_threads() -> None:
    batch = records(200, seed=4)
    encoder = cn.Encoder(columns(), num_threads=4)
    expected = leaves(encoder.encode_examples(batch))
    child = os.fork()
    if child == 0:
        same = all(map(np.array_equal, leaves(encoder.encode_examples(batch)), expected))
        os._exit(0 if same else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.mark.parametrize("wrong", [0, -1, 1.5, True, "2"])
def test_wrong_numbers_of_threads(wrong: Any) -> None:
    with pytest.raises((cn.errors.ColumnValueError, cn.errors.ColumnTypeError), match="num_threads"):
        cn.Encoder(columns(), num_threads=wrong)
