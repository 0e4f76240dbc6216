#include "kernels/crc32c_fold.hpp"

#include "ground/cpu.hpp"

#ifdef COLONNADE_X86

#include <immintrin.h>

#define COLONNADE_FOLD [[gnu::target("avx512f,avx512vl,vpclmulqdq,pclmul,sse4.2")]]

namespace colonnade {
namespace {

using u32 = std::uint32_t;
using u64 = std::uint64_t;

constexpr u32 polynomial = 0x82F63B78;  // bits reversed, so x^0 is the highest bit

constexpr u32 power_of_x(int exponent) {
    u32 power = u32{1} << 31;
    while (exponent-- > 0) power = (power >> 1) ^ ((power & 1) != 0 ? polynomial : 0);
    return power;
}

// Factors that move the halves of 128 bits `bits` further on, modulo the polynomial. In reversed order a
// product of two halves comes out multiplied by x^33, and the low half stands 64 bits ahead of the high one.
struct Factors {
    u64 low;
    u64 high;
};

constexpr Factors factors(int bits) { return {power_of_x(bits + 64 - 33), power_of_x(bits - 33)}; }

constexpr auto by_256_bytes = factors(8 * 256);
constexpr auto by_64_bytes = factors(8 * 64);

COLONNADE_FOLD inline __m512i everywhere(Factors each) {
    const auto low = static_cast<long long>(each.low);
    const auto high = static_cast<long long>(each.high);
    return _mm512_set4_epi64(high, low, high, low);
}

// `bytes` moved on by what the factors say, and added to `next`.
COLONNADE_FOLD inline __m512i fold(__m512i bytes, __m512i by, __m512i next) {
    return _mm512_ternarylogic_epi64(_mm512_clmulepi64_epi128(bytes, by, 0x00),
                                     _mm512_clmulepi64_epi128(bytes, by, 0x11), next, 0x96);
}

template <bool copying>
COLONNADE_FOLD inline __m512i take(std::uint8_t* to, const std::uint8_t* from, std::size_t at) {
    const auto bytes = _mm512_loadu_si512(from + at);
    if constexpr (copying) _mm512_storeu_si512(to + at, bytes);
    return bytes;
}

// Four accumulators, because a multiplication takes longer than the loads that feed it.
template <bool copying>
COLONNADE_FOLD u32 fold_all(u32 state, std::uint8_t* to, const std::uint8_t* from, std::size_t size) {
    const auto start = _mm512_set_epi64(0, 0, 0, 0, 0, 0, 0, state);
    __m512i sums[4];
    for (std::size_t i = 0; i < 4; ++i) sums[i] = take<copying>(to, from, i * 64);
    sums[0] = _mm512_xor_si512(sums[0], start);
    std::size_t at = 256;
    for (; at + 256 <= size; at += 256)
        for (std::size_t i = 0; i < 4; ++i)
            sums[i] = fold(sums[i], everywhere(by_256_bytes), take<copying>(to, from, at + i * 64));
    for (std::size_t i = 1; i < 4; ++i) sums[0] = fold(sums[0], everywhere(by_64_bytes), sums[i]);
    for (; at < size; at += 64) sums[0] = fold(sums[0], everywhere(by_64_bytes), take<copying>(to, from, at));

    u64 words[8];
    _mm512_storeu_si512(words, sums[0]);
    u64 reduced = 0;
    for (const auto word : words) reduced = _mm_crc32_u64(reduced, word);
    return static_cast<u32>(reduced);
}

}  // namespace

bool crc32c_can_fold() {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("vpclmulqdq") && __builtin_cpu_supports("sse4.2");
}

u32 crc32c_fold(u32 state, void* to, const void* from, std::size_t size) {
    const auto* bytes = static_cast<const std::uint8_t*>(from);
    if (to == nullptr) return fold_all<false>(state, nullptr, bytes, size);
    return fold_all<true>(state, static_cast<std::uint8_t*>(to), bytes, size);
}

}  // namespace colonnade

#else

namespace colonnade {

bool crc32c_can_fold() { return false; }

std::uint32_t crc32c_fold(std::uint32_t state, void*, const void*, std::size_t) { return state; }  // never called

}  // namespace colonnade

#endif
