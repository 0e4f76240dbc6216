// Arrow's PyCapsule interface: capsules in, NumPy arrays out, and back.
// https://arrow.apache.org/docs/format/CDataInterface/PyCapsuleInterface.html
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "arrow/export.hpp"
#include "arrow/read.hpp"
#include "bindings.hpp"
#include "ground/limits.hpp"

namespace colonnade::bindings {
namespace {

using arrow::Failure;
using arrow::Problem;

[[noreturn]] void raise_arrow(const Failure& failure, const char* key = nullptr) {
    nb::dict detail;
    detail["got"] = failure.got;
    detail["expected"] = failure.expected;
    detail["format"] = foreign_text(failure.format, 64);
    if (key != nullptr) detail["key"] = key;
    if (failure.row >= 0) detail["row"] = failure.row;
    if (failure.step >= 0) detail["step"] = failure.step;
    raise(std::string("arrow_") + name(failure.problem), detail);
}

// In.

// A schema and its chunks, released when the last array that views them dies.
struct Input {
    ArrowSchema schema{};
    std::vector<ArrowArray> chunks;

    Input() = default;
    Input(const Input&) = delete;
    Input& operator=(const Input&) = delete;
    ~Input() {
        for (auto& chunk : chunks)
            if (chunk.release != nullptr) chunk.release(&chunk);
        if (schema.release != nullptr) schema.release(&schema);
    }
};

template <typename Struct>
Struct* open_capsule(nb::handle capsule, const char* name) {
    auto* opened = PyCapsule_IsValid(capsule.ptr(), name) != 0
                       ? static_cast<Struct*>(PyCapsule_GetPointer(capsule.ptr(), name))
                       : nullptr;
    if (opened == nullptr) {
        nb::dict detail;
        detail["expected"] = name;
        raise("arrow_no_capsule", detail);
    }
    if (opened->release == nullptr) raise_arrow(Failure{Problem::released});
    return opened;
}

void take_array(nb::handle exported, Input& input) {
    nb::object pair = exported.attr("__arrow_c_array__")();
    if (!nb::isinstance<nb::tuple>(pair) || nb::len(pair) != 2) raise("arrow_no_pair", {});
    auto* schema = open_capsule<ArrowSchema>(pair[0], "arrow_schema");
    auto* array = open_capsule<ArrowArray>(pair[1], "arrow_array");
    input.chunks.reserve(1);
    input.schema = std::exchange(*schema, {});
    input.chunks.push_back(std::exchange(*array, {}));
}

void check_stream(ArrowArrayStream& stream, int status) {
    if (status == 0) return;
    const char* said = stream.get_last_error != nullptr ? stream.get_last_error(&stream) : nullptr;
    nb::dict detail;
    detail["got"] = status;
    detail["said"] = foreign_text(said, 4096);
    raise("arrow_stream_failed", detail);
}

struct OpenStream {
    ArrowArrayStream stream;
    ~OpenStream() {
        if (stream.release != nullptr) stream.release(&stream);
    }
};

void take_stream(nb::handle exported, Input& input) {
    nb::object capsule = exported.attr("__arrow_c_stream__")();
    OpenStream open{std::exchange(*open_capsule<ArrowArrayStream>(capsule, "arrow_array_stream"), {})};
    auto& stream = open.stream;
    if (stream.get_schema == nullptr || stream.get_next == nullptr) raise_arrow(Failure{Problem::released});
    int status = 0;
    {
        // A producer may run a whole query here, with threads that want the interpreter.
        const Unlocked unlocked;
        status = stream.get_schema(&stream, &input.schema);
    }
    check_stream(stream, status);
    for (;;) {
        input.chunks.emplace_back();
        {
            const Unlocked unlocked;
            status = stream.get_next(&stream, &input.chunks.back());
        }
        check_stream(stream, status);
        if (input.chunks.back().release == nullptr) break;
    }
    input.chunks.pop_back();
}

std::shared_ptr<Input> take(nb::handle exported) {
    auto input = std::make_shared<Input>();
    if (nb::hasattr(exported, "__arrow_c_array__")) {
        take_array(exported, *input);
    } else if (nb::hasattr(exported, "__arrow_c_stream__")) {
        take_stream(exported, *input);
    } else {
        nb::dict detail;
        detail["got"] = exported.type().attr("__name__");
        raise("arrow_no_interface", detail);
    }
    return input;
}

template <typename T>
nb::object view(const void* data, std::size_t count, nb::handle owner, bool writable) {
    if (writable) return nb::cast(nb::ndarray<nb::numpy, T, nb::ndim<1>>(const_cast<void*>(data), {count}, owner));
    return nb::cast(nb::ndarray<nb::numpy, const T, nb::ndim<1>>(data, {count}, owner));
}

// Memory of our own is handed over; a view keeps the whole input alive and cannot be written.
template <typename T>
nb::object to_numpy(arrow::Buffer& buffer, const std::shared_ptr<Input>& input) {
    const auto count = static_cast<std::size_t>(buffer.count);
    if (buffer.owned) {
        const nb::capsule owner(buffer.owned.get(), [](void* memory) noexcept { std::free(memory); });
        return view<T>(buffer.owned.release(), count, owner, true);
    }
    auto holder = std::make_unique<std::shared_ptr<Input>>(input);
    const nb::capsule owner(holder.get(),
                            [](void* held) noexcept { delete static_cast<std::shared_ptr<Input>*>(held); });
    holder.release();
    return view<T>(buffer.data, count, owner, false);
}

nb::object to_values(arrow::Column& column, const std::shared_ptr<Input>& input) {
    switch (column.type) {
        case arrow::Type::int64: return to_numpy<std::int64_t>(column.values, input);
        case arrow::Type::float32: return to_numpy<float>(column.values, input);
        case arrow::Type::float64: return to_numpy<double>(column.values, input);
        case arrow::Type::bytes: break;
    }
    return nb::make_tuple(to_numpy<std::uint8_t>(column.values, input), to_numpy<std::int64_t>(column.offsets, input));
}

nb::tuple read(const ArrowSchema& schema, std::vector<arrow::Piece> pieces, const std::shared_ptr<Input>& input,
               const char* key = nullptr) {
    arrow::Column column;
    Failure failure;
    {
        const Unlocked unlocked;
        failure = arrow::read_column(schema, std::move(pieces), column);
    }
    if (failure) raise_arrow(failure, key);
    nb::list splits;
    for (auto& level : column.splits) splits.append(to_numpy<std::int64_t>(level, input));
    return nb::make_tuple(splits, to_values(column, input));
}

std::vector<arrow::Piece> all_of(const Input& input) {
    std::vector<arrow::Piece> pieces;
    if (const auto failure = arrow::whole(input.chunks, pieces)) raise_arrow(failure);
    return pieces;
}

nb::tuple arrow_column(nb::handle exported) {
    const auto input = take(exported);
    if (arrow::is_struct(input->schema)) raise("arrow_no_column", {});
    return read(input->schema, all_of(*input), input);
}

nb::str column_name(const char* name) {
    auto* text = PyUnicode_FromString(name != nullptr ? name : "");
    if (text != nullptr) return nb::steal<nb::str>(text);
    PyErr_Clear();
    raise("arrow_bad_name", {});
}

nb::dict arrow_columns(nb::handle exported, nb::object keys) {
    const auto input = take(exported);
    if (!arrow::is_struct(input->schema)) raise("arrow_no_table", {});
    std::vector<arrow::Field> fields;
    if (const auto failure = arrow::split_struct(input->schema, all_of(*input), fields)) raise_arrow(failure);
    nb::dict columns;
    for (auto& field : fields) {
        const auto name = column_name(field.name);
        if (!keys.is_none() && PySet_Contains(keys.ptr(), name.ptr()) != 1) continue;
        if (columns.contains(name)) {
            nb::dict detail;
            detail["key"] = name;
            raise("arrow_same_name", detail);
        }
        columns[name] = read(*field.schema, std::move(field.pieces), input, name.c_str());
    }
    return columns;
}

// Out.

using AnyArray = nb::ndarray<nb::ro, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

template <typename Struct>
nb::capsule in_capsule(std::unique_ptr<Struct> exported, const char* name) {
    nb::capsule capsule(exported.get(), name, [](void* held) noexcept {
        auto* left = static_cast<Struct*>(held);
        if (left->release != nullptr) left->release(left);
        delete left;
    });
    exported.release();
    return capsule;
}

nb::capsule export_schema(const std::vector<std::string>& formats) {
    std::vector<arrow::Node> nodes;
    for (const auto& format : formats) nodes.push_back({format, 0, {}});
    auto schema = std::make_unique<ArrowSchema>();
    arrow::export_schema(nodes, *schema);
    return in_capsule(std::move(schema), "arrow_schema");
}

// The arrays' Python owners, let go under the interpreter's lock from whichever thread releases last.
std::shared_ptr<void> keep_alive(nb::object owner) {
    return {owner.release().ptr(), [](void* held) {
                if (!nb::is_alive()) return;
                const nb::gil_scoped_acquire locked;
                Py_DECREF(static_cast<PyObject*>(held));
            }};
}

// Each level is (format, length, buffers): what it holds was checked by the caller, who is ours.
nb::tuple arrow_export(const nb::list& levels) {
    std::vector<arrow::Node> nodes;
    std::vector<std::string> formats;
    nb::list owners;
    for (const auto level : levels) {
        arrow::Node node{nb::cast<std::string>(level[0]), nb::cast<std::int64_t>(level[1]), {}};
        for (const auto buffer : level[2]) {
            auto array = nb::cast<AnyArray>(buffer);
            node.buffers.push_back(array.data());
            owners.append(buffer);
        }
        formats.push_back(node.format);
        nodes.push_back(std::move(node));
    }
    auto array = std::make_unique<ArrowArray>();
    arrow::export_array(nodes, keep_alive(owners), *array);
    return nb::make_tuple(export_schema(formats), in_capsule(std::move(array), "arrow_array"));
}

// The formats from the outermost list to its values, as far as they form a chain.
std::vector<std::string> arrow_formats(nb::handle capsule) {
    const auto* schema = open_capsule<ArrowSchema>(capsule, "arrow_schema");
    std::vector<std::string> formats;
    for (int depth = 0; schema != nullptr && depth <= limits::nesting; ++depth) {
        formats.emplace_back(schema->format != nullptr && schema->dictionary == nullptr ? schema->format : "?");
        schema = schema->n_children == 1 && schema->children != nullptr ? schema->children[0] : nullptr;
    }
    return formats;
}

}  // namespace

void bind_arrow(nb::module_& module) {
    module.def("arrow_column", &arrow_column, nb::arg("exported").none(),
               "Read one Arrow column: the splits of its levels, and its values.");
    module.def("arrow_columns", &arrow_columns, nb::arg("exported").none(), nb::arg("keys").none() = nb::none(),
               "Read the columns of an Arrow struct, table or stream.");
    module.def("arrow_export", &arrow_export, nb::arg("levels"), "Export nested levels as two capsules.");
    module.def("arrow_export_schema", &export_schema, nb::arg("formats"), "Export the type of nested levels.");
    module.def("arrow_formats", &arrow_formats, nb::arg("schema").none(), "The format strings of a schema's levels.");
}

}  // namespace colonnade::bindings
