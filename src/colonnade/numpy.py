"""Layers for NumPy: they serve trained tables, and need no framework.

Each layer takes features in memory or an encoded batch, and the tables that a layer of another
framework gives by its `tables()`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, TypeAlias, assert_never

import numpy as np
import numpy.typing as npt

from . import _core
from ._encoding import (
    Columns,
    EmbeddingOutput,
    Encoder,
    EncoderOptions,
    GroupPlan,
    Groups,
    IndicatorOutput,
    NumbersOutput,
    SequenceBatch,
    Slot,
)
from ._layers import (
    Float32s,
    Outputs,
    OutputsOfOneGroup,
    batches_by_group,
    check_table_names,
    checked_table,
    concatenate_context_input,
    foreign_id,
    new_table,
    outputs_by_group,
    read_only,
    sequence_mask,
    the_batch,
    the_table,
    warn_untrained,
)
from .errors import IdOutOfRangeError

__all__ = [
    "DenseFeatures",
    "Features",
    "SequenceFeatures",
    "concatenate_context_input",
    "embed",
    "sequence_input_layer",
    "sequence_mask",
]

Array: TypeAlias = npt.NDArray[Any]
Batch: TypeAlias = SequenceBatch[Array]
Embedded: TypeAlias = "tuple[Float32s, Array | None]"


def embed(
    group: GroupPlan, tables: Mapping[str, Float32s], batch: Batch, *, num_threads: int | None = None
) -> Embedded:
    """Ids and numbers to dense steps.

    Args:
        group: The group's plan, `encoder.plan.groups[name]`.
        tables: float32 [num_buckets, dimension] by table name.
        batch: The encoded group.
        num_threads: How many threads share a batch that is worth it; None is one. The result is the same
            for any number.

    Returns:
        Columns side by side in order of name, float32: [batch, time, width] padded, [steps, width]
        jagged, [batch, width] for a context; and the lengths int64 [batch], None for a context. A
        single numeric column gives the batch's own numbers, not a copy.

    Raises:
        IdOutOfRangeError: an id beyond its table, which no encoder of these columns makes.
        ColumnTypeError, ColumnValueError: num_threads is no number of threads.
    """
    threads = EncoderOptions(num_threads=num_threads).num_threads or 1
    return _dense(group, tables, _dense_columns(group, tables), batch, threads)


def _dense_columns(group: GroupPlan, tables: Mapping[str, Float32s]) -> _core.DenseColumns:
    """The group's columns for the core, which holds on to the tables."""
    columns = _core.DenseColumns()
    for output in group.outputs:
        match output:
            case EmbeddingOutput():
                columns.add_embedding(tables[output.table], output.combiner, output.max_norm)
            case IndicatorOutput():
                columns.add_indicator(output.width)
            case NumbersOutput():
                columns.add_numbers(output.width)
            case _:
                assert_never(output)
    return columns


def _dense(
    group: GroupPlan,
    tables: Mapping[str, Float32s],
    columns: _core.DenseColumns,
    batch: Batch,
    threads: int,
) -> Embedded:
    slots = [batch.slots[output.slot] for output in group.outputs]
    axes = _leading_axes(slots[0], batch)
    if len(slots) == 1 and isinstance(group.outputs[0], NumbersOutput):  # already what is wanted
        return np.asarray(slots[0].values, np.float32).reshape(*axes, group.width), batch.lengths
    try:
        return _core.dense(columns, axes, slots, threads), batch.lengths
    except IdOutOfRangeError as error:
        raise foreign_id(group, tables, batch) or error from None


def _leading_axes(slot: Slot[Array], batch: Batch) -> tuple[int, ...]:
    if slot.step_splits is not None:
        return (len(slot.step_splits) - 1,)
    return slot.values.shape[:2] if batch.mask is not None else slot.values.shape[:1]


class Features(Outputs):
    """All groups of some columns, and the tables they share.

    Args:
        columns: Columns of one group, or {name: columns}.
        tables: Trained tables by name, as `tables()` of any layer gives, which are copied; None makes
            random ones, with an UntrainedTableWarning.
        num_threads: How many threads share a batch that is worth it, to encode it here and to embed it;
            None is one. The result is the same for any number.

    Raises:
        TableError: a table is missing, unknown or of another shape.
        MemoryError: a random table does not fit into memory.
        As `Encoder` does: columns that cannot stand together.

    Example:
        >>> import numpy as np, colonnade as cn
        >>> kind = cn.sequence_categorical_column_with_identity("kind", num_buckets=2)
        >>> layer = Features(
        ...     {"clicks": [cn.embedding_column(kind, dimension=2)]}, {"kind_embedding": np.eye(2)}
        ... )
        >>> outputs = layer({"kind": [[1], [0, 1]]})
        >>> outputs["clicks"][0].shape
        (2, 2, 2)
    """

    def __init__(
        self,
        columns: Columns | Groups,
        tables: Mapping[str, Any] | None = None,
        *,
        num_threads: int | None = None,
    ) -> None:
        self._encoder = Encoder(columns, num_threads=num_threads)
        if tables is None and self.plan.tables:
            warn_untrained(self.plan.tables)
        if tables is None:
            random = np.random.default_rng()
            self._tables = {name: new_table(table, random) for name, table in self.plan.tables.items()}
        else:
            check_table_names(self.plan.tables, tables)
            self._tables = {
                name: checked_table(table, tables[name]) for name, table in self.plan.tables.items()
            }
        self._columns = {
            name: _dense_columns(group, self._tables) for name, group in self.plan.groups.items()
        }

    def __reduce__(self) -> tuple[Any, ...]:
        # The core's part stays behind: the copy makes its own, over its own tables.
        make = partial(type(self), num_threads=self._encoder.options.num_threads)
        return make, (self._encoder.columns, self._tables)

    def __call__(self, features_or_batches: Mapping[str, Any]) -> Any:
        """{group: (steps, lengths)}, and the values alone for a context group; see `embed`."""
        batches = batches_by_group(self._encoder, features_or_batches)
        embedded = {name: self._embed(group, batches[name]) for name, group in self.plan.groups.items()}
        return outputs_by_group(self.plan, embedded)

    def _embed(self, group: GroupPlan, batch: Batch) -> Embedded:
        threads = self._encoder.options.num_threads or 1
        return _dense(group, self._tables, self._columns[group.name], batch, threads)

    def table(self, name: str) -> Float32s:
        """A table, float32 [num_buckets, dimension], read-only.

        Raises:
            TableError: there is no table of this name.
        """
        return read_only(the_table(self._tables, name))

    def tables(self) -> dict[str, Float32s]:
        """The tables by name, float32 [num_buckets, dimension], read-only."""
        return {name: read_only(table) for name, table in self._tables.items()}


class SequenceFeatures(OutputsOfOneGroup, Features):
    """One group of sequence columns: from features or a batch to (sequence_input, sequence_length).

    Example:
        >>> import numpy as np, colonnade as cn
        >>> kind = cn.sequence_categorical_column_with_identity("kind", num_buckets=2)
        >>> layer = SequenceFeatures([cn.embedding_column(kind, dimension=2)], {"kind_embedding": np.eye(2)})
        >>> sequence_input, sequence_length = layer({"kind": [[1], [0, 1]]})
        >>> sequence_input[0].tolist(), sequence_length.tolist()
        ([[0.0, 1.0], [0.0, 0.0]], [1, 2])
    """

    def __init__(
        self, columns: Columns, tables: Mapping[str, Any] | None = None, *, num_threads: int | None = None
    ) -> None:
        super().__init__(columns, tables, num_threads=num_threads)
        self._group = self.plan.the_group_of(sequences=True)

    def __call__(self, features_or_batch: Mapping[str, Any] | Batch) -> Embedded:
        """float32 [batch, time, width] and int64 lengths [batch]; jagged batches give [steps, width]."""
        return self._embed(self._group, the_batch(self._encoder, features_or_batch))


class DenseFeatures(OutputsOfOneGroup, Features):
    """One group of context columns: from features or a batch to float32 [batch, width]."""

    def __init__(
        self, columns: Columns, tables: Mapping[str, Any] | None = None, *, num_threads: int | None = None
    ) -> None:
        super().__init__(columns, tables, num_threads=num_threads)
        self._group = self.plan.the_group_of(sequences=False)

    def __call__(self, features_or_batch: Mapping[str, Any] | Batch) -> Float32s:
        """float32 [batch, width], columns in order of name."""
        return self._embed(self._group, the_batch(self._encoder, features_or_batch))[0]


def sequence_input_layer(
    features_or_batch: Mapping[str, Any] | Batch, columns: Columns, tables: Mapping[str, Any] | None = None
) -> Embedded:
    """TensorFlow 1.15's functional form of `SequenceFeatures`.

    Args:
        features_or_batch: Features in memory, or an encoded batch.
        columns: Sequence columns.
        tables: Trained tables by name; None makes random ones, with an UntrainedTableWarning.

    Returns:
        float32 [batch, time, width] and int64 lengths [batch].
    """
    return SequenceFeatures(columns, tables)(features_or_batch)
