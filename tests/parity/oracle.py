"""TensorFlow's answers: `python -m parity.oracle cases.json answers.json`, run in tests/.

Run with the oracle's Python. Reads a list of cases, writes {name: answer}. An answer is what TensorFlow
returned, in the form of neutral.py, or {"error": {"class", "message"}}. One process answers all cases,
for importing TensorFlow takes seconds.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

from parity.neutral import (
    Answer,
    Case,
    Json,
    array_answer,
    make_table,
    map_leaves,
    numbers_answer,
    sparse_answer,
    to_bytes,
    to_text,
)

os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "", "TF_ENABLE_ONEDNN_OPTS": "0"}
warnings.filterwarnings("ignore")

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
import tf_keras  # noqa: E402
from tensorflow.python.feature_column import feature_column_v2  # noqa: E402

tf.get_logger().setLevel(logging.ERROR)
tf.config.threading.set_intra_op_parallelism_threads(2)
tf.config.threading.set_inter_op_parallelism_threads(1)


def build_column(declared: Json) -> object:
    """A column of tf.feature_column from its neutral form: the function's name and arguments."""
    arguments = dict(declared)
    function = getattr(tf.feature_column, arguments.pop("function"))
    if "categorical_column" in arguments:
        arguments["categorical_column"] = build_column(arguments["categorical_column"])
    if "dtype" in arguments:
        arguments["dtype"] = tf.as_dtype(arguments["dtype"])
    if "table" in arguments:
        table = make_table(arguments.pop("table"))
        arguments["initializer"] = lambda shape, dtype, partition_info=None: tf.reshape(
            tf.constant(table), shape
        )
    if "times" in arguments:
        factor = arguments.pop("times")
        arguments["normalizer_fn"] = lambda sparse: sparse * factor
    return function(**arguments)


def build_spec(declared: Json) -> dict[str, object]:
    def one(feature: Json) -> object:
        arguments = dict(feature)
        function = getattr(tf.io, arguments.pop("function"))
        arguments["dtype"] = tf.as_dtype(arguments["dtype"])
        if arguments["dtype"] == tf.string and "default_value" in arguments:
            arguments["default_value"] = map_leaves(to_bytes, arguments["default_value"])
        if "partitions" in arguments:
            arguments["partitions"] = [
                getattr(tf.io.RaggedFeature, name)(argument) for name, argument in arguments["partitions"]
            ]
        return function(**arguments)

    return {key: one(feature) for key, feature in declared.items()}


def build_tensor(declared: Json) -> object:
    """Dense: the array. Ragged: a SparseTensor that holds every value, as parse_example would make it."""
    values, dtype = declared["values"], tf.as_dtype(declared["dtype"])
    if dtype == tf.string:
        values = map_leaves(to_bytes, values)
    if declared["form"] == "dense":
        array = np.array(values, object if dtype == tf.string else dtype.as_numpy_dtype)
        return tf.constant(array.reshape(declared["shape"]), dtype)
    rank = declared["rank"]
    cells = list(walk(values, ()))
    places = np.array([place for place, _ in cells], np.int64).reshape(-1, rank)
    shape = [len(values), *(places[:, 1:].max(axis=0) + 1 if len(cells) else [0] * (rank - 1))]
    return tf.SparseTensor(places, tf.constant([value for _, value in cells], dtype), shape)


def walk(nested: Json, place: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], Json]]:
    if not isinstance(nested, list):
        yield place, nested
        return
    for index, item in enumerate(nested):
        yield from walk(item, (*place, index))


def build_features(case: Case, columns: list[object]) -> dict[str, object]:
    if "features" in case:
        return {key: build_tensor(feature) for key, feature in case["features"].items()}
    spec = tf.feature_column.make_parse_example_spec(columns)
    if "sequence_examples" in case:
        return tf.io.parse_sequence_example(serialized(case["sequence_examples"]), sequence_features=spec)[1]
    return tf.io.parse_example(serialized(case["examples"]), spec)


def serialized(records: list[str]) -> tf.Tensor:
    return tf.constant([to_bytes(record) for record in records], tf.string)


def column_answer(column: object, features: dict[str, object]) -> Answer:
    """Ids as [row][step][value] up to each row's length, or padded numbers; and lengths."""
    cache = feature_column_v2.FeatureTransformationCache(features)
    categorical = getattr(column, "categorical_column", None)
    if categorical is None:
        pair = column.get_sequence_dense_tensor(cache, None)
        return {
            "values": numbers_answer(pair.dense_tensor.numpy()),
            "lengths": pair.sequence_length.numpy().tolist(),
        }
    ids = categorical.get_sparse_tensors(cache, None).id_tensor
    lengths = feature_column_v2.fc_utils.sequence_length_from_sparse_tensor(ids).numpy().tolist()
    rows: list[list[list[int]]] = [[[] for _ in range(length)] for length in lengths]
    for (row, step, _), value in zip(ids.indices.numpy().tolist(), ids.values.numpy().tolist(), strict=True):
        rows[row][step].append(value)
    return {"ids": rows, "lengths": lengths}


def answer_ids(case: Case) -> Answer:
    columns = [build_column(column) for column in case["columns"]]
    features = build_features(case, columns)
    return {"columns": {column.name: column_answer(column, features) for column in columns}}


def answer_sequence_features(case: Case) -> Answer:
    columns = [build_column(column) for column in case["columns"]]
    features = build_features(case, columns)
    output, lengths = tf_keras.experimental.SequenceFeatures(columns)(features)
    answers = {column.name: column_answer(column, features) for column in columns}
    return {"columns": answers, "output": numbers_answer(output.numpy()), "lengths": lengths.numpy().tolist()}


def parsed_answer(tensor: object, feature: object) -> Answer:
    if isinstance(tensor, tf.RaggedTensor):
        flat = array_answer(tensor.flat_values.numpy())
        rows = map_leaves(to_text, tensor.to_list()) if flat["dtype"] == "string" else tensor.to_list()
        return {"dtype": flat["dtype"], "rows": rows}
    if not isinstance(tensor, tf.SparseTensor):
        return array_answer(tensor.numpy())
    if isinstance(feature, tf.io.SparseFeature) or tensor.shape.rank != 2:
        return sparse_answer(
            tensor.indices.numpy(), tensor.values.numpy(), tensor.dense_shape.numpy().tolist()
        )
    sizes = np.zeros(tensor.dense_shape.numpy()[0], np.int64)
    np.add.at(sizes, tensor.indices.numpy()[:, 0], 1)
    flat = array_answer(tensor.values.numpy())
    values = iter(flat["items"])
    return {"dtype": flat["dtype"], "rows": [[next(values) for _ in range(size)] for size in sizes]}


def answer_parse_example(case: Case) -> Answer:
    spec = build_spec(case["spec"])
    parsed = tf.io.parse_example(serialized(case["examples"]), spec)
    return {"features": {key: parsed_answer(tensor, spec[key]) for key, tensor in parsed.items()}}


def answer_parse_sequence_example(case: Case) -> Answer:
    specs = build_spec(case["context_spec"]), build_spec(case["sequence_spec"])
    context, sequences, lengths = tf.io.parse_sequence_example(serialized(case["sequence_examples"]), *specs)
    return {
        "context": {key: parsed_answer(tensor, specs[0][key]) for key, tensor in context.items()},
        "sequences": {key: parsed_answer(tensor, specs[1][key]) for key, tensor in sequences.items()},
        "lengths": {key: tensor.numpy().tolist() for key, tensor in lengths.items()},
    }


def answer_sequence_mask(case: Case) -> Answer:
    lengths = np.array(case["lengths"]["items"], case["lengths"]["dtype"]).reshape(case["lengths"]["shape"])
    return {"mask": array_answer(tf.sequence_mask(lengths, case["maxlen"]).numpy())}


def answer_hash(case: Case) -> Answer:
    return {
        "ids": tf.strings.to_hash_bucket_fast(serialized(case["values"]), case["hash_bucket_size"])
        .numpy()
        .tolist()
    }


def read_records(path: Path, compression: str | None) -> Answer:
    records: list[str] = []
    try:
        for record in tf.data.TFRecordDataset(str(path), compression or ""):
            records.append(to_text(record.numpy()))  # noqa: PERF401  what came before an error counts
    except Exception as error:
        return {"records": records, "error": error_answer(error)}
    return {"records": records}


def write_records(path: Path, case: Case) -> bytes:
    with tf.io.TFRecordWriter(str(path), case["compression"] or "") as writer:
        for record in case["records"]:
            writer.write(to_bytes(record))
    return path.read_bytes()


def answer_write_records(case: Case) -> Answer:
    with tempfile.TemporaryDirectory() as folder:
        return {"file": to_text(write_records(Path(folder, "file"), case))}


def answer_read_records(case: Case) -> Answer:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "file")
        path.write_bytes(to_bytes(case["file"]))
        return read_records(path, case["compression"])


def answer_cut_records(case: Case) -> Answer:
    """The file, and for each of its prefixes how many records came and whether an error followed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "file")
        whole = write_records(path, case)
        cuts = []
        for size in range(len(whole) + 1):
            path.write_bytes(whole[:size])
            read = read_records(path, case["compression"])
            cuts.append([len(read["records"]), "error" in read])
    return {"file": to_text(whole), "cuts": cuts}


def error_answer(error: Exception) -> Answer:
    return {"class": type(error).__name__, "message": str(error)[:300]}


OPERATIONS: dict[str, Callable[[Case], Answer]] = {
    "ids": answer_ids,
    "sequence_features": answer_sequence_features,
    "parse_example": answer_parse_example,
    "parse_sequence_example": answer_parse_sequence_example,
    "sequence_mask": answer_sequence_mask,
    "hash": answer_hash,
    "write_records": answer_write_records,
    "read_records": answer_read_records,
    "cut_records": answer_cut_records,
}


def answer(case: Case) -> Answer:
    operation = OPERATIONS[case["operation"]]
    try:
        return operation(case)
    except Exception as error:
        return {"error": error_answer(error)}


def main(cases_path: str, answers_path: str) -> None:
    cases = json.loads(Path(cases_path).read_text())
    answers = {case["name"]: answer(case) for case in cases}
    Path(answers_path).write_text(json.dumps(answers))


if __name__ == "__main__":
    main(*sys.argv[1:])
