"""The departures from TensorFlow that no case can show; see docs/differences.md."""

from __future__ import annotations

import numpy as np
from parity.neutral import make_table

import colonnade as cn
from colonnade.numpy import SequenceFeatures


def test_normalizer_gets_the_steps():
    shapes = []

    def normalizer(steps):
        shapes.append(steps.shape)
        return (steps - 3.0) / 4.2

    column = cn.sequence_numeric_column("a", shape=(2,), default_value=7.0, normalizer_fn=normalizer)
    batch = cn.Encoder([column]).encode({"a": [[3.0, 7.2, 3.0, 3.0], [], [-1.2, 3.0]]})
    output, lengths = SequenceFeatures([column])(batch)
    assert shapes == [(3, 2)]
    assert lengths.tolist() == [2, 0, 1]
    np.testing.assert_allclose(
        output, [[[0, 1], [0, 0]], [[7, 7], [7, 7]], [[-1, 0], [7, 7]]], rtol=1e-5, atol=1e-6
    )


def test_two_embeddings_named_apart():
    column = cn.sequence_categorical_column_with_identity("a", 3)
    columns = [cn.embedding_column(column, 1, name="second"), cn.embedding_column(column, 2, name="first")]
    tables = {
        "first": make_table({"rows": 3, "width": 2, "seed": 1}),
        "second": make_table({"rows": 3, "width": 1, "seed": 2}),
    }
    output, _ = SequenceFeatures(columns, tables=tables)(cn.Encoder(columns).encode({"a": [[2, 0]]}))
    wanted = np.concatenate([tables["first"][[2, 0]], tables["second"][[2, 0]]], axis=1)
    np.testing.assert_allclose(output, [wanted], rtol=1e-5, atol=1e-6)
