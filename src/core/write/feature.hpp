// One Feature: its size, which must be known before it is written, and its bytes. A Feature without values
// holds no list and has no bytes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/packing.hpp"

namespace colonnade::write {

// Of values; the number is that of the list's field in a Feature.
enum class Kind : std::uint8_t { bytes = 1, floats = 2, int64s = 3 };

// The values of many features, one after the other; only the arrays of the kinds in use are there.
struct Values {
    const std::int64_t* int64s = nullptr;
    const float* floats = nullptr;
    const std::uint8_t* data = nullptr;  // string i is data[offsets[i]] to data[offsets[i + 1]]
    const std::int64_t* offsets = nullptr;
};

// Where the values of one feature lie among them.
struct Span {
    Kind kind;
    std::size_t begin;
    std::size_t end;
};

// A field with a length: its tag, below 16, the length, and so many bytes.
[[nodiscard]] constexpr std::size_t field_size(std::size_t bytes) { return 1 + varint::size(bytes) + bytes; }
inline std::uint8_t* begin_field(unsigned number, std::size_t bytes, std::uint8_t* at) {
    *at = static_cast<std::uint8_t>(number << 3 | 2);
    return varint::write(bytes, at + 1);
}

// The bytes of a feature's values themselves: packed numbers, or a field a string.
[[nodiscard]] std::size_t content_size(const Values& values, Span span);

// The Feature's size, given that of its content.
[[nodiscard]] constexpr std::size_t feature_size(Kind kind, std::size_t content) {
    if (content == 0) return 0;
    return field_size(kind == Kind::bytes ? content : field_size(content));
}

// Writes the Feature at `at` and returns the byte behind it; nullptr where its content has another size by now,
// because someone has written into the values. Never writes at `end` or beyond.
[[nodiscard]] std::uint8_t* write_feature(const Values& values, Span span, std::size_t content, std::uint8_t* at,
                                          const std::uint8_t* end);

}  // namespace colonnade::write
