"""Ids of a batch that was encoded for other columns than the layer's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, assert_never

import numpy as np

from .._encoding import EmbeddingOutput, GroupPlan, IndicatorOutput, NumbersOutput, Output, SequenceBatch
from ..errors import IdOutOfRangeError


def foreign_id(
    group: GroupPlan, tables: Mapping[str, Any], batch: SequenceBatch[Any]
) -> IdOutOfRangeError | None:
    """What is wrong with a batch that holds an id beyond a table or an indicator; None if none does."""
    for output in group.outputs:
        size, what = _counted(output, tables)
        ids = batch.slots[output.slot].values
        if size is None or 0 in ids.shape or (largest := int(np.asarray(ids).max())) < size:
            continue
        return IdOutOfRangeError(
            f"id {largest} of slot {output.slot!r} is not in [0, {size}), which is all that {what} has; "
            "encode with the columns of the layer",
            column=output.name,
        )
    return None


def _counted(output: Output, tables: Mapping[str, Any]) -> tuple[int | None, str]:
    """How many ids a part of the output knows, None where it takes numbers, and what knows them."""
    match output:
        case EmbeddingOutput():
            return tables[output.table].shape[0], f"table {output.table!r}"
        case IndicatorOutput():
            return output.width, "the indicator"
        case NumbersOutput():
            return None, ""
        case _:
            assert_never(output)
