"""tf.train.Example and tf.train.SequenceExample, slowly, with protobuf's semantics for the whole record."""

import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from .wire import FIXED32, LENGTH, NESTING, VARINT, WireError, read_fields, read_varint

# ("int64" | "float" | "bytes" | None, values); None is a Feature whose kind is not set.
Feature = tuple[str | None, list[Any]]

_T = TypeVar("_T")
_KINDS = {1: "bytes", 2: "float", 3: "int64"}


@dataclass
class _Feature:
    """A Feature as it grows while its fields arrive."""

    kind: str | None = None
    values: list[Any] = field(default_factory=list)

    def merge(self, message: bytes, depth: int) -> None:
        for number, value in _submessages(message, depth):
            if number not in _KINDS:
                continue
            if self.kind != _KINDS[number]:
                self.kind, self.values = _KINDS[number], []
            self.values += _READ_LIST[_KINDS[number]](value, depth - 1)

    def result(self) -> Feature:
        return self.kind, self.values


@dataclass
class _FeatureList:
    """A FeatureList as it grows while its fields arrive."""

    steps: list[Feature] = field(default_factory=list)

    def merge(self, message: bytes, depth: int) -> None:
        for number, value in _submessages(message, depth):
            if number == 1:
                step = _Feature()
                step.merge(value, depth - 1)
                self.steps.append(step.result())

    def result(self) -> list[Feature]:
        return self.steps


def _submessages(message: bytes, depth: int) -> list[tuple[int, bytes]]:
    """The length-delimited fields. Any other wire type makes a field an unknown one here."""
    return [
        (number, cast(bytes, value))
        for number, wire_type, value in read_fields(message, depth)
        if wire_type == LENGTH
    ]


def _signed(value: int) -> int:
    return value - 2**64 if value >= 2**63 else value


def _read_bytes_list(message: bytes, depth: int) -> list[bytes]:
    return [value for number, value in _submessages(message, depth) if number == 1]


def _read_float_list(message: bytes, depth: int) -> list[float]:
    values: list[float] = []
    for number, wire_type, value in read_fields(message, depth):
        if number == 1 and wire_type in (FIXED32, LENGTH):
            packed = cast(bytes, value)
            if len(packed) % 4:
                raise WireError(f"packed floats in {len(packed)} bytes, which is not a multiple of 4")
            values += struct.unpack(f"<{len(packed) // 4}f", packed)
    return values


def _read_int64_list(message: bytes, depth: int) -> list[int]:
    values: list[int] = []
    for number, wire_type, value in read_fields(message, depth):
        if number == 1 and wire_type == VARINT:
            values.append(_signed(cast(int, value)))
        elif number == 1 and wire_type == LENGTH:
            packed, at = cast(bytes, value), 0
            while at < len(packed):
                item, at = read_varint(packed, at)
                values.append(_signed(item))
    return values


_READ_LIST: dict[str, Callable[[bytes, int], list[Any]]] = {
    "bytes": _read_bytes_list,
    "float": _read_float_list,
    "int64": _read_int64_list,
}


class UnknownInEntryError(WireError):
    """Some protobuf decoders drop such an entry without a word, others keep it; this one refuses."""


def _merge_map(
    into: dict[str, _T], message: bytes, depth: int, make: Callable[[], _Feature] | Callable[[], _FeatureList]
) -> None:
    """Adds the entries of Features or FeatureLists; a later entry replaces an earlier one of the same key."""
    for number, entry in _submessages(message, depth):
        if number != 1:
            continue
        key, value = "", make()
        for item in read_fields(entry, depth - 1):
            if (item.number, item.type) == (1, LENGTH):
                key = cast(bytes, item.value).decode("utf-8")
            elif (item.number, item.type) == (2, LENGTH):
                value.merge(cast(bytes, item.value), depth - 2)
            else:
                raise UnknownInEntryError("a map entry holds something besides a key and a value")
        into[key] = cast(_T, value.result())


def parse(record: bytes) -> dict[str, Feature]:
    """The features of a serialized Example. Raises ValueError where protobuf rejects the record."""
    features: dict[str, Feature] = {}
    for number, value in _submessages(record, NESTING):
        if number == 1:
            _merge_map(features, value, NESTING - 1, _Feature)
    return features


def parse_sequence_example(record: bytes) -> tuple[dict[str, Feature], dict[str, list[Feature]]]:
    """The context and the feature lists of a serialized SequenceExample. Raises ValueError likewise."""
    context: dict[str, Feature] = {}
    feature_lists: dict[str, list[Feature]] = {}
    for number, value in _submessages(record, NESTING):
        if number == 1:
            _merge_map(context, value, NESTING - 1, _Feature)
        elif number == 2:
            _merge_map(feature_lists, value, NESTING - 1, _FeatureList)
    return context, feature_lists
