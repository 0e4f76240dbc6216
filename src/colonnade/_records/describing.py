"""What records hold, found out without a schema: keys, kinds, counts, and some of the values."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any, Final, Literal, TypeAlias

from .. import _core
from .._checks import checked_int
from .._ragged import BytesArray
from ..errors import ColonnadeError, MalformedRecordError
from .example import one_record
from .files import Compression
from .reader import TFRecordReader

Place: TypeAlias = Literal["features", "context", "feature_lists"]
_Span: TypeAlias = tuple[int, int]

_DTYPES: Final = {int: "int64", float: "float32", bytes: "string"}
_EXAMPLES: Final = 3  # values of a key that are kept
_ROWS: Final = 60  # keys that a table shows
_HEAD: Final = ("key", "place", "kind", "records", "steps", "values", "examples")
_WIDTH: Final = 40  # characters that it shows of a key or of some values


@dataclass(frozen=True)
class DescribedKey:
    """What the records hold for one key.

    Attributes:
        key: Its name.
        place: "features" of Examples, "context" or "feature_lists" of SequenceExamples.
        kinds: The dtypes of its values, "int64", "float32" or "string"; more than one where records or steps
            contradict each other, none where it never had a value.
        records: How many records have the key.
        values: The least and the most values of a record that has it; of a step in feature lists.
        steps: The least and the most steps of a record that has it; None outside of feature lists.
        examples: The first values that differ, three at the most.
    """

    key: str
    place: Place
    kinds: tuple[str, ...]
    records: int
    values: tuple[int, int]
    steps: tuple[int, int] | None
    examples: tuple[Any, ...]


@dataclass(frozen=True, repr=False)
class Description:
    """What records hold; its repr is a table.

    Attributes:
        record_type: "SequenceExample" if a record has feature lists, otherwise "Example".
        records: How many records were read.
        keys: What they hold, sorted by place and key.
    """

    record_type: Literal["Example", "SequenceExample"]
    records: int
    keys: tuple[DescribedKey, ...]

    def __repr__(self) -> str:
        head = f"{self.records} record{'s' * (self.records != 1)}, read as {self.record_type}"
        if not self.keys:
            return f"{head}: no keys, so perhaps another message"
        rows = [_HEAD, *map(_row, self.keys[:_ROWS])]
        left = len(self.keys) - _ROWS
        return "\n".join([head, *_aligned(rows), *([f"... and {left} more keys"] if left > 0 else [])])


def describe(source: Any, *, records: int = 1000, compression: Compression = None) -> Description:
    """Tell what records hold, without a schema.

    Args:
        source: One serialized record (bytes), several (a list of bytes, a BytesArray), a `TFRecordReader`, or
            what it reads: a path, a pattern, a list of paths, a binary file object.
        records: Read at most so many.
        compression: Of files, as for `TFRecordReader`.

    Returns:
        A Description, which prints as a table. Records with feature lists are read as SequenceExamples; the
        wire does not tell an Example from a SequenceExample that has none.

    Raises:
        MalformedRecordError: a record that is neither; says which one.
        ColumnTypeError, ColumnValueError: records is no int of at least 1.
        What `TFRecordReader` raises for files.

    Example:
        >>> import colonnade as cn
        >>> cn.describe(cn.Example({"watches": [5, 7], "country": "nl"}).serialize())
        1 record, read as Example
        key      place     kind    records  steps  values  examples
        country  features  string  1               1       b'nl'
        watches  features  int64   1               2       5, 7
    """
    most = checked_int(records, "records", at_least=1)
    count, is_sequence, found = 0, False, dict[tuple[bool, str], _Seen]()
    for count, record in enumerate(islice(_records(source, compression), most), 1):
        try:
            features, lists = _read(one_record(record))
        except ColonnadeError as error:
            raise error.at(record=count - 1) from None
        is_sequence |= lists is not None
        for key, values in features.items():
            found.setdefault((False, key), _Seen()).add([values])
        for key, steps in (lists or {}).items():
            found.setdefault((True, key), _Seen()).add(steps)
    keys = [seen.described(key, is_list, is_sequence) for (is_list, key), seen in sorted(found.items())]
    return Description("SequenceExample" if is_sequence else "Example", count, tuple(keys))


def _records(source: Any, compression: Compression) -> Iterable[Any]:
    if isinstance(source, bytes | bytearray | memoryview):
        return [source]
    if isinstance(source, TFRecordReader | BytesArray):
        return source
    if isinstance(source, Sequence) and source and not isinstance(source[0], str | os.PathLike):
        return source
    return TFRecordReader(source, compression=compression)


def _read(record: bytes) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """The features of an Example and None, or the context and the lists of a SequenceExample."""
    if not _core.has_feature_lists(record):
        return _core.read_example(record), None
    try:
        return _core.read_sequence_example(record)
    except MalformedRecordError as error:
        try:
            return _core.read_example(record), None  # the field may be one of another version of Example
        except MalformedRecordError:
            raise error from None


@dataclass(eq=False)
class _Seen:
    """What was seen of one key."""

    records: int = 0
    kinds: set[str] = field(default_factory=set)
    values: _Span | None = None
    steps: _Span | None = None
    examples: dict[Any, None] = field(default_factory=dict)

    def add(self, steps: Sequence[tuple[Any, ...]]) -> None:
        """One record's steps; of a feature, its values as the only one."""
        self.records += 1
        self.steps = _widened(self.steps, len(steps))
        for values in steps:
            self.values = _widened(self.values, len(values))
            self.kinds |= {_DTYPES[type(value)] for value in values[:1]}
        if len(self.examples) < _EXAMPLES:
            self.examples |= dict.fromkeys(_first(chain.from_iterable(steps), self.examples))

    def described(self, key: str, is_list: bool, is_sequence: bool) -> DescribedKey:
        place: Place = "feature_lists" if is_list else "context" if is_sequence else "features"
        return DescribedKey(
            key,
            place,
            tuple(sorted(self.kinds)),
            self.records,
            self.values or (0, 0),
            self.steps if is_list else None,
            tuple(self.examples),
        )


def _first(values: Iterable[Any], known: dict[Any, None]) -> Iterator[Any]:
    """The first values that are not known, as many as are still wanted."""
    fresh = dict.fromkeys(value for value in islice(values, 100) if value not in known)
    return islice(fresh, _EXAMPLES - len(known))


def _widened(span: _Span | None, size: int) -> _Span:
    least, most = span or (size, size)
    return min(least, size), max(most, size)


# The table.


def _row(key: DescribedKey) -> tuple[str, ...]:
    return (
        _cut(repr(key.key)[1:-1] or "''"),
        key.place,
        " or ".join(key.kinds) or "(empty)",
        str(key.records),
        "" if key.steps is None else _span(key.steps),
        _span(key.values),
        _cut(
            ", ".join(repr(value[:_WIDTH] if isinstance(value, bytes) else value) for value in key.examples)
        ),
    )


def _span(span: _Span) -> str:
    least, most = span
    return str(least) if least == most else f"{least} to {most}"


def _cut(text: str) -> str:
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 3]}..."


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
