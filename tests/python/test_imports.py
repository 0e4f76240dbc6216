"""Who may import whom: the rows of DESIGN; and what `import colonnade` loads."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src/colonnade"

# A file imports only from rows above its own. columns/ is one entry, with rows of its own inside.
ROWS = (
    {"errors", "_core"},
    {"_dtypes"},
    {"columns"},
    {"initializers"},
    {"_nested", "_arrow", "_batch", "_example", "_handover", "_masks", "_record_files"},
    {"_ragged"},
    {"_spec"},
    {"_partitions"},
    {"_padded", "_plan", "_ragged_feature", "_sparse"},
    {"_tensors"},
    {"_features", "_parsing", "_record_writer", "_records", "_tables"},
    {"_categorical_features", "_numeric_features"},
    {"_slots"},
    {"_encoder"},
    {"_config", "_int32"},
    {"_named_arrays", "_vocabulary_files"},
    {"_saving", "_torch_sequences"},
    {"jax", "keras", "numpy", "torch"},
    {"__init__"},
)
COLUMN_ROWS = (
    {"_categorical"},
    {"_checks"},
    {"_sequence", "_normalizers"},
    {"_identity", "_hashed", "_numeric", "_embedding", "_indicator", "_vocabulary", "_weighted"},
    {"_bucketized"},
    {"_crossed"},
    {"__init__"},
)
ADAPTERS = {"jax", "keras", "numpy", "torch"}
THIRD_PARTY = {
    "jax": {"flax", "jax", "numpy"},
    "keras": {"keras", "numpy"},
    "torch": {"numpy", "torch"},
    "_torch_sequences": {"torch"},
    "_saving": {"numpy", "safetensors"},
}
# The frameworks that each adapter loads. Keras runs here on torch, and loads JAX itself where there is one.
FRAMEWORKS = {
    "numpy": set(),
    "torch": {"torch"},
    "jax": {"jax", "flax"},
    "keras": {"keras", "torch", "jax"},
}


def row_of(name, rows):
    [row] = [index for index, names in enumerate(rows) if name in names] or [None]
    assert row is not None, f"{name} is in no row: say where it belongs"
    return row


def relative_imports(path, depth):
    """Modules of the package that a file imports: names at the top of the package, or inside columns/."""
    outer, inner = set(), set()
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.ImportFrom) or not node.level:
            continue
        names = [node.module.split(".")[0]] if node.module else [alias.name for alias in node.names]
        (inner if depth and node.level == 1 else outer).update(names)
    return outer, inner


def absolute_imports(path):
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(node.module.split(".")[0])
    return found


FILES = sorted(PACKAGE.glob("*.py"))
COLUMN_FILES = sorted((PACKAGE / "columns").glob("*.py"))


def test_every_file_is_looked_at():
    assert {path.stem for path in FILES} == set.union(*ROWS) - {"_core", "columns"}
    assert {path.stem for path in COLUMN_FILES} == set.union(*COLUMN_ROWS)
    assert {path.parent for path in PACKAGE.rglob("*.py")} == {PACKAGE, PACKAGE / "columns"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_rows(path):
    own = row_of(path.stem, ROWS)
    for name in relative_imports(path, depth=0)[0]:
        assert row_of(name, ROWS) < own, f"{path.stem} imports {name}"


@pytest.mark.parametrize("path", COLUMN_FILES, ids=lambda path: path.stem)
def test_rows_of_columns(path):
    outer, inner = relative_imports(path, depth=1)
    for name in outer:
        assert row_of(name, ROWS) < row_of("columns", ROWS), f"columns.{path.stem} imports {name}"
    for name in inner:
        assert row_of(name, COLUMN_ROWS) < row_of(path.stem, COLUMN_ROWS), f"{path.stem} imports {name}"


@pytest.mark.parametrize("path", FILES + COLUMN_FILES, ids=lambda path: f"{path.parent.name}.{path.stem}")
def test_only_numpy_from_elsewhere(path):
    strangers = absolute_imports(path) - sys.stdlib_module_names
    assert strangers <= THIRD_PARTY.get(path.stem, {"numpy"})


@pytest.mark.parametrize("adapter", sorted(ADAPTERS))
def test_adapters_know_no_column_classes(adapter):
    outer, _ = relative_imports(PACKAGE / f"{adapter}.py", depth=0)
    assert not outer & {
        "columns",
        "_spec",
        "_features",
        "_categorical_features",
        "_numeric_features",
        "_ragged",
    }
    tree = ast.parse((PACKAGE / f"{adapter}.py").read_text())
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not {name for name in attributes if name.endswith("Column")}


def run(code, *arguments):
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_import_loads_no_framework():
    code = "import sys, colonnade; print(*{name.split('.')[0] for name in sys.modules})"
    loaded = set(run(code).stdout.split())
    assert {"colonnade", "numpy"} <= loaded
    strangers = {
        "torch",
        "tensorflow",
        "keras",
        "jax",
        "flax",
        "pyarrow",
        "pandas",
        "polars",
        "google",
        "scipy",
    }
    assert not loaded & strangers


def test_the_numpy_layers_load_no_framework():
    code = "import sys, colonnade.numpy; print('torch' in sys.modules, 'pyarrow' in sys.modules)"
    assert run(code).stdout.split() == ["False", "False"]


@pytest.mark.parametrize("adapter", sorted(ADAPTERS))
def test_using_one_adapter_loads_no_other(adapter):
    code = (
        f"import sys, colonnade as cn, colonnade.{adapter} as layers\n"
        "layers.SequenceFeatures(cn.sequence_numeric_column('n'))({'n': [[1.0]]})\n"
        "print(*(name for name in sys.argv[1].split() if name in sys.modules))"
    )
    others = {f"colonnade.{other}" for other in ADAPTERS - {adapter}}
    strangers = others | {"tensorflow"} | set.union(*FRAMEWORKS.values()) - FRAMEWORKS[adapter]
    done = run(code, " ".join(strangers))
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr


def test_import_is_light():
    """Under 0.25 s and 45 MB. Processor time, so that a busy machine does not fail the test."""
    code = (
        "import time; start = time.process_time(); import colonnade; took = time.process_time() - start\n"
        "[peak] = [line for line in open('/proc/self/status') if line.startswith('VmHWM')]\n"
        "print(took, int(peak.split()[1]) / 1024)"
    )
    runs = [tuple(map(float, run(code).stdout.split())) for _ in range(5)]
    assert min(seconds for seconds, _ in runs) < 0.25
    assert min(megabytes for _, megabytes in runs) < 45


@pytest.mark.parametrize(
    ("module", "adapter", "message"),
    [
        ("torch", "torch", "colonnade.torch needs PyTorch; install colonnade[torch]"),
        ("jax", "jax", "colonnade.jax needs JAX and Flax; install colonnade[jax]"),
        ("flax", "jax", "colonnade.jax needs JAX and Flax; install colonnade[jax]"),
        ("keras", "keras", "colonnade.keras needs Keras 3 and a backend; install colonnade[keras] and"),
        ("torch", "keras", "colonnade.keras needs Keras 3 and a backend; install colonnade[keras] and"),
    ],
)
def test_without_a_framework_the_error_says_what_to_install(module, adapter, message):
    code = f"import sys; sys.modules['{module}'] = None\nimport colonnade\nimport colonnade.{adapter}"
    done = run(code)
    assert done.returncode == 1
    assert f"DependencyError: {message}" in done.stderr


def test_without_torch_everything_else_works():
    code = (
        "import sys; sys.modules['torch'] = sys.modules['pyarrow'] = None\n"
        "import colonnade as cn, colonnade.numpy as layers\n"
        "try:\n    import colonnade.torch\nexcept ImportError as error:\n"
        "    assert type(error) is cn.errors.DependencyError\n"
        "print(layers.SequenceFeatures(cn.sequence_numeric_column('n'))({'n': [[1.0]]})[0])"
    )
    done = run(code)
    assert done.stdout.strip() == "[[[1.]]]", done.stderr
