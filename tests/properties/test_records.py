"""TFRecord files against their slow twin, on random records, damage, chunking and compression."""

from __future__ import annotations

import gzip
import io
import tempfile
import warnings
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from unittest import mock

import google_crc32c
from hypothesis import assume, example, given
from hypothesis import strategies as st
from reference import records as twin

from colonnade import BytesArray, TFRecordReader, TFRecordWriter, _core
from colonnade._records import files as record_files
from colonnade.errors import ColonnadeError, from_core

RECORDS = st.lists(st.binary(max_size=60) | st.just(b"\0" * 300), max_size=8)
PACK = {"": bytes, "GZIP": gzip.compress, "ZLIB": zlib.compress}
COMPRESSIONS = st.sampled_from(sorted(PACK))


class Chunked(io.BytesIO):
    """A file whose reads return few bytes: as many as `sizes` say, over and over."""

    def __init__(self, data: bytes, sizes: list[int]) -> None:
        super().__init__(data)
        self._sizes, self._calls = sizes, 0

    def read(self, size: int | None = -1, /) -> bytes:
        self._calls += 1
        return super().read(self._sizes[self._calls % len(self._sizes)])


WINDOWS = st.integers(1, 400)
CHUNKS = st.lists(st.integers(1, 50), min_size=1, max_size=5)


def read_all(reader: Iterable[Any]) -> tuple[list[Any], ColonnadeError | None]:
    records = []
    try:
        for record in reader:
            records.append(record)  # noqa: PERF402 (what came before an error counts)
    except ColonnadeError as error:
        return records, error
    return records, None


@given(st.binary(max_size=3000))
@example(b"\0" * 768)
@example(bytes(range(256)) * 9)
def test_crc32c_equals_google_and_twin(data: bytes) -> None:
    expected = google_crc32c.value(data)
    assert _core.crc32c(data) == expected
    assert _core.crc32c(data, portable=True) == expected
    assert twin.crc32c(data[:100]) == google_crc32c.value(data[:100])


@given(RECORDS)
def test_writer_equals_twin(records: list[bytes]) -> None:
    file = io.BytesIO()
    with TFRecordWriter(file) as writer:
        for record in records:
            writer.write(record)
    assert file.getvalue() == b"".join(map(twin.frame, records))


@given(st.lists(RECORDS, max_size=4), st.data())
def test_batches_give_the_bytes_of_one_by_one(batches: list[list[bytes]], data: st.DataObject) -> None:
    file = io.BytesIO()
    with TFRecordWriter(file) as writer:
        for records in batches:
            array = BytesArray.from_list([b"before", *records])[1:]  # offsets may begin anywhere in the data
            writer.write_batch(array if data.draw(st.booleans()) else records)
    assert file.getvalue() == b"".join(twin.frame(record) for records in batches for record in records)


@given(RECORDS, COMPRESSIONS)
def test_round_trip_of_batches(records: list[bytes], compression: str) -> None:
    file = io.BytesIO()
    with TFRecordWriter(file, compression=compression) as writer:
        writer.write(b"first")
        writer.write_batch(records)
    assert list(TFRecordReader(io.BytesIO(file.getvalue()), compression=compression)) == [b"first", *records]


@given(RECORDS, COMPRESSIONS)
def test_round_trip(records: list[bytes], compression: str) -> None:
    file = io.BytesIO()
    with TFRecordWriter(file, compression=compression) as writer:
        for record in records:
            writer.write(record)
    assert list(TFRecordReader(io.BytesIO(file.getvalue()), compression=compression)) == records


@given(RECORDS, COMPRESSIONS, CHUNKS, st.integers(1, 9))
def test_reader_returns_what_the_twin_framed(
    records: list[bytes], compression: str, chunks: list[int], size: int
) -> None:
    data = PACK[compression](b"".join(map(twin.frame, records)))
    assert list(TFRecordReader(Chunked(data, chunks), compression=compression)) == records
    batches = [
        batch.to_list()
        for batch in TFRecordReader(Chunked(data, chunks), compression=compression).batches(size)
    ]
    assert batches == [records[i : i + size] for i in range(0, len(records), size)]


@given(RECORDS, st.data())
def test_damage_gives_the_twins_records_and_error(records: list[bytes], data: st.DataObject) -> None:
    file = bytearray(b"".join(map(twin.frame, records)))
    for _ in range(data.draw(st.integers(0, 2), label="flips")):
        if file:
            file[data.draw(st.integers(0, len(file) - 1))] ^= data.draw(st.integers(1, 255))
    file = file[: data.draw(st.integers(0, len(file)), label="cut")]
    file += data.draw(st.just(b"") | st.binary(max_size=20), label="tail")
    compare_with_twin(bytes(file), data.draw(CHUNKS, label="chunks"))


def damaged(draw: st.DrawFn) -> bytes:
    """Framed records, headers that lie, and garbage; with flips, bytes lost and bytes put in."""
    lie = st.integers(0, 200).map(lambda length: twin.frame(bytes(length))[:12])
    parts = RECORDS.map(lambda records: b"".join(map(twin.frame, records))) | lie | st.binary(max_size=20)
    file = bytearray(b"".join(draw(st.lists(parts, max_size=6))))
    for _ in range(draw(st.integers(0, 3), label="changes")):
        at = draw(st.integers(0, len(file)))
        change = draw(st.sampled_from(["flip", "lose", "put in"]))
        if change == "flip" and at < len(file):
            file[at] ^= draw(st.integers(1, 255))
        elif change == "lose":
            del file[at : at + draw(st.integers(1, 30))]
        else:
            file[at:at] = draw(st.binary(max_size=30))
    return bytes(file)


LIES = b"".join(twin.frame(bytes(length))[:12] + twin.frame(b"a") for length in (20_000, 9_000, 19_000))


@given(st.composite(damaged)(), CHUNKS, COMPRESSIONS, st.integers(1, 9), WINDOWS)
@example(twin.frame(b"a" * 5000)[:5011] + twin.frame(b"b" * 9000), [4, 50], "", 1, 7)
@example(LIES + twin.frame(b"b" * 9_000) + LIES + twin.frame(b"c" * 20_000) + b"end", [999], "", 1, 400)
def test_what_is_skipped_equals_the_twin(
    file: bytes, chunks: list[int], compression: str, size: int, window: int
) -> None:
    expected, skipped = twin.read_skipping(file)
    assume(expected or not record_files.compression_hint(file[:2]))  # an error; test_damage.py has it
    packed = PACK[compression](file)
    with tempfile.NamedTemporaryFile() as named:
        Path(named.name).write_bytes(packed)
        for source in (named.name, io.BytesIO(packed), Chunked(packed, chunks)):
            reader = TFRecordReader(source, compression=compression, on_corrupt="skip")
            with (
                mock.patch.object(record_files, "_WINDOW", window),
                warnings.catch_warnings(record=True) as caught,
            ):
                warnings.simplefilter("always")
                records = [record for batch in reader.batches(size) for record in batch]
            assert records == expected
            assert [(each.start, each.end, each.records) for each in reader.skipped] == skipped
            assert len(caught) == bool(skipped)


@given(st.integers(0, 2**64 - 1), st.binary(max_size=40), CHUNKS)
@example(10**14, b"", [1])
@example(twin.LIMIT, b"", [7])
@example(twin.LIMIT + 1, b"", [7])
def test_any_length_with_a_valid_crc(length: int, rest: bytes, chunks: list[int]) -> None:
    header = length.to_bytes(8, "little")
    compare_with_twin(header + twin.masked_crc32c(header).to_bytes(4, "little") + rest, chunks)


@given(st.lists(RECORDS, min_size=1, max_size=4), COMPRESSIONS, st.integers(1, 9), WINDOWS, st.data())
def test_files_with_one_damaged_equal_the_twin(
    files: list[list[bytes]], compression: str, size: int, window: int, data: st.DataObject
) -> None:
    """Borders of files and windows in all places; batches go on across files, up to the damage."""
    framed = [b"".join(map(twin.frame, records)) for records in files]
    bad = data.draw(st.integers(0, len(files) - 1), label="bad file")
    framed[bad] = framed[bad][: data.draw(st.integers(0, len(framed[bad])), label="cut")]
    expected = [twin.read(file) for file in framed]
    wrong = expected[bad][1]
    sound = [record for records, _ in expected[: bad + 1 if wrong else len(files)] for record in records]
    with tempfile.TemporaryDirectory() as folder, mock.patch.object(record_files, "_WINDOW", window):
        paths = [f"{folder}/{place}" for place in range(len(files))]
        for path, file in zip(paths, framed, strict=True):
            Path(path).write_bytes(PACK[compression](file))
        reader = TFRecordReader(paths, compression=compression)
        records, error = read_all(reader)
        batches, batch_error = read_all(reader.batches(size))
    assert records == sound
    whole = sound[: len(sound) - len(sound) % size] if wrong else sound
    assert [batch.to_list() for batch in batches] == [whole[i : i + size] for i in range(0, len(whole), size)]
    if wrong is None:
        assert error is None
        assert batch_error is None
        return
    same = from_core(wrong[0], dict(wrong[1]))
    for got in (error, batch_error):
        assert type(got) is type(same)
        assert got.where == {"file": paths[bad], **same.where}
        assert got.message.startswith(same.message)


@given(st.lists(RECORDS, min_size=1, max_size=5), COMPRESSIONS, st.integers(1, 7), st.integers(1, 9), WINDOWS)
def test_shards_equal_the_twin_and_are_all(
    files: list[list[bytes]], compression: str, count: int, size: int, window: int
) -> None:
    with tempfile.TemporaryDirectory() as folder, mock.patch.object(record_files, "_WINDOW", window):
        paths = [f"{folder}/{place}" for place in range(len(files))]
        for path, records in zip(paths, files, strict=True):
            Path(path).write_bytes(PACK[compression](b"".join(map(twin.frame, records))))
        union = []
        for index in range(count):
            reader = TFRecordReader(paths, compression=compression, shard=(index, count))
            expected = twin.shard(files, index, count)
            assert list(reader) == expected
            assert [batch.to_list() for batch in reader.batches(size)] == [
                expected[i : i + size] for i in range(0, len(expected), size)
            ]
            union += expected
    assert sorted(union) == sorted(record for records in files for record in records)


def compare_with_twin(file: bytes, chunks: list[int]) -> None:
    expected, wrong = twin.read(file)
    for source in (io.BytesIO(file), Chunked(file, chunks)):
        records, error = read_all(TFRecordReader(source))
        assert records == expected
        if wrong is None:
            assert error is None
            continue
        code, detail = wrong
        same = from_core(code, dict(detail))
        assert isinstance(same, ColonnadeError)
        assert type(error) is type(same)
        assert error.where == same.where
        assert error.message.startswith(same.message)
