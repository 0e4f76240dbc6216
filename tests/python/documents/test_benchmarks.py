"""The benchmark itself: its workloads never change, and its comparison can fail. Nothing is timed."""

import io
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

import benchmarks.__main__ as bench
import colonnade as cn
from benchmarks import (
    from_lists,
    growth,
    limits,
    lookup,
    memory,
    ours,
    report,
    two_threads,
    workloads,
    writing,
)
from benchmarks.contender import OURS, Contender, DifferentOutputsError, check_equal
from benchmarks.timing import Timed, ratio


@pytest.mark.parametrize("name", workloads.MAKERS)
def test_a_workload_is_always_the_same(name):
    first, second = workloads.make(name, batches=1), workloads.make(name, batches=1)
    assert first.batches == second.batches
    assert [len(batch) for batch in first.batches] == [workloads.BATCH]


def test_permuted_ids_are_the_hard_case_for_varints():
    plain, permuted = (workloads.make(name, batches=1).data["watches"] for name in ("W1", "W1p"))
    np.testing.assert_array_equal(plain.row_splits, permuted.row_splits)
    assert _varint_bytes(plain.values) < 1.9
    assert _varint_bytes(permuted.values) > 2.8


def _varint_bytes(ids):
    return np.mean(1 + (ids >= 1 << 7) + (ids >= 1 << 14))


@pytest.mark.parametrize("name", [name for name in workloads.MAKERS if name != "W5"])
def test_records_and_tables_hold_the_same(name, tmp_path):
    from pyarrow import parquet

    workload = workloads.make(name, batches=1)
    spec = {feature.key: cn.VarLenFeature(feature.dtype) for feature in workload.features}
    workload.write_tfrecord(tmp_path / "records")
    workload.write_parquet(tmp_path / "table")
    (records,) = cn.TFRecordReader(tmp_path / "records").batches(workloads.BATCH)
    assert records.to_list() == workload.batches[0]
    table = parquet.read_table(tmp_path / "table")
    for key, parsed in cn.parse_example(records, spec).items():
        assert parsed.to_list() == table.column(key).to_pylist()


@pytest.mark.parametrize("name", workloads.MAKERS)
def test_every_way_of_ours_runs(name, tmp_path):
    workload = workloads.make(name, batches=1)
    workload.write_tfrecord(tmp_path / "records")
    singles = [[workload.batches[0][0]]]
    outputs = {
        contender.metric: next(contender.stream(0, 1))
        for contender in ours.contenders(workload, singles, tmp_path / "records", threads=1)
    }
    check_equal(outputs["padded"], outputs["file"], "file")
    for group, features in workload.groups().items():
        assert outputs["full"][group].shape[-1] == sum(_width(feature) for feature in features)
        assert len(outputs["one"][group]) == 1


def _width(feature):
    if feature.kind == "float":
        return int(np.prod(feature.shape))
    return feature.buckets if feature.indicator else workloads.DIMENSION


EXPECTED = {"ids": np.array([[1, 2], [3, -1]]), "numbers": np.ones((2, 2), np.float32)}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"ids": np.array([[1, 2], [4, -1]])}, r"rival: ids\(1, 0\) is 4, expected 3"),
        ({"ids": np.array([[1, 2, -1], [3, -1, -1]])}, r"ids has shape \(2, 3\), expected \(2, 2\)"),
        ({"numbers": np.full((2, 2), 1.001, np.float32)}, r"numbers\(0, 0\) is 1\.001"),
        ({"numbers": np.full((2, 2), np.nan, np.float32)}, r"numbers\(0, 0\) is nan"),
        ({"more": np.zeros(1)}, "outputs"),
    ],
)
def test_other_outputs_are_refused(changed, message):
    check_equal(EXPECTED, {"numbers": EXPECTED["numbers"] + 1e-7, "ids": EXPECTED["ids"].copy()}, "rival")
    with pytest.raises(DifferentOutputsError, match=message):
        check_equal(EXPECTED, EXPECTED | changed, "rival")


def test_other_strings_are_refused():
    words = cn.BytesArray.from_list([b"a", b"b"])
    check_equal({"words": words}, {"words": cn.BytesArray.from_list([b"a", b"b"])}, "rival")
    with pytest.raises(DifferentOutputsError, match=r"words\(1,\) is b'c', expected b'b'"):
        check_equal({"words": words}, {"words": cn.BytesArray.from_list([b"a", b"c"])}, "rival")


def test_ratios_compare_neighbours_in_time():
    def timed(name, samples):
        return Timed(Contender(name, "parse", lambda start, count: iter(())), samples)

    slow_then_fast = timed(OURS, [10.0, 10.0, 1.0])
    assert ratio(timed("rival", [20.0, 20.0, 2.0]), slow_then_fast) == 2.0


def test_a_table_names_the_level_and_holds_only_who_took_part():
    rows = [
        {
            "workload": "W1",
            "metric": "padded",
            "contender": name,
            "seconds": 1e-4,
            "ratio": by,
            "share_of_limit": 0.5,
        }
        for name, by in ((OURS, 1.0), ("tensorflow", 4.25))
    ]
    machine = {"cpu": "A", "cores": 2, "load": 0.0, "date": "2026-01-01", "python": "3.11", "versions": {}}
    limits = {"memcpy": 1e9, "first_touch": 1e9, "crc32c": 1e9, "varint_ns": 1.0, "hash_ns": 1.0}
    result = {"machine": machine, "limits": limits, "threads": 1, "cpu_level": "portable", "rows": rows}
    console = Console(width=132, record=True, file=io.StringIO())
    report.print_table(result, console)
    text = console.export_text()
    assert "1 thread, portable kernels" in text
    assert [word in text for word in ("TensorFlow", "4.2", "pyarrow", "protobuf")] == [
        True,
        True,
        False,
        False,
    ]


def test_a_level_is_a_process_of_its_own(monkeypatch, tmp_path):
    asked = []

    def run(command, check, env):
        asked.append(("--without-peers" in command, env.get("COLONNADE_CPU")))
        Path(command[command.index("--output") + 1]).write_text("{}")

    monkeypatch.setattr(bench, "RESULTS", tmp_path)
    monkeypatch.setattr(bench.subprocess, "run", run)
    monkeypatch.delenv("COLONNADE_CPU", raising=False)
    bench._compare(1, 7, ["W1"], ["padded"])
    bench._compare(1, 7, ["W1"], ["padded"], "portable")
    assert asked == [(False, None), (True, "portable")]
    assert len({*tmp_path.iterdir()}) == 2  # neither replaces the other's figures


def test_memory_does_not_grow():
    assert memory.growth(20_000) <= memory.MOST_GROWTH


def test_importing_is_small():
    assert memory.start()["bytes"] <= memory.MOST_IMPORT_BYTES


def test_growth_tells_a_call_from_a_record_from_a_cell():
    shapes = [(batch, length) for batch in growth.BATCHES for length in growth.LENGTHS]
    fitted = growth._fit(shapes, [1e-5 + batch * (1e-7 + length * 1e-9) for batch, length in shapes])
    np.testing.assert_allclose([fitted["call"], fitted["record"], fitted["cell"]], [1e-5, 1e-7, 1e-9])
    assert fitted["worst_fit"] < 1e-6


def test_lookup_and_hashing_read_the_same_strings():
    batch = workloads.make("W2", batches=1).batches[0]
    hashed, looked_up = (
        cn.Encoder([cn.embedding_column(column, 1)]).encode_examples(batch)
        for column in (lookup._hashed(), lookup._vocabulary())
    )
    np.testing.assert_array_equal(hashed.mask, looked_up.mask)
    assert (looked_up.slots["tokens"].values[looked_up.mask] >= 0).all()  # no word is unknown


@pytest.mark.parametrize("feature", from_lists.FEATURES, ids=lambda feature: feature.key)
def test_lists_hold_what_records_hold(feature):
    [rows] = from_lists.make_rows(feature, batches=1)
    records = [cn.Example({feature.key: row}).serialize() for row in rows]
    ways = from_lists.ours(feature)
    expected = ways[OURS](rows)
    assert expected["lengths"].tolist() == [len(row) for row in rows]
    check_equal(expected, ways[from_lists.PYARROW](rows), "pyarrow")
    check_equal(expected, ways[from_lists.RECORD](records), "record")


def test_lists_are_shown_beside_their_rivals():
    timing = {"values": 50, "seconds": 2e-5, "above": {"record": 1.25e-5, "pyarrow.array": -1e-5}}
    many = timing | {"job": "many", "ratios": {"pyarrow.array": 1.5}}
    one = timing | {"job": "one", "ratios": {"pyarrow.array": 2.5, "record": 0.375}}
    console = Console(width=132, record=True, file=io.StringIO())
    from_lists.show([many, one], console)
    text = console.export_text()
    assert [word in text for word in ("20.0 us", "1.50", "2.50", "0.38", "12.5 us more")] == [True] * 5


def test_every_way_of_writing_gives_the_records_of_protobuf():
    workload = workloads.make("W4", batches=1)
    columns = [writing._columns(workload, 0)]
    for inputs, write in writing._ways(columns).values():
        assert list(write(inputs[0])["records"]) == workload.batches[0]
    [theirs] = writing._protobuf(workload, columns).stream(0, 1)
    assert theirs["records"] == workload.batches[0]


def test_busy_processes_run_and_end():
    with two_threads._busy(2) as processes:
        assert [process.poll() for process in processes] == [None, None]
    assert all(process.poll() is not None for process in processes)


def test_limits_are_measured():
    assert all(limit > 0 for limit in limits.measure().values())
