"""Every error that Colonnade raises: one class per way of being wrong, one root for all of them.

Each says what happened, where (file, record, byte, key, column, row, step, as far as they exist),
what was found and expected, and what to do. The place is also in `error.where`, for programs.

All but DependencyError are a ValueError, and those about types are a TypeError too.
"""

from ._classes import (
    ColonnadeError,
    ColumnTypeError,
    ColumnValueError,
    CompressionWarning,
    ConfigError,
    DataLossError,
    DataLossWarning,
    DependencyError,
    DuplicateNameError,
    FeatureTypeError,
    FeatureWarning,
    GroupError,
    IdOutOfRangeError,
    KindError,
    LimitError,
    MalformedRecordError,
    MissingFeatureError,
    NarrowingError,
    NormalizerError,
    PartialStepError,
    RaggedError,
    RecordFileError,
    RecordTypeError,
    SparseIndexError,
    SpecConflictError,
    TableError,
    UnequalLengthsError,
    UntrainedTableWarning,
    ValueCountError,
    VocabularyError,
    WeightsError,
)
from ._shown import names_with_guess as names_with_guess
from ._shown import shown as shown
from ._warned import warn as warn
from ._words import from_core as from_core
from ._words import lists_error as lists_error

__all__ = [
    "ColonnadeError",
    "ColumnTypeError",
    "ColumnValueError",
    "CompressionWarning",
    "ConfigError",
    "DataLossError",
    "DataLossWarning",
    "DependencyError",
    "DuplicateNameError",
    "FeatureTypeError",
    "FeatureWarning",
    "GroupError",
    "IdOutOfRangeError",
    "KindError",
    "LimitError",
    "MalformedRecordError",
    "MissingFeatureError",
    "NarrowingError",
    "NormalizerError",
    "PartialStepError",
    "RaggedError",
    "RecordFileError",
    "RecordTypeError",
    "SparseIndexError",
    "SpecConflictError",
    "TableError",
    "UnequalLengthsError",
    "UntrainedTableWarning",
    "ValueCountError",
    "VocabularyError",
    "WeightsError",
]

# Users see and pickle classes by the names that are promised, not by the files that they lie in.
for _name in __all__:
    globals()[_name].__module__ = __name__
del _name
