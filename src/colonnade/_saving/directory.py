"""A directory with all that serving needs: the encoder's config, its vocabularies and the trained tables.

config.json is written last and names every other file by its SHA-256, so that replacing it, one atomic
rename, is the moment at which a save happens: before it the old content is whole, after it the new one.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeAlias

from .._encoding import Encoder
from .._layers import Float32s, check_table_names, checked_table
from ..errors import ConfigError, DependencyError, TableError
from .config import Json, check_version, from_config, parsed_json, to_config
from .vocabularies import (
    check_regular,
    check_unchanged,
    checked_digest,
    found_name,
    vocabulary_name,
    with_vocabularies,
)

PathLike: TypeAlias = "str | os.PathLike[str]"

CONFIG: Final = "config.json"
_OURS: Final = re.compile(r"(tables|vocabulary|temporary)-(?P<digest>[0-9a-f]{64})(\.[A-Za-z0-9]{1,16})?")


def save(directory: PathLike, encoder: Encoder, tables: Mapping[str, Any]) -> None:
    """Write all that serving needs into a directory, for `load`.

    The directory then holds `config.json`, the tables as one safetensors file and a copy of each
    vocabulary file. An earlier save in it is replaced as a whole: a crash at any moment leaves the old
    or the new one. Other files stay. One process at a time may save into a directory.

    Args:
        directory: Made if it does not exist.
        encoder: What encodes the features.
        tables: The trained tables by name, as `tables()` of any layer of these columns gives.

    Raises:
        DependencyError: safetensors is not installed.
        ConfigError: a column holds a bare function, or a vocabulary file changed since it was declared.
        TableError: a table is missing, unknown or of another shape than declared.
        OSError: the disk refuses.

    Example:
        >>> import tempfile
        >>> import numpy as np, colonnade as cn
        >>> kind = cn.sequence_categorical_column_with_identity("kind", num_buckets=2)
        >>> encoder = cn.Encoder([cn.embedding_column(kind, dimension=2)])
        >>> with tempfile.TemporaryDirectory() as directory:
        ...     cn.save(directory, encoder, {"kind_embedding": np.eye(2)})
        ...     encoder, tables = cn.load(directory)
        >>> tables["kind_embedding"].tolist()
        [[1.0, 0.0], [0.0, 1.0]]
    """
    safetensors = _safetensors()
    if not isinstance(encoder, Encoder):
        raise ConfigError(f"an Encoder is wanted, got {type(encoder).__name__}; use cn.Encoder(columns)")
    config = to_config(encoder)
    arrays = _checked_tables(encoder, tables)
    if "__metadata__" in arrays:
        raise TableError(
            "safetensors reserves this name; give the column another by name=", column="__metadata__"
        )

    folder = Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    config = with_vocabularies(config, lambda column: _copied_vocabulary(folder, column))
    digest = _written_tables(folder, safetensors, arrays)
    _write_config(folder, {"version": config["colonnade"], "encoder": config, "tables": digest})
    _remove_earlier(folder, json.dumps(config) + digest)


def load(directory: PathLike) -> tuple[Encoder, dict[str, Float32s]]:
    """Read what `save` wrote; neither torch nor any other framework is needed, and no code is run.

    Args:
        directory: Where `save` wrote.

    Returns:
        An encoder with the same columns and options, and the tables by name, float32
        [num_buckets, dimension]. Vocabulary columns read the directory's copies.

    Raises:
        DependencyError: safetensors is not installed.
        ConfigError: the config is damaged or unknown, or a file is missing or is not the one that was
            saved.
        TableError: the tables are not those of the encoder's columns.
        FileNotFoundError: there is no `config.json`.

    Example:
        >>> import colonnade.numpy
        >>> def serve(directory, features):
        ...     encoder, tables = load(directory)
        ...     layer = colonnade.numpy.SequenceFeatures(encoder.columns, tables)
        ...     return layer(encoder.encode(features))
    """
    safetensors = _safetensors()
    folder = Path(directory)
    try:
        check_regular(folder / CONFIG)
        text = (folder / CONFIG).read_bytes()
        saved = parsed_json(text)
        if not isinstance(saved, dict) or set(saved) != {"version", "encoder", "tables"}:
            raise ConfigError('"version", "encoder" and "tables" are wanted, as colonnade.save writes them')
        check_version(saved["version"])
        config = with_vocabularies(saved["encoder"], lambda column: _found_vocabulary(folder, column))
        encoder = from_config(config, trust_paths=True)  # of this directory, by now
        if not isinstance(encoder, Encoder):
            raise ConfigError(f"an Encoder is wanted, got {type(encoder).__name__}")
        path = _checked_file(folder, _tables_name(saved["tables"]), saved["tables"])
    except ConfigError as error:
        raise error.at(file=error.where.get("file", str(folder / CONFIG))) from error.__cause__
    try:
        arrays = safetensors.load_file(path)
    except Exception as error:  # safetensors raises its own class, which only it can name
        raise TableError(f"no safetensors file: {error}", file=str(path)) from error
    return encoder, _checked_tables(encoder, arrays)


def _safetensors() -> Any:
    try:
        import safetensors.numpy
    except ImportError as error:
        raise DependencyError("saving and loading need safetensors; install colonnade[save]") from error
    return safetensors.numpy


def _checked_tables(encoder: Encoder, tables: Mapping[str, Any]) -> dict[str, Float32s]:
    check_table_names(encoder.plan.tables, tables)
    return {name: checked_table(table, tables[name]) for name, table in encoder.plan.tables.items()}


# Vocabularies.


def _copied_vocabulary(folder: Path, column: dict[str, Json]) -> str:
    name = vocabulary_name(column)
    check_regular(Path(column["vocabulary_file"]))
    with _temporary(folder) as temporary:
        shutil.copyfile(column["vocabulary_file"], temporary)
        check_unchanged(_sha256(temporary), column)
        _put(temporary, folder / name)
    return name


def _found_vocabulary(folder: Path, column: dict[str, Json]) -> str:
    return str(_checked_file(folder, found_name(column), column["sha256"]))


# Files.


def _tables_name(digest: str) -> str:
    return f"tables-{checked_digest(digest)}.safetensors"


def _checked_file(folder: Path, name: str, digest: str) -> Path:
    path = folder / name
    check_regular(path)
    try:
        found = _sha256(path)
    except FileNotFoundError:
        raise ConfigError("the config names this file and it is missing", file=str(path)) from None
    if found != digest:
        raise ConfigError("not the file that was saved: its SHA-256 differs", file=str(path))
    return path


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _temporary(folder: Path) -> Iterator[Path]:
    path = folder / f"temporary-{secrets.token_hex(32)}"
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def _written_tables(folder: Path, safetensors: Any, arrays: dict[str, Float32s]) -> str:
    with _temporary(folder) as temporary:
        try:
            safetensors.save_file(arrays, temporary)
        except Exception as error:  # its own class, which tells the system's error by its words alone
            if number := re.search(r"os error (\d+)", str(error)):
                raise OSError(int(number[1]), os.strerror(int(number[1])), str(temporary)) from error
            raise
        digest = _sha256(temporary)
        _put(temporary, folder / _tables_name(digest))
    return digest


def _write_config(folder: Path, saved: Json) -> None:
    text = json.dumps(saved, indent=1, ensure_ascii=False, allow_nan=False)
    with _temporary(folder) as temporary:
        temporary.write_text(text, "utf-8", newline="\n")
        _put(temporary, folder / CONFIG)


def _put(temporary: Path, path: Path) -> None:
    """Give a written file its name, so that after a crash of the machine it is there whole or not at all."""
    with temporary.open("rb+") as file:
        os.fsync(file.fileno())
    temporary.replace(path)
    if os.name == "posix":
        descriptor = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _remove_earlier(folder: Path, named: str) -> None:
    """Remove files that other saves left, known by their names; no file of anybody else is touched."""
    for path in folder.iterdir():
        ours = _OURS.fullmatch(path.name)
        if ours and ours["digest"] not in named:
            path.unlink(missing_ok=True)
