"""Encoding SequenceExamples in one step equals parsing them first and encoding what came out."""

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.examples import make_sequence_example

import colonnade as cn

_IDS = st.integers(-2, 12)
_TEXTS = st.sampled_from([b"", b"a", b"omar", b"\x00\xff"])
_NUMBERS = st.floats(-1000, 1000, width=32)


def _column(kind: str, key: str, is_sequence: bool, shape: tuple[int, ...]) -> Any:
    prefix = "sequence_" if is_sequence else ""
    match kind:
        case "identity":
            inner = getattr(cn, f"{prefix}categorical_column_with_identity")(key, 10, default_value=3)
            return cn.embedding_column(inner, 2)
        case "strict identity":
            return cn.indicator_column(getattr(cn, f"{prefix}categorical_column_with_identity")(key, 13))
        case "hash":
            return cn.embedding_column(getattr(cn, f"{prefix}categorical_column_with_hash_bucket")(key, 7), 2)
        case "hash of integers":
            inner = getattr(cn, f"{prefix}categorical_column_with_hash_bucket")(key, 7, "int64")
            return cn.indicator_column(inner)
        case "narrow numbers":
            return getattr(cn, f"{prefix}numeric_column")(key, shape, 0, "int8")
        case _:
            return getattr(cn, f"{prefix}numeric_column")(key, shape)


_VALUES = {
    "identity": ("int64", _IDS),
    "strict identity": ("int64", _IDS),
    "hash": ("bytes", _TEXTS),
    "hash of integers": ("int64", _IDS),
    "narrow numbers": ("int64", st.integers(-130, 130)),
    "numbers": ("float", _NUMBERS),
}


@st.composite
def _cases(draw: st.DrawFn) -> tuple[dict[str, list[Any]], list[bytes]]:
    kinds = st.tuples(st.sampled_from(sorted(_VALUES)), st.sampled_from([(), (1,), (2,), (1, 2)]))
    wanted = {
        "history": draw(st.lists(kinds, min_size=1, max_size=3)),
        "user": draw(st.lists(kinds, max_size=2)),
    }
    groups = {
        group: [
            _column(kind, f"{group} {index}", group == "history", shape)
            for index, (kind, shape) in enumerate(columns)
        ]
        for group, columns in wanted.items()
        if columns
    }

    def values(kind: str, shape: tuple[int, ...], most: int) -> Any:
        name, one = _VALUES[kind]
        size = int(np.prod(shape))
        is_numeric = "numbers" in kind
        return name, draw(
            st.lists(one, min_size=size if is_numeric else 0, max_size=size if is_numeric else most)
        )

    records = []
    for _ in range(draw(st.integers(0, 4))):
        steps = draw(st.integers(0, 4))
        lists: dict[str, Any] = {}
        for index, (kind, shape) in enumerate(wanted["history"]):
            count = steps + (draw(st.integers(0, 30)) == 0)
            lists[f"history {index}"] = [values(kind, shape, 3) for _ in range(count)]
            if not count and draw(st.booleans()):
                del lists[f"history {index}"]
        context = {f"user {index}": values(*column, 3) for index, column in enumerate(wanted["user"])}
        records.append(make_sequence_example(context, lists))
    return groups, records


def _leaves(encode: Any) -> Any:
    """Every array that was made, or the error."""
    try:
        batches = encode()
    except cn.errors.ColonnadeError as error:
        return type(error)
    return {
        (name, slot, leaf): array
        for name, batch in batches.items()
        for slot, arrays in [("", batch), *batch.slots.items()]
        for leaf, array in vars(arrays).items()
        if isinstance(array, np.ndarray)
    }


@settings(max_examples=300, deadline=None)
@given(_cases(), st.sampled_from(["padded", "jagged"]), st.none() | st.integers(1, 3))
def test_encoding_equals_parsing_and_encoding(case: Any, layout: Any, max_length: int | None) -> None:
    groups, records = case
    encoder = cn.Encoder(groups, layout=layout, max_length=max_length)
    columns = [column for group in groups.values() for column in group]

    def in_two_steps() -> Any:
        specs = cn.make_parse_sequence_example_spec(columns)
        context, sequences, _ = cn.parse_sequence_example(records, *specs)
        return encoder.encode(context | sequences)

    straight, again = _leaves(lambda: encoder.encode_sequence_examples(records)), _leaves(in_two_steps)
    if isinstance(straight, type) or isinstance(again, type):
        assert straight == again
        return
    assert straight.keys() == again.keys()
    for key, array in straight.items():
        np.testing.assert_array_equal(array, again[key], str(key), strict=True)
