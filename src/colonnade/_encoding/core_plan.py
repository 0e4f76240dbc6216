"""A plan as the compiled core takes it: keys by number, and what each kind of column asks of the core."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import assert_never

import numpy as np

from .. import _core
from ..columns import (
    BucketizedColumn,
    CrossedColumn,
    HashedCategoricalColumn,
    IdentityCategoricalColumn,
    NumberColumn,
    NumericColumn,
    SequenceNumericColumn,
    VocabularyColumn,
    VocabularyFileCategoricalColumn,
    VocabularyListCategoricalColumn,
    WeightedCategoricalColumn,
    compile_vocabulary_file,
    compile_vocabulary_list,
)
from .keys import FeatureSpec, InnerColumn, Part, inner_column, inside, part_key, parts, weight_key
from .normalizing import core_normalizer, normalized_default
from .options import EncoderOptions
from .plan import GroupPlan, Plan, SlotPlan


@dataclass(frozen=True, eq=False)
class CorePlan:
    """A plan in the core, and what Python does beside it.

    Attributes:
        core: The compiled plan.
        examples: The keys that are wanted of each Example.
        sequence_examples: The same keys, those of contexts and those of feature lists apart.
        slots: What each slot of the plan reads, in the core's order.
        python_numbers: The numbers that pass through Python on their way from records to their parts.
    """

    core: _core.Plan
    examples: _core.WantedKeys
    sequence_examples: _core.WantedKeys
    slots: tuple[SlotParts, ...]
    python_numbers: dict[Part, KeyedNumbers]


@dataclass(frozen=True, eq=False)
class SlotParts:
    """What one slot reads: the parts of its ids or numbers, and the key of its weights."""

    parts: tuple[Part, ...]
    weight_key: str | None
    is_sequence: bool


@dataclass(frozen=True, eq=False)
class KeyedNumbers:
    """A numeric column, the number of its key, and how the key is read."""

    column: NumberColumn
    key: int
    feature: FeatureSpec


def compile_core_plan(plan: Plan, options: EncoderOptions) -> CorePlan:
    """Compile a plan for the core."""
    numbers = {key: number for number, key in enumerate(plan.spec)}
    examples, sequence_examples = _wanted_keys(plan)
    core = _core.Plan(examples, sequence_examples)
    slots: list[SlotParts] = []
    for group in plan.groups.values():
        _add_group(core, group, options)
        for slot in group.slots:
            _add_slot(core, slot, numbers, context=not group.is_sequence)
            slots.append(SlotParts(parts(slot.column), weight_key(slot.column), group.is_sequence))
    python_numbers = {
        part: KeyedNumbers(column, numbers[column.key], plan.spec[column.key])
        for slot_parts in slots
        for part in slot_parts.parts
        if (column := _number_column(part)) is not None and core_normalizer(column) is None
    }
    return CorePlan(core, examples, sequence_examples, tuple(slots), python_numbers)


def _wanted_keys(plan: Plan) -> tuple[_core.WantedKeys, _core.WantedKeys]:
    """The keys of Examples, and those of SequenceExamples by where they stand."""
    keys, dtypes = list(plan.spec), [feature.dtype for feature in plan.spec.values()]

    def of(wanted: frozenset[str]) -> list[str]:
        return [dtype if key in wanted else "none" for key, dtype in zip(keys, dtypes, strict=True)]

    context, lists = of(plan.keys(sequences=False)), of(plan.keys(sequences=True))
    return _core.WantedKeys(keys, dtypes), _core.WantedKeys(keys, context, lists)


def _add_group(core: _core.Plan, group: GroupPlan, options: EncoderOptions) -> None:
    core.add_group(
        group.name,
        context=not group.is_sequence,
        jagged=options.layout == "jagged",
        max_length=options.max_length,
        keep_first=options.keep == "first",
        pad_left=options.side == "left",
        min_length=options.least_length,
        pad_to_multiple_of=options.pad_to_multiple_of or 1,
    )


def _add_slot(core: _core.Plan, slot: SlotPlan, numbers: dict[str, int], *, context: bool) -> None:
    column, weights = slot.column, weight_key(slot.column)
    core.add_slot(
        slot.name,
        keys=[_key_plan(part, numbers[part_key(part)], context) for part in parts(column)],
        cross=_cross(column),
        weight_key=None if weights is None else numbers[weights],
        shape=column.shape if isinstance(column, NumericColumn | SequenceNumericColumn) else (),
        default_numbers=_default_numbers(column),
    )


def _key_plan(part: Part, key: int, context: bool) -> _core.KeyPlan:
    match part:
        case str():
            return _core.key_plan(key, op="raw")
        case IdentityCategoricalColumn():
            default = part.default_value
            return _core.key_plan(key, op="identity", num_buckets=part.num_buckets, default_id=default)
        case HashedCategoricalColumn():
            return _core.key_plan(key, op="hash", num_buckets=part.num_buckets)
        case VocabularyListCategoricalColumn():
            return _vocabulary_plan(part, key, compile_vocabulary_list(part))
        case VocabularyFileCategoricalColumn():
            return _vocabulary_plan(part, key, compile_vocabulary_file(part))
        case BucketizedColumn():
            return _core.key_plan(
                key,
                op="bucketize",
                boundaries=part.boundaries,
                positions=math.prod(part.source_column.shape),
                default_numbers=_default_numbers(part.source_column) if context else (),
                normalizer=core_normalizer(part.source_column) or (),
            )
        case NumericColumn() | SequenceNumericColumn():
            return _core.key_plan(key, op="numbers", normalizer=core_normalizer(part) or ())
        case _:
            assert_never(part)


def _vocabulary_plan(column: VocabularyColumn, key: int, table: _core.Vocabulary) -> _core.KeyPlan:
    return _core.key_plan(
        key,
        op="vocabulary",
        num_buckets=column.num_oov_buckets,
        default_id=column.default_value,
        vocabulary=table,
    )


def _cross(column: InnerColumn) -> tuple[int, int] | None:
    if isinstance(column, WeightedCategoricalColumn):
        return _cross(inner_column(inside(column)))
    return (column.num_buckets, column.hash_key) if isinstance(column, CrossedColumn) else None


def _default_numbers(column: InnerColumn) -> list[float]:
    """What pads a sequence of numbers, or fills a context's row that has none; Python fills its own."""
    if isinstance(column, SequenceNumericColumn):
        with np.errstate(over="ignore"):
            return [float(np.float32(column.default_value))]
    if isinstance(column, NumericColumn) and core_normalizer(column) is not None:
        return normalized_default(column)
    return []


def _number_column(part: Part) -> NumberColumn | None:
    """The column whose numbers a part is made of, if any."""
    column = part.source_column if isinstance(part, BucketizedColumn) else part
    return column if isinstance(column, NumericColumn | SequenceNumericColumn) else None
