"""What pads the sequences that are given, such as 0: left out at either end of each row, wherever they lie.

Between the ids of a row it is a step without an id, as -1 is in dense arrays; between numbers it is a number.
"""

from __future__ import annotations

import numpy as np

from .._ragged import BytesArray, Int64s, splits_of_lengths
from .flat import Bools, Flat, Values, chosen
from .ids import present_cells
from .options import Padding


def ids_without_padding(flat: Flat, padding: Padding) -> Flat:
    """The ids of sequences, or the raw values of a cross."""
    pads = _pads(flat, padding)
    return flat if pads is None else _cut(flat, pads)


def weights_without_padding(weights: Flat, ids: Flat, padding: Padding) -> Flat:
    """The weights without those of padding; `ids` are as they were read, and decide."""
    pads = _pads(ids, padding)
    if pads is None or not _same_structure(weights, ids):
        return weights
    cut = _cut(weights, pads)
    return Flat(cut.values, cut.row_splits, cut.step_splits)


def numbers_without_padding(flat: Flat, padding: Padding, step_size: int) -> Flat:
    """The numbers of sequences; a step of several is padding where all of them are."""
    pads = _equal(flat.values, padding)
    if pads is None:
        return flat
    real = ~pads
    if flat.step_splits is not None and flat.cells is None:
        return _cut_steps(flat, _are_real(_counts(real, flat.step_splits), flat.step_splits))
    splits = flat.value_splits
    first, end = _ends(real, splits)
    first -= (first - splits[:-1]) % step_size
    end = np.minimum(end + (splits[:-1] - end) % step_size, splits[1:])
    kept = _within(first, end, splits)
    holes = None if flat.holes is None else flat.holes[kept]
    return Flat(chosen(flat.values, kept), splits_of_lengths(end - first), holes=holes)


def _pads(flat: Flat, padding: Padding) -> Bools | None:
    """Which values are padding, or absent cells of a dense array; None where none is."""
    pads = _equal(flat.values, padding)
    present = None if flat.cells is None else present_cells(flat.values)
    if present is not None:
        pads = ~present if pads is None else pads | ~present
    return pads if pads is not None and pads.any() else None


def _equal(values: Values, padding: Padding) -> Bools | None:
    """Which values equal the padding; None where it is of another kind than they are."""
    if isinstance(values, BytesArray):
        return None if isinstance(padding, int | float) else _equal_strings(values, padding)
    if isinstance(padding, str | bytes):
        return None
    equal: Bools = np.isnan(values) if padding != padding else values == padding
    return equal


def _equal_strings(strings: BytesArray, padding: str | bytes) -> Bools:
    wanted = np.frombuffer(padding.encode() if isinstance(padding, str) else padding, np.uint8)
    equal: Bools = np.diff(strings.offsets) == len(wanted)
    begins = strings.offsets[:-1][equal]
    equal[equal] = (strings.data[begins[:, None] + np.arange(len(wanted))] == wanted).all(1)
    return equal


def _same_structure(one: Flat, other: Flat) -> bool:
    if not np.array_equal(one.row_splits, other.row_splits):
        return False
    if one.step_splits is None or other.step_splits is None:
        return one.step_splits is other.step_splits
    return np.array_equal(one.step_splits, other.step_splits)


def _cut(flat: Flat, pads: Bools) -> Flat:
    """Only what is no padding; a step inside of a row that was all padding holds nothing."""
    if flat.step_splits is not None:
        counts = _counts(~pads, flat.step_splits)
        row_splits, kept = _trimmed(_are_real(counts, flat.step_splits), flat.row_splits)
        return Flat(chosen(flat.values, ~pads), row_splits, splits_of_lengths(counts[kept]))
    row_splits, kept = _trimmed(~pads, flat.row_splits)
    holes = (pads if flat.holes is None else pads | flat.holes)[kept]
    return Flat(chosen(flat.values, kept), row_splits, holes=holes if holes.any() else None)


def _cut_steps(flat: Flat, has_value: Bools) -> Flat:
    """Whole steps only, with all their values."""
    assert flat.step_splits is not None
    row_splits, kept = _trimmed(has_value, flat.row_splits)
    sizes = np.diff(flat.step_splits)
    values = chosen(flat.values, np.repeat(kept, sizes))
    return Flat(values, row_splits, splits_of_lengths(sizes[kept]))


def _are_real(counts: Int64s, step_splits: Int64s) -> Bools:
    """Which steps are no padding, given how many of their values are none; a step that came empty is one."""
    real: Bools = (counts > 0) | (np.diff(step_splits) == 0)
    return real


def _trimmed(has_value: Bools, row_splits: Int64s) -> tuple[Int64s, Bools]:
    """Row splits, and which steps lie between the first and the last of their row that have a value."""
    first, end = _ends(has_value, row_splits)
    return splits_of_lengths(end - first), _within(first, end, row_splits)


def _ends(wanted: Bools, splits: Int64s) -> tuple[Int64s, Int64s]:
    """Where in each row its first wanted item stands, and behind its last; the row's begin where none is."""
    at = np.flatnonzero(wanted)
    row = np.searchsorted(splits, at, side="right") - 1
    begins_row = np.diff(row, prepend=-1) > 0
    ends_row = np.diff(row, append=len(splits)) > 0
    first, end = splits[:-1].copy(), splits[:-1].copy()
    first[row[begins_row]] = at[begins_row]
    end[row[ends_row]] = at[ends_row] + 1
    return first, end


def _within(first: Int64s, end: Int64s, splits: Int64s) -> Bools:
    lengths, places = np.diff(splits), np.arange(int(splits[-1]))
    return (places >= np.repeat(first, lengths)) & (places < np.repeat(end, lengths))


def _counts(present: Bools, step_splits: Int64s) -> Int64s:
    before = np.concatenate([[0], np.cumsum(present)])
    return before[step_splits[1:]] - before[step_splits[:-1]]  # type: ignore[no-any-return]
