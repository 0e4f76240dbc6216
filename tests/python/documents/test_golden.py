"""Frozen answers of TensorFlow, made by tests/golden/make_golden.py: they hold without TensorFlow."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from parity import subject
from parity.cases import hash_vectors, texts
from parity.compare import check
from parity.neutral import to_bytes

import colonnade as cn
from colonnade import _core

FOLDER = Path(__file__).parents[2] / "golden"


def frozen(*, records):
    """The frozen cases of records, or all others."""
    files = sorted(FOLDER.glob("*.json"))
    items = [item for file in files if file.stem != "fingerprints" for item in json.loads(file.read_text())]
    chosen = [item for item in items if (item["case"]["operation"] == "write_records") == records]
    return [pytest.param(item["case"], item["tensorflow"], id=item["case"]["name"]) for item in chosen]


# Random records often lack a key.
@pytest.mark.filterwarnings("ignore::colonnade.errors.FeatureWarning")
@pytest.mark.parametrize(("case", "tensorflow"), frozen(records=False))
def test_answers(case, tensorflow):
    check(case, tensorflow)


@pytest.mark.parametrize(("case", "tensorflow"), frozen(records=True))
def test_records(case, tensorflow, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(to_bytes(tensorflow["file"]))
    assert list(cn.TFRecordReader(path, compression=case["compression"])) == subject.serialized(
        case["records"]
    )


def test_fingerprints():
    wanted = json.loads((FOLDER / "fingerprints.json").read_text())
    size = wanted["hash_bucket_size"]
    assert [_core.fingerprint64(raw) % size for raw in hash_vectors()] == wanted["ids"]


def test_hash_column_on_fingerprints():
    wanted = json.loads((FOLDER / "fingerprints.json").read_text())
    case = {
        "operation": "hash",
        "values": texts(hash_vectors()),
        "hash_bucket_size": wanted["hash_bucket_size"],
    }
    assert subject.answer(case) == {"ids": wanted["ids"]}
