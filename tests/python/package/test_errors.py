"""Errors: their places, their classes, and what the core may say."""

from __future__ import annotations

import copy
import inspect
import pickle
import re
from pathlib import Path

import pytest

from colonnade import errors
from colonnade.errors import ColonnadeError, _words, from_core, shown

ROOT = Path(__file__).parents[3]
CLASSES = [
    item for item in vars(errors).values() if inspect.isclass(item) and issubclass(item, ColonnadeError)
]
PLACE = {"file": "f.tfrecord", "record": 3, "byte": 17, "key": "k", "column": "c", "row": 2, "step": 0}


def enumerators(header, enum):
    """The names of a C++ enum, with what the comment behind each says."""
    body = re.search(rf"enum class {enum}\b[^{{]*\{{(.*?)\}};", (ROOT / header).read_text(), re.DOTALL)[1]
    return dict(
        re.findall(r"(\w+)(?:,|\s*$)[ \t]*(?://(.*))?", re.sub(r"^\s*//.*", "", body, flags=re.MULTILINE))
    )


CODES = enumerators("src/core/ground/error.hpp", "Code")
PROBLEMS = enumerators("src/core/arrow/failure.hpp", "Problem")
FAULTS = enumerators("src/core/kernels/vocabulary.hpp", "Fault")
BINDINGS = {
    code
    for path in sorted((ROOT / "src/bindings").glob("*.cpp"))
    for code in re.findall(r'\braise\("(\w+)"', path.read_text())
}
SAID = {
    **{code: said for code, said in CODES.items() if code != "ok"},
    **{f"arrow_{problem}": said for problem, said in PROBLEMS.items() if problem != "none"},
    **{f"vocabulary_{fault}": said for fault, said in FAULTS.items() if fault != "none"},
}
LISTS = [code.removeprefix("lists_") for code in _words._WORDS if code.startswith("lists_")]
DETAIL = {"got": 1, "expected": 3, "line": 5, "other_line": 4, "format": "tss:", "said": "no disk"}


def message(code, **detail):
    return str(from_core(code, {**DETAIL, **detail}))


@pytest.mark.parametrize("kind", CLASSES)
class TestClasses:
    """One class per way of being wrong."""

    def test_documented(self, kind):
        assert kind.__doc__
        assert kind.__doc__.strip().endswith(".") or "Attributes:" in kind.__doc__

    def test_a_base_that_python_users_catch(self, kind):
        if kind is not ColonnadeError:
            assert issubclass(kind, ImportError if kind is errors.DependencyError else ValueError)
            about_types = kind.__name__.endswith("TypeError") or kind in (
                errors.NormalizerError,
                errors.RaggedError,
            )
            assert issubclass(kind, TypeError) == about_types

    @pytest.mark.parametrize(
        "again", [copy.copy, copy.deepcopy, lambda error: pickle.loads(pickle.dumps(error))]
    )
    def test_copies_keep_class_message_and_place(self, kind, again):
        copied = again(kind("what", **PLACE))
        assert type(copied) is kind
        assert (copied.message, copied.where) == ("what", PLACE)
        assert str(copied) == str(kind("what", **PLACE))

    def test_at_adds_to_the_place(self, kind):
        moved = kind("what", row=1, step=2).at(key="k", row=5)
        assert type(moved) is kind
        assert (moved.message, moved.where) == ("what", {"key": "k", "row": 5, "step": 2})


class TestPlaces:
    """The message says where, in a fixed order."""

    def test_all_places(self):
        assert str(ColonnadeError("what", **dict(reversed(PLACE.items())))) == (
            "file 'f.tfrecord', record 3, byte 17, key 'k', column 'c', row 2, step 0: what"
        )

    def test_no_place(self):
        assert str(ColonnadeError("what")) == "what"
        assert ColonnadeError("what", key=None, unheard_of=3).where == {}

    def test_zero_is_a_place(self):
        assert str(ColonnadeError("what", record=0, byte=0)) == "record 0, byte 0: what"


class TestCore:
    """What the core and the bindings find has a class and words here, and nowhere else."""

    def test_the_headers_were_read(self):
        assert {"ok", "truncated", "id_out_of_range", "out_of_memory"} <= CODES.keys()
        assert {"none", "released", "bad_index", "out_of_memory"} <= PROBLEMS.keys()
        assert {"none", "duplicate", "not_an_integer"} <= FAULTS.keys()
        assert {"not_bytes", "bad_splits", "arrow_no_pair"} <= BINDINGS
        assert "got, expected" in CODES["wrong_count"]
        assert (len(CODES), len(PROBLEMS), len(FAULTS)) >= (27, 13, 7)

    def test_every_code_has_words_and_nothing_else_has(self):
        lists = {f"lists_{code}" for code in LISTS}
        assert _words._WORDS.keys() - lists == SAID.keys() | BINDINGS
        assert len(lists) >= 10
        assert not SAID.keys() & BINDINGS

    @pytest.mark.parametrize("code", sorted(SAID.keys() | BINDINGS))
    def test_the_exception(self, code):
        detail = {**DETAIL, "record": 3, "byte": 4, "key": "k", "other_column": "o"}
        error = from_core(code, detail)
        if code.endswith("out_of_memory"):
            assert type(error) is MemoryError
        else:
            assert type(error) in set(CLASSES) - {ColonnadeError}
            assert error.where == {"record": 3, "byte": 4, "key": "k"}

    @pytest.mark.parametrize("code", sorted(SAID.keys() | BINDINGS))
    def test_how_to_go_on(self, code):
        what, *how = message(code).split("; ")
        assert what
        assert len(how) == 1
        assert len(how[0].split()) >= 2

    @pytest.mark.parametrize("code", sorted(SAID))
    @pytest.mark.parametrize(("number", "other"), [("got", 2), ("expected", 0)])
    def test_numbers_are_said_where_the_header_has_them(self, code, number, other):
        has_it = re.search(rf"\b{number}\b", SAID[code]) is not None
        assert (message(code) != message(code, **{number: other})) == has_it

    @pytest.mark.parametrize(
        ("header", "enum", "names"),
        [("ground/error.hpp", "Code", CODES), ("arrow/failure.hpp", "Problem", PROBLEMS)],
    )
    def test_the_headers_name_every_code_as_it_is_written(self, header, enum, names):
        text = (ROOT / "src/core" / header).read_text()
        assert [f'case {enum}::{name}: return "{name}";' in text for name in names] == [True] * len(names)

    def test_the_bindings_have_no_words_of_their_own(self):
        for path in (ROOT / "src/bindings").glob("*.cpp"):
            assert not re.search(r"Error\"|PyErr_SetString|PyErr_Format", path.read_text()), path.name

    def test_an_unknown_code_is_our_own_fault(self):
        with pytest.raises(AssertionError, match="unknown error code 'new'"):
            from_core("new", {"got": 0, "expected": 0})

    def test_got_and_expected_are_said(self):
        assert "id 7 is not in [0, 5)" in str(from_core("id_out_of_range", {"got": 7, "expected": 5}))
        assert "3 values are not a multiple of the 2" in str(
            from_core("partial_step", {"got": 3, "expected": 2})
        )
        in_step = {"got": 3, "expected": 1, "step": 0}
        assert "the step holds 3 values, and the column's shape needs 1; declare a shape of 3 values" in str(
            from_core("partial_step", in_step)
        )
        assert "holds no values" in str(from_core("partial_step", {**in_step, "got": 0}))
        assert "0x00000001, expected 0x000000ff" in message("bad_data_crc", expected=255)
        kinds = str(from_core("wrong_kind", {"got": 2, "expected": 3}))
        assert "a float list, the spec declares an int64 list" in kinds
        other = {"got": 1, "expected": 2, "column": "a", "other_column": "b"}
        assert "column 'a': 1 steps, but column 'b' of the same group has 2" in str(
            from_core("unequal_lengths", other)
        )
        assert "all keys need the same steps" in message("unequal_lengths", other_column=None)
        assert "weights in other steps" in message("weights_mismatch", got=2, expected=2)
        assert "18446744073709551615 is beyond int64" in message("arrow_beyond_int64", got=-1)
        assert "entry 5 stands at 4 already" in message("vocabulary_duplicate")
        assert "the Arrow type 'tss:'" in message("arrow_unsupported")

    def test_text_from_outside_is_no_template(self):
        assert "'{got} {0.__class__}'" in message("arrow_stream_failed", said="{got} {0.__class__}")


class TestLists:
    """What is wrong with nested lists, found by a binding or by Python."""

    @pytest.mark.parametrize("code", LISTS)
    def test_every_fault_is_found_somewhere(self, code):
        finders = ("src/bindings/bind_nested.cpp", "src/colonnade/_ragged/nested.py")
        assert any(f'"{code}"' in (ROOT / path).read_text() for path in finders)

    @pytest.mark.parametrize("code", LISTS)
    def test_the_exception(self, code):
        error = errors.lists_error(code, 2**70, "int64", row=3)
        assert type(error) in set(CLASSES) - {ColonnadeError}
        assert error.where == {"row": 3}
        assert "{" not in error.message
        assert str(2**70) not in error.message
        assert len(error.message.split("; ")) == 2


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", "'a'"),
        (3, "3"),
        ([1, [2]], "[1, [2]]"),
        ((1, None), "(1, None)"),
        ({"a": 1.5}, "{'a': 1.5}"),
        (float, "<class 'float'>"),
        ([[[[[[1]]]]]], "[[[[[...]]]]]"),
        (float("nan"), "nan"),
    ],
)
def test_values_are_shown(value, text):
    assert shown(value) == text


def test_whatever_is_shown_is_short():
    assert len(shown("x" * 10_000)) <= 120
    assert len(shown([["x" * 1000] * 1000] * 1000)) <= 303
    assert shown(10**5000).startswith(("of class int", "1000"))
