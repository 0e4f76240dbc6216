"""What new users get wrong, and that each message names the remedy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

import colonnade as cn
import colonnade.numpy
import colonnade.torch
from colonnade.errors import ColonnadeError

watches = cn.sequence_categorical_column_with_identity("watches", num_buckets=100)
embedded = cn.embedding_column(watches, dimension=8)
price = cn.sequence_numeric_column("price")
user = cn.categorical_column_with_identity("user", 10)
weighted = cn.embedding_column(cn.weighted_categorical_column(watches, "w"), 2)
hashed = cn.sequence_categorical_column_with_hash_bucket
RECORD = cn.Example({"watches": [1, 2]}).serialize()
SEQUENCE = cn.SequenceExample({}, {"watches": [[1]]}).serialize()


def encode(columns: Any = embedded, **features: Any) -> Callable[[], Any]:
    return lambda: cn.Encoder(columns).encode(features)


def encode_examples(records: Any, columns: Any = embedded) -> Callable[[], Any]:
    return lambda: cn.Encoder(columns).encode_examples(records)


def layer() -> Any:
    return cn.torch.SequenceFeatures([embedded])


def of_prices() -> Any:
    return cn.torch.to_tensors(cn.Encoder(price).encode({"price": [[1.0]]}))


def served(tables: Any) -> Callable[[], Any]:
    return lambda: cn.numpy.SequenceFeatures([embedded], tables)


def read(text: bytes, **options: Any) -> Callable[[], Any]:
    def call() -> Any:
        Path("file").write_bytes(text)
        return list(cn.TFRecordReader("file", **options))

    return call


MISTAKES: dict[str, tuple[Callable[[], Any], str]] = {
    # Features in memory.
    "one user as a flat list": (encode(watches=[1, 2, 3]), "one row is [[1, 2, 3]]"),
    "one user as an array": (encode(watches=np.array([1, 2])), "one row is [[1, 2]]"),
    "strings for ids": (encode(watches=[["1", "2"]]), "convert them, or declare what they are"),
    "floats for ids": (encode(watches=[[1.0, 2.0]]), "convert them, or declare what they are"),
    "strings for numbers": (encode(price, price=[["1.5"]]), "convert them, or declare what they are"),
    "a misspelt key": (encode(watchs=[[1]]), "did you mean 'watchs'?"),
    "an id too large": (encode(watches=[[100]]), "raise num_buckets, or give a default_value"),
    "-1 for nothing in a list": (encode(watches=[[1, -1]]), "leave it out, or give padding_value=-1"),
    "None for nothing": (encode(watches=[[1, None]]), "leave absent ones out"),
    "None for an empty history": (encode(watches=[[1], None]), "give a list, of one value or none too"),
    "a single value": (encode(watches=np.int64(3)), "use a Ragged, a list of lists, an array"),
    "steps that differ": (
        encode([embedded, price], watches=[[1, 2]], price=[[1.0]]),
        "put columns of different lengths into different groups",
    ),
    "rows that differ": (
        encode([embedded, price], watches=[[1], [2]], price=[[1.0]]),
        "give each a row for every example, [] where it has none",
    ),
    "half a step": (
        encode(cn.sequence_numeric_column("p", (2,)), p=[[1.0, 2.0, 3.0]]),
        "correct the shape",
    ),
    "no weights": (encode(weighted, watches=[[1]]), "not among the features 'watches'"),
    "weights for other ids": (encode(weighted, watches=[[1, 2]], w=[[1.0]]), "one weight"),
    "a tensor without a name": (lambda: layer()(torch.zeros(2, 3)), "as {key: values}"),
    "a tensor on a device": (
        encode(watches=torch.zeros(2, 2, dtype=torch.int64, device="meta")),
        "give it another dtype or layout, detach it",
    ),
    "a masked array": (encode(watches=np.ma.masked_equal([[1, 0]], 0)), ".filled(-1)"),
    "a frame of objects": (encode(watches=pd.Series([{}])), "choose one of its columns"),
    # Records.
    "one record": (encode_examples(RECORD), "for one record give a list of one"),
    "a message": (encode_examples([cn.Example({"watches": [1]})]), "call SerializeToString"),
    "text for bytes": (encode_examples(["text"]), "must be bytes, got str"),
    "features where records go": (
        encode_examples({"watches": [[1]]}),
        "features in memory go to Encoder.encode",
    ),
    "records where features go": (lambda: cn.Encoder(embedded).encode([RECORD]), "use encode_examples"),
    "SequenceExamples as Examples": (encode_examples([SEQUENCE]), "encode it with encode_sequence_examples"),
    "Examples as SequenceExamples": (
        lambda: cn.Encoder(embedded).encode_sequence_examples([RECORD]),
        "use encode_examples",
    ),
    "another kind than written": (
        encode_examples([RECORD], cn.embedding_column(hashed("watches", 10), 2)),
        "declare the dtype that was written",
    ),
    "a context without a default": (
        encode_examples([RECORD], cn.numeric_column("age")),
        "give the column or the spec a default_value",
    ),
    "a type for a spec": (
        lambda: cn.parse_example([RECORD], {"watches": int}),
        "allowed are VarLenFeature",
    ),
    # Files.
    "no TFRecord file": (read(b"hello, this is no record"), "not a TFRecord file"),
    "a compressed file": (
        read(bytes.fromhex("1f8b08") + bytes(20)),
        "compress",
    ),
    "batches of nothing": (lambda: cn.TFRecordReader("file").batches(0), "must be at least 1"),
    # Columns.
    "a categorical column as it is": (lambda: cn.Encoder(watches), "wrap it in embedding_column"),
    "a key for a column": (lambda: cn.Encoder("watches"), "make one, as with cn.embedding_column("),
    "keys for columns": (lambda: cn.Encoder(["watches"]), "make one, as with cn.embedding_column("),
    "a context beside sequences": (
        lambda: cn.Encoder([embedded, cn.indicator_column(user)]),
        "as separate groups",
    ),
    "two embeddings of one key": (
        lambda: cn.Encoder([embedded, cn.embedding_column(watches, 4)]),
        "set them apart by name=",
    ),
    "a misspelt combiner": (
        lambda: cn.embedding_column(watches, 8, combiner="avg"),
        "'mean', 'sqrtn', 'sum'",
    ),
    "Keras' word for a side": (lambda: cn.Encoder(embedded, side="pre"), "must be 'right' or 'left'"),
    "one bucket": (lambda: hashed("w", 1), "must be at least 2"),
    "a word twice": (
        lambda: cn.sequence_categorical_column_with_vocabulary_list("w", ["a", "a"]),
        "give each value one id",
    ),
    "a string for a vocabulary": (
        lambda: cn.sequence_categorical_column_with_vocabulary_list("w", "abc"),
        "must be a list, whose order gives the ids",
    ),
    "buckets of ids": (lambda: cn.bucketized_column(watches, [1]), "needs a numeric_column"),
    # Layers, saving.
    "a batch of other columns": (lambda: layer()(of_prices()), "encode it with the columns of the layer"),
    "a layer of the other sort": (lambda: cn.torch.DenseFeatures([embedded]), "use SequenceFeatures"),
    "a table by the column's key": (
        served({"watches": np.zeros((100, 8))}),
        "missing are ['watches_embedding']",
    ),
    "a table of another size": (served({"watches_embedding": np.zeros((5, 8))}), "of shape (100, 8)"),
    "a function in a config": (
        lambda: cn.to_config(cn.sequence_numeric_column("p", normalizer_fn=abs)),
        "declare it with Standardize",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_message_names_the_remedy(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    call, remedy = MISTAKES[name]
    with pytest.raises(ColonnadeError) as caught:
        call()
    assert remedy in str(caught.value)


def test_there_are_many() -> None:
    assert len(MISTAKES) >= 30
