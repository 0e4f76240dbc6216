"""Columns and encoders as plain JSON and back: versioned, without code, by one function over their fields.

A config is {"colonnade": 1, "config": value}. A value is null, true, false, a number, a string, a list, or
an object of one of four forms:

    {"class": NAME, FIELD: value, ...}    a column, normalizer, initializer or encoder; every field, no other
    {"bytes": TEXT}                       bytes, as base64
    {"float": "nan"}                      or "inf" or "-inf", which JSON lacks
    {"groups": {NAME: [column, ...]}}     the columns of an encoder that has groups
"""

from __future__ import annotations

import base64
import json
import math
from collections import Counter
from dataclasses import fields, is_dataclass
from itertools import islice
from typing import Any, Final

from .. import columns, initializers
from .._encoding import Encoder, EncoderOptions
from ..errors import ColonnadeError, ConfigError, shown
from .paths import DIGEST, PathOf, Vocabularies, path_finder

Json = Any
Place = tuple[str | int, ...]

VERSION: Final = 1

# Closed on purpose: a config can name these and nothing else. A new column is one more line, and a new
# field of a class here a line in _LATER.
CLASSES: Final[dict[str, type]] = {
    cls.__name__: cls
    for cls in (
        columns.IdentityCategoricalColumn,
        columns.HashedCategoricalColumn,
        columns.VocabularyListCategoricalColumn,
        columns.VocabularyFileCategoricalColumn,
        columns.BucketizedColumn,
        columns.CrossedColumn,
        columns.WeightedCategoricalColumn,
        columns.SequenceCategoricalColumn,
        columns.NumericColumn,
        columns.SequenceNumericColumn,
        columns.EmbeddingColumn,
        columns.IndicatorColumn,
        columns.Standardize,
        columns.MinMax,
        columns.Log1p,
        columns.Clip,
        columns.Compose,
        initializers.TruncatedNormal,
        initializers.RandomUniform,
        initializers.Constant,
        initializers.Zeros,
        Encoder,
    )
}

# Fields that came later, and what they mean where they are absent. At that they stay absent, so that older
# releases can read what they know.
_LATER: Final[dict[tuple[type, str], object]] = {
    (columns.VocabularyFileCategoricalColumn, "file_format"): "text",
    (Encoder, "min_length"): None,
    (Encoder, "padding_value"): None,
    (Encoder, "missing"): "empty",
}

_ODD_FLOATS: Final = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}
DEEPEST = 32
_INSTEAD = {
    "normalizer_fn": "declare it with Standardize, MinMax, Log1p, Clip and Compose",
    "initializer": "declare it with colonnade.initializers",
}


def to_config(value: Any) -> dict[str, Json]:
    """Describe a column or an encoder by plain data, for JSON.

    Equal values have equal configs, key order included. Configs hold no code and no tables.

    Args:
        value: A column of any kind, a declared normalizer or initializer, or an Encoder.

    Returns:
        Dicts, lists, strings, numbers, bools and None, all of which `json.dumps` takes.

    Raises:
        ConfigError: another value; or one that holds what a config cannot, such as a bare function as
            normalizer_fn or initializer. The message names the column.

    Example:
        >>> import colonnade as cn
        >>> watches = cn.sequence_categorical_column_with_identity("watches", num_buckets=1000)
        >>> config = cn.to_config(cn.embedding_column(watches, dimension=10))
        >>> config["config"]["class"], config["config"]["dimension"]
        ('EmbeddingColumn', 10)
    """
    if not _is_ours(value):
        raise ConfigError(
            f"a config is made of a column or an Encoder, got {type(value).__name__}; "
            "for several columns take cn.Encoder(columns), or one config for each"
        )
    return {"colonnade": VERSION, "config": _encoded(value)}


def from_config(config: Json, vocabularies: Vocabularies | None = None, *, trust_paths: bool = False) -> Any:
    """Make the column or the encoder that a config describes.

    Constructors run and check everything again. No code is looked up by name, imported or run, and no
    file is opened that the caller did not name, so the config may come from anybody.

    Args:
        config: What `to_config` returned, or its JSON text, str or UTF-8 bytes.
        vocabularies: Where the vocabulary files lie that the config names: a folder, which has them
            under the last part of their paths; or a mapping from each path in the config to the path
            to open.
        trust_paths: Open the paths as they stand in the config; for configs of your own.

    Returns:
        A value equal to the one that the config was made of (an encoder with equal columns and options).

    Raises:
        ConfigError: the version, a class or a field is unknown, a field is absent, a value has the wrong
            type or is refused by a constructor, a vocabulary file is another one or is named without
            `vocabularies` and `trust_paths`, the text is no JSON, names a key twice or goes on after its
            end. The message says where.

    Example:
        >>> import json
        >>> import colonnade as cn
        >>> column = cn.sequence_numeric_column("temperature", normalizer_fn=cn.Standardize(3.0, 4.2))
        >>> cn.from_config(json.dumps(cn.to_config(column))) == column
        True
    """
    path_of = path_finder(vocabularies, trust_paths=trust_paths)
    if isinstance(config, str | bytes):
        config = parsed_json(config)
    if not isinstance(config, dict) or set(config) != {"colonnade", "config"}:
        raise ConfigError(
            'a config is an object with the keys "colonnade" and "config", as to_config makes it; '
            f"got {_shown(config)}"
        )
    check_version(config["colonnade"])
    value = _decoded(config["config"], ("config",), path_of)
    if not _is_ours(value):
        raise ConfigError(f"config: a column or an Encoder is wanted, got {_shown(config['config'])}")
    return value


def check_version(version: Json) -> None:
    """Refuse versions that this release does not know."""
    if type(version) is not int or version != VERSION:
        raise ConfigError(
            f"version {_shown(version)} is unknown, this release reads {VERSION}; update colonnade"
        )


def parsed_json(text: str | bytes) -> Json:
    """One JSON document and nothing else; strict where Python's reader is lenient.

    Raises:
        ConfigError: no UTF-8 or JSON, a key twice in one object, NaN or Infinity, anything after the end.
    """
    try:
        text = text.decode() if isinstance(text, bytes) else text
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except RecursionError:
        raise ConfigError("JSON that nests too deeply") from None
    except ConfigError:
        raise
    except ValueError as error:
        raise ConfigError(f"no JSON: {error}") from None


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = next(key for key, times in Counter(key for key, _ in pairs).items() if times > 1)
        raise ConfigError(f"the key {_shown(twice)} stands twice in one object")
    return found


def _no_constant(name: str) -> Json:
    raise ConfigError(f'{name} is no JSON; write {{"float": "nan"}}, "inf" or "-inf"')


# Values to JSON.


def _is_ours(value: object) -> bool:
    return CLASSES.get(type(value).__name__) is type(value)


def _encoded(value: object) -> Json:
    match value:
        case None | bool():
            return value
        case int():
            return int(value)
        case float():
            return float(value) if math.isfinite(value) else {"float": repr(float(value))}
        case str():
            _check_text(value, ())
            return str.__str__(value)
        case bytes():
            return {"bytes": base64.b64encode(value).decode()}
        case tuple():
            return [_encoded(item) for item in value]
        case dict():
            return {"groups": {_encoded(name): _encoded(group) for name, group in value.items()}}
    if _is_ours(value):
        parts = {name: _encoded_field(value, name, part) for name, part in _parts(value).items()}
        return {"class": type(value).__name__, **parts}
    raise ConfigError(f"a {type(value).__name__} cannot stand in a config: {shown(value)}")


def _encoded_field(owner: object, name: str, value: object) -> Json:
    if callable(value) and not _is_ours(value):
        what = getattr(value, "__qualname__", type(value).__name__)
        instead = _INSTEAD.get(name, "declare it")
        raise ConfigError(
            f"{name} is a bare function, {what}, and a config holds no code; {instead}",
            column=getattr(owner, "name", None),
        )
    try:
        return _encoded(value)
    except ConfigError as error:
        if error.where:
            raise
        raise ConfigError(f"{name}: {error.message}", column=getattr(owner, "name", None)) from None


def _parts(value: Any) -> dict[str, object]:
    """The arguments that make this value again."""
    if isinstance(value, Encoder):
        parts = {"columns": value.columns, **vars(value.options)}
    else:
        parts = {name: getattr(value, name) for name in field_names(type(value))}
    cls = type(value)
    return {name: part for name, part in parts.items() if _LATER.get((cls, name), ...) != part}


def field_names(cls: type) -> list[str]:
    """The arguments of a class of the table, all of which stand in its configs."""
    if cls is Encoder:
        return ["columns", *field_names(EncoderOptions)]
    assert is_dataclass(cls)
    return [field.name for field in fields(cls) if field.init]


# JSON to values.


def _decoded(value: Json, place: Place, path_of: PathOf) -> Any:
    if len(place) > DEEPEST:
        raise ConfigError(f"{_path(place)}: nests too deeply, no column does")
    match value:
        case None | bool():
            return value
        case int():
            if value.bit_length() > 128:
                raise ConfigError(f"{_path(place)}: an int of {value.bit_length()} bits")
            return value
        case float():
            if not math.isfinite(value):
                raise ConfigError(f'{_path(place)}: {value} is no JSON number; write {{"float": "{value}"}}')
            return value
        case str():
            _check_text(value, place)
            return value
        case list():
            return tuple(_decoded(item, (*place, index), path_of) for index, item in enumerate(value))
        case dict():
            return _decoded_object(value, place, path_of)
    raise ConfigError(f"{_path(place)}: a {type(value).__name__} is no JSON value")


def _decoded_object(value: dict[str, Json], place: Place, path_of: PathOf) -> Any:
    if "class" in value:
        return _decoded_instance(value, place, path_of)
    match list(value.items()):
        case [("bytes", str(text))]:
            return _decoded_bytes(text, place)
        case [("float", str(name))] if name in _ODD_FLOATS:
            return _ODD_FLOATS[name]
        case [("groups", dict(groups))]:
            return {
                _decoded(name, place, path_of): _decoded(group, (*place, "groups", name), path_of)
                for name, group in groups.items()
            }
    raise ConfigError(
        f'{_path(place)}: an object must be a "class", "bytes", "float" or "groups", got {_shown(value)}'
    )


def _decoded_instance(value: dict[str, Json], place: Place, path_of: PathOf) -> Any:
    name = value["class"]
    cls = CLASSES.get(name) if isinstance(name, str) else None
    if cls is None:
        raise ConfigError(f"{_path(place)}: unknown class {_shown(name)}; known are {', '.join(CLASSES)}")
    value = {field: meant for (owner, field), meant in _LATER.items() if owner is cls} | value
    wanted = field_names(cls)
    given = [field for field in value if field != "class"]
    if set(given) != set(wanted):
        missing = [field for field in wanted if field not in value]
        unknown = [field for field in given if field not in wanted]
        raise ConfigError(
            f"{_path(place)}: {name} has the fields {wanted}; "
            f"missing are {missing}, unknown are {_shown(unknown)}"
        )
    parts = {field: _decoded(value[field], (*place, field), path_of) for field in wanted}
    if not isinstance(parts.get("dtype", ""), str):
        # Constructors also take what merely has the name of a dtype; a config has the name itself.
        raise ConfigError(f"{_path(place)}: dtype must be a string, got {_shown(value['dtype'])}")
    try:
        if cls is columns.VocabularyFileCategoricalColumn:
            parts["vocabulary_file"] = _resolved(parts, path_of)
        return cls(**parts)
    except ColonnadeError as error:
        raise ConfigError(f"{_path(place)}: {error}") from error


def _resolved(column: dict[str, Any], path_of: PathOf) -> Any:
    """The path of the file of a vocabulary column, which will have to be the one that it was made with."""
    path, digest = column["vocabulary_file"], column["sha256"]
    if not isinstance(path, str):
        raise ConfigError(f"vocabulary_file must be a path, got {_shown(path)}")
    if not isinstance(digest, str) or not DIGEST.fullmatch(digest):
        raise ConfigError(f"sha256 must be 64 hexadecimal digits, got {_shown(digest)}")
    return path_of(path)


def _decoded_bytes(text: str, place: Place) -> bytes:
    try:
        decoded = base64.b64decode(text, validate=True)
    except ValueError:
        raise ConfigError(f"{_path(place)}: bytes must be base64, got {_shown(text)}") from None
    if base64.b64encode(decoded).decode() != text:
        raise ConfigError(f"{_path(place)}: {_shown(text)} is not how base64 writes these bytes")
    return decoded


def _check_text(text: str, place: Place) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        where = f"{_path(place)}: " if place else ""
        raise ConfigError(f"{where}{_shown(text)} is not valid Unicode") from None


def _path(place: Place) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).lstrip(".")


def _shown(value: object) -> str:
    """A hostile value in a message: one short line, whatever its size."""
    if isinstance(value, str):
        return ascii(value if len(value) <= 60 else f"{value[:57]}...")
    if isinstance(value, list | dict):
        some = [_shown(item) for item in islice(value, 8) if not isinstance(item, list | dict)]
        return f"a {type(value).__name__} of {len(value)}: {', '.join(some)}"
    if value is None or isinstance(value, bool | float):
        return repr(value)
    if isinstance(value, int) and value.bit_length() <= 128:
        return repr(value)
    return f"a {type(value).__name__}"
