#include "kernels/fingerprints.hpp"

#include <bit>

#ifdef COLONNADE_X86
#include <immintrin.h>
#ifndef __clang__
// GCC 12's own headers pass a variable to itself for "any value".
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#endif

namespace colonnade {
namespace {

// Below so many, more lanes stay empty than are filled.
constexpr std::size_t fewest = 4;

const auto chosen = cpu::chosen();

#ifdef COLONNADE_X86

using namespace farmhash;

#define COLONNADE_AVX512 [[gnu::target("avx512f,avx512dq,avx512bw,avx512vl,avx512vbmi2")]]

COLONNADE_AVX512 inline __m512i all(std::uint64_t value) { return _mm512_set1_epi64(static_cast<long long>(value)); }

COLONNADE_AVX512 inline __m512i times(__m512i left, __m512i right) { return _mm512_mullo_epi64(left, right); }

COLONNADE_AVX512 inline __m512i plus(__m512i left, __m512i right) { return _mm512_add_epi64(left, right); }

COLONNADE_AVX512 inline __m512i folded(__m512i value) { return _mm512_xor_si512(value, _mm512_srli_epi64(value, 47)); }

// What farmhash::hash_to_16 computes, of the bytes `low` and `high` of eight strings: every formula for all of
// them, of which each lane takes the one for its size. Shifts by 64 and more give 0.
COLONNADE_AVX512 __m512i hash_heads(__m512i low, __m512i high, __m512i size) {
    const auto bits = _mm512_slli_epi64(size, 3);
    const auto multiplier = plus(all(k2), plus(size, size));

    // 8 to 16 bytes: the first eight and the last eight.
    const auto beyond = _mm512_sub_epi64(bits, all(64));
    const auto a = plus(low, all(k2));
    const auto b =
        _mm512_or_si512(_mm512_srlv_epi64(low, beyond), _mm512_sllv_epi64(high, _mm512_sub_epi64(all(64), beyond)));
    const auto long_u = plus(times(_mm512_ror_epi64(b, 37), multiplier), a);
    const auto long_v = times(plus(_mm512_ror_epi64(a, 25), b), multiplier);

    // 4 to 7 bytes: the first four and the last four.
    const auto word = all(0xFFFFFFFF);
    const auto short_u = plus(size, _mm512_slli_epi64(_mm512_and_si512(low, word), 3));
    const auto short_v = _mm512_and_si512(_mm512_srlv_epi64(low, _mm512_sub_epi64(bits, all(32))), word);

    const auto is_long = _mm512_cmpge_epu64_mask(size, all(8));
    const auto u = _mm512_mask_mov_epi64(short_u, is_long, long_u);
    const auto v = _mm512_mask_mov_epi64(short_v, is_long, long_v);
    const auto mixed = folded(times(_mm512_xor_si512(u, v), multiplier));
    const auto hash = times(folded(times(_mm512_xor_si512(v, mixed), multiplier)), multiplier);

    // 1 to 3 bytes: the first, the middle and the last one. 0 bytes: a constant.
    const auto byte = all(0xFF);
    const auto middle_bits = _mm512_and_si512(_mm512_slli_epi64(size, 2), all(8));
    const auto middle = _mm512_and_si512(_mm512_srlv_epi64(low, middle_bits), byte);
    const auto last = _mm512_and_si512(_mm512_srlv_epi64(low, _mm512_sub_epi64(bits, all(8))), byte);
    const auto y = plus(_mm512_and_si512(low, byte), _mm512_slli_epi64(middle, 8));
    const auto z = plus(size, _mm512_slli_epi64(last, 2));
    const auto tiny = times(folded(_mm512_xor_si512(times(y, all(k2)), times(z, all(k0)))), all(k2));
    const auto with_tiny = _mm512_mask_mov_epi64(hash, _mm512_cmplt_epu64_mask(size, all(4)), tiny);
    return _mm512_mask_mov_epi64(with_tiny, _mm512_testn_epi64_mask(size, size), all(k2));
}

COLONNADE_AVX512 void hash_avx512(const std::uint8_t (*heads)[Fingerprints::head], const std::uint64_t* sizes,
                                  std::size_t count, std::uint64_t* out) {
    const auto even = _mm512_setr_epi64(0, 2, 4, 6, 8, 10, 12, 14);
    const auto odd = _mm512_setr_epi64(1, 3, 5, 7, 9, 11, 13, 15);
    for (std::size_t i = 0; i < count; i += 8) {
        const auto left = count - i;
        const auto lanes = static_cast<__mmask8>(left >= 8 ? 0xFFU : (1U << left) - 1);
        // A head is two words, so four heads fill a vector.
        const auto first = static_cast<__mmask8>(left >= 4 ? 0xFFU : (1U << 2 * left) - 1);
        const auto second = static_cast<__mmask8>(left >= 8 ? 0xFFU : left <= 4 ? 0 : (1U << 2 * (left - 4)) - 1);
        const auto lower = _mm512_maskz_loadu_epi64(first, heads + i);
        const auto upper = _mm512_maskz_loadu_epi64(second, heads + i + 4);
        const auto low = _mm512_permutex2var_epi64(lower, even, upper);
        const auto high = _mm512_permutex2var_epi64(lower, odd, upper);
        const auto size = _mm512_maskz_loadu_epi64(lanes, sizes + i);
        _mm512_mask_storeu_epi64(out + i, lanes, hash_heads(low, high, size));
    }
}

#endif

}  // namespace

bool Fingerprints::pay(std::size_t strings) { return chosen == cpu::Level::avx512 && strings >= fewest; }

std::span<const std::uint64_t> Fingerprints::hash() {
    const std::span<const std::uint64_t> hashes(hashes_, count_);
#ifdef COLONNADE_X86
    if (level_ == cpu::Level::avx512) {
        hash_avx512(heads_, sizes_, count_, hashes_);
        for (auto rest = long_; rest != 0; rest &= rest - 1) {
            const auto i = static_cast<std::size_t>(std::countr_zero(rest));
            hashes_[i] = fingerprint64(texts_[i], sizes_[i]);
        }
        return hashes;
    }
#endif
    for (std::size_t i = 0; i < count_; ++i) hashes_[i] = fingerprint64(texts_[i], sizes_[i]);
    return hashes;
}

}  // namespace colonnade
