"""Dtypes as users write them."""

from __future__ import annotations

import numpy as np
import pytest
from failing import failure

from colonnade._dtypes import FLOATS, INTEGERS, KNOWN, dtype_name, wire_dtype
from colonnade.errors import ColumnTypeError, ColumnValueError


class NamedLikeTensorFlows:
    """An object that says its name, as tf.string does."""

    def __init__(self, name):
        self.name = name


@pytest.mark.parametrize(
    ("given", "name"),
    [
        *((name, name) for name in sorted(KNOWN)),
        *((NamedLikeTensorFlows(name), name) for name in ("string", "int64", "float32")),
        *((np.dtype(name), name) for name in sorted(INTEGERS | FLOATS | {"bool"})),
        (str, "string"),
        (bytes, "string"),
        (int, "int64"),
        (float, "float32"),
        (bool, "bool"),
        (np.int32, "int32"),
        (np.float16, "float16"),
        (np.str_, "string"),
        (np.bytes_, "string"),
        (object, "string"),
        (np.dtype("U7"), "string"),
        (np.dtype("S0"), "string"),
        ("double", "float64"),
        ("half", "float16"),
        ("str", "string"),
        ("bytes", "string"),
    ],
)
def test_ways_to_write_a_dtype(given, name):
    assert dtype_name(given) == name


@pytest.mark.parametrize("given", [None, 3, NamedLikeTensorFlows(None), NamedLikeTensorFlows(3), print])
def test_no_dtype_at_all(given):
    failure(ColumnTypeError, lambda: dtype_name(given, key="k"), "is not a dtype; use a name", key="k")


@pytest.mark.parametrize(
    "given",
    ["", "int", "int128", "strange", "bytestring", "string8", "STRING", "complex64", np.dtype("M8[s]")],
)
def test_unknown_dtypes(given):
    error = failure(ColumnValueError, lambda: dtype_name(given, key="k"), "unknown dtype", key="k")
    assert "known are bool, float16, float32" in error.message


def test_what_a_record_holds():
    assert {name: wire_dtype(name) for name in ("uint8", "int64", "bool")} == dict.fromkeys(
        ("uint8", "int64", "bool"), "int64"
    )
    assert {wire_dtype(name) for name in FLOATS} == {"float32"}
    assert wire_dtype("string") == "string"
