"""Hand-written cases of vocabularies, bucketized, crossed and weighted columns, contexts, and shared tables.

They are part of `cases.written_cases`, and tell the same facts: what Colonnade shares with TensorFlow, or
departs from.
"""

from __future__ import annotations

import math

from parity.declared import (
    bucketized,
    context,
    context_numeric,
    crossed,
    dense,
    departs,
    embedding,
    fills,
    from_examples,
    from_groups,
    from_lists,
    from_memory,
    hashed,
    identity,
    in_context,
    indicator,
    numeric,
    only_ids,
    ragged,
    shared,
    texts,
    vocabulary,
    vocabulary_file,
    weighted,
)
from parity.neutral import Case, Json
from parity.wire import example, floats, ints, sequence_example, strings

WORDS = ["omar", "stringer", "marlo"]
LINES = "omar\nstringer\nmarlo\n"
INT64_MAX, INT64_MIN = 2**63 - 1, -(2**63)


def refused(entry: str = "arguments", error: str = "ColumnValueError") -> Json:
    return departs(entry, error=error)


def vocabulary_cases() -> list[Case]:
    spoken = example(a=strings("marlo", "skywalker", "omar", "", "heisenberg"))
    numbers = [100, -7, 5, INT64_MAX, INT64_MIN, -1]
    three = embedding(vocabulary("a", WORDS))
    hundred = {"num_oov_buckets": 100}
    by_number = vocabulary("a", [5, -7, INT64_MAX, 0, 9], num_oov_buckets=100)
    odd = ["", "\0", "a\0b", "\xff\xfe", "é".encode().decode("latin-1"), "x" * 300]

    def with_words(name: str, **arguments: Json) -> Case:
        column = embedding(vocabulary("a", WORDS, **arguments))
        return from_examples(f"vocabulary/{name}", [column], spoken, example(a=strings("stringer")))

    return [
        with_words("contributes nothing outside"),
        with_words("default", default_value=1),
        with_words("buckets outside", **hundred),
        with_words("one bucket outside", num_oov_buckets=1),
        with_words("buckets and a default of -1", num_oov_buckets=2, default_value=-1),
        from_examples("vocabulary/integers", [embedding(by_number)], example(a=ints(*numbers))),
        from_examples(
            "vocabulary/integers with a default",
            [embedding(vocabulary("a", [0, INT64_MIN], default_value=0))],
            example(a=ints(*numbers)),
        ),
        from_examples(
            "vocabulary/int64 declared",
            [embedding(vocabulary("a", [5, 3], dtype="int64"))],
            example(a=ints(3, 5)),
        ),
        from_memory(
            "vocabulary/int8 feature", [embedding(by_number)], {"a": ragged("int8", [[5, -7], [9, -1]])}
        ),
        from_examples(
            "vocabulary/odd bytes",
            [embedding(vocabulary("a", odd, num_oov_buckets=3))],
            example(a=strings(b"\xff\xfe", b"\0", b"a\0b", "é", "x" * 300, "x" * 299, "a", b"a\0")),
        ),
        from_memory(
            "vocabulary/dense drops the empty string",
            [embedding(vocabulary("a", ["", "a"]))],
            {"a": dense("string", [["a", "", "a"], ["", "b", ""]])},
        ),
        from_memory(
            "vocabulary/ragged finds the empty string",
            [embedding(vocabulary("a", ["", "a"]))],
            {"a": ragged("string", [["", "a"], ["b", ""]])},
        ),
        from_memory(
            "vocabulary/dense drops -1",
            [embedding(vocabulary("a", [-1, 2]))],
            {"a": dense("int64", [[-1, 2, -2, 2]])},
        ),
        from_memory(
            "vocabulary/counts",
            [indicator(vocabulary("a", WORDS))],
            {"a": ragged("string", [[["omar", "omar", "x"], ["marlo"]], [["x"], ["x", "omar"]]], 3)},
        ),
        from_memory("vocabulary/integers for strings", [three], {"a": ragged("int64", [[1]])}, fails=True),
        from_memory("vocabulary/floats", [three], {"a": ragged("float32", [[1.0]])}, fails=True),
        from_examples(
            "vocabulary/no words", [embedding(vocabulary("a", []), table=[[0.0, 0.0]])], spoken, fails=True
        ),
        from_examples(
            "vocabulary/duplicate", [embedding(vocabulary("a", ["x", "y", "x"]))], spoken, fails=True
        ),
        from_examples(
            "vocabulary/buckets and a default",
            [embedding(vocabulary("a", WORDS, default_value=1, num_oov_buckets=2))],
            spoken,
            fails=True,
        ),
        from_examples(
            "vocabulary/negative buckets",
            [embedding(vocabulary("a", WORDS, num_oov_buckets=-1))],
            spoken,
            fails=True,
        ),
        from_examples(
            "vocabulary/dtype of another kind",
            [embedding(vocabulary("a", WORDS, dtype="int64"))],
            spoken,
            fails=True,
        ),
        from_examples(
            "vocabulary/float dtype", [embedding(vocabulary("a", WORDS, dtype="float32"))], spoken, fails=True
        ),
        from_examples(
            "vocabulary/floats in the list", [embedding(vocabulary("a", [1.5]))], spoken, fails=True
        ),
        only_ids(
            from_examples(
                "vocabulary/default out of range",
                [embedding(vocabulary("a", WORDS, default_value=99))],
                spoken,
                departs=refused(),
            )
        ),
        from_memory(
            "vocabulary/uint64 beyond int64",
            [embedding(vocabulary("a", [INT64_MIN, 5]))],
            {"a": ragged("uint64", [[5, 2**63]])},
            departs=refused("vocabulary-wide-integers", "NarrowingError"),
        ),
    ]


def vocabulary_file_cases() -> list[Case]:
    spoken = example(a=strings("marlo", "skywalker", "omar", "heisenberg", "omar\r", " omar"))

    def with_file(
        name: str, text: str, /, *, fails: bool = False, departs: Json = None, **arguments: Json
    ) -> Case:
        column = embedding(vocabulary_file("a", text, **arguments))
        more = {"departs": departs} if departs else {"fails": True} if fails else {}
        return from_examples(f"vocabulary file/{name}", [column], spoken, **more)

    mark = "\xef\xbb\xbf"
    return [
        with_file("LF", LINES),
        with_file("CRLF", LINES.replace("\n", "\r\n")),
        with_file("no newline at the end", LINES.removesuffix("\n")),
        with_file("spaces are kept", " omar\nomar \nomar\n\tmarlo\n"),
        with_file("only one CR is stripped", "omar\r\r\nomar\r\nmarlo\r\n"),
        with_file("size cuts", LINES, vocabulary_size=2, num_oov_buckets=100),
        with_file("size cuts off duplicates and blanks", "omar\nmarlo\nomar\n\n", vocabulary_size=2),
        with_file("buckets outside", LINES, num_oov_buckets=100),
        with_file("default", LINES, default_value=2),
        from_examples(
            "vocabulary file/integers",
            [
                embedding(
                    vocabulary_file("a", "5\n-7\n9223372036854775807\n", dtype="int64", num_oov_buckets=9)
                )
            ],
            example(a=ints(-7, 5, 8, INT64_MAX)),
        ),
        with_file("blank line", "omar\n\nmarlo\n", fails=True),
        with_file("blank line at the end", "omar\nmarlo\n\n", fails=True),
        with_file("duplicate", "omar\nmarlo\nomar\n", fails=True),
        with_file("too few lines", LINES, vocabulary_size=5, fails=True),
        with_file("empty", "", fails=True),
        with_file("no size", LINES, vocabulary_size=0, fails=True),
        with_file("default and buckets", LINES, default_value=-1, num_oov_buckets=2, fails=True),
        with_file("no integer", "5\nx\n", dtype="int64", fails=True),
        with_file(
            "byte order mark", mark + LINES, departs=refused("vocabulary-byte-order-mark", "VocabularyError")
        ),
        with_file("default out of range", LINES, default_value=99, fails=True),
        from_examples(
            "vocabulary file/gzip",
            [embedding(vocabulary_file("a", GZIP), table=[[1.0, 0.0], [2.0, 0.0], [3.0, 0.0]])],
            spoken,
            departs=departs(
                "vocabulary-gzip", {"columns": {"a_embedding": {"ids": [[[2], [], [0], [], [], []]]}}}
            ),
        ),
    ]


GZIP = (
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\xcb\xcfM,\xe2*.)\xca\xccKO-"
    "\xe2\x02rr\xf2\xb9\x00e\xb1\xe18\x14\x00\x00\x00"
)
"""LINES, compressed."""


def context_cases() -> list[Case]:
    plain, words = in_context(identity("a", 3)), in_context(hashed("b", 7))
    listed = in_context(vocabulary("b", WORDS, num_oov_buckets=2))
    filed = in_context(vocabulary_file("b", LINES, default_value=0))
    rows = [example(a=ints(0, 2, 2), b=strings("omar", "x")), example(a=ints(1)), example(b=strings("marlo"))]
    made: list[Case] = [
        from_examples(f"context/{combiner}", [embedding(plain, combiner=combiner), embedding(words)], *rows)
        for combiner in ("mean", "sqrtn", "sum")
    ]
    clipped = embedding(plain, max_norm=0.5)
    odd = [math.nan, math.inf, -0.0]
    return [
        context(case)
        for case in [
            *made,
            from_examples("context/clipped", [clipped], *rows),
            from_examples("context/indicators", [indicator(plain), indicator(listed)], *rows),
            from_examples("context/vocabulary file", [embedding(filed)], *rows),
            from_examples("context/no examples", [embedding(plain), indicator(listed)]),
            from_examples(
                "context/only empty rows", [embedding(plain), indicator(listed)], example(), example()
            ),
            from_examples("context/too large", [embedding(plain)], example(a=ints(3)), fails=True),
            from_examples(
                "context/negative",
                [embedding(plain)],
                example(a=ints(0, -1)),
                departs=departs("identity-out-of-range", error="IdOutOfRangeError"),
            ),
            from_memory(
                "context/dense drops -1", [embedding(plain)], {"a": dense("int64", [[0, -1, 2], [-1, -1, 1]])}
            ),
            from_memory("context/dense of rank 1", [embedding(plain)], {"a": dense("int64", [2, 0])}),
            from_memory(
                "context/dense drops the empty string",
                [embedding(listed)],
                {"b": dense("string", [["omar", ""], ["", "y"]])},
            ),
            from_examples(
                "context/numbers",
                [context_numeric("n"), context_numeric("m", shape=[2, 2])],
                example(n=floats(1.5), m=floats(1, 2, 3, 4)),
                example(n=floats(math.nan), m=floats(*odd, 0)),
            ),
            from_examples(
                "context/numbers by default",
                [
                    context_numeric("n", default_value=7.0),
                    context_numeric("m", shape=[2], default_value=[1.0, 2.0]),
                ],
                example(n=floats(1.5)),
                example(m=floats(3, 4)),
            ),
            from_examples(
                "context/normalized default",
                [context_numeric("n", default_value=7.0, times=2.0)],
                example(n=floats(1.5)),
                example(),
            ),
            from_examples("context/number missing", [context_numeric("n")], example(), fails=True),
            from_examples(
                "context/too many numbers", [context_numeric("n")], example(n=floats(1, 2)), fails=True
            ),
            from_memory(
                "context/dense numbers",
                [context_numeric("n", shape=[2])],
                {"n": dense("float32", [[1, 2], [3, 4]])},
            ),
            from_memory(
                "context/wrong width",
                [context_numeric("n", shape=[3])],
                {"n": dense("float32", [[1, 2], [3, 4]])},
                fails=True,
            ),
            from_memory("context/integers", [context_numeric("n")], {"n": dense("int64", [[1], [3]])}),
            from_examples(
                "context/sequence column", [embedding(identity("a", 3))], example(a=ints(1)), fails=True
            ),
            from_examples("context/bare categorical column", [plain], example(a=ints(1)), fails=True),
            from_examples(
                "context/ordered by name",
                [
                    embedding(in_context(identity(name, 3)), 1, seed=i)
                    for i, name in enumerate(["b", "B", "a10", "a2"])
                ],
                example(b=ints(1), B=ints(0, 1), a2=ints(2)),
            ),
        ]
    ]


def bucketized_cases() -> list[Case]:
    plain = bucketized(context_numeric("n"), [1.0, 5.0])
    pair = bucketized(context_numeric("n", shape=[2]), [0.0, 0.5])
    with_default = bucketized(context_numeric("n", default_value=5.0), [1.0, 5.0])
    rows = [example(n=floats(x)) for x in (0, 1, 4.9999, 5, 7, -1, math.nan, math.inf, -math.inf, -0.0)]
    edges = [0.1, 16777217.0, 3.4028234663852886e38]
    close = [example(n=floats(x)) for x in (0.1, 0.09999999, 0.10000001, 0, 16777216, 16777218, 3.4e38)]
    return [
        context(case)
        for case in [
            from_examples("bucketized/one-hot", [plain], *rows),
            from_examples("bucketized/embedding", [embedding(plain)], *rows),
            from_examples(
                "bucketized/boundaries as float32", [plain | {"boundaries": sorted(edges)}], *close
            ),
            from_examples(
                "bucketized/several numbers",
                [pair, embedding(pair)],
                example(n=floats(0, 1)),
                example(n=floats(-1, 0.5)),
            ),
            from_examples("bucketized/default", [with_default], example(), example(n=floats(0))),
            from_examples("bucketized/missing", [plain], example(), fails=True),
            from_examples("bucketized/no examples", [plain]),
            from_memory(
                "bucketized/integers",
                [bucketized(context_numeric("n", dtype="int64"), [1, 5])],
                {"n": dense("int64", [[0], [1], [5], [2**40]])},
            ),
            from_memory(
                "bucketized/float64 narrows first", [plain], {"n": dense("float64", [[0.999999999], [1.0]])}
            ),
            from_examples(
                "bucketized/weighted",
                [embedding(weighted(plain, "w"), combiner="sum")],
                example(n=floats(2), w=floats(0.5)),
                example(n=floats(9), w=floats(-2)),
            ),
            from_examples(
                "bucketized/falling boundaries", [plain | {"boundaries": [2.0, 1.0]}], *rows, fails=True
            ),
            from_examples(
                "bucketized/equal boundaries", [plain | {"boundaries": [1.0, 1.0]}], *rows, fails=True
            ),
        ]
    ] + [
        from_examples(
            "bucketized/of a sequence",
            [indicator(bucketized(numeric("n"), [1.0, 5.0]))],
            example(n=floats(0, 5)),
            departs=departs(
                "sequences-step-by-step",
                {"output": fills([1, 2, 3], [[[1, 0, 0], [0, 0, 1]]]), "lengths": [2]},
            ),
        ),
    ]


def crossed_cases() -> list[Case]:
    words = [
        example(x=strings("a", "b"), y=strings("c")),
        example(x=strings("d"), y=strings("e", "f", "g")),
        example(),
    ]
    plain = crossed(["x", "y"], 1000)
    item, word = in_context(identity("i", 5)), in_context(vocabulary("v", WORDS))
    filed = in_context(vocabulary_file("v", LINES, num_oov_buckets=3))
    number = bucketized(context_numeric("n", shape=[2]), [0.0, 1.0])
    mixed = [
        example(x=strings("a", ""), i=ints(1, 4), v=strings("omar", "none"), n=floats(0.5, 3)),
        example(x=strings("b"), i=ints(0), v=strings("marlo"), n=floats(-1, 1)),
        example(i=ints(1), v=strings("marlo"), n=floats(-1, 1)),
    ]

    def of(name: str, keys: list[Json], *more: Json, wrap: str = "embedding") -> Case:
        column = crossed(keys, 97, *more)
        return from_examples(
            f"crossed/{name}", [embedding(column) if wrap == "embedding" else indicator(column)], *mixed
        )

    return [
        context(case)
        for case in [
            from_examples("crossed/words", [embedding(plain)], *words),
            from_examples("crossed/counts", [indicator(crossed(["x", "y"], 7))], *words),
            from_examples("crossed/keys in the given order", [embedding(crossed(["y", "x"], 1000))], *words),
            from_examples("crossed/hash key 0", [embedding(crossed(["x", "y"], 1000, 0))], *words),
            from_examples("crossed/hash key", [embedding(crossed(["x", "y"], 1000, 42))], *words),
            from_examples("crossed/no examples", [embedding(plain)]),
            of("identity and word", [item, "x"]),
            of("vocabulary", ["x", word]),
            of("vocabulary file with buckets", [filed, item], wrap="indicator"),
            of("bucketized", [number, "x", item]),
            of("all kinds", [item, "x", word, number], 7),
            of("of a cross", [crossed(["x", item], 5), word]),
            from_memory(
                "crossed/raw integers",
                [embedding(plain)],
                {"x": ragged("int64", [[1, -1], [INT64_MIN]]), "y": ragged("int64", [[0], [INT64_MAX, 5]])},
            ),
            from_memory(
                "crossed/dense words",
                [embedding(plain)],
                {"x": dense("string", [["a", "b"], ["c", "d"]]), "y": dense("string", [["e"], ["f"]])},
            ),
            from_memory(
                "crossed/dense words with absent ones",
                [indicator(crossed(["x", "y"], 7))],
                {"x": dense("string", [["a", ""]]), "y": dense("string", [["e", "f"]])},
                departs=departs("crossed-absent", {"columns": {"x_X_y_indicator": {"ids": [[6, 4]]}}}),
            ),
            from_memory(
                "crossed/dense words before ids",
                [indicator(crossed(["x", item], 97))],
                {"x": dense("string", [["a"]]), "i": dense("int64", [[3]])},
                departs=departs("crossed-dense-order", {"columns": {"i_X_x_indicator": {"ids": [[96]]}}}),
            ),
            from_examples(
                "crossed/weighted",
                [embedding(weighted(plain, "w"))],
                example(x=strings("a", "b"), y=strings("c"), w=floats(0.5, 2)),
                example(x=strings("a"), y=strings("d"), w=floats(3)),
            ),
            from_examples("crossed/one key", [embedding(crossed(["x"], 10))], *words, fails=True),
            from_examples(
                "crossed/no buckets",
                [embedding(crossed(["x", "y"], 0), table=[[0.0, 0.0]])],
                *words,
                fails=True,
            ),
            from_examples(
                "crossed/hashed key",
                [embedding(crossed([in_context(hashed("x", 9)), "y"], 10))],
                *words,
                fails=True,
            ),
            from_examples(
                "crossed/number", [embedding(crossed([context_numeric("n"), "y"], 10))], *words, fails=True
            ),
        ]
    ] + [
        from_lists(
            "crossed/of a sequence",
            [embedding(crossed([identity("i", 5), "x"], 97))],
            sequence_example(i=[ints(1), ints(2)], x=[strings("a"), strings("b")]),
            departs=departs("sequences-step-by-step", {"lengths": [2]}),
        ),
    ]


def weighted_cases() -> list[Case]:
    """Weights in a sequence and in a context."""
    column = weighted(identity("a", 3), "w")
    by_word = weighted(vocabulary("a", WORDS), "w")
    odd = [1.0, 0.5, -2.0, 0.0, 3.0]
    rows = [example(a=ints(0, 1, 2, 1, 0), w=floats(*odd)), example(a=ints(2), w=floats(-1)), example()]
    steps = [
        sequence_example(
            a=[ints(0, 1), ints(2, 2, 1), ints(0)], w=[floats(1, 2), floats(-1, 0, 4), floats(-1)]
        ),
        sequence_example(a=[ints(), ints(0)], w=[floats(), floats(0.25)]),
    ]
    outside = example(a=strings("omar", "x", "marlo"), w=floats(2, 5, -1))
    by_int = weighted(identity("a", 3), "w", "int64")
    diverged = [[math.nan, 1.0], [1.0, 2.0], [math.inf, 4.0]]
    hostile = [
        sequence_example(
            a=[strings("x", "stringer"), strings("marlo", "stringer", "x"), strings("omar", "stringer")],
            w=[floats(math.nan, 2), floats(math.nan, 1.5, -math.inf), floats(-1, 2)],
        ),
        sequence_example(
            a=[strings("stringer", "x"), strings("x"), strings("stringer"), strings("omar", "stringer")],
            w=[floats(math.inf, -1), floats(math.inf), floats(-math.inf), floats(0.5, 0)],
        ),
    ]
    nothing = [sequence_example(a=[strings("omar"), strings("stringer")], w=[floats(0), floats(2)])]
    counted = example(a=ints(2, 1, 0, 2), w=floats(2, 4, 6, 1))
    mismatch = example(a=ints(0, 1), w=floats(1))
    cases: list[Case] = []
    for combiner in ("mean", "sqrtn", "sum"):
        made = embedding(column, combiner=combiner)
        in_a_context = embedding(
            {**column, "categorical_column": in_context(identity("a", 3))}, combiner=combiner
        )
        cases += [
            from_examples(f"weighted/{combiner}", [made], *rows),
            from_lists(f"weighted/{combiner} of steps", [made], *steps),
            context(from_examples(f"weighted/{combiner} in a context", [in_a_context], *rows)),
            from_lists(
                f"weighted/{combiner} of what is not finite",
                [embedding(by_word, table=diverged, combiner=combiner)],
                *hostile,
            ),
            from_lists(
                f"weighted/{combiner} clipped of what is not finite",
                [embedding(by_word, table=diverged, combiner=combiner, max_norm=1.0)],
                *hostile,
            ),
        ]
    return [
        *cases,
        from_examples("weighted/clipped", [embedding(column, max_norm=0.5)], *rows),
        from_examples("weighted/outside the vocabulary", [embedding(by_word, combiner="sum")], outside),
        from_lists("weighted/mean of a weight of 0", [embedding(by_word, table=diverged)], *nothing),
        from_lists(
            "weighted/sum of a weight of 0",
            [embedding(by_word, table=diverged, combiner="sum")],
            *nothing,
            departs=departs("weight-of-zero", {"output": fills([1, 2, 2], [[[0, 0], [2, 4]]])}),
        ),
        from_examples("weighted/integers", [embedding(by_int)], example(a=ints(0, 1), w=ints(3, -1))),
        from_memory(
            "weighted/ragged",
            [embedding(column)],
            {"a": ragged("int64", [[0, 1], [2]]), "w": ragged("float32", [[1, 2], [0.5]])},
        ),
        from_memory(
            "weighted/dense",
            [embedding(column)],
            {"a": dense("int64", [[0, 1], [2, -1]]), "w": dense("float32", [[1, 2], [0.5, 0]])},
        ),
        context(
            from_examples(
                "weighted/counts",
                [indicator(weighted(in_context(identity("a", 3)), "w"))],
                counted,
            )
        ),
        context(
            from_examples(
                "weighted/counts outside the vocabulary",
                [indicator(weighted(in_context(vocabulary("a", WORDS)), "w"))],
                outside,
            )
        ),
        from_examples("weighted/fewer weights", [embedding(column)], mismatch, fails=True),
        from_examples(
            "weighted/other rows of weights",
            [embedding(column)],
            example(a=ints(0, 1), w=floats(1)),
            example(a=ints(0), w=floats(1, 2)),
            departs=departs("weights-structure", error="WeightsError"),
        ),
        from_memory(
            "weighted/dense weight of 0",
            [embedding(column, combiner="sum")],
            {"a": dense("int64", [[0, 1]]), "w": dense("float32", [[0, 2]])},
            departs=departs("weights-structure", {"lengths": [2]}),
        ),
        from_examples(
            "weighted/counts in a sequence",
            [indicator(column)],
            example(a=ints(0, 2), w=floats(0.5, 2)),
            departs=departs("weighted-indicator", {"output": fills([1, 2, 3], [[[0.5, 0, 0], [0, 0, 2]]])}),
        ),
        from_examples(
            "weighted/weights of text",
            [embedding(weighted(identity("a", 3), "w", "string"))],
            *rows,
            fails=True,
        ),
        from_examples(
            "weighted/ids as weights", [embedding(weighted(identity("a", 3), "a"))], *rows, fails=True
        ),
        from_examples(
            "weighted/integer ids as weights",
            [embedding(weighted(identity("a", 3), "a", "int64"))],
            example(a=ints(1, 2)),
            fails=True,
        ),
    ]


def group_cases() -> list[Case]:
    """Several groups, context beside sequences, and shared tables."""
    clicks = [embedding(identity("a", 3)), numeric("n")]
    queries = [embedding(hashed("q", 9))]
    user = [embedding(in_context(identity("u", 4))), context_numeric("age", default_value=1.0)]
    rows = [
        example(a=ints(0, 1), n=floats(1, 2), q=strings("x", "y", "z"), u=ints(1), age=floats(3)),
        example(q=strings("x")),
    ]
    history, candidate = identity("watched", 6), in_context(identity("item", 6))
    watched = [
        example(watched=ints(1, 5, 0), item=ints(2)),
        example(item=ints(0, 3)),
        example(watched=ints(2)),
    ]
    weighted_history, weighted_candidate = weighted(history, "w"), weighted(candidate, "v")
    with_weights = [
        example(watched=ints(1, 5), w=floats(2, -1), item=ints(2, 3), v=floats(1, 3)),
        example(watched=ints(0), w=floats(0.5)),
    ]
    both = {"history": [], "candidate": []}

    def tables(name: str, records: list[bytes], *declared: Json, groups: Json = both, **more: Json) -> Case:
        made = from_groups(f"shared/{name}", groups, ["history", "other"], shared=[*declared], **more)
        return {**made, "examples": texts(records)}

    return [
        from_groups(
            "groups/of different lengths",
            {"clicks": clicks, "queries": queries, "user": user},
            ["clicks", "queries"],
            examples=texts(rows),
            concatenate=["user", "queries"],
        ),
        from_groups("groups/no examples", {"queries": queries, "user": user}, ["queries"], examples=[]),
        tables("history and candidate", watched, shared(["history", "candidate"], [history, candidate])),
        tables(
            "concatenated",
            watched,
            shared(["history", "candidate"], [history, candidate], 3, combiner="sum", max_norm=0.5),
            concatenate=["candidate", "history"],
        ),
        tables(
            "named",
            watched,
            shared(["history", "candidate"], [history, candidate], shared_embedding_collection_name="items"),
        ),
        tables(
            "weighted", with_weights, shared(["history", "candidate"], [weighted_history, weighted_candidate])
        ),
        tables(
            "weighted and not",
            with_weights,
            shared(["history", "candidate"], [weighted_history, candidate], combiner="sqrtn"),
        ),
        tables(
            "two tables",
            [example(watched=ints(1), word=strings("x"), other=strings("y"), item=ints(0))],
            shared(["history", "candidate"], [history, candidate], 2, seed=3),
            shared(["history", "history"], [hashed("word", 7), hashed("other", 7)], 1),
        ),
        tables(
            "of two sizes",
            watched,
            shared(["history", "candidate"], [history, in_context(identity("item", 5))]),
            fails=True,
        ),
        tables(
            "of two classes",
            watched,
            shared(["history", "candidate"], [history, in_context(hashed("item", 6))]),
            fails=True,
        ),
    ]


def column_cases() -> list[Case]:
    """Everything above."""
    groups = (
        vocabulary_cases, vocabulary_file_cases, context_cases, bucketized_cases, crossed_cases,
        weighted_cases, group_cases,
    )  # fmt: skip
    return [case for group in groups for case in group()]
