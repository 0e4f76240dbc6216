"""A small writer of tf.train.Example and SequenceExample, which can also write what no serializer would."""

from __future__ import annotations

import struct


def varint(number: int) -> bytes:
    number &= 2**64 - 1
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def message(field: int, payload: bytes) -> bytes:
    """A length-delimited field."""
    return varint(field << 3 | 2) + varint(len(payload)) + payload


def strings(*values: str | bytes) -> bytes:
    """A Feature with a bytes list."""
    raw = (value.encode() if isinstance(value, str) else value for value in values)
    return message(1, b"".join(message(1, value) for value in raw))


def packed_floats(*values: float) -> bytes:
    return message(1, struct.pack(f"<{len(values)}f", *values)) if values else b""


def packed_ints(*values: int) -> bytes:
    return message(1, b"".join(map(varint, values))) if values else b""


def loose_ints(*values: int) -> bytes:
    """Unpacked: one field for each value."""
    return b"".join(b"\x08" + varint(value) for value in values)


def loose_floats(*values: float) -> bytes:
    return b"".join(b"\x0d" + struct.pack("<f", value) for value in values)


def floats(*values: float) -> bytes:
    """A Feature with a float list."""
    return message(2, packed_floats(*values))


def ints(*values: int) -> bytes:
    """A Feature with an int64 list."""
    return message(3, packed_ints(*values))


def entry(key: str | bytes, value: bytes) -> bytes:
    """An entry of a map, as a field of its parent."""
    return message(1, message(1, key.encode() if isinstance(key, str) else key) + message(2, value))


def example(**features: bytes) -> bytes:
    return message(1, b"".join(entry(key, value) for key, value in features.items()))


def sequence_example(**lists: list[bytes]) -> bytes:
    entries = (entry(key, b"".join(message(1, step) for step in steps)) for key, steps in lists.items())
    return message(2, b"".join(entries))


def with_context(context: bytes, **lists: list[bytes]) -> bytes:
    """A SequenceExample whose context is that of an Example, which is written alike."""
    return context + sequence_example(**lists)
