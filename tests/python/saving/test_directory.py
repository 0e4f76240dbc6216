"""What save writes, load reads: whole, checked, without a framework, or not at all."""

import errno
import gzip
import hashlib
import json
import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import colonnade as cn
import colonnade.numpy
from colonnade import errors, initializers
from colonnade._saving import directory as saving
from colonnade._saving import embedded

watches = cn.sequence_categorical_column_with_identity("watches", num_buckets=50, default_value=0)
tokens = cn.sequence_categorical_column_with_hash_bucket("tokens", hash_bucket_size=20)
rating = cn.sequence_numeric_column(
    "rating",
    shape=2,
    default_value=-1,
    normalizer_fn=cn.Compose([cn.Log1p(), cn.Standardize((0.5, 1), (2, 3))]),
)
COLUMNS = [
    cn.embedding_column(watches, 4, combiner="sqrtn", max_norm=0.5),
    cn.embedding_column(tokens, 3, initializer=initializers.TruncatedNormal(stddev=0.1)),
    cn.indicator_column(tokens, name="how often / é"),
    rating,
]
FEATURES = {
    "watches": [[[1, 2], [], [49]], [[3]], []],
    "tokens": [[["a"], ["b", "c"], []], [["é", "é"]], []],
    "rating": [[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [0.0, 7.0], []],
}


def encoder_and_tables(scale=1.0):
    encoder = cn.Encoder(COLUMNS, max_length=2)
    random = np.random.default_rng(7)
    shapes = {name: (table.num_buckets, table.dimension) for name, table in encoder.plan.tables.items()}
    return encoder, {
        name: random.normal(0, scale, shape).astype(np.float32) for name, shape in shapes.items()
    }


def names(directory):
    return sorted(path.name for path in directory.iterdir())


def assert_loads(directory, encoder, tables):
    loaded, arrays = cn.load(directory)
    assert loaded.columns == encoder.columns
    assert loaded.options == encoder.options
    assert list(arrays) == list(tables)
    for name, table in tables.items():
        np.testing.assert_array_equal(arrays[name], table)
        assert arrays[name].dtype == np.float32


def test_all_comes_back(tmp_path):
    encoder, tables = encoder_and_tables()
    cn.save(tmp_path / "deep" / "model", encoder, tables)
    assert_loads(tmp_path / "deep" / "model", encoder, tables)
    assert_loads(str(tmp_path / "deep" / "model"), encoder, tables)


def test_the_files_are_plain(tmp_path):
    encoder, tables = encoder_and_tables()
    cn.save(tmp_path, encoder, tables)
    saved = json.loads((tmp_path / "config.json").read_text("utf-8"))
    assert saved["encoder"] == cn.to_config(encoder)
    path = tmp_path / f"tables-{saved['tables']}.safetensors"
    assert names(tmp_path) == ["config.json", path.name]
    assert hashlib.sha256(path.read_bytes()).hexdigest() == saved["tables"]


def test_equal_saves_are_equal_bytes(tmp_path):
    for name in "ab":
        cn.save(tmp_path / name, *encoder_and_tables())
    one, other = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in "ab")
    assert one == other


def test_without_tables(tmp_path):
    encoder = cn.Encoder([rating])
    cn.save(tmp_path, encoder, {})
    assert_loads(tmp_path, encoder, {})


def test_groups_and_odd_names(tmp_path):
    user = cn.categorical_column_with_identity("user", num_buckets=3)
    encoder = cn.Encoder({"a/b": COLUMNS, "": [cn.embedding_column(user, 2, name="é. /\0")]}, layout="jagged")
    tables = {
        name: np.full((table.num_buckets, table.dimension), 0.5, np.float32)
        for name, table in encoder.plan.tables.items()
    }
    cn.save(tmp_path, encoder, tables)
    assert_loads(tmp_path, encoder, tables)


SERVE = """
import json, sys
for framework in ("torch", "tensorflow", "keras", "jax", "pyarrow"):
    sys.modules[framework] = None  # importing it fails
import numpy as np
import colonnade as cn
from colonnade.numpy import SequenceFeatures

encoder, tables = cn.load(sys.argv[1])
layer = SequenceFeatures(encoder.columns, tables)
steps, lengths = layer(encoder.encode(json.load(sys.stdin)))
np.savez(sys.argv[2], steps=steps, lengths=lengths)
"""


def test_a_torch_model_is_served_without_torch(tmp_path):
    import torch

    from colonnade.torch import SequenceFeatures

    torch.manual_seed(3)
    encoder = cn.Encoder(COLUMNS, max_length=2)
    model = SequenceFeatures(COLUMNS)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    model(encoder.encode(FEATURES))[0].square().sum().backward()
    optimizer.step()
    cn.save(tmp_path / "model", encoder, model.tables())
    done = subprocess.run(
        [sys.executable, "-c", SERVE, tmp_path / "model", tmp_path / "served.npz"],
        input=json.dumps(FEATURES),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    steps, lengths = model(encoder.encode(FEATURES))
    with np.load(tmp_path / "served.npz", allow_pickle=False) as served:
        np.testing.assert_allclose(served["steps"], steps.detach().numpy(), rtol=1e-5, atol=1e-6)
        np.testing.assert_array_equal(served["lengths"], lengths.numpy())
    assert steps.shape == (3, 2, 4 + 3 + 20 + 2)
    assert steps.detach().abs().sum() > 1


# Saving again, and failing to.


def test_a_later_save_replaces_the_earlier_one(tmp_path):
    (tmp_path / "vocabulary-of-mine.txt").write_text("mine")
    (tmp_path / "tables").mkdir()
    cn.save(tmp_path, *encoder_and_tables())
    (tmp_path / f"temporary-{'0' * 64}").write_text("left by a crash")
    encoder, tables = encoder_and_tables(scale=2.0)
    cn.save(tmp_path, encoder, tables)
    assert_loads(tmp_path, encoder, tables)
    digest = json.loads((tmp_path / "config.json").read_text("utf-8"))["tables"]
    wanted = ["config.json", f"tables-{digest}.safetensors", "tables", "vocabulary-of-mine.txt"]
    assert names(tmp_path) == sorted(wanted)


@pytest.mark.parametrize("earlier", [True, False])
def test_a_save_that_fails_at_any_step_changes_nothing(tmp_path, monkeypatch, earlier):
    """Every system call that could fail fails once, the first one, then the second, and so on."""
    old, new = encoder_and_tables(), encoder_and_tables(scale=2.0)
    failures = 0
    while True:
        directory = tmp_path / str(failures)
        if earlier:
            cn.save(directory, *old)
        with monkeypatch.context() as patch:
            calls = fail_at(patch, failures)
            try:
                cn.save(directory, *new)
                break
            except OSError as error:
                assert str(error) == "injected"  # noqa: PT017
        assert calls[0] == failures + 1
        if committed(directory, new):
            assert_loads(directory, *new)
        elif earlier:
            assert_loads(directory, *old)
        else:
            with pytest.raises(FileNotFoundError):
                cn.load(directory)
        assert not list(directory.glob("temporary-*"))
        failures += 1
    assert failures >= 6
    assert_loads(directory, *new)


def fail_at(patch, count):
    """Make the call number `count` of fsync, rename and unlink fail."""
    calls = [0]

    def failing(real):
        def call(*arguments, **options):
            calls[0] += 1
            if calls[0] == count + 1:
                raise OSError("injected")
            return real(*arguments, **options)

        return call

    patch.setattr(os, "fsync", failing(os.fsync))
    patch.setattr(Path, "replace", failing(Path.replace))
    patch.setattr(saving, "_sha256", failing(saving._sha256))
    return calls


def committed(directory, new):
    """Whether config.json is already the new one: then its directory entry alone may not be on disk yet."""
    try:
        saved = json.loads((directory / "config.json").read_text("utf-8"))
    except FileNotFoundError:
        return False
    path = directory / f"tables-{saved['tables']}.safetensors"
    from safetensors.numpy import load_file

    return all(np.array_equal(table, load_file(path)[name]) for name, table in new[1].items())


KILLED = """
import os, sys
import numpy as np
import colonnade as cn
from colonnade._saving import directory as saving

watches = cn.sequence_categorical_column_with_identity("watches", num_buckets=50)
encoder = cn.Encoder([cn.embedding_column(watches, 4)])
step = [0]

def dying(real):
    def call(*arguments):
        step[0] += 1
        if step[0] > int(sys.argv[2]):
            os.kill(os.getpid(), 9)
        return real(*arguments)
    return call

steps = [(os, "fsync"), (saving, "_sha256"), (saving, "_write_config"), (saving, "_remove_earlier")]
for module, name in steps:
    setattr(module, name, dying(getattr(module, name)))
cn.save(sys.argv[1], encoder, {"watches_embedding": np.full((50, 4), 2.0)})
"""


@pytest.mark.skipif(os.name != "posix", reason="kills processes")
def test_a_killed_process_leaves_the_old_or_the_new(tmp_path):
    encoder = cn.Encoder(
        [cn.embedding_column(cn.sequence_categorical_column_with_identity("watches", 50), 4)]
    )
    found = []
    for step in range(20):
        cn.save(tmp_path, encoder, {"watches_embedding": np.full((50, 4), 1.0)})
        done = subprocess.run([sys.executable, "-c", KILLED, tmp_path, str(step)], check=False)
        found.append(float(cn.load(tmp_path)[1]["watches_embedding"].mean()))
        if done.returncode == 0:
            break
        assert done.returncode == -9
    assert len(found) >= 6
    assert found == sorted(found)
    assert set(found) == {1.0, 2.0}


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ({}, r"missing are \['tokens_embedding', 'watches_embedding'\]"),
        ({**encoder_and_tables()[1], "x": np.zeros((1, 1))}, r"unknown are \['x'\]"),
        ({**encoder_and_tables()[1], "tokens_embedding": np.zeros((20, 4))}, r"shape \(20, 3\), got"),
        ({**encoder_and_tables()[1], "tokens_embedding": np.zeros((20, 3), object)}, "must be numbers"),
        (None, "must be a mapping"),
    ],
)
def test_wrong_tables_write_nothing(tmp_path, tables, message):
    with pytest.raises(errors.TableError, match=message):
        cn.save(tmp_path / "model", encoder_and_tables()[0], tables)
    assert not (tmp_path / "model").exists()


def test_what_cannot_be_saved(tmp_path):
    with pytest.raises(errors.ConfigError, match=r"an Encoder is wanted, got list; use cn.Encoder"):
        cn.save(tmp_path / "model", COLUMNS, {})
    bare = cn.Encoder([cn.sequence_numeric_column("age", normalizer_fn=abs)])
    with pytest.raises(errors.ConfigError, match="column 'age': normalizer_fn is a bare function, abs"):
        cn.save(tmp_path / "model", bare, {})
    reserved = cn.Encoder([cn.embedding_column(tokens, 2, name="__metadata__")])
    with pytest.raises(errors.TableError, match="safetensors reserves this name"):
        cn.save(tmp_path / "model", reserved, {"__metadata__": np.zeros((20, 2))})
    assert not (tmp_path / "model").exists()


def test_a_missing_package_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "safetensors", None)
    monkeypatch.setitem(sys.modules, "safetensors.numpy", None)
    for call in (lambda: cn.save(tmp_path, *encoder_and_tables()), lambda: cn.load(tmp_path)):
        with pytest.raises(errors.DependencyError, match=r"install colonnade\[save\]"):
            call()


# Directories that save did not leave so.


@pytest.fixture
def saved(tmp_path):
    cn.save(tmp_path, *encoder_and_tables())
    return tmp_path


def rewrite(directory, **changes):
    path = directory / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **changes}), "utf-8")


def tables_file(directory):
    return next(directory.glob("tables-*"))


def test_nothing_there(tmp_path):
    with pytest.raises(FileNotFoundError):
        cn.load(tmp_path / "nowhere")


def test_a_missing_file_is_named(saved):
    path = tables_file(saved)
    path.unlink()
    with pytest.raises(errors.ConfigError, match="names this file and it is missing") as caught:
        cn.load(saved)
    assert caught.value.where["file"] == str(path)


@pytest.mark.parametrize("damage", ["flip", "cut", "append", "empty"])
def test_damaged_tables_are_found(saved, damage):
    path = tables_file(saved)
    data = bytearray(path.read_bytes())
    if damage == "flip":
        data[-1] ^= 1
    path.write_bytes({"flip": data, "cut": data[:-4], "append": data + b"\0", "empty": b""}[damage])
    with pytest.raises(errors.ConfigError, match="not the file that was saved") as caught:
        cn.load(saved)
    assert caught.value.where["file"] == str(path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"version": 2}, "version 2 is unknown"),
        ({"version": True}, "version True is unknown"),
        ({"code": ""}, '"version", "encoder" and "tables" are wanted'),
        ({"encoder": None}, "a config is an object"),
        ({"encoder": cn.to_config(tokens)}, "an Encoder is wanted, got SequenceCategoricalColumn"),
        ({"encoder": {"colonnade": 9, "config": {}}}, "version 9 is unknown"),
        ({"encoder": json.loads("[" * 700 + "]" * 700)}, "nests too deeply"),
        ({"tables": None}, "a SHA-256 must be 64 hexadecimal digits"),
        ({"tables": "../" * 21 + "a"}, "a SHA-256 must be 64 hexadecimal digits"),
        ({"tables": "A" * 64}, "a SHA-256 must be 64 hexadecimal digits"),
        ({"tables": "0" * 64}, "names this file and it is missing"),
    ],
)
def test_damaged_configs_are_refused(saved, changes, message):
    rewrite(saved, **changes)
    with pytest.raises(errors.ConfigError, match=message) as caught:
        cn.load(saved)
    assert caught.value.where["file"].startswith(str(saved))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"version": 1, "version": 1}', "[" * 100_000])
def test_configs_that_are_none(saved, text):
    (saved / "config.json").write_text(text)
    with pytest.raises(errors.ConfigError):
        cn.load(saved)


def put_tables(directory, data):
    """Other tables under their right hash, as somebody hostile would."""
    digest = hashlib.sha256(data).hexdigest()
    (directory / f"tables-{digest}.safetensors").write_bytes(data)
    rewrite(directory, tables=digest)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80\x04K\x01.",
        b"\xff" * 100,
        (10).to_bytes(8, "little") + b'{"a":     ',
        (2**60).to_bytes(8, "little"),
    ],
)
def test_what_is_no_safetensors_file(saved, data):
    put_tables(saved, data)
    with pytest.raises(errors.TableError, match="no safetensors file"):
        cn.load(saved)


def test_tables_of_other_columns(saved):
    from safetensors.numpy import save as serialized

    _, tables = encoder_and_tables()
    put_tables(saved, serialized({**tables, "x": np.zeros(3)}))
    with pytest.raises(errors.TableError, match=r"unknown are \['x'\]"):
        cn.load(saved)
    put_tables(saved, serialized({**tables, "tokens_embedding": np.zeros((3, 20), np.float32)}))
    with pytest.raises(errors.TableError, match=r"\(20, 3\)"):
        cn.load(saved)


# Vocabulary files are copied and checked.


@pytest.fixture
def with_file(tmp_path):
    path = tmp_path / "items.txt.gz"
    path.write_bytes(gzip.compress(b"a\nb\n", mtime=0))
    words = cn.sequence_categorical_column_with_vocabulary_file("words", path)
    encoder = cn.Encoder([cn.embedding_column(words, 2, name=name) for name in "xy"])
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return path, digest, encoder, dict.fromkeys("xy", np.zeros((2, 2)))


def vocabulary(column):
    return column.categorical_column.categorical_column


def test_vocabularies_travel(tmp_path, with_file):
    path, digest, encoder, tables = with_file
    content = path.read_bytes()
    cn.save(tmp_path / "model", encoder, tables)
    path.unlink()
    copied = tmp_path / "model" / f"vocabulary-{digest}.gz"
    loaded, _ = cn.load(tmp_path / "model")
    assert [vocabulary(column).vocabulary_file for column in loaded.columns] == [str(copied)] * 2
    assert loaded.encode({"words": [["b", "a"]]}).slots["words"].values.tolist() == [[1, 0]]
    assert copied.read_bytes() == content
    (tmp_path / "model").rename(tmp_path / "moved")
    loaded, tables = cn.load(tmp_path / "moved")
    cn.save(tmp_path / "moved", loaded, tables)  # into its own place: the file is source and target
    again, _ = cn.load(tmp_path / "moved")
    assert again.columns == loaded.columns


def test_a_changed_vocabulary_is_not_saved(tmp_path, with_file):
    path, _, encoder, tables = with_file
    path.write_bytes(b"a\nc\n")
    with pytest.raises(errors.ConfigError, match="changed since") as caught:
        cn.save(tmp_path / "model", encoder, tables)
    assert caught.value.where["file"] == str(path)
    assert names(tmp_path / "model") == []


def test_a_changed_or_missing_vocabulary_is_not_loaded(tmp_path, with_file):
    _, digest, encoder, tables = with_file
    cn.save(tmp_path / "model", encoder, tables)
    copied = tmp_path / "model" / f"vocabulary-{digest}.gz"
    copied.write_bytes(b"a\nc\n")
    with pytest.raises(errors.ConfigError, match="not the file that was saved"):
        cn.load(tmp_path / "model")
    copied.unlink()
    with pytest.raises(errors.ConfigError, match="it is missing"):
        cn.load(tmp_path / "model")


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../items.txt.gz", "vocabulary-x", "a\0", 5, None, ["a"], "x" * 5000]
)
def test_a_hostile_path_is_not_followed(tmp_path, with_file, path):
    _, _, encoder, tables = with_file
    cn.save(tmp_path / "model", encoder, tables)
    saved = json.loads((tmp_path / "model" / "config.json").read_text("utf-8"))
    saved["encoder"]["config"]["columns"][0]["categorical_column"]["categorical_column"][
        "vocabulary_file"
    ] = path
    rewrite(tmp_path / "model", **saved)
    with pytest.raises(errors.ConfigError, match="must be the name that save gave it"):
        cn.load(tmp_path / "model")


def test_nan_and_infinite_parameters_travel(tmp_path):
    encoder = cn.Encoder(
        [cn.sequence_numeric_column("n", default_value=math.nan, normalizer_fn=cn.Clip(-math.inf, 0))]
    )
    cn.save(tmp_path, encoder, {})
    loaded, tables = cn.load(tmp_path)
    steps, _ = colonnade.numpy.SequenceFeatures(loaded.columns, tables)({"n": [[5.0], [-1.0, -2.0]]})
    np.testing.assert_array_equal(steps, [[[0.0], [np.nan]], [[-1.0], [-2.0]]])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
@pytest.mark.parametrize("which", ["config.json", "tables-*"])
def test_a_pipe_is_not_waited_for(saved, which):
    [path] = saved.glob(which)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(errors.ConfigError, match="no regular file") as caught:
        cn.load(saved)
    assert caught.value.where["file"] == str(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
@pytest.mark.parametrize("what", ["pipe", "device"])
def test_no_pipe_and_no_device_is_saved(tmp_path, with_file, what):
    path, _, encoder, tables = with_file
    path.unlink()
    os.mkfifo(path) if what == "pipe" else path.symlink_to("/dev/zero")
    config = cn.to_config(encoder)
    for call in (lambda: cn.save(tmp_path / "model", encoder, tables), lambda: embedded(config)):
        with pytest.raises(errors.ConfigError, match="no regular file") as caught:
            call()
        assert caught.value.where["file"] == str(path)
    assert names(tmp_path / "model") == []


FULL = """
import resource, signal, sys
import numpy as np
import colonnade as cn
ids = cn.sequence_categorical_column_with_identity("k", 5000)
encoder = cn.Encoder([cn.embedding_column(ids, 4)])
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    cn.save(sys.argv[1], encoder, {"k_embedding": np.ones((5000, 4))})
except OSError as error:
    print(type(error).__name__, error.errno)
"""


@pytest.mark.skipif(os.name != "posix", reason="needs limits of file sizes")
def test_a_disk_that_takes_no_more_is_an_os_error(tmp_path):
    run = subprocess.run([sys.executable, "-c", FULL, tmp_path], capture_output=True, text=True, check=False)
    assert (run.stdout, run.stderr) == (f"OSError {errno.EFBIG}\n", "")
    assert list(tmp_path.iterdir()) == []
