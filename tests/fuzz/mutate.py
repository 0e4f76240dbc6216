"""Mutates serialized Examples without end, and holds the core against protobuf on each.

    python tests/fuzz/mutate.py --seconds 60

prints the first record on which they differ, shrunk, and exits with 1. A crash of the process leaves the
record in the file given by --last.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from reference import example, proto
from reference.example import Feature
from reference.examples import GOLDEN_EXAMPLES, ODDITIES
from reference.oddities import UNKNOWN, entry, lists, maps, varint, wrap

from colonnade import _core
from colonnade.errors import ColonnadeError, KindError, MalformedRecordError

KEYS = ["a", "b", "", "watches", "ids", "price", "words", "clicks"]
KINDS = {"int64": "int64", "float32": "float", "string": "bytes"}
WANTED = {dtype: _core.WantedKeys(KEYS, [dtype] * len(KEYS)) for dtype in KINDS}
UNSET: Feature = (None, [])


def _is_valid(record: bytes) -> bool:
    try:
        proto.parse(record)
    except ValueError:
        return False
    return True


# Valid ones only: what is broken already would hide what a mutation breaks.
SEEDS = [record for record in (*GOLDEN_EXAMPLES.values(), *ODDITIES.values()) if _is_valid(record)]
PIECES = [
    *UNKNOWN.values(),
    *lists().values(),
    *maps(lambda feature: feature).values(),
    *(varint(2**bits + step) for bits in (7, 14, 28, 31, 32, 63) for step in (-1, 0)),
    b"\x80" * 9,
    b"\xff" * 10,
]


FEATURES = [*lists().values(), *UNKNOWN.values()]


def built(chance: random.Random) -> bytes:
    """A record of one to three entries, each of some lists in odd spellings."""
    entries = []
    for _ in range(chance.randint(1, 3)):
        feature = b"".join(chance.choices(FEATURES, k=chance.randrange(4)))
        entries.append(entry(chance.choice(KEYS).encode(), feature))
    return wrap(1, b"".join(entries))


def mutated(chance: random.Random) -> bytes:
    """A seed, or a record built anew, after up to four cuts, copies, insertions and changes of bytes."""
    record = bytearray(chance.choice(SEEDS) if chance.random() < 0.5 else built(chance))
    for _ in range(chance.choice([0, 1, 1, 1, 2, 4])):
        at = chance.randrange(len(record) + 1)
        end = min(len(record), at + chance.choice([1, 1, 2, 4, 16]))
        match chance.randrange(6):
            case 0:
                record[at:end] = b""
            case 1:
                record[at:at] = record[at:end]
            case 2:
                record[at:at] = chance.choice(PIECES)
            case 3:
                record[at : at + 1] = bytes([chance.choice([0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)])])
            case 4 if at < len(record):
                record[at] = (record[at] + chance.choice([-1, 1])) % 256
            case _:
                record += chance.choice(SEEDS)
    return bytes(record)


def outcome(record: bytes, dtype: str) -> Any:
    """What the core makes of a record: values by key as text, the key of a wrong kind, or None if refused."""
    try:
        indexed = _core.IndexedExamples([record], WANTED[dtype])
    except KindError as error:
        return error.where["key"]
    except MalformedRecordError:
        return None
    return [_values(*indexed.ragged(key)) for key in range(len(KEYS))]


def _values(_: Any, values: Any, offsets: Any = None) -> str:
    if offsets is None:
        return repr(values.tolist())
    raw, ends = values.tobytes(), offsets.tolist()
    return repr([raw[start:end] for start, end in pairwise(ends)])


def expected(record: bytes, dtype: str) -> Any:
    """The same of protobuf, save that entries with unknown fields are refused."""
    try:
        features = proto.parse(record)
    except ValueError:
        return None
    asked = [features.get(key, UNSET) for key in KEYS]
    for key, (kind, values) in zip(KEYS, asked, strict=True):
        if values and kind != KINDS[dtype]:
            return key
    return [repr(values) for _, values in asked]


def differs(record: bytes) -> str | None:
    """How core and protobuf differ on a record, or None."""
    for dtype in KINDS:
        try:
            got = outcome(record, dtype)
        except ColonnadeError as error:
            return f"an unforeseen {type(error).__name__}: {error}"
        wanted = expected(record, dtype)
        if got == wanted or (got is None and _has_unknown_in_entry(record)):
            continue
        return f"as {dtype} the core gives {got!r}, protobuf {wanted!r}"
    return None


def _has_unknown_in_entry(record: bytes) -> bool:
    try:
        example.parse(record)
    except example.UnknownInEntryError:
        return True
    except ValueError:
        pass
    return False


def shrunk(record: bytes) -> bytes:
    """A record from which no byte can be taken without losing the difference."""
    at = 0
    while at < len(record):
        shorter = record[:at] + record[at + 1 :]
        if differs(shorter):
            record, at = shorter, 0
        else:
            at += 1
    return record


def run(seed: int, seconds: float, most: int | None = None, last: Path | None = None) -> tuple[int, int]:
    """Tries mutations until the time or their number is up; SystemExit where core and protobuf differ.

    Returns:
        How many records were tried, and how many of them protobuf accepts.
    """
    chance, tried, accepted = random.Random(seed), 0, 0
    until = time.monotonic() + seconds
    while time.monotonic() < until and (most is None or tried < most):
        record = mutated(chance)
        if last is not None:
            last.write_bytes(record)
        if differs(record):
            record = shrunk(record)
            sys.exit(f"seed {seed}, record {tried}: {differs(record)}\n{record!r}")
        tried += 1
        accepted += _is_valid(record)
    return tried, accepted


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    parser.add_argument("--last", type=Path, help="where the record at hand is kept, for crashes")
    given = parser.parse_args()
    tried, accepted = run(given.seed, given.seconds, last=given.last)
    print(f"seed {given.seed}: {tried} records, {accepted} of them valid, no difference")


if __name__ == "__main__":
    main()
