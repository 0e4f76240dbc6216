"""Random columns come back equal from their configs; random damage makes only errors of ours."""

import json
import math

from hypothesis import given, settings
from hypothesis import strategies as st
from reference.configs import mutations

import colonnade as cn
from colonnade import errors, initializers

MUTATIONS = 5_000

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
names = st.none() | texts.filter(bool)
seeds = st.none() | st.integers(0, 2**63 - 1)
float32s = st.floats(width=32, allow_nan=False, allow_infinity=False)
numbers = float32s | st.integers(-(2**63), 2**63)
sizes = st.integers(2, 2**62)
dtypes = st.sampled_from(["int8", "int64", "uint16", "float16", "float32", "float64"])
shapes = st.lists(st.integers(1, 3), min_size=1, max_size=2).map(tuple)
moderate = st.floats(-1e9, 1e9)

normalizers = st.recursive(
    st.builds(cn.Standardize, moderate, st.floats(1e-300, 1e9))
    | st.builds(lambda a, b: cn.MinMax(a, a + b), moderate, st.floats(1, 1e9))
    | st.just(cn.Log1p())
    | st.builds(lambda a, b: cn.Clip(min(a, b), max(a, b)), moderate | st.just(-math.inf), moderate),
    lambda inner: st.builds(cn.Compose, st.lists(inner, min_size=1, max_size=3)),
    max_leaves=5,
)
table_makers = (
    st.builds(initializers.TruncatedNormal, float32s, float32s.map(abs), seeds)
    | st.builds(
        lambda a, b, s: initializers.RandomUniform(min(a, b), max(a, b), s), moderate, moderate, seeds
    )
    | st.builds(initializers.Constant, float32s)
    | st.just(initializers.Zeros())
)


@st.composite
def categorical(draw, *, sequence):
    key = draw(texts)
    identity, hashed = (
        (cn.sequence_categorical_column_with_identity, cn.sequence_categorical_column_with_hash_bucket)
        if sequence
        else (cn.categorical_column_with_identity, cn.categorical_column_with_hash_bucket)
    )
    size = draw(sizes)
    if draw(st.booleans()):
        return identity(key, size, draw(st.none() | st.integers(0, size - 1)))
    return hashed(key, size, draw(st.sampled_from(["string", "int32", "int64", "uint8"])))


@st.composite
def numeric(draw, *, sequence):
    key, shape, dtype = draw(texts), draw(shapes), draw(dtypes)
    normalizer = draw(st.none() | normalizers)
    if sequence:
        return cn.sequence_numeric_column(key, shape, draw(numbers), dtype, normalizer)
    count = math.prod(shape)
    numbers_of = st.integers(-100, 100) if "int" in dtype else numbers
    default = draw(st.none() | numbers_of | st.lists(numbers_of, min_size=count, max_size=count))
    return cn.numeric_column(key, shape, default, dtype, normalizer)


def dense(*, sequence):
    inner = categorical(sequence=sequence)
    embedding = st.builds(
        cn.embedding_column,
        inner,
        st.integers(1, 2**40),
        st.sampled_from(["mean", "sum", "sqrtn"]),
        st.none() | table_makers,
        max_norm=st.none() | st.floats(1e-30, 1e30),
        trainable=st.booleans(),
        use_safe_embedding_lookup=st.booleans(),
        name=names,
    )
    return embedding | st.builds(cn.indicator_column, inner, name=names) | numeric(sequence=sequence)


def group():
    return st.booleans().flatmap(
        lambda sequence: st.lists(
            dense(sequence=sequence), min_size=1, max_size=4, unique_by=lambda c: c.name
        )
    )


options = st.fixed_dictionaries(
    {
        "max_length": st.none() | st.integers(1, 2**40),
        "keep": st.sampled_from(["last", "first"]),
        "side": st.sampled_from(["left", "right"]),
        "pad_to_multiple_of": st.none() | st.integers(1, 64),
        "min_length": st.none() | st.just(1),
        "padding_value": st.none() | st.integers(-5, 5) | st.sampled_from([0.5, "", "pad", b"\xff"]),
        "missing": st.sampled_from(["empty", "error"]),
    }
) | st.just({"layout": "jagged"})


@given(
    categorical(sequence=False) | categorical(sequence=True) | dense(sequence=False) | dense(sequence=True)
)
def test_columns_come_back(column):
    config = cn.to_config(column)
    again = cn.from_config(json.dumps(config))
    assert again == column
    assert repr(again) == repr(column)
    assert cn.to_config(again) == config


@settings(max_examples=50)
@given(group() | st.dictionaries(texts, group(), min_size=1, max_size=3), options)
def test_encoders_come_back(groups, chosen):
    try:
        encoder = cn.Encoder(groups, **chosen)
    except (errors.DuplicateNameError, errors.SpecConflictError):
        return  # keys and names are drawn blindly
    again = cn.from_config(json.dumps(cn.to_config(encoder), ensure_ascii=False))
    assert again.columns == encoder.columns
    assert again.options == encoder.options
    assert again.plan == encoder.plan


def test_damage_makes_only_errors_of_ours():
    values = [
        cn.Encoder(
            {
                "clicks": [
                    cn.embedding_column(
                        cn.sequence_categorical_column_with_identity("item", 50, 0),
                        8,
                        initializer=initializers.RandomUniform(-1, 1, seed=4),
                        max_norm=2.0,
                    ),
                    cn.sequence_numeric_column(
                        "price",
                        2,
                        math.inf,
                        normalizer_fn=cn.Compose([cn.Log1p(), cn.Standardize((1, 2), 3)]),
                    ),
                ],
                "user": [
                    cn.indicator_column(cn.categorical_column_with_hash_bucket("country", 9, "int32")),
                    cn.numeric_column("age", (2, 2), 1, "int16", cn.MinMax(0, 1)),
                ],
            },
            max_length=5,
        ),
        cn.sequence_categorical_column_with_hash_bucket("tokens", 9),
    ]
    made = 0
    for text in mutations([cn.to_config(value) for value in values], MUTATIONS):
        try:
            value = cn.from_config(text)
        except errors.ConfigError:
            continue
        assert (
            cn.from_config(cn.to_config(value)) == value
            or isinstance(value, cn.Encoder)
            or "nan" in repr(value)
        )
        made += 1
    assert made > MUTATIONS / 100


keys = st.sampled_from(["colonnade", "config", "class", "bytes", "float", "groups"]) | st.text()
any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
)


@given(any_json)
def test_any_json_is_refused(value):
    for config in (value, {"colonnade": 1, "config": value}):
        try:
            cn.from_config(config)
        except errors.ConfigError:
            continue
        raise AssertionError(f"{config} was accepted")
