"""The cases of this run: all written ones, and PARITY_CASES random ones (2,400) from PARITY_SEED (0)."""

from __future__ import annotations

import os

import pytest
from parity.cases import written_cases
from parity.neutral import Case
from parity.random_cases import random_cases


def chosen_cases() -> list[Case]:
    count, seed = int(os.environ.get("PARITY_CASES", "2400")), int(os.environ.get("PARITY_SEED", "0"))
    return written_cases() + random_cases(count, seed)


def with_operation(*operations: str) -> list[pytest.ParameterSet]:
    """Those with one of some operations, as parameters of a test."""
    return [pytest.param(case, id=case["name"]) for case in chosen_cases() if case["operation"] in operations]
