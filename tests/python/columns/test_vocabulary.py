"""Vocabulary columns, from lists and files, as their API documents have them."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import re
import tracemalloc

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from failing import refusal
from memory import little_memory
from reference.fingerprint64 import fingerprint64

import colonnade as cn
import colonnade.numpy
from colonnade.columns import _vocabulary_file, _vocabulary_list
from colonnade.errors import ColumnTypeError, ColumnValueError, NarrowingError, VocabularyError

LISTS = pytest.mark.parametrize(
    "column",
    [cn.sequence_categorical_column_with_vocabulary_list, cn.categorical_column_with_vocabulary_list],
)
FILES = pytest.mark.parametrize(
    "column",
    [cn.sequence_categorical_column_with_vocabulary_file, cn.categorical_column_with_vocabulary_file],
)
listed = cn.sequence_categorical_column_with_vocabulary_list
filed = cn.sequence_categorical_column_with_vocabulary_file


def ids(column, rows):
    [slot] = cn.Encoder([cn.embedding_column(column, 1)], layout="jagged").encode({"k": rows}).slots.values()
    return slot.values.tolist()


@pytest.fixture
def write(tmp_path):
    def write(content, name="words.txt"):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


class TestList:
    """Words or integers in Python."""

    @LISTS
    def test_attributes(self, column):
        made = column("k", ("a", "b"), num_oov_buckets=3)
        assert (made.key, made.name, made.num_buckets, made.dtype) == ("k", "k", 5, "string")
        assert made.vocabulary_list == ("a", "b")
        assert made.default_value == -1
        assert made == column("k", ["a", "b"], str, -1, 3)
        assert hash(made) == hash(column("k", ["a", "b"], num_oov_buckets=3))
        assert made != column("k", ["b", "a"], num_oov_buckets=3)
        assert made != column("k", ["a", "b"])
        assert column("k", [1, 2]).dtype == "int64"
        assert column("k", [1, 2], "int32").dtype == "int32"

    def test_ids(self):
        words = ["omar", "stringer", "marlo"]
        rows = [["marlo", "x", "omar"], ["stringer"]]
        text = fingerprint64(b"x")
        assert ids(listed("k", words), rows) == [2, -1, 0, 1]
        assert ids(listed("k", words, default_value=1), rows) == [2, 1, 0, 1]
        assert ids(listed("k", words, num_oov_buckets=7), rows) == [2, 3 + text % 7, 0, 1]
        assert ids(listed("k", [b"marlo", b"\xff"]), [[b"\xff", "marlo"]]) == [1, 0]
        assert ids(listed("k", [5, -7], num_oov_buckets=9), [[-7, 4]]) == [1, 2 + fingerprint64(b"4") % 9]

    def test_numpy_lists(self):
        assert listed("k", np.array(["a", "b"])) == listed("k", ["a", "b"])
        assert listed("k", np.array([3, 1], np.int8)) == listed("k", [3, 1])

    @LISTS
    @pytest.mark.parametrize(
        "entries",
        [None, "abc", {"a", "b"}, {"a": 1}, (word for word in "ab"), 5],
        ids=lambda x: type(x).__name__,
    )
    def test_no_lists(self, column, entries):
        refusal(
            ColumnTypeError,
            lambda: column("k", entries),
            "must be a list, whose order gives the ids",
            key="k",
        )

    @LISTS
    @pytest.mark.parametrize(
        ("entries", "kinds"),
        [
            (["a", 1], "int, str"),
            ([1, 1.0], "float, int"),
            ([1.5], "float"),
            ([True], "bool"),
            ([None], "NoneType"),
            ([["a"]], "list"),
            ([True, 2], "bool, int"),
        ],
    )
    def test_other_entries(self, column, entries, kinds):
        refusal(ColumnTypeError, lambda: column("k", entries), f"strings, or integers, got {kinds}", key="k")

    @LISTS
    @pytest.mark.parametrize(
        ("entries", "message"),
        [
            ([], "empty"),
            ([0, 2**63], r"vocabulary_list[1] does not fit int64"),
            (["\ud800"], "not valid Unicode"),
        ],
    )
    def test_impossible_entries(self, column, entries, message):
        refusal(ColumnValueError, lambda: column("k", entries), message, key="k")

    @LISTS
    @pytest.mark.parametrize("entries", [["x", "y", "x"], ["x", "y", b"x"], [3, 4, 3]])
    def test_duplicates(self, column, entries):
        refusal(VocabularyError, lambda: column("k", entries), "entry 3 stands at 1 already", key="k")

    @LISTS
    @pytest.mark.parametrize(
        ("arguments", "error", "message"),
        [
            ({"default_value": 2}, ColumnValueError, "default_value must be -1 or in [0, 2), got 2"),
            ({"default_value": -2}, ColumnValueError, "default_value must be at least -1"),
            ({"default_value": None}, ColumnTypeError, "default_value must be an int"),
            ({"default_value": 1.0}, ColumnTypeError, "default_value must be an int"),
            ({"num_oov_buckets": -1}, ColumnValueError, "num_oov_buckets must be at least 0"),
            ({"num_oov_buckets": 1.5}, ColumnTypeError, "num_oov_buckets must be an int"),
            ({"num_oov_buckets": 2**63 - 1}, ColumnValueError, "ids must fit 64 bits"),
            ({"num_oov_buckets": 2, "default_value": 1}, ColumnValueError, "not both"),
            ({"dtype": "int64"}, ColumnValueError, "dtype int64 and a vocabulary of string do not match"),
            ({"dtype": "float32"}, ColumnValueError, "dtype must be string or an integer"),
            ({"dtype": bool}, ColumnValueError, "dtype must be string or an integer"),
        ],
    )
    def test_arguments(self, column, arguments, error, message):
        refusal(error, lambda: column("k", ["a", "b"], **arguments), message, key="k")

    def test_short_repr(self):
        made = repr(listed("k", [f"word {i}" for i in range(10_000)], num_oov_buckets=2))
        assert "('word 0', 'word 1', 'word 2', ... 10000 in all)" in made
        assert len(made) < 300
        assert len(repr(listed("k", ["y" * 100_000]))) < 300
        assert "('a',)" in repr(listed("k", ["a"])) or "('a')" in repr(listed("k", ["a"]))

    def test_equal_tables_are_one(self):
        one, other = (
            _vocabulary_list.compile_vocabulary_list(listed(key, ["a", "b"]).categorical_column)
            for key in "xy"
        )
        assert one is other
        assert one is not _vocabulary_list.compile_vocabulary_list(listed("x", ["a", "c"]).categorical_column)

    def test_uint64_beyond_int64(self):
        error = refusal(
            NarrowingError,
            lambda: ids(listed("k", [1]), [np.array([2**63], np.uint64)]),
            "does not fit int64",
        )
        assert error.where["key"] == "k"

    def test_a_large_list(self):
        entries = [f"item-{i}" for i in range(200_000)]
        column = listed("k", entries)
        encoder = cn.Encoder([cn.embedding_column(column, 1)], layout="jagged")
        [slot] = encoder.encode({"k": [entries[::-1], ["x"]]}).slots.values()
        np.testing.assert_array_equal(slot.values, [*range(199_999, -1, -1), -1])

    def test_a_small_batch_does_not_pay_for_the_whole_vocabulary(self):
        looked_at = []

        class Word(str):
            def __hash__(self):
                looked_at.append(self)
                return super().__hash__()

            def __eq__(self, other):
                looked_at.append(self)
                return super().__eq__(other)

        encoder = cn.Encoder([cn.embedding_column(listed("k", [Word(f"item-{i}") for i in range(1000)]), 1)])
        looked_at.clear()
        encoder.encode({"k": [["x"]]})
        encoder.encode_examples([cn.Example({"k": ["x"]}).serialize()])
        assert len(looked_at) < 100


class TestFile:
    """Lines of a file."""

    @FILES
    def test_attributes(self, column, write):
        path = write(b"a\nb\nc\n")
        made = column("k", path)
        assert (made.key, made.name, made.num_buckets, made.dtype) == ("k", "k", 3, "string")
        assert (made.vocabulary_file, made.vocabulary_size) == (os.fspath(path), 3)
        assert made.sha256 == hashlib.sha256(b"a\nb\nc\n").hexdigest()
        assert made == column("k", os.fspath(path))
        assert hash(made) == hash(column("k", os.fspath(path)))
        assert made != column("k", path, vocabulary_size=2)
        assert len(repr(made)) < 400

    def test_order_of_arguments(self, write):
        path = write(b"a\nb\nc\n")
        assert filed("k", path, 2, 5).num_buckets == 7
        assert filed("k", path, 2, 0, 1, "string").default_value == 1
        context = cn.categorical_column_with_vocabulary_file("k", path, 2, "string", None, 5)
        assert context.num_buckets == 7

    @pytest.mark.parametrize(
        "content",
        [
            b"a\nb\nc\n",
            b"a\nb\nc",
            b"a\r\nb\r\nc\r\n",
            gzip.compress(b"a\nb\nc\n", mtime=0),
            gzip.compress(b"a\r\nb\r\nc", mtime=0),
        ],
    )
    def test_line_ends_and_gzip(self, content, write):
        assert ids(filed("k", write(content)), [["c", "a", "x", "b"]]) == [2, 0, -1, 1]

    def test_size_cuts(self, write):
        path = write(b"a\nb\na\n\n\xff")
        made = filed("k", path, vocabulary_size=2, num_oov_buckets=3)
        assert made.num_buckets == 5
        assert ids(made, [["b", "c"]]) == [1, 2 + fingerprint64(b"c") % 3]

    def test_integers(self, write):
        made = filed("k", write(b"5\n-7\n9223372036854775807\n"), dtype="int64")
        assert ids(made, [[-7, 2**63 - 1, 6]]) == [1, 2, -1]

    @FILES
    @pytest.mark.parametrize(
        ("content", "arguments", "message"),
        [
            (b"a\nb\na\n", {}, "entry 3 stands at 1 already"),
            (b"a\n\nb\n", {}, "line 2 is blank"),
            (b"a\nb\n\n", {}, "line 3 is blank"),
            (b"a\n\r\n", {}, "line 2 is blank"),
            (b"", {}, "there are only 0 lines"),
            (b"a\nb\n", {"vocabulary_size": 3}, "there are only 2 lines"),
            (b"\xef\xbb\xbfa\n", {}, "begins with a byte order mark"),
            (b"1\nx\n", {"dtype": "int64"}, "line 2 is not an int64"),
            (b"1\n2 \n", {"dtype": "int64"}, "line 2 is not an int64"),
            (gzip.compress(b"a\nb\n", mtime=0)[:-5], {}, "no sound gzip file"),
            (gzip.compress(b"a\nb\n", mtime=0)[:4], {}, "no sound gzip file"),
            (gzip.compress(b"a\nb\n", mtime=0)[:12] + b"\xff\xff\xff", {}, "no sound gzip file"),
            (gzip.compress(b"a\nb\n", mtime=0) + b"tail", {}, "no sound gzip file"),
        ],
    )
    def test_bad_files(self, column, content, arguments, message, write):
        path = write(content)
        refusal(
            VocabularyError, lambda: column("k", path, **arguments), message, key="k", file=os.fspath(path)
        )

    def test_every_damage_of_gzip_is_noticed(self, write):
        whole = gzip.compress(b"a\nb\nc\n", mtime=0)
        for size in range(2, len(whole)):
            refusal(VocabularyError, lambda size=size: filed("k", write(whole[:size])), "no sound gzip file")
        for place in range(10, len(whole)):
            changed = bytearray(whole)
            changed[place] ^= 0x55
            refusal(VocabularyError, lambda raw=bytes(changed): filed("k", write(raw)), "no sound gzip file")

    def test_gzip_bomb(self, write, monkeypatch):
        monkeypatch.setattr(_vocabulary_file, "MOST_TEXT", 200_000)
        path = write(gzip.compress(b"a" * 100_000_000))
        tracemalloc.start()
        refusal(VocabularyError, lambda: filed("k", path), "more than 200000 bytes, unpacked")
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
        tracemalloc.stop()

    def test_a_gzip_file_may_only_grow_in_proportion(self, write):
        path = write(gzip.compress(b"a" * 2**28))
        words = "more than 67108864 bytes, unpacked, the limit of a gzip file of"
        with little_memory(2**27):
            refusal(VocabularyError, lambda: filed("k", path), words)

    def test_lines_that_nobody_wants_are_not_kept(self, write):
        path = write(gzip.compress(b"first\nsecond\n" + b"x" * 2**25, 1))
        tracemalloc.start()
        assert filed("k", path, vocabulary_size=2).num_buckets == 2
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
        tracemalloc.stop()

    @pytest.mark.parametrize(
        ("path", "error", "message"),
        [
            (None, ColumnTypeError, "must be a path"),
            (b"x", ColumnTypeError, "must be a path"),
            (3, ColumnTypeError, "must be a path"),
            ("", ColumnValueError, "no name of a file"),
            ("a\0b", ColumnValueError, "no name of a file"),
            ("/nonexistent/words", VocabularyError, "cannot be read: No such file"),
            ("/", VocabularyError, "no regular file"),
            ("/dev/zero", VocabularyError, "no regular file"),
        ],
    )
    def test_paths(self, path, error, message):
        refusal(error, lambda: filed("k", path), message, key="k")

    @FILES
    @pytest.mark.parametrize(
        ("arguments", "error", "message"),
        [
            ({"vocabulary_size": 0}, ColumnValueError, "vocabulary_size must be at least 1"),
            ({"vocabulary_size": 2.0}, ColumnTypeError, "vocabulary_size must be an int"),
            ({"default_value": 2}, ColumnValueError, "default_value must be -1 or in [0, 2), got 2"),
            ({"default_value": -2}, ColumnValueError, "default_value must be at least -1"),
            ({"default_value": -1, "num_oov_buckets": 1}, ColumnValueError, "not both"),
            ({"num_oov_buckets": -1}, ColumnValueError, "num_oov_buckets must be at least 0"),
            ({"num_oov_buckets": None}, ColumnTypeError, "num_oov_buckets must be an int"),
            ({"dtype": "float32"}, ColumnValueError, "dtype must be string or an integer"),
        ],
    )
    def test_arguments(self, column, arguments, error, message, write):
        refusal(error, lambda: column("k", write(b"a\nb\n"), **arguments), message, key="k")

    def test_a_changed_file(self, write):
        path = write(b"a\nb\n")
        column = cn.embedding_column(filed("k", path), 1)
        write(b"a\nc\n")
        error = refusal(VocabularyError, lambda: cn.Encoder([column]), "the vocabulary has changed")
        assert not re.search("[0-9a-f]{32}", str(error)), "a hash of what the file holds now"
        path.unlink()
        refusal(VocabularyError, lambda: cn.Encoder([column]), "cannot be read")

    def test_a_large_file(self, write):
        lines = b"".join(b"item-%d\n" % i for i in range(200_000))
        made = filed("k", write(lines), num_oov_buckets=1)
        assert made.num_buckets == 200_001
        assert ids(made, [["item-199999", "item-0", "item-200000"]]) == [199_999, 0, 200_000]


class ASeries:
    """Like a Series of Polars or pandas."""

    def __init__(self, items):
        self.to_list = lambda: items


def test_a_series_is_a_vocabulary():
    wanted = cn.categorical_column_with_vocabulary_list("k", ["a", "b"])
    for words in (ASeries(["a", "b"]), pa.array(["a", "b"]), pl.Series(["a", "b"])):
        assert cn.categorical_column_with_vocabulary_list("k", words) == wanted
    with pytest.raises(ColumnTypeError, match="got NoneType, str"):
        cn.categorical_column_with_vocabulary_list("k", ASeries(["a", None]))


def tfrecords(*records, compression="GZIP"):
    file = io.BytesIO()
    with cn.TFRecordWriter(file, compression=compression) as writer:
        for record in records:
            writer.write(record)
    return file.getvalue()


class TestRecords:
    """Vocabularies of TensorFlow Transform: one value a record, in a TFRecord file under gzip."""

    @FILES
    @pytest.mark.parametrize(
        ("name", "given"),
        [("words.tfrecord.gz", None), ("words.tfrecord.gz", "tfrecord_gzip"), ("words", "tfrecord_gzip")],
    )
    def test_ids(self, column, name, given, write):
        path = write(tfrecords(b"a", b"two\nlines", b"c"), name)
        made = column("k", path, file_format=given)
        assert (made.num_buckets, made.file_format) == (3, "tfrecord_gzip")
        [slot] = (
            cn.Encoder(cn.indicator_column(made)).encode({"k": [["c", "two\nlines", "a"]]}).slots.values()
        )
        assert slot.values.tolist() == [[2, 1, 0]]

    def test_the_first_of_them(self, write):
        path = write(tfrecords(b"a", b"b", b"a"), "tfrecord.gz")
        assert ids(filed("k", path, 2, num_oov_buckets=1), [["b", "x"]]) == [1, 2]
        refusal(VocabularyError, lambda: filed("k", path), "entry 3 stands at 1 already")
        refusal(VocabularyError, lambda: filed("k", path, 4), "only 3 lines; give a smaller vocabulary_size")

    def test_integers(self, write):
        path = write(tfrecords(b"7", b"-1"), "tfrecord.gz")
        assert ids(filed("k", path, dtype="int64"), [[-1, 7, 3]]) == [1, 0, -1]
        refusal(
            VocabularyError,
            lambda: filed("k", write(tfrecords(b"7", b"x"), "tfrecord.gz"), dtype="int64"),
            "line 2 is not an int64",
        )

    def test_many(self, write):
        words = [b"%d" % number for number in range(100_000)]
        made = filed("k", write(tfrecords(*words), "tfrecord.gz"))
        assert ids(made, [["99999", "0", "-1"]]) == [99_999, 0, -1]

    @pytest.mark.parametrize(
        ("content", "given", "words"),
        [
            (tfrecords(b"a", b"b"), "text", 'not text; give file_format="tfrecord_gzip"'),
            (tfrecords(b"a", b"b"), None, 'not text; give file_format="tfrecord_gzip"'),
            (tfrecords(b"a", compression=None), None, 'compress it with gzip, and give file_format="tfr'),
            (tfrecords(b"a", compression=None), "tfrecord_gzip", "no sound gzip file"),
            (gzip.compress(b"a\nb\n"), "tfrecord_gzip", "no sound TFRecord file: the file ends inside"),
            (gzip.compress(b"some longer words\n" * 9), "tfrecord_gzip", "no sound TFRecord file: the CRC"),
            (tfrecords(b"a", b"b")[:-9], "tfrecord_gzip", "no sound gzip file"),
            (tfrecords(), "tfrecord_gzip", "holds no record"),
        ],
        ids=[
            "text",
            "no format",
            "plain",
            "plain as gzip",
            "short",
            "lines",
            "cut",
            "none",
        ],  # gzip knows the time
    )
    def test_the_wrong_format(self, content, given, words, write):
        refusal(VocabularyError, lambda: filed("k", write(content, "words.gz"), file_format=given), words)

    @pytest.mark.parametrize("given", ["tfrecord", "", 3, ["text"]])
    def test_an_unknown_format(self, given, write):
        path = write(b"a\n")
        refusal(
            ColumnValueError, lambda: filed("k", path, file_format=given), "must be 'text', 'tfrecord_gzip'"
        )

    def test_text_that_is_shorter_than_a_header(self, write):
        assert filed("k", write(b"a\n"), file_format="text").num_buckets == 1

    def test_configs(self, write):
        path = write(tfrecords(b"a", b"b"), "words")
        made = filed("k", path, file_format="tfrecord_gzip")
        config = cn.to_config(made)
        assert config["config"]["categorical_column"]["file_format"] == "tfrecord_gzip"
        assert cn.from_config(config, trust_paths=True) == made
        text = cn.to_config(filed("k", write(b"a\n"), file_format="text"))
        assert "file_format" not in text["config"]["categorical_column"]
        assert cn.from_config(text, trust_paths=True).file_format == "text"
        # What was saved before there was a choice was read as text, whatever its name.
        old = cn.to_config(filed("k", write(tfrecords(b"a", b"b"), "words.tfrecord.gz")))
        del old["config"]["categorical_column"]["file_format"]
        refusal(
            cn.errors.ConfigError,
            lambda: cn.from_config(old, trust_paths=True),
            "is a TFRecord file, not text",
        )

    def test_save_and_load(self, write, tmp_path):
        made = filed("k", write(tfrecords(b"a", b"b"), "words.tfrecord.gz"))
        layer = colonnade.numpy.SequenceFeatures(cn.indicator_column(made))
        cn.save(tmp_path / "saved", cn.Encoder(cn.indicator_column(made)), layer.tables())
        encoder, _ = cn.load(tmp_path / "saved")
        [slot] = encoder.encode({"k": [["b", "a", "c"]]}).slots.values()
        assert slot.values.tolist() == [[1, 0, -1]]
