#include "varint.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#ifdef COLONNADE_X86
#include <immintrin.h>
#ifndef __clang__
// GCC 12's own headers pass a variable to itself for "any value".
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#endif

namespace colonnade::varint {
namespace {

constexpr std::uint64_t continues = 0x8080808080808080;

std::uint64_t load64(const std::uint8_t* at) {
    std::uint64_t word;
    std::memcpy(&word, at, sizeof word);
    return word;
}

// Byte by byte, for what may hold too long a varint.
Count count_slowly(const std::uint8_t* begin, const std::uint8_t* end) {
    std::size_t values = 0;
    const auto* start = begin;
    for (const auto* at = begin; at != end; ++at) {
        if (*at < 0x80) {
            ++values;
            start = at + 1;
        } else if (at - start >= most_bytes - 1) {
            return {values, start};
        }
    }
    return {values, start == end ? nullptr : start};
}

// Counts a tail shorter than a word, or gives up on what may be malformed.
Count finish_count(const std::uint8_t* begin, const std::uint8_t* at, const std::uint8_t* end, std::size_t values) {
    for (; at != end; ++at) values += *at < 0x80;
    if (begin != end && end[-1] >= 0x80) return count_slowly(begin, end);
    return {values, nullptr};
}

// Fast because it adds up eight bytes' stop bits in one word, and never asks where they are.
Count count_portable(const std::uint8_t* begin, const std::uint8_t* end) {
    std::size_t values = 0;
    const auto* at = begin;
    while (end - at >= 8) {
        // Each byte of `sums` counts to 255 before it must be emptied.
        std::uint64_t sums = 0;
        for (int i = 0; i < 255 && end - at >= 8; ++i, at += 8) {
            const auto stops = ~load64(at) & continues;
            // Eleven bytes of one varint always cover one of the halves of an eight-byte word.
            if ((stops & 0xFFFFFFFF) == 0 || (stops >> 32) == 0) return count_slowly(begin, end);
            sums += stops >> 7;
        }
        // Bytes to pairs first: the sum of eight may not fit a byte.
        sums = (sums & 0x00FF00FF00FF00FF) + ((sums >> 8) & 0x00FF00FF00FF00FF);
        values += (sums * 0x0001000100010001) >> 48;
    }
    return finish_count(begin, at, end, values);
}

// Squeezes the seven payload bits of each of eight bytes together.
std::uint64_t squeeze(std::uint64_t word) {
    word = (word & 0x007F007F007F007F) | ((word & 0x7F007F007F007F00) >> 1);
    word = (word & 0x00003FFF00003FFF) | ((word & 0x3FFF00003FFF0000) >> 2);
    return (word & 0x000000000FFFFFFF) | ((word & 0x0FFFFFFF00000000) >> 4);
}

// Fast because it takes a whole varint of up to eight bytes from one word, without a loop over its bytes.
template <typename Squeeze>
void decode_words(const std::uint8_t* at, const std::uint8_t* end, std::size_t values, std::int64_t* out,
                  Squeeze squeeze_word) {
    std::size_t done = 0;
    while (end - at >= 8 && values - done >= 8) {
        const auto word = load64(at);
        const auto stops = ~word & continues;
        if (stops == continues) {
            for (std::size_t i = 0; i < 8; ++i) out[done + i] = at[i];
            done += 8;
            at += 8;
        } else if (stops == 0) {
            out[done++] = static_cast<std::int64_t>(decode_one(at));
        } else {
            const int bits = std::countr_zero(stops) + 1;
            out[done++] = static_cast<std::int64_t>(squeeze_word(word & (~std::uint64_t{0} >> (64 - bits))));
            at += bits / 8;
        }
    }
    for (; done != values; ++done) out[done] = static_cast<std::int64_t>(decode_one(at));
}

#ifdef COLONNADE_X86

// Fast because one instruction finds the end of a varint and one squeezes it.
[[gnu::target("bmi,bmi2")]] void decode_bmi2(const std::uint8_t* at, const std::uint8_t* end, std::size_t values,
                                             std::int64_t* out) {
    std::size_t done = 0;
    while (end - at >= 8 && done != values) {
        const auto word = load64(at);
        const auto stops = ~word & continues;
        if (stops == 0) {
            out[done++] = static_cast<std::int64_t>(decode_one(at));
            continue;
        }
        // All bits up to and with the lowest stop bit.
        const auto mask = stops ^ (stops - 1);
        out[done++] = static_cast<std::int64_t>(_pext_u64(word & mask, 0x7F7F7F7F7F7F7F7F));
        at += (_tzcnt_u64(stops) + 1) / 8;
    }
    for (; done != values; ++done) out[done] = static_cast<std::int64_t>(decode_one(at));
}

#define COLONNADE_AVX512 [[gnu::target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,bmi,bmi2,popcnt,lzcnt")]]

// Fast because it looks at 64 bytes at a time.
COLONNADE_AVX512 Count count_avx512(const std::uint8_t* begin, const std::uint8_t* end) {
    std::size_t values = 0;
    std::uint64_t carried = 0;  // the continuation bits of the block before
    for (const auto* at = begin; at < end; at += 64) {
        const auto left = static_cast<std::size_t>(end - at);
        const auto valid = left >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << left) - 1;
        const auto more = _cvtmask64_u64(_mm512_movepi8_mask(_mm512_maskz_loadu_epi8(_cvtu64_mask64(valid), at)));
        values += static_cast<std::size_t>(std::popcount(valid & ~more));
        // Only where four continuation bits stand in a row can a varint be too long.
        const auto two = more & (more << 1 | carried >> 63);
        const auto carried_two = carried & carried << 1;
        const auto four = two & (two << 2 | carried_two >> 62);
        if (four != 0) return count_slowly(begin, end);
        carried = more;
    }
    return finish_count(begin, end, end, values);
}

// Fast because one permutation gives sixteen varints of up to four bytes a lane of their own, in which
// two multiply-adds join their seven-bit groups; there is no branch that depends on a length.
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
        if (usable == 0) {
            out[done++] = static_cast<std::int64_t>(decode_one(at));
            continue;
        }
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

#endif

}  // namespace

Count count(const std::uint8_t* begin, const std::uint8_t* end, cpu::Level level) {
#ifdef COLONNADE_X86
    if (level == cpu::Level::avx512) return count_avx512(begin, end);
#endif
    (void)level;
    return count_portable(begin, end);
}

void decode(const std::uint8_t* begin, const std::uint8_t* end, std::size_t values, std::int64_t* out,
            cpu::Level level) {
#ifdef COLONNADE_X86
    if (level == cpu::Level::avx512) return decode_avx512(begin, end, values, out);
    if (level == cpu::Level::bmi2) return decode_bmi2(begin, end, values, out);
#endif
    (void)level;
    decode_words(begin, end, values, out, squeeze);
}

const auto chosen = cpu::chosen();

Count count(const std::uint8_t* begin, const std::uint8_t* end) { return count(begin, end, chosen); }

void decode(const std::uint8_t* begin, const std::uint8_t* end, std::size_t values, std::int64_t* out) {
    decode(begin, end, values, out, chosen);
}

}  // namespace colonnade::varint
