"""The workloads, seeded: features in memory, serialized records, TFRecord and Parquet files."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from reference import proto

import colonnade as cn

BATCH = 512
DIMENSION = 16  # of every embedding
CONTEXT = "context"  # the group whose features have one value a record
VOCABULARY = 50_000


@dataclass(frozen=True)
class Feature:
    """One key: its kind of value, and what becomes of it.

    `buckets` is the number of ids or hash buckets; `indicator` asks for that instead of an embedding.
    """

    key: str
    kind: str  # "id", "string" or "float"
    group: str
    buckets: int = 0
    shape: tuple[int, ...] = (1,)
    indicator: bool = False

    @property
    def dtype(self) -> str:
        return {"id": "int64", "string": "string", "float": "float32"}[self.kind]

    @property
    def name(self) -> str:
        """The column's name, by which TensorFlow and Colonnade order their output."""
        return (
            self.key
            if self.kind == "float"
            else f"{self.key}_{'indicator' if self.indicator else 'embedding'}"
        )


@dataclass(frozen=True, eq=False)
class Data:
    """One feature of all records: strings as places in the vocabulary, numbers as float32."""

    values: np.ndarray[Any, Any]
    row_splits: np.ndarray[Any, Any]
    step_splits: np.ndarray[Any, Any] | None = None  # several values a step

    def rows(self) -> list[np.ndarray[Any, Any]]:
        return np.split(self.values, self.row_splits[1:-1])


@dataclass(frozen=True, eq=False)
class Workload:
    """What every contender reads: `batches` is a list of lists of serialized records."""

    name: str
    features: tuple[Feature, ...]
    data: dict[str, Data]
    batches: list[list[bytes]]

    @property
    def has_steps(self) -> bool:
        """Whether the records are SequenceExamples."""
        return any(data.step_splits is not None for data in self.data.values())

    def groups(self) -> dict[str, list[Feature]]:
        """The features of each group in the order of their columns' names."""
        ordered = sorted(self.features, key=lambda feature: feature.name)
        names = dict.fromkeys(feature.group for feature in self.features)
        return {name: [feature for feature in ordered if feature.group == name] for name in names}

    def records(self) -> list[bytes]:
        return [record for batch in self.batches for record in batch]

    def write_tfrecord(self, path: Path) -> None:
        with cn.TFRecordWriter(path) as writer:
            for record in self.records():
                writer.write(record)

    def write_parquet(self, path: Path) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        columns = {}
        for feature in self.features:
            data = self.data[feature.key]
            values = pa.array(data.values)
            if feature.kind == "string":
                values = pa.array(vocabulary(), pa.binary()).take(values)
            columns[feature.key] = pa.ListArray.from_arrays(pa.array(data.row_splits, pa.int32()), values)
        pq.write_table(pa.table(columns), path, row_group_size=8 * BATCH)

    def tables(self) -> dict[str, np.ndarray[Any, Any]]:
        """One embedding table for each feature that has one, by key."""
        random = np.random.default_rng(7)
        return {
            feature.key: random.normal(size=(feature.buckets, DIMENSION)).astype(np.float32)
            for feature in self.features
            if feature.kind != "float" and not feature.indicator
        }


@functools.cache
def vocabulary() -> list[bytes]:
    """Byte strings of 3 to 12 letters, all different."""
    random = np.random.default_rng(11)
    words: dict[bytes, None] = {}
    while len(words) < VOCABULARY:
        letters = random.integers(ord("a"), ord("z") + 1, 12, np.uint8)
        words[letters.tobytes()[: random.integers(3, 13)]] = None
    return list(words)


@functools.cache
def _cumulative(size: int) -> np.ndarray[Any, Any]:
    weights = np.arange(1, size + 1) ** -1.1
    return np.cumsum(weights) / weights.sum()


def zipf(random: np.random.Generator, size: int, count: int) -> np.ndarray[Any, Any]:
    """Bounded Zipf(1.1): ids below `size`, 0 the most frequent."""
    return np.minimum(np.searchsorted(_cumulative(size), random.random(count)), size - 1)


def _splits(lengths: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return np.concatenate([[0], np.cumsum(lengths)])


def _lengths(random: np.random.Generator, rows: int, mean: int) -> np.ndarray[Any, Any]:
    return np.minimum(random.geometric(1 / mean, rows), 300)


def _values(random: np.random.Generator, feature: Feature, count: int) -> np.ndarray[Any, Any]:
    if feature.kind == "float":
        return random.normal(size=count).astype(np.float32)
    return zipf(random, VOCABULARY if feature.kind == "string" else feature.buckets, count)


def _flat(
    random: np.random.Generator, features: tuple[Feature, ...], lengths: dict[str, np.ndarray[Any, Any]]
) -> dict[str, Data]:
    """Features whose steps hold one value, or numbers of a shape."""
    data = {}
    for feature in features:
        splits = _splits(lengths[feature.group] * int(np.prod(feature.shape)))
        data[feature.key] = Data(_values(random, feature, int(splits[-1])), splits)
    return data


Made = tuple[tuple[Feature, ...], dict[str, Data]]


def _watches(random: np.random.Generator, rows: int) -> Made:
    features = (Feature("watches", "id", "history", buckets=1_000_000),)
    return features, _flat(random, features, {"history": _lengths(random, rows, 50)})


def _permuted_watches(random: np.random.Generator, rows: int) -> Made:
    features, data = _watches(random, rows)
    ids = random.permutation(features[0].buckets)
    return features, {key: Data(ids[one.values], one.row_splits) for key, one in data.items()}


def _tokens(random: np.random.Generator, rows: int) -> Made:
    features = (Feature("tokens", "string", "text", buckets=100_000),)
    return features, _flat(random, features, {"text": _lengths(random, rows, 60)})


def _sensor(random: np.random.Generator, rows: int) -> Made:
    features = (Feature("sensor", "float", "signal", shape=(8,)),)
    return features, _flat(random, features, {"signal": np.full(rows, 200)})


def _recommender(random: np.random.Generator, rows: int) -> Made:
    features = (
        Feature("click_item", "id", "clicks", buckets=100_000),
        Feature("click_shop", "id", "clicks", buckets=10_000),
        Feature("click_tag", "string", "clicks", buckets=10_000),
        Feature("click_dwell", "float", "clicks"),
        Feature("query_page", "id", "queries", buckets=100_000),
        Feature("query_kind", "id", "queries", buckets=20, indicator=True),
        Feature("query_term", "string", "queries", buckets=100_000),
        Feature("query_score", "float", "queries"),
        Feature("user", "id", CONTEXT, buckets=100_000),
        Feature("country", "id", CONTEXT, buckets=50, indicator=True),
        Feature("device", "string", CONTEXT, buckets=1_000),
        Feature("age", "float", CONTEXT),
        Feature("balance", "float", CONTEXT),
    )
    lengths = {"clicks": _lengths(random, rows, 50), "queries": _lengths(random, rows, 20)}
    return features, _flat(random, features, {**lengths, CONTEXT: np.ones(rows, int)})


def _baskets(random: np.random.Generator, rows: int) -> Made:
    feature = Feature("baskets", "id", "visits", buckets=1_000_000)
    row_splits = _splits(_lengths(random, rows, 20))
    counts = random.integers(0, 6, int(row_splits[-1]))
    # TensorFlow forgets empty steps at the end of a row, and then the outputs would not be equal.
    last = row_splits[1:] - 1
    counts[last] = np.maximum(counts[last], 1)
    step_splits = _splits(counts)
    values = _values(random, feature, int(step_splits[-1]))
    return (feature,), {feature.key: Data(values, row_splits, step_splits)}


MAKERS: dict[str, Callable[[np.random.Generator, int], Made]] = {
    "W1": _watches,
    "W1p": _permuted_watches,
    "W2": _tokens,
    "W3": _sensor,
    "W4": _recommender,
    "W5": _baskets,
}


def make(name: str, batches: int = 64) -> Workload:
    """The workload of that name, always the same; W1 and W1p differ in nothing but the permutation."""
    random = np.random.default_rng([2026, int(name[1])])
    features, data = MAKERS[name](random, batches * BATCH)
    serialize = _serialized_steps if name == "W5" else _serialized
    records = serialize(features, data)
    return Workload(
        name, features, data, [records[start : start + BATCH] for start in range(0, len(records), BATCH)]
    )


def _serialized(features: tuple[Feature, ...], data: dict[str, Data]) -> list[bytes]:
    columns = [(feature, data[feature.key].rows()) for feature in features]
    records = []
    for row in range(len(columns[0][1])):
        example = proto.Example()
        for feature, rows in columns:
            _fill(example.features.feature[feature.key], feature.kind, rows[row])
        records.append(example.SerializeToString(deterministic=True))
    return records


def _fill(message: Any, kind: str, values: np.ndarray[Any, Any]) -> None:
    if kind == "id":
        message.int64_list.value.extend(values.tolist())
    elif kind == "float":
        message.float_list.value.extend(values.tolist())
    else:
        words = vocabulary()
        message.bytes_list.value.extend([words[place] for place in values.tolist()])


def _serialized_steps(features: tuple[Feature, ...], data: dict[str, Data]) -> list[bytes]:
    (feature,) = features
    one = data[feature.key]
    assert one.step_splits is not None
    steps = np.split(one.values, one.step_splits[1:-1])
    records = []
    for start, end in zip(one.row_splits[:-1], one.row_splits[1:], strict=True):
        example = proto.SequenceExample()
        feature_list = example.feature_lists.feature_list[feature.key]
        for step in steps[start:end]:
            feature_list.feature.add().int64_list.value.extend(step.tolist())
        records.append(example.SerializeToString(deterministic=True))
    return records
