"""Hand-written cases: one for each fact about TensorFlow that Colonnade promises to share, or to depart from.

A case that departs names an entry of exclusions.py and says what Colonnade answers instead. A case that
`fails` is refused by TensorFlow. Nothing here imports TensorFlow or Colonnade.
"""

from __future__ import annotations

import hashlib
import math

import numpy as np
from parity import wire
from parity.cases_columns import column_cases
from parity.declared import (
    dense,
    departs,
    embedding,
    fills,
    from_examples,
    from_lists,
    from_memory,
    hashed,
    identity,
    indicator,
    numeric,
    only_ids,
    ragged,
    texts,
)
from parity.neutral import Case, Json
from parity.wire import example, floats, ints, sequence_example, strings

INT64_MAX, INT64_MIN = 2**63 - 1, -(2**63)

TABLE = [[1.0, 2.0], [3.0, 5.0], [7.0, 11.0]]
"""TensorFlow's own tests use these rows."""


def document_cases() -> list[Case]:
    """The examples of the API's documents."""
    watches = embedding(identity("watches", 1000), 10, seed=1)
    tokens = embedding(hashed("tokens", 1000), 10, seed=2)
    both = [
        example(
            watches=ints(3, 999, 0),
            tokens=strings("omar", "stringer", "marlo"),
            temperature=floats(21.5, 20, 3),
        ),
        example(watches=ints(7), tokens=strings("日本"), temperature=floats(-40)),
        example(),
    ]
    return [
        from_examples("documents/watches", [watches], *both),
        from_examples("documents/tokens", [tokens], *both),
        from_examples("documents/temperature", [numeric("temperature")], *both),
        from_examples("documents/all together", [numeric("temperature"), watches, tokens], *both),
    ]


def identity_cases() -> list[Case]:
    plain = embedding(identity("a", 3), table=TABLE)
    with_default = embedding(identity("a", 3, 1), table=TABLE)
    extremes = [-1, 3, INT64_MAX, INT64_MIN, 2]
    out_of_range = departs("identity-out-of-range", error="IdOutOfRangeError")
    return [
        from_examples("identity/bounds", [plain], example(a=ints(0, 2)), example(a=ints(1))),
        from_examples("identity/too large", [plain], example(a=ints(0, 3)), fails=True),
        from_examples(
            "identity/too large in an indicator",
            [indicator(identity("a", 3))],
            example(a=ints(3)),
            departs=out_of_range,
        ),
        from_examples("identity/negative", [plain], example(a=ints(0, -1)), departs=out_of_range),
        from_memory(
            "identity/negative in a ragged feature",
            [plain],
            {"a": ragged("int64", [[0, -1]])},
            departs=out_of_range,
        ),
        from_memory("identity/hole of -2", [plain], {"a": dense("int64", [[0, -2]])}, departs=out_of_range),
        from_examples(
            "identity/default for everything out of range", [with_default], example(a=ints(*extremes))
        ),
        from_memory(
            "identity/dense drops -1 before the default",
            [with_default],
            {"a": dense("int64", [[-1, -2, 9], [0, -1, 2]])},
        ),
        from_memory(
            "identity/ragged -1 becomes the default", [with_default], {"a": ragged("int64", [[-1, 2], []])}
        ),
        from_memory("identity/int8", [plain], {"a": dense("int8", [[0, 2, -1], [1, 2, 0]])}),
        from_memory("identity/int16 ragged", [plain], {"a": ragged("int16", [[0, 2], [1]])}),
        from_memory("identity/uint32", [plain], {"a": dense("uint32", [[0, 2], [1, 1]])}),
        from_memory(
            "identity/uint64 beyond int64", [with_default], {"a": ragged("uint64", [[2**63, 2**64 - 1, 0]])}
        ),
        from_memory(
            "identity/255 in uint8 is a value",
            [with_default],
            {"a": dense("uint8", [[0, 2, 255]])},
            departs=departs("unsigned-absent", {"lengths": [3]}),
        ),
        from_memory("identity/floats", [plain], {"a": ragged("float32", [[1.0]])}, fails=True),
        from_memory("identity/strings", [plain], {"a": ragged("string", [["1"]])}, fails=True),
        from_examples("identity/wrong kind of list", [plain], example(a=floats(1.0)), fails=True),
        from_examples(
            "identity/empty list of another kind",
            [plain],
            example(a=floats()),
            departs=departs("empty-of-another-kind", {"lengths": [0]}),
        ),
        from_memory("identity/missing key", [plain], {"b": ragged("int64", [[1]])}, fails=True),
        from_examples("identity/one bucket", [embedding(identity("a", 1))], example(a=ints(0, 0))),
    ]


def hash_cases() -> list[Case]:
    words = example(a=strings("omar", "stringer", "marlo", "", b"\0", b"\xff\xfe", "日本", "x" * 300))
    numbers = [0, 1, -1, 101, 201, INT64_MAX, INT64_MIN]
    by_text = embedding(hashed("a", 10))
    by_number = embedding(hashed("a", 10, "int64"))
    wide = [embedding(hashed("a", 2**62), 1, table=[[0.0]])]
    return [
        from_examples("hash/strings", [by_text], words, example(a=strings("a"))),
        from_examples("hash/integers as decimal text", [by_number], example(a=ints(*numbers))),
        only_ids(from_examples("hash/2**62 buckets", wide, words)),
        from_memory(
            "hash/dense drops the empty string",
            [by_text],
            {"a": dense("string", [["a", "", "b"], ["", "a", ""]])},
        ),
        from_memory(
            "hash/ragged keeps the empty string", [by_text], {"a": ragged("string", [["", "a"], [""]])}
        ),
        from_memory("hash/dense drops -1", [by_number], {"a": dense("int64", [[-1, -2, 5], [4, -1, 5]])}),
        from_memory(
            "hash/int32 feature, int64 column", [by_number], {"a": ragged("int32", [[-1, 7], [2**31 - 1]])}
        ),
        from_memory("hash/uint64 feature", [by_number], {"a": ragged("uint64", [[2**64 - 1, 2**63, 0]])}),
        from_memory(
            "hash/int64 feature, uint8 column",
            [embedding(hashed("a", 10, "uint8"))],
            {"a": ragged("int64", [[300]])},
        ),
        from_memory("hash/integers for strings", [by_text], {"a": ragged("int64", [[1]])}, fails=True),
        from_memory("hash/strings for integers", [by_number], {"a": ragged("string", [["1"]])}, fails=True),
        from_memory("hash/floats", [by_text], {"a": ragged("float32", [[1.0]])}, fails=True),
        from_examples(
            "hash/one bucket",
            [embedding(hashed("a", 1))],
            words,
            departs=departs("hash-bucket-size-one", error="ColumnValueError"),
        ),
        from_examples(
            "hash/int32 column reads int64 lists",
            [embedding(hashed("a", 10, "int32"), table=[[float(i), 0.0] for i in range(10)])],
            example(a=ints(101, 201)),
            departs=departs("narrow-dtypes", {"output": fills([1, 2, 2], [[[3.0, 0.0], [7.0, 0.0]]])}),
        ),
    ]


def embedding_cases() -> list[Case]:
    several = {"a": ragged("int64", [[[1, 1, 0], [2]], [[], [0, 2]], []], rank=3)}
    cases = []
    for combiner in ("mean", "sqrtn", "sum"):
        column = embedding(identity("a", 3), table=TABLE, combiner=combiner)
        cases.append(from_memory(f"embedding/{combiner}", [column], several))
        clipped = embedding(identity("a", 3), table=TABLE, combiner=combiner, max_norm=1.0)
        cases.append(from_memory(f"embedding/{combiner} clipped", [clipped], several))
    loose = embedding(identity("a", 3), table=TABLE, max_norm=4.0)
    diverged = [[math.nan, 1.0], [1.0, 2.0], [math.inf, -1.0]]
    holes = {"a": ragged("int64", [[[1, 1], [], [2]], [[0]], []], rank=3)}
    plain = embedding(identity("a", 3), table=TABLE)
    four = {
        "a": dense("int64", [[[[0, 1], [2, -1]], [[1, 1], [-1, -1]]], [[[2, 2], [0, 1]], [[0, -1], [-1, 1]]]])
    }
    return [
        *cases,
        from_examples("embedding/clipping leaves small rows", [loose], example(a=ints(0, 1, 2))),
        from_memory(
            "embedding/padding and holes beside NaN", [embedding(identity("a", 3), table=diverged)], holes
        ),
        from_memory(
            "embedding/clipped rows of NaN",
            [embedding(identity("a", 3), table=diverged, max_norm=1.0)],
            holes,
        ),
        from_memory("embedding/inner holes", [plain], {"a": dense("int64", [[-1, 2, -1, 0]])}),
        from_memory("embedding/dense of rank 1 has one step", [plain], {"a": dense("int64", [2, 0])}),
        from_memory(
            "embedding/dense of rank 3", [plain], {"a": dense("int64", [[[0, 1], [2, -1]], [[1, 1], [0, 2]]])}
        ),
        from_memory("embedding/dense of rank 4", [plain], four),
        from_memory(
            "embedding/all steps absent at the end",
            [plain],
            {"a": dense("int64", [[2, -1, -1], [0, 1, -1]])},
            departs=departs(
                "padded-width",
                {"lengths": [1, 2], "output": fills([2, 2, 2], [[[7, 11], [0, 0]], [[1, 2], [3, 5]]])},
            ),
        ),
        from_memory(
            "embedding/trailing empty steps",
            [plain],
            {"a": ragged("int64", [[[0], []], [[], [1]]], rank=3)},
            departs=departs("trailing-empty-steps", {"lengths": [2, 2]}),
        ),
        from_examples("embedding/no examples", [plain]),
        from_examples("embedding/only empty rows", [plain], example(), example(a=ints()), example(a=b"")),
    ]


def indicator_cases() -> list[Case]:
    column = indicator(identity("a", 3))
    return [
        from_examples("indicator/one value a step", [column], example(a=ints(0, 2, 2)), example(a=ints(1))),
        from_memory(
            "indicator/counts", [column], {"a": ragged("int64", [[[1, 1, 0], [2]], [[], [0, 0]]], rank=3)}
        ),
        from_examples(
            "indicator/hashed", [indicator(hashed("a", 5))], example(a=strings("x", "y")), example()
        ),
        from_examples("indicator/no examples", [column]),
    ]


def numeric_cases() -> list[Case]:
    plain, pair = numeric("a"), numeric("a", shape=[2])
    odd = [math.nan, math.inf, -math.inf, -0.0, 1e-45, 3.4028234663852886e38]
    three_of_two = departs("numeric-partial-step", error="PartialStepError")
    return [
        from_examples(
            "numeric/padding is the default",
            [numeric("a", default_value=-1.0)],
            example(a=floats(1, 2)),
            example(a=floats(3)),
        ),
        from_examples("numeric/zeros are steps", [plain], example(a=floats(0, 0)), example(a=floats(0))),
        from_examples("numeric/every kind of float", [plain], example(a=floats(*odd))),
        from_examples(
            "numeric/shape 2", [pair], example(a=floats(1, 2, 3, 4)), example(a=floats(5, 6)), example()
        ),
        from_examples(
            "numeric/shape 2 by 3",
            [numeric("a", shape=[2, 3])],
            example(a=floats(*range(12))),
            example(a=floats(*range(6))),
        ),
        from_examples(
            "numeric/scalar steps", [numeric("a", shape=[])], example(a=floats(1, 2)), example(a=floats(3))
        ),
        from_examples("numeric/partial step in every row", [pair], example(a=floats(1, 2, 3)), fails=True),
        from_examples(
            "numeric/partial step in a short row",
            [pair],
            example(a=floats(1, 2, 3, 4)),
            example(a=floats(5, 6, 7)),
            departs=three_of_two,
        ),
        from_examples(
            "numeric/normalized, padding not",
            [numeric("a", times=2.0, default_value=9.0)],
            example(a=floats(1, 2)),
            example(a=floats(3)),
        ),
        from_memory("numeric/ragged", [plain], {"a": ragged("float32", [[1.5, 2.5], [], [3.5]])}),
        from_memory(
            "numeric/ragged steps", [pair], {"a": ragged("float32", [[[1, 2], [3, 4]], [[5, 6]]], rank=3)}
        ),
        from_memory(
            "numeric/float64 narrows in the layer", [plain], {"a": ragged("float64", [[0.1, 0.2], [0.3]])}
        ),
        from_examples(
            "numeric/int64 column",
            [numeric("a", dtype="int64", default_value=0)],
            example(a=ints(1, -5)),
            example(a=ints(2)),
        ),
        from_examples("numeric/wrong kind of list", [plain], example(a=ints(1)), fails=True),
        from_memory("numeric/strings", [plain], {"a": ragged("string", [["1"]])}, fails=True),
        from_memory(
            "numeric/dense array",
            [plain],
            {"a": dense("float32", [[1.0, 0.0], [2.0, 3.0]])},
            departs=departs(
                "numeric-dense", {"output": fills([2, 2, 1], [[[1], [0]], [[2], [3]]]), "lengths": [2, 2]}
            ),
        ),
        from_examples("numeric/only empty rows", [plain], example(), example(a=floats())),
        from_examples(
            "numeric/no examples",
            [plain],
            departs=departs("numeric-empty-batch", {"output": fills([0, 0, 1], []), "lengths": []}),
        ),
        from_examples(
            "numeric/no examples beside an embedding",
            [plain, embedding(identity("b", 3))],
            departs=departs("numeric-empty-batch", {"output": fills([0, 0, 3], []), "lengths": []}),
        ),
        from_examples(
            "numeric/float64 column reads float lists",
            [numeric("a", dtype="float64")],
            example(a=floats(1.5)),
            departs=departs("narrow-dtypes", {"output": fills([1, 1, 1], [[[1.5]]])}),
        ),
        from_examples(
            "numeric/integers beside floats",
            [numeric("a", dtype="int64", default_value=0), numeric("b")],
            example(a=ints(1), b=floats(0.5)),
            departs=departs("numeric-integers", {"output": fills([1, 1, 2], [[[1.0, 0.5]]])}),
        ),
    ]


def layer_cases() -> list[Case]:
    names = ["B", "_x", "a10", "a2", "b", "é"]
    row = {name: ints(index % 3, 1) for index, name in enumerate(names)}
    sorted_by_name = [embedding(identity(name, 3), 1, seed=index) for index, name in enumerate(names)]
    both = [embedding(identity("a", 3), table=TABLE), indicator(identity("a", 3))]
    pair = [embedding(identity("a", 3)), numeric("b", shape=[2, 2])]
    first, again = embedding(identity("a", 3)), embedding(identity("a", 3), 4)
    return [
        from_examples("layer/columns are ordered by name", sorted_by_name[::-1], example(**row), example()),
        from_examples("layer/embedding and indicator of one key", both, example(a=ints(2, 0))),
        from_examples(
            "layer/names that no framework takes",
            [embedding(identity("a b/c:d.e", 3))],
            example(**{"a b/c:d.e": ints(1)}),
        ),
        from_examples(
            "layer/inner shapes are flattened", pair, example(a=ints(1), b=floats(1, 2, 3, 4)), example()
        ),
        from_examples("layer/unequal lengths", pair, example(a=ints(1, 2), b=floats(1, 2, 3, 4)), fails=True),
        from_examples(
            "layer/unequal lengths, equal widths",
            pair,
            example(a=ints(1), b=floats(*range(8))),
            example(a=ints(1, 1), b=floats(*range(4))),
            fails=True,
        ),
        from_memory(
            "layer/unequal batches",
            pair,
            {"a": ragged("int64", [[1]]), "b": ragged("float32", [[1, 2, 3, 4]] * 2)},
            fails=True,
        ),
        from_examples("layer/duplicate names", [first, again], example(a=ints(1)), fails=True),
        from_examples("layer/one key in two ways", [first, numeric("a")], example(a=ints(1)), fails=True),
        from_examples("layer/bare categorical column", [identity("a", 3)], example(a=ints(1)), fails=True),
        from_lists(
            "layer/several values a step",
            [first],
            sequence_example(a=[ints(0, 1), ints(), ints(2)]),
            sequence_example(a=[ints(1)]),
        ),
        from_lists(
            "layer/several words a step",
            [embedding(hashed("a", 7))],
            sequence_example(a=[strings("x", ""), strings("y")]),
            sequence_example(),
        ),
        from_lists(
            "layer/trailing empty steps of a list",
            [first],
            sequence_example(a=[ints(0), ints()]),
            departs=departs("trailing-empty-steps", {"lengths": [2]}),
        ),
    ]


def argument_cases() -> list[Case]:
    """Arguments that both refuse, and some that only Colonnade refuses."""
    record = example(a=ints(1))
    loose = departs("arguments", error="ColumnValueError")
    wrong_type = departs("arguments", error="ColumnTypeError")
    fractional = {
        **embedding(identity("a", 3)),
        "categorical_column": {**identity("a", 3), "num_buckets": 3.5},
    }
    declared = {"table": {"rows": 3, "width": 2, "seed": 0}}
    return [
        from_examples("arguments/no buckets", [embedding(identity("a", 0), table=TABLE)], record, fails=True),
        from_examples("arguments/default out of range", [embedding(identity("a", 3, 3))], record, fails=True),
        from_examples("arguments/negative default", [embedding(identity("a", 3, -1))], record, fails=True),
        from_examples(
            "arguments/no hash buckets", [embedding(hashed("a", 0), table=TABLE)], record, fails=True
        ),
        from_examples("arguments/hash of floats", [embedding(hashed("a", 5, "float32"))], record, fails=True),
        from_examples("arguments/shape of zero", [numeric("a", shape=[0])], record, fails=True),
        from_examples("arguments/numeric strings", [numeric("a", dtype="string")], record, fails=True),
        from_examples(
            "arguments/no dimension", [embedding(identity("a", 3), 0, table=TABLE)], record, fails=True
        ),
        from_examples(
            "arguments/unknown combiner", [embedding(identity("a", 3), combiner="max")], record, fails=True
        ),
        from_examples("arguments/indicator of numbers", [indicator(numeric("a"))], record, fails=True),
        from_examples(
            "arguments/embedding of numbers",
            [embedding(numeric("a"), **declared)],
            example(a=floats(1)),
            fails=True,
        ),
        only_ids(
            from_examples(
                "arguments/unknown combiner, not yet used",
                [embedding(identity("a", 3), combiner="max")],
                record,
                departs=loose,
            )
        ),
        from_examples(
            "arguments/max_norm of zero", [embedding(identity("a", 3), max_norm=0.0)], record, departs=loose
        ),
        from_examples(
            "arguments/max_norm of infinity",
            [embedding(identity("a", 3), table=TABLE, max_norm=math.inf)],
            example(a=ints(0, 2)),
            departs=departs("arguments", {"output": fills([1, 2, 2], [[[1, 2], [7, 11]]])}),
        ),
        only_ids(from_examples("arguments/fractional buckets", [fractional], record, departs=wrong_type)),
        only_ids(
            from_examples(
                "arguments/numeric default is text",
                [numeric("a", default_value="x")],
                example(a=floats()),
                fails=True,
            )
        ),
    ]


def parse(name: str, spec: dict[str, Json], *examples: bytes, **more: Json) -> Case:
    return {"name": name, "operation": "parse_example", "spec": spec, "examples": texts([*examples]), **more}


def var(dtype: str) -> Json:
    return {"function": "VarLenFeature", "dtype": dtype}


def fixed(dtype: str, shape: list[int], **default: Json) -> Json:
    return {"function": "FixedLenFeature", "shape": shape, "dtype": dtype, **default}


def parsing_cases() -> list[Case]:
    every = {"i": var("int64"), "f": var("float32"), "s": var("string")}
    row = example(i=ints(1, INT64_MIN, INT64_MAX), f=floats(1.5, math.inf), s=strings("é", b"\0\xff", ""))
    two = fixed("float32", [2])
    with_default = fixed("float32", [2], default_value=[8.0, 9.0])
    text = fixed("string", [1], default_value="none")
    return [
        parse("parsing/every kind", every, row, example(), example(i=ints(), f=b"", s=strings())),
        parse("parsing/no examples", every),
        parse(
            "parsing/fixed shapes", {"f": two, "i": fixed("int64", [])}, example(f=floats(1, 2), i=ints(3))
        ),
        parse(
            "parsing/fixed shape of rank 2", {"f": fixed("float32", [2, 2])}, example(f=floats(1, 2, 3, 4))
        ),
        parse(
            "parsing/default for a missing feature",
            {"f": with_default},
            example(),
            example(f=b""),
            example(f=floats(1, 2)),
        ),
        parse("parsing/default text", {"s": text}, example(), example(s=strings("x"))),
        parse(
            "parsing/present but empty takes the default",
            {"f": with_default},
            example(f=floats()),
            departs=departs(
                "empty-takes-default",
                {"features": {"f": {"dtype": "float32", "shape": [1, 2], "items": [[8.0, 9.0]]}}},
            ),
        ),
        parse("parsing/required and missing", {"f": two}, example(), fails=True),
        parse("parsing/too few values", {"f": two}, example(f=floats(1)), fails=True),
        parse("parsing/too many values", {"f": two}, example(f=floats(1, 2, 3)), fails=True),
        parse("parsing/wrong kind", {"f": var("float32")}, example(f=ints(1)), fails=True),
        parse("parsing/no examples of fixed shape", {"f": two}),
    ]


def padded_feature(dtype: str, shape: list[int], **more: Json) -> Json:
    return {"function": "FixedLenSequenceFeature", "shape": shape, "dtype": dtype, **more}


def padded_cases() -> list[Case]:
    """FixedLenSequenceFeature in Examples."""
    pairs = padded_feature("float32", [2], allow_missing=True)
    filled = {
        "i": padded_feature("int64", [], allow_missing=True, default_value=-7),
        "s": padded_feature("string", [], allow_missing=True, default_value="none"),
    }
    row = example(f=floats(1, 2, 3, 4), i=ints(5), s=strings("a", b"\0"))
    return [
        parse("padded/pairs", {"f": pairs}, row, example(), example(f=floats(5, 6)), example(f=floats())),
        parse("padded/default", filled, row, example(i=ints(1, 2, 3), s=strings("b")), example()),
        parse(
            "padded/text without a default", {"s": padded_feature("string", [], allow_missing=True)}, row, b""
        ),
        parse("padded/rank 2", {"f": padded_feature("float32", [2, 1], allow_missing=True)}, row, example()),
        parse("padded/no steps", {"f": pairs}, example(), example()),
        parse("padded/no examples", {"f": pairs}),
        parse("padded/part of a step", {"f": pairs}, row, example(f=floats(1, 2, 3)), fails=True),
        parse("padded/missing not allowed", {"f": padded_feature("float32", [2])}, row, fails=True),
        parse("padded/wrong kind", {"i": pairs}, row, fails=True),
    ]


def ragged_feature(dtype: str, *partitions: list[Json], **more: Json) -> Json:
    """Partitions are pairs of a name and its argument, the outermost first."""
    return {"function": "RaggedFeature", "dtype": dtype, "partitions": [*partitions], **more}


def ragged_cases() -> list[Case]:
    """RaggedFeature in Examples."""
    rows = example(
        v=strings("a", "b", "c"),
        lengths=ints(2, 0, 1),
        splits=ints(0, 2, 2, 3),
        starts=ints(0, 2, 2),
        limits=ints(2, 2, 3),
        ids=ints(0, 0, 2),
    )
    keyed = [
        ["RowLengths", "lengths"],
        ["RowSplits", "splits"],
        ["RowStarts", "starts"],
        ["RowLimits", "limits"],
        ["ValueRowIds", "ids"],
    ]
    spread = example(
        v=strings("d"),
        lengths=ints(0, 1),
        splits=ints(0, 0, 1),
        starts=ints(0, 0),
        limits=ints(0, 1),
        ids=ints(1),
    )
    nested = ragged_feature("int64", ["RowLengths", "outer"], ["RowLengths", "inner"], validate=True)
    deep = example(v=ints(1, 2, 3), outer=ints(2, 0, 1), inner=ints(1, 0, 2))
    contradiction = departs("partitions-checked", error="RaggedError")
    short = example(v=ints(1, 2, 3), p=ints(1, 1))
    return [
        *(
            parse(
                f"ragged/{partition[0]}",
                {"r": ragged_feature("string", partition, value_key="v", validate=True)},
                rows,
                spread,
            )
            for partition in keyed
        ),
        parse(
            "ragged/UniformRowLength",
            {"v": ragged_feature("int64", ["UniformRowLength", 2])},
            example(v=ints(1, 2, 3, 4)),
            example(),
            example(v=ints(5, 6)),
        ),
        parse(
            "ragged/UniformRowLength of rows",
            {"v": ragged_feature("int64", ["UniformRowLength", 2], ["RowLengths", "p"], validate=True)},
            example(v=ints(1, 2, 3), p=ints(1, 2)),
            example(),
        ),
        parse("ragged/no partitions", {"v": ragged_feature("string")}, rows, example(), example(v=b"")),
        parse("ragged/nested", {"v": nested}, deep, example(), deep),
        parse("ragged/no examples", {"v": nested}),
        parse(
            "ragged/contradiction, validated",
            {"v": ragged_feature("int64", ["RowLengths", "p"], validate=True)},
            short,
            fails=True,
        ),
        parse(
            "ragged/contradiction",
            {"v": ragged_feature("int64", ["RowLengths", "p"])},
            short,
            example(v=ints(4), p=ints(1)),
            departs=contradiction,
        ),
        parse(
            "ragged/absent partition",
            {"v": ragged_feature("int64", ["RowSplits", "p"])},
            example(v=ints(1)),
            departs=contradiction,
        ),
        parse(
            "ragged/one key in two ways",
            {"v": var("int64"), "r": ragged_feature("int64", ["RowLengths", "p"], value_key="v")},
            example(v=ints(1, 2, 3), p=ints(1, 2)),
            departs=departs(
                "shared-keys",
                {
                    "features": {
                        "v": {"dtype": "int64", "rows": [[1, 2, 3]]},
                        "r": {"dtype": "int64", "rows": [[[1], [2, 3]]]},
                    }
                },
            ),
        ),
        parse(
            "ragged/wrong kind of partition", {"v": nested}, example(v=ints(1), inner=floats(1)), fails=True
        ),
    ]


def sparse_feature(dtype: str, index_key: Json, size: Json, **more: Json) -> Json:
    return {
        "function": "SparseFeature",
        "index_key": index_key,
        "value_key": "v",
        "dtype": dtype,
        "size": size,
        **more,
    }


def sparse_cases() -> list[Case]:
    """SparseFeature in Examples."""
    row = example(i=ints(3, 0), j=ints(1, 2), v=floats(1.5, 2.5))
    one, two = sparse_feature("float32", "i", 4), sparse_feature("float32", ["j", "i"], [3, 4])
    in_order = sparse_feature("float32", "i", 4, already_sorted=True)
    refused = departs("sparse-checked", error="SparseIndexError")
    return [
        parse("sparse/one dimension", {"s": one}, row, example(), example(i=ints(1), v=floats(3.5))),
        parse("sparse/two dimensions", {"s": two}, row, example()),
        parse("sparse/sorted already", {"s": in_order}, example(i=ints(0, 2), v=floats(1, 2))),
        parse("sparse/no examples", {"s": two}),
        parse("sparse/fewer indices", {"s": one}, example(i=ints(1), v=floats(1, 2)), fails=True),
        parse("sparse/wrong kind of index", {"s": one}, example(i=floats(1), v=floats(1)), fails=True),
        parse("sparse/index too large", {"s": one}, example(i=ints(4), v=floats(1)), departs=refused),
        parse("sparse/negative index", {"s": one}, example(i=ints(-1), v=floats(1)), departs=refused),
        parse("sparse/index twice", {"s": one}, example(i=ints(1, 1), v=floats(1, 2)), departs=refused),
        parse("sparse/not sorted already", {"s": in_order}, row, departs=refused),
    ]


def parse_lists(
    name: str, context: dict[str, Json], sequences: dict[str, Json], *records: bytes, **more: Json
) -> Case:
    specs = {"context_spec": context, "sequence_spec": sequences}
    raw = {"sequence_examples": texts([*records])}
    return {"name": name, "operation": "parse_sequence_example", **specs, **raw, **more}


def sequence_parsing_cases() -> list[Case]:
    """parse_sequence_example."""
    context = {"c": fixed("float32", [2]), "w": var("string")}
    lists = {
        "q": var("int64"),
        "s": padded_feature("string", []),
        "f": padded_feature("float32", [2], allow_missing=True),
        "r": ragged_feature("int64"),
        "p": ragged_feature("int64", ["RowLengths", "l"], validate=True),
    }
    row = wire.with_context(
        example(c=floats(1, 2), w=strings("x", "")),
        q=[ints(1, 2), b"", ints(3)],
        s=[strings("a"), strings(b"\0")],
        f=[floats(1, 2)],
        r=[ints(4), ints(), ints(5, 6)],
        p=[ints(1, 2, 3), ints()],
        l=[ints(1, 2), ints()],
    )
    other = wire.with_context(example(c=floats(3, 4)), s=[], q=[ints()])
    numbers, pairs = {"q": var("int64")}, {"q": padded_feature("int64", [])}
    return [
        parse_lists("sequence parsing/every feature", context, lists, row, other),
        parse_lists("sequence parsing/no records", {"w": var("string")}, lists),
        parse_lists(
            "sequence parsing/no records with a fixed context",
            {"c": context["c"]},
            {},
            departs=departs(
                "no-records", {"context": {"c": {"dtype": "float32", "shape": [0, 2], "items": []}}}
            ),
        ),
        parse_lists("sequence parsing/only the context", context, {}, row, other),
        parse_lists("sequence parsing/an example", {"c": context["c"]}, numbers, example(c=floats(1, 2))),
        parse_lists(
            "sequence parsing/empty steps", {}, numbers, sequence_example(q=[b"", ints(), ints(1), b""])
        ),
        parse_lists(
            "sequence parsing/uniform rows in steps",
            {},
            {"q": ragged_feature("int64", ["UniformRowLength", 2])},
            sequence_example(q=[ints(1, 2, 3, 4), ints(), ints(5, 6)]),
            sequence_example(),
        ),
        parse_lists(
            "sequence parsing/last of two lists",
            {},
            numbers,
            sequence_example(q=[ints(1), ints(2)]) + sequence_example(q=[ints(3)]),
        ),
        parse_lists("sequence parsing/nothing wanted", {}, {}, row, fails=True),
        parse_lists("sequence parsing/required list is absent", {}, pairs, sequence_example(), fails=True),
        parse_lists(
            "sequence parsing/step of two", {}, pairs, sequence_example(q=[ints(1), ints(1, 2)]), fails=True
        ),
        parse_lists("sequence parsing/unset step", {}, pairs, sequence_example(q=[ints(1), b""]), fails=True),
        parse_lists(
            "sequence parsing/default in a list",
            {},
            {"q": padded_feature("int64", [], default_value=1)},
            sequence_example(q=[]),
            fails=True,
        ),
        parse_lists("sequence parsing/wrong kind", {}, numbers, sequence_example(q=[floats(1)]), fails=True),
        parse_lists(
            "sequence parsing/empty step of another kind",
            {},
            numbers,
            sequence_example(q=[floats()]),
            departs=departs(
                "empty-of-another-kind",
                {"sequences": {"q": {"dtype": "int64", "shape": [1, 1, 0], "indices": [], "values": []}}},
            ),
        ),
        parse_lists("sequence parsing/context is absent", context, {}, sequence_example(), fails=True),
        parse_lists("sequence parsing/fixed list", {}, {"q": fixed("int64", [])}, row, fails=True),
        parse_lists(
            "sequence parsing/padded context",
            {"c": padded_feature("float32", [2], allow_missing=True)},
            {},
            row,
            fails=True,
        ),
        parse_lists(
            "sequence parsing/contradiction in a step",
            {},
            {"p": ragged_feature("int64", ["RowLengths", "l"])},
            sequence_example(p=[ints(1, 2)], l=[ints(1)]),
            departs=departs("partitions-checked", error="RaggedError"),
        ),
    ]


def wire_cases() -> list[Case]:
    """How bytes are read: what protobuf says, where the two agree and where they do not."""
    ints_of, floats_of = {"a": var("int64")}, {"a": var("float32")}
    list_of_ints = wire.message(3, wire.loose_ints(1, 2))
    two_chunks = wire.message(3, wire.packed_ints(1, 2) + wire.packed_ints(3))
    packed_then_loose = wire.message(3, wire.packed_ints(1) + wire.loose_ints(2))
    loose_then_packed = wire.message(3, wire.loose_ints(1) + wire.packed_ints(2))
    unknown = wire.message(15, b"x")
    no_value = wire.message(1, wire.message(1, wire.message(1, b"a")))
    no_key = wire.message(1, wire.message(1, wire.message(2, ints(1))))
    value_first = wire.message(1, wire.message(1, wire.message(2, ints(1)) + wire.message(1, b"a")))
    odd_floats = example(a=wire.message(2, wire.message(1, b"\0\0\x80\x3f\0")))
    wide_varint = example(a=wire.message(3, wire.message(1, b"\xff" * 9 + b"\x7f")))

    def reads(*values: int) -> Json:
        return departs("wire-protobuf", {"features": {"a": {"dtype": "int64", "rows": [list(values)]}}})

    refused = departs("wire-protobuf", error="MalformedRecordError")
    cut = departs("wire-truncation", error="MalformedRecordError")
    return [
        parse("wire/unpacked integers", ints_of, example(a=list_of_ints)),
        parse("wire/unpacked floats", floats_of, example(a=wire.message(2, wire.loose_floats(1.5, 2.5)))),
        parse(
            "wire/last of two entries",
            ints_of,
            wire.message(1, wire.entry("a", ints(1)) + wire.entry("a", ints(2, 3))),
        ),
        parse(
            "wire/last entry of another kind first",
            ints_of,
            wire.message(1, wire.entry("a", floats(1)) + wire.entry("a", ints(2))),
        ),
        parse("wire/two feature maps merge", ints_of, example(a=ints(1)) + example(b=ints(2))),
        parse("wire/unknown field at the top", ints_of, example(a=ints(1)) + unknown),
        parse("wire/value before key", ints_of, value_first),
        parse("wire/ten byte varint wraps", ints_of, wide_varint),
        parse(
            "wire/eleven byte varint",
            ints_of,
            example(a=wire.message(3, wire.message(1, b"\xff" * 10 + b"\1"))),
            fails=True,
        ),
        parse("wire/empty record", ints_of, b""),
        parse("wire/text for a record", ints_of, b"hello", fails=True),
        parse("wire/two packed chunks", ints_of, example(a=two_chunks), departs=reads(1, 2, 3)),
        parse("wire/packed then unpacked", ints_of, example(a=packed_then_loose), departs=reads(1, 2)),
        parse("wire/unpacked then packed", ints_of, example(a=loose_then_packed), departs=reads(1, 2)),
        parse("wire/two lists of one kind merge", ints_of, example(a=ints(1) + ints(2)), departs=reads(1, 2)),
        parse(
            "wire/two lists of two kinds, last wins",
            ints_of,
            example(a=floats(1) + ints(2)),
            departs=reads(2),
        ),
        parse(
            "wire/unknown field in the map",
            ints_of,
            wire.message(1, unknown + wire.entry("a", ints(1))),
            departs=reads(1),
        ),
        parse("wire/unknown field before the list", ints_of, example(a=unknown + ints(1)), departs=reads(1)),
        parse(
            "wire/unknown field in the list",
            ints_of,
            example(a=wire.message(3, unknown + wire.packed_ints(1))),
            departs=reads(1),
        ),
        parse("wire/entry without a value", ints_of, no_value, departs=reads()),
        parse("wire/entry without a key", ints_of, no_key, departs=reads()),
        parse("wire/bad floats", floats_of, odd_floats, departs=refused),
        parse(
            "wire/key that is not UTF-8",
            ints_of,
            wire.message(1, wire.entry(b"\xff", ints(1))),
            departs=refused,
        ),
        parse(
            "wire/broken feature nobody asked for",
            ints_of,
            example(b=b"\x1a\x7f"),
            departs=departs("unread-features", error="MalformedRecordError"),
        ),
        parse("wire/cut after the outermost length", ints_of, example(a=ints(1))[:2], departs=cut),
        parse("wire/junk that looks like an unknown field", ints_of, b"junk", departs=cut),
    ]


def mask(name: str, dtype: str, lengths: Json, maxlen: int | None = None, **more: Json) -> Case:
    array = np.array(lengths, dtype)
    form = {"dtype": dtype, "shape": list(array.shape), "items": lengths}
    return {"name": name, "operation": "sequence_mask", "lengths": form, "maxlen": maxlen, **more}


def mask_cases() -> list[Case]:
    return [
        mask("mask/longest", "int64", [1, 3, 0]),
        mask("mask/wider", "int64", [1, 3], 5),
        mask("mask/narrower", "int64", [1, 3], 2),
        mask("mask/width 0", "int64", [1, 3], 0),
        mask("mask/no rows", "int64", []),
        mask("mask/only zeros", "int64", [0, 0]),
        mask("mask/rank 2", "int32", [[1, 2], [0, 3]]),
        mask("mask/scalar", "int64", 2, 3),
        mask("mask/negative width", "int64", [1], -1, fails=True),
        mask(
            "mask/length beyond int32",
            "int64",
            [2**31 + 1, 1],
            2,
            departs=departs(
                "mask-wide-lengths",
                {"mask": {"dtype": "bool", "shape": [2, 2], "items": [[True, True], [True, False]]}},
            ),
        ),
    ]


def scrambled_bytes(length: int, seed: int) -> bytes:
    """Bytes that are the same everywhere."""
    return hashlib.shake_256(f"{length} {seed}".encode()).digest(length)


def hash_vectors() -> list[bytes]:
    """1,000 byte strings with lengths 0 to 300."""
    return [scrambled_bytes(index % 301, index // 301) for index in range(1000)]


def hash_vector_cases() -> list[Case]:
    values = texts(hash_vectors())
    return [
        {"name": f"hash vectors/{size}", "operation": "hash", "values": values, "hash_bucket_size": size}
        for size in (2, 1000, INT64_MAX)
    ]


def record_cases() -> list[Case]:
    several = texts([b"", b"one", b"\0\xff" * 50, scrambled_bytes(3000, 0), example(a=ints(1))])
    cases = []
    for compression in (None, "GZIP", "ZLIB"):
        for name, records in (("several", several), ("none", []), ("one empty", [""])):
            made = {"operation": "write_records", "records": records, "compression": compression}
            cases.append({"name": f"records/{name} {compression or 'plain'}", **made})
    cut = {"operation": "cut_records", "records": texts([b"", b"one", b"another"]), "compression": None}
    return [*cases, {"name": "records/every cut", **cut}]


def written_cases() -> list[Case]:
    """Everything above."""
    groups = (
        document_cases, identity_cases, hash_cases, embedding_cases, indicator_cases, numeric_cases,
        layer_cases, argument_cases, parsing_cases, padded_cases, ragged_cases,
        sparse_cases, sequence_parsing_cases, wire_cases, mask_cases, hash_vector_cases, record_cases,
    )  # fmt: skip
    return [*(case for group in groups for case in group()), *column_cases()]
