"""RaggedFeature: values of any number, divided into rows by other features of the record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_args

from .._checks import checked_key
from .._dtypes import DtypeLike, dtype_name
from .._ragged import Ragged
from ..errors import ColumnTypeError, ColumnValueError, LimitError, RaggedError, shown
from . import partitions as _partitions
from .partitions import Partition, UniformRowLength, divided
from .specs import checked_wire_dtype


@dataclass(frozen=True)
class RaggedFeature:
    """A list of any length, divided into rows. Parsed to a Ragged with one more level for each partition.

    Partitions are always checked: those that do not cover the values exactly are an error.

    Args:
        dtype: What the record holds: int64, float32 or string.
        value_key: The feature that holds the values; None takes the name under which the spec stands.
        partitions: How the values are divided, the outermost first: RaggedFeature.RowLengths(key), RowSplits,
            RowStarts, RowLimits, ValueRowIds (each with the key of an int64 feature), or
            RaggedFeature.UniformRowLength(length).
        row_splits_dtype: "int32" or "int64", where TensorFlow has it; the row splits are int64 either way.
        validate: A bool, where TensorFlow has it; partitions are checked either way.

    Raises:
        ColumnValueError: any other dtype, an empty value_key.
        ColumnTypeError: a value_key, partitions or a validate of another type.

    Example:
        >>> import colonnade as cn
        >>> cn.RaggedFeature("int64", partitions=[cn.RaggedFeature.RowSplits("ends")])
        RaggedFeature(dtype='int64', value_key=None, partitions=(RaggedFeature.RowSplits(key='ends'),))
    """

    RowLengths = _partitions.RowLengths
    RowSplits = _partitions.RowSplits
    RowStarts = _partitions.RowStarts
    RowLimits = _partitions.RowLimits
    ValueRowIds = _partitions.ValueRowIds
    UniformRowLength = _partitions.UniformRowLength

    dtype: str
    value_key: str | None = None
    partitions: tuple[Partition, ...] = ()

    def __init__(
        self,
        dtype: DtypeLike,
        value_key: str | None = None,
        partitions: Any = (),
        row_splits_dtype: DtypeLike = "int64",
        validate: bool = True,
    ) -> None:
        if value_key is not None and checked_key(value_key) == "":
            raise ColumnValueError("value_key must not be empty; None takes the name of the feature")
        if not isinstance(partitions, list | tuple):
            raise ColumnTypeError(f"partitions must be a list or a tuple, got {type(partitions).__name__}")
        for partition in partitions:
            if not isinstance(partition, get_args(Partition)):
                raise ColumnTypeError(
                    f"not a partition: {shown(partition)}; "
                    "use RaggedFeature.RowSplits(key) or another of the six"
                )
        if dtype_name(row_splits_dtype) not in ("int32", "int64"):
            raise ColumnValueError(
                f"row_splits_dtype must be 'int32' or 'int64', got {shown(row_splits_dtype)}"
            )
        if not isinstance(validate, bool):
            raise ColumnTypeError(f"validate must be a bool, got {shown(validate)}")
        object.__setattr__(self, "dtype", checked_wire_dtype(dtype))
        object.__setattr__(self, "value_key", value_key)
        object.__setattr__(self, "partitions", tuple(partitions))

    def wire_dtypes(self, name: str) -> list[tuple[str, str]]:
        """The features of a record that are read, and what each must hold."""
        keyed = [partition for partition in self.partitions if not isinstance(partition, UniformRowLength)]
        return [(self.value_key or name, self.dtype), *((partition.key, "int64") for partition in keyed)]


# Users see and pickle partitions by the names that are promised, not by the file that they lie in.
for _partition in get_args(Partition):
    _partition.__module__ = __name__.partition(".")[0]
    _partition.__qualname__ = f"{RaggedFeature.__name__}.{_partition.__name__}"
del _partition


def partitioned(feature: RaggedFeature, name: str, read: Callable[[str], Ragged]) -> Ragged:
    """The values of each group (a record, or a step of one) divided by the partitions, innermost first.

    Args:
        feature: What to read.
        name: The name under which the feature stands.
        read: Gives the values of a key, a Ragged of one row a group; all keys have as many groups.

    Raises:
        RaggedError: partitions that contradict the values; `row` is the group.
        LimitError: row ids that declare too many rows without a value.
    """
    values = read(feature.value_key or name)
    for partition in reversed(feature.partitions):
        given = values if isinstance(partition, UniformRowLength) else read(partition.key)
        try:
            values = divided(values, partition.lengths(values.row_lengths, given))
        except (RaggedError, LimitError) as error:
            raise type(error)(f"{partition} contradicts the values: {error.message}", **error.where) from None
    return values
