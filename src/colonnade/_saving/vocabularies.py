"""Vocabulary files that travel with a config, under names that are their hashes."""

from __future__ import annotations

import atexit
import base64
import functools
import hashlib
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from ..errors import ConfigError
from .config import DEEPEST, Json
from .paths import DIGEST

_NAME: Final = re.compile(r"vocabulary-[0-9a-f]{64}(\.[A-Za-z0-9]{1,16})?")


def with_vocabularies(config: Json, path_of: Callable[[dict[str, Json]], str], depth: int = 0) -> Json:
    """A config whose vocabulary columns have other paths.

    Every object with a vocabulary_file and a sha256 is a column that reads one.

    Raises:
        ConfigError: it nests too deeply, or `path_of` refuses a column.
    """
    if depth > DEEPEST:
        raise ConfigError("the config nests too deeply")
    if isinstance(config, list):
        return [with_vocabularies(item, path_of, depth + 1) for item in config]
    if not isinstance(config, dict):
        return config
    changed = {name: with_vocabularies(item, path_of, depth + 1) for name, item in config.items()}
    if "class" in config and {"vocabulary_file", "sha256"} <= set(config):
        changed["vocabulary_file"] = path_of(config)
    return changed


def vocabulary_name(column: dict[str, Json]) -> str:
    """The name under which a column's file travels."""
    name = f"vocabulary-{checked_digest(column['sha256'])}"
    # A plain ending stays, for those who tell by it that a file is compressed.
    ended = name + Path(column["vocabulary_file"]).suffix
    return ended if _NAME.fullmatch(ended) else name


def found_name(column: dict[str, Json]) -> str:
    """The name in a saved config, which cannot be a path that points elsewhere.

    Raises:
        ConfigError: it is not the one that saving gave.
    """
    path = column["vocabulary_file"]
    if not isinstance(path, str) or path != vocabulary_name(column):
        raise ConfigError("the path of a saved vocabulary must be the name that save gave it")
    return path


def checked_digest(digest: Json) -> str:
    """A SHA-256 as text.

    Raises:
        ConfigError: it is none.
    """
    if not isinstance(digest, str) or not DIGEST.fullmatch(digest):
        raise ConfigError("a SHA-256 must be 64 hexadecimal digits")
    return digest


def check_regular(path: Path) -> None:
    """Refuse a pipe or a device, which may have no end.

    Raises:
        ConfigError: it is one, or a directory.
    """
    if path.exists() and not path.is_file():
        raise ConfigError("no regular file", file=str(path))


def check_unchanged(digest: str, column: dict[str, Json]) -> None:
    """A file must be the one that its column was declared with.

    Raises:
        ConfigError: it has another hash.
    """
    if digest != column["sha256"]:
        raise ConfigError(
            "the vocabulary file changed since the column was declared; declare the column again",
            key=column.get("key"),
            file=column["vocabulary_file"],
        )


def embedded(config: Json) -> tuple[Json, dict[str, str]]:
    """A config without paths, and the files themselves by name, in base64.

    Raises:
        ConfigError: a file changed since its column was declared.
        OSError: it is gone.
    """
    contents: dict[str, str] = {}

    def name_of(column: dict[str, Json]) -> str:
        path, name = Path(column["vocabulary_file"]), vocabulary_name(column)
        check_regular(path)
        content = path.read_bytes()
        check_unchanged(hashlib.sha256(content).hexdigest(), column)
        contents[name] = base64.b64encode(content).decode("ascii")
        return name

    return with_vocabularies(config, name_of), contents


def extracted(config: Json, contents: Any) -> Json:
    """A config with paths again: of files that this process keeps until it ends.

    Raises:
        ConfigError: a file is missing or damaged.
    """
    if not isinstance(contents, Mapping):
        raise ConfigError(f"vocabularies must be files by name, got {type(contents).__name__}")
    return with_vocabularies(config, lambda column: str(_extracted_file(column, contents)))


def _extracted_file(column: dict[str, Json], contents: Mapping[str, Any]) -> Path:
    name, key = found_name(column), column.get("key")
    try:
        content = base64.b64decode(contents[name], validate=True)
    except KeyError:
        raise ConfigError(f"the config names {name} and it is missing", key=key) from None
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{name} is no base64: {error}", key=key) from error
    if hashlib.sha256(content).hexdigest() != column["sha256"]:
        raise ConfigError(f"{name} is not the file that was saved: its SHA-256 differs", key=key)
    path = _folder() / name
    if not path.exists():
        temporary = path.with_name(secrets.token_hex(16))
        temporary.write_bytes(content)
        temporary.replace(path)
    return path


@functools.cache
def _folder() -> Path:
    """A directory of this process, removed when it ends, though not when a child that it forked does."""
    folder, owner = Path(tempfile.mkdtemp(prefix="colonnade-")), os.getpid()

    def remove() -> None:
        if os.getpid() == owner:
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(remove)
    return folder
