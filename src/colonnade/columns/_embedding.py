"""Embedding columns: each id is a row of a trained table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from .._checks import checked_int, checked_name, checked_real
from ..errors import ColumnTypeError, ColumnValueError, shown
from ._categorical import PlainCategoricalColumn, checked_categorical

Initializer: TypeAlias = Callable[[tuple[int, int], str], Any]
"""From a table's shape (num_buckets, dimension) and dtype name to an array of that shape."""

COMBINERS = ("mean", "sqrtn", "sum")


@dataclass(frozen=True)
class EmbeddingColumn:
    """The rows of a table, combined where a step or an example holds several ids.

    Columns whose `table` is the same share it.
    """

    categorical_column: PlainCategoricalColumn
    dimension: int
    combiner: str = "mean"
    initializer: Initializer | None = None
    max_norm: float | None = None
    trainable: bool = True
    use_safe_embedding_lookup: bool = True
    name: str = ""
    table: str = ""

    def __post_init__(self) -> None:
        column = checked_categorical(self.categorical_column, "embedding_column")
        name = checked_name(None if self.name == "" else self.name) or f"{column.name}_embedding"
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "table", checked_name(self.table or None) or name)
        dimension = checked_int(self.dimension, "dimension", at_least=1, column=name)
        object.__setattr__(self, "dimension", dimension)
        if not isinstance(self.combiner, str) or self.combiner not in COMBINERS:
            raise ColumnValueError(
                f"combiner must be one of {COMBINERS}, got {shown(self.combiner)}", column=name
            )
        if self.initializer is not None and not callable(self.initializer):
            raise ColumnTypeError(
                f"initializer must be callable or None, got {shown(self.initializer)}", column=name
            )
        for option in ("trainable", "use_safe_embedding_lookup"):
            if not isinstance(getattr(self, option), bool):
                raise ColumnTypeError(
                    f"{option} must be a bool, got {shown(getattr(self, option))}", column=name
                )
        if self.max_norm is not None:
            max_norm = float(checked_real(self.max_norm, "max_norm", column=name))
            if not max_norm > 0:
                raise ColumnValueError(f"max_norm must be greater than 0, got {max_norm}", column=name)
            object.__setattr__(self, "max_norm", max_norm)


def _refuse_checkpoints(*arguments: object) -> None:
    if any(argument is not None for argument in arguments):
        raise ColumnValueError(
            "checkpoints are not read here; load the trained array and give it to the layer, "
            "as tables={name: array}"
        )


def embedding_column(
    categorical_column: PlainCategoricalColumn,
    dimension: int,
    combiner: str = "mean",
    initializer: Initializer | None = None,
    ckpt_to_load_from: None = None,
    tensor_name_in_ckpt: None = None,
    max_norm: float | None = None,
    trainable: bool = True,
    use_safe_embedding_lookup: bool = True,
    *,
    name: str | None = None,
) -> EmbeddingColumn:
    """A dense representation of a categorical column: a row of a table for each id.

    Ids below 0 (holes, out-of-vocabulary values) contribute nothing; without ids a step is all zeros.

    Args:
        categorical_column: The column that makes the ids; for sequences one of the
            `sequence_categorical_column_with_*` kind.
        dimension: Width of the table.
        combiner: How several ids of a step are combined: "mean", "sqrtn" (sum of w * e over the root of
            the sum of w squared) or "sum".
        initializer: From (shape, dtype) to a new table; None is a normal distribution truncated at two
            deviations, mean 0, stddev 1 / sqrt(dimension).
        ckpt_to_load_from: Refused; give trained arrays to a layer as `tables`.
        tensor_name_in_ckpt: Refused likewise.
        max_norm: Looked-up rows with a larger L2 norm are scaled down to it; the table stays as it is.
        trainable: Whether training changes the table.
        use_safe_embedding_lookup: Kept for old code; every lookup here is safe.
        name: The column's name, instead of the categorical column's with "_embedding" behind it.

    Raises:
        ColumnTypeError: categorical_column is not categorical, or an argument has the wrong type.
        ColumnValueError: dimension less than 1, unknown combiner, max_norm not above 0, a checkpoint given.

    Example:
        >>> import colonnade as cn
        >>> watches = cn.sequence_categorical_column_with_identity("watches", num_buckets=1000)
        >>> embedding_column(watches, dimension=10).name
        'watches_embedding'
    """
    _refuse_checkpoints(ckpt_to_load_from, tensor_name_in_ckpt)
    return EmbeddingColumn(
        categorical_column,
        dimension,
        combiner,
        initializer,
        max_norm,
        trainable,
        use_safe_embedding_lookup,
        checked_name(name) or "",
    )


def shared_embeddings(
    categorical_columns: Sequence[PlainCategoricalColumn],
    dimension: int,
    combiner: str = "mean",
    initializer: Initializer | None = None,
    shared_embedding_collection_name: str | None = None,
    ckpt_to_load_from: None = None,
    tensor_name_in_ckpt: None = None,
    max_norm: float | None = None,
    trainable: bool = True,
    use_safe_embedding_lookup: bool = True,
) -> list[EmbeddingColumn]:
    """Embedding columns that share one table, for example a watch history and the candidate item.

    Args:
        categorical_columns: Columns of one class and one number of buckets, of sequences, contexts or both.
        dimension: Width of the table.
        combiner: As for `embedding_column`.
        initializer: As for `embedding_column`.
        shared_embedding_collection_name: The table's name; None joins the columns' sorted names by "_",
            with "_shared_embedding" behind them.
        ckpt_to_load_from: Refused; give trained arrays to a layer as `tables`.
        tensor_name_in_ckpt: Refused likewise.
        max_norm: As for `embedding_column`.
        trainable: Whether training changes the table.
        use_safe_embedding_lookup: Kept for old code; every lookup here is safe.

    Returns:
        A column for each, in the given order, named like it with "_shared_embedding" behind. In a group
        with sequences, give only the sequence ones; put the context ones into a group of their own.

    Raises:
        ColumnTypeError: no list of categorical columns.
        ColumnValueError: columns of different classes or numbers of buckets; as `embedding_column` does.

    Example:
        >>> import colonnade as cn
        >>> history = cn.sequence_categorical_column_with_identity("watched", num_buckets=1000)
        >>> candidate = cn.categorical_column_with_identity("item", num_buckets=1000)
        >>> [column.table for column in shared_embeddings([history, candidate], dimension=8)]
        ['item_watched_shared_embedding', 'item_watched_shared_embedding']
    """
    _refuse_checkpoints(ckpt_to_load_from, tensor_name_in_ckpt)
    if not isinstance(categorical_columns, list | tuple) or not categorical_columns:
        raise ColumnTypeError(
            f"shared_embeddings needs a list of categorical columns, got {shown(categorical_columns)}"
        )
    columns = [checked_categorical(column, "shared_embeddings") for column in categorical_columns]
    kinds = {(type(_innermost(column)).__name__, column.num_buckets) for column in columns}
    if len(kinds) > 1:
        raise ColumnValueError(
            f"columns that share a table must be of one class and size, got {sorted(kinds)}"
        )
    table = checked_name(shared_embedding_collection_name) or (
        "_".join(sorted(column.name for column in columns)) + "_shared_embedding"
    )
    return [
        EmbeddingColumn(
            column,
            dimension,
            combiner,
            initializer,
            max_norm,
            trainable,
            use_safe_embedding_lookup,
            name=f"{column.name}_shared_embedding",
            table=table,
        )
        for column in columns
    ]


def _innermost(column: PlainCategoricalColumn) -> object:
    """The column that makes the ids, without sequence mark and weights."""
    while hasattr(column, "categorical_column"):
        column = column.categorical_column
    return column
