// Packed varints: count and check them in pass one, decode them in pass two.
#pragma once

#include <cstddef>
#include <cstdint>

#include "cpu.hpp"

namespace colonnade::varint {

// A varint of more bytes is malformed.
inline constexpr int most_bytes = 10;

struct Count {
    std::size_t values;
    const std::uint8_t* bad;  // start of the first varint that is too long or cut off, or nullptr
};

// How many varints fill [begin, end) exactly.
[[nodiscard]] Count count(const std::uint8_t* begin, const std::uint8_t* end);
[[nodiscard]] Count count(const std::uint8_t* begin, const std::uint8_t* end, cpu::Level level);

// Decodes the `values` varints that count() found valid in [begin, end). Equal at every level.
void decode(const std::uint8_t* begin, const std::uint8_t* end, std::size_t values, std::int64_t* out);
void decode(const std::uint8_t* begin, const std::uint8_t* end, std::size_t values, std::int64_t* out,
            cpu::Level level);

// Decodes one varint that is known to be whole and moves `at` behind it.
[[nodiscard]] inline std::uint64_t decode_one(const std::uint8_t*& at) {
    std::uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
        const std::uint64_t byte = *at++;
        value |= (byte & 0x7F) << shift;
        if (byte < 0x80) return value;
    }
}

}  // namespace colonnade::varint
