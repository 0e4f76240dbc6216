"""One class per way of being wrong, and one root for all of them.

All but DependencyError are a ValueError, and those about types are a TypeError too: TensorFlow raises the
one or the other, and code that catches it catches ours.
"""

from __future__ import annotations

from typing import Any

_PLACES = ("file", "record", "byte", "key", "column", "row", "step")


class ColonnadeError(Exception):
    """The root of every error of Colonnade.

    Attributes:
        message: What happened and what to do, without the place.
        where: The place, a dict with some of the keys file, record, byte, key, column, row and step;
            record, row and step count from 0.
    """

    def __init__(self, message: str, /, **where: Any) -> None:
        self.message = message
        self.where = {place: where[place] for place in _PLACES if where.get(place) is not None}
        super().__init__(message)

    def __str__(self) -> str:
        place = ", ".join(f"{name} {value!r}" for name, value in self.where.items())
        return f"{place}: {self.message}" if place else self.message

    def at(self, **where: Any) -> ColonnadeError:
        """The same error with more of its place known."""
        return type(self)(self.message, **{**self.where, **where})


# Declarations.


class ColumnValueError(ColonnadeError, ValueError):
    """An argument of a column, a spec or an encoder has a value that cannot be."""


class ColumnTypeError(ColonnadeError, TypeError, ValueError):
    """An argument of a column, a spec or an encoder has the wrong type."""


class DuplicateNameError(ColumnValueError):
    """Two different columns have one name."""


class SpecConflictError(ColumnValueError):
    """One key is wanted in two ways that differ."""


class GroupError(ColumnValueError):
    """Columns that cannot stand in one group, or a group that does not exist."""


class VocabularyError(ColonnadeError, ValueError):
    """A vocabulary with a duplicate, blank or unreadable entry, or one that has changed."""


# Records.


class MalformedRecordError(ColonnadeError, ValueError):
    """The bytes of a record are not what protobuf accepts as tf.train.Example."""


class DataLossError(ColonnadeError, ValueError):
    """A TFRecord file is cut off or corrupt."""


class RecordFileError(ColonnadeError, ValueError):
    """A TFRecord reader or writer cannot do what it is asked, such as reading a stream twice."""


class RecordTypeError(ColonnadeError, TypeError, ValueError):
    """A source, a target or a record of a TFRecord file has the wrong type."""


class KindError(ColonnadeError, ValueError):
    """A record holds another kind of list than its spec declares."""


class MissingFeatureError(ColonnadeError, ValueError):
    """A required feature is absent."""


class ValueCountError(ColonnadeError, ValueError):
    """A fixed-length feature holds another number of values than its spec declares."""


class SparseIndexError(ColonnadeError, ValueError):
    """Indices of a sparse feature out of bounds, repeated, out of order, or not one for each value."""


# Features in memory.


class FeatureTypeError(ColonnadeError, TypeError, ValueError):
    """A feature comes in a container or with a dtype that its column cannot take."""


class RaggedError(ColonnadeError, ValueError, TypeError):
    """Row splits, offsets, nesting or kinds of values that contradict each other."""


class IdOutOfRangeError(ColonnadeError, ValueError):
    """An id outside [0, num_buckets) of an identity column without a default."""


class PartialStepError(ColonnadeError, ValueError):
    """A row whose number of values is not a multiple of its column's values per step."""


class UnequalLengthsError(ColonnadeError, ValueError):
    """Columns of one group that have different numbers of steps in a row, or of rows."""


class WeightsError(ColonnadeError, ValueError):
    """Weights of another structure than the ids that they belong to."""


class NarrowingError(ColonnadeError, ValueError):
    """A value that the declared dtype cannot hold."""


class NormalizerError(ColonnadeError, ValueError, TypeError):
    """A normalizer_fn that returned another shape, or something that is no array of numbers."""


# Tables and limits.


class TableError(ColonnadeError, ValueError):
    """An embedding table that is missing, unknown, or of another shape than declared."""


class LimitError(ColonnadeError, ValueError):
    """A size beyond a documented limit."""


class DependencyError(ColonnadeError, ImportError):
    """An optional package that is not installed; the message says what to install."""


class ConfigError(ColonnadeError, ValueError):
    """Something that a config cannot hold, or a config that is damaged, unknown or hostile."""


class FeatureWarning(UserWarning):
    """A feature that no record has had so far, and whose sequences are therefore all empty."""


class DataLossWarning(UserWarning):
    """A reader passed over damaged bytes of a TFRecord file, as it was asked to."""


class CompressionWarning(UserWarning):
    """A TFRecord file that is named like a compressed one and is written as a plain one."""


class UntrainedTableWarning(UserWarning):
    """A layer made its own random tables because none were given."""
