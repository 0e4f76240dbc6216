#include "arrow/numbers.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace colonnade::arrow {
namespace {

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

}  // namespace

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

}  // namespace colonnade::arrow
