"""Serve the demo's model in a process without torch: NumPy and colonnade are enough.

    python serve.py tables.npz network.npz SOURCE.py

prints, as JSON, how likely each package is for each window of the source file.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from standard_library import PACKAGES, TOKENS, windows

import colonnade.numpy as cnn


def probabilities(
    source: Path, tables: Mapping[str, np.ndarray], network: Mapping[str, np.ndarray]
) -> np.ndarray:
    """Float32 [windows, packages] for a source file: from plain Python lists, no record in between."""
    pieces = list(windows(source))
    features = {key: [piece[key] for piece in pieces] for key in pieces[0]}
    steps, lengths = cnn.SequenceFeatures(TOKENS, tables)(features)
    states = gru(steps, network)
    mask = cnn.sequence_mask(lengths, steps.shape[1])[..., np.newaxis]
    mean = (states * mask).sum(1) / mask.sum(1)
    return softmax(mean @ network["head.weight"].T + network["head.bias"])


def gru(steps: np.ndarray, network: Mapping[str, np.ndarray]) -> np.ndarray:
    """Float32 [batch, time, hidden]: the equations in the documentation of torch.nn.GRU."""
    from_steps = steps @ network["gru.weight_ih_l0"].T + network["gru.bias_ih_l0"]
    hidden = network["gru.weight_hh_l0"].shape[1]
    state = np.zeros((len(steps), hidden), np.float32)
    states = []
    for step in from_steps.swapaxes(0, 1):
        from_state = state @ network["gru.weight_hh_l0"].T + network["gru.bias_hh_l0"]
        reset, update = np.split(sigmoid(step + from_state)[:, : 2 * hidden], 2, axis=1)
        candidate = np.tanh(step[:, 2 * hidden :] + reset * from_state[:, 2 * hidden :])
        state = (1 - update) * candidate + update * state
        states.append(state)
    return np.stack(states, axis=1)


def sigmoid(values: np.ndarray) -> np.ndarray:
    return 0.5 * (1 + np.tanh(0.5 * values))


def softmax(values: np.ndarray) -> np.ndarray:
    exponents = np.exp(values - values.max(-1, keepdims=True))
    return exponents / exponents.sum(-1, keepdims=True)


if __name__ == "__main__":
    tables, network, source = sys.argv[1:]
    answer = probabilities(Path(source), np.load(tables), np.load(network))
    assert "torch" not in sys.modules
    print(json.dumps([dict(zip(PACKAGES, row, strict=True)) for row in answer.tolist()]))
