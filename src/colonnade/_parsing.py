"""Serialized tf.train.Example records to ragged values and arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from . import _core
from ._ragged import BytesArray, Ragged
from ._spec import FeatureSpec, FixedLenFeature, VarLenFeature
from .columns._checks import checked_key
from .errors import ColumnTypeError, ColumnValueError, FeatureTypeError

Serialized: TypeAlias = "bytes | Sequence[bytes] | BytesArray | npt.NDArray[np.object_]"


def parse_example(serialized: Serialized, features: Mapping[str, FeatureSpec]) -> dict[str, Any]:
    r"""Parse serialized tf.train.Example records.

    Records are read exactly as protobuf reads them, and validated as a whole, wanted keys or not.

    Args:
        serialized: One record, or a batch: a sequence of bytes, or a BytesArray (one buffer with
            offsets, the fastest).
        features: {key: VarLenFeature or FixedLenFeature}, as `make_parse_example_spec` gives.

    Returns:
        {key: values}. For a batch, VarLen is a Ragged of one row a record, FixedLen an array
        [records, *shape]. For one record, VarLen is an array [values] and FixedLen [*shape].
        int64 and float32 values; strings as BytesArray (VarLen) or object arrays of bytes (FixedLen).

    Raises:
        MalformedRecordError: bytes that protobuf rejects; says which record and byte.
        KindError: a record holds another kind of list than declared.
        MissingFeatureError: a FixedLen feature without default is absent.
        ValueCountError: a FixedLen feature with another number of values.
        FeatureTypeError: serialized is not made of bytes.

    Example:
        >>> import colonnade as cn
        >>> record = b"\n\x0f\n\r\n\x01a\x12\x08\x1a\x06\n\x04\x01\x02\x03\x04"
        >>> cn.parse_example([record], {"a": cn.VarLenFeature("int64")})["a"].to_list()
        [[1, 2, 3, 4]]
    """
    _check_features(features)
    wanted = _core.WantedKeys(list(features), [feature.dtype for feature in features.values()])
    if isinstance(serialized, bytes):
        indexed = _core.IndexedExamples([serialized], wanted)
        return {
            key: _first(_parsed(indexed, index, feature))
            for index, (key, feature) in enumerate(features.items())
        }
    indexed = _core.IndexedExamples(checked_batch(serialized), wanted)
    return {key: _parsed(indexed, index, feature) for index, (key, feature) in enumerate(features.items())}


def checked_batch(serialized: Any) -> Sequence[bytes] | BytesArray:
    """A batch of records as the core takes it; the core checks each item."""
    if isinstance(serialized, BytesArray | list | tuple):
        return serialized
    if isinstance(serialized, np.ndarray) and serialized.ndim == 1 and serialized.dtype == object:
        return serialized.tolist()  # type: ignore[no-any-return]
    hint = (
        "; for one record give a list of one"
        if isinstance(serialized, bytes | bytearray | memoryview)
        else ""
    )
    raise FeatureTypeError(
        f"serialized records must be a list of bytes or a BytesArray, got {type(serialized).__name__}{hint}"
    )


def _check_features(features: Mapping[str, FeatureSpec]) -> None:
    if not isinstance(features, Mapping):
        raise ColumnTypeError(f"features must be a mapping of key to spec, got {type(features).__name__}")
    if not features:
        raise ColumnValueError("features is empty: nothing to parse")
    for key, feature in features.items():
        checked_key(key)
        if not isinstance(feature, VarLenFeature | FixedLenFeature):
            raise ColumnTypeError(f"not a feature spec: {feature!r}", key=key)


def _parsed(indexed: _core.IndexedExamples, key: int, feature: FeatureSpec) -> Any:
    if isinstance(feature, VarLenFeature):
        return ragged(indexed, key)
    arrays = indexed.fixed(key, feature.size, feature.default_arrays())
    if feature.dtype == "string":
        flat = np.empty(len(indexed) * feature.size, object)
        flat[:] = BytesArray._trusted(*arrays).to_list()
        return flat.reshape(len(indexed), *feature.shape)
    return arrays[0].reshape(len(indexed), *feature.shape)


def ragged(indexed: _core.IndexedExamples, key: int) -> Ragged:
    """One key of all records, ragged."""
    splits, values, *offsets = indexed.ragged(key)
    return Ragged._trusted(BytesArray._trusted(values, *offsets) if offsets else values, splits)


def _first(parsed: Any) -> Any:
    return parsed.values if isinstance(parsed, Ragged) else parsed[0]
