"""The layers against the slow twin: encoded batches, and hand-made ones with several values a step."""

from __future__ import annotations

import functools
from itertools import pairwise
from typing import Any

import jax
import keras
import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from reference import embed as twin
from reference.columns import Case, cases, refusals

import colonnade as cn
import colonnade.jax
import colonnade.keras
import colonnade.numpy
import colonnade.torch
from colonnade import _core
from colonnade._encoding import NumbersOutput

Array = npt.NDArray[Any]
CLOSE = {"rtol": 1e-5, "atol": 1e-6}


def tables_of(plan: Any, seed: int) -> dict[str, Array]:
    random = np.random.default_rng(seed)
    return {
        name: random.normal(size=(table.num_buckets, table.dimension)).astype(np.float32)
        for name, table in plan.tables.items()
    }


def check_layer(group: Any, batch: Any, tables: dict[str, Array], steps: Array, lengths: Any) -> None:
    wanted = twin.layer_output(group, tables, batch)
    assert steps.dtype == np.float32
    assert steps.shape == (*wanted.shape[:-1], group.width)
    np.testing.assert_allclose(steps, wanted, **CLOSE)
    for output in group.outputs:
        # Numbers that a normalizer made may be anything; what the layer must do is to hand them on.
        if batch.mask is not None and not isinstance(output, NumbersOutput):
            assert not steps[~batch.mask, output.start : output.start + output.width].any()
    assert (lengths is None) == (batch.lengths is None)
    if lengths is not None:
        np.testing.assert_array_equal(lengths, batch.lengths)


@given(cases(), st.integers(0, 2**32))
@settings(max_examples=300, suppress_health_check=list(HealthCheck))
def test_layers_equal_the_twin(case: Case, seed: int) -> None:
    assume(case.records)
    assume(not refusals(case))
    encoder = case.encoder()
    batches = encoder.encode_examples(case.records)
    assert isinstance(batches, dict)
    tables = tables_of(encoder.plan, seed)
    given_tables = {name: table.copy() for name, table in tables.items()}
    numpy_outputs = colonnade.numpy.Features(case.groups, given_tables)(batches)
    torch_outputs = colonnade.torch.Features(case.groups, given_tables)(batches)
    for name, group in encoder.plan.groups.items():
        for outputs in (numpy_outputs, torch_outputs):
            steps, lengths = outputs[name] if group.is_sequence else (outputs[name], None)
            steps = steps.detach().numpy() if isinstance(steps, torch.Tensor) else steps
            check_layer(group, batches[name], tables, steps, lengths)
    # A norm is clipped in what is looked up, never in the table.
    for name, table in tables.items():
        np.testing.assert_array_equal(given_tables[name], table)


BUCKETS, WIDTH = 6, 4
COMBINERS = ["mean", "sqrtn", "sum"]
TABLE = np.random.default_rng(5).normal(size=(BUCKETS, WIDTH)).astype(np.float32)
# Padding looks up row 0, a norm of zero has no gradient, and infinities have no finite norm.
TABLE[0, :2], TABLE[1], TABLE[2, 1:3] = np.nan, 0, [np.inf, -np.inf]
odd_weights = st.sampled_from([0.0, -0.0, -1.0, 0.125, 1.0, 3.0, np.nan, np.inf, -np.inf])
weights_strategy = odd_weights | st.floats(0.0625, 100, width=32)
ids_strategy = st.integers(-1, BUCKETS - 1) | st.just(-1)


def close_for(weights: Array) -> dict[str, float]:
    """Terms that cancel leave an error of their own size, not of the sum's: that of the largest weight."""
    return CLOSE | {"atol": CLOSE["atol"] * max([1.0, *np.abs(weights[np.isfinite(weights)])])}


any_shape = st.tuples(*[st.integers(0, 3)] * 3)


@st.composite
def padded_steps(
    draw: st.DrawFn, shapes: st.SearchStrategy[Any]
) -> tuple[tuple[Array, Array], bool, str, float | None]:
    """Ids [B, T, V] and weights of the same shape; whether the weights are given, a combiner and a norm."""
    shape = draw(shapes)
    size = int(np.prod(shape))
    ids = draw(st.lists(ids_strategy, min_size=size, max_size=size))
    weights = draw(st.lists(weights_strategy, min_size=size, max_size=size))
    steps = np.array(ids, np.int64).reshape(shape), np.array(weights, np.float32).reshape(shape)
    return steps, draw(st.booleans()), draw(st.sampled_from(COMBINERS)), draw(st.sampled_from([None, 0.7]))


def a_group(combiner: str, max_norm: float | None) -> Any:
    ids = cn.sequence_categorical_column_with_identity("ids", BUCKETS)
    columns = [
        cn.embedding_column(ids, WIDTH, combiner, max_norm=max_norm, name="e"),
        cn.indicator_column(ids, name="i"),
    ]
    return cn.Encoder(columns).plan.groups[""]


def a_batch(ids: Array, weights: Array | None) -> cn.SequenceBatch[Any]:
    lengths, mask = np.zeros(len(ids), np.int64), np.zeros(ids.shape[:2], bool)
    return cn.SequenceBatch({"ids": cn.Slot(ids, weights)}, lengths, mask)


@given(padded_steps(any_shape))
@settings(max_examples=300)
def test_several_weighted_values_a_step(case: Any) -> None:
    (ids, weights), weighted, combiner, max_norm = case
    batch, group = a_batch(ids, weights if weighted else None), a_group(combiner, max_norm)
    wanted = twin.layer_output(group, {"e": TABLE}, batch)
    got, _ = colonnade.numpy.embed(group, {"e": TABLE}, batch)
    np.testing.assert_allclose(got, wanted, **close_for(weights))
    got_torch, _ = colonnade.torch.embed(
        group, {"e": torch.from_numpy(TABLE)}, colonnade.torch.to_tensors(batch)
    )
    np.testing.assert_allclose(got_torch.numpy(), wanted, **close_for(weights))


@functools.cache
def compiled(combiner: str, max_norm: float | None) -> Any:
    """JAX compiles for each shape, and whether there are weights."""
    group = a_group(combiner, max_norm)
    return jax.jit(lambda table, batch: colonnade.jax.embed(group, {"e": table}, batch)[0])


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@given(padded_steps(st.just((3, 2, 3))))
@settings(max_examples=300, deadline=None)
def test_jax_and_keras_on_steps_of_one_shape(case: Any) -> None:
    (ids, weights), weighted, combiner, max_norm = case
    batch, group = a_batch(ids, weights if weighted else None), a_group(combiner, max_norm)
    wanted = twin.layer_output(group, {"e": TABLE}, batch)
    arrays = colonnade.jax.to_arrays(batch)
    np.testing.assert_allclose(compiled(combiner, max_norm)(TABLE, arrays), wanted, **close_for(weights))
    tensors = arrays.map(lambda array: keras.ops.convert_to_tensor(np.array(array)))
    got, _ = colonnade.keras.embed(group, {"e": keras.ops.convert_to_tensor(TABLE)}, tensors)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(got), wanted, **close_for(weights))


@given(st.lists(st.lists(st.tuples(ids_strategy, weights_strategy), max_size=4), max_size=6), st.data())
def test_kernels_take_ragged_steps(steps: list[list[tuple[int, float]]], data: st.DataObject) -> None:
    combiner = data.draw(st.sampled_from(COMBINERS))
    max_norm = data.draw(st.sampled_from([None, 0.7]))
    flat = [pair for step in steps for pair in step]
    ids = np.array([one for one, _ in flat], np.int64)
    weights = np.array([weight for _, weight in flat], np.float32)
    splits = np.cumsum([0, *map(len, steps)]).astype(np.int64)
    columns = _core.DenseColumns()
    columns.add_numbers(1)
    columns.add_embedding(TABLE, combiner, max_norm)
    columns.add_indicator(BUCKETS)
    numbers = np.full(len(steps), 99, np.float32)
    slot: cn.Slot[Any] = cn.Slot(ids, weights, splits)
    out = _core.dense(columns, (len(steps),), [cn.Slot(numbers), slot, slot], 1)
    for step, (start, end) in enumerate(pairwise(splits)):
        some = ids[start:end], weights[start:end]
        np.testing.assert_allclose(
            out[step, 1 : 1 + WIDTH], twin.embed_step(TABLE, *some, combiner, max_norm), **close_for(weights)
        )
        np.testing.assert_allclose(
            out[step, 1 + WIDTH :], twin.indicate_step(*some, BUCKETS), **close_for(weights)
        )
    assert (out[:, 0] == 99).all()


@pytest.mark.parametrize("index", [BUCKETS, 2**63 - 1])
def test_an_id_beyond_the_table_is_an_error(index: int) -> None:
    columns = _core.DenseColumns()
    columns.add_embedding(TABLE, "mean", None)
    with pytest.raises(cn.errors.IdOutOfRangeError) as caught:
        _core.dense(columns, (2,), [cn.Slot(np.array([0, index]))], 1)
    assert caught.value.where["step"] == 1


@pytest.mark.parametrize("threads", [1, 2, 8])
def test_the_first_of_several_ids_beyond_their_tables(threads: int) -> None:
    """The first step's, and of that the first column's, however the steps are shared."""
    ids = np.zeros((2, 20_000), np.int64)
    ids[0, [9001, 19_000]] = BUCKETS + 1
    ids[1, [9000, 9001]] = BUCKETS + 2
    columns = _core.DenseColumns()
    columns.add_embedding(TABLE, "mean", None)
    columns.add_embedding(TABLE, "mean", None)
    for first, index in ((9000, BUCKETS + 2), (9001, BUCKETS + 1)):
        with pytest.raises(cn.errors.IdOutOfRangeError, match=f"id {index} is not") as caught:
            _core.dense(columns, (20_000,), [cn.Slot(ids[0]), cn.Slot(ids[1])], threads)
        assert caught.value.where["step"] == first
        ids[1, 9000] = 0


def padding(chance: np.random.Generator, steps: int) -> Array:
    """Whether each step is padding: in long runs, as batches have them, and alone."""
    runs = np.repeat(chance.random(steps) < 0.5, chance.integers(1, 300, steps))[:steps]
    return runs | (chance.random(steps) < 0.1)


@pytest.mark.parametrize("seed", range(30))
def test_long_runs_of_padding(seed: int) -> None:
    """Runs longer than the core's blocks, in some columns or in all, at the front, inside and at the end.

    Most are worth sharing among threads, which changes no bit.
    """
    chance = np.random.default_rng(seed)
    steps, values = int(chance.integers(1, 9000)), int(chance.integers(1, 4))
    common = padding(chance, steps)
    mine = common | padding(chance, steps)
    ids = np.where(mine[:, None], -1, chance.integers(-1, BUCKETS, (steps, values)))
    single = np.where(common, -1, chance.integers(0, BUCKETS, steps))
    numbers = np.where(common[:, None], np.float32(chance.choice([0, -0.0, 1.5])), chance.random((steps, 2)))
    columns = _core.DenseColumns()
    columns.add_embedding(TABLE, "sqrtn", None)
    columns.add_embedding(TABLE, "mean", None)
    columns.add_numbers(2)
    columns.add_indicator(BUCKETS)
    numbers = numbers.astype(np.float32)
    slots = [cn.Slot(ids), cn.Slot(single), cn.Slot(numbers), cn.Slot(single)]
    out = _core.dense(columns, (steps,), slots, 1)
    for threads in (2, 8):
        assert (_core.dense(columns, (steps,), slots, threads).view(np.int32) == out.view(np.int32)).all()
    wanted = np.concatenate(
        [
            twin.embedding(TABLE, ids, None, combiner="sqrtn", max_norm=None),
            twin.embedding(TABLE, single[:, None], None, combiner="mean", max_norm=None),
            numbers,
            twin.indicator(single[:, None], BUCKETS, None),
        ],
        -1,
    )
    np.testing.assert_allclose(out, wanted, **CLOSE)
    assert (np.signbit(out[:, 2 * WIDTH : 2 * WIDTH + 2]) == np.signbit(numbers)).all()
