"""Mutates configs and saved directories without end: what comes out is a value or an error of ours.

    python tests/fuzz/fuzz_config.py --seconds 60

prints the first one that does something else and its error, and exits with 1.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
from reference import configs

import colonnade as cn
from colonnade.errors import ColonnadeError

GOLDEN = Path(__file__).parents[1] / "golden" / "configs"
CONFIGS = list(json.loads((GOLDEN / "version_1.json").read_text("utf-8")).values())
Files = dict[str, bytes]


def saved() -> Files:
    """The files of a saved encoder: a config, a vocabulary and tables."""
    words = cn.sequence_categorical_column_with_vocabulary_file("word", GOLDEN / "words.txt")
    watches = cn.sequence_categorical_column_with_identity("watches", 3)
    encoder = cn.Encoder([cn.embedding_column(words, 2), cn.embedding_column(watches, 2)], max_length=5)
    tables = {
        name: np.ones((table.num_buckets, table.dimension)) for name, table in encoder.plan.tables.items()
    }
    with tempfile.TemporaryDirectory() as folder:
        cn.save(folder, encoder, tables)
        return {file.name: file.read_bytes() for file in Path(folder).iterdir()}


def mutated(files: Files, chance: random.Random) -> Files:
    """The files with one of them damaged, under a name and a hash that are true again half of the time."""
    name = chance.choice(sorted(files))
    damaged = _damaged(files[name], chance)
    if name == "config.json" and chance.random() < 0.7:
        text = next(configs.mutations([json.loads(files[name])], 1, chance.random()))
        damaged = text.encode() if isinstance(text, str) else text
    others = {other: content for other, content in files.items() if other != name}
    if chance.random() < 0.5:
        return {**others, name: damaged}
    digest, true = re.search("[0-9a-f]{64}", name), hashlib.sha256(damaged).hexdigest()
    if digest is None:
        return {**others, name: damaged}
    others["config.json"] = others["config.json"].replace(digest[0].encode(), true.encode())
    return {**others, name.replace(digest[0], true): damaged}


def _damaged(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.choice([1, 1, 2, 5])):
        at = chance.randrange(len(changed) + 1)
        end = min(len(changed), at + chance.choice([1, 1, 2, 8, 100]))
        match chance.randrange(4):
            case 0:
                changed[at:end] = b""
            case 1:
                changed[at:at] = changed[at:end]
            case 2:
                changed[at:at] = bytes(chance.choices(b'0129{}[]":,-e\n\r\x00\xff', k=chance.randint(1, 4)))
            case _:
                changed[at : at + 1] = bytes([chance.randrange(256)])
    return bytes(changed)


def try_config(text: str | bytes) -> bool:
    """Whether a text is a config; what is one stays the same through `to_config`."""
    try:
        value = cn.from_config(text)
    except ColonnadeError:
        return False
    config = cn.to_config(value)
    assert cn.to_config(cn.from_config(json.dumps(config))) == config
    return True


def try_files(files: Files) -> bool:
    """Whether a directory of these files can be loaded; what can be, can be saved."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content)
        try:
            encoder, tables = cn.load(folder)
        except ColonnadeError:
            return False
        cn.save(folder, encoder, tables)
        return True


def run(seed: int, seconds: float, most: int | None = None) -> tuple[int, int]:
    """Tries mutations until the time or their number is up; SystemExit where something else comes out.

    Returns:
        How many were tried, and how many of them are still sound.
    """
    chance, tried, sound = random.Random(seed), 0, 0
    until, before = time.monotonic() + seconds, os.getcwd()
    os.chdir(GOLDEN)  # a config there names its vocabulary without a folder
    try:
        for subject in _subjects(chance):
            if time.monotonic() >= until or tried == most:
                break
            try:
                sound += try_files(subject) if isinstance(subject, dict) else try_config(subject)
            except Exception as error:
                sys.exit(f"seed {seed}, number {tried}: {type(error).__name__}: {error}\n{subject!r}")
            tried += 1
    finally:
        os.chdir(before)
    return tried, sound


def _subjects(chance: random.Random) -> Iterator[str | bytes | Files]:
    files = saved()
    while True:
        yield from configs.mutations(CONFIGS, 9, chance.random())
        yield mutated(files, chance)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    given = parser.parse_args()
    tried, sound = run(given.seed, given.seconds)
    print(f"config, seed {given.seed}: {tried} configs and directories, {sound} of them sound, no finding")


if __name__ == "__main__":
    main()
