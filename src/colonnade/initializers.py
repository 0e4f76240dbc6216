"""Initializers that are declared, not programmed: frozen values that a config can hold.

Each is called with a table's shape and the name of its dtype and returns a new array. Random numbers
come from NumPy's PCG64; a seed makes the same table each time, None a different one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ._checks import checked_finite, checked_int
from .errors import ColumnValueError

__all__ = [
    "Constant",
    "RandomUniform",
    "TruncatedNormal",
    "Zeros",
]

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class TruncatedNormal:
    """Normal values, drawn again where they lie beyond two standard deviations.

    Without an initializer, `embedding_column` takes mean 0 and stddev 1 / sqrt(dimension).

    Args:
        mean: The mean.
        stddev: The standard deviation before truncation, not negative.
        seed: Makes the same table each time; two tables of one shape and seed are equal.

    Raises:
        ColumnTypeError: a number has the wrong type.
        ColumnValueError: a number is not finite, or stddev or seed is negative.

    Example:
        >>> TruncatedNormal(stddev=0.5, seed=7)((1000, 8), "float32").shape
        (1000, 8)
    """

    mean: float = 0.0
    stddev: float = 1.0
    seed: int | None = None

    def __post_init__(self) -> None:
        _set_finite(self, "mean", "stddev")
        _set_seed(self)
        if self.stddev < 0:
            raise ColumnValueError(f"stddev must not be negative, got {self.stddev}")

    def __call__(self, shape: tuple[int, ...], dtype: str) -> Array:
        """A new array of this shape and dtype."""
        values = truncated_normal(shape, np.random.default_rng(self.seed))
        return (values * self.stddev + self.mean).astype(dtype)


@dataclass(frozen=True)
class RandomUniform:
    """Values spread evenly over [minval, maxval).

    Args:
        minval: The smallest value.
        maxval: The end of the range, not less than minval.
        seed: Makes the same table each time; two tables of one shape and seed are equal.

    Raises:
        ColumnTypeError: a number has the wrong type.
        ColumnValueError: a number is not finite, maxval is less than minval, or the seed negative.

    Example:
        >>> values = RandomUniform(-0.05, 0.05, seed=7)((1000, 8), "float32")
        >>> bool((abs(values) <= 0.05).all())
        True
    """

    minval: float = -0.05
    maxval: float = 0.05
    seed: int | None = None

    def __post_init__(self) -> None:
        _set_finite(self, "minval", "maxval")
        _set_seed(self)
        if not 0 <= self.maxval - self.minval < np.inf:
            raise ColumnValueError(
                f"maxval must not be less than minval, got {self.minval} and {self.maxval}"
            )

    def __call__(self, shape: tuple[int, ...], dtype: str) -> Array:
        """A new array of this shape and dtype."""
        values = np.random.default_rng(self.seed).random(shape, np.float32)
        return (values * (self.maxval - self.minval) + self.minval).astype(dtype)


@dataclass(frozen=True)
class Constant:
    """One value everywhere.

    Args:
        value: The value, finite.

    Raises:
        ColumnTypeError: it is no number.
        ColumnValueError: it is not finite.

    Example:
        >>> Constant(0.5)((1, 2), "float32").tolist()
        [[0.5, 0.5]]
    """

    value: float

    def __post_init__(self) -> None:
        _set_finite(self, "value")

    def __call__(self, shape: tuple[int, ...], dtype: str) -> Array:
        """A new array of this shape and dtype."""
        return np.full(shape, self.value, dtype)


@dataclass(frozen=True)
class Zeros:
    """Zeros.

    Example:
        >>> Zeros()((1, 2), "float32").tolist()
        [[0.0, 0.0]]
    """

    def __call__(self, shape: tuple[int, ...], dtype: str) -> Array:
        """A new array of this shape and dtype."""
        return np.zeros(shape, dtype)


def truncated_normal(shape: tuple[int, ...], random: np.random.Generator) -> npt.NDArray[np.float32]:
    """Standard normal values, drawn again where they lie beyond two standard deviations."""
    values = random.standard_normal(shape, np.float32)
    while len(beyond := np.flatnonzero(np.abs(values) > 2)):
        values.flat[beyond] = random.standard_normal(len(beyond), np.float32)
    return values


def _set_finite(initializer: Any, *names: str) -> None:
    """Numbers that a float32 table can hold."""
    for name in names:
        object.__setattr__(initializer, name, checked_finite(getattr(initializer, name), name))


def _set_seed(initializer: TruncatedNormal | RandomUniform) -> None:
    if initializer.seed is not None:
        object.__setattr__(initializer, "seed", checked_int(initializer.seed, "seed", at_least=0))
