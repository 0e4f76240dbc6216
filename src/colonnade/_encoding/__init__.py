"""Encoding: columns compiled to a plan, and features or records to batches of ids and numbers."""

from .batch import SequenceBatch, Slot
from .counts import SlotCounts
from .encoder import Encoder
from .keys import make_parse_example_spec, make_parse_sequence_example_spec, weight_key
from .options import EncoderOptions
from .plan import (
    THE_GROUP,
    Columns,
    EmbeddingOutput,
    GroupPlan,
    Groups,
    IndicatorOutput,
    NumbersOutput,
    Output,
    Plan,
    Table,
)

__all__ = [
    "THE_GROUP",
    "Columns",
    "EmbeddingOutput",
    "Encoder",
    "EncoderOptions",
    "GroupPlan",
    "Groups",
    "IndicatorOutput",
    "NumbersOutput",
    "Output",
    "Plan",
    "SequenceBatch",
    "Slot",
    "SlotCounts",
    "Table",
    "make_parse_example_spec",
    "make_parse_sequence_example_spec",
    "weight_key",
]
