#include "kernels/varint.hpp"

namespace colonnade::varint {

Count count(const std::uint8_t* begin, const std::uint8_t* end, cpu::Level level) {
#ifdef COLONNADE_X86
    if (level == cpu::Level::avx512) return count_avx512(begin, end);
#endif
#ifdef COLONNADE_SIMD128
    if (level != cpu::Level::portable) return count_simd128(begin, end);
#endif
    (void)level;
    return count_portable(begin, end);
}

void decode(const std::uint8_t* begin, const std::uint8_t* end, std::size_t values, std::int64_t* out,
            cpu::Level level) {
#ifdef COLONNADE_X86
    if (level == cpu::Level::avx512) return decode_avx512(begin, end, values, out);
    if (level == cpu::Level::bmi2) return decode_bmi2(begin, end, out);
#endif
#ifdef COLONNADE_SIMD128
    if (level == cpu::Level::simd128) return decode_simd128(begin, end, out);
#endif
    (void)level;
    (void)values;
    decode_portable(begin, end, out);
}

const auto chosen = cpu::chosen();

Count count(const std::uint8_t* begin, const std::uint8_t* end) { return count(begin, end, chosen); }

void decode(const std::uint8_t* begin, const std::uint8_t* end, std::size_t values, std::int64_t* out) {
    decode(begin, end, values, out, chosen);
}

}  // namespace colonnade::varint
