"""Every error that Colonnade raises: one class per way of being wrong, one root for all of them.

Each says what happened, where (file, record, byte, key, column, row, step, as far as they exist),
what was found and expected, and what to do. The place is also in `error.where`, for programs.
"""

from __future__ import annotations

import struct
from typing import Any

__all__ = [
    "ColonnadeError",
    "ColumnTypeError",
    "ColumnValueError",
    "ConfigError",
    "DataLossError",
    "DependencyError",
    "DuplicateNameError",
    "FeatureTypeError",
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


class ColumnTypeError(ColonnadeError, TypeError):
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


class RecordTypeError(ColonnadeError, TypeError):
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


class FeatureTypeError(ColonnadeError, TypeError):
    """A feature comes in a container or with a dtype that its column cannot take."""


class RaggedError(ColonnadeError, ValueError):
    """Row splits, offsets or nesting that do not describe their values."""


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


class NormalizerError(ColonnadeError, ValueError):
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


class UntrainedTableWarning(UserWarning):
    """A layer made its own random tables because none were given."""


_KINDS = {0: "nothing", 1: "a bytes list", 2: "a float list", 3: "an int64 list"}
_DAMAGED = "the record is damaged, or is no serialized tf.train.Example"

_WIRE = {
    "truncated": "the record ends inside a field",
    "varint_too_long": "a varint has too many bytes",
    "bad_tag": "a field tag is not valid",
    "bad_wire_type": "a field has a wire type that does not exist (6 or 7)",
    "bad_group": "a group ends that never began",
    "too_deep": "messages or groups nest too deeply",
    "length_too_large": "a length of 2 GiB or more",
    "unknown_in_entry": "an entry of the feature map holds something besides a key and a value",
    "bad_utf8": "a feature name is not valid UTF-8",
    "bad_packed_floats": "packed floats whose size is not a multiple of 4 bytes",
    "record_too_large": "the record has 2 GiB or more",
}


def from_core(code: str, detail: dict[str, Any]) -> Exception:
    """Turn an error value of the compiled core into an exception.

    Args:
        code: Name of the error code, as in src/core/ground/error.hpp.
        detail: `got`, `expected`, and the known parts of the place. A second column, where two are
            compared, is `other_column`.
    """
    got, expected = detail.pop("got", None), detail.pop("expected", None)
    other = detail.pop("other_column", None)
    if code in _WIRE:
        return MalformedRecordError(f"{_WIRE[code]}; {_DAMAGED}", **detail)
    match code:
        case "wrong_kind":
            return KindError(
                f"the record holds {_KINDS[got]}, the spec declares {_KINDS[expected]}; "
                "declare the dtype that was written",
                **detail,
            )
        case "missing_feature":
            return MissingFeatureError(
                "the feature is required and the record does not have it; "
                "give the spec a default_value (or allow_missing=True), or declare it as VarLenFeature",
                **detail,
            )
        case "wrong_count":
            return ValueCountError(
                f"the record holds {got} values, the shape needs {expected}; "
                "correct the shape, or declare it as VarLenFeature",
                **detail,
            )
        case "id_out_of_range":
            return IdOutOfRangeError(
                f"id {got} is not in [0, {expected}); raise num_buckets, "
                "or give a default_value for ids out of range",
                **detail,
            )
        case "number_too_large":
            (number,) = struct.unpack("d", struct.pack("q", got))
            return NarrowingError(f"{number} does not fit float32", **detail)
        case "partial_step":
            return PartialStepError(
                f"{got} values are not a multiple of the {expected} that the shape needs for each step",
                **detail,
            )
        case "weights_mismatch":
            what = f"{got} weights for {expected} ids"
            if got == expected:
                what = "weights in other steps than the ids"
            return WeightsError(f"{what}; give each id of each step one weight", **detail)
        case "unequal_lengths" if other is None:
            return UnequalLengthsError(
                f"{got} steps, but the cross's first key has {expected}; all keys need the same steps",
                **detail,
            )
        case "unequal_lengths":
            return UnequalLengthsError(
                f"{got} steps, but column {other!r} of the same group has {expected}; "
                "put columns of different lengths into different groups",
                **detail,
            )
        case "written_too_large":
            return LimitError(
                f"the record would have {got} bytes, the limit is {expected}; write smaller ones", **detail
            )
        case "values_changed":
            return RaggedError("the values changed while they were written; give a copy of them", **detail)
        case "truncated_header":
            return DataLossError(
                f"the file ends inside a record's header, after {got} of {expected} bytes", **detail
            )
        case "truncated_data":
            return DataLossError(
                f"the record promises {expected - 4} bytes and a CRC of 4, the file has {got} left: "
                "cut off, or no TFRecord file",
                **detail,
            )
        case "bad_length_crc":
            return DataLossError(
                f"the CRC of the record's length is {got:#010x}, expected {expected:#010x}: "
                "corrupt, compressed, or not a TFRecord file",
                **detail,
            )
        case "bad_data_crc":
            return DataLossError(
                f"the CRC of the record's data is {got:#010x}, expected {expected:#010x}: corrupt", **detail
            )
        case "oversized_record":
            return LimitError(
                f"the record promises {got} bytes, the limit is {expected}; no tf.train.Example is so large",
                **detail,
            )
        case "too_large":
            shown = got if got < 2**63 - 1 else "2^63 or more"
            return LimitError(
                f"{shown} bytes wanted, the limit is {expected}; encode smaller batches", **detail
            )
        case "row_combinations":
            shown = got if got < 2**61 else "2^61 or more"
            return LimitError(
                f"{shown} combinations of the cross's values, the limit of one row is {expected}; "
                "cross keys with fewer values a row",
                **detail,
            )
        case "call_combinations":
            return LimitError(
                f"{got} combinations of the cross's values up to this row, the limit of one call is "
                f"{expected}; encode smaller batches",
                **detail,
            )
        case "out_of_memory":
            return MemoryError(f"{got} bytes could not be allocated")
    raise AssertionError(f"the core returned an unknown error code {code!r}")


_LISTS: dict[str, tuple[type[ColonnadeError], str]] = {
    "no_rows": (FeatureTypeError, "rows must be a list, a tuple or an array, got {type}"),
    "not_a_row": (FeatureTypeError, "a row must be a list, a tuple or an array, got {type}"),
    "uneven": (RaggedError, "uneven nesting: a {type} stands beside lists"),
    "too_deep": (RaggedError, "lists nest deeper than {expected} levels"),
    "too_many_items": (
        LimitError,
        "{got} lists or values side by side, the limit is {expected}; give fewer",
    ),
    "no_value": (FeatureTypeError, "{item} is no number and no string; leave absent ones out"),
    "mixed_kinds": (RaggedError, "mixed kinds: {got} after {expected}; all values must be of one kind"),
    "wrong_values": (FeatureTypeError, "the values are of kind {got}, the dtype is {expected}"),
    "too_wide": (NarrowingError, "{got} does not fit {expected}; give a wider dtype, or strings"),
    "lone_surrogate": (FeatureTypeError, "text with a lone surrogate cannot be UTF-8; give bytes"),
}


def lists_error(code: str, got: object = None, expected: object = None, **where: int) -> ColonnadeError:
    """Word why nested lists cannot be read; `got` is the offending item, its kind or its value."""
    kind, words = _LISTS[code]
    found = type(got).__name__
    if isinstance(got, int) and (bits := int.bit_length(got)) > 64:
        got = f"an int of {bits} bits"  # it would fill the screen, or refuse to print at all
    item = "None" if got is None else f"a {found}"
    return kind(words.format(got=got, type=found, item=item, expected=expected), **where)


def vocabulary_error(fault: str, line: int, other_line: int) -> VocabularyError:
    """Word why the core could not build a vocabulary; lines count from 1."""
    what = {
        "duplicate": f"entry {line} stands at {other_line} already; each value needs one id",
        "blank": f"line {line} is blank; a vocabulary has one value on each line",
        "byte_order_mark": "the file begins with a byte order mark; remove it",
        "too_few": f"there are only {line} lines; give a smaller vocabulary_size, or leave it out",
        "too_many": f"{line} entries are more than a vocabulary can hold",
        "not_an_integer": f"line {line} is not an int64; use dtype string for text",
    }
    return VocabularyError(what[fault])
