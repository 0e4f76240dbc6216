"""Features or serialized records to batches of ids and numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from . import _core
from ._batch import SequenceBatch
from ._categorical_features import weights_column
from ._features import FlatColumn, as_mapping, lookup
from ._numeric_features import check_whole_steps, normalized
from ._parsing import Serialized, checked_batch
from ._plan import (
    THE_GROUP,
    Columns,
    Groups,
    InnerColumn,
    Plan,
    SlotPlan,
    check_batch,
    compile_plan,
)
from ._slots import add_slot, flat_column, number_column, part_key, parts, weight_key
from ._spec import FixedLenFeature
from .columns import DenseColumn, NumberColumn
from .columns._checks import checked_int
from .errors import ColumnValueError, GroupError, UnequalLengthsError

Array: TypeAlias = npt.NDArray[Any]
Encoded: TypeAlias = "SequenceBatch[Array] | dict[str, SequenceBatch[Array]]"


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


class Encoder:
    """Turns features, or serialized records, into batches for a layer.

    Equal columns share one slot, and each key is read once. Records are encoded in one step, without
    strings or ragged arrays in between; the result equals parsing first and encoding then.

    Args:
        columns: Columns of one group, or {name: columns} for several. A group holds either sequence
            columns, whose lengths must agree row by row, or context columns.
        layout: "padded", or "jagged" for values and row splits without padding.
        max_length: Longer rows lose steps; None keeps all.
        keep: Which steps such a row keeps, its "last" or its "first".
        side: Which side is padded, "right" or "left".
        pad_to_multiple_of: Round the padded time axis up, for frameworks that compile for each shape.
        num_threads: How many threads share the work on a batch; None is one. The result is the same for
            any number.

    Raises:
        ColumnTypeError, DuplicateNameError, GroupError, SpecConflictError, ColumnValueError: columns
            that cannot be encoded together, or options that do not exist.

    Example:
        >>> import colonnade as cn
        >>> watches = cn.sequence_categorical_column_with_identity("watches", num_buckets=1000)
        >>> encoder = cn.Encoder([cn.embedding_column(watches, dimension=10)])
        >>> batch = encoder.encode({"watches": [[5, 7], [9]]})
        >>> batch.slots["watches"].values.tolist(), batch.lengths.tolist()
        ([[5, 7], [9, -1]], [2, 1])
    """

    def __init__(
        self,
        columns: Columns | Groups,
        *,
        layout: Literal["padded", "jagged"] = "padded",
        max_length: int | None = None,
        keep: Literal["last", "first"] = "last",
        side: Literal["right", "left"] = "right",
        pad_to_multiple_of: int | None = None,
        num_threads: int | None = None,
    ) -> None:
        self.plan: Plan = compile_plan(columns)
        self.options = options = EncoderOptions(
            layout, max_length, keep, side, pad_to_multiple_of, num_threads
        )
        self._threads = options.num_threads or 1

        keys = list(self.plan.spec)
        dtypes = [feature.dtype for feature in self.plan.spec.values()]
        self._wanted = _core.WantedKeys(keys, dtypes)
        self._wanted_lists = _core.WantedKeys(
            keys,
            [
                dtype if key in self.plan.keys(sequences=False) else "none"
                for key, dtype in zip(keys, dtypes, strict=True)
            ],
            [
                dtype if key in self.plan.keys(sequences=True) else "none"
                for key, dtype in zip(keys, dtypes, strict=True)
            ],
        )
        self._core = _core.Plan(self._wanted, self._wanted_lists)
        self._slots: list[SlotPlan] = []
        for group in self.plan.groups.values():
            self._core.add_group(
                group.name,
                context=not group.is_sequence,
                jagged=options.layout == "jagged",
                max_length=options.max_length,
                keep_first=options.keep == "first",
                pad_left=options.side == "left",
                pad_to_multiple_of=options.pad_to_multiple_of or 1,
            )
            for slot in group.slots:
                add_slot(self._core, slot, keys, context=not group.is_sequence)
                self._slots.append(slot)
        self._parts = [parts(slot.column) for slot in self._slots]
        self._python_parts = {
            part: column
            for slot_parts in self._parts
            for part in slot_parts
            if (column := number_column(part)) is not None
        }

    @property
    def columns(self) -> tuple[DenseColumn, ...] | dict[str, tuple[DenseColumn, ...]]:
        """The columns in order of name; by group where groups were given."""
        groups = {name: group.columns for name, group in self.plan.groups.items()}
        return groups if self.plan.is_grouped else groups[THE_GROUP]

    def __reduce__(self) -> tuple[Any, ...]:
        # The compiled plan stays behind: the copy, in a worker perhaps, compiles its own.
        return _rebuild, (self.columns, self.options)

    def encode(self, features: Any) -> Encoded:
        """Encode features in memory.

        Args:
            features: {key: values}; values are a Ragged, a list of lists, an array [batch, time], an
                Arrow array or a tensor in host memory (dense, or ragged or sparse as TensorFlow's). Or an
                Arrow table of any library (pyarrow, Polars, DuckDB, pandas), whose columns are the
                features. In dense arrays -1 (signed integers) and "" are absent values. Booleans are 0
                and 1. Keys that no column reads are ignored.

        Returns:
            A SequenceBatch, or {group: SequenceBatch} where groups were given.

        Raises:
            MissingFeatureError: a key is absent.
            FeatureTypeError: a container or a dtype that a column cannot take.
            IdOutOfRangeError, PartialStepError, NarrowingError, NormalizerError: values that a column
                refuses; each says row and step.
            UnequalLengthsError: columns of a group differ in steps, or features in rows.
            SparseIndexError: a sparse tensor with a value out of bounds, out of order or not alone.
        """
        features = as_mapping(features, self.plan.spec)
        made: dict[tuple[Any, bool], FlatColumn] = {}
        columns = [self._slot_columns(features, slot.column, made) for slot in self._slots]
        _check_rows(self._slots, columns)
        arrays = [_arrays(slot) for slot in columns]
        return self._encoded(_core.encode(self._core, None, arrays, self._threads))

    def _slot_columns(
        self, features: Mapping[str, Any], column: InnerColumn, made: dict[tuple[Any, bool], FlatColumn]
    ) -> list[FlatColumn | None]:
        """The values of each of a slot's keys and of its weights; `made` is shared by the slots."""
        crossed = len(parts(column)) > 1
        columns: list[FlatColumn | None] = []
        for part in parts(column):
            if (part, crossed) not in made:
                made[part, crossed] = flat_column(features, part, crossed=crossed)
            columns.append(made[part, crossed])
        key = weight_key(column)
        if key is None:
            return [*columns, None]
        first = parts(column)[0]
        ids = lookup(features, part_key(first))
        return [*columns, weights_column(lookup(features, key), ids, made[first, crossed], key)]

    def encode_examples(self, serialized: Serialized) -> Encoded:
        """Encode serialized tf.train.Example records, all groups in one pass.

        Args:
            serialized: A batch: a sequence of bytes, or a BytesArray.

        Returns:
            A SequenceBatch, or {group: SequenceBatch} where groups were given. An absent or unset
            feature is an empty sequence.

        Raises:
            MalformedRecordError, KindError: records that cannot be read; each says record and byte.
            As `encode` does: values that a column refuses.
        """
        return self._encode_records(checked_batch(serialized), has_lists=False)

    def encode_sequence_examples(self, serialized: Serialized) -> Encoded:
        """Encode serialized tf.train.SequenceExample records, all groups in one pass.

        Sequence columns read the feature lists, in which each step is a feature that may hold several
        values; context columns read the context.

        Args:
            serialized: A batch: a sequence of bytes, or a BytesArray.

        Returns:
            As `encode_examples`; ids are [batch, time, values].

        Raises:
            As `encode_examples` does.
        """
        return self._encode_records(checked_batch(serialized), has_lists=True)

    def _encode_records(self, records: Serialized, *, has_lists: bool) -> Encoded:
        if not self._python_parts:
            return self._encoded(_core.encode_records(self._core, records, has_lists, self._threads))
        wanted = self._wanted_lists if has_lists else self._wanted
        examples = _core.IndexedExamples(records, wanted, self._threads)
        # Each part once: a normalizer is called once a batch, however many slots want its numbers.
        numbers = {part: self._numbers(examples, column) for part, column in self._python_parts.items()}
        columns = [[*(numbers.get(part) for part in slot_parts), None] for slot_parts in self._parts]
        return self._encoded(_core.encode(self._core, examples, columns, self._threads))

    def _encoded(self, batches: dict[str, SequenceBatch[Array]]) -> Encoded:
        return batches if self.plan.is_grouped else batches[THE_GROUP]

    def batch(self, features_or_batch: Any) -> SequenceBatch[Any]:
        """The only group's batch, encoded now if it is not yet."""
        if isinstance(features_or_batch, SequenceBatch):
            return check_batch(self.plan.groups[THE_GROUP], features_or_batch)
        encoded = self.encode(features_or_batch)
        assert isinstance(encoded, SequenceBatch)
        return encoded

    def batches(self, features_or_batches: Any) -> dict[str, SequenceBatch[Any]]:
        """Every group's batch by name, encoded now if they are not yet."""
        if isinstance(features_or_batches, SequenceBatch):
            if self.plan.is_grouped:
                raise GroupError(f"one batch for the groups {list(self.plan.groups)}; give {{group: batch}}")
            return {THE_GROUP: self.batch(features_or_batches)}
        given = _given_batches(features_or_batches, self.plan)
        encoded = self.encode(features_or_batches) if given is None else given
        return {THE_GROUP: encoded} if isinstance(encoded, SequenceBatch) else encoded

    def _numbers(self, examples: _core.IndexedExamples, column: NumberColumn) -> tuple[Array | None, ...]:
        """Numbers that Python narrows or normalizes; everything else the core reads from the examples."""
        key, feature = list(self.plan.spec).index(column.key), self.plan.spec[column.key]
        if isinstance(feature, FixedLenFeature):
            (values,) = examples.fixed(key, feature.size, feature.default_arrays())
            return normalized(np.arange(len(examples) + 1) * feature.size, values, column).arrays()
        if examples.has_lists:
            row_splits, step_splits, values = examples.ragged_steps(key)
            check_whole_steps(row_splits, step_splits, column)
            return normalized(step_splits[row_splits], values, column).arrays()
        splits, values = examples.ragged(key)
        return normalized(splits, values, column).arrays()


def _rebuild(columns: Columns | Groups, options: EncoderOptions) -> Encoder:
    return Encoder(columns, **vars(options))


def _given_batches(features_or_batches: Any, plan: Plan) -> dict[str, SequenceBatch[Any]] | None:
    """The batches of all groups, or None where these are features."""
    if not isinstance(features_or_batches, Mapping):
        return None
    found = {name: value for name, value in features_or_batches.items() if isinstance(value, SequenceBatch)}
    if not found:
        return None
    missing = [name for name in plan.groups if name not in found]
    if missing:
        raise GroupError(f"no batch for the groups {missing}; got {list(found)}")
    return {name: check_batch(group, found[name]) for name, group in plan.groups.items()}


def _check_choice(what: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ColumnValueError(f"{what} must be {' or '.join(map(repr, choices))}, got {value!r}")


def _arrays(columns: list[FlatColumn | None]) -> list[tuple[Array | None, ...] | None]:
    return [None if column is None else column.arrays() for column in columns]


def _check_rows(slots: list[SlotPlan], columns: list[list[FlatColumn | None]]) -> None:
    """All features of a batch must have the same number of rows."""
    expected: tuple[str, int] | None = None
    for slot, slot_columns in zip(slots, columns, strict=True):
        keys = [*map(part_key, parts(slot.column)), weight_key(slot.column)]
        for key, column in zip(keys, slot_columns, strict=True):
            if key is None or column is None:
                continue
            rows = len(column.row_splits) - 1
            if expected is None:
                expected = key, rows
            elif rows != expected[1]:
                raise UnequalLengthsError(
                    f"{rows} rows, but feature {expected[0]!r} has {expected[1]}", key=key
                )
