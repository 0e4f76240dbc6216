"""Columns and encoders to plain data and back, and nothing else back."""

import ast
import copy
import json
import math
import pickle
import re
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields, is_dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest

import colonnade as cn
from colonnade import columns, errors, initializers
from colonnade._saving import config as configs

SOURCES = Path(cn.__file__).parent
GOLDEN = Path(__file__).parents[2] / "golden" / "configs"
GOLDEN_CONFIGS = json.loads((GOLDEN / "version_1.json").read_text("utf-8"))

watches = cn.sequence_categorical_column_with_identity("watches", num_buckets=1000)
tokens = cn.sequence_categorical_column_with_hash_bucket("tokens", hash_bucket_size=50)
user = cn.categorical_column_with_identity("user", num_buckets=9, default_value=0)

tokens_of_watches = cn.categorical_column_with_identity("watch", num_buckets=1000)
VALUES = {
    "identity": user,
    "identity of a sequence": watches,
    "hash": cn.categorical_column_with_hash_bucket("é/.\0", 2**62, dtype="int32"),
    "hash of a sequence": tokens,
    "numeric": cn.numeric_column("n", shape=(2, 1), default_value=[[1], [2.5]], dtype="float64"),
    "numeric without default": cn.numeric_column("n", normalizer_fn=cn.Clip(-math.inf, 5)),
    "numbers of a sequence": cn.sequence_numeric_column("n", shape=(2, 3), default_value=-1, dtype="int16"),
    "infinite padding": cn.sequence_numeric_column("n", default_value=-math.inf),
    "negative zero": cn.sequence_numeric_column("n", default_value=-0.0),
    "normalized": cn.sequence_numeric_column(
        "n",
        shape=2,
        normalizer_fn=cn.Compose([cn.Log1p(), cn.MinMax(0, 3), cn.Standardize((0.1, 2), (1e-300, 3))]),
    ),
    "embedding": cn.embedding_column(
        watches,
        8,
        combiner="sqrtn",
        initializer=initializers.TruncatedNormal(0.5, 0.1, seed=2**63 - 1),
        max_norm=0.1,
        trainable=False,
        use_safe_embedding_lookup=False,
        name="watched",
    ),
    "embedding of a context": cn.embedding_column(user, 4, initializer=initializers.RandomUniform(-1, 1)),
    "embedding by default": cn.embedding_column(tokens, 3),
    "constant": cn.embedding_column(tokens, 3, initializer=initializers.Constant(0.1)),
    "zeros": cn.embedding_column(tokens, 3, initializer=initializers.Zeros()),
    "vocabulary": cn.categorical_column_with_vocabulary_list("colour", ["é", b"\xff", "a"], default_value=1),
    "vocabulary of integers": cn.sequence_categorical_column_with_vocabulary_list(
        "year", [-1, 2**63 - 1], dtype="int16", num_oov_buckets=3
    ),
    "vocabulary file": cn.sequence_categorical_column_with_vocabulary_file("word", GOLDEN / "words.txt", 2),
    "bucketized": cn.bucketized_column(cn.numeric_column("age", shape=2), [0.1, 65]),
    "bucketized sequence": cn.bucketized_column(cn.sequence_numeric_column("price"), [1], name="cheap"),
    "crossed": cn.crossed_column(["a", user, cn.bucketized_column(cn.numeric_column("n"), [0])], 50),
    "crossed sequence": cn.crossed_column([watches, "action"], 50, hash_key=2**64 - 1, name="what"),
    "weighted": cn.weighted_categorical_column(user, "w", dtype="int32"),
    "weighted sequence": cn.weighted_categorical_column(tokens, "w"),
    "shared": cn.shared_embeddings([watches, tokens_of_watches], 4)[1],
    "indicator": cn.indicator_column(tokens),
    "indicator by name": cn.indicator_column(user, name="who"),
    "normalizer": cn.Clip(0.0, 1.0),
    "initializer": initializers.Constant(1.0),
}
# Made anew by each test: an encoder that a module holds at exit looks like a leak to the bindings.
ENCODERS = {
    "one column": lambda: cn.Encoder(cn.indicator_column(tokens)),
    "every option": lambda: cn.Encoder(
        [VALUES["normalized"], VALUES["embedding"]],
        max_length=7,
        keep="first",
        side="left",
        pad_to_multiple_of=8,
    ),
    "every later option": lambda: cn.Encoder(
        cn.indicator_column(tokens), min_length=2, padding_value="", missing="error"
    ),
    "jagged": lambda: cn.Encoder([cn.indicator_column(tokens)], layout="jagged"),
    "groups": lambda: cn.Encoder(
        {
            "history": [cn.embedding_column(watches, 8)],
            "class": [cn.embedding_column(user, 4), cn.numeric_column("age", default_value=0)],
            "groups": [cn.embedding_column(tokens, 8)],
        }
    ),
}


def everything():
    return {**VALUES, **{name: make() for name, make in ENCODERS.items()}}


def through_text(value):
    return cn.from_config(json.dumps(cn.to_config(value)), trust_paths=True)


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_columns_come_back_equal(value):
    again = through_text(value)
    assert again == value
    assert type(again) is type(value)
    assert repr(again) == repr(value)
    assert hash(again) == hash(value)
    assert cn.from_config(cn.to_config(value), trust_paths=True) == value


@pytest.mark.parametrize("make", ENCODERS.values(), ids=ENCODERS)
def test_encoders_come_back_equal(make):
    encoder = make()
    again = through_text(encoder)
    assert again.columns == encoder.columns
    assert again.options == encoder.options
    assert again.plan == encoder.plan
    assert list(again.plan.groups) == list(encoder.plan.groups)
    assert json.dumps(cn.to_config(again)) == json.dumps(cn.to_config(encoder))


def test_every_class_is_tried():
    seen = set()

    def visit(value):
        if isinstance(value, dict):
            seen.update([value["class"]] if isinstance(value.get("class"), str) else [])
            visit(list(value.values()))
        elif isinstance(value, list):
            for item in value:
                visit(item)

    visit([cn.to_config(value) for value in everything().values()])
    assert set(configs.CLASSES) <= seen


def test_every_public_dataclass_of_columns_is_in_the_table():
    public = {cls for cls in vars(columns).values() if isinstance(cls, type) and is_dataclass(cls)}
    public |= {cls for cls in vars(initializers).values() if isinstance(cls, type) and is_dataclass(cls)}
    assert public == set(configs.CLASSES.values()) - {cn.Encoder}


def test_configs_of_version_1_stay_readable():
    values = everything()
    assert set(GOLDEN_CONFIGS) <= set(values)
    for name, config in GOLDEN_CONFIGS.items():
        assert cn.to_config(cn.from_config(config)) == config, name
        assert cn.to_config(values[name]) == config, name


def test_nan_comes_back():
    column = cn.sequence_numeric_column("n", default_value=float("nan"))
    config = cn.to_config(column)
    assert config["config"]["default_value"] == {"float": "nan"}
    assert math.isnan(through_text(column).default_value)
    assert cn.to_config(through_text(column)) == config


def test_signs_and_kinds_of_numbers_come_back():
    assert repr(through_text(VALUES["negative zero"]).default_value) == "-0.0"
    assert repr(through_text(VALUES["numbers of a sequence"]).default_value) == "-1"


def test_bytes_come_back(monkeypatch):
    @dataclass(frozen=True)
    class Words:
        key: str
        words: tuple[str | bytes, ...]

    monkeypatch.setitem(configs.CLASSES, "Words", Words)
    every = tuple(bytes([byte]) for byte in range(256))
    value = Words("a", (*every, b"", "text", b"text", "\x80", "\U0001f600"))
    assert through_text(value) == value
    assert list(map(type, through_text(value).words)) == list(map(type, value.words))


def test_two_columns_of_one_key_stay_two():
    small, large = (cn.sequence_categorical_column_with_identity("a", num_buckets=n) for n in (3, 7))
    hashed = cn.sequence_categorical_column_with_hash_bucket("a", 5, dtype="int64")
    made = [
        cn.embedding_column(small, 2, name="x"),
        cn.embedding_column(large, 2, name="y"),
        cn.indicator_column(hashed),
    ]
    assert set(through_text(cn.Encoder(made)).columns) == set(made)


def test_text_and_bytes_and_a_file(tmp_path):
    text = json.dumps(cn.to_config(VALUES["hash"]), ensure_ascii=False)
    assert cn.from_config(text) == cn.from_config(text.encode()) == VALUES["hash"]
    (tmp_path / "column.json").write_text(text, "utf-8")
    assert cn.from_config((tmp_path / "column.json").read_bytes()) == VALUES["hash"]


def test_numbers_that_other_tools_rewrote():
    config = cn.to_config(cn.sequence_numeric_column("n", normalizer_fn=cn.Standardize(0.0, 1.0)))
    rewritten = json.loads(json.dumps(config).replace("0.0", "0").replace("1.0", "1"))
    assert rewritten != cn.to_config(VALUES["identity"])
    assert cn.to_config(cn.from_config(rewritten)) == config


# What a config cannot hold.


def f(steps):
    return steps


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (
            cn.sequence_numeric_column("age", normalizer_fn=f),
            "column 'age': normalizer_fn is a bare function, f,.*Standardize",
        ),
        (cn.numeric_column("age", normalizer_fn=lambda x: x), "column 'age': .*<lambda>"),
        (
            cn.numeric_column("age", normalizer_fn=np.log1p),
            "column 'age': normalizer_fn is a bare function, .*log1p",
        ),
        (
            cn.embedding_column(watches, 4, initializer=lambda shape, dtype: np.zeros(shape)),
            "column 'watches_embedding': initializer is a bare function.*colonnade.initializers",
        ),
        (cn.indicator_column(tokens, name="\ud800"), r"name: .* is not valid Unicode"),
        ([watches], "got list; for several columns take cn.Encoder"),
        (cn.EncoderOptions(), "got EncoderOptions"),
        (None, "got NoneType"),
        (columns.HashedCategoricalColumn, "got type"),
    ],
)
def test_refused_by_to_config(value, message):
    with pytest.raises(errors.ConfigError, match=message):
        cn.to_config(value)


def test_a_function_inside_an_encoder_is_refused():
    with pytest.raises(errors.ConfigError, match="column 'age': normalizer_fn is a bare function, f"):
        cn.to_config(cn.Encoder([cn.sequence_numeric_column("age", normalizer_fn=f)]))


def test_a_subclass_is_not_saved_as_its_parent():
    class Mine(columns.HashedCategoricalColumn):
        pass

    with pytest.raises(errors.ConfigError, match="got Mine"):
        cn.to_config(Mine("a", 5))
    Mine.__name__ = "HashedCategoricalColumn"
    with pytest.raises(errors.ConfigError, match="got HashedCategoricalColumn"):
        cn.to_config(Mine("a", 5))


# What is no config.

GOOD = cn.to_config(cn.embedding_column(watches, 8))
SEQUENCE = GOOD["config"]["categorical_column"]
NUMBERS = cn.to_config(cn.numeric_column("a"))["config"]


def changed(change):
    config = copy.deepcopy(GOOD)
    change(config)
    return config


def having(**parts):
    return changed(lambda config: config["config"].update(parts))


def cyclic():
    config = copy.deepcopy(GOOD)
    config["config"]["categorical_column"] = config["config"]
    return config


REFUSED = {
    "nothing": (None, "a config is an object"),
    "a list": ([GOOD], "a config is an object"),
    "no version": ({"config": GOOD["config"]}, "a config is an object"),
    "another key": ({**GOOD, "code": "x"}, "a config is an object"),
    "a newer version": ({**GOOD, "colonnade": 2}, "version 2 is unknown, this release reads 1"),
    "a version that equals 1": ({**GOOD, "colonnade": True}, "version True is unknown"),
    "another version that equals 1": ({**GOOD, "colonnade": 1.0}, "version 1.0 is unknown"),
    "no object": ({"colonnade": 1, "config": 5}, "a column or an Encoder is wanted"),
    "no column": ({"colonnade": 1, "config": {"bytes": ""}}, "a column or an Encoder is wanted"),
    "an unknown class": (having(**{"class": "Popen"}), "config: unknown class 'Popen'; known"),
    "a path as class": (having(**{"class": "os.system"}), "unknown class"),
    "a class that is no text": (having(**{"class": ["x"]}), "unknown class"),
    "a private class": (having(**{"class": "EncoderOptions"}), "unknown class"),
    "a missing field": (changed(lambda c: c["config"].pop("combiner")), r"missing are \['combiner'\]"),
    "an unknown field": (having(hook=1), r"unknown are a list of 1: 'hook'"),
    "a refused value": (having(dimension=0), "config: .*dimension must be at least 1, got 0"),
    "a deep refused value": (
        changed(lambda c: c["config"]["categorical_column"]["categorical_column"].update(num_buckets=-5)),
        "config.categorical_column.categorical_column: .*num_buckets must be at least 1, got -5",
    ),
    "a wrong type": (having(dimension="8"), "dimension must be an int, got str"),
    "text for a bool": (having(trainable="yes"), "trainable must be a bool"),
    "a number for a bool": (having(use_safe_embedding_lookup=1), "must be a bool"),
    "false for a name": (having(name=False), "name must be a non-empty str"),
    "the name of a function": (having(initializer="zeros"), "initializer must be callable"),
    "a column for an initializer": (
        changed(lambda c: c["config"].update(initializer=c["config"]["categorical_column"])),
        "initializer must be callable",
    ),
    "a sequence of a sequence": (
        having(categorical_column={"class": "SequenceCategoricalColumn", "categorical_column": SEQUENCE}),
        "already a sequence column",
    ),
    "a sequence of numbers": (
        changed(lambda c: c["config"]["categorical_column"].update(categorical_column={"bytes": ""})),
        "a sequence needs a categorical column",
    ),
    "nan as a float": (having(max_norm=math.nan), "config.max_norm: nan is no JSON number"),
    "nan as a norm": (having(max_norm={"float": "nan"}), "max_norm must be greater than 0"),
    "another float": (having(max_norm={"float": "1.0"}), 'must be a "class"'),
    "bytes that are no base64": (having(name={"bytes": "é"}), "config.name: bytes must be base64"),
    "bytes in another base64": (having(name={"bytes": "QR=="}), "is not how base64"),
    "an object of two forms": (having(name={"bytes": "", "float": "nan"}), 'must be a "class"'),
    "an empty object": (having(name={}), 'must be a "class"'),
    "a lone surrogate": (having(name="\udfff"), "config.name: .* is not valid Unicode"),
    "a tuple": (having(name=()), "a tuple is no JSON value"),
    "a function": (having(initializer=f), "a function is no JSON value"),
    "an array": (having(dimension=np.int64(3)), "a int64 is no JSON value"),
    "a huge int": (having(dimension=10**5000), "config.dimension: an int of 16610 bits"),
    "itself": (cyclic(), "nests too deeply"),
    "a huge default": (
        {"colonnade": 1, "config": {**NUMBERS, "shape": [2**40], "default_value": 1.0}},
        "too large",
    ),
    "a dtype by another name": (
        {"colonnade": 1, "config": {**NUMBERS, "dtype": cn.to_config(cn.numeric_column("int64"))["config"]}},
        "dtype must be a string",
    ),
}


@pytest.mark.parametrize(("config", "message"), REFUSED.values(), ids=REFUSED)
def test_refused_by_from_config(config, message):
    with pytest.raises(errors.ConfigError, match=message) as caught:
        cn.from_config(config)
    assert isinstance(caught.value, ValueError)
    assert len(str(caught.value)) < 1000


TEXT = json.dumps(GOOD)
TEXTS = {
    "empty": ("", "no JSON"),
    "cut": (TEXT[:-1], "no JSON"),
    "trailing bytes": (TEXT + "x", "Extra data"),
    "two documents": (TEXT + TEXT, "Extra data"),
    "a trailing NUL": (TEXT.encode() + b"\0", "Extra data"),
    "a zip behind it": (TEXT.encode() + b"PK\x05\x06", "Extra data"),
    "a key twice": (
        TEXT.replace('"dimension": 8', '"dimension": 8, "dimension": 9'),
        "'dimension' stands twice",
    ),
    "NaN": (TEXT.replace('"dimension": 8', '"dimension": NaN'), "NaN is no JSON"),
    "a number beyond float64": (
        TEXT.replace('"dimension": 8', '"dimension": 1e999'),
        "inf is no JSON number",
    ),
    "a BOM": (b"\xef\xbb\xbf" + TEXT.encode(), "no JSON"),
    "UTF-16": (TEXT.encode("utf-16"), "no JSON"),
    "no UTF-8": (TEXT.encode().replace(b"watches", b"\xff"), "no JSON"),
    "an escaped surrogate": (TEXT.replace("watches", "\\ud800"), "is not valid Unicode"),
    "deep": ("[" * 100_000, "nests too deeply"),
    "deep and whole": ('{"colonnade": 1, "config": ' + "[" * 400 + "]" * 400 + "}", "nests too deeply"),
    "many digits": (TEXT.replace('"dimension": 8', f'"dimension": {"9" * 5000}'), "no JSON"),
    "a comment": (TEXT + "// really", "Extra data"),
}


@pytest.mark.parametrize(("text", "message"), TEXTS.values(), ids=TEXTS)
def test_refused_texts(text, message):
    with pytest.raises(errors.ConfigError, match=message):
        cn.from_config(text)


# In place of every part of every config of the golden ones.
STRANGERS = [
    *(None, True, 0, -1, 1.5, 2**63, 10**40, "", "x", [], [1], ["a"], [[]], {}),
    *({"bytes": "YQ=="}, {"float": "nan"}, {"groups": {}}, {"groups": {"a": 1}}, {"groups": {"a": [1]}}),
    *({"class": "Zeros"}, {"class": ["a"]}, [{"class": "Log1p"}], {"class": "Constant", "value": 1.0}),
]


def with_strangers(config):
    """The config with each of its parts, and itself, replaced by each stranger."""
    yield from STRANGERS
    parts = (
        config.items() if isinstance(config, dict) else enumerate(config) if isinstance(config, list) else ()
    )
    for name, part in parts:
        for changed in with_strangers(part):
            copied = config.copy()
            copied[name] = changed
            yield copied


@pytest.mark.parametrize("name", GOLDEN_CONFIGS)
def test_wrong_types_anywhere_are_our_errors(name, monkeypatch):
    monkeypatch.chdir(GOLDEN)
    made = refused = 0
    for config in with_strangers(GOLDEN_CONFIGS[name]):
        try:
            cn.from_config(config)
            made += 1
        except errors.ColonnadeError:
            refused += 1
    assert refused > made > 0


def test_many_keys_with_one_twice():
    text = f'{{{", ".join(f""""{key}": 1""" for key in range(200_000))}, "199999": 2}}'
    with pytest.raises(errors.ConfigError, match="'199999' stands twice"):
        cn.from_config(text)


HOSTILE = """
import json, sys
from reference.configs import mutations
import colonnade as cn

events, counts, watching = [], {"made": 0, "refused": 0}, False

def hook(event, arguments):
    if watching and event in WATCHED:
        events.append((event, repr(arguments)[:200]))

WATCHED = {"compile", "exec", "import", "open", "marshal.loads", "pickle.find_class", "os.system",
           "subprocess.Popen", "socket.connect", "ctypes.dlopen", "os.listdir", "os.mkdir", "os.remove"}
sys.addaudithook(hook)
watching = True
eval("1")
watching = False
assert len(events) == 2, events  # the hook sees: compile and exec
events.clear()
for text in mutations(json.load(sys.stdin), 1000):
    watching = True
    try:
        cn.from_config(text)
        counts["made"] += 1
    except cn.errors.ColonnadeError:
        counts["refused"] += 1
    watching = False
json.dump({"events": events, **counts}, sys.stdout)
"""


def test_hostile_configs_run_nothing():
    configs = [cn.to_config(value) for value in everything().values()]
    done = subprocess.run(
        [sys.executable, "-c", HOSTILE],
        input=json.dumps(configs),
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        check=False,
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["events"] == []
    assert result["made"] + result["refused"] == 1000
    assert result["made"] >= 20
    assert result["refused"] >= 500


def test_no_framework_is_needed(tmp_path):
    configs = {name: cn.to_config(value) for name, value in VALUES.items()}
    (tmp_path / "configs.json").write_text(json.dumps(configs))
    script = """
import json, sys
for framework in ("torch", "tensorflow", "keras", "jax", "pyarrow", "safetensors"):
    sys.modules[framework] = None  # importing it fails
import colonnade as cn
configs = json.loads(open(sys.argv[1], "rb").read())
values = {name: cn.from_config(config, trust_paths=True) for name, config in configs.items()}
assert {name: cn.to_config(value) for name, value in values.items()} == configs
print(json.dumps({name: repr(value) for name, value in values.items()}))
"""
    done = subprocess.run(
        [sys.executable, "-c", script, tmp_path / "configs.json"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {name: repr(value) for name, value in VALUES.items()}


# Encoders between processes.

FEATURES = {
    "watches": [[1, 2, 3], []],
    "tokens": [["a"], ["b", "c"]],
    "user": [[1], [2]],
    "age": [[3.0], [4.0]],
}


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
@pytest.mark.parametrize("make", ENCODERS.values(), ids=ENCODERS)
def test_encoders_are_copied(make, copied):
    encoder = make()
    again = copied(encoder)
    assert again.columns == encoder.columns
    assert again.options == encoder.options
    assert again.plan == encoder.plan
    assert again is not encoder


def test_a_deep_copy_keeps_bare_functions():
    encoder = cn.Encoder([cn.sequence_numeric_column("age", normalizer_fn=lambda x: x + 1)])
    assert copy.deepcopy(encoder).encode({"age": [[1.0]]}).slots["age"].values.tolist() == [[[2.0]]]


def test_encoders_work_in_spawned_processes():
    encoder = ENCODERS["groups"]()
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        assert pool.submit(_batches_as_lists, encoder, FEATURES).result() == _batches_as_lists(
            encoder, FEATURES
        )


def _batches_as_lists(encoder, features):
    return {
        (group, name): slot.values.tolist()
        for group, batch in encoder.encode(features).items()
        for name, slot in batch.slots.items()
    }


def test_options_are_checked_where_they_stand():
    assert vars(cn.Encoder([cn.indicator_column(tokens)]).options) == {
        field.name: field.default for field in fields(cn.EncoderOptions)
    }
    with pytest.raises(errors.ColumnValueError, match="side must be"):
        cn.EncoderOptions(side="up")
    with pytest.raises(errors.ColumnTypeError, match="max_length must be an int"):
        cn.EncoderOptions(max_length=1.5)


# No code in data, anywhere in the sources.

MODULES = {
    "pickle",
    "_pickle",
    "cPickle",
    "marshal",
    "shelve",
    "dill",
    "cloudpickle",
    "joblib",
    "yaml",
    "runpy",
    "code",
}
CALLS = {"eval", "exec", "compile", "__import__", "import_module", "find_class"}


def dangers(source):
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name.split(".")[0] in MODULES]
        elif isinstance(node, ast.ImportFrom):
            found += [node.module] if (node.module or "").split(".")[0] in MODULES and not node.level else []
        elif isinstance(node, ast.Name) and node.id in CALLS:
            found.append(node.id)
        elif isinstance(node, ast.Attribute) and node.attr in CALLS - {"compile"}:
            found.append(node.attr)
        elif (
            isinstance(node, ast.keyword)
            and node.arg == "allow_pickle"
            and ast.unparse(node.value) != "False"
        ):
            found.append(node.arg)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "torch.load":
            found.append("torch.load")
    return found


@pytest.mark.parametrize(
    "path", sorted(SOURCES.rglob("*.py")), ids=lambda path: path.relative_to(SOURCES).as_posix()
)
def test_sources_run_no_data(path):
    assert dangers(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from marshal import loads",
        "import yaml.loader as y",
        "eval(x)",
        "f = exec",
        "importlib.import_module(x)",
        "numpy.load(x, allow_pickle=True)",
        "torch.load(x)",
        "builtins.eval(x)",
    ],
)
def test_dangers_are_seen(source):
    assert dangers(source)


# Vocabulary files, which a config names and the caller opens.


@pytest.fixture
def words(tmp_path):
    path = tmp_path / "here" / "words.txt"
    path.parent.mkdir()
    path.write_text("so\ngood\n")
    return path


def config_of(path, **changes):
    column = cn.sequence_categorical_column_with_vocabulary_file("words", path)
    config = cn.to_config(cn.Encoder([cn.indicator_column(column)]))
    [indicator] = config["config"]["columns"]
    indicator["categorical_column"]["categorical_column"].update(changes)
    return config


def file_of(encoder):
    return encoder.columns[0].categorical_column.categorical_column.vocabulary_file


def test_a_folder_of_vocabularies(words, tmp_path):
    config = config_of(words)
    moved = words.rename(tmp_path / words.name)
    for folder in (tmp_path, str(tmp_path)):
        assert file_of(cn.from_config(config, folder)) == str(moved)
    assert file_of(cn.from_config(config, vocabularies=tmp_path)) == str(moved)


def test_a_mapping_of_vocabularies(words, tmp_path):
    config = config_of(words)
    moved = words.rename(tmp_path / "other name")
    for path in (moved, str(moved)):
        assert file_of(cn.from_config(config, {str(words): path, "not named": "x"})) == str(moved)
    with pytest.raises(errors.ConfigError, match="that vocabularies= does not have") as caught:
        cn.from_config(config, {"words.txt": moved})
    assert str(caught.value).startswith("config.columns[0].categorical_column.categorical_column: ")


def test_paths_as_they_stand(words):
    assert file_of(cn.from_config(config_of(words), trust_paths=True)) == str(words)


def test_a_config_that_names_a_file_opens_none_by_itself(words):
    config = config_of(words)
    words.unlink()  # so that reading it would be another error
    with pytest.raises(errors.ConfigError, match=r"words\.txt', and no file is opened .* vocabularies="):
        cn.from_config(config)


@pytest.mark.parametrize("named", ["/", "..", "a/..", ".", "", "a\0b", "x" * 100_000, "\n" * 9])
def test_no_path_leaves_the_folder(words, named):
    with pytest.raises(errors.ConfigError) as caught:
        cn.from_config(config_of(words, vocabulary_file=named), words.parent)
    assert len(str(caught.value)) < 1000 or "File name too long" in str(caught.value)
    assert "regular" not in str(caught.value)


@pytest.mark.parametrize("named", ["/etc/passwd", "../secret.txt", "there/secret.txt"])
def test_a_file_outside_the_folder_is_not_found(words, named):
    (words.parent.parent / "secret.txt").write_text("a\nb\n")
    with pytest.raises(errors.ConfigError, match="cannot be read: No such file"):
        cn.from_config(config_of(words, vocabulary_file=named), words.parent)


@pytest.mark.parametrize("opening", [{"trust_paths": True}, {"vocabularies": "here"}])
def test_nothing_of_another_file_is_told(words, monkeypatch, opening):
    monkeypatch.chdir(words.parent.parent)
    config = config_of(words)
    words.write_text("a secret\na secret\n")
    with pytest.raises(errors.ConfigError, match="the vocabulary has changed") as caught:
        cn.from_config(config, **opening)
    assert "secret" not in str(caught.value)
    assert not re.search("[0-9a-f]{32}", str(caught.value))


@pytest.mark.parametrize("digest", ["", "0" * 63, "G" * 64, None, 5])
def test_a_config_says_which_file_it_was_made_with(words, digest):
    config = config_of(words, sha256=digest)
    words.write_text("a secret\na secret\n")
    with pytest.raises(errors.ConfigError, match="sha256 must be 64 hexadecimal digits") as caught:
        cn.from_config(config, trust_paths=True)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("named", [None, 5, ["a"], True])
def test_a_path_is_text(words, named):
    for opening in ({"trust_paths": True}, {"vocabularies": words.parent}, {"vocabularies": {}}, {}):
        with pytest.raises(errors.ConfigError, match="vocabulary_file must be a path"):
            cn.from_config(config_of(words, vocabulary_file=named), **opening)


def test_how_files_are_found_is_said_once_and_rightly():
    config = cn.to_config(VALUES["hash"])
    with pytest.raises(errors.ConfigError, match="not both"):
        cn.from_config(config, ".", trust_paths=True)
    with pytest.raises(errors.ConfigError, match=r"must be a folder, or a mapping .* got int"):
        cn.from_config(config, 5)
