"""Holds one answer against another, and Colonnade's answers against TensorFlow's."""

from __future__ import annotations

import math

from parity import subject
from parity.neutral import Answer, Case, Json

from colonnade import errors

RTOL, ATOL = 1e-5, 1e-6
BASES = {"TypeError": TypeError}
"""What Colonnade's error is besides its own class, by TensorFlow's; a ValueError where nothing is said."""


def difference(got: Json, wanted: Json, path: str = "answer") -> str | None:
    """The first place where `got` lacks what `wanted` has, or None. Floats may differ by rounding."""
    if isinstance(wanted, dict):
        if not isinstance(got, dict) or not wanted.keys() <= got.keys():
            return f"{path}: {got} instead of {wanted}"
        return first(difference(got[key], wanted[key], f"{path}.{key}") for key in wanted)
    if isinstance(wanted, list):
        if not isinstance(got, list) or len(got) != len(wanted):
            return f"{path}: {got} instead of {wanted}"
        pairs = enumerate(zip(got, wanted, strict=True))
        return first(difference(ours, theirs, f"{path}[{index}]") for index, (ours, theirs) in pairs)
    return None if same(got, wanted) else f"{path}: {got!r} instead of {wanted!r}"


def first(found):
    return next((each for each in found if each), None)


def same(got: Json, wanted: Json) -> bool:
    if not isinstance(got, float) and not isinstance(wanted, float):
        return type(got) is type(wanted) and got == wanted
    if isinstance(got, str) or isinstance(wanted, str) or got is None or wanted is None:
        return False
    if math.isnan(got) or math.isnan(wanted):
        return math.isnan(got) and math.isnan(wanted)
    return got == wanted or abs(got - wanted) <= ATOL + RTOL * abs(wanted)


def check(case: Case, tensorflow: Answer) -> None:
    """Assert that Colonnade answers as TensorFlow does, or departs from it as the case says."""
    colonnade = subject.answer(case)
    if "departs" in case:
        promised = case["departs"]["answer"]
        entry = case["departs"]["entry"]
        assert difference(tensorflow, promised), f"{entry} is no departure any more: TensorFlow does the same"
        assert not difference(colonnade, promised), difference(colonnade, promised)
        return
    refused = case.get("fails", False)
    assert ("error" in tensorflow) == refused, (
        f"the case is not what it says: TensorFlow answers {tensorflow}"
    )
    if refused:
        assert "error" in colonnade, (
            f"TensorFlow refuses ({tensorflow['error']}), Colonnade answers {colonnade}"
        )
        ours, theirs = colonnade["error"]["class"], tensorflow["error"]["class"]
        assert issubclass(getattr(errors, ours), BASES.get(theirs, ValueError)), f"{ours} is no {theirs}"
    else:
        assert not difference(colonnade, tensorflow), difference(colonnade, tensorflow)
