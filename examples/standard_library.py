"""The demo's data: Python's own standard library, as sequences of tokens.

Which package does a piece of code come from? A piece is a window of at most 128 tokens; each token has a
type, a text and two numbers (the column that it starts in, and the length of its line). The packages are the
ten that have the most files in this machine's Python; which ones differs a little between versions.
"""

from __future__ import annotations

import hashlib
import math
import sysconfig
import token
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

import colonnade as cn

ROOT = Path(sysconfig.get_path("stdlib"))
WINDOW = 128


def source_files(package: str) -> list[Path]:
    """A package's files, in an order that has nothing to do with their content."""
    files = (ROOT / package).rglob("*.py")
    return sorted(files, key=lambda path: hashlib.sha256(path.relative_to(ROOT).as_posix().encode()).digest())


def largest_packages(count: int) -> tuple[str, ...]:
    """The packages with the most files; `test`, which is about all the others, is left out."""
    sizes = {path.parent.name: len(source_files(path.parent.name)) for path in ROOT.glob("*/__init__.py")}
    sizes.pop("test", None)
    return tuple(sorted(sorted(sizes, key=lambda name: (-sizes[name], name))[:count]))


PACKAGES = largest_packages(10)

_kind = cn.sequence_categorical_column_with_identity("kind", num_buckets=token.N_TOKENS)
_text = cn.sequence_categorical_column_with_hash_bucket("text", hash_bucket_size=4096)
_place = cn.sequence_numeric_column("place", shape=(2,), normalizer_fn=np.log1p)
_package = cn.categorical_column_with_identity("package", num_buckets=len(PACKAGES))

TOKENS = [cn.indicator_column(_kind), cn.embedding_column(_text, dimension=32), _place]
TARGET = [cn.indicator_column(_package)]


def split() -> tuple[list[Path], list[Path]]:
    """Files for training and files for testing: a quarter of each package."""
    train, test = [], []
    for package in PACKAGES:
        files = source_files(package)
        border = math.ceil(len(files) / 4)
        test += files[:border]
        train += files[border:]
    return train, test


def windows(path: Path) -> Iterator[dict[str, list[Any]]]:
    """The tokens of a file, 128 at a time; the last window may be shorter, a broken file has none."""
    try:
        with tokenize.open(path) as file:
            tokens = list(tokenize.generate_tokens(file.readline))
    except (tokenize.TokenError, SyntaxError, UnicodeDecodeError):
        return  # some packages test themselves with such files
    for start in range(0, len(tokens), WINDOW):
        window = tokens[start : start + WINDOW]
        yield {
            "kind": [item.exact_type for item in window],
            "text": [item.string for item in window],
            "place": [float(n) for item in window for n in (item.start[1], len(item.line))],
        }


def records(path: Path) -> Iterator[bytes]:
    """A file's windows as serialized tf.train.Example records, each with the package it is from."""
    package = PACKAGES.index(path.relative_to(ROOT).parts[0])
    for window in windows(path):
        yield cn.Example({**window, "package": package}).serialize()
