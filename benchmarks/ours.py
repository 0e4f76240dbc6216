"""Colonnade's way, through its public face."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import colonnade as cn
import colonnade.numpy
from colonnade import _core

from .contender import OURS, Contender, Outputs, from_memory
from .workloads import BATCH, CONTEXT, DIMENSION, Feature, Workload


def column(feature: Feature) -> Any:
    if feature.kind == "float":
        make = cn.numeric_column if feature.group == CONTEXT else cn.sequence_numeric_column
        return make(feature.key, shape=feature.shape)
    prefix = "" if feature.group == CONTEXT else "sequence_"
    suffix = "identity" if feature.kind == "id" else "hash_bucket"
    categorical = getattr(cn, f"{prefix}categorical_column_with_{suffix}")(feature.key, feature.buckets)
    if feature.indicator:
        return cn.indicator_column(categorical)
    return cn.embedding_column(categorical, dimension=DIMENSION)


def contenders(
    workload: Workload, singles: list[list[bytes]], tfrecord: Path, threads: int
) -> list[Contender]:
    columns = {group: [column(one) for one in features] for group, features in workload.groups().items()}
    encoder = cn.Encoder(columns, **_threads(threads))
    encode = encoder.encode_sequence_examples if workload.has_steps else encoder.encode_examples
    layer = colonnade.numpy.Features(
        columns,
        {f"{key}_embedding": table for key, table in workload.tables().items()},
        **_threads(threads),
    )

    def padded(records: Any) -> Outputs:
        outputs: Outputs = {}
        for group, batch in encode(records).items():
            for name, slot in batch.slots.items():
                outputs[name] = slot.values
            if batch.lengths is not None:
                outputs[f"{group}.lengths"] = batch.lengths
        return outputs

    def full(records: list[bytes]) -> Outputs:
        outputs: Outputs = {}
        for group, output in layer(encode(records)).items():
            if isinstance(output, tuple):
                outputs[group], outputs[f"{group}.lengths"] = output
            else:
                outputs[group] = output
        return outputs

    def from_file(start: int, count: int) -> Iterator[Outputs]:
        with cn.TFRecordReader(tfrecord) as reader:
            for _, batch in zip(range(count), reader.batches(BATCH), strict=False):
                yield padded(batch)

    batches = workload.batches
    parse = _parse_steps(workload) if workload.has_steps else _parse(workload, columns)
    return [
        from_memory(OURS, "parse", batches, parse),
        from_memory(OURS, "padded", batches, padded),
        from_memory(OURS, "full", batches, full),
        from_memory(OURS, "one", singles, full),
        Contender(OURS, "file", from_file, count=len(batches)),
    ]


def has_threads() -> bool:
    return "num_threads" in inspect.signature(cn.Encoder).parameters


def _threads(threads: int) -> dict[str, Any]:
    return {"num_threads": threads} if has_threads() else {}


def _parse(workload: Workload, columns: dict[str, list[Any]]) -> Any:
    spec = cn.make_parse_example_spec([one for group in columns.values() for one in group])

    def parse(records: list[bytes]) -> Outputs:
        outputs: Outputs = {}
        for key, parsed in cn.parse_example(records, spec).items():
            if isinstance(parsed, cn.Ragged):
                outputs[key], outputs[f"{key}.splits"] = parsed.values, parsed.row_splits
            else:
                outputs[key] = parsed
        return outputs

    return parse


def _parse_steps(workload: Workload) -> Any:
    """What parse_sequence_example will do, until it is public."""
    (feature,) = workload.features
    wanted = _core.WantedKeys([feature.key], ["none"], [feature.dtype])

    def parse(records: list[bytes]) -> Outputs:
        row_splits, step_splits, values = _core.IndexedExamples(records, wanted).ragged_steps(0)
        key = feature.key
        return {key: values, f"{key}.splits": row_splits, f"{key}.step_splits": step_splits}

    return parse
