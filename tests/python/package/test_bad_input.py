"""Every way of being wrong that has an error of its own: its class, its place, and nothing left half done."""

from __future__ import annotations

import numpy as np
import pytest
from reference import records as framing
from reference.examples import make_example

import colonnade as cn
from colonnade import errors

IDS = cn.embedding_column(cn.sequence_categorical_column_with_identity("ids", 5), 2)
WORDS = cn.embedding_column(cn.sequence_categorical_column_with_hash_bucket("words", 5), 2)
PAIRS = cn.sequence_numeric_column("pairs", shape=(2,))
AGE = cn.numeric_column("age")
COLUMNS = {"ids": IDS, "words": WORDS, "pairs": PAIRS}
GROUPED = {"history": [IDS, PAIRS], "search": WORDS}

GOOD = make_example({"ids": [1, 4], "words": [b"a"], "pairs": [1.0, 2.0, 3.0, 4.0]})
FEATURES = {
    "ids": [[1], [1, 4]],
    "words": [["a"], []],
    "pairs": [[1, 2], [1, 2, 3, 4]],
    "age": [[1.0], [2.0]],
}


def encode_examples(columns, *records):
    return lambda: cn.Encoder(columns).encode_examples([GOOD, *records])


def encode(columns, **features):
    return lambda: cn.Encoder(columns).encode({**FEATURES, **features})


def parse(spec, *records):
    return lambda: cn.parse_example([GOOD, *records], spec)


BAD = {
    # Records.
    "truncated record": (
        encode_examples(IDS, GOOD[:-1]),
        errors.MalformedRecordError,
        {"record": 1, "byte": 1},
    ),
    "truncated record, parsed": (
        parse({"ids": cn.VarLenFeature(int)}, GOOD[:-1]),
        errors.MalformedRecordError,
        {"record": 1, "byte": 1},
    ),
    "kind mismatch": (
        encode_examples(IDS, GOOD, make_example({"ids": [1.0]})),
        errors.KindError,
        {"record": 2, "key": "ids"},
    ),
    "kind mismatch, parsed": (
        parse({"ids": cn.VarLenFeature(int)}, make_example({"ids": [1.0]})),
        errors.KindError,
        {"record": 1, "key": "ids"},
    ),
    "integer where string was declared, in a record": (
        encode_examples(WORDS, make_example({"words": [1]})),
        errors.KindError,
        {"record": 1, "key": "words"},
    ),
    "string where integer was declared, in a record": (
        encode_examples(IDS, make_example({"ids": [b"1"]})),
        errors.KindError,
        {"record": 1, "key": "ids"},
    ),
    "missing required feature": (
        parse({"age": cn.FixedLenFeature((1,), "float32")}),
        errors.MissingFeatureError,
        {"record": 0, "key": "age"},
    ),
    "missing required feature of a column": (
        encode_examples(AGE),
        errors.MissingFeatureError,
        {"key": "age", "column": "age", "row": 0},
    ),
    # Values.
    "id out of range": (
        encode(IDS, ids=[[1], [4, 5]]),
        errors.IdOutOfRangeError,
        {"key": "ids", "column": "ids", "row": 1, "step": 1},
    ),
    "id out of range, negative": (
        encode(IDS, ids=[[1], [4, -1]]),
        errors.IdOutOfRangeError,
        {"key": "ids", "column": "ids", "row": 1, "step": 1},
    ),
    "id out of range, in a record": (
        encode_examples(IDS, make_example({"ids": [0, 0, 2**62]})),
        errors.IdOutOfRangeError,
        {"key": "ids", "column": "ids", "row": 1, "step": 2},
    ),
    "integer where string was declared": (
        encode(WORDS, words=[[1], []]),
        errors.FeatureTypeError,
        {"key": "words", "row": 0, "step": 0},
    ),
    "string where integer was declared": (
        encode(IDS, ids=[[], ["a"]]),
        errors.FeatureTypeError,
        {"key": "ids", "row": 1, "step": 0},
    ),
    "value count not a multiple of the shape": (
        encode(PAIRS, pairs=[[1, 2], [1, 2, 3]]),
        errors.PartialStepError,
        {"key": "pairs", "column": "pairs", "row": 1},
    ),
    "three values in a step of one": (
        lambda: cn.Encoder(cn.sequence_numeric_column("f")).encode_sequence_examples(
            [cn.SequenceExample({}, {"f": [[1.0], [1.0, 2.0, 3.0]]}).serialize()]
        ),
        errors.PartialStepError,
        {"row": 0, "step": 1, "key": "f", "column": "f"},
    ),
    "value count not a multiple of the shape, in a record": (
        encode_examples(PAIRS, make_example({"pairs": [1.0]})),
        errors.PartialStepError,
        {"key": "pairs", "column": "pairs", "row": 1},
    ),
    "columns of unequal lengths": (
        encode([IDS, PAIRS], pairs=[[1, 2], [1, 2]]),
        errors.UnequalLengthsError,
        {"key": "pairs", "column": "pairs", "row": 1},
    ),
    "columns of unequal lengths, in a record": (
        encode_examples([IDS, PAIRS], make_example({"ids": [1]})),
        errors.UnequalLengthsError,
        {"key": "pairs", "column": "pairs", "row": 1},
    ),
    "wrong feature container": (encode(IDS, ids={1, 2}), errors.FeatureTypeError, {"key": "ids"}),
    # Declarations.
    "a key in two specs that differ": (
        lambda: cn.Encoder([IDS, cn.sequence_numeric_column("ids")]),
        errors.SpecConflictError,
        {"key": "ids"},
    ),
    "unknown dtype": (
        lambda: cn.sequence_numeric_column("n", dtype="float31"),
        errors.ColumnValueError,
        {"key": "n"},
    ),
    "a non-column in the list": (lambda: cn.Encoder([IDS, "words"]), errors.ColumnTypeError, {}),
    "a categorical column not wrapped": (
        lambda: cn.Encoder([PAIRS, IDS.categorical_column]),
        errors.ColumnTypeError,
        {"column": "ids"},
    ),
    "sequence and context columns in one group": (lambda: cn.Encoder([IDS, AGE]), errors.GroupError, {}),
}


@pytest.mark.parametrize(("call", "kind", "where"), BAD.values(), ids=BAD)
def test_a_typed_error_that_says_where(call, kind, where):
    with pytest.raises(kind) as caught:
        call()
    error = caught.value
    assert type(error) is kind
    assert isinstance(error, TypeError if kind.__name__.endswith("TypeError") else ValueError)
    assert error.where == where
    assert all(f"{name} {value!r}" in str(error) for name, value in where.items())
    assert len(error.message) > 15


class TestFiles:
    """Records of a damaged file; test_reader_and_writer.py has every cut and every bit."""

    LENGTH_AT = 4 + 8 + 4 + 4  # where the second record begins: length, its CRC, 4 bytes of data, their CRC
    WHOLE = framing.frame(b"good") + framing.frame(GOOD)

    def damaged(self, tmp_path, at, data=None):
        path = tmp_path / "data.tfrecord"
        raw = bytearray(self.WHOLE if data is None else data)
        if at is not None:
            raw[at] ^= 1
        path.write_bytes(raw)
        return path

    def check(self, path, kind, byte, words):
        records = iter(cn.TFRecordReader(path))
        assert next(records) == b"good"
        with pytest.raises(kind, match=words) as caught:
            next(records)
        assert type(caught.value) is kind
        assert isinstance(caught.value, ValueError)
        assert caught.value.where == {"file": str(path), "record": 1, "byte": byte}

    def test_crc_of_the_length(self, tmp_path):
        self.check(self.damaged(tmp_path, self.LENGTH_AT + 8), errors.DataLossError, self.LENGTH_AT, "length")

    def test_crc_of_the_data(self, tmp_path):
        self.check(self.damaged(tmp_path, len(self.WHOLE) - 1), errors.DataLossError, self.LENGTH_AT, "data")

    def test_cut_off(self, tmp_path):
        path = self.damaged(tmp_path, None, self.WHOLE[:-5])
        self.check(path, errors.DataLossError, self.LENGTH_AT, "promises")

    def test_length_larger_than_the_file(self, tmp_path):
        raw = (2**40).to_bytes(8, "little")
        header = raw + framing.masked_crc32c(raw).to_bytes(4, "little")
        path = self.damaged(tmp_path, None, framing.frame(b"good") + header + b"little")
        self.check(path, errors.LimitError, self.LENGTH_AT, "promises 1099511627776 bytes")
        raw = (2**30).to_bytes(8, "little")
        header = raw + framing.masked_crc32c(raw).to_bytes(4, "little")
        path = self.damaged(tmp_path, None, framing.frame(b"good") + header + b"little")
        self.check(path, errors.DataLossError, self.LENGTH_AT, "bytes and a CRC of 4, the file has 6 left")


@pytest.mark.filterwarnings("ignore::colonnade.errors.FeatureWarning")
def test_an_unset_feature_is_an_empty_sequence():
    records = [make_example({"ids": (None, []), "words": [], "pairs": ("float", [])}), b""]
    batches = cn.Encoder(GROUPED).encode_examples(records)
    for batch in batches.values():
        assert batch.lengths.tolist() == [0, 0]
    parsed = cn.parse_example(records, cn.make_parse_example_spec([IDS, WORDS, PAIRS]))
    assert [values.to_list() for values in parsed.values()] == [[[], []]] * 3


class TestNothingIsLeftHalfDone:
    """One encoder, a bad batch, and then the good one again."""

    BATCHES = (
        [GOOD, GOOD[:-1]],
        [GOOD, make_example({"ids": [1.0]})],
        [GOOD, make_example({"ids": [9], "pairs": [1.0, 2.0]})],
        [GOOD, make_example({"ids": [1], "pairs": [1.0]})],
        [GOOD, make_example({"ids": [1]})],
        [GOOD, None],
    )

    @pytest.mark.parametrize("layout", ["padded", "jagged"])
    @pytest.mark.parametrize("bad", BATCHES)
    def test_records(self, layout, bad):
        encoder = cn.Encoder(GROUPED, layout=layout)
        wanted = self.answer(encoder)
        with pytest.raises(errors.ColonnadeError):
            encoder.encode_examples(bad)
        assert self.answer(encoder) == wanted

    @pytest.mark.parametrize(
        "bad",
        [{"ids": [[9], []]}, {"ids": [["a"], []]}, {"pairs": [[1], []]}, {"words": 3}, {"words": [["a"]]}],
    )
    def test_features(self, bad):
        encoder = cn.Encoder(GROUPED)
        wanted = self.answer(encoder)
        with pytest.raises(errors.ColonnadeError):
            encoder.encode({**FEATURES, **bad})
        assert self.answer(encoder) == wanted

    def answer(self, encoder):
        batches = encoder.encode_examples([GOOD, b"", GOOD])
        return [repr(batch.map(np.ndarray.tolist)) for batch in batches.values()]
