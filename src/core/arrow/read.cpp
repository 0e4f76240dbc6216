#include "arrow/read.hpp"

#include <algorithm>
#include <new>
#include <optional>
#include <string_view>
#include <utility>

#include "arrow/check.hpp"
#include "arrow/dictionary.hpp"
#include "arrow/lists.hpp"
#include "arrow/numbers.hpp"
#include "arrow/strings.hpp"
#include "ground/limits.hpp"

namespace colonnade::arrow {
namespace {

Failure read_values(const Format& format, const std::vector<Piece>& pieces, Column& column) {
    if (format.shape == Shape::null) {
        if (items(pieces) > 0) return fail(Problem::null_value, 0, 0, 0);
        return allocate(0, sizeof(std::int64_t), column.values);
    }
    if (auto failure = check_nulls(pieces)) return failure;
    if (format.shape == Shape::number) return read_numbers(format.number, pieces, column);
    return read_strings(format, pieces, column);
}

// Walks down the levels of one column. On failure, `column.splits` holds the levels above the fault.
Failure read_levels(const ArrowSchema& top, std::vector<Piece>& pieces, Column& column) {
    const auto* schema = &top;
    for (int depth = 0; depth <= limits::nesting; ++depth) {
        std::optional<Format> format;
        auto failure = check_schema(*schema, format);
        for (std::size_t i = 0; i < pieces.size() && !failure; ++i)
            failure = check_array(*schema, *format, *pieces[i].array);
        if (failure) {
            if (failure.format == nullptr) failure.format = schema->format;
            return failure;
        }
        if (schema->dictionary != nullptr) {
            failure = read_dictionary(format->number, pieces);
            schema = schema->dictionary;
        } else if (is_list(format->shape)) {
            Buffer splits;
            failure = read_list(*format, pieces, splits);
            if (!failure) column.splits.push_back(std::move(splits));
            schema = schema->children[0];
        } else if (format->shape == Shape::structure) {
            failure = fail(Problem::unsupported);
            failure.format = schema->format;
            return failure;
        } else if (format->shape == Shape::null && column.splits.empty()) {
            return read_null_rows(pieces, column);
        } else {
            return read_values(*format, pieces, column);
        }
        if (failure) return failure;
    }
    return fail(Problem::too_deep, limits::nesting + 1, limits::nesting);
}

// Turns the position of an item of the innermost level into its row, and its step in that row.
void locate(const std::vector<Buffer>& levels, Failure& failure) {
    if (failure.row < 0) return;
    for (auto level = levels.rbegin(); level != levels.rend(); ++level) {
        const auto* splits = static_cast<const std::int64_t*>(level->data);
        const auto* above = std::upper_bound(splits, splits + level->count, failure.row);
        failure.step = failure.row - above[-1];
        failure.row = above - splits - 1;
    }
}

}  // namespace

bool is_struct(const ArrowSchema& schema) {
    return schema.release != nullptr && schema.format != nullptr && std::string_view(schema.format) == "+s";
}

Failure whole(const std::vector<ArrowArray>& chunks, std::vector<Piece>& pieces) {
    std::int64_t total = 0;
    for (const auto& chunk : chunks) {
        if (chunk.release == nullptr) return fail(Problem::released);
        if (auto failure = check_lengths(chunk)) return failure;
        total += chunk.length;
        if (total > limits::arrow_items) return fail(Problem::too_large, total, limits::arrow_items);
        Piece piece{&chunk, {}};
        push(piece.ranges, 0, chunk.length);
        pieces.push_back(std::move(piece));
    }
    return {};
}

Failure split_struct(const ArrowSchema& schema, const std::vector<Piece>& pieces, std::vector<Field>& fields) {
    std::optional<Format> format;
    if (auto failure = check_schema(schema, format)) return failure;
    for (const auto& piece : pieces)
        if (auto failure = check_array(schema, *format, *piece.array)) return failure;
    if (auto failure = check_nulls(pieces)) return failure;
    for (std::int64_t i = 0; i < schema.n_children; ++i) {
        Field field{schema.children[i]->name, schema.children[i], {}};
        for (const auto& [array, ranges] : pieces) {
            const auto* child = array->children[i];
            if (auto failure = check_lengths(*child)) return failure;
            Piece inner{child, {}};
            for (const auto& [start, end] : ranges) {
                if (array->offset + end > child->length)
                    return fail(Problem::bad_length, child->length, array->offset + end);
                push(inner.ranges, array->offset + start, array->offset + end);
            }
            field.pieces.push_back(std::move(inner));
        }
        fields.push_back(std::move(field));
    }
    return {};
}

Failure read_column(const ArrowSchema& schema, std::vector<Piece> pieces, Column& column) try {
    std::erase_if(pieces, [](const Piece& piece) { return piece.ranges.empty(); });
    auto failure = read_levels(schema, pieces, column);
    locate(column.splits, failure);
    return failure;
} catch (const std::bad_alloc&) {
    return fail(Problem::out_of_memory);
}

}  // namespace colonnade::arrow
