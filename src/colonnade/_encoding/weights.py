"""Flat values to the weights of a categorical column's ids, matched by their place in the structure."""

from __future__ import annotations

import numpy as np

from .._ragged import BytesArray
from ..errors import FeatureTypeError, WeightsError
from .flat import Bools, Flat, Numbers
from .ids import kept_cells
from .normalizing import narrowed


def weights_of(flat: Flat, read_ids: Flat, ids: Flat, key: str) -> Flat:
    """The weights, float32.

    Dense weights go with dense ids: the weight of an absent id is dropped with it.

    Args:
        flat: The weights as they were read.
        read_ids: The ids as they were read.
        ids: The ids as their column wants them.
        key: The key of the weights.

    Raises:
        FeatureTypeError: values that are no numbers.
        WeightsError: weights of another shape than dense ids, or at other places than sparse ones.
        NarrowingError: a weight beyond float32.
    """
    numbers = _checked(flat.values, key)
    if flat.cells is not None and read_ids.cells is not None:
        return _dense_weights(flat, numbers, read_ids, ids, key)
    if flat.holes is not None and not _same_holes(flat.holes, ids):
        raise WeightsError("weights at other places than the ids; give both the same indices", key=key)
    return Flat(narrowed(numbers, "float32", flat.value_splits, key), flat.row_splits, flat.step_splits)


def _dense_weights(flat: Flat, numbers: Numbers, read_ids: Flat, ids: Flat, key: str) -> Flat:
    if flat.cells != read_ids.cells:
        raise WeightsError(f"weights of shape {flat.cells} for ids of shape {read_ids.cells}", key=key)
    kept = kept_cells(read_ids)
    weights = narrowed(numbers if kept is None else numbers[kept], "float32", ids.value_splits, key)
    return Flat(weights, ids.row_splits, ids.step_splits)


def _same_holes(holes: Bools, ids: Flat) -> bool:
    return np.array_equal(holes, np.zeros_like(holes) if ids.holes is None else ids.holes)


def _checked(values: Numbers | BytesArray, key: str) -> Numbers:
    if isinstance(values, BytesArray):
        raise FeatureTypeError("strings where weights were declared", key=key)
    if values.size and values.dtype.kind not in "iuf":
        raise FeatureTypeError(f"{values.dtype.name} values where weights were declared", key=key)
    return values
