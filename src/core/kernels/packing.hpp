// Varints written: their sizes, and packed lists of them.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace colonnade::varint {

// The number of bytes of one: seven bits each, one for 0.
[[nodiscard]] constexpr std::size_t size(std::uint64_t value) {
    return (static_cast<std::size_t>(std::bit_width(value | 1)) * 9 + 64) / 64;
}

// Writes one and returns the byte behind it; there must be room.
inline std::uint8_t* write(std::uint64_t value, std::uint8_t* at) {
    for (; value >= 0x80; value >>= 7) *at++ = static_cast<std::uint8_t>(value | 0x80);
    *at++ = static_cast<std::uint8_t>(value);
    return at;
}

[[nodiscard]] std::size_t packed_size(const std::int64_t* values, std::size_t count);

// Writes them one after the other, within [at, end), which may be overwritten up to its end; returns the byte
// behind the last one, or nullptr where they do not fit.
[[nodiscard]] std::uint8_t* pack(const std::int64_t* values, std::size_t count, std::uint8_t* at,
                                 const std::uint8_t* end);

}  // namespace colonnade::varint
