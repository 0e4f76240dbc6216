#include "arrow/arrow.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <new>
#include <optional>
#include <string_view>
#include <utility>

#include "ground/limits.hpp"

namespace colonnade::arrow {
namespace {

Failure fail(Problem problem, std::int64_t got = 0, std::int64_t expected = 0, std::int64_t row = -1) {
    Failure failure;
    failure.problem = problem;
    failure.got = got;
    failure.expected = expected;
    failure.row = row;
    return failure;
}

// Foreign buffers need not be aligned.
template <typename T>
T load(const void* buffer, std::int64_t index) {
    T value;
    std::memcpy(&value, static_cast<const std::uint8_t*>(buffer) + index * std::int64_t{sizeof(T)}, sizeof(T));
    return value;
}

bool bit(const void* buffer, std::int64_t index) { return (load<std::uint8_t>(buffer, index >> 3) >> (index & 7)) & 1; }

Failure allocate(std::int64_t count, std::size_t width, Buffer& buffer) {
    const auto most = static_cast<std::int64_t>(limits::output_bytes / width);
    if (count > most) return fail(Problem::too_large, count, most);
    const auto bytes = std::max(static_cast<std::size_t>(count) * width, std::size_t{1});
    buffer.owned.reset(std::malloc(bytes));
    if (!buffer.owned) return fail(Problem::out_of_memory, static_cast<std::int64_t>(bytes));
    buffer.data = buffer.owned.get();
    buffer.count = count;
    return {};
}

template <typename T>
T* writable(Buffer& buffer) {
    return static_cast<T*>(buffer.owned.get());
}

std::int64_t items(const std::vector<Piece>& pieces) {
    std::int64_t total = 0;
    for (const auto& piece : pieces)
        for (const auto& range : piece.ranges) total += range.end - range.start;
    return total;
}

void push(std::vector<Range>& ranges, std::int64_t start, std::int64_t end) {
    if (start == end) return;
    if (!ranges.empty() && ranges.back().end == start) {
        ranges.back().end = end;
    } else {
        ranges.push_back({start, end});
    }
}

// Formats. https://arrow.apache.org/docs/format/CDataInterface.html#data-type-description-format-strings

enum class Shape : std::uint8_t { null, number, string, string_view, list, list_view, fixed_list, structure };

struct Format {
    Shape shape;
    bool wide = false;      // 64-bit offsets
    std::int64_t size = 0;  // items in a fixed-size list
    char number = 0;
};

std::optional<Format> parse(std::string_view text) {
    if (text == "n") return Format{Shape::null};
    if (text == "u" || text == "z") return Format{Shape::string};
    if (text == "U" || text == "Z") return Format{Shape::string, true};
    if (text == "vu" || text == "vz") return Format{Shape::string_view};
    if (text == "+l") return Format{Shape::list};
    if (text == "+L") return Format{Shape::list, true};
    if (text == "+vl") return Format{Shape::list_view};
    if (text == "+vL") return Format{Shape::list_view, true};
    if (text == "+s") return Format{Shape::structure};
    if (text.size() == 1 && std::string_view("bcCsSiIlLefg").find(text[0]) != std::string_view::npos)
        return Format{Shape::number, false, 0, text[0]};
    if (text.starts_with("+w:")) {
        std::int32_t size = -1;
        const auto [end, error] = std::from_chars(text.data() + 3, text.data() + text.size(), size);
        if (error == std::errc() && end == text.data() + text.size() && size >= 0)
            return Format{Shape::fixed_list, false, size};
    }
    return std::nullopt;
}

bool is_list(Shape shape) { return shape == Shape::list || shape == Shape::list_view || shape == Shape::fixed_list; }

// What the ABI says an array of a format has: buffers (string views: at least), children.
std::pair<std::int64_t, std::int64_t> layout(Shape shape) {
    switch (shape) {
        case Shape::null: return {0, 0};
        case Shape::number: return {2, 0};
        case Shape::string: return {3, 0};
        case Shape::string_view: return {3, 0};
        case Shape::list: return {2, 1};
        case Shape::list_view: return {3, 1};
        case Shape::fixed_list: return {1, 1};
        case Shape::structure: return {1, -1};
    }
    return {0, 0};
}

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
    const auto children = layout(format->shape).second;
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

Failure check_buffers(const ArrowArray& array, Shape shape) {
    const auto expected = layout(shape).first;
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

// The first null in the ranges of `pieces`, as a position among all their items.
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

// Lists: each reads its items' extents and hands on the ranges of the child.

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

// Rows of the type that has nothing but nulls: empty lists.
Failure read_null_rows(const std::vector<Piece>& pieces, Column& column) {
    const auto rows = items(pieces);
    if (rows > limits::arrow_unbacked_items) return fail(Problem::too_large, rows, limits::arrow_unbacked_items);
    if (auto failure = allocate(rows + 1, sizeof(std::int64_t), column.splits.emplace_back())) return failure;
    std::fill_n(writable<std::int64_t>(column.splits.back()), rows + 1, std::int64_t{0});
    return allocate(0, sizeof(std::int64_t), column.values);
}

// Numbers.

// IEEE 754 binary16.
float from_half(std::uint16_t half) {
    const auto sign = static_cast<std::uint32_t>(half & 0x8000) << 16;
    const auto exponent = static_cast<std::uint32_t>(half >> 10) & 0x1F;
    const auto fraction = static_cast<std::uint32_t>(half) & 0x3FF;
    if (exponent == 0) {
        const float tiny = std::ldexp(static_cast<float>(fraction), -24);
        return sign != 0 ? -tiny : tiny;
    }
    const auto wide = exponent == 31 ? 0xFFu : exponent + 112;
    return std::bit_cast<float>(sign | (wide << 23) | (fraction << 13));
}

template <typename From, typename To, typename Convert>
Failure convert_numbers(const std::vector<Piece>& pieces, Buffer& values, Convert convert) {
    if (auto failure = allocate(items(pieces), sizeof(To), values)) return failure;
    auto* out = writable<To>(values);
    for (const auto& [array, ranges] : pieces)
        for (const auto& [start, end] : ranges)
            for (auto i = start; i < end; ++i) *out++ = convert(load<From>(array->buffers[1], array->offset + i));
    return {};
}

template <typename From>
Failure widen(const std::vector<Piece>& pieces, Buffer& values) {
    return convert_numbers<From, std::int64_t>(pieces, values, [](From value) { return std::int64_t{value}; });
}

template <typename T>
Failure copy_numbers(const std::vector<Piece>& pieces, Buffer& values) {
    if (pieces.size() == 1 && pieces[0].ranges.size() == 1) {
        const auto& [array, ranges] = pieces[0];
        const auto* data = static_cast<const std::uint8_t*>(array->buffers[1]) +
                           (array->offset + ranges[0].start) * std::int64_t{sizeof(T)};
        if (reinterpret_cast<std::uintptr_t>(data) % alignof(T) == 0) {
            values = {data, ranges[0].end - ranges[0].start, nullptr};
            return {};
        }
    }
    if (auto failure = allocate(items(pieces), sizeof(T), values)) return failure;
    auto* out = writable<std::uint8_t>(values);
    for (const auto& [array, ranges] : pieces) {
        for (const auto& [start, end] : ranges) {
            const auto bytes = static_cast<std::size_t>(end - start) * sizeof(T);
            const auto* from = static_cast<const std::uint8_t*>(array->buffers[1]);
            std::memcpy(out, from + (array->offset + start) * std::int64_t{sizeof(T)}, bytes);
            out += bytes;
        }
    }
    return {};
}

Failure read_uint64(const std::vector<Piece>& pieces, Buffer& values) {
    if (auto failure = widen<std::int64_t>(pieces, values)) return failure;
    const auto* begin = static_cast<const std::int64_t*>(values.data);
    const auto* negative = std::find_if(begin, begin + values.count, [](std::int64_t value) { return value < 0; });
    if (negative == begin + values.count) return {};
    return fail(Problem::beyond_int64, *negative, 0, negative - begin);
}

Failure read_bools(const std::vector<Piece>& pieces, Buffer& values) {
    if (auto failure = allocate(items(pieces), sizeof(std::int64_t), values)) return failure;
    auto* out = writable<std::int64_t>(values);
    for (const auto& [array, ranges] : pieces)
        for (const auto& [start, end] : ranges)
            for (auto i = start; i < end; ++i) *out++ = bit(array->buffers[1], array->offset + i) ? 1 : 0;
    return {};
}

Failure read_numbers(char number, const std::vector<Piece>& pieces, Column& column) {
    column.type = number == 'g' ? Type::float64 : number == 'f' || number == 'e' ? Type::float32 : Type::int64;
    switch (number) {
        case 'b': return read_bools(pieces, column.values);
        case 'c': return widen<std::int8_t>(pieces, column.values);
        case 'C': return widen<std::uint8_t>(pieces, column.values);
        case 's': return widen<std::int16_t>(pieces, column.values);
        case 'S': return widen<std::uint16_t>(pieces, column.values);
        case 'i': return widen<std::int32_t>(pieces, column.values);
        case 'I': return widen<std::uint32_t>(pieces, column.values);
        case 'l': return copy_numbers<std::int64_t>(pieces, column.values);
        case 'L': return read_uint64(pieces, column.values);
        case 'e': return convert_numbers<std::uint16_t, float>(pieces, column.values, from_half);
        case 'f': return copy_numbers<float>(pieces, column.values);
        case 'g': return copy_numbers<double>(pieces, column.values);
        default: return fail(Problem::unsupported);
    }
}

// Strings: each offset is read once, because its owner may write while we look; then the spans are copied.

struct Span {
    const std::uint8_t* data;
    std::int64_t size;
};

class StringReader {
public:
    explicit StringReader(std::int64_t* offsets) : offsets_(offsets) { offsets_[0] = 0; }

    template <typename Offset>
    Failure range(const ArrowArray& array, Range range) {
        const auto first = std::int64_t{load<Offset>(array.buffers[1], array.offset + range.start)};
        auto last = first;
        if (first < 0) return fail(Problem::bad_offsets, first, 0, row_);
        for (auto i = range.start; i < range.end; ++i) {
            const auto next = std::int64_t{load<Offset>(array.buffers[1], array.offset + i + 1)};
            if (next < last || next > limits::arrow_items) return fail(Problem::bad_offsets, last, next, row_);
            if (auto failure = append(next - last)) return failure;
            last = next;
        }
        if (last == first) return {};
        if (array.buffers[2] == nullptr) return fail(Problem::missing_buffer, 2);
        spans_.push_back({static_cast<const std::uint8_t*>(array.buffers[2]) + first, last - first});
        return {};
    }

    // A view: its size, then up to 12 bytes in place, or a prefix, a buffer and an offset into it.
    Failure view(const ArrowArray& array, std::int64_t index) {
        const auto* at = static_cast<const std::uint8_t*>(array.buffers[1]) + (array.offset + index) * 16;
        const auto size = load<std::int32_t>(at, 0);
        if (size < 0) return fail(Problem::bad_offsets, size, 0, row_);
        if (size > 12) {
            const auto buffer = load<std::int32_t>(at, 2);
            const auto start = load<std::int32_t>(at, 3);
            const auto buffers = array.n_buffers - 3;
            if (buffer < 0 || buffer >= buffers) return fail(Problem::bad_index, buffer, buffers, row_);
            const auto* sizes = array.buffers[array.n_buffers - 1];
            if (sizes == nullptr) return fail(Problem::missing_buffer, array.n_buffers - 1);
            const auto most = load<std::int64_t>(sizes, buffer);
            if (start < 0 || start > most || size > most - start)
                return fail(Problem::bad_offsets, std::int64_t{start} + size, most, row_);
            at = static_cast<const std::uint8_t*>(array.buffers[buffer + 2]);
            if (at == nullptr) return fail(Problem::missing_buffer, buffer + 2);
            at += start;
        } else {
            at += 4;
        }
        if (size > 0) spans_.push_back({at, size});
        return append(size);
    }

    Failure finish(bool may_borrow, Buffer& data) {
        if (may_borrow && spans_.size() == 1) {
            data = {spans_[0].data, spans_[0].size, nullptr};
            return {};
        }
        if (auto failure = allocate(offsets_[row_], 1, data)) return failure;
        auto* out = writable<std::uint8_t>(data);
        for (const auto& span : spans_) {
            std::memcpy(out, span.data, static_cast<std::size_t>(span.size));
            out += span.size;
        }
        return {};
    }

private:
    Failure append(std::int64_t size) {
        const auto total = offsets_[row_] + size;
        if (total > limits::arrow_items) return fail(Problem::too_large, total, limits::arrow_items, row_);
        offsets_[++row_] = total;
        return {};
    }

    std::int64_t* offsets_;
    std::int64_t row_ = 0;
    std::vector<Span> spans_;
};

Failure read_strings(const Format& format, const std::vector<Piece>& pieces, Column& column) {
    column.type = Type::bytes;
    if (auto failure = allocate(items(pieces) + 1, sizeof(std::int64_t), column.offsets)) return failure;
    StringReader reader(writable<std::int64_t>(column.offsets));
    for (const auto& [array, ranges] : pieces) {
        for (const auto& range : ranges) {
            Failure failure;
            if (format.shape == Shape::string) {
                failure =
                    format.wide ? reader.range<std::int64_t>(*array, range) : reader.range<std::int32_t>(*array, range);
            } else {
                for (auto i = range.start; i < range.end && !failure; ++i) failure = reader.view(*array, i);
            }
            if (failure) return failure;
        }
    }
    return reader.finish(format.shape == Shape::string, column.values);
}

// Dictionaries: an index is a range of one item of the dictionary.

template <typename Index>
Failure read_indices(std::vector<Piece>& pieces) {
    std::int64_t position = 0;
    for (auto& [array, ranges] : pieces) {
        const auto* dictionary = array->dictionary;
        if (auto failure = check_lengths(*dictionary)) return failure;
        std::vector<Range> inner;
        for (const auto& [start, end] : ranges) {
            for (auto i = start; i < end; ++i, ++position) {
                const auto raw = load<Index>(array->buffers[1], array->offset + i);
                // An index of 2^63 or more turns negative and is refused with the rest.
                const auto index = static_cast<std::int64_t>(raw);
                if (index < 0 || index >= dictionary->length)
                    return fail(Problem::bad_index, index, dictionary->length, position);
                push(inner, index, index + 1);
            }
        }
        array = dictionary;
        ranges = std::move(inner);
    }
    return {};
}

Failure read_dictionary(char number, std::vector<Piece>& pieces) {
    if (auto failure = check_nulls(pieces)) return failure;
    switch (number) {
        case 'c': return read_indices<std::int8_t>(pieces);
        case 'C': return read_indices<std::uint8_t>(pieces);
        case 's': return read_indices<std::int16_t>(pieces);
        case 'S': return read_indices<std::uint16_t>(pieces);
        case 'i': return read_indices<std::int32_t>(pieces);
        case 'I': return read_indices<std::uint32_t>(pieces);
        case 'l': return read_indices<std::int64_t>(pieces);
        default: return read_indices<std::uint64_t>(pieces);
    }
}

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

// Export.

namespace {

struct SchemaNode {
    std::string format;
    ArrowSchema child{};
    ArrowSchema* children[1];
};

struct ArrayNode {
    std::shared_ptr<void> keep;
    std::vector<const void*> buffers;
    ArrowArray child{};
    ArrowArray* children[1];
};

template <typename Struct, typename Node>
void release(Struct* exported) {
    auto* node = static_cast<Node*>(exported->private_data);
    // A child that the consumer moved out is no longer ours to release.
    if (node->child.release != nullptr) node->child.release(&node->child);
    exported->release = nullptr;
    delete node;
}

}  // namespace

void export_schema(const std::vector<Node>& nodes, ArrowSchema& schema) {
    schema = {};
    for (auto level = nodes.rbegin(); level != nodes.rend(); ++level) {
        const bool inner = level != nodes.rbegin();
        auto* node = new SchemaNode{level->format, schema, {nullptr}};
        node->children[0] = &node->child;
        const bool top = level + 1 == nodes.rend();
        schema = {node->format.c_str(),
                  top ? "" : "item",
                  nullptr,
                  ARROW_FLAG_NULLABLE,
                  inner ? 1 : 0,
                  inner ? node->children : nullptr,
                  nullptr,
                  release<ArrowSchema, SchemaNode>,
                  node};
    }
}

void export_array(const std::vector<Node>& nodes, const std::shared_ptr<void>& keep, ArrowArray& array) {
    array = {};
    for (auto level = nodes.rbegin(); level != nodes.rend(); ++level) {
        const bool inner = level != nodes.rbegin();
        auto* node = new ArrayNode{keep, {nullptr}, array, {nullptr}};
        node->children[0] = &node->child;
        node->buffers.insert(node->buffers.end(), level->buffers.begin(), level->buffers.end());
        array = {level->length,
                 0,
                 0,
                 static_cast<std::int64_t>(node->buffers.size()),
                 inner ? 1 : 0,
                 node->buffers.data(),
                 inner ? node->children : nullptr,
                 nullptr,
                 release<ArrowArray, ArrayNode>,
                 node};
    }
}

}  // namespace colonnade::arrow
