"""Serialized tf.train.Example and SequenceExample records to ragged, padded, fixed and sparse values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

from .. import _core
from .._checks import checked_key
from .._ragged import BytesArray, Int64s, Ragged
from ..errors import (
    ColonnadeError,
    ColumnTypeError,
    ColumnValueError,
    LimitError,
    RaggedError,
    SpecConflictError,
    shown,
)
from .batches import Serialized, checked_one, naming, one_or_batch
from .foreign import own_spec
from .padded import objects, padded, padded_steps
from .ragged_feature import RaggedFeature, partitioned
from .sparse import Sparse, SparseFeature, placed
from .specs import FixedLenFeature, FixedLenSequenceFeature, VarLenFeature

Names: TypeAlias = "Sequence[str | bytes] | None"
ExampleFeature: TypeAlias = (
    VarLenFeature | FixedLenFeature | FixedLenSequenceFeature | RaggedFeature | SparseFeature
)
ContextFeature: TypeAlias = VarLenFeature | FixedLenFeature | RaggedFeature
SequenceFeature: TypeAlias = VarLenFeature | FixedLenSequenceFeature | RaggedFeature


def parse_example(
    serialized: Serialized, features: Mapping[str, ExampleFeature], example_names: Names = None
) -> dict[str, Any]:
    r"""Parse serialized tf.train.Example records.

    Records are read exactly as protobuf reads them, and validated as a whole, wanted keys or not.

    Args:
        serialized: One record, or a batch: a BytesArray (one buffer with offsets, the fastest), a sequence
            of bytes, an array of objects, an Arrow column, or a tensor of strings.
        features: {key: VarLenFeature, FixedLenFeature, FixedLenSequenceFeature, RaggedFeature or
            SparseFeature}, such as `make_parse_example_spec` gives. TensorFlow's own do as well.
        example_names: A name for each record, which its errors tell.

    Returns:
        {key: values}. Of a batch:

        - VarLenFeature: a Ragged of one row a record.
        - FixedLenFeature: an array [records, *shape].
        - FixedLenSequenceFeature: an array [records, longest, *shape], padded.
        - RaggedFeature: a Ragged of one row a record, with one more level for each partition.
        - SparseFeature: a Sparse with the record's number as first index.

        Of one record, the same without the first dimension; a list is then an array. Values are int64 or
        float32; strings a BytesArray (VarLen, Ragged, Sparse) or an object array of bytes (the others).

    Raises:
        MalformedRecordError: bytes that protobuf rejects; says which record and byte. Of a batch of
            `TFRecordReader`, this and the errors below say the file and the record's number there, too.
        KindError: a record holds another kind of list than declared.
        MissingFeatureError: a FixedLen feature without default is absent.
        ValueCountError: a FixedLen feature with another number of values.
        PartialStepError: a FixedLenSequence feature with a part of a step.
        RaggedError: partitions that contradict the values, or each other.
        SparseIndexError: indices out of bounds, repeated, or not one for each value.
        LimitError: an array that would be too large.
        SpecConflictError: two features read one key with different dtypes.
        FeatureTypeError: serialized is not made of bytes.

    Example:
        >>> import colonnade as cn
        >>> record = b"\n\x0f\n\r\n\x01a\x12\x08\x1a\x06\n\x04\x01\x02\x03\x04"
        >>> cn.parse_example([record], {"a": cn.VarLenFeature("int64")})["a"].to_list()
        [[1, 2, 3, 4]]
    """
    features = _own_features(features, ExampleFeature, "an Example")
    if not features:
        raise ColumnValueError("features is empty: nothing to parse")
    for key, feature in features.items():
        if isinstance(feature, FixedLenSequenceFeature) and not feature.allow_missing:
            raise ColumnValueError("FixedLenSequenceFeature needs allow_missing=True in an Example", key=key)
    dtypes = _wire_dtypes(features)
    records, is_one = one_or_batch(serialized)
    keys = {key: index for index, key in enumerate(dtypes)}
    with naming(example_names, records):
        indexed = _core.IndexedExamples(records, _core.WantedKeys(list(dtypes), list(dtypes.values())))
        parsed = {key: _parsed(indexed, keys, key, spec) for key, spec in features.items()}
    return _shown_all(parsed, is_one)


def parse_single_example(
    serialized: bytes, features: Mapping[str, ExampleFeature], example_names: Any = None
) -> dict[str, Any]:
    """Parse one serialized tf.train.Example: `parse_example` of bytes.

    Args:
        serialized: One record.
        features: As for `parse_example`.
        example_names: The record's name, which its errors tell.

    Returns:
        {key: values}, without a dimension of records.

    Raises:
        FeatureTypeError: serialized is not bytes.
        As `parse_example` does.

    Example:
        >>> import colonnade as cn
        >>> cn.parse_single_example(b"", {"a": cn.FixedLenFeature((2,), "int64", default_value=7)})
        {'a': array([7, 7])}
    """
    return parse_example(checked_one(serialized), features, _one_name(example_names))


def parse_sequence_example(
    serialized: Serialized,
    context_features: Mapping[str, ContextFeature] | None = None,
    sequence_features: Mapping[str, SequenceFeature] | None = None,
    example_names: Names = None,
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Parse serialized tf.train.SequenceExample records.

    Args:
        serialized: One record, or a batch, as for `parse_example`.
        context_features: {key: VarLenFeature, FixedLenFeature or RaggedFeature} of the context.
        sequence_features: {key: VarLenFeature, FixedLenSequenceFeature or RaggedFeature} of the feature
            lists, in which each step is a feature of its own.
        example_names: As for `parse_example`.

    Returns:
        (context, sequences, lengths). The context is as `parse_example` gives it. Of a batch's sequences:

        - VarLenFeature: a Ragged of records, of steps, of values. Absent is empty.
        - FixedLenSequenceFeature: an array [records, most steps, *shape], filled up with 0 or "". Its
          lengths, int64 [records], stand in the third dict under the same key.
        - RaggedFeature: as VarLen, with one more level within the steps for each partition; the partitions
          lie in feature lists of as many steps.

        Of one record, the same without the first dimension.

    Raises:
        MalformedRecordError, KindError, RaggedError, LimitError, SpecConflictError, FeatureTypeError: as
            `parse_example` does; also with the step.
        MissingFeatureError: a FixedLen feature without default, or a FixedLenSequence feature without
            allow_missing, is absent.
        ValueCountError: a FixedLen feature, or a step of a FixedLenSequence, with another number of values.

    Example:
        >>> import colonnade as cn
        >>> record = cn.SequenceExample({}, {"clicks": [[3, 7], [], [5]]}).serialize()
        >>> lists = {"clicks": cn.VarLenFeature("int64")}
        >>> context, sequences, lengths = cn.parse_sequence_example([record], None, lists)
        >>> sequences["clicks"].to_list()
        [[[3, 7], [], [5]]]
    """
    context_features = {} if context_features is None else context_features
    sequence_features = {} if sequence_features is None else sequence_features
    context_features = _own_features(context_features, ContextFeature, "the context of a SequenceExample")
    sequence_features = _own_features(
        sequence_features, SequenceFeature, "a feature list of a SequenceExample"
    )
    if not context_features and not sequence_features:
        raise ColumnValueError("context_features and sequence_features are empty: nothing to parse")
    for key, feature in sequence_features.items():
        if isinstance(feature, FixedLenSequenceFeature) and feature.default_value is not None:
            raise ColumnValueError("in a feature list the default_value of a sequence must be None", key=key)
    context_dtypes, list_dtypes = _wire_dtypes(context_features), _wire_dtypes(sequence_features)
    keys = {key: index for index, key in enumerate({**context_dtypes, **list_dtypes})}
    wanted = _core.WantedKeys(
        list(keys),
        [context_dtypes.get(key, "none") for key in keys],
        [list_dtypes.get(key, "none") for key in keys],
    )
    records, is_one = one_or_batch(serialized)
    with naming(example_names, records):
        indexed = _core.IndexedExamples(records, wanted)
        context = {key: _parsed(indexed, keys, key, spec) for key, spec in context_features.items()}
        sequences, lengths = _parsed_lists(indexed, keys, sequence_features)
    return _shown_all(context, is_one), _shown_all(sequences, is_one), _shown_all(lengths, is_one)


def parse_single_sequence_example(
    serialized: bytes,
    context_features: Mapping[str, ContextFeature] | None = None,
    sequence_features: Mapping[str, SequenceFeature] | None = None,
    example_name: Any = None,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Parse one serialized tf.train.SequenceExample: `parse_sequence_example` of bytes.

    Args:
        serialized: One record.
        context_features: As for `parse_sequence_example`.
        sequence_features: As for `parse_sequence_example`.
        example_name: The record's name, which its errors tell.

    Returns:
        (context, sequences), without a dimension of records; nothing is padded, so there are no lengths.

    Raises:
        FeatureTypeError: serialized is not bytes.
        As `parse_sequence_example` does.

    Example:
        >>> import colonnade as cn
        >>> steps = cn.FixedLenSequenceFeature((2,), "int64", allow_missing=True)
        >>> cn.parse_single_sequence_example(b"", None, {"a": steps})[1]["a"].shape
        (0, 2)
    """
    record, names = checked_one(serialized), _one_name(example_name)
    return parse_sequence_example(record, context_features, sequence_features, names)[:2]


def _one_name(name: Any) -> Names:
    return None if name is None else [name]


def _own_features(features: Any, allowed: Any, where: str) -> dict[str, Any]:
    """The features, those of TensorFlow as our own."""
    if not isinstance(features, Mapping):
        raise ColumnTypeError(f"features must be a mapping of key to spec, got {type(features).__name__}")
    classes = get_args(allowed)
    own = {checked_key(key): _own_feature(feature, key) for key, feature in features.items()}
    for key, feature in own.items():
        if not isinstance(feature, classes):
            names = ", ".join(each.__name__ for each in classes)
            raise ColumnTypeError(
                f"not a feature spec of {where}: {shown(feature)}; allowed are {names}", key=key
            )
    return own


def _own_feature(feature: Any, key: str) -> Any:
    try:
        return own_spec(feature)
    except ColonnadeError as error:
        raise error.at(key=key) from None


def _wire_dtypes(features: Mapping[str, ExampleFeature]) -> dict[str, str]:
    """The dtype of each key that is read; a value, a partition and an index may share one."""
    dtypes: dict[str, str] = {}
    for name, feature in features.items():
        for key, dtype in _keys_of(name, feature):
            other = dtypes.setdefault(key, dtype)
            if other != dtype:
                raise SpecConflictError(
                    f"read both as {other} and as {dtype}; make the features agree", key=key
                )
    return dtypes


def _keys_of(name: str, feature: ExampleFeature) -> Iterator[tuple[str, str]]:
    match feature:
        case RaggedFeature():
            yield from feature.wire_dtypes(name)
        case SparseFeature():
            yield from feature.wire_dtypes()
        case _:
            yield name, feature.dtype


def _parsed(
    indexed: _core.IndexedExamples, keys: Mapping[str, int], name: str, feature: ExampleFeature
) -> Any:
    """One feature of Examples, or of the contexts of SequenceExamples."""

    def read(key: str) -> Ragged:
        return _ragged(indexed.ragged(keys[key]))

    match feature:
        case VarLenFeature():
            return read(name)
        case FixedLenFeature():
            return _fixed(indexed, keys[name], feature)
        case FixedLenSequenceFeature():
            return padded(read(name), feature, name)
        case RaggedFeature():
            return _at(lambda row: {"record": row}, name, lambda: partitioned(feature, name, read))
        case SparseFeature():
            return placed(feature, read)


def _parsed_lists(
    indexed: _core.IndexedExamples, keys: Mapping[str, int], features: Mapping[str, SequenceFeature]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The feature lists of SequenceExamples, and the lengths of those that are padded."""
    sequences: dict[str, Any] = {}
    lengths: dict[str, Any] = {}
    for key, spec in features.items():
        if isinstance(spec, FixedLenSequenceFeature):
            sequences[key], lengths[key] = _padded_list(indexed, keys[key], key, spec)
        else:
            sequences[key] = _ragged_list(indexed, keys, key, spec)
    return sequences, lengths


def _padded_list(
    indexed: _core.IndexedExamples, index: int, name: str, feature: FixedLenSequenceFeature
) -> tuple[npt.NDArray[Any], Int64s]:
    """A feature list of steps of one shape, and the number of steps of each record."""
    if not feature.allow_missing:
        indexed.require_list(index)
    steps = _ragged_steps(indexed.ragged_steps(index))
    return padded_steps(steps, feature, name), steps.row_lengths


def _ragged_list(
    indexed: _core.IndexedExamples,
    keys: Mapping[str, int],
    name: str,
    feature: VarLenFeature | RaggedFeature,
) -> Ragged:
    """A feature list of steps of any number of values."""

    def read(key: str) -> Ragged:
        return _ragged_steps(indexed.ragged_steps(keys[key]))

    return read(name) if isinstance(feature, VarLenFeature) else _partitioned_steps(feature, name, read)


def _partitioned_steps(feature: RaggedFeature, name: str, read: Callable[[str], Ragged]) -> Ragged:
    """Values divided within each step by the partitions of the same step."""
    row_splits = read(feature.value_key or name).row_splits

    def read_steps(key: str) -> Ragged:
        steps = read(key)
        unequal = np.flatnonzero(np.diff(steps.row_splits) != np.diff(row_splits))
        if len(unequal):
            record = int(unequal[0])
            raise RaggedError(
                f"{steps.row_lengths[record]} steps of partitions {key!r} for "
                f"{row_splits[record + 1] - row_splits[record]} steps of values",
                record=record,
                key=name,
            )
        assert isinstance(steps.values, Ragged)
        return steps.values

    def place(group: int) -> dict[str, int]:
        record = int(np.searchsorted(row_splits, group, side="right")) - 1
        return {"record": record, "step": group - int(row_splits[record])}

    return Ragged._trusted(_at(place, name, lambda: partitioned(feature, name, read_steps)), row_splits)


def _at(place: Callable[[int], dict[str, int]], name: str, make: Callable[[], Ragged]) -> Ragged:
    """What `make` gives; its errors name the record (and step) of the group in which they arose."""
    try:
        return make()
    except (RaggedError, LimitError) as error:
        if "row" not in error.where:
            raise
        raise type(error)(error.message, **place(error.where["row"]), key=name) from None


def _fixed(indexed: _core.IndexedExamples, key: int, feature: FixedLenFeature) -> npt.NDArray[Any]:
    arrays = indexed.fixed(key, feature.size, feature.default_arrays())
    flat = objects(BytesArray._trusted(*arrays)) if feature.dtype == "string" else arrays[0]
    return flat.reshape(len(indexed), *feature.shape)


def _ragged(arrays: tuple[npt.NDArray[Any], ...]) -> Ragged:
    splits, values, *offsets = arrays
    return Ragged._trusted(BytesArray._trusted(values, *offsets) if offsets else values, splits)


def _ragged_steps(arrays: tuple[npt.NDArray[Any], ...]) -> Ragged:
    return Ragged._trusted(_ragged(arrays[1:]), arrays[0])


def _shown_all(parsed: Mapping[str, Any], is_one: bool) -> dict[str, Any]:
    return {key: _shown(value, is_one) for key, value in parsed.items()}


def _shown(parsed: Any, is_one: bool) -> Any:
    """The values of a batch; of one record without the first dimension."""
    if not is_one:
        return parsed
    if isinstance(parsed, Sparse):
        return Sparse(parsed.indices[:, 1:], parsed.values, parsed.dense_shape[1:])
    return parsed.values if isinstance(parsed, Ragged) else parsed[0]
