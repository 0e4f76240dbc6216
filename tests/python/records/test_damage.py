"""Damage that is skipped: what is read behind it, what is told of it, and what it may cost."""

from __future__ import annotations

import gzip
import io
import itertools
import os
import pickle
import warnings
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from failing import FailingFile
from memory import little_memory
from reference import records as twin

from colonnade import SkippedRange, TFRecordReader
from colonnade.errors import DataLossError, DataLossWarning, RecordFileError

RECORDS = [b"first", b"", b"third\0record", b"fourth"]
FRAMED = list(map(twin.frame, RECORDS))
STARTS = [0, *itertools.accumulate(map(len, FRAMED))]
FILE = b"".join(FRAMED)


def flipped(at: int, file: bytes = FILE) -> bytes:
    return file[:at] + bytes([file[at] ^ 1]) + file[at + 1 :]


def header(length: int) -> bytes:
    raw = length.to_bytes(8, "little")
    return raw + twin.masked_crc32c(raw).to_bytes(4, "little")


def skipping(source: Any, **options: Any) -> tuple[list[bytes], list[tuple[int, int, int]]]:
    """The records, and the ranges that were skipped; a file object's, which has no name."""
    reader = TFRecordReader(source, on_corrupt="skip", **options)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataLossWarning)
        records = list(reader)
    return records, [(each.start, each.end, each.records) for each in reader.skipped]


def persistently(items: Iterator[bytes]) -> list[bytes]:
    """All items, trying again after every OSError."""
    taken = []
    while True:
        try:
            taken.append(next(items))
        except OSError:
            continue
        except StopIteration:
            return taken


class TestWhatIsRead:
    """Every sound record that can be told from damage."""

    def test_nothing_is_skipped_of_a_sound_file(self, recwarn: pytest.WarningsRecorder) -> None:
        reader = TFRecordReader(io.BytesIO(FILE), on_corrupt="skip")
        assert list(reader) == RECORDS
        assert reader.skipped == ()
        assert len(recwarn) == 0

    @pytest.mark.parametrize("bad", range(len(RECORDS)))
    def test_data_and_length_of_each_record(self, bad: int) -> None:
        sound = RECORDS[:bad] + RECORDS[bad + 1 :]
        for at in (STARTS[bad], STARTS[bad] + 9, STARTS[bad + 1] - 1):
            skipped = [(STARTS[bad], STARTS[bad + 1], 1)]
            assert skipping(io.BytesIO(flipped(at))) == (sound, skipped)

    def test_every_cut(self) -> None:
        for size in range(len(FILE)):
            whole = sum(start <= size for start in STARTS) - 1
            rest = [] if size in STARTS else [(STARTS[whole], size, 1)]
            assert skipping(io.BytesIO(FILE[:size])) == (RECORDS[:whole], rest)

    def test_bytes_that_were_lost_or_put_in(self) -> None:
        lost = FILE[: STARTS[2] + 14] + FILE[STARTS[2] + 19 :]
        assert skipping(io.BytesIO(lost)) == (
            [*RECORDS[:2], RECORDS[3]],
            [(STARTS[2], STARTS[3] - 5, 1)],
        )
        put_in = FILE[: STARTS[2]] + b"garbage" + FILE[STARTS[2] :]
        assert skipping(io.BytesIO(put_in)) == (RECORDS, [(STARTS[2], STARTS[2] + 7, 1)])

    def test_damage_side_by_side_is_one_range(self) -> None:
        damaged = flipped(STARTS[2] - 1, flipped(STARTS[1] - 1))
        assert skipping(io.BytesIO(damaged)) == (RECORDS[2:], [(0, STARTS[2], 2)])

    def test_a_sound_header_is_believed_no_more_than_what_follows(self) -> None:
        for length in (41, 2**31 - 1, 2**40, 2**64 - 1):
            damaged = FRAMED[0] + header(length) + FILE[STARTS[1] :]
            assert skipping(io.BytesIO(damaged)) == (RECORDS, [(STARTS[1], STARTS[1] + 12, 1)])

    @pytest.mark.parametrize("window", [1, 7, 13, 100])
    def test_batches_and_small_reads(self, window: int) -> None:
        class Small(io.BytesIO):
            def read(self, size: int | None = -1, /) -> bytes:
                return super().read(window)

        damaged = flipped(STARTS[1] + 3)
        reader = TFRecordReader(Small(damaged), on_corrupt="skip")
        with pytest.warns(DataLossWarning):
            assert [batch.to_list() for batch in reader.batches(2)] == [
                [RECORDS[0], RECORDS[2]],
                [RECORDS[3]],
            ]

    @pytest.mark.parametrize("compression", ["GZIP", "ZLIB"])
    def test_damage_that_was_compressed(self, compression: str) -> None:
        data = {"GZIP": gzip.compress, "ZLIB": zlib.compress}[compression](flipped(STARTS[1]))
        assert skipping(io.BytesIO(data), compression=compression) == (
            [RECORDS[0], *RECORDS[2:]],
            [(STARTS[1], STARTS[2], 1)],
        )

    def test_workers_agree_on_what_is_skipped(self) -> None:
        damaged = flipped(STARTS[2] - 1)
        parts = [skipping(io.BytesIO(damaged), shard=(index, 2)) for index in (0, 1)]
        assert parts == [([RECORDS[0], RECORDS[3]], [(21, 37, 1)]), ([RECORDS[2]], [(21, 37, 1)])]

    def test_a_failed_read_loses_nothing(self) -> None:
        reader = TFRecordReader(FailingFile(flipped(STARTS[1] + 3), 3), on_corrupt="skip")
        with pytest.warns(DataLossWarning):
            assert persistently(iter(reader)) == [RECORDS[0], *RECORDS[2:]]
        assert reader.skipped == (SkippedRange(None, STARTS[1], STARTS[2]),)


class TestWhatIsTold:
    """Ranges, warnings, and the errors that remain."""

    @pytest.fixture
    def paths(self, tmp_path: Path) -> list[Path]:
        for name, data in {"a": FILE, "b": flipped(STARTS[1] - 1, flipped(STARTS[3] + 1)), "c": FILE}.items():
            (tmp_path / name).write_bytes(data)
        return [tmp_path / name for name in "abc"]

    def test_a_warning_for_each_file_with_damage(self, paths: list[Path]) -> None:
        reader = TFRecordReader(paths, on_corrupt="skip")
        for _ in range(2):
            with pytest.warns(DataLossWarning) as caught:
                assert list(reader) == [*RECORDS, *RECORDS[1:3], *RECORDS]
            assert [str(warning.message) for warning in caught] == [
                f"skipped 43 damaged bytes of {paths[1]}, 2 records or more; "
                "`skipped` of the reader has the ranges"
            ]
            assert caught[0].filename == __file__
        assert reader.skipped == (
            SkippedRange(str(paths[1]), 0, STARTS[1]),
            SkippedRange(str(paths[1]), STARTS[3], STARTS[4]),
        )

    def test_a_warning_that_is_an_error_loses_nothing(self, paths: list[Path]) -> None:
        records = iter(TFRecordReader(paths, on_corrupt="skip"))
        taken = list(itertools.islice(records, len(RECORDS) + 2))
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with pytest.raises(DataLossWarning):
                next(records)
        assert [*taken, *records] == [*RECORDS, *RECORDS[1:3], *RECORDS]

    def test_stop_is_the_default(self, paths: list[Path]) -> None:
        for reader in (TFRecordReader(paths), TFRecordReader(paths, on_corrupt="stop")):
            with pytest.raises(DataLossError, match="record 0, byte 0"):
                list(reader)
            assert reader.skipped == ()

    def test_an_unknown_wish(self) -> None:
        for wish in ("ignore", None, True, ["skip"]):
            with pytest.raises(RecordFileError, match='"stop" or "skip"'):
                TFRecordReader(io.BytesIO(), on_corrupt=wish)  # type: ignore[arg-type]

    def test_a_reader_in_another_process_skips_too(self, paths: list[Path]) -> None:
        reader = pickle.loads(pickle.dumps(TFRecordReader(paths[1], on_corrupt="skip")))
        assert repr(reader).endswith("on_corrupt='skip')")
        with pytest.warns(DataLossWarning):
            assert list(reader) == RECORDS[1:3]

    def test_a_compressed_file_read_as_a_plain_one_is_an_error(self) -> None:
        for compress, name in ((gzip.compress, "GZIP"), (zlib.compress, "ZLIB")):
            records = iter(TFRecordReader(io.BytesIO(compress(FILE)), on_corrupt="skip"))
            with pytest.raises(DataLossError, match=f'record 0, byte 0: .*pass compression="{name}"'):
                next(records)
            assert list(records) == []

    def test_a_file_that_only_begins_like_a_compressed_one(self) -> None:
        long = twin.frame(bytes(0x178))
        assert long[:2] == b"\x78\x01"
        damaged = flipped(9, long) + FILE
        assert skipping(io.BytesIO(damaged)) == (RECORDS, [(0, len(long), 1)])

    @pytest.mark.parametrize("bad", [0, 1])
    def test_damage_of_the_compressed_data_is_an_error_and_the_next_file_follows(
        self, bad: int, tmp_path: Path
    ) -> None:
        packed = gzip.compress(FILE)
        (tmp_path / "0").write_bytes(packed[:-9] if bad == 0 else packed[:-1])  # in the data, or in its CRC
        (tmp_path / "1").write_bytes(packed)
        records = iter(TFRecordReader(tmp_path / "?", compression="GZIP", on_corrupt="skip"))
        taken: list[bytes] = []
        with pytest.raises(DataLossError, match="no record of it comes any more"):
            taken += records  # one by one
        assert taken == RECORDS[: 3 + bad]
        assert list(records) == RECORDS

    def test_only_so_many_ranges_are_kept(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("colonnade._records.damage._MOST_RANGES", 3)
        file = (twin.frame(b"good") + flipped(13, twin.frame(b"bad"))) * 5
        reader = TFRecordReader(io.BytesIO(file), on_corrupt="skip")
        with pytest.warns(DataLossWarning, match="95 damaged bytes of a file, 5 records"):
            assert list(reader) == [b"good"] * 5
        assert len(reader.skipped) == 3


class TestAfterAFailure:
    """No iterator repeats the same failure for ever."""

    def test_stopped_by_damage(self, tmp_path: Path) -> None:
        for name, data in {"a": flipped(STARTS[3]), "b": FILE}.items():
            (tmp_path / name).write_bytes(data)
        files = len(os.listdir("/proc/self/fd"))
        records, batches = iter(TFRecordReader(tmp_path / "?")), TFRecordReader(tmp_path / "?").batches(2)
        assert [next(records) for _ in range(3)] == RECORDS[:3]
        assert next(batches).to_list() == RECORDS[:2]
        for failed in (records, batches):
            with pytest.raises(DataLossError):
                next(failed)
            assert list(failed) == []
        assert len(os.listdir("/proc/self/fd")) == files

    def test_a_file_object_that_gives_text(self) -> None:
        records = iter(TFRecordReader(io.StringIO("text")))  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="returned str"):
            next(records)
        assert list(records) == []


class TestCost:
    """Hostile damage: linear time, bounded memory."""

    def test_headers_that_all_promise_much_and_lie(self) -> None:
        # Each header vouches for 3 MB: read anew for each, that would be 10^12 bytes.
        lie = header(3_000_000)
        file = FRAMED[0] + lie * 500_000 + FILE
        records, skipped = skipping(io.BytesIO(file))
        assert records == [RECORDS[0], *RECORDS]
        assert sum(end - start for start, end, _ in skipped) == len(file) - len(FRAMED[0]) - len(FILE)

    def test_lies_between_sound_records(self) -> None:
        file = (header(1_000_000) + FRAMED[1]) * 100_000
        records, skipped = skipping(io.BytesIO(file))
        assert len(records) == 100_000
        assert len(skipped) == 10_000

    def test_zeros_cost_little_memory(self) -> None:
        class Zeros(io.RawIOBase):
            left = 1 << 27

            def read(self, size: int = -1, /) -> bytes:
                size = min(size, self.left)
                self.left -= size
                return bytes(size)

        with little_memory():
            assert skipping(Zeros()) == ([], [(0, 1 << 27, 1)])
