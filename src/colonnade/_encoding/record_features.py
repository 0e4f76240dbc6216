"""Serialized records as features in memory, key by key: how padded sequences are read from records."""

from __future__ import annotations

from collections.abc import Iterable

from .. import _core
from .._ragged import BytesArray
from .flat import Flat


class RecordFeatures:
    """The keys of records that were walked once.

    Args:
        examples: The records.
        keys: The keys in the order of their numbers.
    """

    def __init__(self, examples: _core.IndexedExamples, keys: Iterable[str]) -> None:
        self._examples = examples
        self._numbers = {key: number for number, key in enumerate(keys)}

    def read(self, key: str, dtype: str | None, is_sequence: bool) -> Flat:
        """A key's values, of the dtype that they have in the records."""
        number = self._numbers[key]
        step_splits = None
        if is_sequence and self._examples.type is _core.RecordType.SEQUENCE_EXAMPLE:
            row_splits, step_splits, *values = self._examples.ragged_steps(number)
        else:
            row_splits, *values = self._examples.ragged(number)
        one = values[0] if len(values) == 1 else BytesArray._trusted(values[0], values[1])
        return Flat(one, row_splits, step_splits)
