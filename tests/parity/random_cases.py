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
from parity.cases import dense, embedding, fixed, hashed, identity, indicator, numeric, ragged, texts, var
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


def categorical(
    rng: random.Random, key: str, lengths: list[int], source: Source
) -> tuple[Json, str, list[Steps]]:
    """A column, the dtype of its feature, and the rows."""
    holes = source.nested or source.dense
    if rng.random() < 0.3:
        column = hashed(key, rng.choice([2, 5, 17]))
        return (
            column,
            "string",
            fill(rng, lengths, source, lambda: word(rng, empty=not source.dense), holes=holes),
        )
    # An unsigned dense array cannot mark an absent cell.
    dtype = "int64" if source.serialized else rng.choice(SIGNED if source.dense else SIGNED + UNSIGNED)

    def any_integer() -> int:
        return integer(rng, dtype, minus_one=not source.dense)

    if rng.random() < 0.3:
        return (
            hashed(key, rng.choice([2, 5, 17]), "int64"),
            dtype,
            fill(rng, lengths, source, any_integer, holes=holes),
        )
    size = rng.choice([1, 2, 3, 20])
    if rng.random() < 0.5:
        return (
            identity(key, size),
            dtype,
            fill(rng, lengths, source, lambda: rng.randrange(size), holes=holes),
        )
    column = identity(key, size, rng.randrange(size))
    return column, dtype, fill(rng, lengths, source, any_integer, holes=holes)


def wrapped(rng: random.Random, column: Json) -> Json:
    if rng.random() < 0.25:
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
    absent: Json = "" if dtype == "string" else -1
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


def data_of(
    rng: random.Random, source: Source, lengths: list[int], filled: dict[str, tuple[str, list[Steps]]]
) -> Json:
    indices = range(len(lengths))
    if source.kind == "examples":
        records = [
            example_of(rng, {key: (dtype, flat(rows[i])) for key, (dtype, rows) in filled.items()})
            for i in indices
        ]
        return {"examples": texts(records)}
    if source.kind == "sequence_examples":
        lists = [
            {key: [feature_of(dtype, step, rng) for step in rows[i]] for key, (dtype, rows) in filled.items()}
            for i in indices
        ]
        return {"sequence_examples": texts([wire.sequence_example(**each) for each in lists])}
    forms = {}
    for key, (dtype, rows) in filled.items():
        if source.dense:
            forms[key] = dense_form(dtype, rows, lengths, nested=source.nested)
        elif source.nested:
            forms[key] = ragged(dtype, rows, rank=3)
        else:
            forms[key] = ragged(dtype, [flat(row) for row in rows])
    return {"features": forms}


def random_layer_case(rng: random.Random) -> Case:
    source = Source(rng.choice(SOURCES))
    lengths = [rng.choice([0, 0, 1, 1, 2, 3, 7]) for _ in range(rng.choice([0, 1, 2, 3, 5, 8]))]
    count = rng.randint(1, 4)
    columns: list[Json] = []
    filled: dict[str, tuple[str, list[Steps]]] = {}
    for index in range(count):
        key = f"{rng.choice('aBé_')}{index}"
        if not source.dense and lengths and rng.random() < 0.35:
            column, dtype, rows = numbers(rng, key, lengths, source, alone=count == 1)
            columns.append(column)
        else:
            column, dtype, rows = categorical(rng, key, lengths, source)
            columns.append(wrapped(rng, column))
            if rng.random() < 0.15 and columns[-1]["function"] == "embedding_column":
                columns.append(indicator(column))
        filled[key] = (dtype, rows)
    rng.shuffle(columns)
    return {"operation": "sequence_features", "columns": columns, **data_of(rng, source, lengths, filled)}


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


def random_case(index: int, seed: int = 0) -> Case:
    """Case number `index` of a seed: one in six parses only, the others go through the layer."""
    rng = random.Random(f"{seed}/{index}")
    made = random_parse_case(rng) if index % 6 == 0 else random_layer_case(rng)
    return {"name": f"random/{seed}/{index}", **made}


def random_cases(count: int, seed: int = 0) -> list[Case]:
    return [random_case(index, seed) for index in range(count)]
