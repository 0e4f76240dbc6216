"""A model that Keras trained on TensorFlow is served by others, and the other way round."""

from __future__ import annotations

from pathlib import Path

import pytest
from python.adapters.test_served_elsewhere import SERVERS, TRAINERS, do

TENSORFLOW = "keras tensorflow"
PAIRS = [*((TENSORFLOW, server) for server in SERVERS), *((trainer, TENSORFLOW) for trainer in TRAINERS)]


# Keras 3.15 converts arrays in a way that NumPy 2 warns of.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.parametrize(("trainer", "server"), PAIRS)
def test_served(tmp_path: Path, environment: dict[str, str], trainer: str, server: str) -> None:
    do("train", trainer, tmp_path, **(environment if trainer == TENSORFLOW else {}))
    do("serve", server, tmp_path, **(environment if server == TENSORFLOW else {}))
