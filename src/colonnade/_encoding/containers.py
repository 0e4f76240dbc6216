"""Features in memory, whatever holds them: each key is read once, into one flat form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from .._ragged import BytesArray, Ragged, columns_from_arrow, equal_splits, ragged_of_list
from ..errors import ColonnadeError, FeatureTypeError, MissingFeatureError, names_with_guess
from .dense import dense_or_rows, is_dense
from .flat import Flat, of_ragged
from .sparse_tensors import is_sparse, read_sparse
from .tensors import arrays_of, is_nested, is_ragged, jagged_of, ragged_of


class Features:
    """Features in memory by key.

    Args:
        features: A mapping from key to values, or an Arrow table of any library.
        keys: The keys that are wanted of a table.

    Raises:
        FeatureTypeError: features is neither, or a column of the table has a type that cannot be taken.
    """

    def __init__(self, features: Any, keys: Iterable[str]) -> None:
        self._by_key = _by_key(features, keys)
        self._read: dict[tuple[str, str | None], Flat] = {}

    def read(self, key: str, dtype: str | None, is_sequence: bool) -> Flat:
        """A key's values, the same for sequences and contexts.

        Args:
            key: Its name.
            dtype: What values without a dtype, as in lists, shall be; None for what they are.
            is_sequence: Whether a sequence is wanted, which containers hold no otherwise.

        Raises:
            MissingFeatureError: there is no such key.
            FeatureTypeError: a container that cannot be taken, or values of another kind.
            RaggedError, SparseIndexError, NarrowingError, LimitError: what its container says wrongly.
        """
        if (key, dtype) not in self._read:
            if key not in self._by_key:
                raise MissingFeatureError(
                    f"not among the features {names_with_guess(key, map(str, self._by_key))}", key=key
                )
            self._read[key, dtype] = read(self._by_key[key], key, dtype)
        return self._read[key, dtype]


def _by_key(features: Any, keys: Iterable[str]) -> Mapping[str, Any]:
    if isinstance(features, Mapping):
        return features
    if hasattr(features, "__arrow_c_stream__") or hasattr(features, "__arrow_c_array__"):
        columns = columns_from_arrow(features, keys)
        # A flat column of a table is one step a row, in which nothing is absent, unlike an array's cells.
        return {
            key: column if isinstance(column, Ragged) else Ragged(column, equal_splits(len(column), 1))
            for key, column in columns.items()
        }
    raise FeatureTypeError(
        f"features must be a mapping from key to values or an Arrow table, got {type(features).__name__}"
        f"{_hint(features) or '; for serialized records use encode_examples'}"
    )


def _hint(given: Any) -> str:
    """What to do with something that holds data, though not yet."""
    if is_dense(given):
        return "; say what it is, as {key: values}"
    if callable(getattr(given, "collect", None)):
        return "; call .collect() first"
    if callable(getattr(given, "to_numpy", None)):
        return "; take .to_numpy() of it"
    if isinstance(given, Iterator) or callable(getattr(given, "as_numpy_iterator", None)):
        return "; take list(...) of it, or encode each batch of a stream"
    return ""


def read(feature: Any, key: str, dtype: str | None) -> Flat:
    """One feature out of its container; a new kind of container is one more line here."""
    if isinstance(feature, list):
        return _read_list(feature, key, dtype)
    if isinstance(feature, Ragged):
        return of_ragged(feature)
    if isinstance(feature, BytesArray):
        return Flat(feature, equal_splits(len(feature), 1), is_bare=len(feature) > 0)
    if is_nested(feature):
        return _read_nested(feature, key, dtype)
    if is_dense(feature):
        cells = dense_or_rows(feature, key)
        if not isinstance(cells, Flat):
            return _read_list(cells, key, dtype)
        # TensorFlow takes a tensor of rank 1 as rows of one step, so it keeps that meaning here.
        cells.is_bare = isinstance(feature, np.ndarray) and feature.shape[1:] == () and len(feature) > 0
        return cells
    if is_ragged(feature):
        return of_ragged(ragged_of(feature, key))
    if is_sparse(feature):
        return read_sparse(feature, key)
    if isinstance(feature, tuple):  # not before: a sparse value of TensorFlow 1 is a tuple
        return _read_list(feature, key, dtype)
    if hasattr(feature, "__arrow_c_array__") or hasattr(feature, "__arrow_c_stream__"):
        return _read_arrow(feature, key)
    raise FeatureTypeError(
        f"a {type(feature).__name__} is no feature; "
        "use a Ragged, a list of lists, an array, an Arrow array or a tensor (dense, ragged or sparse)"
        f"{_hint(feature)}",
        key=key,
    )


def _read_list(rows: list[Any] | tuple[Any, ...], key: str, dtype: str | None) -> Flat:
    try:
        flat = of_ragged(ragged_of_list(rows, dtype))
    except ColonnadeError as error:
        if (arrays := arrays_of(rows, key)) is not None:
            return _read_list(arrays, key, dtype)
        raise error.at(key=key) from None
    flat.is_bare = bool(rows) and not isinstance(rows[0], list | tuple | np.ndarray)
    return flat


def _read_nested(tensor: Any, key: str, dtype: str | None) -> Flat:
    jagged = jagged_of(tensor, key)
    return _read_list(list(tensor.unbind()), key, dtype) if jagged is None else of_ragged(jagged)


def _read_arrow(column: Any, key: str) -> Flat:
    try:
        return of_ragged(Ragged.from_arrow(column))
    except ColonnadeError as error:
        raise error.at(key=key) from None
