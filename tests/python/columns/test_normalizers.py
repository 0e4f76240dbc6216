"""Declared normalizers and initializers: what they compute, what they refuse, and how columns take them."""

import math
import re

import numpy as np
import pytest
from failing import failure
from reference.examples import make_example, make_sequence_example

import colonnade as cn
from colonnade import errors, initializers
from colonnade.columns._normalizers import step_shape

DTYPES = ["int8", "uint8", "int32", "int64", "uint64", "float16", "float32", "float64"]
NORMALIZERS = [
    (cn.Standardize(3.0, 2.0), lambda x: (x - 3.0) / 2.0),
    (cn.MinMax(-1, 4), lambda x: (x + 1.0) / 5.0),
    (cn.Log1p(), lambda x: math.log(1 + x)),
    (cn.Clip(2, 5), lambda x: min(max(x, 2.0), 5.0)),
    (
        cn.Compose([cn.Clip(0, math.inf), cn.Log1p(), cn.Standardize(1, 0.5)]),
        lambda x: (math.log(1 + x) - 1) / 0.5,
    ),
]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("normalizer", "expected"), NORMALIZERS)
def test_one_number_at_a_time(normalizer, expected, dtype):
    steps = np.array([[0], [1], [7], [100]], dtype)
    result = normalizer(steps)
    assert result.dtype == np.float64
    np.testing.assert_allclose(result, [[expected(float(x))] for [x] in steps], rtol=1e-13)


@pytest.mark.parametrize(("normalizer", "_"), NORMALIZERS)
@pytest.mark.parametrize("shape", [(0, 1), (0, 2, 3), (5, 2, 3), (1, 1)])
def test_shapes_stay(normalizer, _, shape):
    assert normalizer(np.ones(shape, np.float32)).shape == shape


@pytest.mark.parametrize(("normalizer", "_"), NORMALIZERS)
def test_the_input_stays_and_nan_stays(normalizer, _):
    steps = np.array([[1.0], [np.nan]])
    result = normalizer(steps)
    assert np.isnan(result[1, 0])
    np.testing.assert_array_equal(steps, [[1.0], [np.nan]])


def test_large_integers_are_not_rounded_before_the_mean_is_taken():
    seconds = np.array([[1_700_000_000], [1_700_000_001]])
    assert cn.Standardize(1_700_000_000, 1.0)(seconds).tolist() == [[0.0], [1.0]]


def test_a_parameter_for_each_place():
    normalizer = cn.Standardize(np.array([[1, 2], [3, 4]]), [[1.0, 2.0], [3.0, 4.0]])
    assert normalizer.mean == ((1.0, 2.0), (3.0, 4.0))
    np.testing.assert_array_equal(normalizer([[[2, 4], [6, 8]]]), [[[1, 1], [1, 1]]])
    assert step_shape(cn.Compose([cn.Log1p(), normalizer])) == (2, 2)
    with pytest.raises(errors.NormalizerError, match=r"shape \(2, 2\), the steps are \(2,\)"):
        normalizer([[1.0, 2.0]])


def test_equal_however_they_were_written():
    assert cn.Standardize(1, 2) == cn.Standardize(np.float32(1), np.int64(2))
    assert hash(cn.MinMax([0], np.array([1]))) == hash(cn.MinMax((0.0,), (1.0,)))
    assert cn.Compose([cn.Log1p()]) == cn.Compose((cn.Log1p(),))
    assert cn.Clip(0, 1) != cn.Clip(0, 2)
    assert repr(cn.Clip(-0.0, 1)) == repr(cn.Clip(0, 1.0))


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: cn.Standardize(0, 0), errors.ColumnValueError, "std must be greater than 0, got 0.0"),
        (lambda: cn.Standardize(0, (1, -1)), errors.ColumnValueError, "std must be greater than 0"),
        (lambda: cn.Standardize(math.nan, 1), errors.ColumnValueError, "mean must be finite, got nan"),
        (lambda: cn.Standardize(0, math.inf), errors.ColumnValueError, "std must be finite, got inf"),
        (lambda: cn.Standardize("1", 1), errors.ColumnTypeError, "must be a number, got str '1'"),
        (lambda: cn.Standardize(True, 1), errors.ColumnTypeError, "must be a number, got bool True"),
        (lambda: cn.Standardize([1, True], 1), errors.ColumnTypeError, "must be a number, got bool True"),
        (lambda: cn.Standardize([1, [2]], 1), errors.ColumnTypeError, "must be a number, got list"),
        (lambda: cn.Standardize(None, 1), errors.ColumnTypeError, "must be a number"),
        (lambda: cn.Standardize((), 1), errors.ColumnValueError, "mean must hold a number"),
        (lambda: cn.Standardize((1, 2), (1, 2, 3)), errors.ColumnValueError, r"\(2,\) and \(3,\)"),
        (lambda: cn.Standardize(10**5000, 1), errors.ColumnValueError, "must fit float32"),
        (lambda: cn.MinMax(1, 1), errors.ColumnValueError, "maximum must be greater than minimum"),
        (lambda: cn.MinMax((0, 1), (1, 1)), errors.ColumnValueError, "maximum must be greater than minimum"),
        (lambda: cn.MinMax(-1.7e308, 1.7e308), errors.ColumnValueError, "must fit float32"),
        (lambda: cn.MinMax(0, math.inf), errors.ColumnValueError, "must be finite"),
        (lambda: cn.Clip(2, 1), errors.ColumnValueError, "maximum must not be less than minimum"),
        (lambda: cn.Clip(math.nan, 1), errors.ColumnValueError, "must be finite"),
        (lambda: cn.Compose([]), errors.ColumnValueError, "at least one"),
        (lambda: cn.Compose(cn.Log1p()), errors.ColumnTypeError, "takes a list of normalizers"),
        (lambda: cn.Compose([cn.Log1p(), abs]), errors.ColumnTypeError, "declared normalizers"),
        (
            lambda: cn.Compose([cn.Clip((0, 0), 1), cn.Standardize((1, 2, 3), 1)]),
            errors.ColumnValueError,
            r"\(2,\) and \(3,\)",
        ),
    ],
)
def test_refused_at_construction(make, error, message):
    with pytest.raises(error, match=message):
        make()


@pytest.mark.parametrize("bad", [-1.0, -7.5, -math.inf])
def test_log1p_has_no_answer_at_minus_one(bad):
    with pytest.raises(errors.NormalizerError, match=r"greater than -1, got .*Clip\(0"):
        cn.Log1p()(np.array([[0.0], [bad]]))


@pytest.mark.parametrize("steps", [[["a"]], [[True]], [[None]], [[1j]]])
def test_only_numbers_are_normalized(steps):
    with pytest.raises(errors.NormalizerError, match="takes numbers"):
        cn.Clip(0, 1)(steps)


@pytest.mark.parametrize("make", [cn.numeric_column, cn.sequence_numeric_column])
def test_a_column_checks_the_shape_of_its_normalizer(make):
    assert make("a", shape=2, normalizer_fn=cn.Standardize((0, 1), 1)).shape == (2,)
    with pytest.raises(errors.ColumnValueError, match=r"key 'a'.*shape \(2,\), the column \(3,\)"):
        make("a", shape=3, normalizer_fn=cn.Compose([cn.Log1p(), cn.Clip((0, 1), 5)]))


@pytest.mark.parametrize("dtype", ["int32", "int64", "float32", "float64"])
def test_encoding_equals_a_bare_function(dtype):
    declared = cn.sequence_numeric_column(
        "a", shape=2, dtype=dtype, normalizer_fn=cn.Standardize((1, 2), (3, 4))
    )
    bare = cn.sequence_numeric_column(
        "a", shape=2, dtype=dtype, normalizer_fn=lambda x: (x - [1, 2]) / [3, 4]
    )
    features = {"a": [[1, 2, 30, 40], [], [5, 6]]}
    one, other = (cn.Encoder([column]).encode(features) for column in (declared, bare))
    np.testing.assert_array_equal(one.slots["a"].values, other.slots["a"].values)
    assert one.slots["a"].values.dtype == np.float32
    assert one.slots["a"].values.shape == (3, 2, 2)


def test_an_error_in_a_batch_names_the_column():
    encoder = cn.Encoder([cn.sequence_numeric_column("price", normalizer_fn=cn.Log1p())])
    with pytest.raises(errors.NormalizerError, match=r"column 'price': Log1p .* got -2.0"):
        encoder.encode({"price": [[1.0, -2.0]]})


class TestRecords:
    """The core normalizes what it reads, to the bits that Python gives."""

    NORMALIZERS = (
        cn.Standardize((1.0, 2.0), 3.0),
        cn.MinMax(0, (4, 5)),
        cn.Clip(0, 1),
        cn.Compose([cn.Clip(-5, 5), cn.Compose([cn.Standardize(1, 2)])]),
    )

    @pytest.mark.parametrize("normalizer", NORMALIZERS)
    @pytest.mark.parametrize("dtype", ["float32", "float64", "int64"])
    def test_declared_normalizers_do_not_pass_through_python(self, normalizer, dtype, monkeypatch):
        number = int if dtype == "int64" else float
        source = cn.sequence_numeric_column("a", 2, dtype=dtype, normalizer_fn=normalizer)
        context = cn.numeric_column("b", 2, default_value=7, dtype=dtype, normalizer_fn=normalizer)
        columns = {
            "steps": [source, cn.indicator_column(cn.bucketized_column(source, [0.0, 0.5]))],
            "context": [context, cn.bucketized_column(context, [0.0, 0.5])],
        }
        rows = [[1, 2, 30, 40], [], [5, 6]]
        contexts = [[], [1, 2], [9, 0]]
        expected = cn.Encoder(columns).encode({"a": rows, "b": contexts})
        encoder = cn.Encoder(columns)

        def refuse(self, steps):
            raise AssertionError("called")

        for kind in (cn.Standardize, cn.MinMax, cn.Clip, cn.Compose):
            monkeypatch.setattr(kind, "__call__", refuse)
        numbers = [
            {"a": list(map(number, row)), "b": list(map(number, context))}
            for row, context in zip(rows, contexts, strict=True)
        ]
        examples = [make_example(features) for features in numbers]
        steps = [
            make_sequence_example(
                {"b": row["b"]}, {"a": [row["a"][at : at + 2] for at in range(0, len(row["a"]), 2)]}
            )
            for row in numbers
        ]
        for batches in (encoder.encode_examples(examples), encoder.encode_sequence_examples(steps)):
            for group, batch in batches.items():
                for name, slot in batch.slots.items():
                    np.testing.assert_array_equal(
                        slot.values, expected[group].slots[name].values, strict=True
                    )

    def test_a_subclass_is_called(self):
        class Doubled(cn.Standardize):
            def __call__(self, steps):
                return super().__call__(steps) * 2

        for normalizer in (Doubled(0.0, 1.0), cn.Compose([Doubled(0.0, 1.0)])):
            encoder = cn.Encoder([cn.sequence_numeric_column("a", normalizer_fn=normalizer)])
            assert encoder.encode_examples([make_example({"a": [3.0]})]).slots["a"].values.item() == 6

    def test_the_large_integers_of_a_record_are_not_rounded_before_the_mean_is_taken(self):
        normalizer = cn.Standardize(1_700_000_000, 1.0)
        encoder = cn.Encoder([cn.sequence_numeric_column("a", dtype="int64", normalizer_fn=normalizer)])
        values = (
            encoder.encode_examples([make_example({"a": [1_700_000_000, 1_700_000_001]})]).slots["a"].values
        )
        assert values.ravel().tolist() == [0.0, 1.0]

    @pytest.mark.parametrize("options", [{}, {"max_length": 1}, {"layout": "jagged"}, {"num_threads": 2}])
    def test_what_float32_cannot_hold(self, options):
        normalizer = cn.Compose([cn.Standardize(1.0, 2**-100), cn.Standardize(0.0, 2**-100)])
        column = cn.sequence_numeric_column("a", normalizer_fn=normalizer)
        records = [make_example({"a": [1.0, 1.0, 1.0]})] * 200
        records[3] = make_example({"a": [1.0, math.inf, 5.0, 1.0]})
        records[150] = make_example({"a": [-9.0]})
        bucketized = cn.indicator_column(cn.bucketized_column(column, [0.0]))
        for output, name in ((column, "a"), (bucketized, "a_bucketized")):
            encoder = cn.Encoder([output], **options)
            message = f"{2.0**202} does not fit float32"
            where = {"key": "a", "column": name, "row": 3}
            failure(
                errors.NarrowingError,
                lambda encoder=encoder: encoder.encode_examples(records),
                re.escape(message),
                **where,
            )

    def test_an_error_in_a_cross_names_its_key(self):
        source = cn.numeric_column("b", normalizer_fn=cn.Standardize(0.0, 1e-60))
        crossed = cn.indicator_column(cn.crossed_column(["a", cn.bucketized_column(source, [0.0])], 10))
        encoder = cn.Encoder([crossed])
        records = [make_example({"a": [b"x"], "b": [value]}) for value in (0.0, 1.0)]
        assert encoder.encode_examples(records[:1]).slots["a_X_b_bucketized"].values.shape == (1, 1)
        where = {"key": "b", "column": "a_X_b_bucketized", "row": 1}
        failure(
            errors.NarrowingError, lambda: encoder.encode_examples(records), "does not fit float32", **where
        )

    def test_a_default_that_overflows_is_an_error_of_the_row_that_needs_it(self):
        column = cn.numeric_column("a", default_value=1.0, normalizer_fn=cn.Standardize(0.0, 1e-60))
        encoder = cn.Encoder([column])
        zero, none = make_example({"a": [0.0]}), make_example({})
        assert encoder.encode_examples([zero]).slots["a"].values.tolist() == [[0.0]]
        for call in (
            lambda: encoder.encode_examples([zero, none]),
            lambda: encoder.encode({"a": [[0.0], []]}),
        ):
            failure(errors.NarrowingError, call, "does not fit float32", key="a", row=1)

    def test_an_integer_default_is_normalized_before_it_is_rounded(self):
        column = cn.numeric_column(
            "a", default_value=2**24 + 1, dtype="int64", normalizer_fn=cn.Standardize(2**24, 1)
        )
        batch = cn.Encoder([column]).encode_examples([make_example({})])
        assert batch.slots["a"].values.tolist() == [[1.0]]

    def test_padding_is_not_normalized(self):
        column = cn.sequence_numeric_column("a", default_value=-7.0, normalizer_fn=cn.Standardize(3.0, 2.0))
        batch = cn.Encoder([column]).encode_examples([make_example({"a": [5.0]}), make_example({})])
        assert batch.slots["a"].values.ravel().tolist() == [1.0, -7.0]

    def test_weights_are_not_normalized(self):
        column = cn.sequence_numeric_column("w", normalizer_fn=cn.Standardize(3.0, 2.0))
        ids = cn.sequence_categorical_column_with_identity("ids", 5)
        weighted = cn.embedding_column(cn.weighted_categorical_column(ids, "w"), 2)
        batch = cn.Encoder([column, weighted]).encode_examples([make_example({"ids": [1], "w": [5.0]})])
        assert batch.slots["ids_weighted_by_w"].weights.item() == 5.0
        assert batch.slots["w"].values.item() == 1.0

    def test_log1p_of_a_record(self):
        encoder = cn.Encoder([cn.sequence_numeric_column("price", normalizer_fn=cn.Log1p())])
        values = encoder.encode_examples([make_example({"price": [0.0, 1.0]})]).slots["price"].values
        np.testing.assert_array_equal(values.ravel(), np.log1p([0.0, 1.0]).astype(np.float32))
        with pytest.raises(errors.NormalizerError, match=r"column 'price': Log1p .* got -2.0"):
            encoder.encode_examples([make_example({"price": [1.0, -2.0]})])


@pytest.mark.parametrize("ends", [(0.0, 1.0), (-0.0, 1.0), (-1.0, 0.0), (-1.0, -0.0)])
def test_clip_keeps_the_sign_of_a_zero(ends):
    zeros = np.array([[0.0, -0.0]])
    for low, high in (ends, [(end, end) for end in ends], (ends[0], (ends[1], ends[1]))):
        assert np.signbit(cn.Clip(low, high)(zeros)).tolist() == [[False, True]]


INITIALIZERS = [
    initializers.TruncatedNormal(1.0, 0.5, seed=3),
    initializers.RandomUniform(-2, 3, seed=3),
    initializers.Constant(0.25),
    initializers.Zeros(),
]


@pytest.mark.parametrize("initializer", INITIALIZERS)
@pytest.mark.parametrize("shape", [(1, 1), (7, 3), (5000, 4)])
def test_an_initializer_makes_a_table(initializer, shape):
    table = initializer(shape, "float32")
    assert table.shape == shape
    assert table.dtype == np.float32
    assert np.isfinite(table).all()
    np.testing.assert_array_equal(table, initializer(shape, "float32"))


def test_distributions():
    normal = initializers.TruncatedNormal(1.0, 0.5, seed=1)((100_000, 1), "float64")
    assert abs(normal.mean() - 1.0) < 0.01
    assert abs(normal.std() - 0.5 * 0.8796) < 0.01  # the deviation of a normal cut at two deviations
    assert abs(normal - 1.0).max() <= 1.0 + 1e-6
    uniform = initializers.RandomUniform(-2, 3, seed=1)((100_000, 1), "float64")
    assert abs(uniform.mean() - 0.5) < 0.02
    assert uniform.min() >= -2
    assert uniform.max() <= 3
    assert (initializers.Constant(0.25)((3, 2), "float32") == 0.25).all()
    assert not initializers.Zeros()((3, 2), "float32").any()


@pytest.mark.parametrize("make", [initializers.TruncatedNormal, initializers.RandomUniform])
def test_no_seed_is_another_table_each_time(make):
    assert (make()((50, 2), "float32") != make()((50, 2), "float32")).any()


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (
            lambda: initializers.TruncatedNormal(stddev=-1),
            errors.ColumnValueError,
            "stddev must not be negative",
        ),
        (lambda: initializers.TruncatedNormal(mean=math.nan), errors.ColumnValueError, "mean must be finite"),
        (lambda: initializers.TruncatedNormal(seed=-1), errors.ColumnValueError, "seed must be at least 0"),
        (lambda: initializers.TruncatedNormal(seed=1.5), errors.ColumnTypeError, "seed must be an int"),
        (lambda: initializers.RandomUniform(1, 0), errors.ColumnValueError, "maxval must not be less"),
        (lambda: initializers.RandomUniform("0", 1), errors.ColumnTypeError, "minval must be a number"),
        (lambda: initializers.Constant(1e39), errors.ColumnValueError, "fit float32"),
        (lambda: initializers.Constant(None), errors.ColumnTypeError, "value must be a number"),
    ],
)
def test_initializers_refuse(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_layers_take_initializers():
    import colonnade.numpy

    kind = cn.sequence_categorical_column_with_identity("kind", num_buckets=3)
    columns = [cn.embedding_column(kind, dimension=2, initializer=initializers.Constant(0.5))]
    with pytest.warns(errors.UntrainedTableWarning):
        layer = colonnade.numpy.SequenceFeatures(columns)
    assert (layer.tables()["kind_embedding"] == 0.5).all()


def test_compose_within_compose_has_a_limit():
    made = cn.Log1p()
    for _ in range(8):
        made = cn.Compose([cn.Clip(0, 1), made])
    column = cn.sequence_numeric_column("f", normalizer_fn=made)
    assert cn.from_config(cn.to_config(cn.Encoder({"a": [column]}))).columns == {"a": (column,)}
    with pytest.raises(errors.ColumnValueError, match="nests deeper than 8 levels; give one list"):
        cn.Compose([made])
