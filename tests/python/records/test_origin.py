"""Errors about a batch of a reader name the file, and the number of the record there."""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from failing import failure
from reference import records as twin

import colonnade as cn
from colonnade.errors import (
    DataLossWarning,
    IdOutOfRangeError,
    KindError,
    MalformedRecordError,
    MissingFeatureError,
    NormalizerError,
    PartialStepError,
)

GOOD = cn.Example({"a": [1]}).serialize()
ids = cn.Encoder([cn.embedding_column(cn.sequence_categorical_column_with_identity("a", 5), 2)])
lists = cn.SequenceExample({}, {"a": [[1]]}).serialize()


def write(path: Path, records: list[bytes]) -> str:
    path.write_bytes(b"".join(map(twin.frame, records)))
    return str(path)


def parse(spec: Any) -> Callable[[Any], Any]:
    return lambda batch: cn.parse_example(batch, {"a": spec})


CALLS: dict[str, tuple[type[Any], bytes, Callable[[Any], Any]]] = {
    "encoding damage": (MalformedRecordError, b"\xff", ids.encode_examples),
    "encoding damaged lists": (MalformedRecordError, b"\xff", ids.encode_sequence_examples),
    "encoding another kind": (KindError, cn.Example({"a": ["x"]}).serialize(), ids.encode_examples),
    "encoding an id": (IdOutOfRangeError, cn.Example({"a": [9]}).serialize(), ids.encode_examples),
    "parsing damage": (MalformedRecordError, b"\xff", parse(cn.VarLenFeature("int64"))),
    "parsing a missing feature": (MissingFeatureError, b"", parse(cn.FixedLenFeature((2,), "int64"))),
    "parsing a part of a step": (
        PartialStepError,
        cn.Example({"a": [1, 2, 3]}).serialize(),
        parse(cn.FixedLenSequenceFeature((2,), "int64", allow_missing=True)),
    ),
    "parsing damaged lists": (
        MalformedRecordError,
        b"\xff",
        lambda batch: cn.parse_sequence_example(batch, None, {"a": cn.VarLenFeature("int64")}),
    ),
}


def error_of(kind: type[Any], call: Callable[[], Any]) -> Any:
    with pytest.raises(kind) as caught:
        call()
    assert type(caught.value) is kind
    return caught.value


@pytest.mark.parametrize("name", CALLS)
def test_every_error_names_its_place(name: str, tmp_path: Path) -> None:
    kind, bad, call = CALLS[name]
    good = lists if "lists" in name else cn.Example({"a": [1, 2]}).serialize()
    paths = [write(tmp_path / "a", [good] * 3), write(tmp_path / "b", [good, good, bad])]
    first, second = cn.TFRecordReader(paths).batches(4)
    call(first)
    plain = error_of(kind, lambda: call(second.to_list()))
    assert plain.where.get("record", plain.where.get("row")) == 1
    error = error_of(kind, lambda: call(second))
    assert error.where == {**plain.where, "file": paths[1], "record": 2, "row": 1}
    assert error.message == plain.message
    assert str(error).startswith(f"file {paths[1]!r}, record 2, ")


def where(batch: Any) -> list[tuple[str | None, int]]:
    """The place of each record of a batch, as the error that it is not an Example tells it."""
    places = []
    for row in range(len(batch)):
        error = error_of(MalformedRecordError, lambda row=row: ids.encode_examples(batch[row:]))
        assert error.where["row"] == 0
        places.append((error.where.get("file"), error.where["record"]))
    return places


BAD = [b"\xff%d" % number for number in range(9)]


class TestPlaces:
    """Files, shards, slices, damage."""

    def test_batches_that_span_files(self, tmp_path: Path) -> None:
        paths = [
            write(tmp_path / name, BAD[:size]) for name, size in (("a", 2), ("b", 0), ("c", 1), ("d", 4))
        ]
        a, _, c, d = paths
        every = [(a, 0), (a, 1), (c, 0), (d, 0), (d, 1), (d, 2), (d, 3)]
        for size in (1, 3, 5, 7):
            batches = cn.TFRecordReader(paths).batches(size)
            assert [place for batch in batches for place in where(batch)] == every

    def test_slices(self, tmp_path: Path) -> None:
        path = write(tmp_path / "a", BAD)
        batch = next(cn.TFRecordReader([path, path]).batches(18))
        every = [(path, number) for number in range(9)] * 2
        for part in (slice(3, None), slice(None, None, -1), slice(14, 2, -3), slice(1, 16, 4)):
            assert where(batch[part]) == every[part]
            assert where(batch[part][1:][::-1]) == every[part][1:][::-1]

    def test_shards(self, tmp_path: Path) -> None:
        paths = [write(tmp_path / name, BAD[:size]) for name, size in (("a", 5), ("b", 4))]
        every = [(paths[0], number) for number in range(5)] + [(paths[1], number) for number in range(4)]
        for index in range(3):
            (batch,) = cn.TFRecordReader(paths, shard=(index, 3)).batches(9)
            assert where(batch) == every[index::3]

    def test_what_was_skipped_counts(self, tmp_path: Path) -> None:
        path = write(tmp_path / "a", BAD)
        raw = bytearray(Path(path).read_bytes())
        raw[18 * 3 + 13] ^= 1  # of record 3
        raw[18 * 6] ^= 1  # the length of record 6
        Path(path).write_bytes(raw)
        reader = cn.TFRecordReader(path, on_corrupt="skip")
        with pytest.warns(DataLossWarning):
            (batch,) = reader.batches(9)
        assert where(batch) == [(path, number) for number in (0, 1, 2, 4, 5, 7, 8)]

    def test_small_reads_and_no_name(self) -> None:
        class Small(io.BytesIO):
            def read(self, size: int | None = -1, /) -> bytes:
                return super().read(5)

        (batch,) = cn.TFRecordReader(Small(b"".join(map(twin.frame, BAD)))).batches(20)
        assert where(batch) == [(None, number) for number in range(9)]
        assert len(batch._origin[0]) == 1  # one piece, however it was read

    def test_a_batch_in_another_process(self, tmp_path: Path) -> None:
        path = write(tmp_path / "a", BAD)
        (batch,) = cn.TFRecordReader(path).batches(9)
        assert where(pickle.loads(pickle.dumps(batch[2:]))) == [(path, number) for number in range(2, 9)]

    def test_a_cause_is_kept(self, tmp_path: Path) -> None:
        path = write(tmp_path / "a", [GOOD])
        encoder = cn.Encoder(
            [cn.sequence_numeric_column("a", dtype="int64", normalizer_fn=lambda values: "no")]
        )
        (batch,) = cn.TFRecordReader(path).batches(9)
        plain = error_of(NormalizerError, lambda: encoder.encode_examples([GOOD]))
        error = error_of(NormalizerError, lambda: encoder.encode_examples(batch))
        assert (repr(error), repr(error.__cause__)) == (repr(plain), repr(plain.__cause__))

    def test_other_batches_know_no_place(self) -> None:
        failure(
            MalformedRecordError, lambda: ids.encode_examples(cn.BytesArray.from_list(BAD)), record=0, byte=0
        )
