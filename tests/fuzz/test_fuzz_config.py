"""A short run of the mutations of configs and saved directories, and the proof that it can find something."""

import pytest
from fuzz import fuzz_config

import colonnade as cn


def test_a_short_run_finds_nothing() -> None:
    tried, sound = fuzz_config.run(seed=20260101, seconds=120, most=3000)
    assert tried == 3000
    assert tried / 50 < sound < tried / 2


def test_directories_are_damaged_beyond_their_hashes() -> None:
    files, chance = fuzz_config.saved(), fuzz_config.random.Random(1)
    assert fuzz_config.try_files(files)
    answers = [fuzz_config.try_files(fuzz_config.mutated(files, chance)) for _ in range(200)]
    assert 0 < sum(answers) < 100


@pytest.mark.parametrize("name", ["from_config", "load"])
def test_another_error_is_found(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    def broken(_: object) -> None:
        raise KeyError("class")

    monkeypatch.setattr(cn, name, broken)
    with pytest.raises(SystemExit, match="KeyError: 'class'"):
        fuzz_config.run(seed=1, seconds=60)
