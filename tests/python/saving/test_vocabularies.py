"""Vocabulary files inside configs; test_keras_layer.py loads models from them, damaged ones too."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import colonnade as cn
from colonnade._saving.vocabularies import embedded, extracted

READ = """
import json, os, sys
import colonnade as cn
from colonnade._saving.vocabularies import extracted
[column] = cn.from_config(extracted(*json.load(sys.stdin)), trust_paths=True).columns
path = column.categorical_column.vocabulary_file
assert open(path).read() == "so\\ngood\\n"
assert oct(os.stat(os.path.dirname(path)).st_mode).endswith("700")
if os.fork() == 0:
    sys.exit()
os.wait()
assert os.path.exists(path), "removed when a forked child ended"
print(path)
"""


def test_files_live_as_long_as_the_process_that_took_them_out(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("so\ngood\n")
    words = cn.sequence_categorical_column_with_vocabulary_file("words", path)
    config = embedded(cn.to_config(cn.Encoder([cn.indicator_column(words)])))
    assert str(tmp_path) not in json.dumps(config)
    path.unlink()
    done = subprocess.run(
        [sys.executable, "-c", READ], input=json.dumps(config), text=True, check=True, capture_output=True
    )
    assert not Path(done.stdout.strip()).parent.exists()


def test_equal_files_are_one(tmp_path: Path) -> None:
    columns = []
    for name in ("one", "other"):
        (tmp_path / name).write_text("so\ngood\n")
        words = cn.sequence_categorical_column_with_vocabulary_file(name, tmp_path / name)
        columns.append(cn.indicator_column(words))
    config, contents = embedded(cn.to_config(cn.Encoder(columns)))
    assert len(contents) == 1
    paths = {
        each.categorical_column.vocabulary_file
        for each in cn.from_config(extracted(config, contents), trust_paths=True).columns
    }
    assert len(paths) == 1
