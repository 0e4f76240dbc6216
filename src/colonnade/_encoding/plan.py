"""Columns compiled once: keys deduplicated, slots and tables named, outputs laid out in order of name."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias, assert_never, cast, get_args

from ..columns import (
    BucketizedColumn,
    CategoricalColumn,
    Column,
    DenseColumn,
    EmbeddingColumn,
    IndicatorColumn,
    Initializer,
    NumericColumn,
    SequenceNumericColumn,
)
from ..errors import ColumnTypeError, ColumnValueError, DuplicateNameError, GroupError, shown
from .keys import FeatureSpec, InnerColumn, column_spec, inner_column, is_sequence, merge_specs

Columns: TypeAlias = DenseColumn | Iterable[DenseColumn]
Groups: TypeAlias = Mapping[str, Columns]
THE_GROUP = ""
"""Name of the group where the columns were given without one."""


@dataclass(frozen=True)
class SlotPlan:
    """One distinct inner column of a group."""

    name: str
    column: InnerColumn


@dataclass(frozen=True)
class _Part:
    """One column's part of a layer's output: `width` numbers from `start` on, made from one slot."""

    name: str
    slot: str
    start: int
    width: int


@dataclass(frozen=True)
class EmbeddingOutput(_Part):
    """Rows of a table, combined over the values of each step."""

    table: str
    combiner: str
    max_norm: float | None


@dataclass(frozen=True)
class IndicatorOutput(_Part):
    """How often each of `width` ids occurs in a step, or the sum of its weights."""


@dataclass(frozen=True)
class NumbersOutput(_Part):
    """Numbers as they are, flat."""


Output: TypeAlias = EmbeddingOutput | IndicatorOutput | NumbersOutput


@dataclass(frozen=True)
class Table:
    """An embedding table: float32 [num_buckets, dimension]."""

    name: str
    num_buckets: int
    dimension: int
    initializer: Initializer | None
    trainable: bool


@dataclass(frozen=True)
class GroupPlan:
    """Columns that share their steps (a sequence), or all columns of a context."""

    name: str
    is_sequence: bool
    columns: tuple[DenseColumn, ...]
    slots: tuple[SlotPlan, ...]
    outputs: tuple[Output, ...]

    @property
    def width(self) -> int:
        """Numbers in one output step."""
        return sum(output.width for output in self.outputs)


@dataclass(frozen=True)
class Plan:
    """Everything that encoding and embedding need to know, found out once."""

    groups: dict[str, GroupPlan]
    tables: dict[str, Table]
    spec: dict[str, FeatureSpec]
    is_grouped: bool

    def keys(self, *, sequences: bool) -> frozenset[str]:
        """The keys that sequence groups read, or those that context groups read."""
        columns = [
            slot.column
            for group in self.groups.values()
            if group.is_sequence == sequences
            for slot in group.slots
        ]
        return frozenset(key for column in columns for key in column_spec(column))

    def the_group_of(self, *, sequences: bool) -> GroupPlan:
        """The only group, which must be of sequences or of a context.

        Raises:
            GroupError: there are named groups, or the group is of the other sort.
        """
        if self.is_grouped:
            raise GroupError(
                f"one list of columns is wanted here, not the groups {list(self.groups)}; use Features"
            )
        group = self.groups[THE_GROUP]
        if group.is_sequence != sequences:
            wanted, got = ("sequence", "context") if sequences else ("context", "sequence")
            layer = "DenseFeatures" if sequences else "SequenceFeatures"
            raise GroupError(
                f"{wanted} columns are wanted here, {group.outputs[0].name!r} is a {got} column; use {layer}"
            )
        return group


def compile_plan(columns: Columns | Groups) -> Plan:
    """Compile one group of columns, or several by name.

    Raises:
        ColumnTypeError: something is not a column, or not dense.
        DuplicateNameError: two columns of a group, or two different tables, have one name.
        GroupError: sequence and context columns in one group.
        SpecConflictError: two columns read one key in ways that differ.
        ColumnValueError: no columns.
    """
    is_grouped = isinstance(columns, Mapping)
    named = cast(Groups, columns) if is_grouped else {THE_GROUP: cast(Columns, columns)}
    if not named:
        raise ColumnValueError("no groups given")
    lists = {name: _checked_columns(name, group) for name, group in named.items()}
    return Plan(
        groups={name: _compile_group(name, group) for name, group in lists.items()},
        tables=_tables(column for group in lists.values() for column in group),
        spec=merge_specs(column_spec(column) for group in lists.values() for column in group),
        is_grouped=is_grouped,
    )


def _checked_columns(group: str, columns: Columns) -> list[DenseColumn]:
    if not isinstance(group, str):
        raise ColumnTypeError(f"a group's name must be a str, got {shown(group)}")
    if isinstance(columns, get_args(Column)):
        columns = [cast(DenseColumn, columns)]
    if isinstance(columns, str | Mapping) or not isinstance(columns, Iterable):
        raise ColumnTypeError(
            f"columns must be a column or an iterable of columns, got {type(columns).__name__}; "
            "make one, as with cn.embedding_column(cn.sequence_categorical_column_with_identity(key, n), 8)"
        )
    checked = [_checked_column(column) for column in columns]
    if not checked:
        raise ColumnValueError(f"no columns given{f' in group {group!r}' if group else ''}")
    checked.sort(key=lambda column: column.name)
    for one, next_one in pairwise(checked):
        if one.name == next_one.name:
            raise DuplicateNameError(
                f"two columns of this name: {one} and {next_one}; set them apart by name=", column=one.name
            )
    sequence = [column for column in checked if is_sequence(column)]
    if 0 < len(sequence) < len(checked):
        context = next(column for column in checked if not is_sequence(column))
        raise GroupError(
            f"{sequence[0].name!r} is a sequence and {context.name!r} is not; "
            "give sequence and context columns as separate groups, {'history': [...], 'context': [...]}"
        )
    return checked


def _checked_column(column: object) -> DenseColumn:
    if isinstance(column, get_args(DenseColumn)):
        return cast(DenseColumn, column)
    if isinstance(column, get_args(CategoricalColumn)):
        name = cast(CategoricalColumn, column).name
        raise ColumnTypeError(
            "a categorical column; wrap it in embedding_column or indicator_column", column=name
        )
    raise ColumnTypeError(
        f"not a column: {type(column).__name__} {shown(column)}; "
        "make one, as with cn.embedding_column(cn.sequence_categorical_column_with_identity(key, n), 8)"
    )


def _compile_group(name: str, columns: list[DenseColumn]) -> GroupPlan:
    slots: dict[InnerColumn, SlotPlan] = {}
    outputs: list[Output] = []
    taken: set[str] = set()
    start = 0
    for column in columns:
        inner = inner_column(column)
        if inner not in slots:
            # Different inner columns of one key go by the name of the column that brought them.
            slot_name = inner.name if inner.name not in taken else column.name
            taken.add(slot_name)
            slots[inner] = SlotPlan(slot_name, inner)
        outputs.append(_output(column, slots[inner].name, start))
        start += outputs[-1].width
    return GroupPlan(name, is_sequence(columns[0]), tuple(columns), tuple(slots.values()), tuple(outputs))


def _output(column: DenseColumn, slot: str, start: int) -> Output:
    part = column.name, slot, start
    match column:
        case EmbeddingColumn():
            max_norm = None if column.max_norm == math.inf else column.max_norm  # which no row exceeds
            return EmbeddingOutput(*part, column.dimension, column.table, column.combiner, max_norm)
        case IndicatorColumn():
            return IndicatorOutput(*part, column.categorical_column.num_buckets)
        case BucketizedColumn():
            return IndicatorOutput(*part, column.num_buckets)
        case SequenceNumericColumn() | NumericColumn():
            return NumbersOutput(*part, math.prod(column.shape))
        case _:
            assert_never(column)


def _tables(columns: Iterable[DenseColumn]) -> dict[str, Table]:
    tables: dict[str, Table] = {}
    for column in columns:
        if not isinstance(column, EmbeddingColumn):
            continue
        rows = column.categorical_column.num_buckets
        table = Table(column.table, rows, column.dimension, column.initializer, column.trainable)
        if tables.setdefault(table.name, table) != table:
            raise DuplicateNameError(
                "two columns declare different tables of this name; set them apart by name=",
                column=table.name,
            )
    return dict(sorted(tables.items()))
