// Arrow structs as no honest library would make them, for the tests to break.
#pragma once

#include <cstring>
#include <functional>
#include <initializer_list>
#include <utility>
#include <vector>

#include "arrow/read.hpp"

namespace colonnade::arrow {

inline void keep_schema(ArrowSchema*) {}
inline void keep_array(ArrowArray*) {}

// One level of an array under test; everything in it can be broken afterwards.
struct Made {
    ArrowSchema schema{};
    ArrowArray array{};
    std::vector<const void*> buffers;
    ArrowSchema* child_schema = nullptr;
    ArrowArray* child_array = nullptr;

    Made(const char* format, std::int64_t length, std::initializer_list<const void*> held, Made* child = nullptr)
        : buffers(held) {
        schema.format = format;
        schema.release = keep_schema;
        array.length = length;
        array.n_buffers = static_cast<std::int64_t>(buffers.size());
        array.buffers = buffers.data();
        array.release = keep_array;
        if (child == nullptr) return;
        child_schema = &child->schema;
        child_array = &child->array;
        schema.n_children = array.n_children = 1;
        schema.children = &child_schema;
        array.children = &child_array;
    }
    Made(const Made&) = delete;
    Made& operator=(const Made&) = delete;
};

inline Failure read(const Made& made, Column& column) {
    const std::vector<ArrowArray> chunks{made.array};
    std::vector<Piece> pieces;
    if (auto failure = whole(chunks, pieces)) return failure;
    // `chunks` dies with this call, so the pieces look at the original.
    for (auto& piece : pieces) piece.array = &made.array;
    return read_column(made.schema, std::move(pieces), column);
}

inline Problem problem(const Made& made) {
    Column column;
    return read(made, column).problem;
}

inline std::vector<std::int64_t> ints(const Buffer& buffer) {
    std::vector<std::int64_t> copied(static_cast<std::size_t>(buffer.count));
    if (!copied.empty()) std::memcpy(copied.data(), buffer.data, copied.size() * sizeof(std::int64_t));
    return copied;
}

inline const std::int64_t numbers[] = {10, 20, 30, 40};

struct Lists {
    std::vector<std::int32_t> offsets{0, 2, 2, 4};
    Made child{"l", 4, {nullptr, numbers}};
    Made list{"+l", 3, {nullptr, offsets.data()}, &child};
};

// What is said of lists with some harm done to them.
inline Problem broken(const std::function<void(Lists&)>& harm) {
    Lists made;
    harm(made);
    return problem(made.list);
}

}  // namespace colonnade::arrow
