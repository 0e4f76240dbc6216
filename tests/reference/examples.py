"""Serialized Examples to test with: from dicts, golden ones, odd ones, and at random."""

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from . import proto
from .oddities import ODDITIES as ODDITIES
from .oddities import SEQUENCE_ODDITIES as SEQUENCE_ODDITIES
from .oddities import UNKNOWN, entry, ints, lists, maps, unpacked_ints, wrap

Values = Sequence[Any]


def kind_of(values: Values) -> str | None:
    """The kind of a list by its first value; an empty list has none."""
    if not values:
        return None
    return {int: "int64", float: "float", bytes: "bytes"}[type(values[0])]


def _fill(feature: Any, values: Values | tuple[str | None, Values]) -> None:
    kind, items = values if isinstance(values, tuple) else (kind_of(values), values)
    if kind is None:
        feature.SetInParent()
        return
    target = getattr(feature, f"{kind}_list")
    target.SetInParent()
    target.value.extend(items)


def make_example(features: Mapping[str, Values | tuple[str | None, Values]]) -> bytes:
    """Serializes {key: values}, or {key: (kind, values)} where the kind must be told."""
    example = proto.Example()
    for key, values in features.items():
        _fill(example.features.feature[key], values)
    return bytes(example.SerializeToString(deterministic=True))


def make_sequence_example(
    context: Mapping[str, Values | tuple[str | None, Values]],
    feature_lists: Mapping[str, Sequence[Values | tuple[str | None, Values]]],
) -> bytes:
    """Serializes the context and {key: one list of values, or (kind, values), for each step}."""
    example = proto.SequenceExample()
    for key, values in context.items():
        _fill(example.context.feature[key], values)
    for key, steps in feature_lists.items():
        target = example.feature_lists.feature_list[key]
        for step in steps:
            _fill(target.feature.add(), step)
    return bytes(example.SerializeToString(deterministic=True))


# 60 to 120 bytes each, small enough to try every truncation and every substitution of one byte.
GOLDEN_EXAMPLES: dict[str, bytes] = {
    "watches": make_example({"watches": [3, 141, 59265], "user": [b"omar"], "age": [41.5]}),
    "negative_ids": make_example({"ids": [-1, -(2**63), 2**63 - 1, 0, 127, 128], "x": [1]}),
    "floats": make_example({"price": [1.0, -0.5, float("inf"), float("nan"), 3.0e38], "n": [0.0], "q": [2]}),
    "texts": make_example(
        {"words": [b"", b"a", "日本".encode(), b"\x00\xff", b"heisenberg"], "ключ": ["é".encode()]}
    ),
    "empty_lists": make_example(
        {"a": (None, []), "b": ("int64", []), "c": ("float", []), "d": ("bytes", []), "": [7], "ee": [b"f"]}
    ),
    "many_short": make_example({letter: [index] for index, letter in enumerate("abcdefg")}),
    "long_list": make_example({"clicks": [*range(0, 1000, 25)], "w": [0.25, 0.75]}),
}
GOLDEN_SEQUENCE_EXAMPLES: dict[str, bytes] = {
    "watches": make_sequence_example(
        {"user": [b"omar"]}, {"watches": [[3], [141, 59265]], "age": [[41.5], [1.5]]}
    ),
    "negative_ids": make_sequence_example({"x": [-1]}, {"ids": [[-(2**63)], [2**63 - 1, 0], [127, 128]]}),
    "floats": make_sequence_example(
        {}, {"price": [[1.0, -0.5], [float("nan")], [float("inf")]], "n": [[0.0], [3e38]]}
    ),
    "texts": make_sequence_example(
        {"ключ": [b"\xff"]}, {"words": [[b"", b"a"], ["日本".encode()], [b"\x00"]]}
    ),
    "empty_steps": make_sequence_example(
        {"c": ("float", []), "d": [5]},
        {"q": [(None, []), [7], ("int64", []), (None, [])], "none": [], "": [(None, [])]},
    ),
    "mixed_kinds": make_sequence_example(
        {"a": [1], "b": [2.5]}, {"m": [[1], [1.5], [b"x"]], "a": [[9], [8], [7]]}
    ),
}


# At random, with Hypothesis.

keys = st.text(max_size=8) | st.sampled_from(["a", "b", "watches"])
int64s = st.integers(-(2**63), 2**63 - 1) | st.integers(-2, 300)
floats = st.floats(width=32)
byte_strings = st.binary(max_size=20)

# (kind, values), as reference.example.parse gives them.
features: st.SearchStrategy[tuple[str | None, list[Any]]] = st.one_of(
    st.just((None, [])),
    st.tuples(st.just("int64"), st.lists(int64s, max_size=12)),
    st.tuples(st.just("float"), st.lists(floats, max_size=12)),
    st.tuples(st.just("bytes"), st.lists(byte_strings, max_size=6)),
)
# {key: (kind, values)}, to be given to make_example.
examples = st.dictionaries(keys, features, max_size=5)
# (context, feature_lists), to be given to make_sequence_example.
sequence_examples = st.tuples(examples, st.dictionaries(keys, st.lists(features, max_size=4), max_size=4))

_odd_features = st.lists(
    st.sampled_from([*lists().values(), *UNKNOWN.values(), ints(5), unpacked_ints(6, -7)]), max_size=3
).map(b"".join)
_odd_maps = st.lists(
    st.one_of(
        st.builds(entry, st.sampled_from([b"a", b"b", b"", b"\xff"]), _odd_features),
        st.sampled_from([*maps(lambda feature: feature).values(), *UNKNOWN.values()]),
    ),
    max_size=4,
).map(b"".join)
# Serialized Examples in odd spellings, about half of them valid.
odd_examples = st.lists(
    st.builds(wrap, st.just(1), _odd_maps) | st.sampled_from([*UNKNOWN.values()]), max_size=3
).map(b"".join)
