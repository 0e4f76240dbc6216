"""How an encoder reads and lays out batches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from .._checks import checked_int, checked_real, checked_text
from ..errors import ColumnTypeError, ColumnValueError, shown

Padding: TypeAlias = "int | float | str | bytes"


@dataclass(frozen=True)
class EncoderOptions:
    """How an encoder reads and lays out batches; `Encoder` tells what each option means."""

    layout: Literal["padded", "jagged"] = "padded"
    max_length: int | None = None
    keep: Literal["last", "first"] = "last"
    side: Literal["right", "left"] = "right"
    pad_to_multiple_of: int | None = None
    min_length: int | None = None
    padding_value: Padding | None = None
    missing: Literal["empty", "error"] = "empty"
    num_threads: int | None = None

    def __post_init__(self) -> None:
        _check_choice("layout", self.layout, ("padded", "jagged"))
        _check_choice("keep", self.keep, ("last", "first"))
        _check_choice("side", self.side, ("right", "left"))
        _check_choice("missing", self.missing, ("empty", "error"))
        for name in ("max_length", "pad_to_multiple_of", "min_length", "num_threads"):
            if (value := getattr(self, name)) is not None:
                object.__setattr__(self, name, checked_int(value, name, at_least=1))
        if self.padding_value is not None:
            object.__setattr__(self, "padding_value", _checked_padding(self.padding_value))
        self._check_padded()

    @property
    def least_length(self) -> int:
        """The fewest steps of a padded batch; a multiple that was asked for is never 0."""
        return self.min_length or (0 if self.pad_to_multiple_of is None else 1)

    def _check_padded(self) -> None:
        pads = self.side == "left" or self.pad_to_multiple_of is not None or self.min_length is not None
        if self.layout == "jagged" and pads:
            raise ColumnValueError(
                "a jagged layout has no padding; leave side, pad_to_multiple_of and min_length out"
            )
        if self.max_length is not None and (self.min_length or 0) > self.max_length:
            raise ColumnValueError(
                f"min_length must be at most max_length {self.max_length}, got {self.min_length}"
            )


def _check_choice(what: str, value: object, choices: tuple[str, ...]) -> None:
    if not isinstance(value, str) or value not in choices:
        raise ColumnValueError(f"{what} must be {' or '.join(map(repr, choices))}, got {shown(value)}")


def _checked_padding(value: object) -> Padding:
    what = "padding_value"
    if isinstance(value, bytes):
        return bytes(value)
    if isinstance(value, str):
        checked_text(value, what)
        return str.__str__(value)
    if isinstance(value, bool):
        raise ColumnTypeError(f"{what} must be a number or a string, got bool {value!r}")
    return checked_real(value, what)
