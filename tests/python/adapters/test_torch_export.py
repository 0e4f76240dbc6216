"""torch.export and ONNX of whole models on batches, whose sizes stay free."""

from __future__ import annotations

import io

import numpy as np
import onnxruntime
import pytest
import torch
from python.adapters.torch_models import Pooled, Recurrent

import colonnade as cn
from colonnade.torch import (
    DenseFeatures,
    SequenceFeatures,
    to_tensors,
)

# The exporter itself uses what its own pytree module warns of.
pytestmark = pytest.mark.filterwarnings("ignore:.*treespec, LeafSpec.*:FutureWarning")

WATCHED = cn.sequence_categorical_column_with_identity("watched", 50)
COUNTRY = cn.categorical_column_with_identity("country", 9)
SCORED = cn.weighted_categorical_column(cn.sequence_categorical_column_with_identity("watched", 50), "score")
STEPS = [
    cn.embedding_column(WATCHED, 4, max_norm=1.0),
    cn.embedding_column(WATCHED, 3, "sqrtn", name="item.id/日本"),
    cn.embedding_column(SCORED, 2),
    cn.indicator_column(WATCHED),
    cn.sequence_numeric_column("minutes", shape=(2,)),
]
CONTEXT = [cn.embedding_column(COUNTRY, 4), cn.indicator_column(COUNTRY)]
GROUPS = {"steps": STEPS, "context": CONTEXT}
IDS = [cn.embedding_column(WATCHED, 4), cn.embedding_column(WATCHED, 3, "sum", name="b")]
LISTS = [*IDS, cn.indicator_column(WATCHED)]
SIZES = [(5, 4), (4, 7), (2, 9), (1, 5), (8, 1), (1, 1), (3, 0)]


def features(rows, steps):
    """Random histories, the first of them with `steps` steps."""
    random = np.random.default_rng(100 * rows + steps)
    lengths = [steps, *random.integers(0, steps + 1, rows - 1)]
    return {
        "watched": [random.integers(0, 50, length).tolist() for length in lengths],
        "score": [random.random(length).tolist() for length in lengths],
        "minutes": [random.random(2 * length).tolist() for length in lengths],
        "country": [random.integers(0, 9, random.integers(0, 4)).tolist() for _ in range(rows)],
    }


def records(rows, steps):
    """SequenceExamples with several values a step; none at all in one row."""
    random = np.random.default_rng(100 * rows + steps)
    lengths = [steps, *random.integers(0, steps + 1, rows - 1)]
    return [
        cn.SequenceExample(
            {},
            {"watched": [random.integers(0, 50, random.integers(0, rows)).tolist() for _ in range(length)]},
        ).serialize()
        for length in lengths
    ]


def from_features(columns, **options):
    encoder = cn.Encoder(columns, **options)
    return lambda rows, steps: tensors(encoder.encode(features(rows, steps)))


def from_records(columns, **options):
    encoder = cn.Encoder(columns, **options)
    return lambda rows, steps: tensors(encoder.encode_sequence_examples(records(rows, steps)))


def tensors(encoded):
    if isinstance(encoded, dict):
        return {name: to_tensors(batch) for name, batch in encoded.items()}
    return to_tensors(encoded)


CASES = {
    "groups": (lambda: Pooled(GROUPS), from_features(GROUPS), SIZES),
    "left": (lambda: SequenceFeatures(STEPS), from_features(STEPS, side="left", max_length=6), SIZES),
    "jagged": (lambda: SequenceFeatures(STEPS), from_features(STEPS, layout="jagged"), SIZES),
    "context": (lambda: DenseFeatures(CONTEXT), from_features(CONTEXT), SIZES),
    "several": (lambda: SequenceFeatures(LISTS), from_records(LISTS), SIZES),
    # Of jagged steps with several values torch.export wants two or more.
    "several jagged": (lambda: SequenceFeatures(LISTS), from_records(LISTS, layout="jagged"), SIZES[:4]),
}


def exported(model, batch_of, *sizes, strict=False):
    """Sizes in which these batches differ are free."""
    first, *others = (batch_of(*size) for size in sizes or [(3, 5), (5, 8)])
    examples = torch.export.AdditionalInputs()
    for other in others:
        examples.add((other,))
    return torch.export.export(model.eval(), (first,), dynamic_shapes=examples, strict=strict)


def leaves(tree):
    return [leaf for leaf in torch.utils._pytree.tree_leaves(tree) if leaf is not None]


@pytest.fixture(scope="module", params=CASES)
def case(request):
    """A model, its program, what makes batches, and the sizes that the program takes."""
    make, batch_of, sizes = CASES[request.param]
    torch.manual_seed(0)
    model = make()
    return model, exported(model, batch_of), batch_of, sizes


def check_program(program, model, batch_of, sizes):
    for size in sizes:
        batch = batch_of(*size)
        torch.testing.assert_close(program.module()(batch), model(batch))


def test_export(case):
    model, program, batch_of, sizes = case
    check_program(program, model, batch_of, sizes)


def test_strict_export():
    make, batch_of, sizes = CASES["groups"]
    model = make()
    check_program(exported(model, batch_of, strict=True), model, batch_of, sizes)


def test_a_saved_program(case, caplog):
    model, program, batch_of, sizes = case
    file = io.BytesIO()
    torch.export.save(program, file)
    file.seek(0)
    loaded = torch.export.load(file)
    assert "weights_only" not in caplog.text, "loaded by running code from the file"
    check_program(loaded, model, batch_of, sizes)


def test_a_batch_is_saved_without_code():
    batch, file = CASES["jagged"][1](3, 4), io.BytesIO()
    torch.save(batch, file)
    file.seek(0)
    loaded = torch.load(file, weights_only=True)
    assert type(loaded) is cn.SequenceBatch
    torch.testing.assert_close(leaves(loaded), leaves(batch))


def test_a_gru_is_exported_with_the_time_it_was_given():
    # Torch unrolls a GRU in time; rows stay free.
    model, batch_of = Recurrent(IDS), from_features(IDS, max_length=4, pad_to_multiple_of=4)
    program = exported(model, batch_of, (3, 4), (5, 4), strict=True)
    sizes = [(4, 4), (1, 7), (9, 2)]
    check_program(program, model, batch_of, sizes)
    check_onnx(program, model, batch_of, sizes)


def test_onnx(case):
    model, program, batch_of, _ = case
    check_onnx(program, model, batch_of, SIZES)


def check_onnx(program, model, batch_of, sizes):
    file = io.BytesIO()
    torch.onnx.export(program, dynamo=True, verbose=False).save(file)
    session = onnxruntime.InferenceSession(file.getvalue())
    names = [entry.name for entry in session.get_inputs()]
    for size in sizes:
        batch = batch_of(*size)
        arrays = [leaf.numpy() for leaf in leaves(batch)]
        outputs = session.run(None, dict(zip(names, arrays, strict=True)))
        for output, wanted in zip(outputs, leaves(model(batch)), strict=True):
            assert output.shape == wanted.shape, size
            np.testing.assert_allclose(output, wanted.detach(), rtol=1e-5, atol=1e-6)


def test_the_names_of_onnx_inputs():
    model, file = SequenceFeatures(IDS), io.BytesIO()
    torch.onnx.export(
        exported(model, from_features(IDS)),
        dynamo=True,
        verbose=False,
        input_names=["watched", "lengths", "mask"],
        output_names=["sequence_input", "sequence_length"],
    ).save(file)
    session = onnxruntime.InferenceSession(file.getvalue())
    assert [entry.name for entry in session.get_inputs()] == ["watched", "lengths", "mask"]
    assert [entry.name for entry in session.get_outputs()] == ["sequence_input", "sequence_length"]
