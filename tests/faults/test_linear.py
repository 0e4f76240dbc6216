"""Many columns and many keys take time in proportion: counted in calls and comparisons, not in seconds."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import colonnade as cn


class Key(str):
    """A name that counts how often it is compared with another."""

    __slots__ = ()
    compared = 0

    def __eq__(self, other: object) -> bool:
        Key.compared += 1
        return str.__eq__(self, other)

    __hash__ = str.__hash__


def operations(call: Callable[[], Any]) -> int:
    """Calls of functions, of Python and of C, and comparisons of keys."""
    calls, Key.compared = 0, 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        call()
    finally:
        sys.setprofile(None)
    return calls + Key.compared


def columns(count: int) -> list[Any]:
    keys = (Key(f"key {i}") for i in range(count))
    return [
        cn.embedding_column(cn.sequence_categorical_column_with_identity(key, 5), 2, name=Key(f"of {key}"))
        for key in keys
    ]


def crossed(count: int) -> dict[str, Any]:
    return cn.to_config(cn.Encoder([cn.indicator_column(column) for column in crosses(count)]))


def crosses(count: int) -> Iterator[Any]:
    for i in range(count):
        yield cn.crossed_column([Key(f"left {i}"), Key(f"right {i}")], 7)


def refused(config: Any) -> Callable[[], Any]:
    def call() -> None:
        with pytest.raises(cn.errors.ConfigError):
            cn.from_config(config)

    return call


def prepared(what: str, count: int) -> Callable[[], Any]:
    """A call over so many keys; what it takes is made before."""
    match what:
        case "an encoder":
            made = columns(count)
            return lambda: cn.Encoder(made)
        case "the config of an encoder":
            encoder = cn.Encoder(columns(count))
            return lambda: cn.to_config(encoder)
        case "a config of columns":
            config = cn.to_config(cn.Encoder(columns(count)))
            return lambda: cn.from_config(config)
        case "a config of crosses":
            config = crossed(count)
            return lambda: cn.from_config(config)
        case "fields":
            keys = {Key(f"key {i}"): 1 for i in range(count)}
            return refused({"colonnade": 2, "config": {"class": "Standardize", **keys}})
    raise AssertionError(what)


@pytest.mark.parametrize(
    ("what", "count"),
    [
        ("an encoder", 150),
        ("the config of an encoder", 150),
        ("a config of columns", 150),
        ("a config of crosses", 150),
        ("fields", 150),
    ],
)
def test_sixteen_times_as_many_are_sixteen_times_the_work(what: str, count: int) -> None:
    few, many = (operations(prepared(what, size)) for size in (count, 16 * count))
    assert many < 20 * few, f"{few} operations for {count}, {many} for {16 * count}"
