"""What the core and the bindings find, in words: a code to a class and a message.

Words are a format string of the details that come with a code, or a function of them.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any, TypeAlias

from ._classes import (
    ColonnadeError,
    DataLossError,
    FeatureTypeError,
    IdOutOfRangeError,
    KindError,
    LimitError,
    MalformedRecordError,
    MissingFeatureError,
    NarrowingError,
    PartialStepError,
    RaggedError,
    UnequalLengthsError,
    ValueCountError,
    VocabularyError,
    WeightsError,
)

_Said: TypeAlias = dict[str, Any]
_Words: TypeAlias = str | Callable[[_Said], str]


def from_core(code: str, detail: _Said) -> Exception:
    """Turn an error value of the compiled core into an exception.

    Args:
        code: Its name, as in src/core/ground/error.hpp; after "arrow_" as in src/core/arrow/failure.hpp;
            after "vocabulary_" as in src/core/kernels/vocabulary.hpp; or one of the bindings' own.
        detail: What the words name (`got`, `expected`, ...), and the known parts of the place. A second
            column, where two are compared, is `other_column`.
    """
    if code not in _WORDS:
        raise AssertionError(f"the core returned an unknown error code {code!r}")
    kind, words = _WORDS[code]
    message = words.format_map(detail) if isinstance(words, str) else words(detail)
    return kind(message, **detail) if issubclass(kind, ColonnadeError) else kind(message)


def lists_error(code: str, got: object = None, expected: object = None, **where: int) -> Exception:
    """Word why nested lists cannot be read; `got` is the offending item, its kind or its value."""
    found = type(got).__name__
    if isinstance(got, int) and (bits := int.bit_length(got)) > 64:
        got = f"an int of {bits} bits"  # it would fill the screen, or refuse to print at all
    item = "None" if got is None else f"a {found}"
    return from_core(
        f"lists_{code}", {"got": got, "type": found, "item": item, "expected": expected, **where}
    )


def _other_kind(said: _Said) -> str:
    kinds = ("nothing", "a bytes list", "a float list", "an int64 list")
    got, expected = kinds[said["got"]], kinds[said["expected"]]
    return f"the record holds {got}, the spec declares {expected}; declare the dtype that was written"


def _out_of_range(said: _Said) -> str:
    got, expected = said["got"], said["expected"]
    remedy = "raise num_buckets, or give a default_value for ids out of range"
    if got == -1:
        remedy = (
            "in a dense array -1 is absent; in lists and records leave it out, or give padding_value=-1 to "
            "the Encoder"
        )
    return f"id {got} is not in [0, {expected}); {remedy}"


def _beyond_float32(said: _Said) -> str:
    (number,) = struct.unpack("d", struct.pack("q", said["got"]))
    return f"{number} does not fit float32; clip or scale it before"


def _beyond_int64(said: _Said) -> str:
    return f"{said['got'] % 2**64} is beyond int64; cast such values to strings before"


def _partial_step(said: _Said) -> str:
    got, expected = said["got"], said["expected"]
    if said.get("step") is None:
        return (
            f"{got} values are not a multiple of the {expected} that the shape needs for each step; "
            "correct the shape or the row"
        )
    if got == 0:
        return f"the step holds no values, and the column's shape needs {expected}; leave such steps out"
    return (
        f"the step holds {got} values, and the column's shape needs {expected}; "
        f"declare a shape of {got} values, or give a step for every {expected}"
    )


def _other_weights(said: _Said) -> str:
    got, expected = said["got"], said["expected"]
    what = "weights in other steps than the ids" if got == expected else f"{got} weights for {expected} ids"
    return f"{what}; give each id of each step one weight"


def _other_lengths(said: _Said) -> str:
    got, expected, other = said["got"], said["expected"], said.get("other_column")
    if other is None:
        return f"{got} steps, but the cross's first key has {expected}; all keys need the same steps"
    return (
        f"{got} steps, but column {other!r} of the same group has {expected}; "
        "put columns of different lengths into different groups"
    )


def _cut_off(said: _Said) -> str:
    got, expected = said["got"], said["expected"] - 4
    return (
        f"the record promises {expected} bytes and a CRC of 4, the file has {got} left; "
        "cut off (fetch it anew), or no TFRecord file"
    )


def _too_large(said: _Said) -> str:
    shown = said["got"] if said["got"] < 2**63 - 1 else "2^63 or more"
    return f"{shown} bytes wanted, the limit is {said['expected']}; encode smaller batches"


def _too_many_combinations(said: _Said) -> str:
    shown = said["got"] if said["got"] < 2**61 else "2^61 or more"
    return (
        f"{shown} combinations of the cross's values, the limit of one row is {said['expected']}; "
        "cross keys with fewer values a row"
    )


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
_DAMAGED = "the record is damaged, or is no serialized tf.train.Example: write it anew, or leave it out"

_ARROW_LAYOUT = {
    "bad_layout": "has {got} buffers or children where its type has {expected}",
    "missing_buffer": "lacks buffer {got}, which its items need",
    "bad_length": "claims a length, an offset or a null count of {got}, which does not fit {expected}",
    "bad_offsets": "has an offset or a size of {got}, which does not fit {expected}",
    "bad_index": "holds index {got}, beyond the {expected} dictionary values or buffers that it points into",
}
_AT_FAULT = "the producer is at fault: report it there, and hand the data over in another form"

_WORDS: dict[str, tuple[type[Exception], _Words]] = {
    **{code: (MalformedRecordError, f"{words}; {_DAMAGED}") for code, words in _WIRE.items()},
    # What a record holds against what was declared.
    "wrong_kind": (KindError, _other_kind),
    "missing_feature": (
        MissingFeatureError,
        "the feature is required and the record does not have it; "
        "give the column or the spec a default_value (or allow_missing=True), or declare it as VarLenFeature",
    ),
    "wrong_count": (
        ValueCountError,
        "the record holds {got} values, the shape needs {expected}; "
        "correct the shape, or declare it as VarLenFeature",
    ),
    "not_bytes": (
        FeatureTypeError,
        "a serialized record must be bytes, got {got}; "
        "call SerializeToString of a message, .numpy() of a tensor, or encode features in memory",
    ),
    # Encoding of values.
    "id_out_of_range": (IdOutOfRangeError, _out_of_range),
    "number_too_large": (NarrowingError, _beyond_float32),
    "partial_step": (PartialStepError, _partial_step),
    "weights_mismatch": (WeightsError, _other_weights),
    "unequal_lengths": (UnequalLengthsError, _other_lengths),
    "bad_splits": (
        RaggedError,
        "{got} must rise from 0 to {expected}, the number of values; make them anew",
    ),
    # Records written.
    "written_too_large": (
        LimitError,
        "the record would have {got} bytes, the limit is {expected}; write smaller ones",
    ),
    "values_changed": (RaggedError, "the values changed while they were written; give a copy of them"),
    "features_changed": (
        FeatureTypeError,
        "the features were changed after the record was made; make a new one",
    ),
    # TFRecord files.
    "truncated_header": (
        DataLossError,
        "the file ends inside a record's header, after {got} of {expected} bytes; fetch it anew",
    ),
    "truncated_data": (DataLossError, _cut_off),
    "bad_length_crc": (
        DataLossError,
        "the CRC of the record's length is {got:#010x}, expected {expected:#010x}; "
        "corrupt (fetch it anew), compressed (say with what), or not a TFRecord file",
    ),
    "bad_data_crc": (
        DataLossError,
        "the CRC of the record's data is {got:#010x}, expected {expected:#010x}; corrupt (fetch it anew)",
    ),
    "oversized_record": (
        LimitError,
        "the record promises {got} bytes, the limit is {expected}; no tf.train.Example is so large: "
        "fetch the file anew if it is corrupt, or read it with another reader",
    ),
    # Resources.
    "too_large": (LimitError, _too_large),
    "row_combinations": (LimitError, _too_many_combinations),
    "call_combinations": (
        LimitError,
        "{got} combinations of the cross's values up to this row, the limit of one call is {expected}; "
        "encode smaller batches",
    ),
    "out_of_memory": (
        MemoryError,
        "{got} bytes could not be allocated, or are more than the process may have; encode smaller batches",
    ),
    # Arrow data.
    **{
        f"arrow_{code}": (RaggedError, f"the Arrow array {words}; {_AT_FAULT}")
        for code, words in _ARROW_LAYOUT.items()
    },
    "arrow_released": (RaggedError, "the Arrow data was already released or moved; export it anew"),
    "arrow_unsupported": (
        FeatureTypeError,
        "the Arrow type {format!r} (a format string of the C data interface) is no list, number or string; "
        "cast it before",
    ),
    "arrow_null_value": (
        RaggedError,
        "null, where a value must be; fill or drop nulls before (a null list is an empty one)",
    ),
    "arrow_beyond_int64": (NarrowingError, _beyond_int64),
    "arrow_too_deep": (
        LimitError,
        "the Arrow type nests {got} levels deep, the limit is {expected}; flatten it before",
    ),
    "arrow_too_large": (LimitError, "{got} items wanted, the limit is {expected}; read smaller batches"),
    "arrow_out_of_memory": (MemoryError, "no memory for an Arrow column; read smaller batches"),
    "arrow_no_capsule": (
        FeatureTypeError,
        "no capsule named {expected!r}, as Arrow's interface asks for; hand over the object that exports it",
    ),
    "arrow_no_pair": (FeatureTypeError, "__arrow_c_array__ must return two capsules in a tuple; correct it"),
    "arrow_no_interface": (
        FeatureTypeError,
        "{got} has neither __arrow_c_array__ nor __arrow_c_stream__; use from_list for Python data",
    ),
    "arrow_stream_failed": (RaggedError, "the Arrow stream failed with code {got} ({said!r}); open it anew"),
    "arrow_no_column": (
        FeatureTypeError,
        "a table or a struct, where one column is wanted; choose one of its columns",
    ),
    "arrow_no_table": (FeatureTypeError, "one column, where a table or a struct is wanted; use from_arrow"),
    "arrow_bad_name": (FeatureTypeError, "a column's name is not UTF-8; rename it"),
    "arrow_same_name": (FeatureTypeError, "two columns have this name; rename one"),
    # Nested lists.
    "lists_no_rows": (
        FeatureTypeError,
        "rows must be a list, a tuple or an array, got {type}; give a list of rows",
    ),
    "lists_not_a_row": (
        FeatureTypeError,
        "a row must be a list, a tuple or an array, got {type}; give a list, of one value or none too",
    ),
    "lists_uneven": (RaggedError, "uneven nesting: a {type} stands beside lists; put it into a list"),
    "lists_too_deep": (RaggedError, "lists nest deeper than {expected} levels; join some"),
    "lists_too_many_items": (
        LimitError,
        "{got} lists or values side by side, the limit is {expected}; give fewer",
    ),
    "lists_no_value": (FeatureTypeError, "{item} is no number and no string; leave absent ones out"),
    "lists_mixed_kinds": (
        RaggedError,
        "mixed kinds: {got} after {expected}; all values must be of one kind",
    ),
    "lists_wrong_values": (
        FeatureTypeError,
        "the values are of kind {got}, the dtype is {expected}; convert them, or declare what they are",
    ),
    "lists_too_wide": (NarrowingError, "{got} does not fit {expected}; give a wider dtype, or strings"),
    "lists_lone_surrogate": (
        FeatureTypeError,
        "text with a lone surrogate cannot be UTF-8; give bytes",
    ),
    # Vocabularies, whose lines count from 1.
    "vocabulary_duplicate": (
        VocabularyError,
        "entry {line} stands at {other_line} already; give each value one id",
    ),
    "vocabulary_blank": (VocabularyError, "line {line} is blank; put one value on each line"),
    "vocabulary_byte_order_mark": (VocabularyError, "the file begins with a byte order mark; remove it"),
    "vocabulary_too_few": (
        VocabularyError,
        "there are only {line} lines; give a smaller vocabulary_size, or leave it out",
    ),
    "vocabulary_too_many": (
        VocabularyError,
        "{line} entries are more than a vocabulary can hold; hash such values instead",
    ),
    "vocabulary_not_an_integer": (
        VocabularyError,
        "line {line} is not an int64; use dtype string for text",
    ),
}
