"""TFRecord framing and CRC-32C as plainly as they can be said: the specification of the core's kernels."""

from __future__ import annotations

LIMIT = 2**31 - 1


def crc32c(data: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def masked_crc32c(data: bytes) -> int:
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) % 2**32


def frame(data: bytes) -> bytes:
    length = len(data).to_bytes(8, "little")
    return length + _crc(length) + data + _crc(data)


def read(file: bytes) -> tuple[list[bytes], tuple[str, dict[str, int]] | None]:
    """The sound records at the start of a whole file, and the error after them, if there is one.

    The error is its code's name and what belongs to it: got, expected, and the place.
    """
    records: list[bytes] = []
    at = 0
    while at < len(file):
        error = _error(file[at:])
        if error:
            code, got, expected = error
            return records, (code, {"got": got, "expected": expected, "record": len(records), "byte": at})
        length = int.from_bytes(file[at : at + 8], "little")
        records.append(file[at + 12 : at + 12 + length])
        at += 12 + length + 4
    return records, None


def read_skipping(file: bytes) -> tuple[list[bytes], list[tuple[int, int, int]]]:
    """All sound records that can be told from the damage between them, and (start, end, records) of that."""
    records: list[bytes] = []
    skipped: list[tuple[int, int, int]] = []
    at = 0
    while at < len(file):
        if _error(file[at:]) is None:
            length = int.from_bytes(file[at : at + 8], "little")
            records.append(file[at + 12 : at + 12 + length])
            at += 12 + length + 4
            continue
        end = _end_of_damage(file, at)
        start, count = at, 1
        if skipped and skipped[-1][1] == at:
            start, _, count = skipped.pop()
            count += 1
        skipped.append((start, end, count))
        at = end
    return records, skipped


def _end_of_damage(file: bytes, at: int) -> int:
    """Where the damaged record says that it ends, if that is believable; or where a sound one begins."""
    length = int.from_bytes(file[at : at + 8], "little")
    end = at + 12 + length + 4
    has_header = _has_header(file[at:])
    if has_header and length <= LIMIT and (end == len(file) or _has_header(file[end : end + 12])):
        return end
    for place in range(at + (12 if has_header else 1), len(file)):
        if _error(file[place:]) is None:
            return place
    return len(file)


def _has_header(rest: bytes) -> bool:
    return len(rest) >= 12 and rest[8:12] == _crc(rest[:8])


def shard(files: list[list[bytes]], index: int, count: int) -> list[bytes]:
    """The records that worker `index` of `count` reads, of the records of each file."""
    if len(files) >= count:
        return [record for i, records in enumerate(files) if i % count == index for record in records]
    every = [record for records in files for record in records]
    return [record for i, record in enumerate(every) if i % count == index]


def _error(rest: bytes) -> tuple[str, int, int] | None:
    if len(rest) < 12:
        return "truncated_header", len(rest), 12
    if rest[8:12] != _crc(rest[:8]):
        return "bad_length_crc", int.from_bytes(rest[8:12], "little"), masked_crc32c(rest[:8])
    length = int.from_bytes(rest[:8], "little")
    if length > LIMIT:
        return "oversized_record", min(length, 2**63 - 1), LIMIT
    data, footer = rest[12 : 12 + length], rest[12 + length : 16 + length]
    if len(footer) < 4:
        return "truncated_data", len(rest) - 12, length + 4
    if footer != _crc(data):
        return "bad_data_crc", int.from_bytes(footer, "little"), masked_crc32c(data)
    return None


def _crc(data: bytes) -> bytes:
    return masked_crc32c(data).to_bytes(4, "little")
