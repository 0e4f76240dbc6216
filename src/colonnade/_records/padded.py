"""FixedLenSequenceFeature: steps of one shape, in rows filled up to the longest."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import _core
from .._ragged import BytesArray, Int64s, Ragged
from ..errors import from_core
from .specs import FixedLenSequenceFeature


def padded(values: Ragged, feature: FixedLenSequenceFeature, key: str) -> npt.NDArray[Any]:
    """Steps that lie in one list a record, as an array [records, longest, *shape].

    Raises:
        PartialStepError: a record with a part of a step.
        LimitError: the array would be too large.
    """
    size = feature.size
    partial = np.flatnonzero(values.row_lengths % size)
    if len(partial):
        record = int(partial[0])
        got = int(values.row_lengths[record])
        raise from_core("partial_step", {"got": got, "expected": size, "key": key, "record": record})
    assert not isinstance(values.values, Ragged)
    return _filled(values.row_splits // size, values.values, feature)


def padded_steps(steps: Ragged, feature: FixedLenSequenceFeature, key: str) -> npt.NDArray[Any]:
    """Steps that are features of their own, as an array [records, longest, *shape].

    Raises:
        ValueCountError: a step with another number of values than the shape holds.
        LimitError: the array would be too large.
    """
    inner = steps.values
    assert isinstance(inner, Ragged)
    wrong = np.flatnonzero(inner.row_lengths != feature.size)
    if len(wrong):
        at = int(wrong[0])
        record = int(np.searchsorted(steps.row_splits, at, side="right")) - 1
        place = {"key": key, "record": record, "step": at - int(steps.row_splits[record])}
        got = int(inner.row_lengths[at])
        raise from_core("wrong_count", {"got": got, "expected": feature.size, **place})
    assert not isinstance(inner.values, Ragged)
    return _filled(steps.row_splits, inner.values, feature)


def _filled(
    row_splits: Int64s, values: npt.NDArray[Any] | BytesArray, feature: FixedLenSequenceFeature
) -> npt.NDArray[Any]:
    lengths = np.diff(row_splits)
    width = int(lengths.max(initial=0))
    shape = (len(lengths), width, *feature.shape)
    flat = values if isinstance(values, np.ndarray) else objects(values)
    # NumPy refuses some sizes even of arrays without items, so none counts as zero.
    wanted = flat.itemsize * math.prod(max(dimension, 1) for dimension in shape)
    if wanted > _core.most_output_bytes:
        raise from_core("too_large", {"got": wanted, "expected": _core.most_output_bytes})
    filled = np.full(shape, feature.padding, flat.dtype)
    filled[np.arange(width) < lengths[:, None]] = flat.reshape(-1, *feature.shape)
    return filled


def objects(strings: BytesArray) -> npt.NDArray[np.object_]:
    """Byte strings as an array of Python objects."""
    flat = np.empty(len(strings), object)
    flat[:] = strings.to_list()
    return flat
