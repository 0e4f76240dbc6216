"""Indicator columns."""

from __future__ import annotations

import pytest
from failing import failure

import colonnade as cn
from colonnade.errors import ColumnTypeError

KIND = cn.sequence_categorical_column_with_identity("kind", 3)


def test_name():
    assert cn.indicator_column(KIND).name == "kind_indicator"
    assert cn.indicator_column(KIND, name="seen").name == "seen"
    failure(ColumnTypeError, lambda: cn.indicator_column(KIND, name=""), "name must be a non-empty str")


def test_value():
    assert cn.indicator_column(KIND) == cn.indicator_column(KIND)
    assert cn.indicator_column(KIND) != cn.indicator_column(KIND, name="seen")
    assert hash(cn.indicator_column(KIND)) == hash(cn.indicator_column(KIND))
    assert cn.indicator_column(KIND).categorical_column == KIND
    with pytest.raises(AttributeError):
        cn.indicator_column(KIND).name = "other"
