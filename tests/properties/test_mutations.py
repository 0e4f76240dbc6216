"""Every truncation and substitution of one byte of small records gives protobuf's answer or a typed error."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from reference import example, proto
from reference.examples import GOLDEN_EXAMPLES, GOLDEN_SEQUENCE_EXAMPLES

import colonnade as cn

_DTYPES = {"bytes": "string", "float": "float32", "int64": "int64"}
_MALFORMED, _KIND = "malformed", "another kind"
# The one thing in which protobuf's decoders differ: some drop such an entry without a word.
_REFUSED = "an unknown field in a map entry"


def _mutations(record: bytes) -> Iterator[bytes]:
    for at in range(len(record)):
        yield record[:at]
        for byte in range(256):
            if byte != record[at]:
                yield record[:at] + bytes([byte]) + record[at + 1 :]


def _spec(kinds: dict[str, set[str | None]]) -> dict[str, cn.VarLenFeature]:
    """Features of a kind that each key has; keys without a kind are read as int64."""
    return {key: cn.VarLenFeature(_DTYPES[min(found - {None} or {"int64"})]) for key, found in kinds.items()}


def _values(lists: list[Any], dtype: str) -> Any:
    """The values of several features, of which none may be of another kind."""
    if any(values and _DTYPES[kind] != dtype for kind, values in lists):
        return _KIND
    return [list(values) for _, values in lists]


def _protobuf(parse: Callable[[bytes], Any], record: bytes, context: Any, lists: Any) -> str:
    """What protobuf reads, as text, in which NaN equals NaN."""
    try:
        parsed = parse(record)
    except ValueError:
        return _MALFORMED
    contexts, sequences = parsed if isinstance(parsed, tuple) else (parsed, {})
    answers = [_values([contexts.get(key, (None, []))], spec.dtype) for key, spec in context.items()]
    answers += [_values(sequences.get(key, []), spec.dtype) for key, spec in lists.items()]
    return _KIND if _KIND in answers else repr(answers)


def _ours(read: Callable[[bytes], list[Any]], record: bytes) -> str:
    try:
        return repr(read(record))
    except cn.errors.MalformedRecordError as error:
        return _REFUSED if "besides a key and a value" in error.message else _MALFORMED
    except cn.errors.KindError:
        return _KIND


def _check(ours: str, wanted: str, twin: Callable[[bytes], Any], record: bytes) -> None:
    if ours == _REFUSED and wanted != _MALFORMED:
        with pytest.raises(example.UnknownInEntryError):
            twin(record)
    else:
        assert ours == wanted or (ours, wanted) == (_REFUSED, _MALFORMED), record


@pytest.mark.parametrize("name", GOLDEN_SEQUENCE_EXAMPLES)
def test_mutated_sequence_example_equals_protobuf(name: str) -> None:
    golden = GOLDEN_SEQUENCE_EXAMPLES[name]
    contexts, sequences = proto.parse_sequence_example(golden)
    context = _spec({key: {kind} for key, (kind, _) in contexts.items()})
    lists = _spec({key: {kind for kind, _ in steps} for key, steps in sequences.items()})
    lists.pop("m", None)  # steps of several kinds: no spec fits, and the error would hide all else

    def read(record: bytes) -> list[Any]:
        found, steps, _ = cn.parse_sequence_example([record], context, lists)
        return [
            *(value.to_list() for value in found.values()),
            *(item for value in steps.values() for item in value.to_list()),
        ]

    seen = set()
    for record in _mutations(golden):
        ours = _ours(read, record)
        seen.add(ours)
        wanted = _protobuf(proto.parse_sequence_example, record, context, lists)
        _check(ours, wanted, example.parse_sequence_example, record)
    assert {_MALFORMED, _REFUSED} < seen
    assert len(seen) > 50


@pytest.mark.parametrize("name", GOLDEN_EXAMPLES)
def test_mutated_example_equals_protobuf(name: str) -> None:
    golden = GOLDEN_EXAMPLES[name]
    context = _spec({key: {kind} for key, (kind, _) in proto.parse(golden).items()})

    def read(record: bytes) -> list[Any]:
        return [value.to_list() for value in cn.parse_example([record], context).values()]

    seen = set()
    for record in _mutations(golden):
        ours = _ours(read, record)
        seen.add(ours)
        _check(ours, _protobuf(proto.parse, record, context, {}), example.parse, record)
    assert {_MALFORMED, _REFUSED} < seen
    assert len(seen) > 50
