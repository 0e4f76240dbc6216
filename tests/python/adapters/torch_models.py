"""Models over a PyTorch layer, to be compiled and exported."""

from __future__ import annotations

from torch import nn

from colonnade.torch import Features, SequenceFeatures, concatenate_context_input, sequence_mask


class Pooled(nn.Module):
    """Steps with their context, a linear layer, the mean of the steps that exist."""

    def __init__(self, groups):
        super().__init__()
        self.features = Features(groups)
        width = sum(group.width for group in self.features.plan.groups.values())
        self.answer = nn.Linear(width, 5)

    def forward(self, batches):
        outputs = self.features(batches)
        steps, lengths = outputs["steps"]
        hidden = self.answer(concatenate_context_input(outputs["context"], steps)).tanh()
        mask = sequence_mask(lengths, hidden.shape[1]).unsqueeze(-1)
        return (hidden * mask).sum(1) / mask.sum(1).clamp(min=1)


class Recurrent(nn.Module):
    """A GRU over the steps."""

    def __init__(self, columns):
        super().__init__()
        self.features = SequenceFeatures(columns)
        self.gru = nn.GRU(self.features.width, 6, batch_first=True)

    def forward(self, batch):
        return self.gru(self.features(batch)[0])[0]
