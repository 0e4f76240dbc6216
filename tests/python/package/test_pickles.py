"""Pickles name what is promised and nothing else, and those of all versions load for ever."""

from __future__ import annotations

import base64
import inspect
import io
import json
import pickle
from collections.abc import Mapping
from dataclasses import fields, is_dataclass

import numpy as np
import pytest
from golden.make_pickles import FILE, FOLDER, features, things

import colonnade as cn
import colonnade.jax
import colonnade.keras
import colonnade.numpy
import colonnade.torch
from colonnade import errors, initializers

FROZEN = {
    path.stem: {name: base64.b64decode(text) for name, text in json.loads(path.read_text()).items()}
    for path in sorted(FILE.parent.glob("version_*.json"))
}
PROMISED = {
    module.__name__: set(module.__all__)
    for module in (cn, cn.columns, errors, initializers, cn.jax, cn.keras, cn.numpy, cn.torch)
}
NUMPYS = {
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy._core.numeric", "_frombuffer"),
    ("numpy.core.numeric", "_frombuffer"),
}


@pytest.fixture(autouse=True)
def in_the_folder_of_the_vocabulary(monkeypatch):
    monkeypatch.chdir(FOLDER)


class Watched(pickle.Unpickler):
    """Notes what a pickle names."""

    def __init__(self, data):
        super().__init__(io.BytesIO(data))
        self.names = set()

    def find_class(self, module, name):
        self.names.add((module, name))
        return super().find_class(module, name)


def names_in(data):
    watched = Watched(data)
    watched.load()
    return watched.names


def is_promised(module, name):
    """Ours if it stands in the `__all__` of its module, or inside of that; and what puts arrays together."""
    if module in PROMISED:
        return name.split(".")[0] in PROMISED[module] and "._" not in name
    return (module, name) in NUMPYS | {("functools", "partial")}


def same(one, other):
    """Equal, and of one type, for things that do not compare themselves too."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    if isinstance(one, BaseException):
        return (one.args, vars(one), str(one)) == (other.args, vars(other), str(other))
    if isinstance(one, cn.Encoder):
        return (one.columns, one.options, one.plan) == (other.columns, other.options, other.plan)
    if isinstance(one, cn.TFRecordReader):
        return repr(one) == repr(other)
    if isinstance(one, cn.numpy.Features):
        return same(one._encoder, other._encoder) and same(one.tables(), other.tables())
    if isinstance(one, Mapping):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if is_dataclass(one) and not one.__dataclass_params__.eq:
        return all(same(getattr(one, field.name), getattr(other, field.name)) for field in fields(one))
    return one == other


@pytest.mark.parametrize("version", FROZEN)
def test_old_pickles_load(version):
    made = things()
    for name, data in FROZEN[version].items():
        assert same(pickle.loads(data), made[name]), name


@pytest.mark.parametrize("version", FROZEN)
def test_old_pickles_work(version):
    made, given = things(), features()
    for name, data in FROZEN[version].items():
        thing = pickle.loads(data)
        if isinstance(thing, cn.Encoder):
            assert same(thing.encode(given), made[name].encode(given)), name
        if isinstance(thing, cn.numpy.Features):
            np.testing.assert_equal(thing(given), made[name](given))


@pytest.mark.parametrize("version", FROZEN)
def test_old_pickles_name_what_is_promised(version):
    for name, data in FROZEN[version].items():
        assert [found for found in names_in(data) if not is_promised(*found)] == [], name


@pytest.mark.parametrize("protocol", range(4, pickle.HIGHEST_PROTOCOL + 1))
def test_new_pickles_name_what_is_promised(protocol):
    for name, thing in things().items():
        found = names_in(pickle.dumps(thing, protocol))
        assert [each for each in found if not is_promised(*each)] == [], name


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of Keras on torch
@pytest.mark.parametrize("adapter", [cn.jax, cn.keras, cn.torch])
def test_layers_name_nothing_private_of_ours(adapter):
    watches = cn.sequence_categorical_column_with_identity("watches", 5)
    layer = adapter.SequenceFeatures([cn.embedding_column(watches, 3), cn.sequence_numeric_column("price")])
    found = [each for each in names_in(pickle.dumps(layer)) if each[0].split(".")[0] == "colonnade"]
    assert ("colonnade." + adapter.__name__.split(".")[-1], "SequenceFeatures") in found
    assert [each for each in found if not is_promised(*each)] == []


def test_everything_that_is_promised_is_frozen():
    """Every class but the writer, which holds a file, and the layers of frameworks."""
    named = {found for data in FROZEN[FILE.stem].values() for found in names_in(data)}
    promised = {
        (module.__name__, name)
        for module in (cn, cn.columns, errors, initializers, cn.numpy)
        for name in module.__all__
        if inspect.isclass(thing := getattr(module, name)) and thing.__module__ == module.__name__
    }
    assert promised - named == {("colonnade", "TFRecordWriter")}
    assert set(FROZEN[FILE.stem]) == set(things())


def test_what_is_private_is_noticed():
    assert not is_promised("colonnade._ragged.ragged", "Ragged")
    assert not is_promised("colonnade", "Ragged._trusted")
    assert not is_promised("os", "system")
    assert names_in(pickle.dumps(cn.Ragged.from_list([[1]]), 4)) > {("colonnade", "Ragged")}
    assert not same(cn.Ragged.from_list([[1]]), cn.Ragged.from_list([[2]]))
    assert not same(errors.ConfigError("a", row=1), errors.ConfigError("a", row=2))
