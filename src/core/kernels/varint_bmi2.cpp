#include "kernels/varint_simd128.hpp"

#ifdef COLONNADE_X86

#include <immintrin.h>

namespace colonnade::varint {
namespace {

#define COLONNADE_BMI2 [[gnu::target("bmi,bmi2")]]

struct Extract {
    COLONNADE_BMI2 std::uint64_t operator()(std::uint64_t word, int bits) const {
        return _pext_u64(word, payload >> (64 - bits));
    }
};

}  // namespace

// Fast because one instruction takes the payload bits of a varint out of a word and joins them. Its count is
// the one of simd128.
COLONNADE_BMI2 void decode_bmi2(const std::uint8_t* at, const std::uint8_t* end, std::int64_t* out) {
    decode_blocks(at, end, out, [](const std::uint8_t* block) { return simd128::continuations(block); }, Extract{});
}

}  // namespace colonnade::varint

#endif
