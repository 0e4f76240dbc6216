#include "arrow/check.hpp"

#include "ground/limits.hpp"

namespace colonnade::arrow {
namespace {

Failure bad_children(std::int64_t got, std::int64_t expected) {
    auto failure = fail(Problem::bad_layout, got, expected);
    failure.format = "+";
    return failure;
}

template <typename Struct>
Failure check_children(const Struct& parent, std::int64_t expected) {
    if (parent.n_children < 0 || parent.n_children > limits::arrow_items || parent.n_children != expected)
        return bad_children(parent.n_children, expected);
    if (expected > 0 && parent.children == nullptr) return bad_children(0, expected);
    for (std::int64_t i = 0; i < expected; ++i) {
        if (parent.children[i] == nullptr) return bad_children(i, expected);
        if (parent.children[i]->release == nullptr) return fail(Problem::released);
    }
    return {};
}

Failure check_buffers(const ArrowArray& array, Shape shape) {
    const auto expected = parts_of(shape).buffers;
    const bool right = shape == Shape::string_view ? array.n_buffers >= expected && array.n_buffers < INT32_MAX
                                                   : array.n_buffers == expected;
    if (shape == Shape::null) return {};
    if (!right) return fail(Problem::bad_layout, array.n_buffers, expected);
    if (array.buffers == nullptr) return fail(Problem::missing_buffer, 0);
    if (array.null_count > 0 && array.buffers[0] == nullptr) return fail(Problem::missing_buffer, 0);
    // A string's bytes may be absent where all are empty; the one who reads them looks again.
    const auto needed = shape == Shape::list_view ? 3 : shape == Shape::structure || shape == Shape::fixed_list ? 1 : 2;
    for (std::int64_t i = 1; i < needed; ++i)
        if (array.length > 0 && array.buffers[i] == nullptr) return fail(Problem::missing_buffer, i);
    return {};
}

}  // namespace

Failure check_schema(const ArrowSchema& schema, std::optional<Format>& format) {
    if (schema.release == nullptr) return fail(Problem::released);
    if (schema.format == nullptr) return fail(Problem::unsupported);
    format = parse(schema.format);
    if (!format) return fail(Problem::unsupported);
    if (schema.dictionary != nullptr) {
        if (format->shape != Shape::number || std::string_view("befg").find(format->number) != std::string_view::npos)
            return fail(Problem::unsupported);
        if (schema.dictionary->release == nullptr) return fail(Problem::released);
    }
    const auto children = parts_of(format->shape).children;
    return check_children(schema, children < 0 ? schema.n_children : children);
}

Failure check_lengths(const ArrowArray& array) {
    if (array.length < 0 || array.length > limits::arrow_items)
        return fail(Problem::bad_length, array.length, limits::arrow_items);
    if (array.offset < 0 || array.offset > limits::arrow_items)
        return fail(Problem::bad_length, array.offset, limits::arrow_items);
    if (array.null_count < -1 || array.null_count > array.length)
        return fail(Problem::bad_length, array.null_count, array.length);
    return {};
}

Failure check_array(const ArrowSchema& schema, const Format& format, const ArrowArray& array) {
    if (array.release == nullptr) return fail(Problem::released);
    if (auto failure = check_lengths(array)) return failure;
    if (auto failure = check_children(array, schema.n_children)) return failure;
    if ((schema.dictionary == nullptr) != (array.dictionary == nullptr)) return fail(Problem::bad_layout);
    return check_buffers(array, format.shape);
}

const void* validity(const ArrowArray& array) {
    return array.null_count == 0 || array.n_buffers == 0 ? nullptr : array.buffers[0];
}

Failure check_nulls(const std::vector<Piece>& pieces) {
    std::int64_t position = 0;
    for (const auto& [array, ranges] : pieces) {
        const auto* valid = validity(*array);
        for (const auto& [start, end] : ranges) {
            for (auto i = start; valid != nullptr && i < end; ++i)
                if (!bit(valid, array->offset + i)) return fail(Problem::null_value, 0, 0, position + i - start);
            position += end - start;
        }
    }
    return {};
}

}  // namespace colonnade::arrow
