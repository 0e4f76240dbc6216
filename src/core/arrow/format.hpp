// Format strings, and what the ABI says of each type.
// https://arrow.apache.org/docs/format/CDataInterface.html#data-type-description-format-strings
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace colonnade::arrow {

enum class Shape : std::uint8_t { null, number, string, string_view, list, list_view, fixed_list, structure };

struct Format {
    Shape shape;
    bool wide = false;      // 64-bit offsets
    std::int64_t size = 0;  // items in a fixed-size list
    char number = 0;
};

// Nothing where the type is no list, number or string.
[[nodiscard]] std::optional<Format> parse(std::string_view text);

[[nodiscard]] bool is_list(Shape shape);

// How many of each an array of a shape has.
struct Parts {
    std::int64_t buffers;   // string views: at least
    std::int64_t children;  // -1: any number
};
[[nodiscard]] Parts parts_of(Shape shape);

}  // namespace colonnade::arrow
