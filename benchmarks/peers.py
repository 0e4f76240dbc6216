"""The other ways: protobuf and NumPy, the tfrecord package, and pyarrow from Parquet."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import farmhash
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from reference import proto
from tensorflow import train

from .contender import Contender, Outputs, from_memory
from .workloads import BATCH, CONTEXT, Feature, Workload

# The package brings the same messages under the same names, which one process cannot hold twice.
sys.modules["tfrecord.example_pb2"] = train
from tfrecord.reader import tfrecord_loader  # noqa: E402

Array = np.ndarray[Any, Any]
Parsed = dict[
    str, tuple[Any, Array]
]  # flat values (strings: a list or an Arrow array) and row splits, by key

PROTOBUF = "protobuf + numpy"
FIELDS = {"id": "int64_list", "string": "bytes_list", "float": "float_list"}
DTYPES = {"id": np.int64, "float": np.float32}


def contenders(workload: Workload, tfrecord: Path, parquet: Path, threads: int) -> list[Contender]:
    if workload.has_steps:
        return [from_memory(PROTOBUF, "parse", workload.batches, lambda batch: _steps(batch, workload))]
    return [
        from_memory(
            PROTOBUF, "parse", workload.batches, lambda batch: _values(_parse(batch, workload), workload)
        ),
        from_memory(
            PROTOBUF, "padded", workload.batches, lambda batch: _padded(_parse(batch, workload), workload)
        ),
        Contender(
            "tfrecord package", "file", lambda start, count: _package(tfrecord, workload, count), count=2
        ),
        Contender(
            "pyarrow, Parquet",
            "file",
            lambda start, count: _parquet(parquet, workload, count, threads),
            count=len(workload.batches),
        ),
    ]


def _parse(records: list[bytes], workload: Workload) -> Parsed:
    rows: list[list[Any]] = [[] for _ in workload.features]
    columns = [
        (one.key, FIELDS[one.kind], DTYPES.get(one.kind), row)
        for one, row in zip(workload.features, rows, strict=True)
    ]
    from_string = proto.Example.FromString
    for record in records:
        features = from_string(record).features.feature
        for key, field, dtype, row in columns:
            values = getattr(features[key], field).value
            row.append(values if dtype is None else np.array(values, dtype))
    return {one.key: _joined(one, row) for one, row in zip(workload.features, rows, strict=True)}


def _steps(records: list[bytes], workload: Workload) -> Outputs:
    (feature,) = workload.features
    values: list[int] = []
    row_splits, step_splits = [0], [0]
    for record in records:
        for step in proto.SequenceExample.FromString(record).feature_lists.feature_list[feature.key].feature:
            values.extend(step.int64_list.value)
            step_splits.append(len(values))
        row_splits.append(len(step_splits) - 1)
    arrays = [np.array(values, np.int64), np.array(row_splits), np.array(step_splits)]
    return dict(
        zip([feature.key, f"{feature.key}.splits", f"{feature.key}.step_splits"], arrays, strict=True)
    )


def _values(parsed: Parsed, workload: Workload) -> Outputs:
    """As parse_example gives them: the context's floats are an array, all else is ragged."""
    outputs: Outputs = {}
    for feature in workload.features:
        values, splits = parsed[feature.key]
        if feature.group == CONTEXT and feature.kind == "float":
            outputs[feature.key] = values.reshape(-1, *feature.shape)
        else:
            outputs[feature.key] = _Strings(values) if feature.kind == "string" else values
            outputs[f"{feature.key}.splits"] = splits
    return outputs


class _Strings(list):  # type: ignore[type-arg]
    """A list of strings, for comparing."""

    def to_list(self) -> list[bytes]:
        return self


def _padded(parsed: Parsed, workload: Workload) -> Outputs:
    outputs: Outputs = {}
    for group, features in workload.groups().items():
        for feature in features:
            values, splits = parsed[feature.key]
            lengths = np.diff(splits)
            if feature.kind == "string":
                values = _hashed(values, feature)
            elif feature.kind == "float":
                values = values.reshape(-1, *feature.shape)
                lengths = lengths // int(np.prod(feature.shape))
            outputs[feature.key] = (
                values if group == CONTEXT and feature.kind == "float" else _pad(values, lengths)
            )
        if group != CONTEXT:
            outputs[f"{group}.lengths"] = lengths
    return outputs


def _hashed(values: Any, feature: Feature) -> Array:
    """Each distinct string once, for the hash is called from Python."""
    if isinstance(values, pa.Array):
        encoded = values.dictionary_encode()
        hashes = [farmhash.fingerprint64(word) % feature.buckets for word in encoded.dictionary.to_pylist()]
        return np.array(hashes, np.int64)[encoded.indices.to_numpy()]
    known = {word: farmhash.fingerprint64(word) % feature.buckets for word in set(values)}
    return np.fromiter(map(known.__getitem__, values), np.int64, len(values))


def _pad(values: Array, lengths: Array) -> Array:
    time = int(lengths.max(initial=0))
    out = np.full(
        (len(lengths), time, *values.shape[1:]), -1 if values.dtype == np.int64 else 0, values.dtype
    )
    out[np.arange(time) < lengths[:, None]] = values
    return out


def _package(path: Path, workload: Workload, count: int) -> Iterator[Outputs]:
    names = {"id": "int", "string": "byte", "float": "float"}
    description = {feature.key: names[feature.kind] for feature in workload.features}
    records = tfrecord_loader(str(path), None, description)
    for _ in range(count):
        batch = [record for _, record in zip(range(BATCH), records, strict=False)]
        columns = {one.key: [record[one.key] for record in batch] for one in workload.features}
        for one in workload.features:
            if one.kind == "string":  # one string comes as bytes, several as an array
                columns[one.key] = [
                    [row] if isinstance(row, bytes) else row.tolist() for row in columns[one.key]
                ]
        yield _padded({one.key: _joined(one, columns[one.key]) for one in workload.features}, workload)


def _joined(feature: Feature, rows: list[Any]) -> tuple[Any, Array]:
    splits = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    if feature.kind == "string":
        return [word for row in rows for word in row], splits
    return np.concatenate(rows), splits


def _parquet(path: Path, workload: Workload, count: int, threads: int) -> Iterator[Outputs]:
    pa.set_cpu_count(threads)
    file = pq.ParquetFile(path)
    for _, batch in zip(range(count), file.iter_batches(BATCH, use_threads=threads > 1), strict=False):
        yield _padded({feature.key: _lists(batch, feature) for feature in workload.features}, workload)


def _lists(batch: Any, feature: Feature) -> tuple[Any, Array]:
    column = batch.column(feature.key)
    splits = column.offsets.to_numpy()
    values = column.flatten()
    return values if feature.kind == "string" else values.to_numpy(), splits - splits[0]
