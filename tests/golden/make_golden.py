"""Freezes TensorFlow's answers: `python -m golden.make_golden`, run in tests/ with the oracle's Python.

Writes one file for each family of written cases, one with some random cases, and the fingerprints.
"""

from __future__ import annotations

import json
from itertools import groupby
from pathlib import Path

from parity.cases import INT64_MAX, hash_vectors, texts, written_cases
from parity.neutral import Answer, Case
from parity.random_cases import random_cases

FOLDER = Path(__file__).parent
RANDOM = 60


def frozen_answer(case: Case) -> Answer:
    """The answer without its error's message, which changes from run to run."""
    from parity import oracle

    answer = oracle.answer(case)
    return {"error": {"class": answer["error"]["class"]}} if "error" in answer else answer


def write_cases(family: str, cases: list[Case]) -> None:
    """One case a line, so that a change shows as one."""
    lines = [json.dumps({"case": case, "tensorflow": frozen_answer(case)}) for case in cases]
    (FOLDER / f"{family.replace(' ', '_')}.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")


def kept_cases() -> list[Case]:
    """What is frozen: the vectors of hashes go to a file of their own, and cuts need no freezing."""
    written = [case for case in written_cases() if case["operation"] not in ("hash", "cut_records")]
    return [*written, *random_cases(RANDOM)]


def main() -> None:
    for family, cases in groupby(kept_cases(), lambda case: case["name"].split("/")[0]):
        write_cases(family, list(cases))
    vectors = {"operation": "hash", "values": texts(hash_vectors()), "hash_bucket_size": INT64_MAX}
    frozen = {"hash_bucket_size": INT64_MAX, "ids": frozen_answer(vectors)["ids"]}
    (FOLDER / "fingerprints.json").write_text(json.dumps(frozen) + "\n")


if __name__ == "__main__":
    main()
