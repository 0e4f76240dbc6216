"""Parsing gives what TensorFlow gives, or what protobuf says where TensorFlow's parser does not."""

from __future__ import annotations

import pytest
from parity.chosen import with_operation
from parity.compare import check


@pytest.mark.parametrize("case", with_operation("parse_example", "parse_sequence_example"))
def test_equals_tensorflow(case, tensorflow):
    check(case, tensorflow[case["name"]])
