"""Runs the oracle, TensorFlow in an environment of its own, once for all cases of a session."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from parity.chosen import chosen_cases
from parity.neutral import Answer, Case, to_text

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-tensorflow/bin/python"
PACKAGES = os.pathsep.join(map(str, PYTHON.parents[1].glob("lib/python*/site-packages")))
MISSING = "PARITY WITH TENSORFLOW IS NOT CHECKED: .venv-tensorflow is missing; `make parity` makes it"


def files_of_ours(folder: Path, cases: list[Case]) -> list[Case]:
    """Cases in which TensorFlow reads what Colonnade wrote; named "ours/" and the case's name."""
    from parity import subject

    return [
        {
            "name": f"ours/{case['name']}",
            "operation": "read_records",
            "file": to_text(subject.write_records(folder / f"ours-{index}", case)),
            "compression": case["compression"],
        }
        for index, case in enumerate(cases)
        if case["operation"] == "write_records"
    ]


def run_oracle(folder: Path, cases: list[Case]) -> dict[str, Answer]:
    """TensorFlow's answers by the names of the cases."""
    (folder / "cases.json").write_text(json.dumps(cases))
    command = [PYTHON, "-m", "parity.oracle", folder / "cases.json", folder / "answers.json"]
    done = subprocess.run(
        command, cwd=ROOT / "tests", capture_output=True, text=True, timeout=300 + len(cases), check=False
    )
    assert done.returncode == 0, f"the oracle stopped with status {done.returncode}:\n{done.stderr[-4000:]}"
    return json.loads((folder / "answers.json").read_text())


def require_oracle() -> None:
    """Skip aloud where TensorFlow's environment is missing; in CI that is a failure."""
    if PYTHON.exists():
        return
    if os.environ.get("CI") == "true":
        pytest.fail(MISSING)
    pytest.skip(MISSING)


@pytest.fixture
def environment() -> dict[str, str]:
    """What makes a process of ours find TensorFlow, before our own packages."""
    require_oracle()
    return {"PYTHONPATH": PACKAGES, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}


@pytest.fixture(scope="session")
def tensorflow(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Answer]:
    """TensorFlow's answers by the names of the cases."""
    require_oracle()
    folder = tmp_path_factory.mktemp("oracle")
    cases = chosen_cases()
    return run_oracle(folder, [*cases, *files_of_ours(folder, cases)])


def pytest_itemcollected(item: pytest.Item) -> None:
    """Random records often lack a key, which is no news here."""
    item.add_marker(pytest.mark.filterwarnings("ignore::colonnade.errors.FeatureWarning"))
