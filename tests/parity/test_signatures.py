"""What has TensorFlow's name takes TensorFlow's arguments: by the same names, in the same order."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from pathlib import Path

import pytest

import colonnade as cn
import colonnade.numpy

TESTS = Path(__file__).parents[1]
OURS = {
    name: thing
    for module in (colonnade.numpy, cn)
    for name in module.__all__
    if callable(thing := getattr(module, name)) and name not in ("Example", "SequenceExample")
}

# Agreed, each with its reason in docs/differences.md: what is not taken, and what is taken besides.
NAME = {"lacks": ["name"]}
AGREED = {
    "parse_example": NAME,
    "parse_single_example": NAME,
    "parse_sequence_example": NAME,
    "parse_single_sequence_example": NAME,
    "sequence_mask": NAME,
    "sequence_categorical_column_with_vocabulary_file": {"adds": ["file_format"]},
}


def arguments_of(thing):
    function = thing.__init__ if inspect.isclass(thing) else thing
    kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.VAR_KEYWORD)
    found = inspect.signature(function).parameters.values()
    return [parameter.name for parameter in found if parameter.kind in kinds and parameter.name != "self"]


@pytest.fixture(scope="module")
def theirs():
    from parity.conftest import PACKAGES, PYTHON, require_oracle

    require_oracle()
    environment = {"PYTHONPATH": PACKAGES, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
    command = [PYTHON, "-m", "parity.signatures"]
    done = subprocess.run(command, cwd=TESTS, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def differences(name, ours, wanted):
    """Between the arguments of one name, what is agreed left out."""
    agreed = AGREED.get(name, {})
    lacks, adds = agreed.get("lacks", []), agreed.get("adds", [])
    stale = [each for each in lacks if each not in wanted or each in ours]
    stale += [each for each in adds if each not in ours or each in wanted]
    plain = [each for each in ours if each not in adds]
    return stale or (plain, [each for each in wanted if each not in lacks])


def test_the_arguments(theirs):
    common = sorted(OURS.keys() & theirs.keys())
    assert len(common) >= 26
    assert AGREED.keys() <= set(common)
    wrong = {}
    for name in common:
        found = differences(name, arguments_of(OURS[name]), theirs[name])
        if not isinstance(found, tuple) or found[0] != found[1]:
            wrong[name] = found
    assert not wrong


def test_a_difference_is_noticed():
    assert differences("a", ["x", "y"], ["x", "y"]) == (["x", "y"], ["x", "y"])
    one, other = differences("a", ["y", "x"], ["x", "y"])
    assert one != other
    assert differences("sequence_mask", ["lengths", "name"], ["lengths", "name"]) == ["name"]


PROGRAM = """
import numpy as np
import tensorflow as tf
import colonnade as cn

R = tf.io.RaggedFeature
specs = {
    "v": tf.io.VarLenFeature(tf.int64),
    "f": tf.io.FixedLenFeature([2], tf.float32, default_value=[1.0, 2.0]),
    "q": tf.io.FixedLenSequenceFeature([], tf.string, allow_missing=True),
    "r": R(tf.int64, "v", [R.RowLengths("n"), R.UniformRowLength(1)]),
    "s": tf.io.SparseFeature("n", "v", tf.int64, 9),
}
record = cn.Example({"v": [3, 4], "f": [0.5, 1.5], "q": ["a"], "n": [1, 1]}).serialize()
shared = {"v": specs["v"], "f": specs["f"], "q": specs["q"]}
ours = cn.parse_example(tf.constant([record]), shared)
own = tf.io.parse_example([record], shared)
assert ours["v"].to_list() == [tf.sparse.to_dense(own["v"]).numpy()[0].tolist()]
assert np.array_equal(ours["f"], own["f"]) and np.array_equal(ours["q"], own["q"])
ragged = cn.parse_example([record], {"r": specs["r"]})["r"]
assert ragged.to_list() == tf.io.parse_example([record], {"r": specs["r"]})["r"].to_list()

words = b"a b c".split()
with tf.io.TFRecordWriter("words.tfrecord.gz", "GZIP") as writer:
    for word in words:
        writer.write(word)
theirs, mine = (
    library.categorical_column_with_vocabulary_file("k", "words.tfrecord.gz", num_oov_buckets=7)
    for library in (tf.feature_column, cn)
)
given = [["c", "a", "zz", "b", "yyy"]]
ids = theirs.transform_feature({"k": tf.constant(given)}, None).values.numpy()
[slot] = cn.Encoder(cn.indicator_column(mine)).encode({"k": given}).slots.values()
assert slot.values[0].tolist() == ids.tolist()
assert theirs.get_config()["file_format"] == mine.file_format

for dtype in (tf.bool, tf.int32, tf.float32):
    mask = cn.sequence_mask([1, 3], dtype=dtype)
    wanted = tf.sequence_mask([1, 3], dtype=dtype).numpy()
    assert mask.dtype == wanted.dtype and np.array_equal(mask, wanted)
print("done")
"""


def test_specs_vocabularies_and_masks_of_tensorflow(environment, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.endswith("done\n"), done.stderr[-3000:]
