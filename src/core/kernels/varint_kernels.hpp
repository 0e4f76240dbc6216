// The kernels for packed varints, one file a level; varint.hpp chooses among them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "ground/cpu.hpp"

namespace colonnade::varint {

// A varint of more bytes is malformed.
inline constexpr int most_bytes = 10;

struct Count {
    std::size_t values;
    const std::uint8_t* bad;  // start of the first varint that is too long or cut off, or nullptr
};

// Decodes one varint that is known to be whole and moves `at` behind it.
[[nodiscard]] inline std::uint64_t decode_one(const std::uint8_t*& at) {
    std::uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
        const std::uint64_t byte = *at++;
        value |= (byte & 0x7F) << shift;
        if (byte < 0x80) return value;
    }
}

// What varint::count and varint::decode do, at each level.
[[nodiscard]] Count count_portable(const std::uint8_t* begin, const std::uint8_t* end);
void decode_portable(const std::uint8_t* at, const std::uint8_t* end, std::int64_t* out);

#ifdef COLONNADE_SIMD128
[[nodiscard]] Count count_simd128(const std::uint8_t* begin, const std::uint8_t* end);
void decode_simd128(const std::uint8_t* at, const std::uint8_t* end, std::int64_t* out);
#endif

#ifdef COLONNADE_X86
void decode_bmi2(const std::uint8_t* at, const std::uint8_t* end, std::int64_t* out);

[[nodiscard]] Count count_avx512(const std::uint8_t* begin, const std::uint8_t* end);
void decode_avx512(const std::uint8_t* at, const std::uint8_t* end, std::size_t values, std::int64_t* out);
#endif

}  // namespace colonnade::varint
