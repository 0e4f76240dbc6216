"""A Keras LSTM that reads short reviews from a TFRecord file: is this one content, or not?

    KERAS_BACKEND=torch python examples/keras_lstm.py      # or jax, or tensorflow

The reviews are made up. A "not" turns the next adjective around: counting words is not enough.
"""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

import keras

import colonnade as cn
from colonnade.keras import Features, RecordDataset

GOOD, BAD = ["good", "great", "lovely"], ["bad", "awful", "boring"]
FILLERS = ["the", "film", "was", "actors", "and", "music", "really", "at", "times"]

words = cn.sequence_categorical_column_with_hash_bucket("words", hash_bucket_size=500)
stars = cn.numeric_column("average_stars", normalizer_fn=cn.Standardize(mean=3.0, std=1.0))
GROUPS = {"review": [cn.embedding_column(words, dimension=8)], "film": [stars]}
TARGETS = {"content": cn.FixedLenFeature((1,), "float32")}


def review(chance: random.Random) -> bytes:
    """One Example: 3 to 10 words, the film's average rating, and whether the writer is content."""
    is_good, is_negated = chance.random() < 0.5, chance.random() < 0.5
    text = chance.choices(FILLERS, k=chance.randint(1, 6))
    opinion = ["not"] * is_negated + [chance.choice(GOOD if is_good else BAD)]
    # A "not" that stands elsewhere means nothing.
    place = chance.randint(0, len(text))
    text = ["not"] * (chance.random() < 0.3) + text[:place] + [*opinion, "film"] + text[place:]
    content = float(is_good != is_negated)
    return cn.Example(
        {"words": text, "average_stars": [chance.gauss(3.0, 1.0)], "content": [content]}
    ).serialize()


def write_reviews(path: Path, count: int, seed: int) -> None:
    chance = random.Random(seed)
    with cn.TFRecordWriter(path) as writer:
        for _ in range(count):
            writer.write(review(chance))


def dataset(path: Path, batch_size: int = 128) -> RecordDataset:
    """Encoded batches; rounded lengths keep compiled backends from compiling for every batch."""
    encoder = cn.Encoder(GROUPS, pad_to_multiple_of=10)
    return RecordDataset(list(cn.TFRecordReader(path)), encoder, batch_size, TARGETS)


def make_model() -> keras.Model:
    features = Features(GROUPS)
    inputs = features.inputs()
    outputs = features(inputs)
    steps, _ = outputs["review"]  # carries its mask: the LSTM leaves the padding out by itself
    both = keras.layers.concatenate([keras.layers.LSTM(16)(steps), outputs["film"]])
    model = keras.Model(inputs, keras.layers.Dense(1, activation="sigmoid")(both))
    model.compile(keras.optimizers.Adam(0.03), "binary_crossentropy", metrics=["accuracy"])
    return model


if __name__ == "__main__":
    keras.utils.set_random_seed(0)
    with tempfile.TemporaryDirectory() as folder:
        train, test = Path(folder, "train.tfrecord"), Path(folder, "test.tfrecord")
        write_reviews(train, 2048, seed=1)
        write_reviews(test, 512, seed=2)
        model = make_model()
        print("Keras on", keras.backend.backend())
        before = model.evaluate(dataset(test), verbose=0, return_dict=True)["accuracy"]
        model.fit(dataset(train), epochs=6, verbose=0)
        after = model.evaluate(dataset(test), verbose=0, return_dict=True)["accuracy"]
    print(f"{before:.0%} of unseen reviews right before training, {after:.0%} after it")
    assert after > 0.9, "it did not learn"
