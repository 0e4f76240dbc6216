"""The core on long rows and batches worth sharing equals the twin: one, two and eight threads, to the bit.

tests/properties/test_cpu_levels.py runs this file once more for every lesser level of kernels.
"""

from __future__ import annotations

import os
from itertools import cycle, islice
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from reference import example
from reference.columns import CONTEXT, Case, expected, options
from reference.examples import byte_strings, floats, int64s
from reference.oddities import entry, unpacked_ints, varint, wrap

import colonnade as cn
from colonnade import _core, errors

THREADS = (1, 2, 8)
BEST = _core.best_cpu_level()
# Without shrinking, which runs the slow twin for minutes.
SHORT = settings(deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.reuse, Phase.generate))
LEVEL = os.environ.get("COLONNADE_CPU", BEST)

# Every length of varint, and strings around every step of the hash function.
ids = int64s | st.integers(0, 63).map(lambda bits: 2**bits)
words = byte_strings | st.integers(0, 140).map(lambda size: bytes(range(size)))

GROUPS: dict[str, list[Any]] = {
    "steps": [
        cn.embedding_column(cn.sequence_categorical_column_with_identity("ids", 2**40, 7), 1),
        cn.embedding_column(cn.sequence_categorical_column_with_hash_bucket("hashed", 10**6, "int64"), 1),
        cn.embedding_column(cn.sequence_categorical_column_with_hash_bucket("words", 10**6), 1),
        cn.sequence_numeric_column("floats"),
    ],
    CONTEXT: [cn.embedding_column(cn.categorical_column_with_identity("tags", 2**40, 7), 1)],
}


@st.composite
def int64_list(draw: st.DrawFn, count: int) -> bytes:
    """A Feature of so many integers, packed in one chunk or two, with needless bytes, or not packed."""
    values = list(islice(cycle(draw(st.lists(ids, min_size=1, max_size=20))), count))
    if draw(st.integers(0, 4)) == 0:
        return unpacked_ints(*values)
    size = draw(st.sampled_from([1, 1, 1, 2, 10]))
    cut = draw(st.integers(0, count))
    chunks = [b"".join(varint(value, size) for value in part) for part in (values[:cut], values[cut:])]
    return wrap(3, b"".join(wrap(1, chunk) for chunk in chunks))


@st.composite
def records(draw: st.DrawFn) -> bytes:
    count = draw(st.integers(0, 5) | st.integers(0, 90))
    texts = islice(cycle(draw(st.lists(words, min_size=1, max_size=12))), count)
    numbers = list(islice(cycle(draw(st.lists(floats, min_size=1, max_size=12))), count))
    features = {
        b"ids": draw(int64_list(count)),
        b"hashed": draw(int64_list(count)),
        b"words": wrap(1, b"".join(wrap(1, text) for text in texts)),
        b"floats": wrap(2, wrap(1, np.array(numbers, "<f4").tobytes())),
        b"tags": draw(int64_list(draw(st.integers(0, 3)))),
    }
    return wrap(1, b"".join(entry(key, feature) for key, feature in features.items()))


@st.composite
def batches(draw: st.DrawFn) -> list[bytes]:
    """A few records over and over, in any order."""
    few = draw(st.lists(records(), min_size=1, max_size=3))
    count = draw(st.sampled_from([60, 128, 200]))
    return draw(st.randoms(use_true_random=False)).choices(few, k=count)


def same(got: Any, wanted: Any) -> None:
    """Equal to the bit, but for which NaN."""
    np.testing.assert_array_equal(got, wanted, strict=True)
    if got.dtype == np.float32:
        assert (np.signbit(got) == np.signbit(wanted))[~np.isnan(got)].all()


def arrays(batches: dict[str, cn.SequenceBatch[Any]]) -> list[Any]:
    found: list[Any] = []
    for batch in batches.values():
        batch.map(found.append)
    return found


def test_this_is_the_level_asked_for() -> None:
    assert _core.cpu_level() == LEVEL


@given(batches(), options)
@settings(SHORT, max_examples=15)
def test_encoding_equals_the_twin_with_any_threads(batch: list[bytes], chosen: dict[str, Any]) -> None:
    encoder = cn.Encoder(GROUPS, **chosen)
    one = encoder.encode_examples(batch)
    for group, slot, wanted in expected(Case(GROUPS, chosen, batch), encoder.plan):
        same(one[group].slots[slot].values, wanted.values)
        if group != CONTEXT:
            same(one[group].lengths, wanted.lengths)
    for threads in THREADS[1:]:
        other = cn.Encoder(GROUPS, **chosen, num_threads=threads).encode_examples(batch)
        for got, wanted in zip(arrays(other), arrays(one), strict=True):
            same(got, wanted)


@given(batches())
@settings(SHORT, max_examples=60)
def test_parsing_equals_the_twin(batch: list[bytes]) -> None:
    spec = {key: cn.VarLenFeature("int64") for key in ("ids", "hashed", "tags")}
    twins = [example.parse(record) for record in batch]
    for key, parsed in cn.parse_example(batch, spec).items():
        assert parsed.to_list() == [twin[key][1] for twin in twins]


@given(batches(), st.data())
@settings(SHORT, max_examples=60)
def test_the_first_of_several_errors_with_any_threads(batch: list[bytes], data: st.DataObject) -> None:
    """A varint that never ends, behind any number of good ones, in any record."""
    bad = data.draw(st.sets(st.integers(0, len(batch) - 1), min_size=1, max_size=3))
    for place in bad:
        good = b"".join(varint(value) for value in data.draw(st.lists(ids, max_size=80)))
        chunk = good + data.draw(st.sampled_from([b"\x80", b"\x80" * 10 + b"\x01", b"\xff" * 70]))
        batch[place] = wrap(1, entry(b"ids", wrap(3, wrap(1, chunk))))
    for threads in THREADS:
        with pytest.raises(errors.MalformedRecordError) as caught:
            cn.Encoder(GROUPS, num_threads=threads).encode_examples(batch)
        assert caught.value.where["record"] == min(bad)
