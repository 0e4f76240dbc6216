"""tf.train.Example and SequenceExample as ordinary protobuf messages: the oracle for the wire format.

The schemas are built at run time from descriptors, so no compiler and no .proto file is needed.
"""

from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError

_Field = descriptor_pb2.FieldDescriptorProto
_PACKAGE = "tensorflow"


def _add_field(
    message: descriptor_pb2.DescriptorProto, name: str, number: int, kind: str, *, repeated: bool = False
) -> descriptor_pb2.FieldDescriptorProto:
    """Adds a field whose kind is a scalar type or, if capitalized, a message of the package."""
    field = message.field.add(name=name, number=number)
    field.label = _Field.LABEL_REPEATED if repeated else _Field.LABEL_OPTIONAL
    if kind[0].isupper():
        field.type = _Field.TYPE_MESSAGE
        field.type_name = f".{_PACKAGE}.{kind}"
    else:
        field.type = _Field.Type.Value(f"TYPE_{kind.upper()}")
    return field


def _add_list(file: descriptor_pb2.FileDescriptorProto, name: str, kind: str) -> None:
    value = _add_field(file.message_type.add(name=name), "value", 1, kind, repeated=True)
    if kind != "bytes":
        value.options.packed = True


def _add_map(
    file: descriptor_pb2.FileDescriptorProto, name: str, field: str, entry_name: str, kind: str
) -> None:
    message = file.message_type.add(name=name)
    entry = message.nested_type.add(name=entry_name)
    entry.options.map_entry = True
    _add_field(entry, "key", 1, "string")
    _add_field(entry, "value", 2, kind)
    _add_field(message, field, 1, f"{name}.{entry_name}", repeated=True)


def _schema() -> descriptor_pb2.FileDescriptorProto:
    file = descriptor_pb2.FileDescriptorProto(
        name="colonnade_tests/example", package=_PACKAGE, syntax="proto3"
    )
    _add_list(file, "BytesList", "bytes")
    _add_list(file, "FloatList", "float")
    _add_list(file, "Int64List", "int64")

    feature = file.message_type.add(name="Feature")
    feature.oneof_decl.add(name="kind")
    for number, (name, kind) in enumerate(
        [("bytes_list", "BytesList"), ("float_list", "FloatList"), ("int64_list", "Int64List")], start=1
    ):
        _add_field(feature, name, number, kind).oneof_index = 0

    _add_map(file, "Features", "feature", "FeatureEntry", "Feature")
    _add_field(file.message_type.add(name="Example"), "features", 1, "Features")

    _add_field(file.message_type.add(name="FeatureList"), "feature", 1, "Feature", repeated=True)
    _add_map(file, "FeatureLists", "feature_list", "FeatureListEntry", "FeatureList")
    sequence_example = file.message_type.add(name="SequenceExample")
    _add_field(sequence_example, "context", 1, "Features")
    _add_field(sequence_example, "feature_lists", 2, "FeatureLists")
    return file


_pool = descriptor_pool.DescriptorPool()
_pool.Add(_schema())


def _message_class(name: str) -> Any:
    return message_factory.GetMessageClass(_pool.FindMessageTypeByName(f"{_PACKAGE}.{name}"))


Feature = _message_class("Feature")
FeatureList = _message_class("FeatureList")
Example = _message_class("Example")
SequenceExample = _message_class("SequenceExample")


def _feature(feature: Any) -> tuple[str | None, list[Any]]:
    name = feature.WhichOneof("kind")
    return (name.removesuffix("_list"), list(getattr(feature, name).value)) if name else (None, [])


def _decoded(message_class: Any, record: bytes) -> Any:
    try:
        return message_class.FromString(record)
    except DecodeError as error:
        raise ValueError(str(error)) from error


def parse(record: bytes) -> dict[str, tuple[str | None, list[Any]]]:
    """What protobuf reads in a serialized Example, in the form of reference.example.parse."""
    example = _decoded(Example, record)
    return {key: _feature(feature) for key, feature in example.features.feature.items()}


def parse_sequence_example(
    record: bytes,
) -> tuple[dict[str, tuple[str | None, list[Any]]], dict[str, list[tuple[str | None, list[Any]]]]]:
    """What protobuf reads in a serialized SequenceExample, in the form of reference.example."""
    example = _decoded(SequenceExample, record)
    context = {key: _feature(feature) for key, feature in example.context.feature.items()}
    feature_lists = {
        key: [_feature(step) for step in steps.feature]
        for key, steps in example.feature_lists.feature_list.items()
    }
    return context, feature_lists
