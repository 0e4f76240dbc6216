"""Columns, features and cases in neutral form: what the cases are written with.

Nothing here imports TensorFlow or Colonnade.
"""

from __future__ import annotations

import math

import numpy as np
from parity.neutral import Answer, Case, Json, to_text

# Columns, in neutral form: a function's name and its arguments.


def identity(key: str, num_buckets: int, default_value: int | None = None) -> Json:
    name = "sequence_categorical_column_with_identity"
    return {"function": name, "key": key, "num_buckets": num_buckets, "default_value": default_value}


def hashed(key: str, size: int, dtype: str = "string") -> Json:
    name = "sequence_categorical_column_with_hash_bucket"
    return {"function": name, "key": key, "hash_bucket_size": size, "dtype": dtype}


def numeric(key: str, **arguments: Json) -> Json:
    return {"function": "sequence_numeric_column", "key": key, **arguments}


def vocabulary(key: str, words: list[Json], **arguments: Json) -> Json:
    """Strings, one character a byte, or integers."""
    name = "sequence_categorical_column_with_vocabulary_list"
    return {"function": name, "key": key, "vocabulary_list": words, **arguments}


def vocabulary_file(key: str, text: str, **arguments: Json) -> Json:
    """A file that holds `text`, one character a byte."""
    name = "sequence_categorical_column_with_vocabulary_file"
    return {"function": name, "key": key, "vocabulary_file": text, **arguments}


def context_numeric(key: str, **arguments: Json) -> Json:
    return {"function": "numeric_column", "key": key, **arguments}


def bucketized(source: Json, boundaries: list[float]) -> Json:
    return {"function": "bucketized_column", "source_column": source, "boundaries": boundaries}


def crossed(keys: list[Json], size: int, hash_key: int | None = None) -> Json:
    return {"function": "crossed_column", "keys": keys, "hash_bucket_size": size, "hash_key": hash_key}


def weighted(column: Json, weight_key: str, dtype: str = "float32") -> Json:
    arguments = {"weight_feature_key": weight_key, "dtype": dtype}
    return {"function": "weighted_categorical_column", "categorical_column": column, **arguments}


def in_context(column: Json) -> Json:
    """The context's form of a sequence's column."""
    return {**column, "function": column["function"].removeprefix("sequence_")}


def buckets(column: Json) -> int:
    """How many ids a column makes."""
    if "categorical_column" in column:
        return buckets(column["categorical_column"])
    if "source_column" in column:
        return (len(column["boundaries"]) + 1) * math.prod(column["source_column"].get("shape", [1]))
    out_of_vocabulary = column.get("num_oov_buckets") or 0
    if "vocabulary_list" in column:
        return len(column["vocabulary_list"]) + out_of_vocabulary
    if "vocabulary_file" in column:
        lines = column["vocabulary_file"].removesuffix("\n").count("\n") + 1
        return (column.get("vocabulary_size") or lines) + out_of_vocabulary
    return column["num_buckets"] if "num_buckets" in column else column["hash_bucket_size"]


def embedding(
    column: Json, dimension: int = 2, *, table: Json = None, seed: int = 0, **arguments: Json
) -> Json:
    """An embedding with its table given, or scrambled from a seed."""
    table = table or {"rows": buckets(column), "width": dimension, "seed": seed}
    wrapped = {"function": "embedding_column", "categorical_column": column, "dimension": dimension}
    return {**wrapped, "table": table, **arguments}


def indicator(column: Json) -> Json:
    return {"function": "indicator_column", "categorical_column": column}


# Features in memory.


def dense(dtype: str, values: Json, shape: list[int] | None = None) -> Json:
    """A rectangular array."""
    shape = shape or list(np.array(values, object).shape)
    return {"form": "dense", "dtype": dtype, "values": values, "shape": shape}


def ragged(dtype: str, values: Json, rank: int = 2) -> Json:
    """Rows of any length; rank 3 for rows of steps of values."""
    return {"form": "ragged", "dtype": dtype, "values": values, "rank": rank}


# Cases.


def texts(records: list[bytes]) -> list[str]:
    return [to_text(record) for record in records]


def from_examples(name: str, columns: list[Json], *examples: bytes, **more: Json) -> Case:
    return {
        "name": name,
        "operation": "sequence_features",
        "columns": columns,
        "examples": texts([*examples]),
        **more,
    }


def from_memory(name: str, columns: list[Json], features: dict[str, Json], **more: Json) -> Case:
    return {"name": name, "operation": "sequence_features", "columns": columns, "features": features, **more}


def from_lists(name: str, columns: list[Json], *records: bytes, **more: Json) -> Case:
    """From SequenceExamples."""
    raw = {"sequence_examples": texts([*records])}
    return {"name": name, "operation": "sequence_features", "columns": columns, **raw, **more}


def only_ids(case: Case) -> Case:
    return {**case, "operation": "ids"}


def departs(entry: str, answer: Answer | None = None, *, error: str | None = None) -> Json:
    """Colonnade's own answer (of which every part given must hold), or the class of its error."""
    return {"entry": entry, "answer": {"error": {"class": error}} if error else answer}


def fills(shape: list[int], items: Json) -> Answer:
    return {"shape": shape, "items": items}


def context(case: Case) -> Case:
    """The same columns and data through DenseFeatures."""
    return {**case, "operation": "dense_features"}


def from_groups(name: str, groups: dict[str, list[Json]], sequences: list[str], **more: Json) -> Case:
    """Several groups, of which `sequences` are names of those with sequence columns."""
    return {"name": name, "operation": "groups", "groups": groups, "sequences": sequences, **more}


def shared(
    groups: list[str], columns: list[Json], dimension: int = 2, *, seed: int = 0, **more: Json
) -> Json:
    """Columns that share a table, each for the group at its place."""
    table = {"rows": buckets(columns[0]), "width": dimension, "seed": seed}
    made = {"groups": groups, "categorical_columns": columns, "dimension": dimension, "table": table}
    return {**made, **more}
