"""The twins against their oracles: what specifies the core must itself be right."""

import random
from collections.abc import Callable
from typing import Any

import farmhash
import pytest
from hypothesis import given, settings
from reference import example, proto
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
_MUTATIONS = 10_000  # for each of the two messages


def _text(maps: Any) -> str:
    """Parsed maps as text, in which NaN equals NaN and 0.0 is not -0.0."""
    return repr([sorted(features.items()) for features in maps])


def _outcome(record: bytes, parse: Callable[[bytes], Any]) -> str:
    try:
        parsed = parse(record)
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
    assert twin == oracle


@pytest.mark.parametrize("name", SEQUENCE_ODDITIES)
def test_odd_sequence_example_equals_protobuf(name: str) -> None:
    twin, oracle = _sequence_example_outcomes(SEQUENCE_ODDITIES[name])
    assert twin == oracle


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
    assert twin == oracle


@pytest.mark.parametrize(
    ("outcomes", "golden"),
    [(_example_outcomes, GOLDEN_EXAMPLES), (_sequence_example_outcomes, GOLDEN_SEQUENCE_EXAMPLES)],
    ids=["example", "sequence_example"],
)
def test_mutated_record_equals_protobuf(
    outcomes: Callable[[bytes], tuple[str, str]], golden: dict[str, bytes]
) -> None:
    oracles = []
    for record in _mutations(list(golden.values()), _MUTATIONS):
        twin, oracle = outcomes(record)
        assert twin == oracle, record
        oracles.append(oracle)
    # Mutations that are all rejected would show nothing.
    assert _MUTATIONS / 10 < oracles.count(_REJECTED) < _MUTATIONS * 9 / 10


def test_oddities_are_of_both_sorts() -> None:
    oracles = [_outcome(record, proto.parse) for record in ODDITIES.values()]
    assert 100 < oracles.count(_REJECTED) < len(oracles) - 100


def test_golden_records_are_small() -> None:
    sizes = {len(record) for record in [*GOLDEN_EXAMPLES.values(), *GOLDEN_SEQUENCE_EXAMPLES.values()]}
    assert 60 <= min(sizes) <= max(sizes) <= 120
