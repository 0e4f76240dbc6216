"""The frozen answers in tests/golden are of today's cases and are TensorFlow's; if not, run make_golden."""

from __future__ import annotations

import json
from pathlib import Path

from golden.make_golden import kept_cases
from parity.compare import difference

FOLDER = Path(__file__).parents[1] / "golden"


def frozen():
    files = [file for file in FOLDER.glob("*.json") if file.stem != "fingerprints"]
    return {item["case"]["name"]: item for file in files for item in json.loads(file.read_text())}


def test_frozen_cases_are_todays():
    today = {case["name"]: json.loads(json.dumps(case)) for case in kept_cases()}
    assert {name: item["case"] for name, item in frozen().items()} == today


def test_frozen_answers_are_tensorflows(tensorflow):
    for name, item in frozen().items():
        if name in tensorflow:
            assert not difference(tensorflow[name], item["tensorflow"]), name


def test_frozen_fingerprints_are_tensorflows(tensorflow):
    wanted = json.loads((FOLDER / "fingerprints.json").read_text())
    assert tensorflow[f"hash vectors/{wanted['hash_bucket_size']}"]["ids"] == wanted["ids"]
