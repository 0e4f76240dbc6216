"""Random cases, each made from its own seed: `random_case(7, seed=0)` is the same case everywhere.

All are valid, and stay clear of the departures in exclusions.py: what comes out must be equal.
"""

from __future__ import annotations

import math
import random
import struct
from collections.abc import Callable
from dataclasses import dataclass

from parity import wire
from parity.cases import fixed, var
from parity.declared import (
    bucketized,
    context_numeric,
    crossed,
    dense,
    embedding,
    hashed,
    identity,
    in_context,
    indicator,
    numeric,
    ragged,
    shared,
    texts,
    vocabulary,
    vocabulary_file,
    weighted,
)
from parity.neutral import Case, Json, to_bytes

WORDS = [
    "",
    "a",
    "b",
    "omar",
    "日本",
    "é",
    "🙂",
    "a\0b",
    "\0",
    "\udcff\udcfe",
    "x" * 40,
    "-1",
    "0",
    " ",
    "\n",
]
FLOATS = [0.0, -0.0, 1.0, -2.5, 1e-45, 3.4e38, math.inf, -math.inf, math.nan, 21.125, 1e-7]
SIGNED, UNSIGNED = ["int8", "int16", "int32", "int64"], ["uint8", "uint16", "uint32", "uint64"]

Steps = list[list[Json]]  # of one row: for each step its values
Filled = dict[str, tuple[str, list[Steps]]]  # of each key: dtype and rows


def bounds(dtype: str) -> tuple[int, int]:
    bits = int(dtype.removeprefix("u").removeprefix("int"))
    return (0, 2**bits - 1) if dtype.startswith("u") else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


def as_float32(value: float) -> float:
    return struct.unpack("<f", struct.pack("<f", value))[0]


SOURCES = ["examples", "examples", "examples", "sequence_examples", "ragged", "steps", "dense", "dense steps"]


@dataclass(frozen=True)
class Source:
    """How a case's data come in, and what that allows; "steps" are ragged features of rank 3."""

    kind: str

    @property
    def serialized(self) -> bool:
        return self.kind in ("examples", "sequence_examples")

    @property
    def dense(self) -> bool:
        return self.kind in ("dense", "dense steps")

    @property
    def nested(self) -> bool:
        """Whether a step can hold several values."""
        return self.kind in ("sequence_examples", "steps", "dense steps")


def word(rng: random.Random, *, empty: bool) -> str:
    """Text that stands for bytes, one character a byte."""
    if rng.random() < 0.2:
        return rng.randbytes(rng.randint(1, 70)).decode("latin-1")
    chosen = rng.choice(WORDS if empty else WORDS[1:])
    return chosen.encode(errors="surrogateescape").decode("latin-1")


def integer(rng: random.Random, dtype: str, *, minus_one: bool) -> int:
    """An integer of a dtype, often an extreme one; never what a dense array drops, if that is wanted."""
    low, high = bounds(dtype)
    value = rng.choice([low, high, 0, 1, 7, rng.randint(low, high), max(low, -1), max(low, -2)])
    return 0 if value == -1 and not minus_one else value


def fill(
    rng: random.Random, lengths: list[int], source: Source, value: Callable[[], Json], *, holes: bool
) -> list[Steps]:
    """Rows of steps with random values. The last step of a row is never empty: that would be a departure."""

    def size(is_last: bool) -> int:
        low = 0 if holes and not is_last else 1
        return rng.randint(low, 3 if source.nested else 1)

    return [[[value() for _ in range(size(step == n - 1))] for step in range(n)] for n in lengths]


def outside(rng: random.Random, size: int) -> dict[str, int]:
    """What becomes of values outside a vocabulary."""
    return rng.choice(
        [{}, {"default_value": rng.randrange(size)}, {"num_oov_buckets": rng.choice([1, 2, 11])}]
    )


def words_column(rng: random.Random, key: str) -> Json:
    """A column of strings: hashed, or with a vocabulary that holds some of WORDS."""
    if rng.random() < 0.4:
        return hashed(key, rng.choice([2, 5, 17]))
    every = [each.encode(errors="surrogateescape").decode("latin-1") for each in WORDS]
    words = rng.sample(every, rng.randint(1, len(every)))
    if rng.random() < 0.5:
        return vocabulary(key, words, **outside(rng, len(words)))
    lines = [each for each in words if each and "\n" not in each] or ["a"]
    size = rng.choice([None, rng.randint(1, len(lines))])
    end = rng.choice(["\n", "\r\n"])
    text = end.join(lines) + rng.choice(["", end])
    return vocabulary_file(key, text, vocabulary_size=size, **outside(rng, size or len(lines)))


def integers_column(rng: random.Random, key: str, *, listed: bool) -> Json:
    """A column of integers: hashed, or with a vocabulary that holds some that `integer` makes."""
    if not listed or rng.random() < 0.4:
        return hashed(key, rng.choice([2, 5, 17]), "int64")
    numbers = sorted({0, 1, 7, -1, -2, *(edge for dtype in SIGNED for edge in bounds(dtype))})
    some = rng.sample(numbers, rng.randint(1, len(numbers)))
    if rng.random() < 0.5:
        return vocabulary(key, some, dtype="int64", **outside(rng, len(some)))
    text = "".join(f"{number}\n" for number in some)
    return vocabulary_file(key, text, dtype="int64", **outside(rng, len(some)))


def weights(rng: random.Random, ids: list[Steps], source: Source) -> list[Steps]:
    """A weight for each id; TensorFlow takes a dense 0 for an absent weight, even of a present id."""
    choices = [1.0, 0.5, 2.0, -1.0, 3.25, as_float32(rng.uniform(-2, 5))] + ([] if source.dense else [0.0])
    return [[[rng.choice(choices) for _ in step] for step in row] for row in ids]


def categorical(
    rng: random.Random, key: str, lengths: list[int], source: Source
) -> tuple[Json, str, list[Steps]]:
    """A column, the dtype of its feature, and the rows."""
    holes = source.nested or source.dense
    if rng.random() < 0.4:
        column = words_column(rng, key)
        return (
            column,
            "string",
            fill(rng, lengths, source, lambda: word(rng, empty=not source.dense), holes=holes),
        )
    # An unsigned dense array cannot mark an absent cell.
    dtype = "int64" if source.serialized else rng.choice(SIGNED if source.dense else SIGNED + UNSIGNED)

    def any_integer() -> int:
        return integer(rng, dtype, minus_one=not source.dense)

    if rng.random() < 0.5:
        # TensorFlow's vocabulary wraps what int64 cannot hold.
        column = integers_column(rng, key, listed=dtype != "uint64")
        return column, dtype, fill(rng, lengths, source, any_integer, holes=holes)
    size = rng.choice([1, 2, 3, 20])
    if rng.random() < 0.5:
        return (
            identity(key, size),
            dtype,
            fill(rng, lengths, source, lambda: rng.randrange(size), holes=holes),
        )
    column = identity(key, size, rng.randrange(size))
    return column, dtype, fill(rng, lengths, source, any_integer, holes=holes)


def wrapped(rng: random.Random, column: Json, *, embedded: bool = False) -> Json:
    if not embedded and rng.random() < 0.25:
        return indicator(column)
    combiner = rng.choice(["mean", "sqrtn", "sum"])
    max_norm = rng.choice([None, None, 0.5, 2.0])
    return embedding(
        column, rng.randint(1, 5), seed=rng.randrange(1000), combiner=combiner, max_norm=max_norm
    )


def numbers(
    rng: random.Random, key: str, lengths: list[int], source: Source, *, alone: bool
) -> tuple[Json, str, list[Steps]]:
    shape = rng.choice([[1], [1], [2], [2, 3], []])
    if alone and rng.random() < 0.2:
        column, dtype = numeric(key, shape=shape, dtype="int64", default_value=rng.randint(-3, 3)), "int64"
    else:
        times = {"times": 0.5} if rng.random() < 0.2 else {}
        column = numeric(key, shape=shape, default_value=rng.choice([0.0, -1.0, 0.25]), **times)
        dtype = "float32"

    def value() -> Json:
        if dtype == "int64":
            return rng.randint(-1000, 1000)
        return as_float32(rng.choice(FLOATS) if rng.random() < 0.3 else rng.uniform(-100, 100))

    return column, dtype, [[[value() for _ in range(math.prod(shape))] for _ in range(n)] for n in lengths]


def flat(row: Steps) -> list[Json]:
    return [value for step in row for value in step]


def dense_form(dtype: str, rows: list[Steps], lengths: list[int], *, nested: bool) -> Json:
    absent: Json = {"string": "", "float32": 0.0}.get(dtype, -1)
    width = max(lengths, default=0)
    if not nested:
        cells = [
            [step[0] if step else absent for step in row] + [absent] * (width - len(row)) for row in rows
        ]
        return dense(dtype, cells, [len(rows), width])
    depth = max((len(step) for row in rows for step in row), default=1)
    padded = [
        [step + [absent] * (depth - len(step)) for step in row] + [[absent] * depth] * (width - len(row))
        for row in rows
    ]
    return dense(dtype, padded, [len(rows), width, depth])


def feature_of(dtype: str, values: list[Json], rng: random.Random) -> bytes:
    """A Feature, packed or not."""
    if dtype == "string":
        return wire.strings(*map(to_bytes, values))
    if dtype == "float32":
        return wire.message(2, rng.choice([wire.packed_floats, wire.loose_floats])(*values))
    return wire.message(3, rng.choice([wire.packed_ints, wire.loose_ints])(*values))


def example_of(rng: random.Random, features: dict[str, tuple[str, list[Json]]]) -> bytes:
    """An Example with its features in any order, empty ones often left out, and now and then one too many."""
    made = {
        key: feature_of(dtype, values, rng)
        for key, (dtype, values) in features.items()
        if values or rng.random() < 0.5
    }
    if rng.random() < 0.2:
        made["unread"] = wire.strings("x")
    return wire.example(**dict(rng.sample(list(made.items()), len(made))))


def lists_of(rng: random.Random, filled: Filled, row: int) -> bytes:
    """The feature lists of a SequenceExample."""
    lists = {
        key: [feature_of(dtype, step, rng) for step in rows[row]] for key, (dtype, rows) in filled.items()
    }
    return wire.sequence_example(**lists) if lists else b""


def data_of(
    rng: random.Random, source: Source, rows: list[int], filled: Filled, context: Filled | None = None
) -> Json:
    """The data of a case from the values of its sequences and of its context, which has one step a row."""
    context = context or {}
    indices = range(len(rows))
    if source.kind == "examples":
        every = {**filled, **context}
        records = [
            example_of(rng, {key: (dtype, flat(of_key[i])) for key, (dtype, of_key) in every.items()})
            for i in indices
        ]
        return {"examples": texts(records)}
    if source.kind == "sequence_examples":
        records = [
            example_of(rng, {key: (dtype, flat(of_key[i])) for key, (dtype, of_key) in context.items()})
            + lists_of(rng, filled, i)
            if context
            else lists_of(rng, filled, i)
            for i in indices
        ]
        return {"sequence_examples": texts(records)}
    forms = {}
    for key, (dtype, of_key) in filled.items():
        if source.dense:
            forms[key] = dense_form(dtype, of_key, [len(row) for row in of_key], nested=source.nested)
        elif source.nested:
            forms[key] = ragged(dtype, of_key, rank=3)
        else:
            forms[key] = ragged(dtype, [flat(row) for row in of_key])
    for key, (dtype, of_key) in context.items():
        values = [flat(row) for row in of_key]
        is_even = len({len(row) for row in values}) <= 1
        if dtype == "float32" and key.startswith("number"):
            forms[key] = dense(dtype, values, [len(values), len(values[0]) if values else 1])
        elif source.dense and (is_even or not key.startswith("raw")):
            one_step = [[[value] for value in row] for row in values]
            forms[key] = dense_form(dtype, one_step, [len(row) for row in values], nested=False)
        else:
            forms[key] = ragged(dtype, values)
    return {"features": forms}


def random_lengths(rng: random.Random, rows: int) -> list[int]:
    return [rng.choice([0, 0, 1, 1, 2, 3, 7]) for _ in range(rows)]


def random_layer_case(rng: random.Random) -> Case:
    source = Source(rng.choice(SOURCES))
    lengths = random_lengths(rng, rng.choice([0, 1, 2, 3, 5, 8]))
    columns, filled = sequence_columns(rng, "", source, lengths)
    return {"operation": "sequence_features", "columns": columns, **data_of(rng, source, lengths, filled)}


def sequence_columns(
    rng: random.Random, name: str, source: Source, lengths: list[int]
) -> tuple[list[Json], Filled]:
    """One to four columns of keys that begin with `name`, and their values."""
    count = rng.randint(1, 4)
    columns: list[Json] = []
    filled: Filled = {}
    for index in range(count):
        # In a graph, TensorFlow takes no other letters into a name.
        key = f"{name}{rng.choice('aB_' if name else 'aBé_')}{index}"
        if not source.dense and lengths and rng.random() < 0.35:
            column, dtype, rows = numbers(rng, key, lengths, source, alone=count == 1 and not name)
            columns.append(column)
        else:
            column, dtype, rows = categorical(rng, key, lengths, source)
            if rng.random() < 0.25:
                # TensorFlow's indicator takes no weights in a sequence.
                column = weighted(column, f"{key}_weights")
                filled[column["weight_feature_key"]] = ("float32", weights(rng, rows, source))
                columns.append(wrapped(rng, column, embedded=True))
                filled[key] = (dtype, rows)
                continue
            columns.append(wrapped(rng, column))
            if rng.random() < 0.15 and columns[-1]["function"] == "embedding_column":
                columns.append(indicator(column))
        filled[key] = (dtype, rows)
    rng.shuffle(columns)
    return columns, filled


def random_parse_case(rng: random.Random) -> Case:
    makers: dict[str, Callable[[], Json]] = {
        "int64": lambda: integer(rng, "int64", minus_one=True),
        "float32": lambda: as_float32(rng.choice(FLOATS)),
        "string": lambda: word(rng, empty=True),
    }
    spec: dict[str, Json] = {}
    rows: list[dict[str, tuple[str, list[Json]]]] = [{} for _ in range(rng.randint(0, 6))]
    for index in range(rng.randint(1, 5)):
        key, dtype = f"k{index}", rng.choice(list(makers))
        shape = rng.choice([None, [], [1], [3], [2, 2]])
        spec[key] = var(dtype) if shape is None else fixed(dtype, shape)
        for row in rows:
            size = rng.choice([0, 1, 4]) if shape is None else math.prod(shape)
            row[key] = (dtype, [makers[dtype]() for _ in range(size)])
    return {
        "operation": "parse_example",
        "spec": spec,
        "examples": texts([example_of(rng, row) for row in rows]),
    }


def context_ids(rng: random.Random, key: str, rows: int, source: Source) -> tuple[Json, str, list[Steps]]:
    """A categorical column of a context, with any number of values a row in its one step."""
    flat_source = Source("dense" if source.dense else "examples" if source.serialized else "ragged")
    counts = [rng.choice([0, 1, 1, 2, 3]) for _ in range(rows)]
    column, dtype, values = categorical(rng, key, counts, flat_source)
    return in_context(column), dtype, [[flat(row)] for row in values]


def context_numbers(rng: random.Random, key: str, rows: int) -> tuple[Json, str, list[Steps]]:
    shape = rng.choice([[1], [1], [2], [3]]) if rows else [1]
    size = math.prod(shape)

    def value() -> float:
        return as_float32(rng.choice(FLOATS) if rng.random() < 0.3 else rng.uniform(-10, 10))

    default = [as_float32(rng.uniform(-5, 5)) for _ in range(size)]
    has_default = rng.random() < 0.3
    column = context_numeric(key, shape=shape, **({"default_value": default} if has_default else {}))
    return column, "float32", [[[value() for _ in range(size)]] for _ in range(rows)]


def boundaries(rng: random.Random) -> list[float]:
    return sorted({as_float32(rng.choice([0.0, 1.0, -2.5, rng.uniform(-10, 10)])) for _ in range(4)})


def crossed_key(rng: random.Random, key: str, rows: int, source: Source, filled: Filled) -> Json:
    """A key of a cross, whose values are added to `filled`."""
    # TensorFlow folds dense keys behind all others, whatever the order; so there are only dense ones.
    kind = "raw" if source.dense else rng.choice(["raw", "raw", "ids", "number"])
    if kind == "number":
        column, dtype, values = context_numbers(rng, f"number_{key}", rows)
        filled[f"number_{key}"] = (dtype, values)
        return bucketized(column, boundaries(rng))
    if kind == "ids":
        column, dtype, values = context_ids(rng, key, rows, source)
        if "hash_bucket_size" not in column:
            filled[key] = (dtype, values)
            return column
    # A dense array of raw words is full, for TensorFlow keeps absent ones.
    count = rng.randint(1, 3)
    full = source.dense
    filled[f"raw_{key}"] = (
        "string",
        [
            [[word(rng, empty=not full) for _ in range(count if full else rng.randint(0, 3))]]
            for _ in range(rows)
        ],
    )
    return f"raw_{key}"


def context_columns(rng: random.Random, name: str, source: Source, rows: int) -> tuple[list[Json], Filled]:
    """One to four columns of a context, and their values."""
    columns: list[Json] = []
    filled: Filled = {}
    for index in range(rng.randint(1, 4)):
        # In a graph, TensorFlow takes no other letters into a name.
        key = f"{name}{rng.choice('aB_' if name else 'aBé_')}{index}"
        kind = rng.choice(["ids", "ids", "weighted", "numbers", "bucketized", "crossed"])
        if kind == "crossed":
            keys = [
                crossed_key(rng, f"{key}{part}", rows, source, filled) for part in "xyz"[: rng.randint(2, 3)]
            ]
            columns.append(
                wrapped(rng, crossed(keys, rng.choice([2, 100]), rng.choice([None, 1, 2**62 + 1])))
            )
        elif kind in ("numbers", "bucketized"):
            column, *values = context_numbers(rng, f"number_{key}", rows)
            filled[f"number_{key}"] = (values[0], values[1])
            if kind == "bucketized":
                column = bucketized(column, boundaries(rng))
                column = rng.choice([column, wrapped(rng, column)])
            columns.append(column)
        else:
            column, dtype, ids = context_ids(rng, key, rows, source)
            filled[key] = (dtype, ids)
            if kind == "weighted":
                column = weighted(column, f"{key}_weights")
                filled[f"{key}_weights"] = ("float32", weights(rng, ids, source))
            columns.append(wrapped(rng, column))
    rng.shuffle(columns)
    return columns, filled


CONTEXT_SOURCES = ["examples", "examples", "sequence_examples", "ragged", "dense"]


def random_context_case(rng: random.Random) -> Case:
    source, rows = Source(rng.choice(CONTEXT_SOURCES)), rng.choice([0, 1, 2, 3, 5, 8])
    if rows == 0 and source.kind == "sequence_examples":
        source = Source("examples")  # without records TensorFlow misses the values of a fixed context
    columns, filled = context_columns(rng, "", source, rows)
    return {
        "operation": "dense_features",
        "columns": columns,
        **data_of(rng, source, [1] * rows, {}, filled),
    }


def random_groups_case(rng: random.Random) -> Case:
    """One to three groups of sequences and perhaps a context, which may share a table and be concatenated."""
    source, rows = Source(rng.choice(SOURCES)), rng.choice([1, 2, 3, 5])
    groups: dict[str, list[Json]] = {}
    filled: Filled = {}
    lengths = {name: random_lengths(rng, rows) for name in ("s1", "s2", "s3")[: rng.randint(1, 3)]}
    for name, of_group in lengths.items():
        groups[name], more = sequence_columns(rng, name, source, of_group)
        filled |= more
    more = {"sequences": list(lengths)}
    context: Filled = {}
    if rng.random() < 0.8:
        groups["context"], context = context_columns(rng, "c", source, rows)
        if rng.random() < 0.5:
            more["concatenate"] = ["context", "s1"]
        dtypes = {dtype for dtype, _ in [*filled.values(), *context.values()]}
        # Shared tables need a graph, and in a graph TensorFlow loses the upper half of uint64.
        if "uint64" not in dtypes and rng.random() < 0.4:
            more["shared"] = [shared_columns(rng, source, lengths["s1"], filled, context)]
    return {
        "operation": "groups",
        "groups": groups,
        **more,
        **data_of(rng, source, [0] * rows, filled, context),
    }


def shared_columns(
    rng: random.Random, source: Source, lengths: list[int], filled: Filled, context: Filled
) -> Json:
    """A table for a history in the first group and a candidate in the context."""
    size = rng.choice([1, 5])
    filled["history"] = (
        "int64",
        fill(rng, lengths, source, lambda: rng.randrange(size), holes=source.nested or source.dense),
    )
    context["candidate"] = ("int64", [[[rng.randrange(size)] * rng.randint(0, 2)] for _ in lengths])
    columns = [identity("history", size), in_context(identity("candidate", size))]
    combiner = rng.choice(["mean", "sqrtn", "sum"])
    return shared(["s1", "context"], columns, rng.randint(1, 3), seed=rng.randrange(99), combiner=combiner)


MAKERS = [
    random_parse_case,
    random_layer_case,
    random_layer_case,
    random_context_case,
    random_layer_case,
    random_groups_case,
]


def random_case(index: int, seed: int = 0) -> Case:
    """Case number `index` of a seed: one in six parses only, the others go through the layers."""
    made = MAKERS[index % len(MAKERS)](random.Random(f"{seed}/{index}"))
    return {"name": f"random/{seed}/{index}", **made}


def random_cases(count: int, seed: int = 0) -> list[Case]:
    return [random_case(index, seed) for index in range(count)]
