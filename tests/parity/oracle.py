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
    vocabulary_path,
)

os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "", "TF_ENABLE_ONEDNN_OPTS": "0"}
warnings.filterwarnings("ignore")

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
import tf_keras  # noqa: E402
from tensorflow.python.feature_column import feature_column_v2, sequence_feature_column  # noqa: E402

tf.get_logger().setLevel(logging.ERROR)
tf.config.threading.set_intra_op_parallelism_threads(2)
tf.config.threading.set_inter_op_parallelism_threads(1)


def build_column(declared: Json) -> object:
    """A column of tf.feature_column from its neutral form: the function's name and arguments."""
    arguments = dict(declared)
    function = getattr(tf.feature_column, arguments.pop("function"))
    for inner in ("categorical_column", "source_column"):
        if inner in arguments:
            arguments[inner] = build_column(arguments[inner])
    if "keys" in arguments:
        arguments["keys"] = [key if isinstance(key, str) else build_column(key) for key in arguments["keys"]]
    if "vocabulary_list" in arguments:
        arguments["vocabulary_list"] = map_leaves(as_value, arguments["vocabulary_list"])
    if "vocabulary_file" in arguments:
        arguments["vocabulary_file"] = vocabulary_path(arguments["vocabulary_file"], declared.get("dtype"))
    if "dtype" in arguments and arguments["dtype"] is not None:
        arguments["dtype"] = tf.as_dtype(arguments["dtype"])
    if "table" in arguments:
        table = make_table(arguments.pop("table"))
        arguments["initializer"] = lambda shape, dtype, partition_info=None: tf.reshape(
            tf.constant(table), shape
        )
    if "times" in arguments:
        factor = arguments.pop("times")
        arguments["normalizer_fn"] = lambda sparse: sparse * factor
    if declared["function"] == "weighted_categorical_column":
        return weighted(function, **arguments)
    return function(**arguments)


def weighted(function: Callable[..., object], categorical_column: object, **arguments: Json) -> object:
    """TensorFlow has no public function for weights in a sequence; its own wrapper can be built by hand."""
    if not isinstance(categorical_column, feature_column_v2.SequenceCategoricalColumn):
        return function(categorical_column, **arguments)
    inner = function(categorical_column.categorical_column, **arguments)
    return feature_column_v2.SequenceCategoricalColumn(inner)


def as_value(entry: Json) -> Json:
    return to_bytes(entry) if isinstance(entry, str) else entry


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


def build_features(case: Case, columns: list[object], context: list[object] = ()) -> dict[str, object]:
    """Features of sequence columns and of `context` columns."""
    if "features" in case:
        return {key: build_tensor(feature) for key, feature in case["features"].items()}
    make_spec = tf.feature_column.make_parse_example_spec
    if "sequence_examples" in case:
        specs = make_spec(context) or None, make_spec(columns) or None
        return merged(tf.io.parse_sequence_example(serialized(case["sequence_examples"]), *specs)[:2])
    return tf.io.parse_example(serialized(case["examples"]), make_spec([*columns, *context]))


def merged(parsed: tuple[dict[str, object], dict[str, object]]) -> dict[str, object]:
    return {**parsed[0], **parsed[1]}


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
        if value >= 0:
            rows[row][step].append(value)
    return {"ids": rows, "lengths": lengths}


def context_answer(column: object, features: dict[str, object]) -> Answer:
    """Ids that are not negative as [row][value], or numbers."""
    cache = feature_column_v2.FeatureTransformationCache(features)
    categorical = getattr(column, "categorical_column", column)
    if not hasattr(categorical, "get_sparse_tensors"):
        return {"values": numbers_answer(column.get_dense_tensor(cache, None).numpy())}
    ids = categorical.get_sparse_tensors(cache, None).id_tensor
    rows: list[list[int]] = [[] for _ in range(int(ids.dense_shape[0]))]
    for (row, _), value in zip(ids.indices.numpy().tolist(), ids.values.numpy().tolist(), strict=True):
        if value >= 0:
            rows[row].append(value)
    return {"ids": rows}


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


def answer_dense_features(case: Case) -> Answer:
    columns = [build_column(column) for column in case["columns"]]
    features = build_features(case, [], columns)
    output = tf_keras.layers.DenseFeatures(columns)(features)
    answers = {column.name: context_answer(column, features) for column in columns}
    return {"columns": answers, "output": numbers_answer(output.numpy())}


def build_groups(case: Case) -> dict[str, list[object]]:
    """The columns of each group; those that share a table go into the groups that they name."""
    groups = {name: [build_column(each) for each in columns] for name, columns in case["groups"].items()}
    for declared in case.get("shared", []):
        arguments = dict(declared)
        names, table = arguments.pop("groups"), make_table(arguments.pop("table"))
        categorical = [build_column(column) for column in arguments.pop("categorical_columns")]
        made = tf.feature_column.shared_embeddings(
            categorical,
            initializer=lambda shape, dtype, partition_info=None, table=table: tf.constant(table),
            **arguments,
        )
        for name, column in zip(names, made, strict=True):
            groups[name].append(column)
    return groups


def group_tensors(case: Case) -> dict[str, object]:
    groups = build_groups(case)
    is_sequence = {name: name in case["sequences"] for name in groups}
    sequences, context = (
        [column for name, columns in groups.items() if is_sequence[name] == wanted for column in columns]
        for wanted in (True, False)
    )
    features = build_features(case, sequences, context)
    tensors = {}
    for name, columns in groups.items():
        if is_sequence[name]:
            tensors[f"{name} output"], tensors[f"{name} lengths"] = tf_keras.experimental.SequenceFeatures(
                columns
            )(features)
        else:
            tensors[f"{name} output"] = tf_keras.layers.DenseFeatures(columns)(features)
    if "concatenate" in case:
        one, other = (tensors[f"{name} output"] for name in case["concatenate"])
        tensors["concatenated output"] = sequence_feature_column.concatenate_context_input(one, other)
    return tensors


def in_a_graph(make: Callable[[], dict[str, object]]) -> dict[str, np.ndarray]:
    """TensorFlow shares embeddings in graphs only."""
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        tensors = make()
        session.run([tf.compat.v1.global_variables_initializer(), tf.compat.v1.tables_initializer()])
        return session.run(tensors)


def answer_groups(case: Case) -> Answer:
    if case.get("shared"):
        arrays = in_a_graph(lambda: group_tensors(case))
    else:
        arrays = {name: tensor.numpy() for name, tensor in group_tensors(case).items()}
    return {
        name: numbers_answer(array) if name.endswith(" output") else array.tolist()
        for name, array in arrays.items()
    }


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
    "dense_features": answer_dense_features,
    "groups": answer_groups,
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
