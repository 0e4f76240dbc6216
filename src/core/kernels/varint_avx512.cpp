#include "kernels/varint_words.hpp"

#ifdef COLONNADE_X86

#include <immintrin.h>

#include <array>
#ifndef __clang__
// GCC 12's own headers pass a variable to itself for "any value".
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#define COLONNADE_AVX512 [[gnu::target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,bmi,bmi2,popcnt,lzcnt")]]

namespace colonnade::varint {

// Fast because it looks at 64 bytes at a time.
COLONNADE_AVX512 Count count_avx512(const std::uint8_t* begin, const std::uint8_t* end) {
    std::size_t values = 0;
    TooLong too_long;
    for (const auto* at = begin; at < end; at += 64) {
        const auto left = static_cast<std::size_t>(end - at);
        const auto valid = left >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << left) - 1;
        const auto more = _cvtmask64_u64(_mm512_movepi8_mask(_mm512_maskz_loadu_epi8(_cvtu64_mask64(valid), at)));
        values += static_cast<std::size_t>(std::popcount(valid & ~more));
        if (too_long(more)) return count_slowly(begin, end);
    }
    return finish_count(begin, end, end, values);
}

// Fast because one permutation gives sixteen varints of up to four bytes a lane of their own, in which
// two multiply-adds join their seven-bit groups; there is no branch that depends on a length up to four.
COLONNADE_AVX512 void decode_avx512(const std::uint8_t* at, const std::uint8_t* end, std::size_t values,
                                    std::int64_t* out) {
    alignas(64) static constexpr auto iota = [] {
        std::array<std::uint8_t, 64> bytes{};
        for (std::size_t i = 0; i < 64; ++i) bytes[i] = static_cast<std::uint8_t>(i);
        return bytes;
    }();
    const auto positions = _mm512_load_si512(iota.data());
    const auto lane = _mm512_and_si512(_mm512_srli_epi16(positions, 2), _mm512_set1_epi8(0x3F));
    const auto byte_in_lane = _mm512_and_si512(positions, _mm512_set1_epi8(3));
    std::size_t done = 0;
    while (done != values) {
        const auto left = static_cast<std::size_t>(end - at);
        const auto valid = left >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << left) - 1;
        const auto block = _mm512_maskz_loadu_epi8(_cvtu64_mask64(valid), at);
        const auto more = _cvtmask64_u64(_mm512_movepi8_mask(block));
        const auto stops = valid & ~more;
        // A varint of five bytes or more has four continuation bits in a row.
        const auto four = more & (more >> 1) & (more >> 2) & (more >> 3);
        const auto usable = four == 0 ? stops : stops & ((std::uint64_t{1} << std::countr_zero(four)) - 1);
        // Where one varint is longer, most are: pext takes the rest of the list.
        if (usable == 0) return decode_bmi2(at, end, out + done);
        const auto ends = _mm512_maskz_compress_epi8(_cvtu64_mask64(usable), positions);
        const auto starts = _mm512_maskz_compress_epi8(_cvtu64_mask64(usable << 1 | 1), positions);
        const auto count = static_cast<std::size_t>(std::popcount(usable));
        for (std::size_t group = 0; group < count; group += 16) {
            const auto number = _mm512_add_epi8(lane, _mm512_set1_epi8(static_cast<char>(group)));
            const auto from = _mm512_add_epi8(_mm512_permutexvar_epi8(number, starts), byte_in_lane);
            const auto last = _mm512_permutexvar_epi8(number, ends);
            const auto bytes = _mm512_maskz_permutexvar_epi8(_mm512_cmple_epu8_mask(from, last), from, block);
            const auto groups = _mm512_and_si512(bytes, _mm512_set1_epi8(0x7F));
            const auto pairs = _mm512_maddubs_epi16(_mm512_set1_epi16(static_cast<short>(0x8001)), groups);
            const auto joined = _mm512_madd_epi16(pairs, _mm512_set1_epi32(1 << 30 | 1));
            const auto first = _mm512_cvtepu32_epi64(_mm512_castsi512_si256(joined));
            const auto second = _mm512_cvtepu32_epi64(_mm512_extracti64x4_epi64(joined, 1));
            const auto room = values - done;
            if (room >= 16) {
                // What is too much in these lanes, the next group overwrites.
                _mm512_storeu_si512(out + done, first);
                _mm512_storeu_si512(out + done + 8, second);
            } else {
                const auto lanes = (1U << room) - 1;
                _mm512_mask_storeu_epi64(out + done, static_cast<__mmask8>(lanes), first);
                _mm512_mask_storeu_epi64(out + done + 8, static_cast<__mmask8>(lanes >> 8), second);
            }
            done += std::min<std::size_t>(count - group, 16);
        }
        at += 64 - std::countl_zero(usable);
    }
}

}  // namespace colonnade::varint

#endif
