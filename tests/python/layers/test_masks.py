"""sequence_mask and concatenate_context_input, of NumPy and of torch alike."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from failing import failure

import colonnade as cn
import colonnade.numpy
import colonnade.torch
from colonnade.errors import ColumnTypeError, ColumnValueError, FeatureTypeError

MODULES = pytest.mark.parametrize(
    ("module", "array"), [(cn, np.array), (colonnade.numpy, np.array), (colonnade.torch, torch.tensor)]
)


@MODULES
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
            ([2**31 + 1], 2, [[1, 1]]),
        ],
    )
    def test_values(self, module, array, lengths, maxlen, wanted):
        mask = module.sequence_mask(array(lengths), maxlen)
        assert mask.dtype in (np.bool_, torch.bool)
        assert mask.tolist() == np.array(wanted, bool).tolist()
        assert list(mask.shape) == list(np.array(wanted).shape)

    def test_no_lengths(self, module, array):
        assert tuple(module.sequence_mask(array(np.zeros((0,), np.int32))).shape) == (0, 0)
        assert tuple(module.sequence_mask(array(np.zeros((0,), np.int64)), 3).shape) == (0, 3)

    def test_bad_input(self, module, array):
        for wrong in ([1.0], [True]):
            failure(
                FeatureTypeError, lambda wrong=wrong: module.sequence_mask(array(wrong)), "must be integers"
            )
        failure(ColumnValueError, lambda: module.sequence_mask(array([1]), -1), "maxlen must")


@pytest.mark.parametrize("module", [cn, colonnade.numpy, colonnade.torch])
def test_a_mask_of_lists(module):
    assert module.sequence_mask([1, 2]).tolist() == [[True, False], [True, True]]
    assert module.sequence_mask((), 3).shape == (0, 3)
    for wrong in ([[1], [1, 2]], "abc", None, [1.5]):
        failure(FeatureTypeError, lambda wrong=wrong: module.sequence_mask(wrong), "lengths must be")


@MODULES
class TestConcatenation:
    """The context behind every step, padding too."""

    def test_values(self, module, array):
        context = array(np.array([[1.0, 2], [3, 4]], np.float32))
        steps = array(np.arange(6, dtype=np.float32).reshape(2, 3, 1))
        joined = module.concatenate_context_input(context, steps)
        assert joined.tolist() == [
            [[0, 1, 2], [1, 1, 2], [2, 1, 2]],
            [[3, 3, 4], [4, 3, 4], [5, 3, 4]],
        ]
        assert joined.dtype in (np.float32, torch.float32)

    def test_no_steps(self, module, array):
        def zeros(*shape):
            return array(np.zeros(shape, np.float32))

        assert module.concatenate_context_input(zeros(2, 3), zeros(2, 0, 4)).shape == (2, 0, 7)
        assert module.concatenate_context_input(zeros(0, 3), zeros(0, 2, 4)).shape == (0, 2, 7)

    def test_bad_input(self, module, array):
        def joined(context_shape, sequence_shape, dtypes=(np.float32, np.float32)):
            pair = zip((context_shape, sequence_shape), dtypes, strict=True)
            return lambda: module.concatenate_context_input(*(array(np.zeros(*one)) for one in pair))

        failure(FeatureTypeError, joined((2, 3, 1), (2, 3, 1)), "context_input must have rank 2, got 3")
        failure(FeatureTypeError, joined((2, 3), (2, 3)), "sequence_input must have rank 3, got 2")
        for dtypes in ((np.float64, np.float32), (np.float32, np.int64)):
            failure(FeatureTypeError, joined((2, 3), (2, 3, 1), dtypes), "must have dtype float32, got")
        failure(ColumnValueError, joined((1, 3), (2, 3, 1)), "1 rows, sequence_input 2")


def test_what_only_python_can_give():
    assert cn.sequence_mask([2, 0]).tolist() == [[True, True], [False, False]]
    assert cn.sequence_mask([]).shape == (0, 0)
    assert cn.sequence_mask([1], np.int64(2)).shape == (1, 2)
    failure(FeatureTypeError, lambda: cn.sequence_mask([[1], [1, 2]]), "uneven")
    failure(FeatureTypeError, lambda: cn.sequence_mask("3"), "must be integers")
    for wrong in (1.5, "2", True, [2]):
        failure(ColumnTypeError, lambda wrong=wrong: cn.sequence_mask([1], wrong), "maxlen must be an int")


def test_the_mask_of_a_tensor_stays_on_its_device():
    mask = colonnade.torch.sequence_mask(torch.zeros(2, dtype=torch.int64, device="meta"), 3)
    assert mask.device.type == "meta"
