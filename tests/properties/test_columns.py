"""Vocabularies, buckets, crosses, weights and shared tables at random, against their slow twins."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reference import embed, encode

import colonnade as cn
import colonnade.numpy
import colonnade.torch

SETTINGS = settings(max_examples=250, suppress_health_check=[HealthCheck.too_slow])
WORDS = st.sampled_from([b"", b"a", b"b", b"omar", b"\xff\xfe", b"a\0b", b"-1", b"7"])
INTEGERS = st.sampled_from([-1, 0, 1, 7, -2, 2**63 - 1, -(2**63)])
NUMBERS = st.floats(width=32) | st.sampled_from([0.0, 1.0, -2.5])
WEIGHTS = st.sampled_from([1.0, 0.5, 2.0, -1.0, 0.0, 3.25, np.nan, np.inf, -np.inf])

# A part is what one key of a column holds: its column, its wire kind, its values and its twin of ids.


@st.composite
def words_part(draw: st.DrawFn, key: str, sequence: bool) -> tuple[Any, str, Any, Any]:
    strings = draw(st.booleans())
    values = WORDS if strings else INTEGERS
    entries = draw(st.lists(values, min_size=1, max_size=5, unique=True))
    outside = draw(
        st.sampled_from([{}, {"default_value": 0}, {"num_oov_buckets": 1}, {"num_oov_buckets": 5}])
    )
    prefix = "sequence_" if sequence else ""
    make = getattr(cn, f"{prefix}categorical_column_with_vocabulary_list")
    column = make(key, entries, **outside)
    return column, "bytes" if strings else "int64", values, lambda x: encode.vocabulary(x, entries, **outside)


@st.composite
def identity_part(draw: st.DrawFn, key: str, sequence: bool) -> tuple[Any, str, Any, Any]:
    default = draw(st.sampled_from([None, 2]))
    prefix = "sequence_" if sequence else ""
    column = getattr(cn, f"{prefix}categorical_column_with_identity")(key, 5, default)
    values = st.integers(0, 4) if default is None else INTEGERS
    return column, "int64", values, lambda x: encode.identity(x, 5, default)


@st.composite
def buckets_part(draw: st.DrawFn, key: str, sequence: bool) -> tuple[Any, str, Any, Any]:
    boundaries = sorted(draw(st.lists(st.floats(-5, 5, width=16), min_size=1, max_size=4, unique=True)))
    column = cn.bucketized_column(
        cn.sequence_numeric_column(key) if sequence else cn.numeric_column(key), boundaries
    )
    return column, "float", NUMBERS, lambda x: encode.bucketize(x, boundaries)


def raw_part(key: str, sequence: bool) -> st.SearchStrategy[tuple[Any, str, Any, Any]]:
    return st.just((key, "bytes", WORDS, lambda x: x))


@st.composite
def lengths(draw: st.DrawFn) -> list[int]:
    return draw(st.lists(st.integers(0, 4), max_size=4))


def fill(draw: st.DrawFn, values: Any, counts: list[list[int]]) -> list[list[list[Any]]]:
    """Rows of steps of values."""
    return [[draw(st.lists(values, min_size=n, max_size=n)) for n in row] for row in counts]


OPTIONS = st.sampled_from(
    [
        {},
        {"side": "left"},
        {"layout": "jagged"},
        {"min_length": 2, "side": "left"},
        {"max_length": 2},
        {"max_length": 1, "keep": "first", "layout": "jagged"},
        {"max_length": 3, "side": "left", "pad_to_multiple_of": 4},
    ]
)


def flat(rows: list[list[list[Any]]]) -> list[list[Any]]:
    return [[value for step in row for value in step] for row in rows]


def in_memory(kind: str, rows: Any, *, nested: bool = False) -> Any:
    """A ragged feature with its dtype and depth, which empty lists alone would not tell."""
    dtype = {"bytes": "string", "int64": "int64", "float": "float32"}[kind]
    if not nested:
        return cn.Ragged.from_list(rows, dtype)
    inner = cn.Ragged.from_list([step for row in rows for step in row], dtype)
    return cn.Ragged(inner, encode.splits([len(row) for row in rows]))


def check_slot(slot: Any, steps: list[list[list[int]]], weights: Any, options: Any, *, several: bool) -> None:
    rows = steps if several else [[step[0] for step in row] for row in steps]
    shape = None if several else ()
    wanted = encode.pad(rows, **options, step_shape=shape)
    np.testing.assert_array_equal(slot.values, wanted.values)
    assert slot.values.dtype == np.int64
    if isinstance(wanted, encode.Jagged) and several:
        np.testing.assert_array_equal(slot.step_splits, wanted.step_splits)
    else:
        assert slot.step_splits is None
    if weights is None:
        assert slot.weights is None
        return
    of_rows = weights if several else [[step[0] for step in row] for row in weights]
    wanted = encode.pad(of_rows, **options, step_shape=shape, padding=0.0)
    np.testing.assert_array_equal(slot.weights, wanted.values)
    assert slot.weights.dtype == np.float32


def check_layers(columns: Any, batch: Any) -> None:
    """The layers for NumPy and for torch give the same numbers, and each step's are the slow twin's."""
    plan = cn.Encoder(columns).plan
    random = np.random.default_rng(0)
    tables = {
        name: random.standard_normal((table.num_buckets, table.dimension)).astype(np.float32)
        for name, table in plan.tables.items()
    }
    group = plan.groups[""]
    ours, _ = cn.numpy.embed(group, tables, batch)
    tensors = {name: torch.from_numpy(table) for name, table in tables.items()}
    theirs, _ = cn.torch.embed(group, tensors, cn.torch.to_tensors(batch))
    np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(ours, embed.layer_output(group, tables, batch), rtol=1e-5, atol=1e-5)


def wrap(draw: st.DrawFn, categorical: Any) -> list[Any]:
    combiner = draw(st.sampled_from(["mean", "sqrtn", "sum"]))
    max_norm = draw(st.sampled_from([None, 0.5]))
    return [
        cn.embedding_column(categorical, 3, combiner, max_norm=max_norm),
        cn.indicator_column(categorical),
    ]


PARTS = [words_part, identity_part, buckets_part, raw_part]


@given(st.data())
@SETTINGS
def test_sequences(data: st.DataObject) -> None:
    """One column, or a cross of several, from lists of one or several values a step, perhaps weighted."""
    draw = data.draw
    count = draw(st.sampled_from([1, 1, 2, 3]))
    nested = draw(st.booleans())
    kinds = [draw(st.sampled_from(PARTS if count > 1 else PARTS[:3])) for _ in range(count)]
    parts = [draw(kind(f"k{i}", True)) for i, kind in enumerate(kinds)]
    if count > 1 and all(isinstance(part[0], str) for part in parts):
        parts[0] = draw(words_part("k0", True))
    steps = draw(lengths())
    features, examples, lists, ids = {}, [{} for _ in steps], [{} for _ in steps], []
    for part, make in zip(parts, kinds, strict=True):
        column, kind, values, twin = part
        key = column if isinstance(column, str) else column.key
        one = not nested or make is buckets_part
        counts = [[1 if one else draw(st.integers(0, 2)) for _ in range(n)] for n in steps]
        rows = fill(draw, values, counts)
        features[key] = in_memory(kind, rows, nested=True) if nested else in_memory(kind, flat(rows))
        for row, record, record_lists in zip(rows, examples, lists, strict=True):
            record[key] = [value for step in row for value in step]
            record_lists[key] = row
        ids.append([[twin(step) for step in row] for row in rows])
    if count == 1:
        categorical, expected = parts[0][0], ids[0]
    else:
        hash_key = draw(st.sampled_from([None, 42, 2**64 - 1]))
        categorical = cn.crossed_column([part[0] for part in parts], 7, hash_key)
        expected = [
            [encode.cross(step, 7, hash_key or encode.DEFAULT_HASH_KEY) for step in zip(*rows, strict=True)]
            for rows in zip(*ids, strict=True)
        ]
    weights = None
    if draw(st.booleans()):
        weights = fill(draw, WEIGHTS, [[len(step) for step in row] for row in expected])
        several = nested and any(kind is not buckets_part for kind in kinds)
        features["w"] = in_memory("float", weights if several else flat(weights), nested=several)
        for row, record, record_lists in zip(weights, examples, lists, strict=True):
            record["w"] = [value for step in row for value in step]
            record_lists["w"] = row
        categorical = cn.weighted_categorical_column(categorical, "w")
    options = draw(OPTIONS)
    columns = wrap(draw, categorical)
    encoder = cn.Encoder(columns, **options)
    batch = encoder.encode(features)
    [slot] = batch.slots.values()
    in_steps = nested and any(kind is not buckets_part for kind in kinds)
    check_slot(slot, expected, weights, options, several=in_steps)
    check_layers(columns, batch)
    if nested:
        records = [cn.SequenceExample({}, typed(each, parts)).serialize() for each in lists]
        again = encoder.encode_sequence_examples(records)
        check_slot(next(iter(again.slots.values())), expected, weights, options, several=in_steps)
    else:
        records = [cn.Example(typed_row(each, parts)).serialize() for each in examples]
        for again in (
            encoder.encode_examples(records),
            encoder.encode(cn.parse_example(records, encoder.plan.spec)),
        ):
            check_slot(next(iter(again.slots.values())), expected, weights, options, several=False)


def kinds_of(parts: list[Any]) -> dict[str, str]:
    kinds = {part[0] if isinstance(part[0], str) else part[0].key: part[1] for part in parts}
    return {**kinds, "w": "float"}


def typed_row(record: dict[str, list[Any]], parts: list[Any]) -> dict[str, Any]:
    """Floats as an array, so that none is taken for an integer; features without values left out."""
    kinds = kinds_of(parts)
    return {
        key: np.array(values, np.float32) if kinds[key] == "float" else values
        for key, values in record.items()
        if values
    }


def typed(lists: dict[str, list[list[Any]]], parts: list[Any]) -> dict[str, Any]:
    kinds = kinds_of(parts)
    return {
        key: [np.array(step, np.float32) if kinds[key] == "float" else step for step in steps]
        for key, steps in lists.items()
    }


@given(st.data())
@SETTINGS
def test_contexts(data: st.DataObject) -> None:
    """The same in a context: all values of a row at once."""
    draw = data.draw
    count = draw(st.sampled_from([1, 1, 2, 3]))
    kinds = [draw(st.sampled_from(PARTS if count > 1 else PARTS[:3])) for _ in range(count)]
    parts = [draw(kind(f"k{i}", False)) for i, kind in enumerate(kinds)]
    rows = draw(st.integers(0, 4))
    features, records, ids = {}, [{} for _ in range(rows)], []
    for part, make in zip(parts, kinds, strict=True):
        column, kind, values, twin = part
        key = column if isinstance(column, str) else column.key
        counts = [[1 if make is buckets_part else draw(st.integers(0, 3))] for _ in range(rows)]
        flat_rows = flat(fill(draw, values, counts))
        features[key] = in_memory(kind, flat_rows)
        for record, row in zip(records, flat_rows, strict=True):
            record[key] = row
        ids.append([twin(row) for row in flat_rows])
    if count == 1:
        categorical, expected = parts[0][0], ids[0]
    else:
        categorical = cn.crossed_column([part[0] for part in parts], 7)
        expected = [encode.cross(row, 7) for row in zip(*ids, strict=True)]
    weights = None
    if draw(st.booleans()):
        weights = [draw(st.lists(WEIGHTS, min_size=len(row), max_size=len(row))) for row in expected]
        features["w"] = in_memory("float", weights)
        for record, row in zip(records, weights, strict=True):
            record["w"] = row
        categorical = cn.weighted_categorical_column(categorical, "w")
    columns = wrap(draw, categorical)
    encoder = cn.Encoder(columns)
    serialized = [cn.Example(typed_row(record, parts)).serialize() for record in records]
    for batch in (
        encoder.encode(features),
        encoder.encode_examples(serialized),
        encoder.encode_sequence_examples(serialized),
    ):
        [slot] = batch.slots.values()
        np.testing.assert_array_equal(slot.values, encode.pad(expected).values)
        if weights is not None:
            np.testing.assert_array_equal(slot.weights, encode.pad(weights, padding=0.0).values)
    check_layers(columns, encoder.encode(features))


@given(st.data())
@SETTINGS
def test_several_numbers_a_step(data: st.DataObject) -> None:
    """Bucketized steps of a shape have ids of their own for each position."""
    draw = data.draw
    shape = draw(st.sampled_from([(2,), (3, 1), (2, 2)]))
    size, boundaries = prod(shape), [0.0, 1.5]
    steps = draw(lengths())
    rows = fill(draw, NUMBERS, [[size] * n for n in steps])
    column = cn.bucketized_column(cn.sequence_numeric_column("n", shape), boundaries)
    expected = [
        [[bucket + 3 * i for i, bucket in enumerate(encode.bucketize(step, boundaries))] for step in row]
        for row in rows
    ]
    options = draw(OPTIONS)
    columns = wrap(draw, column)
    encoder = cn.Encoder(columns, **options)
    batch = encoder.encode({"n": in_memory("float", flat(rows))})
    check_slot(batch.slots["n_bucketized"], expected, None, options, several=True)
    check_layers(columns, batch)
    records = [cn.Example({"n": np.array(row, np.float32)} if row else {}).serialize() for row in flat(rows)]
    check_slot(encoder.encode_examples(records).slots["n_bucketized"], expected, None, options, several=True)


@given(st.lists(st.lists(st.integers(0, 4), max_size=4), max_size=4), st.data())
@SETTINGS
def test_shared_tables(history: list[list[int]], data: st.DataObject) -> None:
    """A history and a candidate look the same rows up."""
    candidate = [[data.draw(st.integers(0, 4))] for _ in history]
    columns = cn.shared_embeddings(
        [
            cn.sequence_categorical_column_with_identity("history", 5),
            cn.categorical_column_with_identity("candidate", 5),
        ],
        3,
        shared_embedding_collection_name="items",
    )
    groups = {"history": columns[:1], "candidate": columns[1:]}
    table = np.random.default_rng(1).standard_normal((5, 3)).astype(np.float32)
    features = {"history": in_memory("int64", history), "candidate": in_memory("int64", candidate)}
    for layer in (cn.numpy.Features(groups, {"items": table}), cn.torch.Features(groups, {"items": table})):
        assert list(layer.tables()) == ["items"]
        outputs = layer(features)
        for row, items in enumerate(history):
            np.testing.assert_array_equal(
                np.asarray(outputs["history"][0].tolist()[row][: len(items)]).reshape(-1, 3), table[items]
            )
        got = np.array(outputs["candidate"].tolist()).reshape(-1, 3)
        np.testing.assert_array_equal(got, table[[row[0] for row in candidate]].reshape(-1, 3))
