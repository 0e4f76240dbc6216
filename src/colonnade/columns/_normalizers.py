"""Normalizers that are declared, not programmed: frozen values that a config can hold."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from .._checks import checked_real
from ..errors import ColumnTypeError, ColumnValueError, NormalizerError, shown

MOST_LEVELS: Final = 8
"""How deep Compose may nest; a config holds as much."""

Parameter: TypeAlias = Any
"""A float for all numbers of a step, or nested tuples of floats in the step's shape."""

Float64s: TypeAlias = npt.NDArray[np.float64]

CoreStep: TypeAlias = tuple[str, list[float], list[float]]
"""An operation of the core and its parameters, one for all places of a step or one for each: "scale" is
(x - first) / second, "clip" keeps x between the two."""


@dataclass(frozen=True)
class Standardize:
    """Subtract the mean, divide by the standard deviation: (x - mean) / std.

    Every declared normalizer takes numbers of any integer or floating dtype [steps, *shape], computes in
    float64 and returns float64 of the same shape; NaN stays NaN. The encoder rounds to float32, once.

    Args:
        mean: A number, or nested sequences of the column's shape, one number for each place.
        std: Likewise, greater than 0.

    Raises:
        ColumnTypeError: a parameter is not made of numbers.
        ColumnValueError: a parameter is not finite, or std is not greater than 0.

    Example:
        >>> Standardize(mean=3.0, std=2.0)([[3], [7]]).tolist()
        [[0.0], [2.0]]
        >>> import colonnade as cn
        >>> normalizer = cn.Standardize(mean=(3.0, 0.5), std=(4.2, 0.1))
        >>> cn.sequence_numeric_column("weather", shape=2, normalizer_fn=normalizer).shape
        (2,)
    """

    mean: Parameter
    std: Parameter

    def __post_init__(self) -> None:
        _set_parameters(self, "mean", "std")
        if not np.all(np.asarray(self.std) > 0):
            raise ColumnValueError(f"std must be greater than 0, got {self.std}")

    def __call__(self, steps: npt.ArrayLike) -> Float64s:
        """Normalized numbers, float64 [steps, *shape]."""
        numbers = _numbers(self, steps, self.mean, self.std)
        with np.errstate(over="ignore"):
            numbers -= self.mean
            numbers /= self.std
        return numbers


@dataclass(frozen=True)
class MinMax:
    """Map [minimum, maximum] to [0, 1]: (x - minimum) / (maximum - minimum); nothing is clipped.

    Args:
        minimum: A number, or nested sequences of the column's shape, one number for each place.
        maximum: Likewise, greater than the minimum.

    Raises:
        ColumnTypeError: a parameter is not made of numbers.
        ColumnValueError: a parameter is not finite, or the maximum is not greater than the minimum.

    Example:
        >>> MinMax(0, 255)([[0], [51], [255]]).tolist()
        [[0.0], [0.2], [1.0]]
    """

    minimum: Parameter
    maximum: Parameter

    def __post_init__(self) -> None:
        _set_parameters(self, "minimum", "maximum")
        with np.errstate(over="ignore"):
            width = np.subtract(self.maximum, self.minimum)
        if not np.all((width > 0) & np.isfinite(width)):
            raise ColumnValueError(
                "maximum must be greater than minimum, by a number that float64 can hold; "
                f"got {self.minimum} and {self.maximum}"
            )

    def __call__(self, steps: npt.ArrayLike) -> Float64s:
        """Normalized numbers, float64 [steps, *shape]."""
        numbers = _numbers(self, steps, self.minimum, self.maximum)
        with np.errstate(over="ignore"):
            numbers -= self.minimum
            numbers /= np.subtract(self.maximum, self.minimum)
        return numbers


@dataclass(frozen=True)
class Log1p:
    """The natural logarithm of 1 + x, for counts and prices.

    Example:
        >>> Log1p()([[0.0], [1.0]]).round(3).tolist()
        [[0.0], [0.693]]
    """

    def __call__(self, steps: npt.ArrayLike) -> Float64s:
        """Logarithms, float64 [steps, *shape].

        Raises:
            NormalizerError: a number is -1 or less, and has no such logarithm.
        """
        numbers = _numbers(self, steps)
        if np.any(numbers <= -1):
            raise NormalizerError(
                f"Log1p takes numbers greater than -1, got {numbers[numbers <= -1][0]}; "
                "put a Clip before it, as Compose([Clip(0, math.inf), Log1p()])"
            )
        return np.log1p(numbers, out=numbers)


@dataclass(frozen=True)
class Clip:
    """Raise smaller numbers to the minimum and lower larger ones to the maximum.

    Args:
        minimum: A number, or nested sequences of the column's shape; -inf leaves this side open.
        maximum: Likewise, not less than the minimum; inf leaves this side open.

    Raises:
        ColumnTypeError: a parameter is not made of numbers.
        ColumnValueError: a parameter is NaN, or the maximum is less than the minimum.

    Example:
        >>> Clip(0, 10)([[-4], [5], [12]]).tolist()
        [[0.0], [5.0], [10.0]]
    """

    minimum: Parameter
    maximum: Parameter

    def __post_init__(self) -> None:
        _set_parameters(self, "minimum", "maximum", may_be_infinite=True)
        if not np.all(np.asarray(self.minimum) <= np.asarray(self.maximum)):
            raise ColumnValueError(
                f"maximum must not be less than minimum, got {self.minimum} and {self.maximum}"
            )

    def __call__(self, steps: npt.ArrayLike) -> Float64s:
        """Clipped numbers, float64 [steps, *shape]."""
        numbers = _numbers(self, steps, self.minimum, self.maximum)
        np.clip(numbers, self.minimum, self.maximum, out=numbers)
        # Of 0.0 and -0.0 np.clip takes either, depending on how its parameters lie in memory.
        np.copyto(numbers, steps, where=(numbers == 0) & (np.asarray(steps) == 0))
        return numbers


@dataclass(frozen=True)
class Compose:
    """Several normalizers, one after the other, the first one first.

    Args:
        normalizers: Declared normalizers, at least one.

    Raises:
        ColumnTypeError: an item is no declared normalizer; a config cannot hold a bare function.
        ColumnValueError: no item, or parameters whose shapes contradict each other.

    Example:
        >>> import math
        >>> price = Compose([Clip(0, math.inf), Log1p(), Standardize(mean=1.0, std=0.5)])
        >>> price([[-3.0], [0.0]]).tolist()
        [[-2.0], [-2.0]]
    """

    normalizers: tuple[Normalizer, ...]

    def __post_init__(self) -> None:
        if not isinstance(self.normalizers, list | tuple):
            raise ColumnTypeError(f"Compose takes a list of normalizers, got {shown(self.normalizers)}")
        if not self.normalizers:
            raise ColumnValueError("Compose takes at least one normalizer")
        for normalizer in self.normalizers:
            if not isinstance(normalizer, DECLARED):
                raise ColumnTypeError(
                    "Compose takes declared normalizers, such as Standardize and Log1p; "
                    f"got {shown(normalizer)}"
                )
        object.__setattr__(self, "normalizers", tuple(self.normalizers))
        if _levels(self) > MOST_LEVELS:
            raise ColumnValueError(f"Compose nests deeper than {MOST_LEVELS} levels; give one list of all")
        step_shape(self)

    def __call__(self, steps: npt.ArrayLike) -> Float64s:
        """Normalized numbers, float64 [steps, *shape]."""
        numbers = _numbers(self, steps)
        for normalizer in self.normalizers:
            numbers = normalizer(numbers)
        return numbers


Normalizer: TypeAlias = Standardize | MinMax | Log1p | Clip | Compose
DECLARED = (Standardize, MinMax, Log1p, Clip, Compose)


def _levels(normalizer: Normalizer) -> int:
    """How deep Compose nests in it; all within it have been checked before."""
    return 1 + max(map(_levels, normalizer.normalizers)) if isinstance(normalizer, Compose) else 0


def step_shape(normalizer: Normalizer) -> tuple[int, ...] | None:
    """The shape of a step that the parameters ask for; None takes any.

    Raises:
        ColumnValueError: parameters of different shapes.
    """
    if isinstance(normalizer, Compose):
        wanted = [step_shape(part) for part in normalizer.normalizers]
    else:
        wanted = [np.shape(parameter) or None for parameter in vars(normalizer).values()]
    shapes = sorted({shape for shape in wanted if shape is not None})
    if len(shapes) > 1:
        raise ColumnValueError(f"parameters of the shapes {shapes[0]} and {shapes[1]} in one normalizer")
    return shapes[0] if shapes else None


def core_steps(normalizer: object) -> list[CoreStep] | None:
    """A normalizer as the core computes it, to the same bits: step after step; None where only Python can.

    That is a function, a subclass, and Log1p: libraries differ in the last bit of a logarithm.
    """
    if type(normalizer) is Compose:
        parts = [core_steps(part) for part in normalizer.normalizers]
        return [step for part in parts for step in part or ()] if None not in parts else None
    if type(normalizer) is Standardize:
        return [_core_step("scale", normalizer.mean, normalizer.std)]
    if type(normalizer) is MinMax:
        width = np.subtract(normalizer.maximum, normalizer.minimum)
        return [_core_step("scale", normalizer.minimum, width)]
    if type(normalizer) is Clip:
        return [_core_step("clip", normalizer.minimum, normalizer.maximum)]
    return None


def _core_step(operation: str, first: Parameter, second: Parameter) -> CoreStep:
    return operation, np.ravel(first).tolist(), np.ravel(second).tolist()


def _set_parameters(normalizer: Normalizer, *names: str, may_be_infinite: bool = False) -> None:
    for name in names:
        parameter = _checked_parameter(getattr(normalizer, name), name, may_be_infinite=may_be_infinite)
        object.__setattr__(normalizer, name, parameter)
    step_shape(normalizer)


def _checked_parameter(value: Any, name: str, *, may_be_infinite: bool) -> Parameter:
    array = np.asarray(value, object)
    if not array.size:
        raise ColumnValueError(f"{name} must hold a number, got {shown(value)}")
    leaves = array.ravel().tolist()
    # -0.0 becomes 0.0, as equal normalizers must give equal bits.
    numbers = [float(checked_real(leaf, f"{name} (or each of its items)")) + 0.0 for leaf in leaves]
    for number in numbers:
        if math.isnan(number) or (math.isinf(number) and not may_be_infinite):
            raise ColumnValueError(f"{name} must be finite, got {number}")
    return _nested_tuples(np.array(numbers).reshape(array.shape).tolist())


def _nested_tuples(value: Any) -> Any:
    return tuple(map(_nested_tuples, value)) if isinstance(value, list) else value


def _numbers(normalizer: Normalizer, steps: npt.ArrayLike, *parameters: Parameter) -> Float64s:
    """A copy of the steps as float64, to be normalized in place; its shape is that of the parameters."""
    array = np.asarray(steps)
    if array.dtype.kind not in "fiu":
        raise NormalizerError(f"{type(normalizer).__name__} takes numbers, got {array.dtype}")
    for shape in map(np.shape, parameters):
        if shape and shape != array.shape[1:]:
            name = type(normalizer).__name__
            raise NormalizerError(f"{name} has parameters of shape {shape}, the steps are {array.shape[1:]}")
    return array.astype(np.float64)
