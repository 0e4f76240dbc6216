"""The names that users see: which there are, their types, their documentation."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pickle
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import colonnade
import colonnade.jax
import colonnade.keras
import colonnade.numpy
import colonnade.torch

ROOT = Path(__file__).parents[3]
NAMES = {
    "BytesArray",
    "Clip",
    "Compose",
    "DescribedKey",
    "Description",
    "Encoder",
    "EncoderOptions",
    "Example",
    "FixedLenFeature",
    "FixedLenSequenceFeature",
    "Log1p",
    "MinMax",
    "OutputColumn",
    "Ragged",
    "RaggedFeature",
    "SequenceBatch",
    "SequenceExample",
    "SkippedRange",
    "Slot",
    "SlotCounts",
    "Sparse",
    "SparseFeature",
    "Standardize",
    "TFRecordReader",
    "TFRecordWriter",
    "VarLenFeature",
    "bucketized_column",
    "categorical_column_with_hash_bucket",
    "categorical_column_with_identity",
    "categorical_column_with_vocabulary_file",
    "categorical_column_with_vocabulary_list",
    "columns",
    "concatenate_context_input",
    "crossed_column",
    "describe",
    "embedding_column",
    "errors",
    "from_config",
    "indicator_column",
    "initializers",
    "load",
    "make_parse_example_spec",
    "make_parse_sequence_example_spec",
    "numeric_column",
    "parse_example",
    "parse_sequence_example",
    "parse_single_example",
    "parse_single_sequence_example",
    "save",
    "sequence_categorical_column_with_hash_bucket",
    "sequence_categorical_column_with_identity",
    "sequence_categorical_column_with_vocabulary_file",
    "sequence_categorical_column_with_vocabulary_list",
    "sequence_mask",
    "sequence_numeric_column",
    "serialize_examples",
    "serialize_sequence_examples",
    "shared_embeddings",
    "to_config",
    "weighted_categorical_column",
}
ADAPTER_NAMES = {
    "DenseFeatures",
    "Features",
    "SequenceFeatures",
    "concatenate_context_input",
    "embed",
    "sequence_input_layer",
    "sequence_mask",
}
MODULES = [
    "colonnade",
    *sorted(module.name for module in pkgutil.walk_packages(colonnade.__path__, "colonnade.")),
]
MODULES.remove("colonnade._core")
CALLABLES = {
    f"{module.__name__}.{name}": getattr(module, name)
    for module, names in (
        (colonnade, NAMES - {"columns", "errors", "initializers"}),
        (colonnade.numpy, ADAPTER_NAMES),
        (colonnade.jax, ADAPTER_NAMES | {"to_arrays"}),
        (colonnade.keras, ADAPTER_NAMES | {"RecordDataset", "to_arrays"}),
        (colonnade.torch, ADAPTER_NAMES | {"cu_seqlens", "nested_tensor", "to_tensors"}),
    )
    for name in sorted(names)
}


def test_the_names():
    adapters = {"jax", "keras", "numpy", "torch"}
    public = {name for name in vars(colonnade) if not name.startswith("_")}
    assert public - adapters == NAMES == set(colonnade.__all__)


@pytest.mark.parametrize("module", [colonnade, colonnade.columns, colonnade.errors, colonnade.initializers])
def test_classes_go_by_their_promised_names(module):
    for name in module.__all__:
        if isinstance(thing := getattr(module, name), type):
            assert thing.__module__ == ("colonnade" if name in colonnade.__all__ else module.__name__)
            assert pickle.loads(pickle.dumps(thing)) is thing


@pytest.mark.parametrize("module", [colonnade.jax, colonnade.keras, colonnade.numpy, colonnade.torch])
def test_adapters_have_the_same_names(module):
    assert set(vars(module)) >= set(module.__all__) >= ADAPTER_NAMES
    for name in sorted(ADAPTER_NAMES):
        twins = [parameters_of(getattr(each, name)) for each in (colonnade.numpy, module)]
        # What a framework adds of its own, such as the random numbers of flax, goes by name only.
        positional = [[p.name for p in twin if p.kind is p.POSITIONAL_OR_KEYWORD] for twin in twins]
        assert positional[0] == positional[1]
        assert len(positional[0]) > 1


def parameters_of(thing):
    # A framework's metaclass hides what its classes take.
    function = thing.__init__ if inspect.isclass(thing) else thing
    return inspect.signature(function).parameters.values()


@pytest.mark.parametrize(
    ("name", "signature"),
    [
        ("sequence_categorical_column_with_identity", "(key, num_buckets, default_value=None)"),
        ("sequence_categorical_column_with_hash_bucket", "(key, hash_bucket_size, dtype='string')"),
        (
            "sequence_numeric_column",
            "(key, shape=(1,), default_value=0.0, dtype='float32', normalizer_fn=None)",
        ),
        ("indicator_column", "(categorical_column, *, name=None)"),
        ("make_parse_example_spec", "(feature_columns)"),
        ("parse_example", "(serialized, features, example_names=None)"),
        (
            "parse_sequence_example",
            "(serialized, context_features=None, sequence_features=None, example_names=None)",
        ),
        ("FixedLenSequenceFeature", "(shape, dtype, allow_missing=False, default_value=None)"),
        ("SparseFeature", "(index_key, value_key, dtype, size, already_sorted=False)"),
        ("sequence_mask", "(lengths, maxlen=None, dtype='bool')"),
        ("concatenate_context_input", "(context_input, sequence_input)"),
    ],
)
def test_signatures_are_those_of_the_documents(name, signature):
    plain = inspect.signature(getattr(colonnade, name))
    parameters = [
        parameter.replace(annotation=inspect.Parameter.empty) for parameter in plain.parameters.values()
    ]
    assert str(inspect.Signature(parameters)) == signature


@pytest.mark.parametrize("name", CALLABLES)
def test_documented_and_annotated(name):
    thing = CALLABLES[name]
    assert len(inspect.getdoc(thing) or "") > 20
    if inspect.isfunction(thing):
        signature = inspect.signature(thing)
        assert signature.return_annotation is not inspect.Signature.empty
        assert all(p.annotation is not p.empty for p in signature.parameters.values())


@pytest.mark.parametrize("name", MODULES)
def test_modules_say_their_purpose_and_their_examples_run(name):
    module = importlib.import_module(name)
    assert module.__doc__
    assert module.__doc__.splitlines()[0].endswith((".", ":"))
    assert doctest.testmod(module).failed == 0


def test_there_are_examples():
    finder = doctest.DocTestFinder()
    examples = sum(
        len(test.examples) for name in MODULES for test in finder.find(importlib.import_module(name))
    )
    assert examples > 40


def test_the_version_is_that_of_the_package():
    assert f'version = "{colonnade.__version__}"' in (ROOT / "pyproject.toml").read_text()


USER_PROGRAM = """
from typing import Any, assert_type

import numpy as np
import numpy.typing as npt

import colonnade as cn
from colonnade.numpy import SequenceFeatures

words = cn.sequence_categorical_column_with_hash_bucket("words", hash_bucket_size=10)
column = cn.embedding_column(words, dimension=3, initializer=lambda shape, dtype: np.zeros(shape, dtype))
spec = cn.make_parse_example_spec([column, cn.sequence_numeric_column("n", normalizer_fn=lambda x: x / 2)])
assert_type(cn.parse_example([b""], spec), dict[str, Any])
encoder = cn.Encoder([column], layout="jagged")
tables: dict[str, npt.NDArray[np.float32]] = SequenceFeatures([column]).tables()
steps, lengths = SequenceFeatures([column], tables)({"words": [["a"]]})
assert_type(steps, npt.NDArray[np.float32])
assert_type(cn.sequence_mask([1]), npt.NDArray[np.bool_])
assert_type(cn.Ragged.from_list([[1]]), cn.Ragged)
"""
WRONG_PROGRAM = """
import colonnade as cn

cn.embedding_column(3, dimension=3)
cn.sequence_categorical_column_with_identity("a", num_buckets="three")
cn.Encoder([], layout="ragged")
cn.no_such_name
"""


def check_types(tmp_path, program):
    file = tmp_path / "program.py"
    file.write_text(program)
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file", "", str(file)]
    environment = {
        "MYPYPATH": str(ROOT / "src"),
        "PATH": "",
        "MYPY_CACHE_DIR": str(ROOT / ".mypy_cache/user"),
    }
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment).stdout


def test_types_reach_the_user(tmp_path):
    assert (ROOT / "src/colonnade/py.typed").exists()
    assert check_types(tmp_path, USER_PROGRAM).startswith("Success")


def test_type_checkers_find_mistakes(tmp_path):
    found = check_types(tmp_path, WRONG_PROGRAM)
    for line, kind in ((4, "arg-type"), (5, "arg-type"), (6, "arg-type"), (7, "attr-defined")):
        assert any(f":{line}: error" in text and f"[{kind}]" in text for text in found.splitlines())
