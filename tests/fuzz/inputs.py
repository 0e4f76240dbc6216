"""The inputs that fuzzing starts from: seeds out of the golden answers, and corpora that earlier runs left.

    python tests/fuzz/inputs.py write FOLDER           seeds and corpora as files, FOLDER/<target>/<digest>
    python tests/fuzz/inputs.py pack TARGET FOLDER     the files of a folder as the corpus of a target

A corpus is one TFRecord file, tests/fuzz/corpus/<target>.tfrecord, of inputs in the order of their sizes.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from reference import proto, records
from reference.oddities import ODDITIES, SEQUENCE_ODDITIES, entry, varint, wrap

GOLDEN = Path(__file__).parents[1] / "golden"
CORPUS = Path(__file__).parent / "corpus"

# As in two_ways.hpp.
NAMES = ["a", "b", "q", "f", "s", "v", "k0", "k1", "k2", "w", "c", "r", "i", "k3", "", "no such key"]
KINDS = ["bytes", "float", "int64"]


def golden(*fields: str) -> Iterator[Any]:
    """What stands in some fields of the golden cases, wherever they are in it."""
    for file in sorted(GOLDEN.glob("*.json")):
        yield from _found(json.loads(file.read_text()), fields)


def _found(value: Any, fields: tuple[str, ...]) -> Iterator[Any]:
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in parts:
        if name in fields:
            yield part
        yield from _found(part, fields)


def _batches(*fields: str) -> Iterator[list[bytes]]:
    """Up to four serialized records each."""
    for batch in golden(*fields):
        yield [record.encode("latin-1") for record in batch[:4]]


def _kinds(record: bytes, *, sequence: bool) -> dict[str, str]:
    try:
        if not sequence:
            return {key: kind for key, (kind, _) in proto.parse(record).items() if kind}
        context, lists = proto.parse_sequence_example(record)
    except ValueError:
        return {}
    found = {key: kind for key, (kind, _) in context.items() if kind}
    return found | {key: kind for key, steps in lists.items() for kind, _ in steps if kind}


def _chosen(batch: list[bytes], flags: int, *, sequence: bool) -> bytes:
    """Records behind the choices that fit them: two keys, their kinds, and how sequences are laid out."""
    kinds = {key: kind for record in batch for key, kind in _kinds(record, sequence=sequence).items()}
    kinds = {key: kind for key, kind in sorted(kinds.items()) if key in NAMES}
    first, second = [*kinds, *(name for name in NAMES if name not in kinds)][:2]
    places = NAMES.index(first), NAMES.index(second)
    head = [places[0], (places[1] - places[0] - 1) % len(NAMES)]
    head += [KINDS.index(kinds.get(key, "int64")) for key in (first, second)]
    sized = [len(record).to_bytes(2, "little") + record for record in batch[:-1]]
    return bytes([*head, flags, 0, len(batch) - 1]) + b"".join(sized) + batch[-1]


def examples() -> Iterator[bytes]:
    for batch in [*_batches("examples"), *([record] for record in ODDITIES.values())]:
        yield from (_chosen(batch, flags, sequence=False) for flags in (0, 9, 46) if batch)


def sequence_examples() -> Iterator[bytes]:
    for batch in [*_batches("sequence_examples"), *([record] for record in SEQUENCE_ODDITIES.values())]:
        yield from (_chosen(batch, flags, sequence=True) for flags in (0, 9, 46) if batch)


def strings_of_all_sizes(*, sequence: bool) -> bytes:
    """A record whose strings are copied in blocks, and in none; no coverage tells one from the other."""
    words = _bytes_list(bytes(range(size)) for size in range(40))
    feature = wrap(1, entry(b"s", words)) if not sequence else wrap(2, entry(b"s", wrap(1, words)))
    return _chosen([feature], 0, sequence=sequence)


def _bytes_list(values: Iterable[bytes]) -> bytes:
    return wrap(1, b"".join(wrap(1, value) for value in values))


def streams() -> Iterator[bytes]:
    """Sound files as bytes, and records to be framed and then damaged."""
    for batch in golden("records"):
        stored = [record.encode("latin-1")[:255] for record in batch]
        yield bytes([0, 40, 0, 0, 0]) + b"".join(map(records.frame, stored))
        for choice in (64, 129, 132):
            yield bytes([choice, 7, 0, 20, 1]) + b"".join(bytes([len(data)]) + data for data in stored)


def vocabularies() -> Iterator[bytes]:
    for text in golden("vocabulary_file"):
        yield from (bytes([choice]) + text.encode("latin-1") for choice in (0, 130) if isinstance(text, str))
    yield bytes([64]) + b"5\n-7\r\n9223372036854775807\n-9223372036854775808\n0"


def varints() -> Iterator[bytes]:
    for bits in range(0, 64, 3):
        yield b"".join(varint(2**bits + step) * 20 for step in (-1, 0))
    yield b"\x80" * 9 + b"\x01" + b"\x80" * 11


SEEDS = {
    "arrow": lambda: (bytes([0, letter, 0, 5, 0, 0, *range(200)]) for letter in range(33)),
    "example": examples,
    "record": streams,
    "sequence_example": sequence_examples,
    "varint": varints,
    "vocabulary": vocabularies,
}


def corpus(target: str) -> list[bytes]:
    file = CORPUS / f"{target}.tfrecord"
    if not file.exists():
        return []
    inputs, error = records.read(file.read_bytes())
    assert error is None, (file, error)
    return inputs


def write(folder: Path) -> None:
    for target, seeds in SEEDS.items():
        (folder / target).mkdir(parents=True, exist_ok=True)
        for data in {*seeds(), *corpus(target)}:
            (folder / target / hashlib.sha1(data).hexdigest()).write_bytes(data)


# Stay in the corpora whatever covers the same code.
KEPT = {
    "example": {strings_of_all_sizes(sequence=False)},
    "sequence_example": {strings_of_all_sizes(sequence=True)},
}


def pack(target: str, folder: Path) -> None:
    found = {file.read_bytes() for file in folder.iterdir()} | KEPT.get(target, set())
    inputs = sorted(found, key=lambda data: (len(data), data))
    (CORPUS / f"{target}.tfrecord").write_bytes(b"".join(map(records.frame, inputs)))
    print(f"{target}: {len(inputs)} inputs")


def main() -> None:
    match sys.argv[1:]:
        case ["write", folder]:
            write(Path(folder))
        case ["pack", target, folder]:
            pack(target, Path(folder))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
