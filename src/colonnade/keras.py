"""Layers for Keras 3, on each of its backends: they own the tables of some columns.

Features are encoded before Keras sees them: what enters a model are ids, numbers, lengths and masks by
name, as `to_arrays` gives them. Integers are int32 on every backend, so that a model saved on one loads
on another.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from ._encoding import THE_GROUP, Columns, Encoder, Groups, Table
from ._layers import (
    Float32s,
    Outputs,
    OutputsOfOneGroup,
    array_name,
    array_specs,
    batch_of,
    batches_by_group,
    check_table_names,
    checked_table,
    escape,
    foreign_id,
    int32_encoder,
    outputs_by_group,
    the_table,
    to_arrays,
    warn_untrained,
)
from ._records import parse_example
from ._saving import embedded, extracted, from_config, to_config
from .errors import ColumnValueError, ConfigError, DependencyError

try:
    import keras  # type: ignore[import-untyped]
    from keras import ops
except ImportError as error:
    raise DependencyError(
        "colonnade.keras needs Keras 3 and a backend; install colonnade[keras] and torch, jax or tensorflow, "
        "and name that one in the environment as KERAS_BACKEND"
    ) from error

from ._layers import keras_embedding, keras_sequences

embed = keras_embedding.embed
concatenate_context_input = keras_sequences.concatenate_context_input
sequence_mask = keras_sequences.sequence_mask

__all__ = [
    "DenseFeatures",
    "Features",
    "RecordDataset",
    "SequenceFeatures",
    "concatenate_context_input",
    "embed",
    "sequence_input_layer",
    "sequence_mask",
    "to_arrays",
]

Tensor: TypeAlias = Any
Embedded: TypeAlias = keras_embedding.Embedded


@keras.saving.register_keras_serializable("colonnade")
class Features(Outputs, keras.layers.Layer):  # type: ignore[misc]
    """All groups of some columns, and the tables they share, each once.

    Call it on features, on batches, or in a functional model on `layer.inputs()`.

    Args:
        columns: Columns of one group, or {name: columns}.
        tables: Arrays to start from, by table name; None starts from each column's initializer.
        **options: Of `keras.layers.Layer`, such as `name`.

    Raises:
        TableError: a table is missing, unknown or of another shape.
        LimitError: a column with more buckets than int32 can count.
        As `Encoder` does: columns that cannot stand together.

    Example:
        >>> import colonnade as cn
        >>> kind = cn.sequence_categorical_column_with_identity("kind", num_buckets=2)
        >>> layer = Features({"clicks": [cn.embedding_column(kind, dimension=3)]})
        >>> steps, lengths = layer({"kind": [[1], [0, 1]]})["clicks"]
        >>> tuple(steps.shape), lengths.tolist()
        ((2, 2, 3), [1, 2])
    """

    def __init__(
        self, columns: Columns | Groups, tables: Mapping[str, Any] | None = None, **options: Any
    ) -> None:
        super().__init__(**options)
        self.supports_masking = True
        self._encoder = int32_encoder(columns)
        if tables is not None:
            check_table_names(self.plan.tables, tables)
        self._embeddings = {
            name: self.add_weight(
                shape=(table.num_buckets, table.dimension),
                initializer=_new_table(table) if tables is None else _given_table(table, tables[name]),
                trainable=table.trainable,
                name=escape(name),
            )
            for name, table in self.plan.tables.items()
        }
        self.built = True

    def inputs(self) -> dict[str, Any]:
        """The `keras.Input`s that the layer needs, by name, for a functional model."""
        specs = array_specs(self.plan)
        return {name: keras.Input(shape, dtype=dtype, name=name) for name, (shape, dtype) in specs.items()}

    def __call__(self, inputs: Any, **options: Any) -> Any:
        """Encode what is not encoded yet, and go on as every layer does.

        Args:
            inputs: Features, a batch or {group: batch}, or arrays or tensors by the names of `inputs()`.
            **options: Of `keras.layers.Layer.__call__`.

        Raises:
            IdOutOfRangeError: an id of a NumPy array is beyond its table or indicator, which no encoder of
                these columns makes.
        """
        names = array_specs(self.plan)
        if not (isinstance(inputs, Mapping) and set(names) <= set(inputs)):
            inputs = to_arrays(batches_by_group(self._encoder, inputs))
        self._check_ids(inputs)
        return super().__call__({name: inputs[name] for name in names}, **options)

    def _check_ids(self, inputs: Mapping[str, Any]) -> None:
        """Look for ids beyond their table where they are NumPy's; not every backend has an error for them."""
        for group in self.plan.groups.values():
            batch = batch_of(group, inputs)
            at_hand = all(isinstance(slot.values, np.ndarray) for slot in batch.slots.values())
            if at_hand and (reason := foreign_id(group, self._embeddings, batch)) is not None:
                raise reason

    def call(self, inputs: Mapping[str, Tensor]) -> Any:
        """{group: (steps, lengths)}, and the values alone for a context group; see `embed`."""
        embedded: dict[str, Embedded] = {}
        for name, group in self.plan.groups.items():
            steps, lengths = embed(group, self._embeddings, batch_of(group, inputs))
            # Indicators and numbers of a layer without tables are of Keras' own floats.
            embedded[name] = ops.cast(steps, self.compute_dtype), lengths
        return outputs_by_group(self.plan, embedded)

    def compute_mask(self, inputs: Mapping[str, Tensor], previous_mask: Any = None) -> Any:
        """{group: (mask, None)}: what a following LSTM or MultiHeadAttention masks by."""
        return {
            name: (inputs[array_name(name, "mask")], None) if group.is_sequence else None
            for name, group in self.plan.groups.items()
        }

    def compute_output_spec(self, inputs: Mapping[str, Tensor]) -> Any:
        """Shapes and dtypes of what `call` returns."""
        found: dict[str, Any] = {}
        for name, group in self.plan.groups.items():
            first = inputs[array_name(name, group.slots[0].name, "values")]
            output = keras.KerasTensor((*first.shape[:-1], group.width), self.compute_dtype)
            lengths = keras.KerasTensor(first.shape[:1], "int32")
            found[name] = (output, lengths) if group.is_sequence else output
        return found

    def table(self, name: str) -> Any:
        """The variable itself, [num_buckets, dimension], for example for a softmax that is tied to it.

        Raises:
            TableError: there is no table of this name.
        """
        return the_table(self._embeddings, name)

    def tables(self) -> dict[str, Float32s]:
        """Copies of the tables by name, float32 [num_buckets, dimension], for saving and for other layers."""
        return {
            name: np.array(ops.convert_to_numpy(table.value), np.float32)
            for name, table in self._embeddings.items()
        }

    def get_config(self) -> dict[str, Any]:
        """The layer as JSON: columns and the contents of their vocabulary files, without tables.

        Raises:
            ConfigError: a column holds a bare function, or a vocabulary file changed since it was declared.
        """
        encoder, vocabularies = embedded(to_config(self._encoder))
        return {**super().get_config(), "encoder": encoder, "vocabularies": vocabularies}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Features:
        """A layer of the same columns; Keras then loads its tables.

        Raises:
            ConfigError: the config is damaged or unknown, or a vocabulary file is missing in it.
        """
        options = dict(config)
        described = extracted(options.pop("encoder", None), options.pop("vocabularies", {}))
        encoder = from_config(described, trust_paths=True)  # of files that this process wrote
        if not isinstance(encoder, Encoder):
            raise ConfigError(f"an Encoder is wanted, got {type(encoder).__name__}")
        return cls(encoder.columns, **options)


class _OneGroup(OutputsOfOneGroup, Features):
    """The layer of columns without groups, which gives what `Features` gives for the only one."""

    _of_sequences: bool

    def __init__(self, columns: Columns, tables: Mapping[str, Any] | None = None, **options: Any) -> None:
        super().__init__(columns, tables, **options)
        self.plan.the_group_of(sequences=self._of_sequences)

    def call(self, inputs: Mapping[str, Tensor]) -> Any:
        return super().call(inputs)[THE_GROUP]

    def compute_mask(self, inputs: Mapping[str, Tensor], previous_mask: Any = None) -> Any:
        return super().compute_mask(inputs)[THE_GROUP]

    def compute_output_spec(self, inputs: Mapping[str, Tensor]) -> Any:
        return super().compute_output_spec(inputs)[THE_GROUP]


@keras.saving.register_keras_serializable("colonnade")
class SequenceFeatures(_OneGroup):
    """One group of sequence columns: from features or a batch to (sequence_input, sequence_length).

    The steps [batch, time, width] carry their mask, so that a following LSTM leaves the padding out by
    itself; lengths are int32 [batch].

    Example:
        >>> import colonnade as cn
        >>> kind = cn.sequence_categorical_column_with_identity("kind", num_buckets=2)
        >>> layer = SequenceFeatures([cn.embedding_column(kind, dimension=3)])
        >>> inputs = layer.inputs()
        >>> sequence_input, sequence_length = layer(inputs)
        >>> model = keras.Model(inputs, keras.layers.LSTM(8)(sequence_input))
        >>> model.output_shape
        (None, 8)
    """

    _of_sequences = True


@keras.saving.register_keras_serializable("colonnade")
class DenseFeatures(_OneGroup):
    """One group of context columns: from features or a batch to [batch, width], columns in order of name."""

    _of_sequences = False


class RecordDataset(keras.utils.PyDataset):  # type: ignore[misc]
    """Serialized tf.train.Examples in batches for `model.fit`, encoded before they reach the model.

    Args:
        records: The records, such as `list(TFRecordReader(path))`.
        encoder: Of the columns of the model's layer; padded.
        batch_size: Records in each batch; the last may have fewer.
        targets: {key: FixedLenFeature} of the labels in the records. One makes an array, several a dict
            by key; None leaves them out, for `model.predict`.
        **options: Of `keras.utils.PyDataset`, such as `workers`.
    """

    def __init__(
        self,
        records: Sequence[bytes],
        encoder: Encoder,
        batch_size: int,
        targets: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        if batch_size < 1:
            raise ColumnValueError(f"batch_size must be at least 1, got {batch_size}")
        self._records, self._encoder, self._batch_size = records, encoder, batch_size
        self._targets = targets

    def __len__(self) -> int:
        """The number of batches."""
        return -(-len(self._records) // self._batch_size)

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        """(inputs, targets) of a batch, or (inputs,)."""
        records = self._records[index * self._batch_size : (index + 1) * self._batch_size]
        inputs = to_arrays(self._encoder.encode_examples(records))
        if self._targets is None:
            return (inputs,)
        targets = parse_example(records, self._targets)
        return inputs, next(iter(targets.values())) if len(targets) == 1 else targets


def sequence_input_layer(
    features_or_batch: Any, columns: Columns, tables: Mapping[str, Any] | None = None
) -> Embedded:
    """TensorFlow 1.15's functional form of `SequenceFeatures`.

    Args:
        features_or_batch: Features in memory, or an encoded batch.
        columns: Sequence columns.
        tables: Arrays by table name, which are copied; None makes random ones, with an
            UntrainedTableWarning. To train tables, keep a `SequenceFeatures`.

    Returns:
        float32 [batch, time, width] and int32 lengths [batch].
    """
    layer = SequenceFeatures(columns, tables)
    if tables is None and layer.plan.tables:
        warn_untrained(layer.plan.tables)
    return layer(features_or_batch)  # type: ignore[no-any-return]


def _new_table(table: Table) -> Any:
    if table.initializer is None:
        return keras.initializers.TruncatedNormal(stddev=1 / math.sqrt(table.dimension))
    return _given_table(table, table.initializer((table.num_buckets, table.dimension), "float32"))


def _given_table(table: Table, given: Any) -> Any:
    """An initializer that gives a copy of these numbers."""
    given = given.value if isinstance(given, keras.Variable) else given
    given = ops.convert_to_numpy(given) if ops.is_tensor(given) else given
    values = np.array(checked_table(table, given))
    return lambda shape, dtype=None: ops.convert_to_tensor(values, dtype)
