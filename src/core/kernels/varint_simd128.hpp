// Sixteen bytes at a time, in the instructions that every x86-64 (SSE2) or aarch64 (NEON) processor has.
#pragma once

#include "kernels/varint_words.hpp"

#ifdef COLONNADE_SIMD128

#ifdef COLONNADE_X86
#include <emmintrin.h>
#else
#include <arm_neon.h>
#endif

namespace colonnade::varint::simd128 {

#ifdef COLONNADE_X86

using Bytes = __m128i;

inline Bytes zero() { return _mm_setzero_si128(); }
inline Bytes load(const std::uint8_t* at) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at)); }
inline Bytes either(Bytes a, Bytes b) { return _mm_or_si128(a, b); }
inline Bytes subtract(Bytes a, Bytes b) { return _mm_sub_epi8(a, b); }
// All ones in each byte that continues.
inline Bytes continuing(Bytes bytes) { return _mm_cmpgt_epi8(_mm_setzero_si128(), bytes); }
// All ones in each four that are all ones.
inline Bytes whole_fours(Bytes bytes) { return _mm_cmpeq_epi32(bytes, _mm_set1_epi32(-1)); }
inline bool any(Bytes bytes) { return _mm_movemask_epi8(bytes) != 0; }
inline std::uint64_t sum(Bytes bytes) {
    const auto halves = _mm_sad_epu8(bytes, _mm_setzero_si128());
    return static_cast<std::uint64_t>(_mm_cvtsi128_si64(halves) + _mm_cvtsi128_si64(_mm_srli_si128(halves, 8)));
}

// The continuation bits of 64 bytes.
inline std::uint64_t continuations(const std::uint8_t* at) {
    const auto sixteen = [at](int i) {
        return static_cast<std::uint64_t>(static_cast<unsigned>(_mm_movemask_epi8(load(at + 16 * i)))) << (16 * i);
    };
    return sixteen(0) | sixteen(1) | sixteen(2) | sixteen(3);
}

#else

using Bytes = uint8x16_t;

inline Bytes zero() { return vdupq_n_u8(0); }
inline Bytes load(const std::uint8_t* at) { return vld1q_u8(at); }
inline Bytes either(Bytes a, Bytes b) { return vorrq_u8(a, b); }
inline Bytes subtract(Bytes a, Bytes b) { return vsubq_u8(a, b); }
// All ones in each byte that continues.
inline Bytes continuing(Bytes bytes) { return vcltzq_s8(vreinterpretq_s8_u8(bytes)); }
// All ones in each four that are all ones.
inline Bytes whole_fours(Bytes bytes) {
    return vreinterpretq_u8_u32(vceqq_u32(vreinterpretq_u32_u8(bytes), vdupq_n_u32(0xFFFFFFFF)));
}
inline bool any(Bytes bytes) { return vmaxvq_u8(bytes) != 0; }
inline std::uint64_t sum(Bytes bytes) { return vaddlvq_u8(bytes); }

// The continuation bits of 64 bytes: each byte keeps the bit of its place among eight, and neighbours are added.
inline std::uint64_t continuations(const std::uint8_t* at) {
    const auto places = vreinterpretq_u8_u64(vdupq_n_u64(0x8040201008040201));
    const auto sixteen = [&](int i) { return vandq_u8(continuing(load(at + 16 * i)), places); };
    const auto fours = vpaddq_u8(vpaddq_u8(sixteen(0), sixteen(1)), vpaddq_u8(sixteen(2), sixteen(3)));
    return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(fours, fours)), 0);
}

#endif

}  // namespace colonnade::varint::simd128

#endif
