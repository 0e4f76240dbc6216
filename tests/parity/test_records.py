"""TFRecord files: what either writes, the other reads; and every cut is noticed."""

from __future__ import annotations

import pytest
from parity import subject
from parity.chosen import with_operation
from parity.neutral import to_bytes

import colonnade as cn

HEADER = 12  # length and its CRC


@pytest.mark.parametrize("case", with_operation("write_records"))
def test_reads_what_tensorflow_wrote(case, tensorflow, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(to_bytes(tensorflow[case["name"]]["file"]))
    assert list(cn.TFRecordReader(path, compression=case["compression"])) == subject.serialized(
        case["records"]
    )


@pytest.mark.parametrize("case", with_operation("write_records"))
def test_tensorflow_reads_what_we_wrote(case, tensorflow):
    assert tensorflow[f"ours/{case['name']}"] == {"records": case["records"]}


@pytest.mark.parametrize("case", with_operation("write_records"))
def test_plain_files_are_the_same_bytes(case, tensorflow, tmp_path):
    if case["compression"] is None:
        assert subject.write_records(tmp_path / "file", case) == to_bytes(tensorflow[case["name"]]["file"])


def read_prefix(path, raw):
    """How many records come, and whether an error follows."""
    path.write_bytes(raw)
    count = 0
    try:
        for _ in cn.TFRecordReader(path):
            count += 1
    except cn.errors.DataLossError:
        return [count, True]
    return [count, False]


def boundaries(records):
    """Offset of each record's start, and of the end."""
    ends = [0]
    for record in records:
        ends.append(ends[-1] + HEADER + len(record) + 4)
    return ends


@pytest.mark.parametrize("case", with_operation("cut_records"))
def test_every_cut_is_noticed(case, tensorflow, tmp_path):
    raw = to_bytes(tensorflow[case["name"]]["file"])
    starts = boundaries(case["records"])
    for size, (theirs, _) in enumerate(tensorflow[case["name"]]["cuts"]):
        assert read_prefix(tmp_path / "file", raw[:size]) == [theirs, size not in starts], (
            f"cut at byte {size}"
        )


@pytest.mark.parametrize("case", with_operation("cut_records"))
def test_tensorflow_misses_cuts_inside_a_header(case, tensorflow):
    """The departure records-cut-header is still one."""
    starts = boundaries(case["records"])
    missed = [
        size
        for size, (_, noticed) in enumerate(tensorflow[case["name"]]["cuts"])
        if not noticed and size not in starts
    ]
    assert missed == [start + offset for start in starts[:-1] for offset in range(1, HEADER)]
