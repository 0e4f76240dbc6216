#include "kernels/bounds.hpp"

#ifdef COLONNADE_X86
#include <immintrin.h>
#endif

namespace colonnade::bounds {
namespace {

// Fast because one sign bit gathers every violation, so the loop has no branch.
bool portable(const std::int64_t* ids, std::size_t count, std::uint64_t last) {
    std::uint64_t signs = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const auto id = static_cast<std::uint64_t>(ids[i]);
        signs |= id | (last - id);
    }
    return signs >> 63 == 0;
}

#ifdef COLONNADE_X86

// The same, eight ids at a time.
[[gnu::target("avx512f")]] bool avx512(const std::int64_t* ids, std::size_t count, std::uint64_t last) {
    const auto highest = _mm512_set1_epi64(static_cast<long long>(last));
    auto signs = _mm512_setzero_si512();
    for (std::size_t i = 0; i < count; i += 8) {
        const auto lanes = count - i >= 8 ? 0xFFU : (1U << (count - i)) - 1;
        const auto eight = _mm512_maskz_loadu_epi64(static_cast<__mmask8>(lanes), ids + i);
        signs = _mm512_or_si512(signs, _mm512_or_si512(eight, _mm512_sub_epi64(highest, eight)));
    }
    return _mm512_test_epi64_mask(signs, _mm512_set1_epi64(INT64_MIN)) == 0;
}

#endif

const auto chosen = cpu::chosen();

}  // namespace

bool all_below(const std::int64_t* ids, std::size_t count, std::int64_t num_buckets, cpu::Level level) {
    const auto last = static_cast<std::uint64_t>(num_buckets - 1);
#ifdef COLONNADE_X86
    if (level == cpu::Level::avx512) return avx512(ids, count, last);
#endif
    (void)level;
    return portable(ids, count, last);
}

bool all_below(const std::int64_t* ids, std::size_t count, std::int64_t num_buckets) {
    return all_below(ids, count, num_buckets, chosen);
}

}  // namespace colonnade::bounds
