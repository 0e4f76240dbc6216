"""Hash buckets equal those of tf.strings.to_hash_bucket_fast."""

from __future__ import annotations

import pytest
from parity.chosen import with_operation
from parity.compare import check


@pytest.mark.parametrize("case", with_operation("hash"))
def test_equals_tensorflow(case, tensorflow):
    check(case, tensorflow[case["name"]])
