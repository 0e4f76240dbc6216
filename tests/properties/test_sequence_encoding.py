"""Encoding SequenceExamples in one step equals parsing them first and encoding what came out."""

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.examples import make_sequence_example

import colonnade as cn

_SHAPES = st.sampled_from([(), (1,), (2,), (1, 2)])
_KINDS = [
    "identity",
    "strict identity",
    "hash",
    "hash of integers",
    "vocabulary",
    "weighted",
    "crossed",
    "bucketized",
    "numbers",
    "narrow numbers",
]
_IDS = st.integers(-2, 12)
_TEXTS = st.sampled_from([b"", b"a", b"omar", b"\x00\xff"])
_NUMBERS = st.floats(-1000, 1000, width=32)


def _column(kind: str, key: str, is_sequence: bool, shape: tuple[int, ...]) -> Any:
    def make(name: str) -> Any:
        return getattr(cn, f"sequence_{name}" if is_sequence else name)

    identity = make("categorical_column_with_identity")(key, 10, default_value=3)
    match kind:
        case "identity":
            return cn.embedding_column(identity, 2)
        case "strict identity":
            return cn.indicator_column(make("categorical_column_with_identity")(key, 13))
        case "hash":
            return cn.embedding_column(make("categorical_column_with_hash_bucket")(key, 7), 2)
        case "hash of integers":
            return cn.indicator_column(make("categorical_column_with_hash_bucket")(key, 7, "int64"))
        case "vocabulary":
            inner = make("categorical_column_with_vocabulary_list")(key, ["a", "omar"], num_oov_buckets=2)
            return cn.embedding_column(inner, 2)
        case "weighted":
            return cn.embedding_column(cn.weighted_categorical_column(identity, f"{key} weights"), 2)
        case "crossed":
            return cn.indicator_column(cn.crossed_column([identity, f"{key} words"], 20))
        case "bucketized":
            bucketized = cn.bucketized_column(make("numeric_column")(key, shape), [-10.0, 0.5])
            return cn.indicator_column(bucketized)
        case "narrow numbers":
            return make("numeric_column")(key, shape, 0, "int8")
        case _:
            return make("numeric_column")(key, shape)


@st.composite
def _features(draw: st.DrawFn, kind: str, key: str, shape: tuple[int, ...]) -> dict[str, Any]:
    """The features that a column reads of one step, or of one context."""
    if kind in ("numbers", "narrow numbers", "bucketized"):
        size = int(np.prod(shape))
        one = st.integers(-9, 9) | st.just(300) if kind == "narrow numbers" else _NUMBERS
        name = "int64" if kind == "narrow numbers" else "float"
        return {key: (name, draw(st.lists(one, min_size=size, max_size=size)))}
    if kind in ("hash", "vocabulary"):
        return {key: ("bytes", draw(st.lists(_TEXTS, max_size=3)))}
    ids = draw(st.lists(_IDS, max_size=3))
    features = {key: ("int64", ids)}
    if kind == "weighted":
        count = len(ids) + (draw(st.integers(0, 50)) == 0)
        features[f"{key} weights"] = ("float", draw(st.lists(_NUMBERS, min_size=count, max_size=count)))
    if kind == "crossed":
        features[f"{key} words"] = ("bytes", draw(st.lists(_TEXTS, max_size=2)))
    return features


@st.composite
def _cases(draw: st.DrawFn) -> tuple[dict[str, list[Any]], list[bytes]]:
    kinds = st.tuples(st.sampled_from(_KINDS), _SHAPES)
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
    records = []
    for _ in range(draw(st.integers(0, 3))):
        steps = draw(st.integers(0, 3))
        lists: dict[str, list[Any]] = {}
        for index, (kind, shape) in enumerate(wanted["history"]):
            for _ in range(steps + (draw(st.integers(0, 60)) == 0)):
                for key, values in draw(_features(kind, f"history {index}", shape)).items():
                    lists.setdefault(key, []).append(values)
        context: dict[str, Any] = {}
        for index, (kind, shape) in enumerate(wanted["user"]):
            context |= draw(_features(kind, f"user {index}", shape))
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


@settings(max_examples=300)
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


def test_bucketized_steps_of_one_value() -> None:
    price = cn.bucketized_column(cn.sequence_numeric_column("price"), [1.0])
    columns = [cn.indicator_column(price)]
    records = [make_sequence_example({}, {"price": [[0.5], [1.5]]})]
    encoder = cn.Encoder(columns)
    parsed = cn.parse_sequence_example(records, *cn.make_parse_sequence_example_spec(columns))[1]
    straight, again = encoder.encode_sequence_examples(records), encoder.encode(parsed)
    [one], [other] = straight.slots.values(), again.slots.values()  # type: ignore[union-attr]
    np.testing.assert_array_equal(one.values, other.values, strict=True)
