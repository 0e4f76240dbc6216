"""The twins against their oracles: what specifies the core must itself be right."""

import random
from collections.abc import Callable
from typing import Any

import farmhash
import numpy as np
import pytest
from hypothesis import given, settings
from reference import embed, encode, example, proto
from reference.examples import (
    GOLDEN_EXAMPLES,
    GOLDEN_SEQUENCE_EXAMPLES,
    ODDITIES,
    SEQUENCE_ODDITIES,
    examples,
    make_example,
    make_sequence_example,
    odd_examples,
    sequence_examples,
)
from reference.fingerprint64 import fingerprint64

_REJECTED = "rejected"
_REFUSED = "an unknown field in a map entry"  # the one thing that the twin refuses and protobuf drops
_MUTATIONS = 10_000  # for each of the two messages


def _text(maps: Any) -> str:
    """Parsed maps as text, in which NaN equals NaN and 0.0 is not -0.0."""
    return repr([sorted(features.items()) for features in maps])


def _outcome(record: bytes, parse: Callable[[bytes], Any]) -> str:
    try:
        parsed = parse(record)
    except example.UnknownInEntryError:
        return _REFUSED
    except ValueError:
        return _REJECTED
    return _text(parsed if isinstance(parsed, tuple) else [parsed])


def _example_outcomes(record: bytes) -> tuple[str, str]:
    return _outcome(record, example.parse), _outcome(record, proto.parse)


def _sequence_example_outcomes(record: bytes) -> tuple[str, str]:
    twin, oracle = example.parse_sequence_example, proto.parse_sequence_example
    return _outcome(record, twin), _outcome(record, oracle)


def _mutations(records: list[bytes], count: int) -> list[bytes]:
    """Records with one to eight bytes replaced, removed, inserted or doubled."""
    chance = random.Random(20260101)
    mutated = []
    for _ in range(count):
        record = bytearray(chance.choice(records))
        for _ in range(chance.choice([1, 1, 1, 2, 4, 8])):
            at = chance.randrange(len(record) + 1)
            new = chance.choice([chance.randrange(256), chance.randrange(32), 0x80, 0xFF])
            record[at : at + chance.randrange(2)] = bytes([new]) * chance.randrange(3)
        mutated.append(bytes(record))
    return mutated


def test_fingerprint64_equals_farmhash() -> None:
    chance = random.Random(64)
    sizes = [*range(1001), *(chance.randrange(1001) for _ in range(8_999))]
    for size in sizes:
        data = chance.randbytes(size)
        assert fingerprint64(data) == farmhash.fingerprint64(data), data


@pytest.mark.parametrize("name", ODDITIES)
def test_odd_example_equals_protobuf(name: str) -> None:
    twin, oracle = _example_outcomes(ODDITIES[name])
    assert twin in (oracle, _REFUSED)


@pytest.mark.parametrize("name", SEQUENCE_ODDITIES)
def test_odd_sequence_example_equals_protobuf(name: str) -> None:
    twin, oracle = _sequence_example_outcomes(SEQUENCE_ODDITIES[name])
    assert twin in (oracle, _REFUSED)


@given(examples)
def test_example_is_read_back(features: dict[str, Any]) -> None:
    record = make_example(features)
    assert _text([example.parse(record)]) == _text([proto.parse(record)]) == _text([features])


@given(sequence_examples)
def test_sequence_example_is_read_back(maps: tuple[dict[str, Any], dict[str, Any]]) -> None:
    record = make_sequence_example(*maps)
    assert (
        _text(example.parse_sequence_example(record))
        == _text(proto.parse_sequence_example(record))
        == _text(maps)
    )


@given(odd_examples)
@settings(max_examples=500)
def test_odd_spellings_equal_protobuf(record: bytes) -> None:
    twin, oracle = _example_outcomes(record)
    assert twin in (oracle, _REFUSED)


@pytest.mark.parametrize(
    ("outcomes", "golden"),
    [(_example_outcomes, GOLDEN_EXAMPLES), (_sequence_example_outcomes, GOLDEN_SEQUENCE_EXAMPLES)],
    ids=["example", "sequence_example"],
)
def test_mutated_record_equals_protobuf(
    outcomes: Callable[[bytes], tuple[str, str]], golden: dict[str, bytes]
) -> None:
    oracles, refused = [], 0
    for record in _mutations(list(golden.values()), _MUTATIONS):
        twin, oracle = outcomes(record)
        assert twin in (oracle, _REFUSED), record
        refused += twin == _REFUSED
        oracles.append(oracle)
    # Mutations that are all rejected, or that the twin all refuses, would show nothing.
    assert refused < _MUTATIONS / 20
    assert _MUTATIONS / 10 < oracles.count(_REJECTED) < _MUTATIONS * 9 / 10


def test_oddities_are_of_both_sorts() -> None:
    oracles = [_outcome(record, proto.parse) for record in ODDITIES.values()]
    assert 100 < oracles.count(_REJECTED) < len(oracles) - 100


def test_golden_records_are_small() -> None:
    sizes = {len(record) for record in [*GOLDEN_EXAMPLES.values(), *GOLDEN_SEQUENCE_EXAMPLES.values()]}
    assert 60 <= min(sizes) <= max(sizes) <= 120


# No oracle runs beside these: what TensorFlow 2.21 gave stands as written, the rest is worked out by hand.


def test_hash_bucket_gives_tensorflow_ids() -> None:
    words = [[b"omar"], [b"stringer", "marlo"], [b"", b"a"]]
    assert encode.hash_bucket(words, 10) == [[6], [4, 1], [3, 9]]
    assert encode.hash_bucket([101, 201, 301], 10) == [3, 7, 5]


def test_vocabulary_gives_tensorflow_ids() -> None:
    words = ["omar", "stringer", "marlo"]
    values = [b"marlo", b"skywalker", b"heisenberg"]
    assert encode.vocabulary(values, words) == [2, -1, -1]
    assert encode.vocabulary(values, words, num_oov_buckets=100) == [2, 33, 62]


def test_identity_replaces_or_refuses() -> None:
    assert encode.identity([[0, 2], [], [-1, 3, -9]], 3, default_value=1) == [[0, 2], [], [1, 1, 1]]
    for wrong in (-1, 3):
        with pytest.raises(ValueError, match=rf"id {wrong} is not in \[0, 3\)"):
            encode.identity([[0, wrong]], 3)


def test_dense_cells_are_absent_at_the_end_and_holes_inside() -> None:
    assert encode.from_dense([[-1, 4, -1, 5, -1], [-1, -1]], absent=-1) == [[[], [4], [], [5]], []]


def test_numeric_needs_whole_steps() -> None:
    assert encode.numeric([[1.0, 2.0, 3.0, 4.0], []], (2, 1)) == [[[[1.0], [2.0]], [[3.0], [4.0]]], []]
    assert encode.numeric([[1.0, 2.0]], ()) == [[1.0, 2.0]]
    with pytest.raises(ValueError, match="row 1 has 3 values"):
        encode.numeric([[], [1.0, 2.0, 3.0]], (2,))


@pytest.mark.parametrize(
    ("options", "expected", "mask"),
    [
        ({}, [[1, 2, 3], [4, -1, -1], [-1, -1, -1]], [[1, 1, 1], [1, 0, 0], [0, 0, 0]]),
        ({"side": "left"}, [[1, 2, 3], [-1, -1, 4], [-1, -1, -1]], [[1, 1, 1], [0, 0, 1], [0, 0, 0]]),
        ({"max_length": 2}, [[2, 3], [4, -1], [-1, -1]], [[1, 1], [1, 0], [0, 0]]),
        ({"max_length": 2, "keep": "first"}, [[1, 2], [4, -1], [-1, -1]], [[1, 1], [1, 0], [0, 0]]),
        ({"max_length": 1, "pad_to_multiple_of": 2}, [[3, -1], [4, -1], [-1, -1]], [[1, 0], [1, 0], [0, 0]]),
    ],
)
def test_pad_options(options: dict[str, Any], expected: list[list[int]], mask: list[list[int]]) -> None:
    padded = encode.pad([[1, 2, 3], [4], []], **options)
    assert isinstance(padded, encode.Padded)
    assert padded.values.tolist() == expected
    assert padded.mask.tolist() == np.array(mask, bool).tolist()
    assert padded.lengths.tolist() == np.sum(mask, axis=1).tolist()


def test_pad_steps_of_several_values() -> None:
    rows: list[list[list[int]]] = [[[1, 2], []], [], [[3]]]
    padded = encode.pad(rows, step_shape=None)
    assert padded.values.tolist() == [[[1, 2], [-1, -1]], [[-1, -1], [-1, -1]], [[3, -1], [-1, -1]]]
    assert padded.lengths.tolist() == [2, 0, 1]

    jagged = encode.pad(rows, layout="jagged", step_shape=None)
    assert isinstance(jagged, encode.Jagged)
    assert jagged.values.tolist() == [1, 2, 3]
    assert jagged.row_splits.tolist() == [0, 2, 2, 3]
    assert jagged.step_splits is not None
    assert jagged.step_splits.tolist() == [0, 2, 2, 3]


@pytest.mark.parametrize("batch", [0, 2])
def test_pad_nothing_keeps_the_shape(batch: int) -> None:
    padded = encode.pad([[]] * batch, padding=0.0, step_shape=(2, 3))
    assert padded.values.shape == (batch, 0, 2, 3)
    assert padded.values.dtype == np.float32


_TABLE = np.array([(1, 2), (3, 5), (7, 11)])


@pytest.mark.parametrize(
    ("combiner", "expected"), [("mean", (2.3333, 4.0)), ("sqrtn", (4.0415, 6.9282)), ("sum", (7.0, 12.0))]
)
def test_combiners_give_tensorflow_values(combiner: embed.Combiner, expected: tuple[float, float]) -> None:
    ids = np.array([[[1, 1, 0], [-1, -1, -1]]])
    output = embed.embedding(_TABLE, ids, combiner=combiner)
    np.testing.assert_allclose(output, [[expected, (0, 0)]], atol=1e-4)


def test_only_sum_keeps_weights_that_are_not_positive() -> None:
    ids, weights = np.array([[0, 1, 2, -1]]), np.array([[2.0, -1.0, 0.0, 9.0]])
    assert embed.embedding(_TABLE, ids, weights).tolist() == [[1.0, 2.0]]
    assert embed.embedding(_TABLE, ids, weights, combiner="sum").tolist() == [[-1.0, -1.0]]


def test_max_norm_clips_rows_before_they_are_combined() -> None:
    output = embed.embedding(_TABLE, np.array([[1], [0]]), max_norm=1.0)
    np.testing.assert_allclose(output[0], (0.5145, 0.8575), atol=1e-4)
    both = embed.embedding(_TABLE, np.array([[1, 0]]), max_norm=1.0, combiner="sum")
    np.testing.assert_allclose(both[0], output.sum(axis=0))


def test_indicator_counts_or_sums_weights() -> None:
    ids = np.array([[2, 1, 0, 2, -1]])
    assert embed.indicator(ids, 3).tolist() == [[1, 1, 2]]
    assert embed.indicator(ids, 3, np.array([[2, 4, 6, 1, 8]])).tolist() == [[6, 4, 3]]
    with pytest.raises(IndexError):
        embed.indicator(np.array([[3]]), 3)


def test_flatten_keeps_empty_shapes() -> None:
    assert embed.flatten(np.zeros((0, 0, 2, 3))).shape == (0, 0, 6)
    assert embed.flatten(np.arange(4.0).reshape(1, 2, 2))[0].tolist() == [[0, 1], [2, 3]]
    assert embed.flatten(np.zeros((2, 3))).shape == (2, 3, 1)
