"""Encoding serialized records against parsing first and encoding then, and against the slow twin."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from reference.columns import CONTEXT, Case, cases, expected, refusals
from reference.encode import Jagged, Padded

import colonnade as cn
from colonnade import errors

Batches = dict[str, cn.SequenceBatch[Any]]


def outcome(call: Any) -> Any:
    """A batch, or an error's class and place; what a row is to an encoder, a record is to a parser."""
    try:
        return call()
    except errors.ColonnadeError as error:
        where = dict(error.where)
        row = where.get("row", where.get("record"))
        return type(error).__name__, where.get("key"), row, where.get("step")


def parsed_then_encoded(encoder: cn.Encoder, records: list[bytes]) -> Any:
    return encoder.encode(cn.parse_example(records, encoder.plan.spec))


def equal(got: Any, wanted: Any) -> None:
    assert (got is None) == (wanted is None)
    if got is None:
        return
    assert got.dtype == wanted.dtype
    assert got.flags.writeable
    np.testing.assert_array_equal(got, wanted, strict=True)
    if got.dtype == np.float32:
        assert (np.signbit(got) == np.signbit(wanted))[~np.isnan(got)].all()


def batches_equal(got: Batches, wanted: Batches) -> None:
    assert list(got) == list(wanted)
    for name, batch in got.items():
        other = wanted[name]
        assert list(batch.slots) == list(other.slots)
        for slot in batch.slots:
            equal(batch.slots[slot].values, other.slots[slot].values)
        equal(batch.lengths, other.lengths)
        equal(batch.mask, other.mask)
        equal(batch.row_splits, other.row_splits)


def check_against_twin(case: Case, batches: Batches, plan: Any) -> None:
    for group, slot, wanted in expected(case, plan):
        batch = batches[group]
        equal(batch.slots[slot].values, wanted.values)
        if group == CONTEXT:
            assert batch.lengths is batch.mask is batch.row_splits is None
            continue
        equal(batch.lengths, wanted.lengths)
        equal(batch.mask, wanted.mask if isinstance(wanted, Padded) else None)
        equal(batch.row_splits, wanted.row_splits if isinstance(wanted, Jagged) else None)


@given(cases())
@settings(max_examples=600, suppress_health_check=[HealthCheck.too_slow])
def test_one_step_equals_two_and_the_twin(case: Case) -> None:
    encoder = case.encoder()
    one_step = outcome(lambda: encoder.encode_examples(case.records))
    two_steps = outcome(lambda: parsed_then_encoded(encoder, case.records))
    wrong = refusals(case)
    assert isinstance(one_step, tuple) == isinstance(two_steps, tuple) == bool(wrong)
    if wrong:
        assert one_step[0] in wrong
        assert two_steps[0] in wrong
        # Of several errors either may come first.
        if len(wrong) == 1:
            assert one_step[0] == two_steps[0]
        if sum(map(len, case.groups.values())) == 1:
            assert one_step == two_steps
        return
    batches_equal(one_step, two_steps)
    batches_equal(encoder.encode_examples(cn.BytesArray.from_list(case.records)), two_steps)
    check_against_twin(case, one_step, encoder.plan)
