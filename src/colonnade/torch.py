"""Layers for PyTorch: ordinary modules that own the tables of some columns."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, assert_never, cast

import numpy as np

from ._encoding import (
    Columns,
    EmbeddingOutput,
    Encoder,
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
    the_batch,
    too_large,
    warn_untrained,
)
from .errors import DependencyError, TableError

try:
    import torch
    from torch import Tensor, nn
except ImportError as error:
    raise DependencyError("colonnade.torch needs PyTorch; install colonnade[torch]") from error

from ._layers import torch_sequences

concatenate_context_input = torch_sequences.concatenate_context_input
cu_seqlens = torch_sequences.cu_seqlens
nested_tensor = torch_sequences.nested_tensor
sequence_mask = torch_sequences.sequence_mask

__all__ = [
    "DenseFeatures",
    "Features",
    "SequenceFeatures",
    "concatenate_context_input",
    "cu_seqlens",
    "embed",
    "nested_tensor",
    "sequence_input_layer",
    "sequence_mask",
    "to_tensors",
]

Batch: TypeAlias = SequenceBatch[Tensor]
LookUp: TypeAlias = Callable[[str, Tensor, Tensor], Tensor]
Embedded: TypeAlias = "tuple[Tensor, Tensor | None]"

# So that batches pass through torch.export, and an exported program is loaded without unpickling code.
torch.export.register_dataclass(Slot, serialized_type_name="colonnade.Slot")
torch.export.register_dataclass(SequenceBatch, serialized_type_name="colonnade.SequenceBatch")
torch.serialization.add_safe_globals([Slot, SequenceBatch])

_RESERVED = frozenset(dir(nn.ModuleDict()))


def embed(group: GroupPlan, tables: Mapping[str, Tensor], batch: Batch, *, sparse: bool = False) -> Embedded:
    """Ids and numbers to dense steps, by plain torch operators.

    Args:
        group: The group's plan, `encoder.plan.groups[name]`.
        tables: float32 [num_buckets, dimension] by table name.
        batch: The encoded group, as tensors on the tables' device. An id beyond its table, which no
            encoder of these columns makes, fails as `torch.nn.functional.embedding` does: on a CPU
            with an IndexError, on a GPU with an assertion of the device.
        sparse: Gradients of the tables are sparse tensors, as in `torch.nn.functional.embedding`.

    Returns:
        Columns side by side in order of name, float32: [batch, time, width] padded, [steps, width]
        jagged, [batch, width] for a context; and the lengths int64 [batch], None for a context.
    """
    rank = 2 if batch.mask is not None else 1

    def look_up(table: str, ids: Tensor, counts: Tensor) -> Tensor:
        return (_sparse_rows if sparse else _rows)(tables[table], ids, counts)

    parts = [_dense(output, look_up, batch.slots[output.slot], rank) for output in group.outputs]
    return torch.cat(parts, -1), batch.lengths


def _dense(output: Output, look_up: LookUp, slot: Slot[Tensor], rank: int) -> Tensor:
    """One column's numbers; `rank` is how many leading axes count the steps."""
    match output:
        case EmbeddingOutput():
            return _embedding(output, look_up, slot, rank)
        case IndicatorOutput():
            return _indicator(output, slot, rank)
        case NumbersOutput():
            return slot.values.reshape(*slot.values.shape[:rank], output.width)
        case _:
            assert_never(output)


def _weighted_ids(slot: Slot[Tensor], rank: int) -> tuple[Tensor, Tensor]:
    """Ids [..., values], or [values] where they are jagged, and what each weighs: 0 where there is none."""
    ids = slot.values
    if slot.step_splits is None and ids.dim() == rank:
        ids = ids.unsqueeze(-1)
    present = ids >= 0
    if slot.weights is None:
        return ids, present.to(torch.float32)
    return ids, torch.where(present, slot.weights.reshape(ids.shape), 0)


def _indicator(output: IndicatorOutput, slot: Slot[Tensor], rank: int) -> Tensor:
    """The sum of the weights of each id."""
    ids, weights = _weighted_ids(slot, rank)
    ids, splits = ids.clamp(min=0), slot.step_splits
    if splits is None:
        return weights.new_zeros(*ids.shape[:rank], output.width).scatter_add(-1, ids, weights)
    counts = weights.new_zeros(splits.shape[0] - 1, output.width)
    return counts.index_put((_steps(splits, ids.shape[0]), ids), weights, accumulate=True)


def _embedding(output: EmbeddingOutput, look_up: LookUp, slot: Slot[Tensor], rank: int) -> Tensor:
    """Rows of a table, combined over the values of each step."""
    ids, weights = _weighted_ids(slot, rank)
    weights = weights.unsqueeze(-1)
    if output.combiner != "sum":
        weights = _divided(weights, output.combiner, slot.step_splits)
    rows = _clipped(look_up(output.table, ids, weights.squeeze(-1) != 0), output.max_norm)
    return _sum(rows * weights, slot.step_splits)


def _divided(weights: Tensor, combiner: str, step_splits: Tensor | None) -> Tensor:
    """Weights over what their step's rows are to be divided by: rows are the more numbers."""
    weights = torch.where(weights > 0, weights, 0)  # NaN is not above 0
    divisor = _sum(weights if combiner == "mean" else weights.square(), step_splits)
    divisor = torch.where(divisor > 0, divisor, 1)
    divisor = divisor if combiner == "mean" else divisor.sqrt()
    if step_splits is None:
        return weights / divisor.unsqueeze(-2)
    return weights / divisor[_steps(step_splits, weights.shape[0])]


def _rows(table: Tensor, ids: Tensor, counts: Tensor) -> Tensor:
    """Rows of a table, [*ids.shape, dimension], and zeros for ids that do not count.

    What weighs nothing is left out before anything is computed: a row may hold NaN, and 0 times NaN is NaN.
    """
    return nn.functional.embedding(ids.clamp(min=0), table).masked_fill(~counts.unsqueeze(-1), 0)


def _sparse_rows(table: Tensor, ids: Tensor, counts: Tensor) -> Tensor:
    """As `_rows`, with a gradient of no row but those that count: sparse optimizers move what they see."""
    rows = nn.functional.embedding(ids[counts], table, sparse=True)
    return rows.new_zeros(*ids.shape, rows.shape[-1]).index_put((counts,), rows)


def _clipped(rows: Tensor, max_norm: float | None) -> Tensor:
    """Rows scaled down to a norm; nothing is divided by less than 1, so that zeros have a gradient."""
    if max_norm is None:
        return rows
    norms: Tensor = torch.linalg.vector_norm(rows, dim=-1, keepdim=True)
    return rows * (norms / max_norm).clamp(min=1).reciprocal()


def _sum(numbers: Tensor, step_splits: Tensor | None) -> Tensor:
    """The sum over each step's values: axis -2, or the rows between two splits."""
    if step_splits is None:
        # Counted from the front: onnxruntime does not reduce a negative axis of a tensor without elements.
        return numbers.sum(numbers.dim() - 2)
    sums = numbers.new_zeros(step_splits.shape[0] - 1, numbers.shape[1])
    steps = _steps(step_splits, numbers.shape[0]).unsqueeze(-1)
    return sums.scatter_add(0, steps.expand(numbers.shape), numbers)


def _steps(step_splits: Tensor, values: int) -> Tensor:
    """The step of each value, int64 [values]: how many steps ended before it."""
    ends = step_splits[1:]
    ended = ends.new_zeros(values + 1).scatter_add(0, ends, torch.ones_like(ends))
    return ended.cumsum(0)[:-1]


def to_tensors(batch: SequenceBatch[Any], device: torch.device | str | None = None) -> Batch:
    """A batch of NumPy arrays as tensors, without a copy in host memory."""

    def convert(array: Any) -> Tensor:
        tensor = torch.from_numpy(array) if isinstance(array, np.ndarray) else array
        return tensor.to(device)

    return batch.map(convert)


class Features(nn.Module):
    """All groups of some columns, and the tables they share, each once.

    Args:
        columns: Columns of one group, or {name: columns}.
        tables: Arrays or tensors to start from, by table name; None starts from each column's
            initializer.
        sparse: The tables' gradients are sparse tensors, for optimizers that take them, such as
            `torch.optim.SparseAdam` and `torch.optim.SGD`.

    Raises:
        TableError: a table is missing, unknown or of another shape.
        MemoryError: a new table does not fit into memory.
        As `Encoder` does: columns that cannot stand together.

    Example:
        >>> import colonnade as cn
        >>> kind = cn.sequence_categorical_column_with_identity("kind", num_buckets=2)
        >>> layer = Features({"clicks": [cn.embedding_column(kind, dimension=3)]})
        >>> steps, lengths = layer({"kind": [[1], [0, 1]]})["clicks"]
        >>> steps.shape, lengths.tolist()
        (torch.Size([2, 2, 3]), [1, 2])
    """

    def __init__(
        self, columns: Columns | Groups, tables: Mapping[str, Any] | None = None, *, sparse: bool = False
    ) -> None:
        super().__init__()
        self.sparse = sparse
        self._encoder = Encoder(columns)
        if tables is not None:
            check_table_names(self.plan.tables, tables)
        self.embeddings = nn.ModuleDict()
        self._escaped = {name: escape(name, _RESERVED) for name in self.plan.tables}
        for name, table in self.plan.tables.items():
            start = _new_table(table) if tables is None else _given_table(table, tables[name])
            # Modules, not parameters: DistributedDataParallel asks them whether their gradient is sparse.
            embedding = nn.Embedding(table.num_buckets, table.dimension, sparse=sparse, _weight=start)
            self.embeddings[self._escaped[name]] = embedding.requires_grad_(table.trainable)

    @property
    def plan(self) -> Plan:
        """What the columns compile to."""
        return self._encoder.plan

    def forward(self, features_or_batches: Any) -> Any:
        """{group: (steps, lengths)}, or (values, None) for a context group; see `embed`."""
        batches = batches_by_group(self._encoder, features_or_batches)
        return {name: self._embed(group, batches[name]) for name, group in self.plan.groups.items()}

    def tables(self) -> dict[str, Float32s]:
        """Copies of the tables by name, float32 [num_buckets, dimension], for saving and for other layers."""
        return {name: table.detach().cpu().numpy().copy() for name, table in self._tensors().items()}

    def extra_repr(self) -> str:
        """The groups and their columns."""
        groups = self.plan.groups.values()
        return ", ".join(
            f"{group.name or 'columns'}={[output.name for output in group.outputs]}" for group in groups
        )

    def _tensors(self) -> dict[str, Tensor]:
        return {
            name: cast(nn.Embedding, self.embeddings[escaped]).weight
            for name, escaped in self._escaped.items()
        }

    def _embed(self, group: GroupPlan, batch: SequenceBatch[Any]) -> Embedded:
        tables = self._tensors()
        device = next(iter(tables.values())).device if tables else None
        return embed(group, tables, to_tensors(batch, device), sparse=self.sparse)


class SequenceFeatures(Features):
    """One group of sequence columns: from features or a batch to (sequence_input, sequence_length).

    Example:
        >>> import torch, colonnade as cn
        >>> kind = cn.sequence_categorical_column_with_identity("kind", num_buckets=2)
        >>> layer = SequenceFeatures([cn.embedding_column(kind, dimension=3)])
        >>> sequence_input, sequence_length = layer({"kind": [[1], [0, 1]]})
        >>> output, state = torch.nn.GRU(layer.width, 8, batch_first=True)(sequence_input)
        >>> output.shape
        torch.Size([2, 2, 8])
    """

    def __init__(
        self, columns: Columns, tables: Mapping[str, Any] | None = None, *, sparse: bool = False
    ) -> None:
        super().__init__(columns, tables, sparse=sparse)
        self.plan.the_group_of(sequences=True)

    @property
    def width(self) -> int:
        """Numbers in one output step: the `input_size` of an RNN."""
        return self.plan.the_group_of(sequences=True).width

    def forward(self, features_or_batch: Any) -> Embedded:
        """float32 [batch, time, width] and int64 lengths [batch]; jagged batches give [steps, width]."""
        group = self.plan.the_group_of(sequences=True)
        return self._embed(group, the_batch(self._encoder, features_or_batch))


class DenseFeatures(Features):
    """One group of context columns: from features or a batch to float32 [batch, width]."""

    def __init__(
        self, columns: Columns, tables: Mapping[str, Any] | None = None, *, sparse: bool = False
    ) -> None:
        super().__init__(columns, tables, sparse=sparse)
        self.plan.the_group_of(sequences=False)

    @property
    def width(self) -> int:
        """Numbers in one output row: the `in_features` of a linear layer."""
        return self.plan.the_group_of(sequences=False).width

    def forward(self, features_or_batch: Any) -> Tensor:
        """float32 [batch, width], columns in order of name."""
        group = self.plan.the_group_of(sequences=False)
        return self._embed(group, the_batch(self._encoder, features_or_batch))[0]


def sequence_input_layer(
    features_or_batch: Any, columns: Columns, tables: Mapping[str, Any] | None = None
) -> Embedded:
    """TensorFlow 1.15's functional form of `SequenceFeatures`.

    Args:
        features_or_batch: Features in memory, or an encoded batch.
        columns: Sequence columns.
        tables: Arrays or tensors by table name; gradients flow into tensors, which are cast to float32.
            None makes random ones, with an UntrainedTableWarning.

    Returns:
        float32 [batch, time, width] and int64 lengths [batch].
    """
    encoder = Encoder(columns)
    group = encoder.plan.the_group_of(sequences=True)
    if tables is None:
        if encoder.plan.tables:
            warn_untrained(encoder.plan.tables)
        tensors = {name: _new_table(table) for name, table in encoder.plan.tables.items()}
    else:
        check_table_names(encoder.plan.tables, tables)
        tensors = {name: _given_tensor(table, tables[name]) for name, table in encoder.plan.tables.items()}
    device = next(iter(tensors.values())).device if tensors else None
    return embed(group, tensors, to_tensors(the_batch(encoder, features_or_batch), device))


def _new_table(table: Table) -> Tensor:
    if table.initializer is not None:
        return _given_table(table, table.initializer((table.num_buckets, table.dimension), "float32"))
    stddev = 1 / math.sqrt(table.dimension)
    try:
        values = torch.empty(table.num_buckets, table.dimension, dtype=torch.float32)
    except RuntimeError as error:
        raise too_large(table) from error
    return nn.init.trunc_normal_(values, std=stddev, a=-2 * stddev, b=2 * stddev)


def _given_table(table: Table, given: Any) -> Tensor:
    if isinstance(given, Tensor):
        given = given.detach().cpu()
        given = given.float() if given.dtype == torch.bfloat16 else given  # which NumPy does not know
    return torch.from_numpy(checked_table(table, given))


def _given_tensor(table: Table, given: Any) -> Tensor:
    """A table that keeps its gradients and its device."""
    if not isinstance(given, Tensor):
        return _given_table(table, given)
    if given.shape != (table.num_buckets, table.dimension) or given.is_complex() or given.dtype == torch.bool:
        expected, got = (table.num_buckets, table.dimension), tuple(given.shape)
        message = f"table must be numbers of shape {expected}, got {given.dtype} {got}"
        raise TableError(message, column=table.name)
    cast = given.to(torch.float32)
    if given.dtype == torch.float64 and bool((cast.isinf() & ~given.isinf()).any()):
        raise TableError("a number in the table does not fit float32", column=table.name)
    return cast
