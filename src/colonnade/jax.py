"""Layers for JAX: flax nnx modules that own the tables of some columns."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, TypeAlias, overload

import numpy as np

from . import _core
from ._encoding import Columns, GroupPlan, Groups, SequenceBatch, Slot, Table
from ._layers import (
    Float32s,
    Outputs,
    OutputsOfOneGroup,
    batches_by_group,
    check_table_names,
    checked_table,
    foreign_id,
    int32_array,
    int32_encoder,
    new_table,
    outputs_by_group,
    the_batch,
    the_table,
    warn_untrained,
)
from .errors import DependencyError, TableError

try:
    import jax
    import jax.numpy as jnp
    from flax import nnx
except ImportError as error:
    raise DependencyError("colonnade.jax needs JAX and Flax; install colonnade[jax]") from error

from ._layers import jax_embedding, jax_sequences

embed = jax_embedding.embed
concatenate_context_input = jax_sequences.concatenate_context_input
sequence_mask = jax_sequences.sequence_mask

__all__ = [
    "DenseFeatures",
    "Features",
    "FixedTable",
    "SequenceFeatures",
    "concatenate_context_input",
    "embed",
    "sequence_input_layer",
    "sequence_mask",
    "to_arrays",
]

Batch: TypeAlias = jax_embedding.Batch
Embedded: TypeAlias = jax_embedding.Embedded

# So that batches pass through jit, vmap and device_put as they are.
jax.tree_util.register_dataclass(Slot, ["values", "weights", "step_splits"], [])
jax.tree_util.register_dataclass(SequenceBatch, ["slots", "lengths", "mask", "row_splits"], [])


@overload
def to_arrays(batch_or_batches: SequenceBatch[Any]) -> Batch: ...
@overload
def to_arrays(batch_or_batches: Mapping[str, SequenceBatch[Any]]) -> dict[str, Batch]: ...
def to_arrays(
    batch_or_batches: SequenceBatch[Any] | Mapping[str, SequenceBatch[Any]],
) -> Batch | dict[str, Batch]:
    """Hand a batch of NumPy arrays, or {group: batch}, over to JAX; integers become int32.

    Numbers, weights and masks that an encoder made are read-only from then on, and not copied where JAX
    can use them as they are: on CPUs, from 4 KiB on. Integers are copied once, to be narrowed, and what
    others made is always copied.

    Raises:
        LimitError: an integer that int32 cannot hold.
    """
    if isinstance(batch_or_batches, SequenceBatch):
        return batch_or_batches.map(_handed_over)
    return {name: batch.map(_handed_over) for name, batch in batch_or_batches.items()}


def _handed_over(array: Any) -> Any:
    if not isinstance(array, np.ndarray):
        return array
    numbers = int32_array(array)
    if numbers is array and not _core.is_pooled(array):
        return jnp.array(array)  # its owner may write to it
    # JAX holds on to the buffer's owner, so that the pool gets it back only after JAX has let go.
    numbers.flags.writeable = False
    return jax.device_put(numbers)


class FixedTable(nnx.Variable[jax.Array]):
    """A table of a column with trainable=False: no `nnx.Param`, so optimizers leave it alone."""


class Features(Outputs, nnx.Module):
    """All groups of some columns, and the tables they share, each once.

    Args:
        columns: Columns of one group, or {name: columns}.
        tables: Arrays to start from, by table name; None starts from each column's initializer.
        rngs: Makes new tables reproducible; None takes fresh random numbers.

    Raises:
        TableError: a table is missing, unknown or of another shape.
        LimitError: a column with more buckets than int32 can count.
        As `Encoder` does: columns that cannot stand together.

    Example:
        >>> import colonnade as cn
        >>> kind = cn.sequence_categorical_column_with_identity("kind", num_buckets=2)
        >>> layer = Features({"clicks": [cn.embedding_column(kind, dimension=3)]})
        >>> steps, lengths = layer({"kind": [[1], [0, 1]]})["clicks"]
        >>> steps.shape, lengths.tolist()
        ((2, 2, 3), [1, 2])
    """

    def __init__(
        self,
        columns: Columns | Groups,
        tables: Mapping[str, Any] | None = None,
        *,
        rngs: nnx.Rngs | None = None,
    ) -> None:
        self._encoder = int32_encoder(columns)
        if tables is not None:
            check_table_names(self.plan.tables, tables)
        embeddings: dict[str, nnx.Variable[jax.Array]] = {}
        for name, table in self.plan.tables.items():
            start = _new_table(table, rngs) if tables is None else _given_table(table, tables[name])
            embeddings[name] = (nnx.Param if table.trainable else FixedTable)(start)
        self.embeddings = nnx.data(embeddings)

    def __call__(self, features_or_batches: Any) -> Any:
        """{group: (steps, lengths)}, and the values alone for a context group; see `embed`."""
        batches = batches_by_group(self._encoder, features_or_batches)
        embedded = {name: self._embed(group, batches[name]) for name, group in self.plan.groups.items()}
        return outputs_by_group(self.plan, embedded)

    def table(self, name: str) -> nnx.Variable[jax.Array]:
        """The table itself, [num_buckets, dimension], for example for a softmax that is tied to it.

        Raises:
            TableError: there is no table of this name.
        """
        return the_table(self.embeddings, name)

    def tables(self) -> dict[str, Float32s]:
        """Copies of the tables by name, float32 [num_buckets, dimension], for saving and for other layers."""
        return {name: np.array(table, np.float32) for name, table in self._arrays().items()}

    def _arrays(self) -> dict[str, jax.Array]:
        return {name: table[...] for name, table in self.embeddings.items()}

    def _embed(self, group: GroupPlan, batch: SequenceBatch[Any]) -> Embedded:
        return _embed(group, self._arrays(), batch)


class SequenceFeatures(OutputsOfOneGroup, Features):
    """One group of sequence columns: from features or a batch to (sequence_input, sequence_length).

    Inside `jit`, give it a batch: strings and lists cannot be traced.

    Example:
        >>> import colonnade as cn
        >>> from flax import nnx
        >>> kind = cn.sequence_categorical_column_with_identity("kind", num_buckets=2)
        >>> columns = [cn.embedding_column(kind, dimension=3)]
        >>> layer = SequenceFeatures(columns, rngs=nnx.Rngs(0))
        >>> batch = to_arrays(cn.Encoder(columns, pad_to_multiple_of=4).encode({"kind": [[1], [0, 1]]}))
        >>> sequence_input, sequence_length = nnx.jit(lambda layer, batch: layer(batch))(layer, batch)
        >>> sequence_input.shape, sequence_length.tolist()
        ((2, 4, 3), [1, 2])
    """

    def __init__(
        self, columns: Columns, tables: Mapping[str, Any] | None = None, *, rngs: nnx.Rngs | None = None
    ) -> None:
        super().__init__(columns, tables, rngs=rngs)
        self.plan.the_group_of(sequences=True)

    def __call__(self, features_or_batch: Any) -> Embedded:
        """[batch, time, width] of the tables' dtype and int32 lengths [batch]; jagged: [steps, width]."""
        return self._embed(
            self.plan.the_group_of(sequences=True), the_batch(self._encoder, features_or_batch)
        )


class DenseFeatures(OutputsOfOneGroup, Features):
    """One group of context columns: from features or a batch to float32 [batch, width]."""

    def __init__(
        self, columns: Columns, tables: Mapping[str, Any] | None = None, *, rngs: nnx.Rngs | None = None
    ) -> None:
        super().__init__(columns, tables, rngs=rngs)
        self.plan.the_group_of(sequences=False)

    def __call__(self, features_or_batch: Any) -> jax.Array:
        """[batch, width] of the tables' dtype, columns in order of name."""
        return self._embed(
            self.plan.the_group_of(sequences=False), the_batch(self._encoder, features_or_batch)
        )[0]


def sequence_input_layer(
    features_or_batch: Any, columns: Columns, tables: Mapping[str, Any] | None = None
) -> Embedded:
    """TensorFlow 1.15's functional form of `SequenceFeatures`.

    Args:
        features_or_batch: Features in memory, or an encoded batch.
        columns: Sequence columns.
        tables: Arrays by table name; gradients flow into JAX arrays. None makes random ones, with an
            UntrainedTableWarning.

    Returns:
        float32 [batch, time, width] and int32 lengths [batch].
    """
    encoder = int32_encoder(columns)
    plan, group = encoder.plan, encoder.plan.the_group_of(sequences=True)
    if tables is None:
        if plan.tables:
            warn_untrained(plan.tables)
        arrays = {name: _new_table(table, None) for name, table in plan.tables.items()}
    else:
        check_table_names(plan.tables, tables)
        arrays = {name: _given_table(table, tables[name]) for name, table in plan.tables.items()}
    return _embed(group, arrays, the_batch(encoder, features_or_batch))


def _embed(group: GroupPlan, tables: Mapping[str, jax.Array], batch: SequenceBatch[Any]) -> Embedded:
    """Checked first where the ids are at hand: JAX itself has no errors for them."""
    at_hand = all(_is_at_hand(slot.values) for slot in batch.slots.values())
    if at_hand and (reason := foreign_id(group, tables, batch)) is not None:
        raise reason
    return embed(group, tables, to_arrays(batch))


def _is_at_hand(array: Any) -> bool:
    if isinstance(array, jax.core.Tracer) or not isinstance(array, jax.Array):
        return isinstance(array, np.ndarray)
    return all(device.platform == "cpu" for device in array.devices())


def _new_table(table: Table, rngs: nnx.Rngs | None) -> jax.Array:
    if table.initializer is not None or rngs is None:
        return jnp.array(new_table(table, np.random.default_rng()))
    shape = (table.num_buckets, table.dimension)
    return jax.random.truncated_normal(rngs.params(), -2, 2, shape, jnp.float32) / math.sqrt(table.dimension)


def _given_table(table: Table, given: Any) -> jax.Array:
    """A table that keeps its gradients, where it is a JAX array."""
    if not isinstance(given, jax.Array):
        return jnp.array(checked_table(table, given))
    expected = (table.num_buckets, table.dimension)
    if given.shape != expected or given.dtype.kind not in "fiuV":
        raise TableError(
            f"table must be numbers of shape {expected}, got {given.dtype} {given.shape}", column=table.name
        )
    return given.astype(jnp.float32)
