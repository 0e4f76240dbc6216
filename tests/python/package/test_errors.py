"""Errors: their places, their classes, and what the core may say."""

from __future__ import annotations

import copy
import inspect
import pickle
import re
from pathlib import Path

import pytest

from colonnade import errors
from colonnade.errors import ColonnadeError, from_core

ROOT = Path(__file__).parents[3]
CLASSES = [
    item for item in vars(errors).values() if inspect.isclass(item) and issubclass(item, ColonnadeError)
]
PLACE = {"file": "f.tfrecord", "record": 3, "byte": 17, "key": "k", "column": "c", "row": 2, "step": 0}


def core_codes():
    header = (ROOT / "src/core/ground/error.hpp").read_text()
    body = re.search(r"enum class Code[^{]*\{(.*?)\};", header, re.DOTALL)[1]
    return re.findall(r"^\s*(\w+),", re.sub(r"//.*", "", body), re.MULTILINE)


@pytest.mark.parametrize("kind", CLASSES)
class TestClasses:
    """One class per way of being wrong."""

    def test_documented(self, kind):
        assert kind.__doc__
        assert kind.__doc__.strip().endswith(".") or "Attributes:" in kind.__doc__

    def test_a_base_that_python_users_catch(self, kind):
        if kind is not ColonnadeError:
            assert issubclass(kind, ValueError | TypeError | ImportError)
            assert issubclass(kind, TypeError) == kind.__name__.endswith("TypeError")

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
    """Error values of the core become exceptions."""

    def test_the_header_was_read(self):
        assert {"ok", "truncated", "id_out_of_range", "out_of_memory"} <= set(core_codes())
        assert len(core_codes()) >= 25

    @pytest.mark.parametrize("code", [code for code in core_codes() if code != "ok"])
    def test_every_code_is_known(self, code):
        detail = {"got": 1, "expected": 2, "record": 3, "byte": 4, "key": "k", "other_column": "o"}
        error = from_core(code, detail)
        assert isinstance(error, ColonnadeError | MemoryError)
        if isinstance(error, ColonnadeError):
            assert type(error) is not ColonnadeError
            assert error.where == {"record": 3, "byte": 4, "key": "k"}
            assert error.message

    @pytest.mark.parametrize("code", [code for code in core_codes() if code != "ok"])
    def test_the_header_names_every_code_as_it_is_written(self, code):
        header = (ROOT / "src/core/ground/error.hpp").read_text()
        assert f'case Code::{code}: return "{code}";' in header

    def test_an_unknown_code_is_our_own_fault(self):
        with pytest.raises(AssertionError, match="unknown error code 'new'"):
            from_core("new", {"got": 0, "expected": 0})

    def test_got_and_expected_are_said(self):
        assert "id 7 is not in [0, 5)" in str(from_core("id_out_of_range", {"got": 7, "expected": 5}))
        assert "3 values are not a multiple of the 2" in str(
            from_core("partial_step", {"got": 3, "expected": 2})
        )
        assert "0x00000001, expected 0x000000ff" in str(
            from_core("bad_data_crc", {"got": 1, "expected": 255})
        )
        kinds = str(from_core("wrong_kind", {"got": 2, "expected": 3}))
        assert "a float list, the spec declares an int64 list" in kinds
        other = {"got": 1, "expected": 2, "column": "a", "other_column": "b"}
        assert "column 'a': 1 steps, but column 'b' of the same group has 2" in str(
            from_core("unequal_lengths", other)
        )


@pytest.mark.parametrize("code", errors._LISTS)
def test_every_fault_of_lists_is_found_somewhere(code):
    finders = ("src/bindings/bind_nested.cpp", "src/colonnade/_ragged/nested.py")
    assert any(f'"{code}"' in (ROOT / path).read_text() for path in finders)
    error = errors.lists_error(code, 2**70, "int64", row=3)
    assert error.where == {"row": 3}
    assert "{" not in error.message
