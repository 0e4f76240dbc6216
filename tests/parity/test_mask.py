"""sequence_mask equals tf.sequence_mask."""

from __future__ import annotations

import pytest
from parity.chosen import with_operation
from parity.compare import check


@pytest.mark.parametrize("case", with_operation("sequence_mask"))
def test_equals_tensorflow(case, tensorflow):
    check(case, tensorflow[case["name"]])
