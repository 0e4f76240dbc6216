"""Encoding for frameworks that count in int32: what does not fit is refused, never wrapped around."""

from __future__ import annotations

from typing import Any, assert_never

import numpy as np
import numpy.typing as npt

from .._encoding import (
    Columns,
    EmbeddingOutput,
    Encoder,
    Groups,
    IndicatorOutput,
    NumbersOutput,
    Output,
    Plan,
)
from ..errors import LimitError
from .handover import aligned_empty

_LARGEST = 2**31 - 1


def int32_encoder(columns: Columns | Groups) -> Encoder:
    """An encoder of these columns, all of whose ids fit int32.

    Raises:
        LimitError: a column has more buckets.
        As `Encoder` does.
    """
    encoder = Encoder(columns)
    for group in encoder.plan.groups.values():
        for output in group.outputs:
            size = _buckets(output, encoder.plan)
            if size > _LARGEST:
                raise LimitError(
                    f"{size} buckets, and this framework's ids are int32, which end at {_LARGEST}; "
                    "give fewer buckets, or use colonnade.torch",
                    column=output.name,
                )
    return encoder


def _buckets(output: Output, plan: Plan) -> int:
    """How many ids a part of the output counts with."""
    match output:
        case EmbeddingOutput():
            return plan.tables[output.table].num_buckets
        case IndicatorOutput():
            return output.width
        case NumbersOutput():
            return 0
        case _:
            assert_never(output)


def int32_array(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Integers as int32, in memory that nobody else holds; other arrays and int32 as they are.

    Raises:
        LimitError: a number that int32 cannot hold.
    """
    if array.dtype.kind not in "iu" or array.dtype == np.int32:
        return array
    if array.size and not -_LARGEST <= array.min() <= array.max() <= _LARGEST:
        raise LimitError(
            f"a number of the batch is beyond {_LARGEST}, where int32 ends; encode smaller batches"
        )
    narrow = aligned_empty(array.shape, np.int32)
    np.copyto(narrow, array, casting="unsafe")  # every number fits
    return narrow
