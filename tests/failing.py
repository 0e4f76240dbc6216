"""What a test says of a call that must fail, and a file whose reads do."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any, TypeVar

import pytest

from colonnade.errors import ColonnadeError

E = TypeVar("E", bound=ColonnadeError)


def failure(kind: type[E], call: Callable[[], Any], match: str | None = None, **where: Any) -> E:
    """The error of a call: of exactly this class, at exactly this place, with words of its message."""
    with pytest.raises(kind, match=match) as caught:
        call()
    assert type(caught.value) is kind
    assert caught.value.where == where
    for name, value in where.items():
        assert f"{name} {value!r}" in str(caught.value)
    return caught.value


def refusal(kind: type[E], call: Callable[[], Any], words: str, **where: Any) -> E:
    """The error of a call: of exactly this class, with these words, at least at this place."""
    with pytest.raises(kind) as caught:
        call()
    assert type(caught.value) is kind
    assert words in str(caught.value)
    assert caught.value.where.items() >= where.items()
    return caught.value


class FailingFile(io.BytesIO):
    """Every other read fails, the first one too; the others return `at_once` bytes at the most."""

    def __init__(self, data: bytes, at_once: int) -> None:
        super().__init__(data)
        self._at_once, self._calls = at_once, 0

    def read(self, size: int | None = -1, /) -> bytes:
        self._calls += 1
        if self._calls % 2:
            raise OSError("the disk is away")
        return super().read(self._at_once)
