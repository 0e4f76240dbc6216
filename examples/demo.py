"""From source files to a trained model that is served without torch, in about a minute.

    python examples/demo.py [FOLDER FOR THE RESULTS]

Reads Python's own standard library, writes it as TFRecord files, and trains a GRU to tell which package 128
tokens of source code come from. The model is tested on files that it has never seen.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import standard_library
import torch
from rich.console import Console
from rich.progress import Progress, track
from standard_library import PACKAGES, TARGET, TOKENS
from torch import Tensor, nn
from torch.nn import functional

import colonnade as cn
from colonnade.torch import SequenceFeatures, sequence_mask

SEED = 20260101
BATCH = 64
STEPS = 600  # of training, on any machine: few files are read more often

console = Console()


# Files to records.


def write_records(files: Sequence[Path], path: Path) -> int:
    """Write the windows of some files in random order; return how many there are."""
    tracked = track(files, f"writing {path.name}", console=console)
    records = list(chain.from_iterable(map(standard_library.records, tracked)))
    random.Random(SEED).shuffle(records)
    with cn.TFRecordWriter(path) as writer:
        for record in records:
            writer.write(record)
    return len(records)


# Records to batches: both groups in one pass, padded to the longest sequence of the batch.

encoder = cn.Encoder({"tokens": TOKENS, "target": TARGET})


def batches(path: Path) -> Iterator[tuple[cn.SequenceBatch, Tensor]]:
    """The tokens, and the package's number int64 [batch]."""
    for records in cn.TFRecordReader(path).batches(BATCH):
        groups = encoder.encode_examples(records)
        yield groups["tokens"], torch.from_numpy(groups["target"].slots["package"].values[:, 0])


# Batches to logits.


class PackageClassifier(nn.Module):
    """Tokens -> dense steps -> GRU -> mean over the steps that exist -> a logit for each package."""

    def __init__(self, hidden: int = 64) -> None:
        super().__init__()
        self.tokens = SequenceFeatures(TOKENS)
        self.gru = nn.GRU(self.tokens.width, hidden, batch_first=True)
        self.dropout = nn.Dropout(0.5)
        self.head = nn.Linear(hidden, len(PACKAGES))

    def forward(self, batch: cn.SequenceBatch) -> Tensor:
        steps, lengths = self.tokens(batch)
        states, _ = self.gru(self.dropout(steps))
        mask = sequence_mask(lengths, steps.shape[1]).unsqueeze(-1)
        mean = (states * mask).sum(1) / mask.sum(1)
        return self.head(self.dropout(mean))


def train(
    model: PackageClassifier, path: Path, test_path: Path, epochs: int
) -> list[tuple[float, float, float]]:
    """Train; return for each epoch the mean loss, and the accuracy in training and on the test file."""
    count = sum(1 for _ in batches(path))
    optimizer = torch.optim.AdamW(model.parameters(), weight_decay=0.1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=5e-3, total_steps=epochs * count)
    curve = []
    with Progress(console=console) as progress:
        task = progress.add_task("training", total=epochs * count)
        for epoch in range(1, epochs + 1):
            losses, hits = [], []
            for batch, package in batches(path):
                logits = model.train()(batch)
                loss = functional.cross_entropy(logits, package)
                optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                optimizer.step()
                schedule.step()
                losses.append(loss.item())
                hits.append(logits.argmax(1) == package)
                progress.update(task, advance=1, description=f"epoch {epoch}, loss {np.mean(losses):.2f}")
            on_train = torch.cat(hits).float().mean().item()
            curve.append((float(np.mean(losses)), on_train, accuracy(model, test_path)))
    return curve


@torch.no_grad()
def accuracy(model: PackageClassifier, path: Path) -> float:
    hits = [model.eval()(batch).argmax(1) == package for batch, package in batches(path)]
    return torch.cat(hits).float().mean().item()


def majority_accuracy(path: Path, test_path: Path) -> float:
    """The accuracy of always answering the package that most training windows come from."""
    packages, test_packages = (torch.cat([package for _, package in batches(p)]) for p in (path, test_path))
    return (test_packages == packages.mode().values).float().mean().item()


# Logits to an answer, with torch and without.


@torch.no_grad()
def torch_probabilities(model: PackageClassifier, source: Path) -> np.ndarray:
    groups = encoder.encode_examples(list(standard_library.records(source)))
    return model.eval()(groups["tokens"]).softmax(-1).numpy()


def served_probabilities(model: PackageClassifier, source: Path, folder: Path) -> np.ndarray:
    """The same from another process, which has NumPy and colonnade only: examples/serve.py."""
    tables, network = folder / "tables.npz", folder / "network.npz"
    np.savez(tables, **model.tokens.tables())
    np.savez(network, **{name: weight.numpy() for name, weight in model.state_dict().items()})
    program = Path(__file__).with_name("serve.py")
    command = [sys.executable, str(program), str(tables), str(network), str(source)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return np.array([[window[package] for package in PACKAGES] for window in json.loads(answer)])


def draw(curve: Sequence[tuple[float, float, float]], baseline: float, path: Path, picture: Path) -> None:
    """Draw the learning curve, and how long the sequences of a file are."""
    _, on_train, on_test = zip(*curve, strict=True)
    lengths = np.concatenate([batch.lengths for batch, _ in batches(path)])
    full = lengths == standard_library.WINDOW
    epochs = range(1, len(curve) + 1)

    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.2), layout="constrained")
    guess = [baseline] * len(curve)
    for values, color, label in (
        (on_train, "tab:gray", "while training"),
        (on_test, "tab:blue", "files never seen"),
        (guess, "tab:red", "always the most frequent package"),
    ):
        left.plot(epochs, values, color=color, marker="" if values is guess else "o")
        left.text(epochs[-1], values[-1] - 0.05, label, color=color, ha="right", va="top")
    left.set(title="Which package is it from?", xlabel="epoch", ylabel="accuracy", ylim=(0, 1), xticks=epochs)
    right.hist(lengths[~full], bins=range(0, standard_library.WINDOW + 1, 8), color="tab:blue", rwidth=0.9)
    right.set(
        title=f"{full.sum()} sequences of {standard_library.WINDOW} tokens, {(~full).sum()} shorter ones"
    )
    right.set(xlabel="tokens", ylabel="shorter sequences", xticks=range(0, standard_library.WINDOW + 1, 16))
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(picture, dpi=120)
    plt.close(figure)


def main(folder: Path) -> None:
    start = time.monotonic()
    torch.manual_seed(SEED)
    torch.set_num_threads(1)  # threads that wait for each other at every step cost more than they bring
    folder.mkdir(parents=True, exist_ok=True)
    path, test_path = folder / "train.tfrecord", folder / "test.tfrecord"
    train_files, test_files = standard_library.split()
    counts = []
    for files, target in ((train_files, path), (test_files, test_path)):
        counts.append(write_records(files, target))
        console.print(f"{counts[-1]} records from {len(files)} files, {target.stat().st_size / 1e6:.1f} MB")

    model = PackageClassifier()
    curve = train(model, path, test_path, epochs=max(1, round(STEPS * BATCH / counts[0])))
    baseline = majority_accuracy(path, test_path)
    console.print(
        f"accuracy on files never seen: [bold]{curve[-1][2]:.2f}[/] (most frequent package: {baseline:.2f})"
    )
    draw(curve, baseline, path, folder / "demo.png")

    source = test_files[0]
    expected, served = torch_probabilities(model, source), served_probabilities(model, source, folder)
    np.testing.assert_allclose(served, expected, atol=1e-4)
    guess = served.mean(0)
    console.print(
        f"served without torch: {source.relative_to(standard_library.ROOT)} is from "
        f"[bold]{PACKAGES[guess.argmax()]}[/] ({guess.max():.0%}); "
        f"the largest difference to torch is {abs(served - expected).max():.0e}"
    )
    console.print(f"{folder / 'demo.png'} shows more; {time.monotonic() - start:.0f} seconds")


if __name__ == "__main__":
    main(Path(*sys.argv[1:2] or ["demo-output"]))
