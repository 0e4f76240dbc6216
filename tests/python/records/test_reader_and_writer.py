"""TFRecordReader and TFRecordWriter: sources, places, damage, failures, compression."""

from __future__ import annotations

import contextlib
import gc
import gzip
import io
import mmap
import os
import pickle
import subprocess
import sys
import threading
import warnings
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import google_crc32c
import numpy as np
import pytest
from memory import little_memory
from reference import records as twin

from colonnade import TFRecordReader, TFRecordWriter, _core
from colonnade._ragged import BytesArray
from colonnade.errors import (
    CompressionWarning,
    DataLossError,
    LimitError,
    RaggedError,
    RecordFileError,
    RecordTypeError,
)

RECORDS = [b"first", b"", b"third\0record"]
FILE = b"".join(map(twin.frame, RECORDS))
BORDERS = [0, 21, 37, len(FILE)]
PACK = {"": bytes, "GZIP": gzip.compress, "ZLIB": zlib.compress}
COMPRESSIONS = pytest.mark.parametrize("compression", sorted(PACK))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "some.tfrecord"
    path.write_bytes(FILE)
    return path


def read(data: bytes, **options: Any) -> list[bytes]:
    return list(TFRecordReader(io.BytesIO(data), **options))


def read_batches(data: bytes, size: int, **options: Any) -> list[list[bytes]]:
    return [batch.to_list() for batch in TFRecordReader(io.BytesIO(data), **options).batches(size)]


def loss(data: bytes, **options: Any) -> DataLossError:
    with pytest.raises(DataLossError) as caught:
        read(data, **options)
    return caught.value


def header(length: int) -> bytes:
    raw = length.to_bytes(8, "little")
    return raw + twin.masked_crc32c(raw).to_bytes(4, "little")


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


def test_little_memory_notices() -> None:
    with pytest.raises(AssertionError), little_memory():
        bytearray(b"1") * (16 << 20)


class TestSources:
    """Where records come from."""

    def test_path(self, path: Path) -> None:
        assert list(TFRecordReader(path)) == RECORDS
        assert list(TFRecordReader(str(path))) == RECORDS

    def test_list_keeps_its_order(self, path: Path, tmp_path: Path) -> None:
        other = tmp_path / "a"
        other.write_bytes(twin.frame(b"other"))
        assert list(TFRecordReader([path, str(other)])) == [*RECORDS, b"other"]

    def test_pattern_is_sorted_and_may_recurse(self, tmp_path: Path) -> None:
        (tmp_path / "sub").mkdir()
        for name in ["10", "9", "sub/0", "1"]:
            (tmp_path / f"{name}.tfrecord").write_bytes(twin.frame(name.encode()))
        assert list(TFRecordReader(tmp_path / "*.tfrecord")) == [b"1", b"10", b"9"]
        assert list(TFRecordReader(f"{tmp_path}/**/*.tfrecord")) == [b"1", b"10", b"9", b"sub/0"]

    def test_a_file_named_like_a_pattern(self, tmp_path: Path) -> None:
        (tmp_path / "data[1]").write_bytes(twin.frame(b"brackets"))
        (tmp_path / "data1").write_bytes(twin.frame(b"plain"))
        assert list(TFRecordReader(tmp_path / "data[1]")) == [b"brackets"]

    def test_nothing_to_read_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError, match=r"no file matches.*\*\.tfrecord"):
            TFRecordReader(tmp_path / "*.tfrecord")
        with pytest.raises(RecordFileError, match="list of paths is empty"):
            TFRecordReader([])

    def test_missing_file_keeps_its_name_and_its_turn(self, path: Path, tmp_path: Path) -> None:
        late = tmp_path / "late"
        records = iter(TFRecordReader([path, late]))
        assert [next(records) for _ in RECORDS] == RECORDS
        with pytest.raises(FileNotFoundError, match="late"):
            next(records)
        late.write_bytes(twin.frame(b"here now"))
        assert list(records) == [b"here now"]

    @pytest.mark.parametrize(
        "source", [None, 3, FILE, bytearray(FILE), {"a"}, [b"a"], [3], (name for name in "ab"), {"a": 1}]
    )
    def test_wrong_types(self, source: Any) -> None:
        with pytest.raises(RecordTypeError):
            TFRecordReader(source)

    def test_text_and_non_blocking_files(self, tmp_path: Path) -> None:
        with pytest.raises(RecordTypeError, match=r"returned str.*binary"):
            list(TFRecordReader(io.StringIO("text")))  # type: ignore[arg-type]

        class Empty(io.RawIOBase):
            def read(self, size: int = -1, /) -> None:  # type: ignore[override]
                return None

        with pytest.raises(RecordTypeError, match=r"returned NoneType.*blocking"):
            list(TFRecordReader(Empty()))  # type: ignore[arg-type]

    def test_only_read_is_needed(self) -> None:
        class Minimal:
            read = staticmethod(io.BytesIO(FILE).read)

        assert list(TFRecordReader(Minimal())) == RECORDS

    def test_pipe(self) -> None:
        out, into = os.pipe()
        with os.fdopen(out, "rb", buffering=0) as source, os.fdopen(into, "wb", buffering=0) as target:
            target.write(FILE[:25])
            records = iter(TFRecordReader(source))
            assert next(records) == RECORDS[0]  # without waiting for more than is there
            target.write(FILE[25:])
            target.close()
            assert list(records) == RECORDS[1:]


class TestReading:
    """Records and batches of sound files."""

    def test_empty_file_has_no_records(self) -> None:
        for compression in PACK:
            assert read(b"", compression=compression) == []
            assert read(PACK[compression](b""), compression=compression) == []
            assert read_batches(b"", 3, compression=compression) == []

    def test_batches_cross_files(self, path: Path) -> None:
        batches = list(TFRecordReader([path, path]).batches(4))
        assert all(isinstance(batch, BytesArray) for batch in batches)
        assert [batch.to_list() for batch in batches] == [[*RECORDS, RECORDS[0]], RECORDS[1:]]

    def test_batches_are_valid_and_own_their_memory(self) -> None:
        batches = list(TFRecordReader(io.BytesIO(FILE)).batches(2))
        gc.collect()
        for batch in batches:
            BytesArray(batch.data, batch.offsets)
            assert not batch.data.flags.writeable  # so that no call need copy it
        assert batches[0].data.dtype == np.uint8
        assert batches[0].offsets.tolist() == [0, 5, 5]

    def test_kept_batches_do_not_change(self, path: Path) -> None:
        records = [np.random.default_rng(i).bytes(i % 3000) for i in range(2000)]
        path.write_bytes(b"".join(map(_core.frame_record, records)))
        kept: dict[int, BytesArray] = {}
        for turn in range(3):  # dropped batches give their memory to those that come later
            batches = enumerate(TFRecordReader(path).batches(64))
            kept |= {place: batch for place, batch in batches if place % 3 == turn}
        assert [record for _, batch in sorted(kept.items()) for record in batch] == records

    def test_threads_that_share_an_iterator_do_no_harm(self, path: Path) -> None:
        records = [b"%d" % i * (i % 500) for i in range(5000)]
        path.write_bytes(b"".join(map(_core.frame_record, records)))
        batches = TFRecordReader(path).batches(7)
        taken: list[list[list[bytes]]] = [[] for _ in range(4)]
        threads = [
            threading.Thread(target=lambda into=into: into.extend(batch.to_list() for batch in batches))
            for into in taken
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(batch for part in taken for batch in part) == sorted(
            records[i : i + 7] for i in range(0, len(records), 7)
        )

    @pytest.mark.parametrize("size", [0, -1])
    def test_batch_size_must_be_positive(self, size: int) -> None:
        with pytest.raises(RecordFileError, match="at least 1"):
            TFRecordReader(io.BytesIO(FILE)).batches(size)

    def test_batch_size_must_be_an_integer(self) -> None:
        with pytest.raises(RecordTypeError, match=r"2\.0"):
            TFRecordReader(io.BytesIO(FILE)).batches(2.0)  # type: ignore[arg-type]
        assert len(next(TFRecordReader(io.BytesIO(FILE)).batches(np.int64(2)))) == 2  # type: ignore[arg-type]
        assert len(next(TFRecordReader(io.BytesIO(FILE)).batches(10**30))) == len(RECORDS)

    def test_iterating_again_reads_again(self, path: Path) -> None:
        reader = TFRecordReader(path)
        one, two = iter(reader), iter(reader)
        assert next(one) == next(two) == RECORDS[0]
        assert list(one) == list(two) == RECORDS[1:]
        assert list(one) == []
        path.write_bytes(twin.frame(b"new"))
        assert list(reader) == [b"new"]

    def test_a_file_object_is_read_once(self) -> None:
        reader = TFRecordReader(io.BytesIO(FILE))
        assert list(reader) == RECORDS
        with pytest.raises(RecordFileError, match="has been read"):
            iter(reader)
        with pytest.raises(RecordFileError, match="has been read"):
            reader.batches(2)

    @pytest.mark.parametrize("size", [1 << 18, (1 << 18) - 16, 3 << 18, (1 << 20) + 1])
    def test_records_around_and_beyond_the_chunk(self, size: int) -> None:
        records = [b"a" * size, b"", b"b" * (size + 1), b"c"]
        file = b"".join(map(_core.frame_record, records))
        assert read(file) == records
        assert read_batches(file, 3) == [records[:3], records[3:]]

    def test_pickling_a_reader(self, path: Path) -> None:
        reader = TFRecordReader([path], compression="")
        next(iter(reader))
        assert list(pickle.loads(pickle.dumps(reader))) == RECORDS

    def test_repr(self, path: Path) -> None:
        assert "some.tfrecord" in repr(TFRecordReader(path))
        assert "BytesIO" in repr(TFRecordReader(io.BytesIO(), compression="GZIP"))


class TestClosing:
    """Files are held open no longer than needed."""

    def test_every_file_is_closed_after_its_last_record(self, path: Path) -> None:
        before = open_files()
        records = iter(TFRecordReader([path, path]))
        next(records)
        assert open_files() == before + 1
        assert len(list(records)) == 5
        assert open_files() == before

    def test_leaving_the_context_closes(self, path: Path) -> None:
        before = open_files()
        with TFRecordReader(path) as reader:
            records, batches = iter(reader), reader.batches(1)
            next(records), next(batches)
            assert open_files() == before + 2
        assert open_files() == before
        with pytest.raises(RecordFileError, match="closed"):
            next(batches)
        with pytest.raises(RecordFileError, match="closed"):
            iter(reader)

    def test_a_dropped_iterator_closes_without_a_warning(self, path: Path) -> None:
        before = open_files()
        for _ in TFRecordReader(path):
            break
        gc.collect()
        assert open_files() == before

    def test_a_given_file_object_stays_open(self) -> None:
        file = io.BytesIO(FILE)
        with TFRecordReader(file) as reader:
            list(reader)
        assert not file.closed


class TestDamage:
    """Corrupt and cut files: detected, located, never skipped."""

    def test_every_flip_is_detected(self) -> None:
        for at in range(len(FILE)):
            for flip in range(1, 256):
                damaged = bytearray(FILE)
                damaged[at] ^= flip
                error = loss(bytes(damaged))
                number = sum(border <= at for border in BORDERS) - 1
                assert error.where == {"record": number, "byte": BORDERS[number]}

    def test_every_cut_is_detected(self, path: Path) -> None:
        for size in range(len(FILE)):
            path.write_bytes(FILE[:size])
            whole = sum(border <= size for border in BORDERS) - 1
            records = iter(TFRecordReader(path))
            assert [next(records) for _ in range(whole)] == RECORDS[:whole]
            if size in BORDERS:
                assert list(records) == []
                continue
            with pytest.raises(DataLossError) as caught:
                next(records)
            assert caught.value.where == {"file": str(path), "record": whole, "byte": BORDERS[whole]}

    def test_messages_say_got_and_expected(self, path: Path) -> None:
        path.write_bytes(FILE[:30])
        with pytest.raises(DataLossError) as caught:
            list(TFRecordReader(path))
        assert str(caught.value) == (
            f"file {str(path)!r}, record 1, byte 21: "
            "the file ends inside a record's header, after 9 of 12 bytes; fetch it anew"
        )
        assert "promises 5 bytes and a CRC of 4, the file has 8 left" in str(loss(FILE[:20]))

    def test_a_batch_with_damage_in_it_is_not_handed_over(self) -> None:
        batches = TFRecordReader(io.BytesIO(FILE[:-1])).batches(3)
        with pytest.raises(DataLossError, match="record 2"):
            next(batches)
        assert list(batches) == []
        assert read_batches(FILE[:37], 3) == [RECORDS[:2]]

    def test_numbers_start_anew_in_each_file(self, path: Path, tmp_path: Path) -> None:
        bad = tmp_path / "bad"
        bad.write_bytes(FILE[:-1])
        with pytest.raises(DataLossError) as caught:
            list(TFRecordReader([path, bad]).batches(100))
        assert caught.value.where == {"file": str(bad), "record": 2, "byte": 37}

    @pytest.mark.parametrize("length", [2**31, 4 * 10**9, 10**14, 2**63 - 1, 2**63, 2**64 - 1])
    def test_a_lying_length_allocates_nothing(self, length: int) -> None:
        place_and_limit = f"record 0, byte 0: the record promises .* limit is {2**31 - 1}"
        with little_memory(), pytest.raises(LimitError, match=place_and_limit):
            read(header(length) + b"12345678")

    def test_a_large_record_that_is_damaged_gets_no_room_in_the_batch(self, path: Path) -> None:
        size = 64 << 20
        with open(path, "wb") as file:
            file.write(header(size))
            file.truncate(12 + size + 4)
        with little_memory(3 * size + (16 << 20)), pytest.raises(DataLossError, match="data is 0x0"):
            list(TFRecordReader(path))

    def test_a_length_within_the_limit_allocates_only_what_is_there(self) -> None:
        with little_memory():
            assert "the file has 8 left" in str(loss(header(2**31 - 1) + b"12345678"))


class OneByte(io.BytesIO):
    """Every read returns one byte."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(1)


class Failing(io.BytesIO):
    """Every read, the one of number `fails` excepted, returns a few bytes."""

    def __init__(self, data: bytes, fails: int) -> None:
        super().__init__(data)
        self.left = fails

    def read(self, size: int | None = -1, /) -> bytes:
        self.left -= 1
        if self.left == -1:
            raise OSError("the disk is away")
        return super().read(7)


def persistently(items: Iterator[Any]) -> tuple[list[Any], int]:
    """All items, trying again after every OSError; and the number of errors."""
    result, failures = [], 0
    while True:
        try:
            result.append(next(items))
        except OSError:
            failures += 1
        except StopIteration:
            return result, failures


class TestAwkwardFiles:
    """File objects that give little, or fail."""

    @COMPRESSIONS
    def test_one_byte_at_a_time(self, compression: Any) -> None:
        file = OneByte(PACK[compression](FILE))
        assert list(TFRecordReader(file, compression=compression)) == RECORDS

    @COMPRESSIONS
    def test_a_failed_read_loses_and_repeats_nothing(self, compression: Any) -> None:
        data = PACK[compression](FILE)
        for fails in range(len(data) // 7 + 3):
            file = Failing(data, fails)
            assert persistently(iter(TFRecordReader(file, compression=compression))) == (
                RECORDS,
                file.left < 0,
            )
            file = Failing(data, fails)
            batches, failures = persistently(TFRecordReader(file, compression=compression).batches(2))
            assert [batch.to_list() for batch in batches] == [RECORDS[:2], RECORDS[2:]]
            assert failures == (file.left < 0)

    def test_a_file_that_gives_more_than_it_was_asked_for(self) -> None:
        class Generous(io.BytesIO):
            def read(self, size: int | None = -1, /) -> bytes:
                return super().read(3 << 20)

        records = [bytes([i]) * 400_000 for i in range(20)]
        file = b"".join(map(_core.frame_record, records))
        assert list(TFRecordReader(Generous(file))) == records

    def test_a_file_cut_while_it_is_read(self, path: Path) -> None:
        record = bytes(300_000)
        path.write_bytes(_core.frame_record(record) * 40)
        records = iter(TFRecordReader(path))
        assert next(records) == record
        os.truncate(path, 5_000_000)
        with pytest.raises(DataLossError, match="the file has") as caught:
            list(records)
        assert caught.value.where == {"file": str(path), "record": 16, "byte": 16 * 300_016}

    def test_a_large_record_in_small_reads_takes_linear_time(self) -> None:
        class Small(io.BytesIO):
            def read(self, size: int | None = -1, /) -> bytes:
                return super().read(64)

        record = bytes(8 << 20)  # quadratic would be 10^12 bytes copied
        assert list(TFRecordReader(Small(_core.frame_record(record)))) == [record]


class TestCompression:
    """GZIP and ZLIB, right, wrong and damaged."""

    @COMPRESSIONS
    def test_round_trip(self, compression: Any, tmp_path: Path) -> None:
        path = tmp_path / "file"
        with TFRecordWriter(path, compression=compression) as writer:
            for record in RECORDS * 1000:
                writer.write(record)
        raw = path.read_bytes()
        assert list(TFRecordReader(path, compression=compression)) == RECORDS * 1000
        unpack: Callable[[bytes], bytes] = {"": bytes, "GZIP": gzip.decompress, "ZLIB": zlib.decompress}[
            compression
        ]
        assert unpack(raw) == FILE * 1000

    def test_written_bytes_are_deterministic(self) -> None:
        files = [io.BytesIO(), io.BytesIO()]
        for file in files:
            with TFRecordWriter(file, compression="GZIP") as writer:
                writer.write(b"data")
        assert files[0].getvalue() == files[1].getvalue()
        assert files[0].getvalue()[4:8] == bytes(4)  # gzip's time stamp

    def test_members_that_follow_each_other(self) -> None:
        data = b"".join(gzip.compress(FILE[i : i + 11]) for i in range(0, len(FILE), 11))
        assert read(data, compression="GZIP") == RECORDS
        assert list(TFRecordReader(OneByte(data), compression="GZIP")) == RECORDS

    @pytest.mark.parametrize("compression", ["GZIP", "ZLIB"])
    def test_every_cut_is_detected(self, compression: Any) -> None:
        data = PACK[compression](FILE)
        for size in range(1, len(data)):
            error = loss(data[:size], compression=compression)
            assert f"the {compression} data is cut off after {size} bytes" in str(error)
            assert error.where["record"] in range(4)

    def test_the_place_of_a_cut(self) -> None:
        error = loss(gzip.compress(FILE)[:-1], compression="GZIP")
        assert error.where == {"record": 3, "byte": len(FILE)}

    @pytest.mark.parametrize("compression", ["GZIP", "ZLIB"])
    @pytest.mark.parametrize("tail", [b"\0", b"garbage", b"\x1f", b"\x78"])
    def test_trailing_garbage_is_an_error(self, compression: Any, tail: bytes) -> None:
        records = iter(TFRecordReader(io.BytesIO(PACK[compression](FILE) + tail), compression=compression))
        assert [next(records) for _ in RECORDS] == RECORDS
        with pytest.raises(DataLossError, match=f"record 3, byte {len(FILE)}: the {compression} data"):
            next(records)

    def test_no_flip_gives_wrong_records(self) -> None:
        data = gzip.compress(FILE, mtime=0)
        for at in range(len(data)):
            for flip in (1, 2, 16, 128, 255):
                damaged = bytearray(data)
                damaged[at] ^= flip
                try:
                    assert read(bytes(damaged), compression="GZIP") == RECORDS
                    # Nobody reads the header's time stamp and system, nor the bits after deflate's last code.
                    assert at < 10 or at == len(data) - 9
                except DataLossError:
                    pass

    def test_compressed_but_not_declared(self) -> None:
        assert 'pass compression="GZIP"' in str(loss(gzip.compress(FILE)))
        assert 'pass compression="GZIP"' in str(loss(gzip.compress(FILE)[:9]))
        for level in (1, 6, 9):
            assert 'pass compression="ZLIB"' in str(loss(zlib.compress(FILE, level)))
        assert "pass compression" not in str(loss(b"neither of them"))

    def test_declared_but_not_compressed(self) -> None:
        assert "pass compression=None" in str(loss(FILE, compression="GZIP"))
        assert "pass compression=None" in str(loss(FILE, compression="ZLIB"))
        assert "the GZIP data is corrupt" in str(loss(zlib.compress(FILE), compression="GZIP"))

    @pytest.mark.parametrize("compression", ["gzip", "SNAPPY", 3, b"GZIP", True])
    def test_unknown_compression(self, compression: Any) -> None:
        kind = RecordFileError if isinstance(compression, str) else RecordTypeError
        with pytest.raises(kind, match='None, "GZIP" or "ZLIB"'):
            TFRecordReader(io.BytesIO(), compression=compression)
        with pytest.raises(kind, match='None, "GZIP" or "ZLIB"'):
            TFRecordWriter(io.BytesIO(), compression=compression)

    def test_a_compressed_bomb_needs_little_memory(self) -> None:
        record = bytes(1 << 19)
        bomb = gzip.compress(_core.frame_record(record) * 128)
        with little_memory():
            assert sum(1 for _ in TFRecordReader(io.BytesIO(bomb), compression="GZIP")) == 128
        with little_memory():  # the length is within the limit, and that much does come
            lie = gzip.compress(header(2**31 - 1) + bytes(1 << 20))
            assert "the file has 1048576 left" in str(loss(lie, compression="GZIP"))

    @pytest.mark.parametrize("compression", ["GZIP", "ZLIB"])
    def test_a_bomb_of_one_record_is_refused_early(self, compression: Any) -> None:
        packer = zlib.compressobj(1, wbits={"GZIP": 31, "ZLIB": 15}[compression])
        parts = [FILE, header(1 << 30), *[bytes(1 << 20)] * 400]
        bomb = b"".join(map(packer.compress, parts)) + packer.flush()
        assert len(bomb) < 2 << 20
        for on_corrupt in ("stop", "skip"):
            source = io.BytesIO(bomb)
            records = iter(TFRecordReader(source, compression=compression, on_corrupt=on_corrupt))  # type: ignore[arg-type]
            assert [next(records) for _ in RECORDS] == RECORDS
            words = f"record 3, byte {len(FILE)}: .* the limit is 100 times as many, or 67108864"
            with little_memory(300 << 20), pytest.raises(LimitError, match=words):
                next(records)
            assert list(records) == []

    def test_large_records_that_were_compressed_for_real(self) -> None:
        record = np.random.default_rng(0).bytes(1 << 20) + bytes(80 << 20)
        (read_back,) = read(gzip.compress(_core.frame_record(record), 1), compression="GZIP")
        assert read_back == record


class TestWriting:
    """What is written, and when it is not."""

    @pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
    def test_any_bytes(self, kind: Callable[[bytes], Any]) -> None:
        file = io.BytesIO()
        with TFRecordWriter(file) as writer:
            for record in RECORDS:
                writer.write(kind(record))
        assert file.getvalue() == FILE
        assert not file.closed

    @pytest.mark.parametrize("record", ["text", 3, None, [b"a"], np.zeros(3)])
    def test_wrong_records(self, record: Any) -> None:
        file = io.BytesIO()
        with TFRecordWriter(file) as writer, pytest.raises(RecordTypeError, match="must be bytes"):
            writer.write(record)
        assert file.getvalue() == b""

    @pytest.mark.parametrize("batch", ["text", b"data", bytearray(b"a"), 3, None, {b"a"}, iter([b"a"])])
    def test_wrong_batches(self, batch: Any) -> None:
        with TFRecordWriter(io.BytesIO()) as writer, pytest.raises(RecordTypeError, match="must be a Bytes"):
            writer.write_batch(batch)

    @pytest.mark.parametrize("record", ["text", 3, None, [b"a"], np.zeros(3)])
    def test_a_batch_with_a_wrong_record(self, record: Any) -> None:
        file = io.BytesIO()
        with TFRecordWriter(file) as writer, pytest.raises(RecordTypeError, match="encode text") as caught:
            writer.write_batch([b"good", record])
        assert caught.value.where == {"record": 1}
        assert file.getvalue() == b""

    def test_a_batch_whose_offsets_were_written_into(self) -> None:
        batch = BytesArray.from_list([b"a", b"b"])
        batch.offsets[1] = 2**40
        with TFRecordWriter(io.BytesIO()) as writer, pytest.raises(RaggedError):
            writer.write_batch(batch)

    def test_batches_of_every_container(self) -> None:
        file = io.BytesIO()
        with TFRecordWriter(file) as writer:
            writer.write_batch([])
            writer.write_batch((bytearray(RECORDS[0]), memoryview(RECORDS[1])))
            writer.write_batch(BytesArray.from_list(RECORDS[2:]))
        assert file.getvalue() == FILE
        with pytest.raises(RecordFileError, match="closed"):
            writer.write_batch([])

    def test_a_large_batch_for_a_file_that_takes_little(self) -> None:
        class Little(io.RawIOBase):
            written = 0

            def write(self, data: Any, /) -> int:
                assert len(data) <= 8 << 20
                self.written += min(len(data), 1 << 20)
                return min(len(data), 1 << 20)

        file = Little()
        with TFRecordWriter(file) as writer:
            writer.write_batch([bytes(1 << 20)] * 40)
        assert file.written == 40 * ((1 << 20) + 16)

    def test_too_large_a_record(self) -> None:
        writer = TFRecordWriter(io.BytesIO())
        with (
            mmap.mmap(-1, 2**31) as pages,
            memoryview(pages) as view,
            pytest.raises(LimitError, match="limit"),
        ):
            writer.write(view)
        writer.close()

    @pytest.mark.parametrize("target", [None, 3, io.StringIO(), b"path"])
    def test_wrong_targets(self, target: Any) -> None:
        with pytest.raises(RecordTypeError, match="binary file object to write to"):
            TFRecordWriter(target)

    @pytest.mark.parametrize("compression", ["GZIP", "ZLIB", ""])
    def test_options_as_in_tensorflow(self, compression: Any) -> None:
        class TFRecordOptions:
            compression_type = compression

        wanted = io.BytesIO()
        with TFRecordWriter(wanted, compression=compression) as writer:
            writer.write(b"data")
        for options in (compression, TFRecordOptions()):
            file = io.BytesIO()
            with TFRecordWriter(file, options) as writer:
                writer.write(b"data")
            assert file.getvalue() == wanted.getvalue()

    def test_options_that_say_nothing(self) -> None:
        class TFRecordOptions:
            compression_type = None

        for options in (None, TFRecordOptions()):
            with TFRecordWriter(io.BytesIO(), options, compression=None) as writer:
                writer.write(b"data")

    def test_wrong_options(self) -> None:
        class TFRecordOptions:
            compression_type = 2

        with pytest.raises(
            RecordTypeError, match=r"TFRecordOptions has, got int; the other way is compression="
        ):
            TFRecordWriter(io.BytesIO(), 2)
        with pytest.raises(RecordTypeError, match='None, "GZIP" or "ZLIB", got 2'):
            TFRecordWriter(io.BytesIO(), TFRecordOptions())
        with pytest.raises(RecordFileError, match="got 'SNAPPY'"):
            TFRecordWriter(io.BytesIO(), "SNAPPY")
        with pytest.raises(RecordFileError, match="not both"):
            TFRecordWriter(io.BytesIO(), "GZIP", compression="GZIP")

    @pytest.mark.parametrize(
        ("name", "wanted"),
        [("x.gz", "GZIP"), ("x.tfrecord.GZ", "GZIP"), ("x.gzip", "GZIP"), ("x.zlib", "ZLIB")],
    )
    def test_a_name_that_promises_compression(self, name: str, wanted: Any, tmp_path: Path) -> None:
        words = f'is named like a {wanted} file.*compression="{wanted}", or compression=""'
        with pytest.warns(CompressionWarning, match=words) as caught:
            TFRecordWriter(tmp_path / name).close()
        assert caught[0].filename == __file__
        TFRecordWriter(tmp_path / name, compression=wanted).close()
        TFRecordWriter(tmp_path / name, compression="").close()
        TFRecordWriter(tmp_path / name, "").close()
        TFRecordWriter(tmp_path / "x.tfrecord").close()
        TFRecordWriter(tmp_path / "gz").close()

    def test_a_warning_that_is_an_error_comes_before_the_file_is_opened(self, tmp_path: Path) -> None:
        (tmp_path / "x.gz").write_bytes(b"precious")
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with pytest.raises(CompressionWarning):
                TFRecordWriter(tmp_path / "x.gz")
        assert (tmp_path / "x.gz").read_bytes() == b"precious"

    @pytest.mark.parametrize(
        "wrong", [(), (None,), (3,), (b"path",), ("x", 3), ("x", "BZ2"), ("/no/such/x",)]
    )
    @pytest.mark.parametrize("kind", [TFRecordWriter, TFRecordReader])
    def test_what_failed_to_begin_ends_in_silence(
        self, kind: Any, wrong: tuple[Any, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.chdir(tmp_path)
        heard: list[Any] = []
        monkeypatch.setattr(sys, "unraisablehook", heard.append)
        with contextlib.suppress(TypeError, ValueError, OSError):
            list(kind(*wrong))
        gc.collect()
        assert heard == []

    def test_after_close(self, tmp_path: Path) -> None:
        writer = TFRecordWriter(tmp_path / "file")
        writer.close()
        writer.close()
        with pytest.raises(RecordFileError, match="closed"):
            writer.write(b"")
        with pytest.raises(RecordFileError, match="closed"):
            writer.flush()

    @COMPRESSIONS
    def test_flush_lets_a_reader_see(self, compression: Any, tmp_path: Path) -> None:
        path = tmp_path / "file"
        with TFRecordWriter(path, compression=compression) as writer:
            writer.write(b"seen")
            writer.flush()
            assert next(iter(TFRecordReader(path, compression=compression))) == b"seen"
            writer.write(b"later")
        assert list(TFRecordReader(path, compression=compression)) == [b"seen", b"later"]

    def test_a_path_that_cannot_be_written(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError, match="nowhere"):
            TFRecordWriter(tmp_path / "nowhere" / "file")

    def test_the_context_closes_after_an_error(self, tmp_path: Path) -> None:
        before = open_files()
        with contextlib.suppress(KeyError), TFRecordWriter(tmp_path / "file") as writer:
            writer.write(b"kept")
            raise KeyError
        assert open_files() == before
        assert list(TFRecordReader(tmp_path / "file")) == [b"kept"]

    def test_a_forgotten_writer_still_writes_and_warns(self, tmp_path: Path) -> None:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            TFRecordWriter(tmp_path / "file").write(b"kept")
            gc.collect()
        assert [warning.category for warning in caught] == [ResourceWarning]
        assert list(TFRecordReader(tmp_path / "file")) == [b"kept"]

    @COMPRESSIONS
    def test_a_failed_write_loses_and_repeats_nothing(self, compression: Any) -> None:
        class Flaky(io.RawIOBase):
            """Every other write fails until it is mended; the rest take a part only."""

            def __init__(self) -> None:
                self.calls, self.written, self.mended = 0, b"", False

            def write(self, data: Any, /) -> int:
                self.calls += 1
                if self.calls % 2 and not self.mended:
                    raise OSError("the disk is full")
                self.written += data[:100_000]
                return min(len(data), 100_000)

        def insist(action: Callable[[], None]) -> None:
            while True:
                try:
                    return action()
                except OSError:
                    pass

        file = Flaky()
        writer = TFRecordWriter(file, compression=compression)
        records = [np.random.default_rng(i).bytes(50_000) for i in range(40)]
        for record in records:
            insist(lambda record=record: writer.write(record))  # type: ignore[misc]
        insist(writer.flush)
        assert file.calls > 40
        file.mended = True
        writer.close()
        assert read(file.written, compression=compression) == records

    @COMPRESSIONS
    def test_a_failed_close_closes(self, compression: Any) -> None:
        before = open_files()
        writer = TFRecordWriter("/dev/full", compression=compression)
        writer.write(b"data")
        with pytest.raises(OSError, match="No space left"):
            writer.close()
        assert open_files() == before
        with pytest.raises(RecordFileError, match="closed"):
            writer.flush()

    def test_a_file_that_takes_nothing(self) -> None:
        class Full(io.RawIOBase):
            def write(self, data: Any, /) -> None:  # type: ignore[override]
                return None

        writer = TFRecordWriter(Full())
        writer.write(b"data")
        with pytest.raises(BlockingIOError, match="wrote nothing"):
            writer.close()

    def test_write_may_return_none(self) -> None:
        class Quiet:
            def __init__(self) -> None:
                self.written = b""

            def write(self, data: bytes, /) -> None:
                self.written += data

        file = Quiet()
        with TFRecordWriter(file) as writer:
            writer.write(b"data")
        assert file.written == twin.frame(b"data")


class TestCore:
    """The compiled functions by themselves."""

    def test_crc32c_equals_google(self) -> None:
        data = np.random.default_rng(0).bytes(5000)
        for size in [*range(1700), 4999, 5000]:
            expected = google_crc32c.value(data[:size])
            assert _core.crc32c(data[:size]) == expected
            assert _core.crc32c(data[:size], portable=True) == expected

    def test_the_portable_kernel_can_be_forced(self, path: Path) -> None:
        program = (
            "import sys; from colonnade import _core; from colonnade import TFRecordReader\n"
            "print(_core.crc32c_is_portable(), list(TFRecordReader(sys.argv[1])))"
        )
        output = subprocess.run(
            [sys.executable, "-c", program, str(path)],
            env={**os.environ, "COLONNADE_CPU": "portable"},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        assert output == f"True {RECORDS}\n"

    def test_an_empty_batch_cannot_be_handed_over(self) -> None:
        batch = _core.RecordBatch()
        for _ in range(2):
            with pytest.raises(ValueError, match="nothing to hand over"):
                batch.hand_over()
            assert batch.take(memoryview(b""), 5, True) == (0, 0, 12)
        assert batch.take(memoryview(FILE), 5, True)[:2] == (len(FILE), 3)
        assert [array.tolist() for array in batch.hand_over()] == [list(b"".join(RECORDS)), [0, 5, 5, 17]]

    def test_a_share_must_exist(self) -> None:
        for index, count in [(0, 0), (3, 3)]:
            with pytest.raises(ValueError, match="less than its count"):
                _core.RecordBatch(index, count)

    def test_a_failed_take_leaves_the_batch_as_it_was(self) -> None:
        batch = _core.RecordBatch()
        damaged = memoryview(FILE[:-1] + b"?")
        consumed, records, _ = batch.take(damaged, 5, True)
        assert records == len(batch) == 2
        for _ in range(2):
            with pytest.raises(DataLossError):
                batch.take(damaged[consumed:], 5, True)
            assert len(batch) == 2
        assert batch.hand_over()[1].tolist() == [0, 5, 5]

    @pytest.mark.parametrize(
        "work",
        [
            lambda data: _core.crc32c(data),
            lambda data: _core.frame_record(data),
            lambda data: _core.RecordBatch().take(memoryview(data), 10, True),
        ],
    )
    def test_the_gil_is_free_meanwhile(self, work: Callable[[bytes], object]) -> None:
        data = _core.frame_record(bytes(64 << 20))
        overlapped = False

        def run() -> None:
            started.set()
            work(data)
            finished.set()

        # Nobody is made to hand over the GIL: only a worker that lets go of it is ever seen unfinished.
        interval = sys.getswitchinterval()
        sys.setswitchinterval(1000)
        try:
            for _ in range(50):
                started, finished = threading.Event(), threading.Event()
                worker = threading.Thread(target=run)
                worker.start()
                started.wait()
                overlapped = not finished.is_set()
                worker.join()
                if overlapped:
                    break
        finally:
            sys.setswitchinterval(interval)
        assert overlapped
