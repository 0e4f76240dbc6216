"""Feature specs of TensorFlow, known by names and attributes, as our own; TensorFlow is not imported."""

from __future__ import annotations

import inspect
from typing import Any, Final, get_args

from .partitions import Partition
from .ragged_feature import RaggedFeature
from .sparse import SparseFeature
from .specs import FixedLenFeature, FixedLenSequenceFeature, VarLenFeature

_SPECS: Final = {
    cls.__name__: cls
    for cls in (FixedLenFeature, FixedLenSequenceFeature, RaggedFeature, SparseFeature, VarLenFeature)
}
_PARTITIONS: Final = {cls.__name__: cls for cls in get_args(Partition)}


def own_spec(feature: Any) -> Any:
    """Our spec of another library's that has its name and attributes; anything else as it is.

    Raises:
        ColumnTypeError, ColumnValueError: attributes that our spec refuses.
    """
    return _own(feature, _SPECS)


def _own(given: Any, classes: dict[str, Any]) -> Any:
    cls = classes.get(type(given).__name__)
    if cls is None or isinstance(given, cls):
        return given
    names = list(inspect.signature(cls).parameters)
    if not all(hasattr(given, name) for name in names):
        return given
    parts = {name: getattr(given, name) for name in names}
    if "partitions" in parts:
        parts["partitions"] = [_own(partition, _PARTITIONS) for partition in parts["partitions"]]
    return cls(**parts)
