"""Features in memory to what the core encodes: each key read once, then conformed to each part of a slot."""

from __future__ import annotations

from collections.abc import Sequence
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


def flat_slots(features: Any, slots: Sequence[SlotParts]) -> list[list[Flat | None]]:
    """The values of each slot: of each of its parts, and then of its weights, or None.

    Raises:
        MissingFeatureError, FeatureTypeError, UnequalLengthsError, and what values may be refused for.
    """
    keys = {key for slot in slots for key in slot.keys}
    given = Features(features, keys)
    made: dict[tuple[Part, bool], Flat] = {}
    flat = [_flat_slot(given, slot, made) for slot in slots]
    _check_rows(slots, flat)
    return flat


def _flat_slot(features: Features, slot: SlotParts, made: dict[tuple[Part, bool], Flat]) -> list[Flat | None]:
    """One slot; `made` is shared by the slots."""
    crossed = len(slot.parts) > 1
    for part in slot.parts:
        if (part, crossed) not in made:
            flat = _conformed(features, part)
            made[part, crossed] = flat.without_holes() if crossed else flat
    flats: list[Flat | None] = [made[part, crossed] for part in slot.parts]
    if slot.weight_key is None:
        return [*flats, None]
    first = slot.parts[0]
    read_ids = features.read(part_key(first), _dtype_of(first))
    weights = features.read(slot.weight_key, "float32")
    return [*flats, weights_of(weights, read_ids, made[first, crossed], slot.weight_key)]


def _conformed(features: Features, part: Part) -> Flat:
    """The values of one part, as its column wants them."""
    flat = features.read(part_key(part), _dtype_of(part))
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


def _check_rows(slots: Sequence[SlotParts], flats: list[list[Flat | None]]) -> None:
    """All features of a batch must have the same number of rows."""
    expected: tuple[str, int] | None = None
    for slot, slot_flats in zip(slots, flats, strict=True):
        for key, flat in zip(slot.keys, slot_flats, strict=False):
            assert flat is not None
            rows = len(flat.row_splits) - 1
            expected = expected or (key, rows)
            if rows != expected[1]:
                raise UnequalLengthsError(
                    f"{rows} rows, but feature {expected[0]!r} has {expected[1]}", key=key
                )
