"""Every departure has a reason, a page in docs/differences.md and a case that pins it; none is left over."""

from __future__ import annotations

import re
from pathlib import Path

from parity.cases import written_cases
from parity.exclusions import EXCLUSIONS, UNCASED

DOCUMENT = (Path(__file__).parents[2] / "docs/differences.md").read_text()


def cases_of_entries():
    found = {}
    for case in written_cases():
        if "departs" in case:
            found.setdefault(case["departs"]["entry"], []).append(case["name"])
    return found


def test_every_departure_has_a_case():
    assert cases_of_entries().keys() == EXCLUSIONS.keys() - UNCASED


def test_every_departure_is_documented():
    assert re.findall(r"^## `(.+)`$", DOCUMENT, re.MULTILINE) == list(EXCLUSIONS)


def test_documented_cases_are_the_cases():
    for section in DOCUMENT.split("\n## ")[1:]:
        entry = section.split("`")[1]
        pinned = re.search(r"^Cases: (.*)$", section, re.MULTILINE)
        names = re.findall(r"`([^`]+)`", pinned[1]) if pinned else []
        assert names == cases_of_entries().get(entry, []), entry


def test_documented_tests_exist():
    for path, function in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", DOCUMENT):
        assert f"def {function}(" in (Path(__file__).parents[2] / path).read_text(), f"{path}::{function}"
