"""How many values columns did not know, counted while they are encoded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass
class SlotCounts:
    """What the values of one slot were, over all batches that were encoded with these counts.

    Values beyond `max_length` count as well. A cross counts the values of all of its keys.

    Attributes:
        values: All values; steps without one are none.
        out_of_vocabulary: Those that are not in the column's vocabulary.
        out_of_range: Those outside of [0, num_buckets), which became the column's default_value.

    Example:
        >>> import colonnade as cn
        >>> word = cn.sequence_categorical_column_with_vocabulary_list("word", ["the", "cat"])
        >>> encoder, counts = cn.Encoder(cn.indicator_column(word)), {}
        >>> for rows in [["the", "cat"]], [["the", "dog"], ["sat"]]:
        ...     batch = encoder.encode({"word": rows}, counts=counts)
        >>> counts
        {'word': SlotCounts(values=5, out_of_vocabulary=2, out_of_range=0)}
    """

    values: int = 0
    out_of_vocabulary: int = 0
    out_of_range: int = 0


def add_counts(
    counts: dict[str, SlotCounts], names: Iterable[str], found: Iterable[tuple[int, int, int]]
) -> None:
    """Add what the core found in one batch, slot by slot."""
    for name, (values, out_of_vocabulary, out_of_range) in zip(names, found, strict=True):
        total = counts.setdefault(name, SlotCounts())
        total.values += values
        total.out_of_vocabulary += out_of_vocabulary
        total.out_of_range += out_of_range
