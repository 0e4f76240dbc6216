"""How an encoder lays batches out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .._checks import checked_int
from ..errors import ColumnValueError, shown


@dataclass(frozen=True)
class EncoderOptions:
    """How an encoder lays batches out; `Encoder` tells what each means."""

    layout: Literal["padded", "jagged"] = "padded"
    max_length: int | None = None
    keep: Literal["last", "first"] = "last"
    side: Literal["right", "left"] = "right"
    pad_to_multiple_of: int | None = None
    num_threads: int | None = None

    def __post_init__(self) -> None:
        _check_choice("layout", self.layout, ("padded", "jagged"))
        _check_choice("keep", self.keep, ("last", "first"))
        _check_choice("side", self.side, ("right", "left"))
        if self.layout == "jagged" and (self.side == "left" or self.pad_to_multiple_of is not None):
            raise ColumnValueError("a jagged layout has no padding; leave side and pad_to_multiple_of out")
        for name in ("max_length", "pad_to_multiple_of", "num_threads"):
            if (value := getattr(self, name)) is not None:
                object.__setattr__(self, name, checked_int(value, name, at_least=1))


def _check_choice(what: str, value: object, choices: tuple[str, ...]) -> None:
    if not isinstance(value, str) or value not in choices:
        raise ColumnValueError(f"{what} must be {' or '.join(map(repr, choices))}, got {shown(value)}")
