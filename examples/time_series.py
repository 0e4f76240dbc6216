"""A time series: how warm will it be in six hours?

    python examples/time_series.py

Examples hold one to three days of hourly temperature and humidity, all made up. A GRU is compared with the
forecasts that cost nothing: as warm as now, as warm as yesterday at that hour.
"""

from __future__ import annotations

import math
import random
import tempfile
from pathlib import Path

import torch
from torch import Tensor, nn

import colonnade as cn
from colonnade.torch import SequenceFeatures

AHEAD = 6
weather = cn.sequence_numeric_column("weather", 2, normalizer_fn=cn.Standardize((12.0, 60.0), (6.0, 15.0)))
TARGET = {"later, now, yesterday": cn.FixedLenFeature((3,), "float32")}


def write_weather(path: Path, hours: int, seed: int) -> Path:
    """Windows of one long series, each with the temperature to forecast and the two naive forecasts."""
    chance, front, series = random.Random(seed), 0.0, []
    for hour in range(hours):
        front = 0.95 * front + chance.gauss(0, 1)
        warm = 12 + 5 * math.sin(2 * math.pi * hour / 24) + front + chance.gauss(0, 0.3)
        series.append((warm, 60 - 5 * front + chance.gauss(0, 2)))
    with cn.TFRecordWriter(path) as writer:
        for now in range(72, hours - AHEAD):
            window = [number for pair in series[now - chance.randint(24, 72) : now + 1] for number in pair]
            target = [series[hour][0] for hour in (now + AHEAD, now, now + AHEAD - 24)]
            writer.write(cn.Example({"weather": window, "later, now, yesterday": target}).serialize())
    return path


def read(path: Path, size: int = 128) -> list[tuple[cn.SequenceBatch, Tensor]]:
    encoder = cn.Encoder([weather])
    return [
        (encoder.encode_examples(records), torch.tensor(*cn.parse_example(records, TARGET).values()))
        for records in cn.TFRecordReader(path).batches(size)
    ]


class Forecaster(nn.Module):
    """A GRU over the hours; its state after the last one tells how much the temperature will change."""

    def __init__(self) -> None:
        super().__init__()
        self.features, self.change = SequenceFeatures([weather]), nn.Linear(24, 1)
        self.rnn = nn.GRU(self.features.width, 24, batch_first=True)

    def forward(self, batch: cn.SequenceBatch, now: Tensor) -> Tensor:
        states, _ = self.rnn(self.features(batch)[0])
        return now + self.change(states[torch.arange(len(states)), batch.lengths - 1])[:, 0]


if __name__ == "__main__":
    torch.manual_seed(0)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "weather.tfrecord")
        seen, unseen = (read(write_weather(path, hours, seed=hours)) for hours in (4000, 1000))
    model = Forecaster()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for batch, target in seen * 10:
        loss = nn.functional.l1_loss(model(batch, target[:, 1]), target[:, 0])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    forecasts = [torch.column_stack([t, model(batch, t[:, 1]).detach()]) for batch, t in unseen]
    later, *others = torch.cat(forecasts).T
    now, yesterday, gru = (float((each - later).abs().mean()) for each in others)
    print(f"wrong by {now:.2f} degrees (as now), {yesterday:.2f} (as yesterday), {gru:.2f} (the GRU)")
    assert gru < 0.8 * min(now, yesterday), "it did not learn"
