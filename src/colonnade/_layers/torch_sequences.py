"""What a PyTorch layer gives, as masks, with its context, and jagged for attention of variable length."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from ..errors import ColumnValueError, FeatureTypeError
from .masks import FLOATS, check_context_input, check_lengths, checked_mask_dtype, checked_maxlen


def sequence_mask(lengths: Any, maxlen: int | None = None, dtype: Any = "bool") -> Tensor:
    """True where a step exists: mask[..., j] is j < lengths[...].

    Args:
        lengths: Integers of any shape: a tensor, or what `torch.as_tensor` takes.
        maxlen: Size of the last axis; None is the largest length, at least 0.
        dtype: Of the mask, torch's or its name; numbers are 1 where a step exists, and 0.

    Returns:
        bool [*lengths.shape, maxlen], or of another dtype.

    Raises:
        FeatureTypeError: lengths are not integers.
        ColumnTypeError: maxlen is not an int.
        ColumnValueError: maxlen is negative.
    """
    try:
        tensor: Tensor = torch.as_tensor(lengths)
    except (TypeError, ValueError, RuntimeError) as error:
        raise FeatureTypeError(f"lengths must be one tensor of integers: {error}") from error
    is_integer = not (tensor.is_floating_point() or tensor.is_complex() or tensor.dtype == torch.bool)
    check_lengths(_name(tensor.dtype), is_integer or tensor.numel() == 0)
    tensor = tensor.to(torch.int64)  # which torch compares; some unsigned ones it does not
    if maxlen is None:
        maxlen = max(int(tensor.max()), 0) if tensor.numel() else 0
    mask = torch.arange(_size(maxlen), device=tensor.device) < tensor.unsqueeze(-1)
    return mask.to(dtype if isinstance(dtype, torch.dtype) else getattr(torch, checked_mask_dtype(dtype)))


def _size(maxlen: Any) -> int:
    """The size of a mask's last axis; a size that torch compiles or exports as a free one stays free."""
    is_int = isinstance(maxlen, int | torch.SymInt) and not isinstance(maxlen, bool)
    if torch.compiler.is_compiling() and is_int and maxlen >= 0:
        return maxlen  # type: ignore[no-any-return]
    return checked_maxlen(maxlen)


def concatenate_context_input(context_input: Tensor, sequence_input: Tensor) -> Tensor:
    """Repeat the context at every step, behind the sequence's own numbers.

    Args:
        context_input: float [batch, context_width].
        sequence_input: float [batch, time, sequence_width].

    Returns:
        float [batch, time, sequence_width + context_width].

    Raises:
        FeatureTypeError: an input of another rank or dtype, or no tensor.
        ColumnValueError: the batches differ.
    """
    for name, given in (("sequence_input", sequence_input), ("context_input", context_input)):
        if not isinstance(given, Tensor):
            raise FeatureTypeError(f"{name} must be a tensor, got {type(given).__name__}")
    check_context_input(
        (context_input.shape, _name(context_input.dtype)),
        (sequence_input.shape, _name(sequence_input.dtype)),
        FLOATS,
    )
    repeated = context_input.unsqueeze(1).expand(-1, sequence_input.shape[1], -1)
    return torch.cat([sequence_input, repeated], -1)


def _name(dtype: torch.dtype) -> str:
    """A dtype by the name that it has everywhere."""
    return str(dtype).removeprefix("torch.")


def nested_tensor(sequence_input: Tensor, sequence_length: Tensor) -> Tensor:
    """A jagged output as a nested tensor of `layout=torch.jagged`, which shares its memory.

    Args:
        sequence_input: float [steps, width], of a batch that `Encoder(layout="jagged")` made.
        sequence_length: int64 [batch], which comes with it.

    Returns:
        Nested float [batch, time, width], each row with a time of its own.

    Raises:
        FeatureTypeError: sequence_input is padded.
        ColumnValueError: the lengths do not add up to the steps.

    Example:
        >>> import colonnade as cn
        >>> from colonnade.torch import SequenceFeatures
        >>> columns = [cn.sequence_numeric_column("minutes")]
        >>> batch = cn.Encoder(columns, layout="jagged").encode({"minutes": [[7.0, 9.0], [], [1.0]]})
        >>> steps = nested_tensor(*SequenceFeatures(columns)(batch))
        >>> [row.flatten().tolist() for row in steps.unbind()]
        [[7.0, 9.0], [], [1.0]]
    """
    if sequence_input.dim() != 2:
        raise FeatureTypeError(
            f"sequence_input must be jagged, [steps, width], got rank {sequence_input.dim()}; "
            'encode with Encoder(layout="jagged")'
        )
    lengths = sequence_length.tolist()
    if min(lengths, default=0) < 0 or sum(lengths) != len(sequence_input):
        raise ColumnValueError(f"{len(sequence_input)} steps, but the lengths add up to {sum(lengths)}")
    offsets = nn.functional.pad(sequence_length.cumsum(0), (1, 0))
    # Without the longest row's length torch pads to the number of all steps.
    return torch.nested.nested_tensor_from_jagged(
        sequence_input, offsets, min_seqlen=min(lengths, default=0), max_seqlen=max(lengths, default=0)
    )


def cu_seqlens(sequence_length: Tensor) -> Tensor:
    """Where each row begins and ends among the steps, as kernels of variable-length attention take it.

    Args:
        sequence_length: int64 [batch].

    Returns:
        int32 [batch + 1], cumulated lengths from 0 on.

    Example:
        >>> cu_seqlens(torch.tensor([2, 0, 1]))
        tensor([0, 2, 2, 3], dtype=torch.int32)
    """
    return nn.functional.pad(sequence_length.cumsum(0, dtype=torch.int32), (1, 0))
