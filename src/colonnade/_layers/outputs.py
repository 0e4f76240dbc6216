"""What a layer's columns come to: how wide its outputs are, and where each column stands in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from .._encoding import THE_GROUP, Encoder, GroupPlan, Plan


@dataclass(frozen=True)
class OutputColumn:
    """One column's part of a layer's output, `output[..., start : start + width]`.

    Attributes:
        name: The column's name.
        start: Where its numbers begin in a step, or in a row of a context.
        width: How many they are.
    """

    name: str
    start: int
    width: int


Layout: TypeAlias = tuple[OutputColumn, ...]


def _layout(group: GroupPlan) -> Layout:
    return tuple(OutputColumn(output.name, output.start, output.width) for output in group.outputs)


class Outputs:
    """The part of `Features` that needs no framework."""

    _encoder: Encoder

    @property
    def plan(self) -> Plan:
        """What the columns compile to."""
        return self._encoder.plan

    @property
    def width(self) -> int | dict[str, int]:
        """Numbers in one output step or row, {group: width} where groups were given."""
        groups = self.plan.groups
        if self.plan.is_grouped:
            return {name: group.width for name, group in groups.items()}
        return groups[THE_GROUP].width

    @property
    def layout(self) -> Layout | dict[str, Layout]:
        """Where each column stands in the output, {group: layout} where groups were given."""
        groups = self.plan.groups
        if self.plan.is_grouped:
            return {name: _layout(group) for name, group in groups.items()}
        return _layout(groups[THE_GROUP])


class OutputsOfOneGroup(Outputs):
    """The part of `SequenceFeatures` and `DenseFeatures` that needs no framework."""

    @property
    def width(self) -> int:
        """Numbers in one output step or row: the input size of what comes next."""
        return self.plan.groups[THE_GROUP].width

    @property
    def layout(self) -> Layout:
        """Where each column stands in the output, in order.

        Example:
            >>> import colonnade as cn, colonnade.numpy
            >>> kind = cn.sequence_categorical_column_with_identity("kind", num_buckets=2)
            >>> columns = [cn.indicator_column(kind), cn.sequence_numeric_column("minutes")]
            >>> layer = cn.numpy.SequenceFeatures(columns)
            >>> layer.layout[1]
            OutputColumn(name='minutes', start=2, width=1)
        """
        return _layout(self.plan.groups[THE_GROUP])
