"""What a column reads: its keys and how, whether they are sequences, and the column inside that reads them.

Each is a match over every kind of column, so that a new kind is a type error until it stands in all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias, assert_never, cast, get_args

from .._dtypes import wire_dtype
from .._records import FixedLenFeature, VarLenFeature
from ..columns import (
    BucketizedColumn,
    CategoricalColumn,
    Column,
    CrossedColumn,
    DenseColumn,
    EmbeddingColumn,
    HashedCategoricalColumn,
    IdentityCategoricalColumn,
    IndicatorColumn,
    KeyColumn,
    NumberColumn,
    NumericColumn,
    SequenceCategoricalColumn,
    SequenceNumericColumn,
    VocabularyFileCategoricalColumn,
    VocabularyListCategoricalColumn,
    WeightedCategoricalColumn,
)
from ..errors import ColumnTypeError, SpecConflictError, shown

FeatureSpec: TypeAlias = VarLenFeature | FixedLenFeature
InnerColumn: TypeAlias = KeyColumn | CrossedColumn | WeightedCategoricalColumn | NumberColumn
"""What is encoded: a column without what makes it dense, and without the mark of a sequence."""
Part: TypeAlias = KeyColumn | NumberColumn | str
"""What is read of one key; a str is the raw feature of that name, in a cross."""
Wrapper: TypeAlias = EmbeddingColumn | IndicatorColumn | SequenceCategoricalColumn | WeightedCategoricalColumn


def inside(column: Wrapper) -> CategoricalColumn:
    """The column that another one wraps.

    Raises:
        ColumnTypeError: it is none of ours.
    """
    wrapped = column.categorical_column
    if isinstance(wrapped, get_args(CategoricalColumn)):
        return cast(CategoricalColumn, wrapped)
    raise ColumnTypeError(f"not a column: {type(wrapped).__name__} {shown(wrapped)}")


def inner_column(column: DenseColumn | CategoricalColumn) -> InnerColumn:
    """The column that is encoded."""
    match column:
        case EmbeddingColumn() | IndicatorColumn() | SequenceCategoricalColumn():
            return inner_column(inside(column))
        case (
            IdentityCategoricalColumn()
            | HashedCategoricalColumn()
            | VocabularyListCategoricalColumn()
            | VocabularyFileCategoricalColumn()
            | BucketizedColumn()
            | CrossedColumn()
            | WeightedCategoricalColumn()
            | NumericColumn()
            | SequenceNumericColumn()
        ):
            return column
        case _:
            assert_never(column)


def is_sequence(column: Column) -> bool:
    """Whether a column, or one that it wraps, reads a sequence."""
    match column:
        case SequenceCategoricalColumn() | SequenceNumericColumn():
            return True
        case EmbeddingColumn() | IndicatorColumn() | WeightedCategoricalColumn():
            return is_sequence(inside(column))
        case BucketizedColumn():
            return is_sequence(column.source_column)
        case (
            IdentityCategoricalColumn()
            | HashedCategoricalColumn()
            | VocabularyListCategoricalColumn()
            | VocabularyFileCategoricalColumn()
            | CrossedColumn()
            | NumericColumn()
        ):
            return False
        case _:
            assert_never(column)


def parts(column: InnerColumn) -> tuple[Part, ...]:
    """What is read for a column's ids or numbers, key by key, in order."""
    match column:
        case WeightedCategoricalColumn():
            return parts(inner_column(inside(column)))
        case CrossedColumn():
            return column.keys
        case (
            IdentityCategoricalColumn()
            | HashedCategoricalColumn()
            | VocabularyListCategoricalColumn()
            | VocabularyFileCategoricalColumn()
            | BucketizedColumn()
            | NumericColumn()
            | SequenceNumericColumn()
        ):
            return (column,)
        case _:
            assert_never(column)


def part_key(part: Part) -> str:
    """The key that a part reads."""
    return part if isinstance(part, str) else part.key


def weight_key(column: InnerColumn) -> str | None:
    """The key of a column's weights."""
    return column.weight_feature_key if isinstance(column, WeightedCategoricalColumn) else None


def column_spec(column: Column) -> dict[str, FeatureSpec]:
    """The keys that a column reads, and how."""
    if isinstance(column, EmbeddingColumn | IndicatorColumn | SequenceCategoricalColumn):
        return column_spec(inside(column))
    spec = merge_specs(_part_spec(part) for part in parts(column))
    if isinstance(column, WeightedCategoricalColumn):
        weights = {column.weight_feature_key: VarLenFeature(wire_dtype(column.dtype))}
        return merge_specs([spec, weights])
    return spec


def _part_spec(part: Part) -> dict[str, FeatureSpec]:
    match part:
        case str():
            return {part: VarLenFeature("string")}
        case BucketizedColumn():
            return _part_spec(part.source_column)
        case NumericColumn():
            return {part.key: FixedLenFeature(part.shape, wire_dtype(part.dtype), part.default_value)}
        case (
            IdentityCategoricalColumn()
            | HashedCategoricalColumn()
            | VocabularyListCategoricalColumn()
            | VocabularyFileCategoricalColumn()
            | SequenceNumericColumn()
        ):
            return {part.key: VarLenFeature(wire_dtype(part.dtype))}
        case _:
            assert_never(part)


def merge_specs(specs: Iterable[Mapping[str, FeatureSpec]]) -> dict[str, FeatureSpec]:
    """One spec for several, in which no key may be read in two ways."""
    merged: dict[str, FeatureSpec] = {}
    for spec in specs:
        for key, feature in spec.items():
            other = merged.setdefault(key, feature)
            if other != feature:
                raise SpecConflictError(
                    f"read both as {other} and as {feature}; make the columns agree", key=key
                )
    return merged


def make_parse_example_spec(feature_columns: Iterable[Column]) -> dict[str, FeatureSpec]:
    """The keys that some columns read, and how, for `parse_example`.

    Args:
        feature_columns: Any columns, of sequences and of contexts.

    Returns:
        {key: VarLenFeature or FixedLenFeature}, each key once.

    Raises:
        ColumnTypeError: an item is not a column.
        SpecConflictError: two columns read one key in ways that differ.

    Example:
        >>> import colonnade as cn
        >>> watches = cn.sequence_categorical_column_with_identity("watches", num_buckets=1000)
        >>> make_parse_example_spec([cn.embedding_column(watches, dimension=10)])
        {'watches': VarLenFeature(dtype='int64')}
    """
    return merge_specs(column_spec(column) for column in _checked_columns(feature_columns))


def make_parse_sequence_example_spec(
    columns: Iterable[Column],
) -> tuple[dict[str, FeatureSpec], dict[str, FeatureSpec]]:
    """The keys that some columns read of SequenceExamples, and how, for `parse_sequence_example`.

    Sequence columns read the feature lists, all others the context, as Encoder.encode_sequence_examples does.

    Args:
        columns: Any columns, of sequences and of contexts.

    Returns:
        (context_features, sequence_features), each {key: VarLenFeature or FixedLenFeature}. A key may stand
        in both: SequenceExamples keep the two apart.

    Raises:
        ColumnTypeError: an item is not a column.
        SpecConflictError: two columns read one key in ways that differ.

    Example:
        >>> import colonnade as cn
        >>> watches = cn.sequence_categorical_column_with_identity("watches", num_buckets=1000)
        >>> make_parse_sequence_example_spec([cn.embedding_column(watches, 10), cn.numeric_column("age")])
        ({'age': FixedLenFeature(shape=(1,), dtype='float32', default_value=None)}, \
{'watches': VarLenFeature(dtype='int64')})
    """
    given = _checked_columns(columns)
    context = merge_specs(column_spec(column) for column in given if not is_sequence(column))
    return context, merge_specs(column_spec(column) for column in given if is_sequence(column))


def _checked_columns(columns: Iterable[Column]) -> list[Column]:
    if isinstance(columns, str | Mapping) or not isinstance(columns, Iterable):
        raise ColumnTypeError(f"columns must be an iterable of columns, got {type(columns).__name__}")
    given = list(columns)
    for column in given:
        if not isinstance(column, get_args(Column)):
            raise ColumnTypeError(f"not a column: {type(column).__name__} {shown(column)}")
    return given
