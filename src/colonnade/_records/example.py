"""tf.train.Example and tf.train.SequenceExample records in memory, without protobuf: made, read, written."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import InitVar, dataclass
from typing import Any, TypeAlias, TypeVar, cast

import numpy as np

from .. import _core
from .._checks import checked_key
from .._dtypes import DtypeLike, dtype_name, wire_dtype
from ..errors import ColumnValueError, FeatureTypeError, NarrowingError, from_core, shown

T = TypeVar("T")
Values: TypeAlias = "tuple[int, ...] | tuple[float, ...] | tuple[bytes, ...]"
Dtypes: TypeAlias = Mapping[str, DtypeLike] | None

_KINDS = {bytes: "a string", float: "a float", int: "an int"}
_DTYPES = {bytes: "string", float: "float32", int: "int64"}

# Iterable, but no lists of values; sets have no order that could be kept.
_ONE_VALUE = (str, bytes, bytearray, memoryview, Mapping, Set)


@dataclass(frozen=True)
class Example:
    """A tf.train.Example, built from Python data.

    Args:
        features: {key: values}; values are a list, an array of any shape (row by row), or one value alone.
            int and bool become an int64 list, float a float list, str (as UTF-8) and bytes a bytes list;
            ints among floats are floats. Without values, or None, the feature is there and holds no list:
            it reads as empty, whatever the dtype.
        dtypes: {key: dtype}, where the values do not say it, or say it otherwise: ints of a float key are
            written as floats.

    Attributes:
        features: {key: tuple of int, of float or of bytes}, sorted by key, as a reader will see them:
            floats have the precision of float32.

    Raises:
        FeatureTypeError: features is no mapping, or a value of another type than others or than the dtype.
        ColumnTypeError, ColumnValueError: a key that is no valid text, an unknown dtype, or the dtype of
            a key that is not there.
        NarrowingError: an int beyond int64, a float beyond float32, a str that is not valid Unicode.

    Example:
        >>> import colonnade as cn
        >>> record = Example({"watches": [5, 7], "country": "nl"}).serialize()
        >>> cn.parse_example([record], {"watches": cn.VarLenFeature("int64")})["watches"].to_list()
        [[5, 7]]
    """

    features: Mapping[str, Any]
    dtypes: InitVar[Dtypes] = None

    def __post_init__(self, dtypes: Dtypes) -> None:
        items = _sorted_items(self.features, "features")
        given = checked_dtypes(dtypes, dict(items))
        object.__setattr__(self, "features", _checked_features(items, given))

    @classmethod
    def parse(cls, record: bytes | bytearray | memoryview) -> Example:
        """Read a serialized tf.train.Example as a whole, without a schema.

        Records are read as `parse_example` reads them. `serialize` of what comes out gives a record of the
        same content, with keys sorted, numbers packed, and nothing that protobuf would not know.

        Raises:
            MalformedRecordError: bytes that protobuf rejects; says which byte.
            FeatureTypeError: record is not bytes.

        Example:
            >>> Example.parse(Example({"watches": [5, 7], "country": "nl"}).serialize())
            Example(features={'country': (b'nl',), 'watches': (5, 7)})
        """
        return _made(cls, features=_core.read_example(one_record(record)))

    def serialize(self) -> bytes:
        """The record's bytes; equal examples give equal bytes."""
        return _core.serialize_one(cast(dict[str, Values], self.features), None)


@dataclass(frozen=True)
class SequenceExample:
    """A tf.train.SequenceExample, built from Python data.

    Args:
        context: {key: values}, as the features of an `Example`.
        feature_lists: {key: steps}; each step holds values, as a feature of an `Example` does.
        dtypes: As for an `Example`, for keys of both.

    Attributes:
        context: {key: values}, as in an `Example`.
        feature_lists: {key: tuple of values}, sorted by key.

    Raises:
        As `Example` does; an error inside a feature list says at which step.

    Example:
        >>> example = SequenceExample({"user": 3}, {"watches": [[5, 7], [], 9]})
        >>> example.feature_lists
        {'watches': ((5, 7), (), (9,))}
        >>> len(example.serialize())
        49
    """

    context: Mapping[str, Any]
    feature_lists: Mapping[str, Iterable[Any]]
    dtypes: InitVar[Dtypes] = None

    def __post_init__(self, dtypes: Dtypes) -> None:
        context = _sorted_items(self.context, "context")
        lists = _sorted_items(self.feature_lists, "feature_lists")
        given = checked_dtypes(dtypes, dict(context + lists))
        object.__setattr__(self, "context", _checked_features(context, given))
        object.__setattr__(self, "feature_lists", _checked_feature_lists(lists, given))

    @classmethod
    def parse(cls, record: bytes | bytearray | memoryview) -> SequenceExample:
        """Read a serialized tf.train.SequenceExample as a whole, without a schema.

        The arguments and the errors are those of `Example.parse`. An Example reads as a SequenceExample that
        has a context only, for the wire does not tell them apart.

        Example:
            >>> SequenceExample.parse(SequenceExample({}, {"watches": [[5, 7], []]}).serialize())
            SequenceExample(context={}, feature_lists={'watches': ((5, 7), ())})
        """
        context, feature_lists = _core.read_sequence_example(one_record(record))
        return _made(cls, context=context, feature_lists=feature_lists)

    def serialize(self) -> bytes:
        """The record's bytes; equal examples give equal bytes."""
        context = cast(dict[str, Values], self.context)
        return _core.serialize_one(context, cast(dict[str, tuple[Values, ...]], self.feature_lists))


def one_record(record: object) -> bytes:
    """The bytes of a serialized record.

    Raises:
        FeatureTypeError: it is no bytes, nor what can be read as them.
    """
    if not isinstance(record, bytes | bytearray | memoryview):
        raise from_core("not_bytes", {"got": type(record).__name__})
    return bytes(record)


def _made(cls: type[T], **parts: Any) -> T:
    """An example of parts that the core has checked."""
    made = object.__new__(cls)
    for name, part in parts.items():
        object.__setattr__(made, name, part)
    return made


# Python data to tuples of one type.


def checked_dtypes(dtypes: Dtypes, keys: Collection[str]) -> dict[str, str]:
    """The dtypes of the record's lists, of some of its keys.

    Raises:
        FeatureTypeError: dtypes is no mapping.
        ColumnTypeError, ColumnValueError: an unknown dtype, or the dtype of a key that is not there.
    """
    dtypes = {} if dtypes is None else dtypes
    if not isinstance(dtypes, Mapping):
        raise FeatureTypeError(f"dtypes must be a mapping of key to dtype, got {type(dtypes).__name__}")
    for key in dtypes:
        if key not in keys:
            raise ColumnValueError("a dtype of a key that is not among the features", key=str(key))
    return {key: wire_dtype(dtype_name(dtype, key=key)) for key, dtype in dtypes.items()}


def _checked_features(items: Iterable[tuple[str, Any]], dtypes: Mapping[str, str]) -> dict[str, Values]:
    return {key: _checked_values(values, dtypes.get(key), key=key) for key, values in items}


def _checked_feature_lists(
    items: Iterable[tuple[str, Any]], dtypes: Mapping[str, str]
) -> dict[str, tuple[Values, ...]]:
    return {
        key: tuple(
            _checked_values(step, dtypes.get(key), key=key, step=index)
            for index, step in enumerate(_listed(steps, key))
        )
        for key, steps in items
    }


def _sorted_items(features: object, what: str) -> list[tuple[str, Any]]:
    if not isinstance(features, Mapping):
        raise FeatureTypeError(f"{what} must be a mapping of key to values, got {type(features).__name__}")
    for key in features:
        checked_key(key)
    return sorted(features.items())


def _listed(steps: object, key: str) -> list[Any]:
    if isinstance(steps, _ONE_VALUE) or not isinstance(steps, Iterable):
        raise FeatureTypeError(f"a feature list must be a list of steps, got {_shown(steps)}", key=key)
    return list(steps)


def _checked_values(given: object, dtype: str | None, **where: Any) -> Values:
    values = _core.plain_values(flat := _flat(given))
    if values is None:
        values = _of_one_kind(flat, where)
    if not values or dtype is None or dtype == (held := _DTYPES[type(values[0])]):
        return values
    if (held, dtype) != ("int64", "float32"):
        raise FeatureTypeError(f"the values are {held}, the dtype is {dtype}", **where)
    return _as_float32(cast(tuple[int, ...], values), where)


def _of_one_kind(flat: Iterable[Any], where: Mapping[str, Any]) -> Values:
    """The values as ints, floats or bytes; ints among floats are floats, as in features in memory."""
    values = [_plain(value, index, where) for index, value in enumerate(flat)]
    kinds = [type(value) for value in values]
    found = set(kinds)
    if found == {int, float} and not any(isinstance(value, bool | np.bool_) for value in flat):
        found = {float}
    if len(found) > 1:
        first = kinds[0]
        index = next(index for index, kind in enumerate(kinds) if kind is not first)
        message = f"value {index} is {_KINDS[kinds[index]]}, value 0 is {_KINDS[first]}"
        raise FeatureTypeError(f"{message}; a feature holds one kind", **where)
    return _as_float32(values, where) if float in found else tuple(values)


def _flat(given: object) -> list[Any] | tuple[Any, ...]:
    if type(given) is list or type(given) is tuple:
        return given
    if given is None:
        return ()
    if isinstance(given, np.ndarray):
        return given.ravel().tolist()
    if isinstance(given, Iterable) and not isinstance(given, _ONE_VALUE):
        return list(given)
    return (given,)


def _plain(value: object, index: int, where: Mapping[str, Any]) -> Any:
    """One value as int, float or bytes."""
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    if isinstance(value, int | np.integer | np.bool_):
        number = int(value)
        if not -(2**63) <= number < 2**63:
            raise NarrowingError(f"value {index} does not fit int64: {_shown(number)}", **where)
        return number
    if isinstance(value, float | np.floating):
        return float(value)
    if isinstance(value, str):
        try:
            return value.encode()
        except UnicodeEncodeError:
            raise NarrowingError(
                f"value {index} is not valid Unicode: {_shown(value)}; give bytes", **where
            ) from None
    raise FeatureTypeError(
        f"value {index} must be an int, a float, a str or bytes, got {_shown(value)}", **where
    )


def _as_float32(values: Sequence[float], where: Mapping[str, Any]) -> tuple[float, ...]:
    wide = np.array(values, np.float64)
    with np.errstate(over="ignore"):
        narrow = wide.astype(np.float32)
    if (lost := np.flatnonzero(np.isinf(narrow) & np.isfinite(wide))).size:
        index = int(lost[0])
        raise NarrowingError(f"value {index} does not fit float32: {values[index]!r}", **where)
    return tuple(narrow.tolist())


def _shown(value: object) -> str:
    """A value for a message, however large it is."""
    if isinstance(value, int) and value.bit_length() > 200:
        return f"an int of {value.bit_length()} bits"
    return f"{type(value).__name__} {shown(value)}"
