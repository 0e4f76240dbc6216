"""Which file a vocabulary column of a config reads: the caller says, for a config may come from anybody."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path, PurePath
from typing import Any, Final, TypeAlias

from ..errors import ConfigError

DIGEST: Final = re.compile("[0-9a-f]{64}")
"""A SHA-256, by which a config tells the file that a column was made with."""

Vocabularies: TypeAlias = "str | os.PathLike[str] | Mapping[str, str | os.PathLike[str]]"
PathOf: TypeAlias = Callable[[str], Any]
"""The path to open for one that stands in a config."""


def path_finder(vocabularies: Vocabularies | None, *, trust_paths: bool) -> PathOf:
    """How the paths of a config become paths to open.

    Raises:
        ConfigError: both arguments, or another type.
    """
    if trust_paths:
        if vocabularies is not None:
            raise ConfigError("give either vocabularies or trust_paths, not both")
        return lambda named: named
    if vocabularies is None:
        return _refused
    if isinstance(vocabularies, Mapping):
        return lambda named: _mapped(vocabularies, named)
    if isinstance(vocabularies, str | os.PathLike):
        folder = Path(vocabularies)
        return lambda named: _in_folder(folder, named)
    raise ConfigError(
        "vocabularies must be a folder, or a mapping from the config's paths to files, "
        f"got {type(vocabularies).__name__}"
    )


def _refused(named: str) -> Any:
    raise ConfigError(
        f"a vocabulary file is named, {_short(named)}, and no file is opened that the caller did not name; "
        "pass vocabularies=, the folder that holds it, or trust_paths=True for a config of your own"
    )


def _mapped(vocabularies: Mapping[str, str | os.PathLike[str]], named: str) -> Any:
    if named not in vocabularies:
        raise ConfigError(f"a vocabulary file is named, {_short(named)}, that vocabularies= does not have")
    return vocabularies[named]


def _in_folder(folder: Path, named: str) -> str:
    name = PurePath(named).name
    if name in ("", ".."):
        raise ConfigError(f"{_short(named)} is no path of a file")
    return str(folder / name)


def _short(path: str) -> str:
    """The end of a path, which may be of any size."""
    return ascii(path if len(path) <= 60 else f"...{path[-57:]}")
