"""Encoding for frameworks that count in int32: what does not fit is refused, never wrapped around."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from .._encoding import Columns, Encoder, Groups
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
    sizes = {table.name: table.num_buckets for table in encoder.plan.tables.values()}
    for group in encoder.plan.groups.values():
        sizes |= {output.name: output.width for output in group.outputs if output.kind == "indicator"}
    for name, size in sizes.items():
        if size > _LARGEST:
            raise LimitError(
                f"{size} buckets, and this framework's ids are int32, which end at {_LARGEST}; "
                "give fewer buckets, or use colonnade.torch",
                column=name,
            )
    return encoder


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
