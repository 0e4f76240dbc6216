"""What each kind of column asks of the core, and of features in memory: one place a kind."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np

from . import _core
from ._categorical_features import categorical_column, raw_column
from ._features import FlatColumn, lookup
from ._numeric_features import core_normalizer, normalized_default, numeric_column
from ._plan import InnerColumn, SlotPlan
from .columns import (
    BucketizedColumn,
    CrossedColumn,
    HashedCategoricalColumn,
    IdentityCategoricalColumn,
    KeyColumn,
    NumberColumn,
    NumericColumn,
    SequenceNumericColumn,
    VocabularyFileCategoricalColumn,
    VocabularyListCategoricalColumn,
    WeightedCategoricalColumn,
    compile_vocabulary,
)

Part: TypeAlias = KeyColumn | NumberColumn | str
"""What a slot reads of one key; a str is the raw feature of that name, in a cross."""


def parts(column: InnerColumn) -> tuple[Part, ...]:
    """The keys that a slot reads for its ids or numbers, in order."""
    if isinstance(column, WeightedCategoricalColumn):
        return parts(column.categorical_column)  # type: ignore[arg-type]
    return column.keys if isinstance(column, CrossedColumn) else (column,)


def part_key(part: Part) -> str:
    """The key that a part reads."""
    return part if isinstance(part, str) else part.key


def weight_key(column: InnerColumn) -> str | None:
    """The key of a slot's weights."""
    return column.weight_feature_key if isinstance(column, WeightedCategoricalColumn) else None


def add_slot(plan: _core.Plan, slot: SlotPlan, keys: list[str], *, context: bool) -> None:
    """Add a slot to the core's plan; `keys` are the plan's keys in order."""
    column, weights = slot.column, weight_key(slot.column)
    plan.add_slot(
        slot.name,
        keys=[_key_plan(part, keys.index(part_key(part)), context) for part in parts(column)],
        cross=_cross(column),
        weight_key=None if weights is None else keys.index(weights),
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
        case VocabularyListCategoricalColumn() | VocabularyFileCategoricalColumn():
            return _core.key_plan(
                key,
                op="vocabulary",
                num_buckets=part.num_oov_buckets,
                default_id=part.default_value,
                vocabulary=compile_vocabulary(part),
            )
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


def _cross(column: InnerColumn) -> tuple[int, int] | None:
    if isinstance(column, WeightedCategoricalColumn):
        return _cross(column.categorical_column)  # type: ignore[arg-type]
    return (column.num_buckets, column.hash_key) if isinstance(column, CrossedColumn) else None


def _default_numbers(column: InnerColumn) -> list[float]:
    """What pads a sequence of numbers, or fills a context's row that has none; Python fills its own."""
    if isinstance(column, SequenceNumericColumn):
        with np.errstate(over="ignore"):
            return [float(np.float32(column.default_value))]
    if isinstance(column, NumericColumn) and core_normalizer(column) is not None:
        return normalized_default(column)
    return []


def flat_column(features: Mapping[str, Any], part: Part, *, crossed: bool) -> FlatColumn:
    """A part's values from features in memory."""
    feature = lookup(features, part_key(part))
    match part:
        case str():
            flat = raw_column(feature, part)
        case BucketizedColumn():
            flat = numeric_column(feature, part.source_column)
        case NumericColumn() | SequenceNumericColumn():
            flat = numeric_column(feature, part)
        case _:
            flat = categorical_column(feature, part)
    return flat.without_holes() if crossed else flat


def number_column(part: Part) -> NumberColumn | None:
    """The column whose numbers pass through Python on their way from a record to this part, if any do."""
    column = part.source_column if isinstance(part, BucketizedColumn) else part
    if isinstance(column, NumericColumn | SequenceNumericColumn) and core_normalizer(column) is None:
        return column
    return None
