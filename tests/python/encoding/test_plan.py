"""Columns compiled to a plan."""

from __future__ import annotations

import pytest
from failing import failure

import colonnade as cn
from colonnade._encoding.plan import EmbeddingOutput, IndicatorOutput, NumbersOutput, compile_plan
from colonnade.errors import (
    ColumnTypeError,
    ColumnValueError,
    DuplicateNameError,
    GroupError,
    SpecConflictError,
)

A = cn.sequence_categorical_column_with_identity("a", 5)
EMBEDDED = cn.embedding_column(A, 3)
NUMBERS = cn.sequence_numeric_column("n", shape=(2, 2))
CONTEXT = cn.numeric_column("age")


def the_group(columns):
    [group] = compile_plan(columns).groups.values()
    return group


def test_outputs_stand_in_code_point_order_of_names():
    columns = [cn.sequence_numeric_column(key) for key in ["é", "b", "_x", "a2", "B", "a10"]]
    assert [output.name for output in the_group(columns).outputs] == ["B", "_x", "a10", "a2", "b", "é"]
    assert the_group(columns) == the_group(reversed(columns))


def test_widths_and_starts():
    group = the_group([NUMBERS, EMBEDDED, cn.indicator_column(A)])
    assert [(type(output), output.start, output.width) for output in group.outputs] == [
        (EmbeddingOutput, 0, 3),
        (IndicatorOutput, 3, 5),
        (NumbersOutput, 8, 4),
    ]
    assert group.width == 12


def test_equal_inner_columns_share_a_slot():
    group = the_group([EMBEDDED, cn.indicator_column(A), cn.embedding_column(A, 2, name="z")])
    assert [slot.name for slot in group.slots] == ["a"]
    assert {output.slot for output in group.outputs} == {"a"}


def test_different_inner_columns_of_one_key_have_slots_of_their_own():
    other = cn.embedding_column(cn.sequence_categorical_column_with_identity("a", 6), 2, name="z")
    assert [slot.name for slot in the_group([EMBEDDED, other]).slots] == ["a", "z"]


def test_one_column_needs_no_list():
    assert compile_plan(EMBEDDED) == compile_plan([EMBEDDED]) == compile_plan(iter([EMBEDDED]))


def test_groups():
    plan = compile_plan({"history": [EMBEDDED, NUMBERS], "user": CONTEXT})
    assert plan.is_grouped
    assert {name: group.is_sequence for name, group in plan.groups.items()} == {
        "history": True,
        "user": False,
    }
    assert list(plan.spec) == ["a", "n", "age"]
    assert not compile_plan([EMBEDDED]).is_grouped


def test_a_table_of_two_groups_exists_once():
    plan = compile_plan({"x": [EMBEDDED], "y": [cn.embedding_column(A, 3)]})
    assert list(plan.tables) == ["a_embedding"]
    assert (plan.tables["a_embedding"].num_buckets, plan.tables["a_embedding"].dimension) == (5, 3)


def test_different_tables_of_one_name():
    failure(
        DuplicateNameError,
        lambda: compile_plan({"x": [EMBEDDED], "y": [cn.embedding_column(A, 4)]}),
        "two columns declare different tables",
        column="a_embedding",
    )


@pytest.mark.parametrize(
    "twin", [EMBEDDED, cn.embedding_column(A, 4), cn.sequence_numeric_column("a_embedding")]
)
def test_two_columns_of_one_name(twin):
    error = failure(
        DuplicateNameError,
        lambda: compile_plan([EMBEDDED, twin]),
        "set them apart by name=",
        column="a_embedding",
    )
    assert isinstance(error, ValueError)


@pytest.mark.parametrize("column", [A, cn.categorical_column_with_hash_bucket("a", 9)])
def test_a_categorical_column_that_is_not_wrapped(column):
    error = failure(
        ColumnTypeError, lambda: compile_plan([NUMBERS, column]), "wrap it in embedding_column or", column="a"
    )
    assert isinstance(error, TypeError)


@pytest.mark.parametrize("wrong", [3, None, "a_embedding", cn.embedding_column, object()])
def test_an_item_that_is_no_column(wrong):
    assert isinstance(
        failure(ColumnTypeError, lambda: compile_plan([EMBEDDED, wrong]), "not a column"), TypeError
    )


@pytest.mark.parametrize("wrong", [None, 3, "columns"])
def test_something_that_holds_no_columns(wrong):
    failure(ColumnTypeError, lambda: compile_plan(wrong), "columns must be a column or an iterable")
    failure(ColumnTypeError, lambda: compile_plan({"x": wrong}), "columns must be a column or an iterable")


def test_no_columns():
    failure(ColumnValueError, lambda: compile_plan([]), "no columns given")
    failure(ColumnValueError, lambda: compile_plan({}), "no groups given")
    failure(
        ColumnValueError, lambda: compile_plan({"x": [EMBEDDED], "y": []}), "no columns given in group 'y'"
    )
    failure(ColumnTypeError, lambda: compile_plan({1: [EMBEDDED]}), "a group's name must be a str")


@pytest.mark.parametrize(
    "context", [CONTEXT, cn.embedding_column(cn.categorical_column_with_identity("c", 3), 2)]
)
def test_sequence_and_context_in_one_group(context):
    error = failure(GroupError, lambda: compile_plan([EMBEDDED, context]), "as separate groups")
    assert isinstance(error, ValueError)
    assert "'a_embedding' is a sequence" in error.message
    assert repr(context.name) in error.message


def test_a_key_in_two_specs_that_differ():
    for columns in (
        [EMBEDDED, cn.sequence_numeric_column("a")],
        {"x": EMBEDDED, "y": cn.numeric_column("a")},
    ):
        failure(SpecConflictError, lambda columns=columns: compile_plan(columns), "read both as", key="a")


def test_the_group_of_a_layer():
    plan = compile_plan([EMBEDDED])
    assert plan.the_group_of(sequences=True) is plan.groups[""]
    failure(GroupError, lambda: plan.the_group_of(sequences=False), "use SequenceFeatures")
    failure(GroupError, lambda: compile_plan(CONTEXT).the_group_of(sequences=True), "use DenseFeatures")
    failure(GroupError, lambda: compile_plan({"x": EMBEDDED}).the_group_of(sequences=True), "use Features")
