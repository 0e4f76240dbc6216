// Which kernels this processor runs, found out once. COLONNADE_CPU in the environment (portable, simd128 or
// bmi2) forbids the ones beyond it.
#pragma once

#include <cstdint>

#if defined(__x86_64__) && defined(__GNUC__)
#define COLONNADE_X86 1
#endif
#if defined(COLONNADE_X86) || defined(__aarch64__)
#define COLONNADE_SIMD128 1
#endif

namespace colonnade::cpu {

// Plain words; SSE2 or NEON, which every x86-64 or aarch64 processor has; and beyond.
enum class Level : std::uint8_t { portable, simd128, bmi2, avx512 };

// The best level of this processor, whatever the environment says.
[[nodiscard]] Level supported();
// The level in use.
[[nodiscard]] Level chosen();
// Whether the environment asks for portable kernels only.
[[nodiscard]] bool portable_wanted();

// Asks for the cache line at `address`, which will be read soon.
inline void prefetch(const void* address) {
#ifdef __GNUC__
    __builtin_prefetch(address);
#else
    (void)address;
#endif
}

}  // namespace colonnade::cpu
