"""Shards: several readers of one source read every record once, together."""

from __future__ import annotations

import io
import pickle
from pathlib import Path
from typing import Any

import pytest
from failing import FailingFile
from reference import records as twin

from colonnade import TFRecordReader
from colonnade.errors import DataLossError, RecordFileError, RecordTypeError

FILES = {"a": [b"a0", b"a1", b"a2"], "b": [], "c": [b"c0"], "d": [b"d0", b"d1", b"d2", b"d3"]}


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    for name, records in FILES.items():
        (tmp_path / name).write_bytes(b"".join(map(twin.frame, records)))
    return [tmp_path / name for name in FILES]


def parts(source: Any, count: int) -> list[list[bytes]]:
    return [list(TFRecordReader(source, shard=(index, count))) for index in range(count)]


def test_whole_files_where_there_are_enough(paths: list[Path]) -> None:
    assert parts(paths, 1) == [[*FILES["a"], *FILES["c"], *FILES["d"]]]
    assert parts(paths, 2) == [[*FILES["a"], *FILES["c"]], FILES["d"]]
    assert parts(paths, 4) == list(FILES.values())


def test_others_files_are_not_opened(paths: list[Path]) -> None:
    paths[0].unlink()
    assert list(TFRecordReader(paths, shard=(3, 4))) == FILES["d"]


def test_records_where_files_are_too_few(paths: list[Path]) -> None:
    assert parts(paths, 5) == [[b"a0", b"d1"], [b"a1", b"d2"], [b"a2", b"d3"], [b"c0"], [b"d0"]]
    assert parts(paths[:1], 2) == [[b"a0", b"a2"], [b"a1"]]
    assert parts(paths[:1], 4) == [[b"a0"], [b"a1"], [b"a2"], []]


def test_patterns_are_divided_in_order_of_names(paths: list[Path]) -> None:
    assert parts(paths[0].parent / "?", 4) == list(FILES.values())


def test_a_file_object_is_divided_by_records(paths: list[Path]) -> None:
    data = paths[3].read_bytes()
    for index in (0, 1):
        assert list(TFRecordReader(io.BytesIO(data), shard=(index, 2))) == FILES["d"][index::2]


def test_batches_are_full_of_the_workers_own_records(paths: list[Path]) -> None:
    batches = TFRecordReader(paths[3], shard=(1, 2)).batches(2)
    assert [batch.to_list() for batch in batches] == [[b"d1", b"d3"]]


def test_damage_in_the_records_of_another_is_noticed_by_all(paths: list[Path]) -> None:
    data = bytearray(paths[3].read_bytes())
    data[-1] ^= 1  # of record 3, which is worker 1's
    paths[3].write_bytes(data)
    for index, sound in enumerate([[b"d0", b"d2"], [b"d1"]]):
        records = iter(TFRecordReader(paths[3], shard=(index, 2)))
        assert [next(records) for _ in sound] == sound
        with pytest.raises(DataLossError, match="record 3, byte 54"):
            next(records)


def test_a_failed_read_does_not_change_whose_turn_it_is(paths: list[Path]) -> None:
    records = iter(TFRecordReader(FailingFile(paths[3].read_bytes(), 5), shard=(1, 3)))
    taken = []
    while True:
        try:
            taken.append(next(records))
        except OSError:
            continue
        except StopIteration:
            break
    assert taken == [b"d1"]


def test_iterating_again_and_in_another_process(paths: list[Path]) -> None:
    reader = TFRecordReader(paths[:1], shard=(1, 2))
    assert list(reader) == list(reader) == list(pickle.loads(pickle.dumps(reader))) == [b"a1"]
    assert repr(reader).endswith(", compression='', shard=(1, 2))")


@pytest.mark.parametrize(
    ("shard", "kind", "words"),
    [
        (3, RecordTypeError, r"two integers, \(index, count\), got 3"),
        ("01", RecordTypeError, "got '01'"),
        ((0, 1.0), RecordTypeError, "two integers"),
        ((0,), RecordTypeError, "two integers"),
        ((0, 1, 2), RecordTypeError, "two integers"),
        ((0, 0), RecordFileError, "must be 1 to 2147483648, got 0"),
        ((0, 10**5000), RecordFileError, "got an int of 16610 bits"),
        ((2, 2), RecordFileError, "must be 0 to 1, got 2"),
        ((-1, 2), RecordFileError, "must be 0 to 1, got -1"),
    ],
)
def test_shards_that_do_not_exist(shard: Any, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words):
        TFRecordReader(io.BytesIO(), shard=shard)
