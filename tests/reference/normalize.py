"""Declared normalizers, slowly: one number at a time, in Python's floats, which are float64."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import colonnade as cn


def normalize(numbers: Sequence[float], normalizer: Any) -> list[np.float32]:
    """Numbers that begin with a step, normalized and rounded; OverflowError for one beyond float32."""
    return [_rounded(_one(float(number), place, normalizer)) for place, number in enumerate(numbers)]


def _one(number: float, place: int, normalizer: Any) -> float:
    def at(parameter: Any) -> float:
        leaves = _leaves(parameter)
        return leaves[place % len(leaves)]

    match normalizer:
        case cn.Standardize():
            return (number - at(normalizer.mean)) / at(normalizer.std)
        case cn.MinMax():
            low, high = at(normalizer.minimum), at(normalizer.maximum)
            return (number - low) / (high - low)
        case cn.Clip():
            if number < at(normalizer.minimum):
                return at(normalizer.minimum)
            return at(normalizer.maximum) if number > at(normalizer.maximum) else number
        case cn.Compose():
            for part in normalizer.normalizers:
                number = _one(number, place, part)
            return number
    raise ValueError(f"{normalizer} has no twin")


def _leaves(parameter: Any) -> list[float]:
    if isinstance(parameter, tuple):
        return [leaf for item in parameter for leaf in _leaves(item)]
    return [parameter]


def _rounded(number: float) -> np.float32:
    with np.errstate(over="ignore"):
        rounded = np.float32(number)
    if np.isinf(rounded) and not np.isinf(number):
        raise OverflowError(f"{number} does not fit float32; clip or scale it before")
    return rounded
