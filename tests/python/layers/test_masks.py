"""sequence_mask and concatenate_context_input: one contract for NumPy and all frameworks."""

from __future__ import annotations

import jax.numpy as jnp
import keras
import numpy as np
import pytest
import torch
from failing import failure

import colonnade as cn
import colonnade.jax
import colonnade.keras
import colonnade.numpy
import colonnade.torch
from colonnade.errors import ColumnTypeError, ColumnValueError, FeatureTypeError, LimitError

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

# Each module, how its arrays are made of NumPy's, and whether it counts in int32.
MODULES = {
    "colonnade": (cn, np.asarray, False),
    "numpy": (colonnade.numpy, np.asarray, False),
    "torch": (colonnade.torch, torch.from_numpy, False),
    "jax": (colonnade.jax, jnp.asarray, True),
    "keras": (colonnade.keras, keras.ops.convert_to_tensor, True),
}


@pytest.fixture(params=MODULES)
def module(request):
    return MODULES[request.param][0]


@pytest.fixture(params=MODULES)
def framework(request):
    """A module, and what makes its arrays."""
    return MODULES[request.param][:2]


def plain(tensor):
    """A mask or numbers as NumPy has them."""
    return np.asarray(tensor) if isinstance(tensor, np.ndarray) else keras.ops.convert_to_numpy(tensor)


class TestMask:
    """mask[..., j] is j < lengths[...]."""

    @pytest.mark.parametrize(
        ("lengths", "maxlen", "wanted"),
        [
            ([1, 3, 2], None, [[1, 0, 0], [1, 1, 1], [1, 1, 0]]),
            ([1, 3, 2], 5, [[1, 0, 0, 0, 0], [1, 1, 1, 0, 0], [1, 1, 0, 0, 0]]),
            ([1, 3], 2, [[1, 0], [1, 1]]),
            ([0, 0], None, [[], []]),
            ([-2, 1], None, [[0], [1]]),
            ([[1], [2]], None, [[[1, 0]], [[1, 1]]]),
            (2, None, [1, 1]),
            ([2], 0, [[]]),
        ],
    )
    @pytest.mark.parametrize("dtype", [np.int64, np.int32, np.int8, None])
    def test_values(self, framework, lengths, maxlen, wanted, dtype):
        module, array = framework
        given = lengths if dtype is None else array(np.array(lengths, dtype))
        mask = plain(module.sequence_mask(given, maxlen))
        assert mask.dtype == np.bool_
        assert mask.tolist() == np.array(wanted, bool).tolist()
        assert mask.shape == np.array(wanted).shape

    @pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.uint32, np.uint64])
    def test_unsigned_lengths(self, module, dtype):
        mask = plain(module.sequence_mask(np.array([1, 2], dtype)))
        assert mask.tolist() == [[True, False], [True, True]]

    @pytest.mark.parametrize("name", MODULES)
    def test_wide_lengths(self, name):
        module, _, counts_in_int32 = MODULES[name]
        for wide in ([2**31 + 1], np.array([2**40])):
            if counts_in_int32:
                failure(LimitError, lambda wide=wide: module.sequence_mask(wide, 2), "where int32 ends")
            else:
                assert plain(module.sequence_mask(wide, 2)).tolist() == [[True, True]]

    @pytest.mark.parametrize("empty", [(), [], np.zeros(0, np.int32), np.zeros(0), np.zeros(0, bool)])
    def test_no_lengths(self, framework, empty):
        module, array = framework
        for given in (empty, array(np.asarray(empty))):
            assert tuple(module.sequence_mask(given).shape) == (0, 0)
            assert tuple(module.sequence_mask(given, 3).shape) == (0, 3)

    @pytest.mark.parametrize("maxlen", [np.int64(2), np.array(2), np.uint8(2)], ids=repr)
    def test_integers_of_numpy_are_integers(self, module, maxlen):
        assert tuple(module.sequence_mask([1], maxlen).shape) == (1, 2)

    @pytest.mark.parametrize(
        "wrong",
        [2.5, 2.0, np.float32(2), True, False, np.bool_(1), "2", b"2", [2], np.array([2]), float("nan"), {}],
        ids=repr,
    )
    def test_maxlen_of_a_wrong_type(self, framework, wrong):
        module, array = framework
        for lengths in ([1], array(np.array([1, 2]))):
            failure(
                ColumnTypeError, lambda given=lengths: module.sequence_mask(given, wrong), "must be an int"
            )

    @pytest.mark.parametrize("dtype", ["bool", "int32", "float32", "uint8", np.float16, bool], ids=str)
    def test_dtypes(self, module, dtype):
        mask = plain(module.sequence_mask([1, 3], dtype=dtype))
        assert mask.dtype == dtype
        assert mask.tolist() == [[1, 0, 0], [1, 1, 1]]
        assert plain(module.sequence_mask([1], 2, dtype)).tolist() == [[1, 0]]

    def test_dtypes_of_frameworks(self):
        assert colonnade.torch.sequence_mask([1], dtype=torch.bfloat16).dtype == torch.bfloat16
        assert colonnade.jax.sequence_mask([1], dtype=jnp.float32).dtype == jnp.float32

    @pytest.mark.parametrize("dtype", ["string", "complex64", None, 3, [1]], ids=str)
    def test_no_dtypes(self, module, dtype):
        with pytest.raises((ColumnTypeError, ColumnValueError)):
            module.sequence_mask([1, 3], dtype=dtype)

    @pytest.mark.parametrize("wrong", [-1, np.int64(-2), 2**63, 10**400], ids=str)
    def test_maxlen_of_a_wrong_size(self, module, wrong):
        failure(ColumnValueError, lambda: module.sequence_mask([1], wrong), "maxlen must")

    @pytest.mark.parametrize(
        "wrong",
        [
            1.0,
            [1.5],
            [True],
            [1j],
            [[1], [1, 2]],
            "abc",
            ["a"],
            b"a",
            None,
            [None],
            [2**64],
            {"a": 1},
            [{}],
        ],
        ids=repr,
    )
    def test_lengths_that_are_no_integers(self, module, wrong):
        failure(FeatureTypeError, lambda: module.sequence_mask(wrong), "lengths must be")

    @pytest.mark.parametrize("wrong", [np.ones(2, np.float32), np.ones(2, bool), np.ones(2, np.complex64)])
    def test_arrays_that_are_no_integers(self, framework, wrong):
        module, array = framework
        failure(FeatureTypeError, lambda: module.sequence_mask(array(wrong)), f"integers, got {wrong.dtype}")


class TestConcatenation:
    """The context behind every step, padding too."""

    def test_values(self, framework):
        module, array = framework
        context = array(np.array([[1.0, np.nan], [3, np.inf]], np.float32))
        steps = array(np.arange(6, dtype=np.float32).reshape(2, 3, 1))
        joined = plain(module.concatenate_context_input(context, steps))
        np.testing.assert_array_equal(
            joined,
            [
                [[0, 1, np.nan], [1, 1, np.nan], [2, 1, np.nan]],
                [[3, 3, np.inf], [4, 3, np.inf], [5, 3, np.inf]],
            ],
        )
        assert joined.dtype == np.float32

    def test_no_steps(self, framework):
        module, array = framework

        def zeros(*shape):
            return array(np.zeros(shape, np.float32))

        assert tuple(module.concatenate_context_input(zeros(2, 3), zeros(2, 0, 4)).shape) == (2, 0, 7)
        assert tuple(module.concatenate_context_input(zeros(0, 3), zeros(0, 2, 4)).shape) == (0, 2, 7)

    @pytest.mark.parametrize(
        ("context", "sequence", "words"),
        [
            ((2, 3, 1), (2, 3, 1), "context_input must have rank 2, got 3"),
            ((), (2, 3, 1), "context_input must have rank 2, got 0"),
            ((2, 3), (2, 3), "sequence_input must have rank 3, got 2"),
        ],
    )
    def test_of_a_wrong_rank(self, framework, context, sequence, words):
        module, array = framework
        pair = [array(np.zeros(shape, np.float32)) for shape in (context, sequence)]
        failure(FeatureTypeError, lambda: module.concatenate_context_input(*pair), words)

    @pytest.mark.parametrize("dtypes", [(np.int32, np.float32), (np.float32, np.int32), (bool, np.float32)])
    def test_of_a_wrong_dtype(self, framework, dtypes):
        module, array = framework
        pair = [array(np.zeros(*one)) for one in zip(((2, 3), (2, 3, 1)), dtypes, strict=True)]
        failure(FeatureTypeError, lambda: module.concatenate_context_input(*pair), "must have dtype float")

    def test_of_other_rows(self, framework):
        module, array = framework
        for rows in ((1, 2), (2, 1)):
            pair = [
                array(np.zeros((row, *more), np.float32))
                for row, more in zip(rows, ((3,), (3, 1)), strict=True)
            ]
            words = f"{rows[0]} rows, sequence_input {rows[1]}"
            failure(ColumnValueError, lambda pair=pair: module.concatenate_context_input(*pair), words)

    @pytest.mark.parametrize("wrong", [None, "a", ["a"], [[1.0], [1.0, 2.0]], {}, 1.0], ids=repr)
    def test_of_what_is_no_array(self, framework, wrong):
        module, array = framework
        context, sequence = (array(np.zeros(shape, np.float32)) for shape in ((2, 3), (2, 3, 1)))
        failure(
            FeatureTypeError, lambda: module.concatenate_context_input(wrong, sequence), "context_input must"
        )
        failure(
            FeatureTypeError, lambda: module.concatenate_context_input(context, wrong), "sequence_input must"
        )


def test_floats_of_another_size():
    """Frameworks compute in the size that their user chose, NumPy's layers in float32."""
    context, sequence = np.zeros((2, 3), np.float16), np.zeros((2, 3, 1), np.float16)
    for name, (module, array, _) in MODULES.items():
        pair = array(context), array(sequence)
        if name in ("torch", "jax", "keras"):
            assert plain(module.concatenate_context_input(*pair)).dtype == np.float16
        else:
            failure(
                FeatureTypeError,
                lambda module=module, pair=pair: module.concatenate_context_input(*pair),
                "must have dtype float32, got float16",
            )


def test_the_mask_of_a_tensor_stays_on_its_device():
    mask = colonnade.torch.sequence_mask(torch.zeros(2, dtype=torch.int64, device="meta"), 3)
    assert mask.device.type == "meta"
