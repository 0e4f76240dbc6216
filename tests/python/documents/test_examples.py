"""The demo, on a few files and few epochs."""

from __future__ import annotations

import tokenize
from pathlib import Path

import demo
import numpy as np
import pytest
import serve
import standard_library
import torch

import colonnade as cn

FILES = [
    standard_library.ROOT / name for name in ("asyncio/queues.py", "asyncio/locks.py", "email/charset.py")
]


@pytest.fixture
def model() -> demo.PackageClassifier:
    torch.set_num_threads(1)
    torch.manual_seed(1)
    return demo.PackageClassifier(hidden=16)


def test_the_windows_of_a_file_are_all_its_tokens() -> None:
    windows = list(standard_library.windows(FILES[0]))
    with tokenize.open(FILES[0]) as file:
        expected = [item.string for item in tokenize.generate_tokens(file.readline)]
    assert [text for window in windows for text in window["text"]] == expected
    assert {len(window["text"]) for window in windows[:-1]} == {128}
    assert 0 < len(windows[-1]["text"]) <= 128


def test_a_broken_file_has_no_windows(tmp_path: Path) -> None:
    for source in (b"(", b"if x:\n    y\n  z\n", b"# coding: utf-7x\n", b"'\xff'"):
        path = tmp_path / "broken.py"
        path.write_bytes(source)
        assert list(standard_library.windows(path)) == []


def test_ten_packages_of_many_files() -> None:
    assert len(set(standard_library.PACKAGES)) == 10
    assert {"asyncio", "email"} < set(standard_library.PACKAGES)
    assert "test" not in standard_library.PACKAGES
    assert sum(map(len, standard_library.split())) >= 200


def test_records_hold_the_windows() -> None:
    records = list(standard_library.records(FILES[0]))
    columns = [*standard_library.TOKENS, *standard_library.TARGET]
    parsed = cn.parse_example(records, cn.make_parse_example_spec(columns))
    windows = list(standard_library.windows(FILES[0]))
    assert parsed["kind"].to_list() == [window["kind"] for window in windows]
    assert parsed["text"].to_list() == [[text.encode() for text in window["text"]] for window in windows]
    assert parsed["place"].to_list() == [window["place"] for window in windows]
    assert parsed["package"].to_list() == [[standard_library.PACKAGES.index("asyncio")]] * len(windows)


def test_no_file_is_for_training_and_for_testing() -> None:
    train, test = standard_library.split()
    assert not set(train) & set(test)
    for files in (train, test):
        assert {path.relative_to(standard_library.ROOT).parts[0] for path in files} == set(
            standard_library.PACKAGES
        )


def test_a_batch_is_padded_and_masked(tmp_path: Path) -> None:
    path = tmp_path / "some.tfrecord"
    count = demo.write_records(FILES, path)
    rows = 0
    for batch, package in demo.batches(path):
        assert batch.mask.sum(1).tolist() == batch.lengths.tolist()
        assert batch.slots["place"].values.shape == (*batch.mask.shape, 2)
        assert len(package) == len(batch.lengths)
        rows += len(package)
    assert rows == count == sum(len(list(standard_library.windows(file))) for file in FILES)


def test_training_learns(
    tmp_path: Path, model: demo.PackageClassifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "some.tfrecord"
    demo.write_records(FILES, path)
    monkeypatch.setattr(demo, "BATCH", 8)
    curve = demo.train(model, path, path, epochs=40)
    assert curve[-1][0] < 0.5 * curve[0][0]
    assert curve[-1][1] > curve[0][1] + 0.2
    assert curve[-1][2] == demo.accuracy(model, path) > 0.7


def test_the_majority_is_that_of_the_training_file(tmp_path: Path) -> None:
    for name, files in (("train", [FILES[0]]), ("test", [FILES[0], FILES[2]])):
        demo.write_records(files, tmp_path / name)
    asyncio, email = (len(list(standard_library.windows(path))) for path in (FILES[0], FILES[2]))
    assert demo.majority_accuracy(tmp_path / "train", tmp_path / "test") == pytest.approx(
        asyncio / (asyncio + email)
    )


def test_the_gru_in_numpy_is_that_of_torch() -> None:
    torch.manual_seed(2)
    gru = torch.nn.GRU(5, 7, batch_first=True)
    steps = torch.randn(3, 11, 5)
    weights = {f"gru.{name}": weight.detach().numpy() for name, weight in gru.named_parameters()}
    np.testing.assert_allclose(
        serve.gru(steps.numpy(), weights), gru(steps)[0].detach(), rtol=1e-5, atol=1e-6
    )


def test_serving_gives_the_answer_of_torch(tmp_path: Path, model: demo.PackageClassifier) -> None:
    expected = demo.torch_probabilities(model, FILES[0])
    served = demo.served_probabilities(model, FILES[0], tmp_path)
    np.testing.assert_allclose(served, expected, atol=1e-5)
    np.testing.assert_allclose(served.sum(1), 1, atol=1e-5)


def test_the_demo_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(standard_library, "split", lambda: (FILES[1:], FILES[:1]))
    monkeypatch.setattr(demo, "STEPS", 1)
    demo.main(tmp_path / "out")
    assert "asyncio/queues.py is from" in " ".join(capsys.readouterr().out.split())
    assert (tmp_path / "out/demo.png").read_bytes().startswith(b"\x89PNG")
