"""TensorFlow's way: its own columns, and what a careful user would write by hand, each as one graph."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import tensorflow as tf
import tf_keras

from .contender import Contender, Outputs, from_memory
from .workloads import BATCH, CONTEXT, DIMENSION, Feature, Workload

warnings.filterwarnings("ignore")
tf.get_logger().setLevel(logging.ERROR)

COLUMNS = "tensorflow: SequenceFeatures"
BY_HAND = "tensorflow: by hand"
Tensors = dict[str, Any]


def contenders(
    workload: Workload, singles: list[list[bytes]], tfrecord: Path, threads: int
) -> list[Contender]:
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    tables = {key: tf.Variable(table) for key, table in workload.tables().items()}
    batches = workload.batches
    columns = _graph(_columns(workload))
    by_hand = _graph(lambda records: _full(_parsed(records, workload), tables, workload))
    return [
        from_memory(
            "tensorflow", "parse", batches, _graph(lambda records: _parts(_parsed(records, workload)))
        ),
        from_memory(
            "tensorflow",
            "padded",
            batches,
            _graph(lambda records: _padded(_parsed(records, workload), workload)),
        ),
        from_memory(COLUMNS, "full", batches, columns),
        from_memory(BY_HAND, "full", batches, by_hand),
        from_memory(COLUMNS, "one", singles, columns),
        from_memory(BY_HAND, "one", singles, by_hand),
        Contender("tf.data", "file", _from_file(workload, tfrecord, threads), count=len(batches)),
    ]


def _arrays(tensors: Tensors) -> Outputs:
    """NumPy's views of the tensors; numpy() would copy them. Strings stay tensors."""
    return {key: tensor if tensor.dtype == tf.string else tensor._numpy() for key, tensor in tensors.items()}


def _graph(function: Callable[[Any], Tensors]) -> Callable[[list[bytes]], Outputs]:
    graph = tf.function(function, input_signature=[tf.TensorSpec([None], tf.string)])
    return lambda records: _arrays(graph(tf.constant(records)))


def _is_dense(feature: Feature) -> bool:
    return feature.group == CONTEXT and feature.kind == "float"


def _parsed(records: Any, workload: Workload) -> Tensors:
    spec = {
        feature.key: tf.io.FixedLenFeature(feature.shape, feature.dtype)
        if _is_dense(feature)
        else tf.io.RaggedFeature(tf.as_dtype(feature.dtype), row_splits_dtype=tf.int64)
        for feature in workload.features
    }
    if workload.has_steps:
        return tf.io.parse_sequence_example(records, sequence_features=spec)[1]
    return tf.io.parse_example(records, spec)


def _parts(parsed: Tensors) -> Tensors:
    """Values and splits of ragged tensors."""
    outputs = {}
    for key, tensor in parsed.items():
        if not isinstance(tensor, tf.RaggedTensor):
            outputs[key] = tensor
            continue
        outputs[key], outputs[f"{key}.splits"] = tensor.flat_values, tensor.row_splits
        if tensor.ragged_rank == 2:
            outputs[f"{key}.step_splits"] = tensor.values.row_splits
    return outputs


def _ids(ragged: Any, feature: Feature) -> Any:
    if feature.kind == "string":
        return ragged.with_flat_values(tf.strings.to_hash_bucket_fast(ragged.flat_values, feature.buckets))
    return ragged


def _steps_of_numbers(ragged: Any, feature: Feature) -> Any:
    size = tf.reduce_prod(feature.shape)
    return tf.RaggedTensor.from_row_splits(
        tf.reshape(ragged.values, (-1, *feature.shape)),
        ragged.row_splits // tf.cast(size, tf.int64),
        validate=False,
    )


def _padded(parsed: Tensors, workload: Workload) -> Tensors:
    outputs = {}
    for group, features in workload.groups().items():
        for feature in features:
            ragged = parsed[feature.key]
            if _is_dense(feature):
                outputs[feature.key] = ragged
                continue
            ragged = _steps_of_numbers(ragged, feature) if feature.kind == "float" else _ids(ragged, feature)
            outputs[feature.key] = ragged.to_tensor(0.0 if feature.kind == "float" else -1)
        if group != CONTEXT:
            outputs[f"{group}.lengths"] = ragged.row_lengths()
    return outputs


def _full(parsed: Tensors, tables: Tensors, workload: Workload) -> Tensors:
    """Everything is computed on the ragged values, joined, and padded once."""
    outputs = {}
    for group, features in workload.groups().items():
        widths = []
        for feature in features:
            if feature.kind == "float":
                widths.append(_flat_numbers(parsed[feature.key], feature))
                continue
            ids = _ids(parsed[feature.key], feature)
            if feature.indicator:
                dense = tf.one_hot(ids.flat_values, feature.buckets)
            else:
                dense = tf.gather(tables[feature.key], ids.flat_values)
            widths.append(_mean_of_steps(dense, ids) if workload.has_steps else dense)
        steps = widths[0] if len(widths) == 1 else tf.concat(widths, 1)
        if group == CONTEXT:
            outputs[group] = steps
            continue
        splits = parsed[features[0].key].row_splits
        if features[0].kind == "float":
            splits = _steps_of_numbers(parsed[features[0].key], features[0]).row_splits
        ragged = tf.RaggedTensor.from_row_splits(steps, splits, validate=False)
        outputs[group], outputs[f"{group}.lengths"] = ragged.to_tensor(), ragged.row_lengths()
    return outputs


def _flat_numbers(parsed: Any, feature: Feature) -> Any:
    values = parsed if _is_dense(feature) else parsed.values
    return tf.reshape(values, (-1, int(tf.reduce_prod(feature.shape))))


def _mean_of_steps(dense: Any, ids: Any) -> Any:
    steps = ids.values
    sums = tf.math.segment_sum(dense, steps.value_rowids())
    sums = tf.pad(sums, [[0, steps.nrows() - tf.shape(sums, tf.int64)[0]], [0, 0]])
    return tf.math.divide_no_nan(sums, tf.cast(steps.row_lengths(), tf.float32)[:, None])


def _column(feature: Feature) -> Any:
    column = tf.feature_column
    if feature.kind == "float":
        make = column.numeric_column if feature.group == CONTEXT else column.sequence_numeric_column
        return make(feature.key, shape=feature.shape)
    prefix = "" if feature.group == CONTEXT else "sequence_"
    suffix = "identity" if feature.kind == "id" else "hash_bucket"
    categorical = getattr(column, f"{prefix}categorical_column_with_{suffix}")(feature.key, feature.buckets)
    if feature.indicator:
        return column.indicator_column(categorical)
    return column.embedding_column(categorical, DIMENSION)


def _columns(workload: Workload) -> Callable[[Any], Tensors]:
    columns = {group: [_column(one) for one in features] for group, features in workload.groups().items()}
    spec = tf.feature_column.make_parse_example_spec([one for group in columns.values() for one in group])
    layers = {
        group: tf_keras.layers.DenseFeatures(ones)
        if group == CONTEXT
        else tf_keras.experimental.SequenceFeatures(ones)
        for group, ones in columns.items()
    }

    def parse(records: Any) -> Tensors:
        if workload.has_steps:
            return tf.io.parse_sequence_example(records, sequence_features=spec)[1]
        return tf.io.parse_example(records, spec)

    def run(records: Any) -> Tensors:
        parsed = parse(records)
        outputs = {}
        for group, layer in layers.items():
            read = {one.key: parsed[one.key] for one in workload.groups()[group]}
            if group == CONTEXT:
                outputs[group] = layer(read)
            else:
                outputs[group], outputs[f"{group}.lengths"] = layer(read)
        return outputs

    run(tf.constant(workload.batches[0][:2]))  # makes the variables
    tables = workload.tables()
    for layer in layers.values():
        for variable in layer.variables:
            (key,) = (key for key in tables if f"{key}_embedding/" in variable.name)
            variable.assign(tables[key])
    return run


def _from_file(workload: Workload, tfrecord: Path, threads: int) -> Callable[[int, int], Iterator[Outputs]]:
    options = tf.data.Options()
    options.threading.private_threadpool_size = threads
    dataset = (
        tf.data.TFRecordDataset(str(tfrecord))
        .batch(BATCH)
        .map(
            lambda records: _padded(_parsed(records, workload), workload), num_parallel_calls=tf.data.AUTOTUNE
        )
        .prefetch(tf.data.AUTOTUNE)
        .with_options(options)
    )

    def stream(start: int, count: int) -> Iterator[Outputs]:
        for _, tensors in zip(range(count), dataset, strict=False):
            yield _arrays(tensors)

    return stream
