"""Features in memory to what the core encodes: each key read once, then conformed to each part of a slot."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, assert_never

import numpy as np

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
from ..errors import FeatureTypeError, UnequalLengthsError
from .core_plan import SlotParts
from .flat import Flat
from .ids import ids_of, raw_of
from .keys import Part, part_key
from .numbers import numbers_of
from .options import Padding
from .padding import ids_without_padding, numbers_without_padding, weights_without_padding
from .weights import weights_of


class Readable(Protocol):
    """Features, or records, whose keys are read one by one."""

    def read(self, key: str, dtype: str | None, is_sequence: bool) -> Flat:
        """A key's values, of sequences or of a context; those without a dtype become `dtype`."""


@dataclass(frozen=True, eq=False)
class Reading:
    """How one part is read: its key, what values without a dtype shall be, for a sequence, for a cross."""

    part: Part
    key: str
    dtype: str | None
    is_sequence: bool
    crossed: bool


@dataclass(frozen=True, eq=False)
class MemoryPlan:
    """What the slots of a plan read of features in memory.

    Attributes:
        readings: Every distinct reading.
        slots: Of each slot, the numbers of its readings, and the key of its weights or None.
        keys: All keys.
        padding: What pads the sequences that are given, if anything does.
    """

    readings: tuple[Reading, ...]
    slots: tuple[tuple[tuple[int, ...], str | None], ...]
    keys: frozenset[str]
    padding: Padding | None


def compile_memory_plan(slots: Sequence[SlotParts], padding: Padding | None) -> MemoryPlan:
    """Number what slots read, so that no column is looked up or hashed for a batch."""
    numbers: dict[tuple[Part, bool, bool], int] = {}
    numbered = []
    for slot in slots:
        wanted = [(part, slot.is_sequence, len(slot.parts) > 1) for part in slot.parts]
        numbered.append((tuple(numbers.setdefault(each, len(numbers)) for each in wanted), slot.weight_key))
    readings = tuple(
        Reading(part, part_key(part), _dtype_of(part), is_sequence, crossed)
        for part, is_sequence, crossed in numbers
    )
    weight_keys = {slot.weight_key for slot in slots if slot.weight_key is not None}
    keys = frozenset({each.key for each in readings} | weight_keys)
    return MemoryPlan(readings, tuple(numbered), keys, padding)


def flat_slots(given: Readable, plan: MemoryPlan) -> list[list[Flat | None]]:
    """The values of each slot: of each of its parts, and then of its weights, or None.

    Raises:
        MissingFeatureError, FeatureTypeError, UnequalLengthsError, and what values may be refused for.
    """
    made: list[Flat | None] = [None] * len(plan.readings)
    rows: tuple[str, int] | None = None
    slots: list[list[Flat | None]] = []
    for numbers, weight_key in plan.slots:
        for number in numbers:
            if made[number] is None:
                made[number] = _conformed(given, plan.readings[number], plan.padding)
                rows = _checked_rows(made[number], plan.readings[number].key, rows)
        flats = [made[number] for number in numbers]
        weights = None
        if weight_key is not None:
            weights = _weights(given, weight_key, plan.readings[numbers[0]], flats[0], plan.padding)
            rows = _checked_rows(weights, weight_key, rows)
        slots.append([*flats, weights])
    return slots


def _weights(
    given: Readable, key: str, ids: Reading, conformed: Flat | None, padding: Padding | None
) -> Flat:
    assert conformed is not None
    flat = given.read(key, "float32", ids.is_sequence)
    read_ids = given.read(ids.key, ids.dtype, ids.is_sequence)
    if padding is not None and ids.is_sequence:
        flat = weights_without_padding(flat, read_ids, padding)
    return weights_of(flat, read_ids, conformed, key)


def _conformed(given: Readable, reading: Reading, padding: Padding | None) -> Flat:
    flat = given.read(reading.key, reading.dtype, reading.is_sequence)
    if reading.is_sequence:
        _check_rows_told(flat, reading.key)
        if padding is not None:
            flat = _without_padding(flat, reading.part, padding)
    flat = _of_part(flat, reading.part)
    return flat.without_holes() if reading.crossed else flat


def _check_rows_told(flat: Flat, key: str) -> None:
    """A flat list is one sequence, or one step of each row: nobody can tell, so it is neither."""
    if not flat.is_bare:
        return
    first = flat.values[:3]
    shown = ", ".join(map(repr, first.tolist() if isinstance(first, np.ndarray) else first.to_list()))
    more = ", ..." if len(flat.values) > 3 else ""
    raise FeatureTypeError(
        "a flat list or array, of which nobody can tell where the rows of a sequence are; "
        f"one row is [[{shown}{more}]], rows of one step each are a list of lists of one",
        key=key,
    )


def _without_padding(flat: Flat, part: Part, padding: Padding) -> Flat:
    match part:
        case NumericColumn() | SequenceNumericColumn():
            return numbers_without_padding(flat, padding, math.prod(part.shape))
        case BucketizedColumn():
            return numbers_without_padding(flat, padding, math.prod(part.source_column.shape))
        case _:
            return ids_without_padding(flat, padding)


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
        raise UnequalLengthsError(
            f"{rows} rows, but feature {expected[0]!r} has {expected[1]}; give each a row for every example, "
            "[] where it has none",
            key=key,
        )
    return expected or (key, rows)
