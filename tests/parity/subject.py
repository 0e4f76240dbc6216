"""Colonnade's answers to the cases, in the form in which the oracle gives TensorFlow's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
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
    vocabulary_path,
)

import colonnade as cn
from colonnade._ragged import BytesArray
from colonnade.numpy import DenseFeatures, Features, SequenceFeatures, concatenate_context_input


def build_column(declared: Json) -> Any:
    """A column of Colonnade from its neutral form: the function's name and arguments."""
    arguments = {name: value for name, value in declared.items() if name != "table"}
    function = getattr(cn, arguments.pop("function"))
    for inner in ("categorical_column", "source_column"):
        if inner in arguments:
            arguments[inner] = build_column(arguments[inner])
    if "keys" in arguments:
        arguments["keys"] = [key if isinstance(key, str) else build_column(key) for key in arguments["keys"]]
    if "vocabulary_list" in arguments:
        arguments["vocabulary_list"] = map_leaves(as_value, arguments["vocabulary_list"])
    if "vocabulary_file" in arguments:
        arguments["vocabulary_file"] = vocabulary_path(arguments["vocabulary_file"], declared.get("dtype"))
    if "times" in arguments:
        factor = arguments.pop("times")
        arguments["normalizer_fn"] = lambda steps: steps * factor
    return function(**arguments)


def as_value(entry: Json) -> Json:
    return to_bytes(entry) if isinstance(entry, str) else entry


def build_ragged(values: Json, dtype: str, rank: int) -> cn.Ragged | np.ndarray | BytesArray:
    if rank == 1:
        return (
            BytesArray.from_list(map_leaves(to_bytes, values))
            if dtype == "string"
            else np.array(values, dtype)
        )
    splits = np.cumsum([0, *map(len, values)], dtype=np.int64)
    return cn.Ragged(build_ragged([item for row in values for item in row], dtype, rank - 1), splits)


def build_feature(declared: Json) -> Any:
    values, dtype = declared["values"], declared["dtype"]
    if declared["form"] == "ragged":
        return build_ragged(values, dtype, declared["rank"])
    if dtype == "string":
        return np.array(map_leaves(to_bytes, values), object).reshape(declared["shape"])
    array = np.array(values, dtype).reshape(declared["shape"])
    # Of rank 1 only a tensor's rows are told, as TensorFlow has them.
    return torch.from_numpy(array) if array.ndim == 1 else array


def serialized(records: list[str]) -> list[bytes]:
    return [to_bytes(record) for record in records]


def encode(case: Case, columns: Any) -> Any:
    """The batch, or {group: batch}; from Examples in both ways, straight and parsed first, which agree."""
    encoder = cn.Encoder(columns)
    if "features" in case:
        return encoder.encode({key: build_feature(feature) for key, feature in case["features"].items()})
    if "sequence_examples" in case:
        return encoder.encode_sequence_examples(serialized(case["sequence_examples"]))
    examples = serialized(case["examples"])
    encoded = encoder.encode_examples(examples)
    parsed = encoder.encode(cn.parse_example(examples, encoder.plan.spec))
    both = [(encoded, parsed)]
    if isinstance(columns, dict):
        both = [(encoded[name], parsed[name]) for name in columns]
    for one, other in both:
        np.testing.assert_array_equal(one.lengths, other.lengths)
        for name, slot in one.slots.items():
            np.testing.assert_array_equal(slot.values, other.slots[name].values)
            np.testing.assert_array_equal(slot.weights, other.slots[name].weights)
    return encoded


def column_answer(case: Case, column: Any) -> Answer:
    """Ids as [row][step][value] up to each row's length, or padded numbers; and lengths."""
    batch = encode(case, [column])
    [slot] = batch.slots.values()
    lengths = batch.lengths.tolist()
    if not hasattr(column, "categorical_column"):
        return {"values": numbers_answer(slot.values), "lengths": lengths}
    cells = slot.values if slot.values.ndim == 3 else slot.values[:, :, None]
    kept = [
        [[i for i in step if i >= 0] for step in row[:n]]
        for row, n in zip(cells.tolist(), lengths, strict=True)
    ]
    return {"ids": kept, "lengths": lengths}


def context_answer(case: Case, column: Any) -> Answer:
    """Ids that are not negative as [row][value], or numbers."""
    [slot] = encode(case, [column]).slots.values()
    if hasattr(column, "categorical_column") or hasattr(column, "boundaries"):
        return {"ids": [[i for i in row if i >= 0] for row in slot.values.tolist()]}
    return {"values": numbers_answer(slot.values)}


def answer_ids(case: Case) -> Answer:
    columns = [build_column(column) for column in case["columns"]]
    return {"columns": {column.name: column_answer(case, column) for column in columns}}


def declared_tables(columns: list[Any], declared: list[Json]) -> dict[str, np.ndarray]:
    return {
        column.name: make_table(each["table"])
        for column, each in zip(columns, declared, strict=True)
        if "table" in each
    }


def answer_sequence_features(case: Case) -> Answer:
    columns = [build_column(column) for column in case["columns"]]
    layer = SequenceFeatures(columns, tables=declared_tables(columns, case["columns"]))
    output, lengths = layer(encode(case, columns))
    assert output.dtype == np.float32
    assert lengths.dtype == np.int64
    answers = {column.name: column_answer(case, column) for column in columns}
    return {"columns": answers, "output": numbers_answer(output), "lengths": lengths.tolist()}


def answer_dense_features(case: Case) -> Answer:
    columns = [build_column(column) for column in case["columns"]]
    output = DenseFeatures(columns, tables=declared_tables(columns, case["columns"]))(encode(case, columns))
    assert output.dtype == np.float32
    answers = {column.name: context_answer(case, column) for column in columns}
    return {"columns": answers, "output": numbers_answer(output)}


def build_groups(case: Case) -> tuple[dict[str, list[Any]], dict[str, np.ndarray]]:
    """The columns of each group, and all tables."""
    groups, tables = {}, {}
    for name, declared in case["groups"].items():
        groups[name] = [build_column(column) for column in declared]
        tables |= declared_tables(groups[name], declared)
    for declared in case.get("shared", []):
        arguments = dict(declared)
        names, table = arguments.pop("groups"), make_table(arguments.pop("table"))
        categorical = [build_column(column) for column in arguments.pop("categorical_columns")]
        made = cn.shared_embeddings(categorical, **arguments)
        tables[made[0].table] = table
        for name, column in zip(names, made, strict=True):
            groups[name].append(column)
    return groups, tables


def answer_groups(case: Case) -> Answer:
    groups, tables = build_groups(case)
    outputs = Features(groups, tables=tables)(encode(case, groups))
    answer: Answer = {}
    for name, output in outputs.items():
        if name in case["sequences"]:
            output, lengths = output
            answer[f"{name} lengths"] = lengths.tolist()
        answer[f"{name} output"] = numbers_answer(output)
    if "concatenate" in case:
        context, (sequence, _) = (outputs[name] for name in case["concatenate"])
        answer["concatenated output"] = numbers_answer(concatenate_context_input(context, sequence))
    return answer


def build_spec(declared: Json) -> dict[str, Any]:
    def one(feature: Json) -> Any:
        arguments = dict(feature)
        function = getattr(cn, arguments.pop("function"))
        if arguments["dtype"] == "string" and "default_value" in arguments:
            arguments["default_value"] = map_leaves(to_bytes, arguments["default_value"])
        if "partitions" in arguments:
            arguments["partitions"] = [
                getattr(cn.RaggedFeature, name)(argument) for name, argument in arguments["partitions"]
            ]
        return function(**arguments)

    return {key: one(feature) for key, feature in declared.items()}


def flat_array(values: np.ndarray | BytesArray) -> np.ndarray:
    return np.array([*values, None], object)[:-1] if isinstance(values, BytesArray) else values


def parsed_answer(parsed: Any, feature: Any, *, lists: bool = False) -> Answer:
    if isinstance(parsed, cn.Sparse):
        return sparse_answer(parsed.indices, flat_array(parsed.values), list(parsed.dense_shape))
    if not isinstance(parsed, cn.Ragged):
        return array_answer(parsed)
    rows = parsed.to_list()
    if lists and isinstance(feature, cn.VarLenFeature):
        places = [
            (row, step, at)
            for row, steps in enumerate(rows)
            for step, values in enumerate(steps)
            for at in range(len(values))
        ]
        most_steps = max(map(len, rows), default=0)
        most_values = max((len(values) for steps in rows for values in steps), default=0)
        indices = np.array(places, np.int64).reshape(-1, 3)
        return sparse_answer(indices, flat_array(parsed.values.values), [len(rows), most_steps, most_values])
    if parsed.dtype == "string":
        rows = map_leaves(lambda raw: raw.decode("latin-1"), rows)
    return {"dtype": parsed.dtype, "rows": rows}


def answer_parse_example(case: Case) -> Answer:
    spec = build_spec(case["spec"])
    parsed = cn.parse_example(serialized(case["examples"]), spec)
    return {"features": {key: parsed_answer(value, spec[key]) for key, value in parsed.items()}}


def answer_parse_sequence_example(case: Case) -> Answer:
    specs = build_spec(case["context_spec"]), build_spec(case["sequence_spec"])
    context, sequences, lengths = cn.parse_sequence_example(serialized(case["sequence_examples"]), *specs)
    return {
        "context": {key: parsed_answer(value, specs[0][key]) for key, value in context.items()},
        "sequences": {
            key: parsed_answer(value, specs[1][key], lists=True) for key, value in sequences.items()
        },
        "lengths": {key: array.tolist() for key, array in lengths.items()},
    }


def answer_sequence_mask(case: Case) -> Answer:
    declared = case["lengths"]
    lengths = np.array(declared["items"], declared["dtype"]).reshape(declared["shape"])
    return {"mask": array_answer(cn.sequence_mask(lengths, case["maxlen"]))}


def answer_hash(case: Case) -> Answer:
    """Through a column, as a user would."""
    column = cn.sequence_categorical_column_with_hash_bucket("key", case["hash_bucket_size"])
    one_row = build_ragged([case["values"]], "string", 2)
    [slot] = cn.Encoder([cn.embedding_column(column, 1)]).encode({"key": one_row}).slots.values()
    return {"ids": slot.values[0].tolist()}


def write_records(path: Path, case: Case) -> bytes:
    """The file that Colonnade writes for a case of records."""
    with cn.TFRecordWriter(path, compression=case["compression"]) as writer:
        for record in case["records"]:
            writer.write(to_bytes(record))
    return path.read_bytes()


OPERATIONS: dict[str, Callable[[Case], Answer]] = {
    "ids": answer_ids,
    "sequence_features": answer_sequence_features,
    "dense_features": answer_dense_features,
    "groups": answer_groups,
    "parse_example": answer_parse_example,
    "parse_sequence_example": answer_parse_sequence_example,
    "sequence_mask": answer_sequence_mask,
    "hash": answer_hash,
}


def answer(case: Case) -> Answer:
    """The answer; an error of Colonnade's own is one, any other is a failure."""
    operation = OPERATIONS[case["operation"]]
    try:
        return operation(case)
    except cn.errors.ColonnadeError as error:
        return {"error": {"class": type(error).__name__, "message": str(error)}}
