#include "arrow/lists.hpp"

#include <algorithm>
#include <utility>

#include "arrow/check.hpp"
#include "ground/limits.hpp"

namespace colonnade::arrow {
namespace {

template <typename Offset>
Failure list_extent(const ArrowArray& array, std::int64_t index, Range& extent) {
    const auto* offsets = array.buffers[1];
    const auto most = array.children[0]->length;
    extent = {load<Offset>(offsets, array.offset + index), load<Offset>(offsets, array.offset + index + 1)};
    if (extent.start < 0 || extent.start > extent.end) return fail(Problem::bad_offsets, extent.start, extent.end);
    if (extent.end > most) return fail(Problem::bad_offsets, extent.end, most);
    return {};
}

template <typename Offset>
Failure view_extent(const ArrowArray& array, std::int64_t index, Range& extent) {
    const std::int64_t start = load<Offset>(array.buffers[1], array.offset + index);
    const std::int64_t size = load<Offset>(array.buffers[2], array.offset + index);
    const auto most = array.children[0]->length;
    if (start < 0 || start > most) return fail(Problem::bad_offsets, start, most);
    if (size < 0 || size > most - start) return fail(Problem::bad_offsets, size, most - start);
    extent = {start, start + size};
    return {};
}

Failure fixed_extent(const ArrowArray& array, std::int64_t index, std::int64_t size, Range& extent) {
    const auto most = array.children[0]->length;
    const auto slot = array.offset + index;
    if (size > 0 && slot >= most / size) return fail(Problem::bad_length, most, size);
    extent = {slot * size, (slot + 1) * size};
    return {};
}

Failure extent_of(const Format& format, const ArrowArray& array, std::int64_t index, Range& extent) {
    if (format.shape == Shape::fixed_list) return fixed_extent(array, index, format.size, extent);
    if (format.shape == Shape::list)
        return format.wide ? list_extent<std::int64_t>(array, index, extent)
                           : list_extent<std::int32_t>(array, index, extent);
    return format.wide ? view_extent<std::int64_t>(array, index, extent)
                       : view_extent<std::int32_t>(array, index, extent);
}

}  // namespace

Failure read_list(const Format& format, std::vector<Piece>& pieces, Buffer& splits) {
    const auto rows = items(pieces);
    if (format.shape == Shape::fixed_list && format.size == 0 && rows > limits::arrow_unbacked_items)
        return fail(Problem::too_large, rows, limits::arrow_unbacked_items);
    if (auto failure = allocate(rows + 1, sizeof(std::int64_t), splits)) return failure;
    auto* out = writable<std::int64_t>(splits);
    *out = 0;
    std::int64_t row = 0;
    // Views may overlap, so a few rows can claim far more than there is.
    auto most = limits::arrow_unbacked_items;
    for (auto& [array, ranges] : pieces) {
        const auto* child = array->children[0];
        if (auto failure = check_lengths(*child)) return failure;
        most = std::min(most + child->length, limits::arrow_items);
        const auto* valid = validity(*array);
        std::vector<Range> inner;
        for (const auto& range : ranges) {
            for (auto i = range.start; i < range.end; ++i, ++row) {
                Range extent{};
                if (auto failure = extent_of(format, *array, i, extent)) {
                    failure.row = row;
                    return failure;
                }
                if (valid != nullptr && !bit(valid, array->offset + i)) extent.end = extent.start;
                out[row + 1] = out[row] + (extent.end - extent.start);
                if (out[row + 1] > most) return fail(Problem::too_large, out[row + 1], most, row);
                push(inner, extent.start, extent.end);
            }
        }
        array = child;
        ranges = std::move(inner);
    }
    return {};
}

Failure read_null_rows(const std::vector<Piece>& pieces, Column& column) {
    const auto rows = items(pieces);
    if (rows > limits::arrow_unbacked_items) return fail(Problem::too_large, rows, limits::arrow_unbacked_items);
    if (auto failure = allocate(rows + 1, sizeof(std::int64_t), column.splits.emplace_back())) return failure;
    std::fill_n(writable<std::int64_t>(column.splits.back()), rows + 1, std::int64_t{0});
    return allocate(0, sizeof(std::int64_t), column.values);
}

}  // namespace colonnade::arrow
