"""What the layers of all frameworks share: tables, groups, masks, and arrays in the forms that they take."""

from .foreign_ids import foreign_id
from .groups import batches_by_group, outputs_by_group, the_batch
from .int32 import int32_array, int32_encoder
from .masks import concatenate_context_input, sequence_mask
from .named_arrays import array_name, array_specs, batch_of, to_arrays
from .outputs import OutputColumn, Outputs, OutputsOfOneGroup
from .tables import (
    Float32s,
    check_table_names,
    checked_table,
    escape,
    new_table,
    read_only,
    the_table,
    too_large,
    warn_untrained,
)

__all__ = [
    "Float32s",
    "OutputColumn",
    "Outputs",
    "OutputsOfOneGroup",
    "array_name",
    "array_specs",
    "batch_of",
    "batches_by_group",
    "check_table_names",
    "checked_table",
    "concatenate_context_input",
    "escape",
    "foreign_id",
    "int32_array",
    "int32_encoder",
    "new_table",
    "outputs_by_group",
    "read_only",
    "sequence_mask",
    "the_batch",
    "the_table",
    "to_arrays",
    "too_large",
    "warn_untrained",
]
