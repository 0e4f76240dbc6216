"""Protobuf's wire format, slowly: the fields of one message, each checked to its last byte.

The rules are those of https://protobuf.dev/programming-guides/encoding and, where it is silent, what the
installed protobuf does; tests/properties/test_reference.py holds this file against it.
"""

from typing import NamedTuple

VARINT, FIXED64, LENGTH, GROUP, END_GROUP, FIXED32 = range(6)

# How many messages and groups may be open inside the outermost message.
NESTING = 100

_SIZE_LIMIT = 2**31 - 1
_FIXED_SIZE = {FIXED64: 8, FIXED32: 4}


class WireError(ValueError):
    """The bytes are not what protobuf would read."""


class Field(NamedTuple):
    """One field of a message: an int for VARINT, bytes for LENGTH and fixed widths, nothing for GROUP."""

    number: int
    type: int
    value: int | bytes | None


def read_varint(data: bytes, at: int, most_bytes: int = 10) -> tuple[int, int]:
    """The varint at `at`, cut to 64 bits, and the position after it."""
    value = 0
    for index in range(most_bytes):
        if at + index >= len(data):
            raise WireError(f"byte {at}: the data ends inside a varint")
        byte = data[at + index]
        value |= (byte & 0x7F) << 7 * index
        if byte < 0x80:
            return value % 2**64, at + index + 1
    raise WireError(f"byte {at}: a varint of more than {most_bytes} bytes")


def _read_tag(data: bytes, at: int) -> tuple[int, int, int]:
    tag, after = read_varint(data, at, most_bytes=5)
    if tag >= 2**32:
        raise WireError(f"byte {at}: a tag of more than 32 bits")
    if tag & 7 > FIXED32:
        raise WireError(f"byte {at}: wire type {tag & 7} does not exist")
    return tag >> 3, tag & 7, after


def _read_bytes(data: bytes, at: int, size: int) -> tuple[bytes, int]:
    if size > len(data) - at:
        raise WireError(f"byte {at}: {size} bytes promised, {len(data) - at} left")
    return data[at : at + size], at + size


def _read_value(
    data: bytes, at: int, number: int, wire_type: int, depth: int
) -> tuple[int | bytes | None, int]:
    if wire_type == VARINT:
        return read_varint(data, at)
    if wire_type == LENGTH:
        size, after = read_varint(data, at, most_bytes=5)
        if size > _SIZE_LIMIT:
            raise WireError(f"byte {at}: length {size} is above {_SIZE_LIMIT}")
        return _read_bytes(data, after, size)
    if wire_type == GROUP:
        return None, _skip_group(data, at, number, depth - 1)
    if wire_type == END_GROUP:
        raise WireError(f"byte {at}: the end of group {number}, which is not open")
    return _read_bytes(data, at, _FIXED_SIZE[wire_type])


def _skip_group(data: bytes, at: int, group: int, depth: int) -> int:
    """The position after the group. Inside one, protobuf lets even field number 0 pass."""
    if depth < 0:
        raise WireError(f"byte {at}: more than {NESTING} messages and groups inside each other")
    while True:
        number, wire_type, at = _read_tag(data, at)
        if (number, wire_type) == (group, END_GROUP):
            return at
        _, at = _read_value(data, at, number, wire_type, depth)


def read_fields(message: bytes, depth: int) -> list[Field]:
    """All fields of a message, unknown ones too.

    Args:
        message: The whole message.
        depth: How many messages and groups may still be open inside this one; NESTING at the outermost.
    """
    fields, at = [], 0
    while at < len(message):
        number, wire_type, after = _read_tag(message, at)
        if number == 0:
            raise WireError(f"byte {at}: field number 0")
        value, at = _read_value(message, after, number, wire_type, depth)
        fields.append(Field(number, wire_type, value))
    return fields
