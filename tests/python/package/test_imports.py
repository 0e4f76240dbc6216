"""Who may import whom: a line for each level of wings; and what `import colonnade` loads."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PACKAGE = ROOT / "src/colonnade"

# Lowest first. A wing imports from the lines above its own, and on its own line what stands left of it.
LINES = (
    ("errors", "_core", "_dtypes", "_checks"),
    ("columns", "initializers", "_ragged"),
    ("_records",),
    ("_encoding",),
    ("_layers",),
    ("_saving",),
    ("numpy", "torch", "keras", "jax"),
)
ADAPTERS = set(LINES[-1])
THIRD_PARTY = {
    "jax": {"flax", "jax", "numpy"},
    "keras": {"keras", "numpy"},
    "torch": {"numpy", "torch"},
    "_layers.jax_embedding": {"jax", "numpy"},
    "_layers.jax_sequences": {"jax"},
    "_layers.keras_embedding": {"keras"},
    "_layers.keras_sequences": {"keras"},
    "_layers.torch_embedding": {"torch"},
    "_layers.torch_sequences": {"torch"},
    "_saving.directory": {"numpy", "safetensors"},
}
# The frameworks that each adapter loads. Keras runs here on torch, and loads JAX itself where there is one.
FRAMEWORKS = {
    "numpy": set(),
    "torch": {"torch"},
    "jax": {"jax", "flax"},
    "keras": {"keras", "torch", "jax"},
}
ORDER = [wing for line in LINES for wing in line]


def module_of(path):
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")


FILES = {module_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}
MODULES = {name: path for name, path in FILES.items() if name != "__init__"}


def imports(name):
    """What a module imports of the package, each as (wing, file of the wing or None)."""
    path, found = FILES[name], set()
    package = name.split(".") if path.stem == "__init__" else name.split(".")[:-1]
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.ImportFrom) or not node.level:
            continue
        base = package[: len(package) - node.level + 1]
        for alias in node.names:
            parts = [*base, *(node.module.split(".") if node.module else [alias.name])]
            # A file that loads a framework is no part of its wing's face, and is imported from it by name.
            loads = f"{parts[0]}.{alias.name}" in THIRD_PARTY
            found.add((parts[0], parts[1] if len(parts) > 1 else alias.name if loads else None))
    return found


def absolute_imports(path):
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(node.module.split(".")[0])
    return found


def test_every_file_is_looked_at():
    assert {name.split(".")[0] for name in MODULES} | {"_core"} == set(ORDER)
    assert ("_encoding", None) in imports("_layers.groups")
    assert ("columns", "_sequence") in imports("columns._identity")


@pytest.mark.parametrize("name", MODULES)
def test_wings_import_downwards_and_only_faces(name):
    wing = name.split(".")[0]
    for other, file in imports(name):
        if other == wing:
            continue
        assert ORDER.index(other) < ORDER.index(wing), f"{name} imports {other}"
        assert file is None or f"{other}.{file}" in THIRD_PARTY, f"{name} imports {other}.{file}, no face"


def test_no_cycles():
    graph = {
        name: {f"{wing}.{file}" if file else wing for wing, file in imports(name)} - {name}
        for name in MODULES
    }
    assert len(list(TopologicalSorter(graph).static_order())) >= len(MODULES)


def test_adapters_import_no_other():
    for adapter in ADAPTERS:
        assert not {wing for wing, _ in imports(adapter)} & ADAPTERS


@pytest.mark.parametrize("name", MODULES)
def test_only_numpy_from_elsewhere(name):
    strangers = absolute_imports(FILES[name]) - sys.stdlib_module_names
    assert strangers <= THIRD_PARTY.get(name, {"numpy"})


@pytest.mark.parametrize("adapter", sorted(ADAPTERS))
def test_adapters_know_no_column_classes(adapter):
    assert not {wing for wing, _ in imports(adapter)} & {"columns", "_ragged"}
    tree = ast.parse(FILES[adapter].read_text())
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not {name for name in attributes if name.endswith("Column")}


MAP = (ROOT / "CONTRIBUTING.md").read_text()


def test_the_picture_is_what_is_enforced():
    [picture] = re.findall(r"```\n(errors, .*?)```", MAP, re.DOTALL)
    assert tuple(tuple(re.split(r",\s*", line.strip())) for line in picture.split("<")) == LINES


@pytest.mark.parametrize("wing", sorted({name.split(".")[0] for name in MODULES if "." in name}))
def test_the_map_names_every_file(wing):
    [names] = re.findall(rf"^  {wing}/ +(.*?): ", MAP, re.DOTALL | re.MULTILINE)
    there = {name.split(".")[1].lstrip("_") for name in MODULES if name.startswith(f"{wing}.")}
    assert set(re.split(r",\s+", names)) == there


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
    """What makes an import slow and large: the modules that it loads beside NumPy's own, and memory."""
    code = (
        "import sys, numpy, numpy.typing; before = set(sys.modules); import colonnade\n"
        "[peak] = [line for line in open('/proc/self/status') if line.startswith('VmHWM')]\n"
        "print(peak.split()[1], *(name for name in set(sys.modules) - before if name[:9] != 'colonnade'))"
    )
    kilobytes, *names = run(code).stdout.split()
    loaded = {name.split(".")[0] for name in names}
    assert loaded <= sys.stdlib_module_names
    assert len(loaded) < 40
    assert not loaded & {"asyncio", "concurrent", "http", "multiprocessing", "sqlite3", "ssl", "xml"}
    assert int(kilobytes) < 45 << 10


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
