// Which kernels this processor runs, found out once. COLONNADE_CPU=portable (or bmi2) in the environment
// forbids the ones beyond it.
#pragma once

#include <cstdint>

#if defined(__x86_64__) && defined(__GNUC__)
#define COLONNADE_X86 1
#endif

namespace colonnade::cpu {

enum class Level : std::uint8_t { portable, bmi2, avx512 };

// The best level of this processor, whatever the environment says.
[[nodiscard]] Level supported();
// The level in use.
[[nodiscard]] Level chosen();
// Whether the environment asks for portable kernels only.
[[nodiscard]] bool portable_wanted();

}  // namespace colonnade::cpu
