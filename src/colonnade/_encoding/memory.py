"""Features in memory to what the core encodes: each key read once, then conformed to each part of a slot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, assert_never

from .._dtypes import wire_dtype
from ..columns import (
    BucketizedColumn,
    HashedCategoricalColumn,
    IdentityCategoricalColumn,
    NumericColumn,
    SequenceNumericColumn,
    VocabularyFileCategoricalColumn,
    VocabularyListCategoricalColumn,
)
from ..errors import UnequalLengthsError
from .containers import Features
from .core_plan import SlotParts
from .flat import Flat
from .ids import ids_of, raw_of
from .keys import Part, part_key
from .numbers import numbers_of
from .weights import weights_of


@dataclass(frozen=True, eq=False)
class Reading:
    """How one part is read: its key, what values without a dtype shall be, and whether a cross reads it."""

    part: Part
    key: str
    dtype: str | None
    crossed: bool


@dataclass(frozen=True, eq=False)
class MemoryPlan:
    """What the slots of a plan read of features in memory.

    Attributes:
        readings: Every distinct reading.
        slots: Of each slot, the numbers of its readings, and the key of its weights or None.
        keys: All keys.
    """

    readings: tuple[Reading, ...]
    slots: tuple[tuple[tuple[int, ...], str | None], ...]
    keys: frozenset[str]


def compile_memory_plan(slots: Sequence[SlotParts]) -> MemoryPlan:
    """Number what slots read, so that no column is looked up or hashed for a batch."""
    numbers: dict[tuple[Part, bool], int] = {}
    numbered = []
    for slot in slots:
        wanted = [(part, len(slot.parts) > 1) for part in slot.parts]
        numbered.append((tuple(numbers.setdefault(each, len(numbers)) for each in wanted), slot.weight_key))
    readings = tuple(Reading(part, part_key(part), _dtype_of(part), crossed) for part, crossed in numbers)
    weight_keys = {slot.weight_key for slot in slots if slot.weight_key is not None}
    return MemoryPlan(readings, tuple(numbered), frozenset({each.key for each in readings} | weight_keys))


def flat_slots(features: Any, plan: MemoryPlan) -> list[list[Flat | None]]:
    """The values of each slot: of each of its parts, and then of its weights, or None.

    Raises:
        MissingFeatureError, FeatureTypeError, UnequalLengthsError, and what values may be refused for.
    """
    given = Features(features, plan.keys)
    made: list[Flat | None] = [None] * len(plan.readings)
    rows: tuple[str, int] | None = None
    slots: list[list[Flat | None]] = []
    for numbers, weight_key in plan.slots:
        for number in numbers:
            if made[number] is None:
                made[number] = _conformed(given, plan.readings[number])
                rows = _checked_rows(made[number], plan.readings[number].key, rows)
        flats = [made[number] for number in numbers]
        weights = None
        if weight_key is not None:
            weights = _weights(given, weight_key, plan.readings[numbers[0]], flats[0])
            rows = _checked_rows(weights, weight_key, rows)
        slots.append([*flats, weights])
    return slots


def _weights(features: Features, key: str, ids: Reading, conformed: Flat | None) -> Flat:
    assert conformed is not None
    return weights_of(features.read(key, "float32"), features.read(ids.key, ids.dtype), conformed, key)


def _conformed(features: Features, reading: Reading) -> Flat:
    flat = _of_part(features.read(reading.key, reading.dtype), reading.part)
    return flat.without_holes() if reading.crossed else flat


def _of_part(flat: Flat, part: Part) -> Flat:
    """The values of one part, as its column wants them."""
    match part:
        case str():
            return raw_of(flat, part)
        case NumericColumn() | SequenceNumericColumn():
            return numbers_of(flat, part)
        case BucketizedColumn():
            return numbers_of(flat, part.source_column)
        case (
            IdentityCategoricalColumn()
            | HashedCategoricalColumn()
            | VocabularyListCategoricalColumn()
            | VocabularyFileCategoricalColumn()
        ):
            return ids_of(flat, part)
        case _:
            assert_never(part)


def _dtype_of(part: Part) -> str | None:
    """What values without a dtype, as in lists, shall be for a part."""
    match part:
        case str():
            return None
        case BucketizedColumn():
            return part.source_column.dtype
        case NumericColumn() | SequenceNumericColumn():
            return part.dtype
        case _:
            return wire_dtype(part.dtype)


def _checked_rows(flat: Flat | None, key: str, expected: tuple[str, int] | None) -> tuple[str, int]:
    """All features of a batch must have the same number of rows, those of the first."""
    assert flat is not None
    rows = len(flat.row_splits) - 1
    if expected is not None and rows != expected[1]:
        raise UnequalLengthsError(f"{rows} rows, but feature {expected[0]!r} has {expected[1]}", key=key)
    return expected or (key, rows)
