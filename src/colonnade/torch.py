"""Layers for PyTorch: ordinary modules that own the tables of some columns."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, overload
from urllib.parse import unquote

import numpy as np

from ._encoding import Columns, Encoder, GroupPlan, Groups, SequenceBatch, Slot, Table
from ._layers import (
    Float32s,
    Outputs,
    OutputsOfOneGroup,
    batches_by_group,
    check_table_names,
    checked_table,
    outputs_by_group,
    the_batch,
    the_table,
    too_large,
    warn_untrained,
)
from .errors import DependencyError, TableError

try:
    import torch
    from torch import Tensor, nn
except ImportError as error:
    raise DependencyError("colonnade.torch needs PyTorch; install colonnade[torch]") from error

from ._layers import torch_embedding, torch_sequences

embed = torch_embedding.embed
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

Batch: TypeAlias = torch_embedding.Batch
Embedded: TypeAlias = torch_embedding.Embedded

# So that batches pass through torch.export, and an exported program is loaded without unpickling code.
torch.export.register_dataclass(Slot, serialized_type_name="colonnade.Slot")
torch.export.register_dataclass(SequenceBatch, serialized_type_name="colonnade.SequenceBatch")
torch.serialization.add_safe_globals([Slot, SequenceBatch])

# Torch asks modules for their children by attribute, so no child may go by the name of one.
_TAKEN = frozenset(dir(nn.Module()))


@overload
def to_tensors(batch_or_batches: SequenceBatch[Any], device: torch.device | str | None = None) -> Batch: ...
@overload
def to_tensors(
    batch_or_batches: Mapping[str, SequenceBatch[Any]], device: torch.device | str | None = None
) -> dict[str, Batch]: ...
def to_tensors(
    batch_or_batches: SequenceBatch[Any] | Mapping[str, SequenceBatch[Any]],
    device: torch.device | str | None = None,
) -> Batch | dict[str, Batch]:
    """A batch of NumPy arrays, or {group: batch}, as tensors, without a copy in host memory."""

    def convert(array: Any) -> Tensor:
        tensor = torch.from_numpy(array) if isinstance(array, np.ndarray) else array
        return tensor.to(device)

    if isinstance(batch_or_batches, SequenceBatch):
        return batch_or_batches.map(convert)
    return {name: batch.map(convert) for name, batch in batch_or_batches.items()}


class Features(Outputs, nn.Module):
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
        self.embeddings = nn.Module()  # no nn.ModuleDict, which has names of its own, such as "items"
        for name, table in self.plan.tables.items():
            start = _new_table(table) if tables is None else _given_table(table, tables[name])
            # Modules, not parameters: DistributedDataParallel asks them whether their gradient is sparse.
            embedding = nn.Embedding(table.num_buckets, table.dimension, sparse=sparse, _weight=start)
            self.embeddings.add_module(_key_of(name), embedding.requires_grad_(table.trainable))
        self._no_table = torch.empty(0)

    def forward(self, features_or_batches: Any) -> Any:
        """{group: (steps, lengths)}, and the values alone for a context group; see `embed`."""
        batches = batches_by_group(self._encoder, features_or_batches)
        embedded = {name: self._embed(group, batches[name]) for name, group in self.plan.groups.items()}
        return outputs_by_group(self.plan, embedded)

    def table(self, name: str) -> nn.Parameter:
        """The table itself, [num_buckets, dimension], for example for a softmax that is tied to it.

        Raises:
            TableError: there is no table of this name.
        """
        return the_table(self._parameters_by_name(), name)

    def tables(self) -> dict[str, Float32s]:
        """Copies of the tables by name, float32 [num_buckets, dimension], for saving and for other layers."""
        return {
            name: table.detach().cpu().to(torch.float32, copy=True).numpy()
            for name, table in self._parameters_by_name().items()
        }

    def extra_repr(self) -> str:
        """The groups and their columns."""
        groups = self.plan.groups.values()
        return ", ".join(
            f"{group.name or 'columns'}={[output.name for output in group.outputs]}" for group in groups
        )

    def _parameters_by_name(self) -> dict[str, nn.Parameter]:
        return {name: getattr(self.embeddings, _key_of(name)).weight for name in self.plan.tables}

    def _load_from_state_dict(self, state_dict: dict[str, Any], prefix: str, *arguments: Any) -> None:
        # Earlier versions escaped more names, such as "items".
        start, ours = f"{prefix}embeddings.", dict(self.embeddings.named_children())
        for key in [key for key in state_dict if key.startswith(start)]:
            name, dot, rest = key.removeprefix(start).partition(".")
            if name not in ours and (known := _key_of(unquote(name))) in ours:
                state_dict[f"{start}{known}{dot}{rest}"] = state_dict.pop(key)
        super()._load_from_state_dict(state_dict, prefix, *arguments)

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Features:
        # A layer without tables is cast as well, as by `half()`.
        self._no_table = fn(self._no_table)
        return super()._apply(fn, recurse)  # type: ignore[no-any-return, no-untyped-call]

    def _embed(self, group: GroupPlan, batch: SequenceBatch[Any]) -> Embedded:
        tables: dict[str, Tensor] = {**self._parameters_by_name()}
        device = next(iter(tables.values())).device if tables else None
        batch = to_tensors(batch, device)
        return embed(group, tables or {"": self._no_table}, batch, sparse=self.sparse)


class SequenceFeatures(OutputsOfOneGroup, Features):
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

    def forward(self, features_or_batch: Any) -> Embedded:
        """[batch, time, width] of the tables' dtype and int64 lengths [batch]; jagged: [steps, width]."""
        group = self.plan.the_group_of(sequences=True)
        return self._embed(group, the_batch(self._encoder, features_or_batch))


class DenseFeatures(OutputsOfOneGroup, Features):
    """One group of context columns: from features or a batch to float32 [batch, width]."""

    def __init__(
        self, columns: Columns, tables: Mapping[str, Any] | None = None, *, sparse: bool = False
    ) -> None:
        super().__init__(columns, tables, sparse=sparse)
        self.plan.the_group_of(sequences=False)

    def forward(self, features_or_batch: Any) -> Tensor:
        """[batch, width] of the tables' dtype, columns in order of name."""
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


def _key_of(name: str) -> str:
    """A table's name as a key of a `state_dict`; `urllib.parse.unquote` undoes it.

    Example:
        >>> [_key_of(name) for name in ("items", "user/item", "item.id", "type")]
        ['items', 'user/item', 'item%2Eid', '%74ype']
    """
    key = name.replace("%", "%25").replace(".", "%2E")
    return f"%{ord(key[0]):02X}{key[1:]}" if key in _TAKEN else key


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
