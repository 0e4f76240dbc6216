"""Features or serialized records to batches of ids and numbers."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import numpy.typing as npt

from .. import _core
from .._ragged import located
from .._records import Serialized, checked_batch
from ..columns import DenseColumn
from ..errors import ColonnadeError
from .batch import SequenceBatch
from .containers import Features
from .core_plan import compile_core_plan
from .counts import SlotCounts, add_counts
from .memory import Readable, compile_memory_plan, flat_slots
from .numbers import numbers_of_records
from .options import EncoderOptions, Padding
from .plan import THE_GROUP, Columns, Groups, Plan, compile_plan
from .presence import Presence
from .record_features import RecordFeatures

Array: TypeAlias = npt.NDArray[Any]
Counts: TypeAlias = dict[str, SlotCounts]
Encoded: TypeAlias = "SequenceBatch[Array] | dict[str, SequenceBatch[Array]]"


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
        pad_to_multiple_of: Round the padded time axis up, for frameworks that compile for each shape; never
            to 0.
        min_length: The fewest steps of a padded batch. With 1, a batch of empty rows has a step, all of it
            padding, for RNNs that take no batch without steps.
        padding_value: What pads the sequences that are given, at either end: with 0 the lengths of
            `[[0, 0, 7, 9], [0, 0, 0, 3]]` are [2, 1]. Between other ids it is a step without an id, between
            other numbers the number that it is. A number pads numbers, a string strings; contexts are left
            alone. Records are then encoded by way of memory, more slowly. None: nothing pads.
        missing: What a record without a key is: "empty" in its column, or an "error". A key that no record
            has had so far is a FeatureWarning, once, where it is not an error.
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
        min_length: int | None = None,
        padding_value: Padding | None = None,
        missing: Literal["empty", "error"] = "empty",
        num_threads: int | None = None,
    ) -> None:
        self.plan: Plan = compile_plan(columns)
        self.options = options = EncoderOptions(
            layout,
            max_length,
            keep,
            side,
            pad_to_multiple_of,
            min_length,
            padding_value,
            missing,
            num_threads,
        )
        self._compiled = compile_core_plan(self.plan, options)
        self._memory = compile_memory_plan(self._compiled.slots, options.padding_value)
        strict = options.missing == "error"
        self._in_examples = Presence(self.plan, have_lists=False, strict=strict)
        self._in_sequence_examples = Presence(self.plan, have_lists=True, strict=strict)
        self._threads = options.num_threads or 1

    @property
    def columns(self) -> tuple[DenseColumn, ...] | dict[str, tuple[DenseColumn, ...]]:
        """The columns in order of name; by group where groups were given."""
        groups = {name: group.columns for name, group in self.plan.groups.items()}
        return groups if self.plan.is_grouped else groups[THE_GROUP]

    def __getstate__(self) -> dict[str, Any]:
        # The compiled plan stays behind: the copy, in a worker perhaps, compiles its own.
        return {"columns": self.columns, "options": vars(self.options)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["columns"], **state["options"])  # type: ignore[misc]

    def encode(self, features: Any, *, counts: Counts | None = None) -> Encoded:
        """Encode features in memory.

        Args:
            features: {key: values}; values are a Ragged, a list of lists, an array [batch, time], an
                Arrow array or a tensor in host memory (dense, or ragged or sparse as TensorFlow's). Or an
                Arrow table of any library (pyarrow, Polars, DuckDB, pandas), whose columns are the
                features. In dense arrays -1 (signed integers) and "" are absent values. Booleans are 0
                and 1. Keys that no column reads are ignored.
            counts: {slot: SlotCounts} to add to, such as an empty dict; None counts nothing.

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
        return self._encode_flat(Features(features, self._memory.keys), counts)

    def _encode_flat(self, given: Readable, counts: Counts | None) -> Encoded:
        slots = flat_slots(given, self._memory)
        arrays = [[None if flat is None else flat.arrays() for flat in slot] for slot in slots]
        return self._encode_in_core(None, arrays, counts)

    def encode_examples(self, serialized: Serialized, *, counts: Counts | None = None) -> Encoded:
        """Encode serialized tf.train.Example records, all groups in one pass.

        Args:
            serialized: A batch: a sequence of bytes, or a BytesArray.
            counts: As for `encode`.

        Returns:
            A SequenceBatch, or {group: SequenceBatch} where groups were given. An absent or unset
            feature is an empty sequence.

        Raises:
            MalformedRecordError, KindError: records that cannot be read; each says record and byte. Of a
                batch of `TFRecordReader`, the file and the record's number there, and the row of the batch.
            MissingFeatureError: no record has a key, and one has it in its feature lists; or a record lacks
                one, with missing="error".
            As `encode` does: values that a column refuses.
        """
        return self._encode_records(
            checked_batch(serialized), self._compiled.examples, self._in_examples, counts
        )

    def encode_sequence_examples(self, serialized: Serialized, *, counts: Counts | None = None) -> Encoded:
        """Encode serialized tf.train.SequenceExample records, all groups in one pass.

        Sequence columns read the feature lists, in which each step is a feature that may hold several
        values; context columns read the context.

        Args:
            serialized: A batch: a sequence of bytes, or a BytesArray.
            counts: As for `encode`.

        Returns:
            As `encode_examples`; ids are [batch, time, values].

        Raises:
            As `encode_examples` does.
        """
        return self._encode_records(
            checked_batch(serialized), self._compiled.sequence_examples, self._in_sequence_examples, counts
        )

    def _encode_records(
        self, records: Serialized, wanted: _core.WantedKeys, presence: Presence, counts: Counts | None
    ) -> Encoded:
        compiled, padding = self._compiled, self._memory.padding
        try:
            if counts is None and padding is None and not (compiled.python_numbers or presence.is_watching):
                return self._encoded(_core.encode_records(compiled.core, records, wanted, self._threads))
            examples = _core.IndexedExamples(records, wanted, self._threads)
            if presence.is_watching:
                presence.look(examples, records)
            if padding is not None:
                return self._encode_flat(RecordFeatures(examples, self.plan.spec), counts)
            return self._encode_in_core(examples, self._numbers(examples), counts)
        except ColonnadeError as error:
            raise located(error, records) from error.__cause__

    def _encode_in_core(
        self, examples: _core.IndexedExamples | None, columns: list[list[Any]] | None, counts: Counts | None
    ) -> Encoded:
        if counts is None:
            return self._encoded(_core.encode(self._compiled.core, examples, columns, self._threads))
        found: list[tuple[int, int, int]] = []
        batches = _core.encode(self._compiled.core, examples, columns, self._threads, found)
        slots = [slot.name for group in self.plan.groups.values() for slot in group.slots]
        add_counts(counts, slots, found)
        return self._encoded(batches)

    def _numbers(self, examples: _core.IndexedExamples) -> list[list[Any]] | None:
        """For each slot the numbers that pass through Python; None where none do."""
        compiled = self._compiled
        if not compiled.python_numbers:
            return None
        # Each part once: a normalizer is called once a batch, however many slots want its numbers.
        numbers = {
            part: numbers_of_records(examples, keyed).arrays()
            for part, keyed in compiled.python_numbers.items()
        }
        return [[*(numbers.get(part) for part in slot.parts), None] for slot in compiled.slots]

    def _encoded(self, batches: dict[str, SequenceBatch[Array]]) -> Encoded:
        return batches if self.plan.is_grouped else batches[THE_GROUP]
