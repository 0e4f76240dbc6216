"""Layers for JAX: flax nnx modules that own the tables of some columns."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple, TypeAlias, assert_never

import numpy as np

from . import _core
from ._encoding import (
    Columns,
    EmbeddingOutput,
    GroupPlan,
    Groups,
    IndicatorOutput,
    NumbersOutput,
    Output,
    Plan,
    SequenceBatch,
    Slot,
    Table,
)
from ._layers import (
    Float32s,
    batches_by_group,
    check_table_names,
    checked_table,
    escape,
    int32_array,
    int32_encoder,
    new_table,
    the_batch,
    warn_untrained,
)
from .errors import DependencyError, TableError

try:
    import jax
    import jax.numpy as jnp
    from flax import nnx
except ImportError as error:
    raise DependencyError("colonnade.jax needs JAX and Flax; install colonnade[jax]") from error

from ._layers import jax_sequences

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

Batch: TypeAlias = SequenceBatch[jax.Array]
Embedded: TypeAlias = "tuple[jax.Array, jax.Array | None]"

# So that batches pass through jit, vmap and device_put as they are.
jax.tree_util.register_dataclass(Slot, ["values", "weights", "step_splits"], [])
jax.tree_util.register_dataclass(SequenceBatch, ["slots", "lengths", "mask", "row_splits"], [])

_RESERVED = frozenset(dir(nnx.Dict()))


def embed(group: GroupPlan, tables: Mapping[str, jax.Array], batch: Batch) -> Embedded:
    """Ids and numbers to dense steps, by operations that `jax.jit` and `jax.grad` take.

    Args:
        group: The group's plan, `encoder.plan.groups[name]`.
        tables: float32 [num_buckets, dimension] by table name.
        batch: The encoded group, as `to_arrays` gives it. An id beyond its table, which no encoder of
            these columns makes, gives NaN in an embedding and counts nothing in an indicator.

    Returns:
        Columns side by side in order of name, float32: [batch, time, width] padded, [steps, width]
        jagged, [batch, width] for a context; and the lengths int32 [batch], None for a context.
    """
    rank = 2 if batch.mask is not None else 1
    parts = [_dense(output, tables, batch.slots[output.slot], rank) for output in group.outputs]
    return jnp.concatenate(parts, -1), batch.lengths


@partial(jax.jit, static_argnums=(0, 3), inline=True)  # without it, a call outside of jit is slow
def _dense(output: Output, tables: Mapping[str, jax.Array], slot: Slot[jax.Array], rank: int) -> jax.Array:
    """One column's numbers; `rank` is how many leading axes count the steps."""
    match output:
        case EmbeddingOutput():
            return _embedding(output, tables[output.table], _ids_of(slot, rank))
        case IndicatorOutput():
            return _indicator(output, _ids_of(slot, rank))
        case NumbersOutput():
            return slot.values.reshape(*slot.values.shape[:rank], output.width)
        case _:
            assert_never(output)


class _Ids(NamedTuple):
    """The ids of one column, flat, and what they make of numbers that stand beside them."""

    ids: jax.Array  # [steps, values], or [values] where steps are jagged
    weights: jax.Array  # of each; 0 where there is no id
    steps: jax.Array  # the step of each
    axes: tuple[int, ...]  # of the steps

    def add(self, numbers: jax.Array) -> jax.Array:
        """Add up the values of each step, along axis 1 or in jagged steps."""
        if self.ids.ndim == 2:
            return numbers.sum(1)
        return jax.ops.segment_sum(numbers, self.steps, self.axes[0])


def _ids_of(slot: Slot[jax.Array], rank: int) -> _Ids:
    values, splits = slot.values, slot.step_splits
    if splits is None:
        axes = values.shape[:rank]
        ids = values.reshape(math.prod(axes), math.prod(values.shape[rank:]))
        steps = jnp.arange(len(ids))[:, None]
    else:
        axes, ids = (len(splits) - 1,), values
        steps = jnp.searchsorted(splits, jnp.arange(len(ids)), side="right") - 1
    weights = np.float32(1) if slot.weights is None else slot.weights.reshape(ids.shape)
    return _Ids(ids.clip(min=0), jnp.where(ids >= 0, weights, 0), steps, axes)


def _indicator(output: IndicatorOutput, given: _Ids) -> jax.Array:
    """The sum of the weights of each id."""
    counts = jnp.zeros((math.prod(given.axes), output.width), jnp.float32)
    counts = counts.at[given.steps, given.ids].add(given.weights)
    return counts.reshape(*given.axes, output.width)


def _embedding(output: EmbeddingOutput, table: jax.Array, given: _Ids) -> jax.Array:
    """Rows of a table, combined over the values of each step."""
    weights = given.weights[..., None]
    if output.combiner != "sum":
        weights = _divided(weights, output.combiner, given)
    rows = table.at[given.ids].get(mode="fill", fill_value=jnp.nan)
    # What weighs nothing is left out before anything is computed: a row may hold NaN, and 0 * NaN is NaN.
    rows = _clipped(jnp.where(weights != 0, rows, 0), output.max_norm)
    return given.add(rows * weights).reshape(*given.axes, output.width)


def _divided(weights: jax.Array, combiner: str, given: _Ids) -> jax.Array:
    """Weights over what their step's rows are to be divided by: rows are the more numbers."""
    weights = jnp.where(weights > 0, weights, 0)  # NaN is not above 0
    divisor = given.add(weights if combiner == "mean" else jnp.square(weights))
    divisor = jnp.where(divisor > 0, divisor, 1)
    return weights / (divisor if combiner == "mean" else jnp.sqrt(divisor))[given.steps]


def _clipped(rows: jax.Array, max_norm: float | None) -> jax.Array:
    """Rows scaled down to a norm; short ones are not divided, for the norm of zeros has no gradient."""
    if max_norm is None:
        return rows
    squares = jnp.square(rows).sum(-1, keepdims=True)
    is_short = jnp.sqrt(squares) <= max_norm
    norms = jnp.sqrt(jnp.where(is_short, 1, squares))
    return jnp.where(is_short, rows, rows * (max_norm / norms))


def to_arrays(batch: SequenceBatch[Any]) -> Batch:
    """Hand a batch of NumPy arrays over to JAX; integers become int32.

    Numbers, weights and masks that an encoder made are read-only from then on, and not copied where JAX
    can use them as they are: on CPUs, from 4 KiB on. Integers are copied once, to be narrowed, and what
    others made is always copied.

    Raises:
        LimitError: an integer that int32 cannot hold.
    """
    return batch.map(_handed_over)


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


class Features(nnx.Module):
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
        self.embeddings: nnx.Dict[Any] = nnx.Dict()
        for name, table in self.plan.tables.items():
            start = _new_table(table, rngs) if tables is None else _given_table(table, tables[name])
            kind = nnx.Param if table.trainable else FixedTable
            self.embeddings[escape(name, _RESERVED)] = kind(start)

    @property
    def plan(self) -> Plan:
        """What the columns compile to."""
        return self._encoder.plan

    def __call__(self, features_or_batches: Any) -> Any:
        """{group: (steps, lengths)}, or (values, None) for a context group; see `embed`."""
        batches = batches_by_group(self._encoder, features_or_batches)
        return {name: self._embed(group, batches[name]) for name, group in self.plan.groups.items()}

    def tables(self) -> dict[str, Float32s]:
        """Copies of the tables by name, float32 [num_buckets, dimension], for saving and for other layers."""
        return {name: np.array(table) for name, table in self._arrays().items()}

    def _arrays(self) -> dict[str, jax.Array]:
        return {name: self.embeddings[escape(name, _RESERVED)][...] for name in self.plan.tables}

    def _embed(self, group: GroupPlan, batch: SequenceBatch[Any]) -> Embedded:
        return embed(group, self._arrays(), to_arrays(batch))


class SequenceFeatures(Features):
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

    @property
    def width(self) -> int:
        """Numbers in one output step: the input size of what comes next."""
        return self.plan.the_group_of(sequences=True).width

    def __call__(self, features_or_batch: Any) -> Embedded:
        """float32 [batch, time, width] and int32 lengths [batch]; jagged batches give [steps, width]."""
        return self._embed(
            self.plan.the_group_of(sequences=True), the_batch(self._encoder, features_or_batch)
        )


class DenseFeatures(Features):
    """One group of context columns: from features or a batch to float32 [batch, width]."""

    def __init__(
        self, columns: Columns, tables: Mapping[str, Any] | None = None, *, rngs: nnx.Rngs | None = None
    ) -> None:
        super().__init__(columns, tables, rngs=rngs)
        self.plan.the_group_of(sequences=False)

    @property
    def width(self) -> int:
        """Numbers in one output row: the input size of what comes next."""
        return self.plan.the_group_of(sequences=False).width

    def __call__(self, features_or_batch: Any) -> jax.Array:
        """float32 [batch, width], columns in order of name."""
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
    return embed(group, arrays, to_arrays(the_batch(encoder, features_or_batch)))


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
