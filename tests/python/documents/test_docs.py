"""Every python block of the documents runs: each page from top to bottom, as one program."""

from __future__ import annotations

import re
import traceback
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def program(page: Path) -> str:
    """The page's python blocks, each on its own lines of the page, and blank lines between them."""
    text = page.read_text(encoding="utf-8")
    code = ""
    for block in BLOCK.finditer(text):
        code += "\n" * (text.count("\n", 0, block.start(1)) - code.count("\n")) + block[1]
    return code


def run(page: Path) -> None:
    """Run a page; the file and the lines of a traceback are the page's."""
    exec(compile(program(page), page, "exec"), {"__name__": "__main__"})


def pages() -> list[Path]:
    every = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return [page for page in every if program(page)]


def test_there_are_programs() -> None:
    names = {page.name for page in pages()}
    assert {"recipes-torch.md", "tfrecords.md"} <= names


# Keras 3.15 converts and saves arrays in a way that NumPy 2 warns of.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
# Torch calls its nested tensors a prototype, and its ONNX exporter uses what its pytree module warns of.
@pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors is in prototype stage:UserWarning")
@pytest.mark.filterwarnings("ignore:.*treespec, LeafSpec.*:FutureWarning")
# A page skips damage.
@pytest.mark.filterwarnings("ignore::colonnade.errors.DataLossWarning")
# A page's DataLoader forks; the workers do not touch JAX, which other pages have loaded.
@pytest.mark.filterwarnings(r"ignore:os\.fork\(\) was called:RuntimeWarning")
@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run(page)


def test_a_failure_says_page_and_line(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# A page\n\n```python\na = 1\n```\n\ntext\n\n```text\nno\n```\n\n```python\n\nassert a == 2\n```\n"
    )
    with pytest.raises(AssertionError) as caught:
        run(page)
    place = traceback.extract_tb(caught.value.__traceback__)[-1]
    assert (place.filename, place.lineno) == (str(page), 15)
