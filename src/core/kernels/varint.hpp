// Packed varints: count and check them in pass one, decode them in pass two.
#pragma once

#include "kernels/varint_kernels.hpp"

namespace colonnade::varint {

// How many varints fill [begin, end) exactly.
[[nodiscard]] Count count(const std::uint8_t* begin, const std::uint8_t* end);
[[nodiscard]] Count count(const std::uint8_t* begin, const std::uint8_t* end, cpu::Level level);

// Decodes the `values` varints that count() found valid in [begin, end). Equal at every level.
void decode(const std::uint8_t* begin, const std::uint8_t* end, std::size_t values, std::int64_t* out);
void decode(const std::uint8_t* begin, const std::uint8_t* end, std::size_t values, std::int64_t* out,
            cpu::Level level);

}  // namespace colonnade::varint
