#include "kernels/varint_simd128.hpp"

#include "kernels/varint_words.hpp"

#ifdef COLONNADE_SIMD128

namespace colonnade::varint {

// Fast because it adds up sixteen bytes' continuation bits at a time, and never asks where they are.
Count count_simd128(const std::uint8_t* begin, const std::uint8_t* end) {
    auto values = static_cast<std::size_t>(end - begin);
    const auto* at = begin;
    while (end - at >= 16) {
        // Each byte of `sums` counts to 255 before it must be emptied.
        auto sums = simd128::zero();
        auto suspects = simd128::zero();
        for (int i = 0; i < 255 && end - at >= 16; ++i, at += 16) {
            const auto more = simd128::continuing(simd128::load(at));
            sums = simd128::subtract(sums, more);
            suspects = simd128::either(suspects, simd128::whole_fours(more));
        }
        // Eleven bytes of one varint always cover four that stand in a place divisible by four.
        if (simd128::any(suspects)) return count_long(begin, end);
        values -= simd128::sum(sums);
    }
    return finish_count(begin, at, end, values - static_cast<std::size_t>(end - at));
}

// Fast because four instructions find the stop bits of 64 bytes; then as the portable level.
void decode_simd128(const std::uint8_t* at, const std::uint8_t* end, std::int64_t* out) {
    decode_blocks(at, end, out, [](const std::uint8_t* block) { return simd128::continuations(block); }, Squeeze{});
}

}  // namespace colonnade::varint

#endif
