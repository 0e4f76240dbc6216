"""Wrong calls raise an error of ours that code written for TensorFlow catches."""

from __future__ import annotations

import builtins
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from parity.wrong_calls import WRONG_CALLS

import colonnade as cn
from colonnade.errors import ColonnadeError
from colonnade.numpy import DenseFeatures, SequenceFeatures

WORDS = Path(__file__).parents[2] / "golden/configs/words.txt"


def colonnade_library(folder: Path) -> SimpleNamespace:
    return SimpleNamespace(
        **{name: getattr(cn, name) for name in cn.__all__},
        **{name: name for name in ("bool", "float32", "int32", "int64", "string")},
        SequenceFeatures=SequenceFeatures,
        DenseFeatures=DenseFeatures,
        ragged=lambda rows: rows,
        zeros=lambda shape, dtype="float32": np.zeros(shape, dtype),
        records=lambda source, compression=None: list(cn.TFRecordReader(source, compression=compression)),
        writer=lambda path, compression=None: cn.TFRecordWriter(path, compression=compression),
        words_file=str(WORDS),
        new_file=str(folder / "new.tfrecord"),
    )


def wanted(raised: str) -> tuple[type[Any], ...]:
    """What our error is besides ours, where TensorFlow raises an error of this name."""
    if raised == "NotFoundError":
        return (FileNotFoundError,)
    kind = getattr(builtins, raised, None)
    return (ColonnadeError, kind) if kind in (ValueError, TypeError) else (ColonnadeError, ValueError)


@pytest.mark.filterwarnings("ignore::colonnade.errors.UntrainedTableWarning")
@pytest.mark.parametrize("name", WRONG_CALLS)
def test_the_error(name, tmp_path):
    raised, call = WRONG_CALLS[name]
    with pytest.raises((ColonnadeError, OSError)) as caught:
        call(colonnade_library(tmp_path))
    assert [kind for kind in wanted(raised) if not isinstance(caught.value, kind)] == []


def test_there_are_calls_of_both_kinds():
    raised = [raised for raised, _ in WRONG_CALLS.values()]
    assert raised.count("ValueError") > 100
    assert raised.count("TypeError") > 30
