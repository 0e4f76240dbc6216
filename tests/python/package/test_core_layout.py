"""Who may include whom in src/core, a line a folder; nothing in a circle; a native test for every part."""

from __future__ import annotations

import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
CORE = ROOT / "src/core"
NATIVE = ROOT / "tests/native"

# Besides itself.
MAY_INCLUDE = {
    "ground": set(),
    "kernels": {"ground"},
    "wire": {"ground", "kernels"},
    "encode": {"ground", "kernels", "wire"},
    "dense": {"ground"},
    "arrow": {"ground"},
    "write": {"ground", "kernels"},
}

# Parts without a test of their name, because another's holds them: declarations, and kernels of one family.
TESTED_WITH = {
    "arrow/abi": "arrow/export",
    "dense/dense_column": "dense/dense",
    "dense/step_ids": "dense/rows_ahead",
    "ground/limits": "ground/array",
    "kernels/varint_avx512": "kernels/varint",
    "kernels/varint_bmi2": "kernels/varint",
    "kernels/varint_kernels": "kernels/varint",
    "kernels/varint_portable": "kernels/varint",
    "kernels/varint_simd128": "kernels/varint",
    "kernels/varint_words": "kernels/varint",
}

FILES = sorted(CORE.rglob("*.?pp"))


def part_of(path):
    """A header and its source are one part: folder/name."""
    return path.relative_to(CORE).with_suffix("").as_posix()


def includes(path):
    return {
        CORE / name for name in re.findall(r'^\s*#\s*include\s*["<]([^">]+\.hpp)[">]', path.read_text(), re.M)
    }


def graph(files):
    parts = {part_of(file): set() for file in files}
    for file in files:
        parts[part_of(file)] |= {part_of(included) for included in includes(file)} - {part_of(file)}
    return parts


def test_every_file_is_looked_at():
    assert {path for path in CORE.rglob("*") if path.is_file()} == set(FILES)
    assert {path.parent for path in FILES} == {CORE / folder for folder in MAY_INCLUDE}
    assert "ground/error" in graph(FILES)["wire/wire"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_folders(path):
    for included in includes(path):
        assert included in FILES, f"{included} is named by its folder and file"
        assert included.parent.name in MAY_INCLUDE[path.parent.name] | {path.parent.name}


def test_nothing_includes_itself_in_a_circle():
    assert set(TopologicalSorter(graph(FILES)).static_order()) == set(graph(FILES))
    with pytest.raises(CycleError):
        TopologicalSorter(graph(FILES) | {"ground/error": {"wire/wire"}}).prepare()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_core_knows_no_python(path):
    assert not re.search(r"#\s*include\s+[<\"](.*bindings|Python|nanobind|numpy)", path.read_text())
    assert "PyObject" not in path.read_text()


def test_bindings_leave_the_interpreter_in_one_way():
    """By `Unlocked`, whose threads stand still when it ends; nanobind's guard aborts the process then."""
    texts = {path.name: path.read_text() for path in (ROOT / "src/bindings").iterdir()}
    assert any("const Unlocked unlocked;" in text for text in texts.values())
    assert not [name for name, text in texts.items() if "gil_scoped_release" in text]


def test_every_part_has_a_native_test_of_its_name():
    tests = {f"{path.parent.name}/{path.stem.removeprefix('test_')}" for path in NATIVE.rglob("test_*.cpp")}
    assert not tests & TESTED_WITH.keys()
    assert tests | TESTED_WITH.keys() == graph(FILES).keys()
    assert set(TESTED_WITH.values()) <= tests
