"""The same wrong calls in TensorFlow and Colonnade; test_wrong_calls.py runs this where TensorFlow is."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import tensorflow as tf
import tf_keras
from parity.wrong_calls import WRONG_CALLS
from python.package.test_wrong_calls import WORDS, colonnade_library
from tensorflow.python.feature_column import sequence_feature_column

from colonnade.errors import ColonnadeError

FEATURES = (
    "FixedLenFeature",
    "FixedLenSequenceFeature",
    "RaggedFeature",
    "SparseFeature",
    "VarLenFeature",
    "parse_example",
    "parse_sequence_example",
    "parse_single_example",
    "parse_single_sequence_example",
)


def shared_embeddings(*arguments: Any, **named: Any) -> Any:
    """TensorFlow shares embeddings in graphs only."""
    with tf.Graph().as_default():
        return tf.feature_column.shared_embeddings(*arguments, **named)


def tensorflow_library(folder: Any) -> SimpleNamespace:
    columns = {
        name: getattr(tf.feature_column, name)
        for name in dir(tf.feature_column)
        if not name.startswith("_") and name != "shared_embeddings"
    }
    return SimpleNamespace(
        **columns,
        **{name: getattr(tf.io, name) for name in FEATURES},
        **{name: getattr(tf, name) for name in ("bool", "float32", "int32", "int64", "string")},
        SequenceFeatures=tf_keras.experimental.SequenceFeatures,
        DenseFeatures=tf_keras.layers.DenseFeatures,
        concatenate_context_input=sequence_feature_column.concatenate_context_input,
        sequence_mask=tf.sequence_mask,
        shared_embeddings=shared_embeddings,
        ragged=lambda rows: tf.ragged.constant(rows).to_sparse(),
        zeros=lambda shape, dtype="float32": tf.zeros(shape, dtype),
        records=lambda source, compression=None: list(tf.data.TFRecordDataset(source, compression)),
        writer=lambda path, compression=None: tf.io.TFRecordWriter(path, compression),
        words_file=str(WORDS),
        new_file=str(folder / "new.tfrecord"),
    )


@pytest.mark.filterwarnings("ignore::colonnade.errors.UntrainedTableWarning")
@pytest.mark.parametrize("name", WRONG_CALLS)
def test_who_catches_what_tensorflow_raises_catches_ours(name, tmp_path):
    raised, call = WRONG_CALLS[name]
    with pytest.raises(Exception) as theirs:  # noqa: PT011  each call's own is compared below
        call(tensorflow_library(tmp_path))
    assert type(theirs.value).__name__ == raised, theirs.value
    with pytest.raises((ColonnadeError, OSError)) as ours:
        call(colonnade_library(tmp_path))
    for base in (ValueError, TypeError):
        if isinstance(theirs.value, base):
            assert isinstance(ours.value, base), f"{theirs.value!r} is a {base}, {ours.value!r} is not"
