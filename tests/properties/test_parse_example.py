"""The core's reading of serialized Examples against its twin and against protobuf itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import example, proto
from reference.example import Feature
from reference.examples import GOLDEN_EXAMPLES, ODDITIES, examples, keys, make_example, odd_examples

import colonnade as cn
from colonnade import _core, errors

KIND_OF = {"int64": "int64", "float32": "float", "string": "bytes"}
UNSET: Feature = (None, [])

# How a batch may be given.
FORMS: dict[str, Callable[[list[bytes]], Any]] = {
    "list": list,
    "tuple": tuple,
    "objects": lambda records: np.array([*records, None], object)[:-1],
    "bytes_array": cn.BytesArray.from_list,
}
forms = st.sampled_from(sorted(FORMS)).map(FORMS.__getitem__)

Outcome = tuple[str, Any]


def refused(error: errors.ColonnadeError) -> Outcome:
    where = {name: place for name, place in error.where.items() if name != "byte"}
    return type(error).__name__, where


def values_of(ragged: cn.Ragged) -> str:
    """As text, in which NaN equals NaN and 0.0 is not -0.0."""
    return repr(ragged.to_list())


def core_outcome(records: Any, spec: dict[str, Any]) -> Outcome:
    try:
        parsed = cn.parse_example(records, spec)
    except errors.ColonnadeError as error:
        return refused(error)
    return "parsed", {
        key: values_of(value) if isinstance(value, cn.Ragged) else repr((value.shape, value.tolist()))
        for key, value in parsed.items()
    }


def twin_outcome(records: list[bytes], spec: dict[str, Any]) -> Outcome:
    """Malformed records come first, then lists of the wrong kind, then counts, key by key."""
    batch: list[dict[str, Feature]] = []
    for number, record in enumerate(records):
        try:
            batch.append(example.parse(record))
        except ValueError:
            return "MalformedRecordError", {"record": number}
    for number, features in enumerate(batch):
        for key, wanted in spec.items():
            kind, values = features.get(key, UNSET)
            if values and kind != KIND_OF[wanted.dtype]:
                return "KindError", {"record": number, "key": key}
    parsed = {}
    for key, wanted in spec.items():
        rows = [features.get(key, UNSET) for features in batch]
        if isinstance(wanted, cn.FixedLenFeature):
            error, values = fixed(rows, wanted, key)
            if error is not None:
                return error
            shape = (len(rows), *wanted.shape)
            parsed[key] = repr((shape, np.array([*values, None], object)[:-1].reshape(shape).tolist()))
        else:
            parsed[key] = repr([values for _, values in rows])
    return "parsed", parsed


def fixed(rows: list[Feature], wanted: cn.FixedLenFeature, key: str) -> tuple[Outcome | None, list[Any]]:
    flat: list[Any] = []
    for number, (_, values) in enumerate(rows):
        if not values and wanted.default_value is not None:
            flat += wanted.default_value
        elif len(values) == wanted.size:
            flat += values
        else:
            name = "ValueCountError" if values else "MissingFeatureError"
            return (name, {"record": number, "key": key}), []
    return None, flat


def test_the_oracle_is_what_it_seems() -> None:
    assert len(GOLDEN_EXAMPLES) == 7
    assert len(ODDITIES) > 300


# Batches of valid records.


def specs_for(records: list[dict[str, Feature]]) -> st.SearchStrategy[dict[str, Any]]:
    """Mostly the kind that the first record holds, so that batches often can be read."""
    known = sorted({key for record in records for key in record}) or ["a"]

    def spec(key: str) -> st.SearchStrategy[Any]:
        found = [record[key] for record in records if key in record and record[key][0]]
        kind, values = found[0] if found else ("int64", [])
        right = {"int64": "int64", "float": "float32", "bytes": "string"}[kind or "int64"]
        dtypes = st.just(right) | st.just(right) | st.just(right) | st.sampled_from(sorted(KIND_OF))
        return dtypes.flatmap(lambda dtype: st.just(cn.VarLenFeature(dtype)) | fixed_spec(dtype, len(values)))

    chosen = st.lists(st.sampled_from(known) | keys, min_size=1, max_size=5, unique=True)
    return chosen.flatmap(lambda names: st.fixed_dictionaries({name: spec(name) for name in names}))


def fixed_spec(dtype: str, size: int) -> st.SearchStrategy[Any]:
    defaults = {"int64": [7, -1], "float32": [0.5, -0.0], "string": [b"", b"\0default"]}[dtype]
    shapes: list[tuple[int, ...]] = [(size,) if size else (), (), (2, 2)]
    return st.builds(
        cn.FixedLenFeature, st.sampled_from(shapes), st.just(dtype), st.sampled_from([None, *defaults])
    )


@st.composite
def batches(draw: st.DrawFn) -> tuple[list[bytes], dict[str, Any]]:
    one = draw(examples)
    # Records of one file are alike: the same keys, and often the same lists.
    others = draw(st.lists(st.just(one) | st.just(one) | examples, max_size=3))
    records = [one, *others]
    return [make_example(record) for record in records], draw(specs_for(records))


@given(batches(), forms)
@settings(max_examples=400)
def test_batch_equals_twin(batch: tuple[list[bytes], dict[str, Any]], form: Callable[[Any], Any]) -> None:
    records, spec = batch
    assert core_outcome(form(records), spec) == twin_outcome(records, spec)


@given(examples, st.data())
def test_single_record_equals_a_batch_of_one(record: dict[str, Feature], data: st.DataObject) -> None:
    spec = data.draw(specs_for([record]))
    serialized = make_example(record)
    if core_outcome([serialized], spec)[0] != "parsed":
        assert core_outcome(serialized, spec) == core_outcome([serialized], spec)
        return
    batch = cn.parse_example([serialized], spec)
    single_parsed = cn.parse_example(serialized, spec)
    for key, value in batch.items():
        expected = value[0]
        got = single_parsed[key]
        if isinstance(expected, cn.BytesArray):
            assert got.to_list() == expected.to_list()
        elif isinstance(expected, bytes):
            assert got == expected
        else:
            np.testing.assert_array_equal(got, expected, strict=isinstance(expected, np.ndarray))


def test_empty_batch() -> None:
    spec = {
        "a": cn.VarLenFeature("string"),
        "b": cn.FixedLenFeature((2,), "float32"),
        "c": cn.FixedLenFeature((), "string"),
    }
    for form in FORMS.values():
        assert core_outcome(form([]), spec) == twin_outcome([], spec)


# Records in odd spellings, many of them malformed.


def kinds_spec(dtype: str, names: Iterable[str] = ("a", "b", "")) -> dict[str, Any]:
    return {name: cn.VarLenFeature(dtype) for name in names}


@pytest.mark.parametrize("name", ODDITIES)
def test_oddity_equals_twin_and_protobuf(name: str) -> None:
    check_odd(ODDITIES[name], sorted({"a", "b", *_keys(ODDITIES[name])}))


@given(odd_examples)
@settings(max_examples=500)
def test_odd_spellings_equal_twin_and_protobuf(record: bytes) -> None:
    check_odd(record, ["", "a", "b"])


@given(
    st.lists(st.sampled_from(sorted(ODDITIES)), min_size=2, max_size=4),
    st.sampled_from(sorted(KIND_OF)),
    forms,
)
@settings(max_examples=300)
def test_batches_of_oddities_equal_twin(names: list[str], dtype: str, form: Callable[[Any], Any]) -> None:
    records = [ODDITIES[name] for name in names]
    assert core_outcome(form(records), kinds_spec(dtype)) == twin_outcome(records, kinds_spec(dtype))


def _keys(record: bytes) -> list[str]:
    try:
        return list(proto.parse(record))
    except ValueError:
        return []


def check_odd(record: bytes, names: Sequence[str]) -> None:
    try:
        expected: dict[str, Feature] | None = proto.parse(record)
    except ValueError:
        expected = None
    for dtype in KIND_OF:
        spec = kinds_spec(dtype, names)
        for form in FORMS.values():
            assert core_outcome(form([record]), spec) == twin_outcome([record], spec)
        if expected is not None:
            assert is_refused_entry(record, spec) == twin_refuses_entry(record)


def is_refused_entry(record: bytes, spec: dict[str, Any]) -> bool:
    """Whether a record that protobuf accepts is refused, for the only reason there may be."""
    try:
        cn.parse_example([record], spec)
    except errors.KindError:
        pass
    except errors.MalformedRecordError as error:
        return "an entry of the feature map holds something besides" in error.message
    return False


def twin_refuses_entry(record: bytes) -> bool:
    try:
        example.parse(record)
    except example.UnknownInEntryError:
        return True
    except ValueError:
        pass
    return False


def test_entries_with_unknown_fields_are_among_the_oddities() -> None:
    assert 20 < sum(map(twin_refuses_entry, ODDITIES.values())) < len(ODDITIES) / 2


# Every truncation and every substitution of one byte of the golden records, against protobuf.


def damaged(record: bytes) -> Iterator[bytes]:
    for end in range(len(record)):
        yield record[:end]
    for at in range(len(record)):
        for byte in range(256):
            yield record[:at] + bytes([byte]) + record[at + 1 :]


def read(record: bytes, wanted: _core.WantedKeys, count: int) -> list[list[Any]]:
    indexed = _core.IndexedExamples([record], wanted)
    rows = []
    for key in range(count):
        splits, values, *offsets = indexed.ragged(key)
        assert splits[0] == 0
        assert splits[1] == (len(offsets[0]) - 1 if offsets else len(values))
        rows.append(cn.BytesArray(values, offsets[0]).to_list() if offsets else values.tolist())
    return rows


def outcome_of_damage(
    record: bytes, wanted: _core.WantedKeys, count: int
) -> tuple[str | None, str | None, list[list[Any]]]:
    """Why the record is refused, or which key holds another kind, or its values."""
    try:
        return None, None, read(record, wanted, count)
    except errors.MalformedRecordError as error:
        return error.message, None, []
    except errors.KindError as error:
        return None, error.where["key"], []


@pytest.mark.parametrize("name", GOLDEN_EXAMPLES)
def test_damaged_record_equals_protobuf_or_is_refused(name: str) -> None:
    names = list(proto.parse(GOLDEN_EXAMPLES[name]))
    wanted = {dtype: _core.WantedKeys(names, [dtype] * len(names)) for dtype in KIND_OF}
    accepted = rejected = refused_entries = 0
    for record in damaged(GOLDEN_EXAMPLES[name]):
        try:
            features = proto.parse(record)
        except ValueError:
            features = None
        for dtype, keys_wanted in wanted.items():
            refusal, wrong_key, rows = outcome_of_damage(record, keys_wanted, len(names))
            if refusal is not None:
                if features is not None:
                    assert "an entry of the feature map holds something besides" in refusal, record
                    assert twin_refuses_entry(record), record
                    refused_entries += 1
                continue
            assert features is not None, record
            asked = [features.get(key, UNSET) for key in names]
            wrong = [
                key
                for key, (kind, values) in zip(names, asked, strict=True)
                if values and kind != KIND_OF[dtype]
            ]
            assert wrong_key == (wrong[0] if wrong else None), record
            assert wrong or repr(rows) == repr([values for _, values in asked]), record
        accepted += features is not None
        rejected += features is None
    assert min(accepted, rejected) > 1000
    assert refused_entries > 100
