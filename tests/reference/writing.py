"""Examples and SequenceExamples to bytes, as plainly as can be said: the specification of the core's writing.

By https://protobuf.dev/programming-guides/encoding/ and TensorFlow's example.proto.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import TypeAlias, cast

Values: TypeAlias = Sequence[int] | Sequence[float] | Sequence[bytes]

_LIST_NUMBERS = {bytes: 1, float: 2, int: 3}


def example(features: Mapping[str, Values]) -> bytes:
    return _field(1, _features(features))


def sequence_example(context: Mapping[str, Values], feature_lists: Mapping[str, Sequence[Values]]) -> bytes:
    lists = [
        _entry(key, b"".join(_field(1, _feature(step)) for step in feature_lists[key]))
        for key in sorted(feature_lists)
    ]
    return _field(1, _features(context)) + _field(2, b"".join(lists))


def _features(features: Mapping[str, Values]) -> bytes:
    return b"".join(_entry(key, _feature(features[key])) for key in sorted(features))


def _entry(key: str, message: bytes) -> bytes:
    """An entry of a map, in the field that Features and FeatureLists have for it."""
    return _field(1, _field(1, key.encode()) + _field(2, message))


def _feature(values: Values) -> bytes:
    if not values:
        return b""
    kind = type(values[0])
    return _field(_LIST_NUMBERS[kind], _list(kind, values))


def _list(kind: type, values: Values) -> bytes:
    if kind is bytes:
        return b"".join(_field(1, value) for value in cast(tuple[bytes, ...], values))
    if kind is float:
        return _field(1, struct.pack(f"<{len(values)}f", *values))
    return _field(1, b"".join(map(_varint, cast(tuple[int, ...], values))))


def _field(number: int, data: bytes) -> bytes:
    """A field of wire type 2: a tag, a length, data."""
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _varint(number: int) -> bytes:
    """Seven bits a byte, lowest first; a negative number as its 64-bit two's complement."""
    number &= 2**64 - 1
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)
