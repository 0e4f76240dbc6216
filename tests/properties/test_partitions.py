"""RaggedFeature and SparseFeature against their slow twins, on sound and on damaged records."""

from itertools import accumulate, pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.examples import make_example, make_sequence_example
from reference.partitions import divide_all, place

import colonnade as cn

_KEYED = ["RowLengths", "RowSplits", "RowStarts", "RowLimits", "ValueRowIds"]
_EXTREMES = st.sampled_from([2**63 - 1, 2**62, 2**32, -1, -(2**62), -(2**63)]) | st.integers(-2, 9)

# (kind, length of UniformRowLength), the outermost first.
_KINDS = st.lists(
    st.tuples(st.sampled_from([*_KEYED, "UniformRowLength"]), st.integers(1, 3)), min_size=0, max_size=3
)


def _described(kind: str, lengths: list[int]) -> list[int]:
    ends = list(accumulate(lengths))
    return {
        "RowLengths": lengths,
        "RowSplits": [0, *ends],
        "RowStarts": [end - length for end, length in zip(ends, lengths, strict=True)],
        "RowLimits": ends,
        "ValueRowIds": [row for row, length in enumerate(lengths) for _ in range(length)],
    }[kind]


@st.composite
def _groups(draw: st.DrawFn, kinds: list[tuple[str, int]]) -> tuple[list[list[int]], list[int]]:
    """What each partition of one record holds, and the values; damaged now and then."""
    rows = draw(st.integers(0, 3))
    held: list[list[int]] = []
    for kind, length in kinds:
        lengths = [length] * rows
        if kind != "UniformRowLength":
            lengths = draw(st.lists(st.integers(0, 3), min_size=rows, max_size=rows))
        if kind == "ValueRowIds" and lengths:
            lengths[-1] = lengths[-1] or 1  # ids cannot tell of empty rows at the end
        held.append(_described(kind, lengths) if kind != "UniformRowLength" else [])
        rows = sum(lengths)
    values = list(range(rows))
    damage = draw(st.integers(0, 11))
    if damage == 0:
        values = values[:-1] if values else [7]
    if damage == 1 and held:
        at = draw(st.integers(0, len(held) - 1))
        place = draw(st.integers(0, len(held[at])))
        held[at][place : place + draw(st.integers(0, 1))] = [draw(_EXTREMES)]
    return held, values


@st.composite
def _batches(draw: st.DrawFn) -> tuple[list[tuple[str, int]], list[tuple[list[list[int]], list[int]]]]:
    kinds = draw(_KINDS)
    return kinds, draw(st.lists(_groups(kinds), max_size=4))


def _feature(kinds: list[tuple[str, int]]) -> cn.RaggedFeature:
    partitions = [
        cn.RaggedFeature.UniformRowLength(length)
        if kind == "UniformRowLength"
        else getattr(cn.RaggedFeature, kind)(f"p{index}")
        for index, (kind, length) in enumerate(kinds)
    ]
    return cn.RaggedFeature("int64", "values", partitions)


def _twins(kinds: list[tuple[str, int]], groups: list[tuple[list[list[int]], list[int]]]) -> list[Any]:
    """The rows of each group, or None where its partitions contradict."""
    answers: list[Any] = []
    for held, values in groups:
        partitions: list[Any] = [
            (kind, length if kind == "UniformRowLength" else given)
            for (kind, length), given in zip(kinds, held, strict=True)
        ]
        try:
            answers.append(divide_all(values, partitions))
        except ValueError:
            answers.append(None)
    return answers


def _stored(held: list[list[int]], values: list[int]) -> dict[str, tuple[str, list[int]]]:
    stored = {f"p{index}": ("int64", given) for index, given in enumerate(held)}
    return {**stored, "values": ("int64", values)}


@settings(max_examples=500)
@given(_batches())
def test_partitions_of_examples_equal_the_twin(batch: Any) -> None:
    kinds, groups = batch
    wanted = _twins(kinds, groups)
    records = [make_example(_stored(*group)) for group in groups]
    if None in wanted:
        with pytest.raises((cn.errors.RaggedError, cn.errors.LimitError)) as caught:
            cn.parse_example(records, {"r": _feature(kinds)})
        assert wanted[caught.value.where["record"]] is None
        assert caught.value.where["key"] == "r"
        return
    assert cn.parse_example(records, {"r": _feature(kinds)})["r"].to_list() == wanted
    if kinds:
        ones = [cn.parse_example(record, {"r": _feature(kinds)})["r"].to_list() for record in records]
        assert ones == wanted


@settings(max_examples=500)
@given(_batches(), st.lists(st.integers(0, 4), max_size=2))
def test_partitions_of_steps_equal_the_twin(batch: Any, cuts: list[int]) -> None:
    kinds, groups = batch
    wanted = _twins(kinds, groups)
    ends = [0, *sorted(min(cut, len(groups)) for cut in cuts), len(groups)]
    spans = list(pairwise(ends))
    records = []
    for start, end in spans:
        steps = [_stored(*group) for group in groups[start:end]]
        keys = ["values", *(f"p{index}" for index in range(len(kinds)))]
        records.append(make_sequence_example({}, {key: [step[key] for step in steps] for key in keys}))
    features = {"r": _feature(kinds)}
    if None in wanted:
        with pytest.raises((cn.errors.RaggedError, cn.errors.LimitError)) as caught:
            cn.parse_sequence_example(records, None, features)
        assert wanted[spans[caught.value.where["record"]][0] + caught.value.where["step"]] is None
        return
    parsed = cn.parse_sequence_example(records, None, features)[1]["r"]
    assert parsed.to_list() == [wanted[start:end] for start, end in spans]


_SIZES = st.lists(st.integers(1, 4), min_size=1, max_size=3)


@st.composite
def _sparse_batches(draw: st.DrawFn) -> tuple[list[int], list[tuple[list[list[int]], list[int]]]]:
    """Sizes, and the indices of each dimension and the values of each record; damaged now and then."""
    sizes = draw(_SIZES)
    records = []
    for _ in range(draw(st.integers(0, 3))):
        places = draw(
            st.lists(st.tuples(*(st.integers(0, size - 1) for size in sizes)), max_size=5, unique=True)
        )
        columns = [[place[axis] for place in places] for axis in range(len(sizes))]
        if draw(st.integers(0, 5)) == 0:
            column = draw(st.sampled_from(columns))
            at = draw(st.integers(0, len(column)))
            column[at : at + draw(st.integers(0, 1))] = [draw(_EXTREMES)]
        records.append((columns, draw(st.lists(st.integers(), min_size=len(places), max_size=len(places)))))
    return sizes, [(columns, [value % 2**63 for value in values]) for columns, values in records]


@settings(max_examples=500)
@given(_sparse_batches(), st.booleans())
def test_sparse_equals_the_twin(batch: Any, already_sorted: bool) -> None:
    sizes, stored = batch
    keys = [f"i{axis}" for axis in range(len(sizes))]
    feature = cn.SparseFeature(keys, "v", "int64", sizes, already_sorted)
    records = [
        make_example({"v": ("int64", values)} | {k: ("int64", c) for k, c in zip(keys, columns, strict=True)})
        for columns, values in stored
    ]
    wanted, wrong = [], set()
    for record, (columns, values) in enumerate(stored):
        try:
            placed = place(columns, values, sizes)
        except ValueError:
            wrong.add(record)
            continue
        wanted += [([record, *at], value) for at, value in placed]
        if already_sorted and [at for at, _ in placed] != list(zip(*columns, strict=True)):
            wrong.add(record)
    if wrong:
        with pytest.raises(cn.errors.SparseIndexError) as caught:
            cn.parse_example(records, {"s": feature})
        assert caught.value.where["record"] in wrong
        return
    sparse = cn.parse_example(records, {"s": feature})["s"]
    assert sparse.dense_shape == (len(records), *sizes)
    assert list(zip(sparse.indices.tolist(), sparse.values.tolist(), strict=True)) == wanted
