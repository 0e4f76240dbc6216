"""Ids, lengths and the layers' outputs equal TensorFlow's, from Examples, SequenceExamples and memory."""

from __future__ import annotations

import pytest
from parity.chosen import with_operation
from parity.compare import check


@pytest.mark.parametrize("case", with_operation("sequence_features", "ids", "dense_features", "groups"))
def test_equals_tensorflow(case, tensorflow):
    check(case, tensorflow[case["name"]])
