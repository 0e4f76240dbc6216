"""Leave TensorFlow: the same columns, records and tables, and the same numbers without it.

    pip install tensorflow tf_keras safetensors && python examples/leave_tensorflow.py

Made-up viewers watch on if they watched enough sport. TensorFlow's columns learn it, for the last time.
"""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from typing import Any

import tensorflow as tf
import tf_keras

import colonnade as cn
from colonnade.numpy import SequenceFeatures

KINDS = ["film", "series", "sport", "news"]


def columns(api: Any) -> list[Any]:
    """One declaration for both: only the module differs."""
    item = api.sequence_categorical_column_with_hash_bucket("item", hash_bucket_size=200)
    kind = api.sequence_categorical_column_with_vocabulary_list("kind", KINDS, num_oov_buckets=2)
    hours = api.sequence_numeric_column("hours", default_value=-1.0)
    return [api.embedding_column(item, dimension=8, combiner="sqrtn"), api.indicator_column(kind), hours]


def write_histories(path: Path, count: int) -> None:
    chance = random.Random(0)
    with cn.TFRecordWriter(path) as writer:
        for _ in range(count):
            kinds = chance.choices([*KINDS, "unheard of"], k=chance.randint(0, 12))
            items = [f"{kind} {chance.randint(1, 20)}" for kind in kinds]
            hours = [chance.uniform(0, 2) for _ in kinds]
            goes_on = sum(hours[i] for i, kind in enumerate(kinds) if kind == "sport") > 1
            example = cn.Example({"item": items, "kind": kinds, "hours": hours, "goes_on": [float(goes_on)]})
            writer.write(example.serialize())


def train(layer: Any, batches: list[Any]) -> list[float]:
    """Train an LSTM behind TensorFlow's layer; gives the loss of each step."""
    model = tf_keras.Sequential([tf_keras.layers.LSTM(16), tf_keras.layers.Dense(1)])
    optimizer, losses = tf_keras.optimizers.legacy.Adam(0.02), []
    for batch in batches:
        with tf.GradientTape() as tape:
            steps, lengths = layer(batch)
            logits = model(steps, mask=tf.sequence_mask(lengths))[:, 0]
            loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(batch["goes_on"], logits))
        weights = layer.trainable_weights + model.trainable_weights
        optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
        losses.append(float(loss))
    return losses


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "histories.tfrecord")
        write_histories(path, 1024)
        spec = tf.feature_column.make_parse_example_spec(columns(tf.feature_column))
        spec["goes_on"] = tf.io.FixedLenFeature((), tf.float32)
        batches = [tf.io.parse_example(some, spec) for some in tf.data.TFRecordDataset(str(path)).batch(64)]
        theirs = tf_keras.experimental.SequenceFeatures(columns(tf.feature_column))
        losses = train(theirs, batches * 8)
        tables = {weight.name.split("/")[1]: weight.numpy() for weight in theirs.weights}
        cn.save(Path(folder, "model"), cn.Encoder(columns(cn)), tables)
        encoder, tables = cn.load(Path(folder, "model"))
        ours, differences = SequenceFeatures(encoder.columns, tables), []
        for records, batch in zip(cn.TFRecordReader(path).batches(64), batches, strict=True):
            (wanted, wanted_lengths), (steps, lengths) = theirs(batch), ours(encoder.encode_examples(records))
            assert lengths.tolist() == wanted_lengths.numpy().tolist()
            differences.append(abs(steps - wanted.numpy()).max())
    print(f"with TensorFlow: loss {losses[0]:.3f} at first, {losses[-1]:.3f} at last")
    print(f"without it: equal lengths, and no number differs by more than {max(differences):.1g}")
    assert losses[-1] < 0.5 * losses[0], "it did not learn"
    assert max(differences) < 1e-5, "it is not the same"
