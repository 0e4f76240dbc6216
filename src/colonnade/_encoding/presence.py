"""Which keys records have: a warning for what none has had so far, an error for what stands elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from .. import _core
from .._records import Serialized, describe
from ..errors import ColonnadeError, FeatureWarning, MissingFeatureError, names_with_guess, warn
from .plan import Plan


@dataclass(frozen=True)
class Place:
    """Where records hold a key: in their feature lists, or in their features or context."""

    key: str
    number: int
    in_lists: bool


class Presence:
    """Looks at the keys of records until each was found in one of them, or was said to be missing.

    Args:
        plan: Whose keys are wanted.
        have_lists: Whether the records are SequenceExamples.
        strict: Whether a record without a key is an error; then all records are looked at.
    """

    def __init__(self, plan: Plan, *, have_lists: bool, strict: bool) -> None:
        lists = plan.keys(sequences=True) if have_lists else frozenset()
        others = plan.keys(sequences=False) if have_lists else frozenset(plan.spec)
        self._places = [
            Place(key, number, in_lists)
            for number, key in enumerate(plan.spec)
            for in_lists, wanted in ((False, others), (True, lists))
            if key in wanted
        ]
        self._unseen = list(self._places)
        self._have_lists, self._strict = have_lists, strict
        self._in_lists = _core.WantedKeys(list(plan.spec), *[["none"] * len(plan.spec)] * 2)
        self._records = 0

    @property
    def is_watching(self) -> bool:
        """Whether the next records must be looked at."""
        return self._strict or bool(self._unseen)

    def look(self, examples: _core.IndexedExamples, records: Serialized) -> None:
        """Look at some records.

        Raises:
            MissingFeatureError: a key that no record has had stands where no column reads it; or, if strict,
                a record lacks a key.
        """
        unseen = [place for place in self._unseen if _first(examples, place, has=True) is None]
        self._records += len(examples)
        if unseen and len(examples):
            self._check_elsewhere(unseen, examples, records)
        if self._strict:
            self._check_all(examples)
        # A single record without a key is no news: a user without a history.
        elif unseen and self._records > 1:
            _warn_missing([place.key for place in unseen], _keys_of(records), self._records)
            unseen = []
        self._unseen = unseen

    def _check_elsewhere(
        self, unseen: list[Place], examples: _core.IndexedExamples, records: Serialized
    ) -> None:
        if not self._have_lists:
            try:
                examples = _core.IndexedExamples(records, self._in_lists)
            except ColonnadeError:  # no SequenceExamples, then
                return
        for place in unseen:
            elsewhere = Place(place.key, place.number, not place.in_lists)
            record = None if elsewhere in self._places else _first(examples, elsewhere, has=True)
            if record is not None:
                raise MissingFeatureError(self._misplaced(place), key=place.key, record=record)

    def _misplaced(self, place: Place) -> str:
        if not self._have_lists:
            return (
                "the record is a SequenceExample that holds this feature in its feature lists; "
                "encode it with encode_sequence_examples"
            )
        if place.in_lists:
            return (
                "a sequence column reads it from the feature lists, the record holds it among its other "
                "features; use encode_examples if these are Examples, else a context column"
            )
        return (
            "a context column reads it from the context, the record holds it in its feature lists; "
            "use a sequence column"
        )

    def _check_all(self, examples: _core.IndexedExamples) -> None:
        without = [(_first(examples, place, has=False), place.key) for place in self._places]
        missing = [(record, key) for record, key in without if record is not None]
        if missing:
            record, key = min(missing)
            raise MissingFeatureError(
                "the record does not have it; write it, if without values, or leave out missing='error'",
                key=key,
                record=record,
            )


def _first(examples: _core.IndexedExamples, place: Place, *, has: bool) -> int | None:
    return examples.first_record(place.number, in_lists=place.in_lists, has=has)


def _keys_of(records: Serialized) -> list[str]:
    """What the first record holds, whatever is wanted of it."""
    return [each.key for each in describe(bytes(records[0])).keys]


def _warn_missing(keys: list[str], held: list[str], records: int) -> None:
    for key in keys:
        warn(
            f"none of the first {records} records has the feature {key!r}, so its rows are empty; "
            f"the first one has {names_with_guess(key, held)}",
            FeatureWarning,
        )
