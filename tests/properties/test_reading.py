"""Example.parse and SequenceExample.parse hold what the slow reader and protobuf read, and write it again."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference import example, proto
from reference.examples import (
    GOLDEN_EXAMPLES,
    GOLDEN_SEQUENCE_EXAMPLES,
    ODDITIES,
    SEQUENCE_ODDITIES,
    make_example,
    make_sequence_example,
    odd_examples,
)
from reference.examples import examples as some_examples
from reference.examples import sequence_examples as some_sequence_examples

import colonnade as cn


def _plain(features: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(values) for key, (_, values) in sorted(features.items())}


def _slow_example(record: bytes, by: Any = example) -> list[Any]:
    return [_plain(by.parse(record))]


def _slow_sequence_example(record: bytes, by: Any = example) -> list[Any]:
    context, lists = by.parse_sequence_example(record)
    steps = {key: tuple(tuple(values) for _, values in lists[key]) for key in sorted(lists)}
    return [_plain(context), steps]


def _example(record: bytes) -> list[Any]:
    return list(vars(cn.Example.parse(record)).values())


def _sequence_example(record: bytes) -> list[Any]:
    return list(vars(cn.SequenceExample.parse(record)).values())


def _or_malformed(read: Callable[[bytes], Any], record: bytes) -> str:
    """What was read as text, in which NaN equals NaN; "malformed" for what is refused."""
    try:
        return repr(read(record))
    except cn.errors.ColonnadeError as error:
        return "malformed" if "byte" in error.where else repr(error)
    except ValueError:  # of the slow reader
        return "malformed"


@given(some_examples)
def test_an_example_is_what_protobuf_reads(features: dict[str, Any]) -> None:
    record = make_example(features)
    parsed = cn.Example.parse(record)
    assert repr(_example(record)) == repr(_slow_example(record)) == repr(_slow_example(record, proto))
    assert repr(_slow_example(parsed.serialize(), proto)) == repr(_slow_example(record, proto))


@given(some_sequence_examples)
def test_a_sequence_example_is_what_protobuf_reads(parts: tuple[Any, Any]) -> None:
    record = make_sequence_example(*parts)
    wanted = repr(_slow_sequence_example(record, proto))
    parsed = cn.SequenceExample.parse(record)
    assert repr(_sequence_example(record)) == repr(_slow_sequence_example(record)) == wanted
    assert repr(_slow_sequence_example(parsed.serialize(), proto)) == wanted


@given(odd_examples)
def test_odd_spellings(record: bytes) -> None:
    assert _or_malformed(_example, record) == _or_malformed(_slow_example, record)
    assert _or_malformed(_sequence_example, record) == _or_malformed(_slow_sequence_example, record)


@given(st.binary(max_size=60))
def test_any_bytes(record: bytes) -> None:
    assert _or_malformed(_example, record) == _or_malformed(_slow_example, record)
    assert _or_malformed(_sequence_example, record) == _or_malformed(_slow_sequence_example, record)


@pytest.mark.parametrize("name", [*ODDITIES, *SEQUENCE_ODDITIES])
def test_every_oddity(name: str) -> None:
    record = {**ODDITIES, **SEQUENCE_ODDITIES}[name]
    assert _or_malformed(_example, record) == _or_malformed(_slow_example, record)
    assert _or_malformed(_sequence_example, record) == _or_malformed(_slow_sequence_example, record)


@pytest.mark.parametrize("name", [*GOLDEN_EXAMPLES, *GOLDEN_SEQUENCE_EXAMPLES])
def test_every_truncation_and_some_substitutions(name: str) -> None:
    golden = {**GOLDEN_EXAMPLES, **GOLDEN_SEQUENCE_EXAMPLES}[name]
    records = [golden[:end] for end in range(len(golden) + 1)]
    records += [
        golden[:at] + bytes([byte]) + golden[at + 1 :]
        for at in range(len(golden))
        for byte in range(0, 256, 7)
    ]
    answers = set()
    for record in records:
        for read, slow in ((_example, _slow_example), (_sequence_example, _slow_sequence_example)):
            answers.add(answer := _or_malformed(read, record))
            assert answer == _or_malformed(slow, record), record
    assert "malformed" in answers
    assert len(answers) > 20
