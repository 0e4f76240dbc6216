"""A short run of the mutation runner, and the proof that it can find something."""

import ast

import pytest
from fuzz import mutate


def test_a_short_run_finds_no_difference() -> None:
    tried, accepted = mutate.run(seed=20260101, seconds=120, most=20_000)
    assert tried == 20_000
    assert tried / 10 < accepted < tried * 9 / 10


def test_a_difference_is_found_and_shrunk(monkeypatch: pytest.MonkeyPatch) -> None:
    real = mutate.outcome

    def wrong(record: bytes, dtype: str) -> object:
        return None if b"\x80\x01" in record else real(record, dtype)

    monkeypatch.setattr(mutate, "outcome", wrong)
    with pytest.raises(SystemExit, match="the core gives None") as caught:
        mutate.run(seed=1, seconds=60)
    found = ast.literal_eval(str(caught.value).rsplit("\n", 1)[-1])
    assert mutate.differs(found)
    assert not any(mutate.differs(found[:at] + found[at + 1 :]) for at in range(len(found)))
