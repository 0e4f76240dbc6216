#include "ground/cpu.hpp"

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace colonnade::cpu {

Level supported() {
#ifdef COLONNADE_X86
    // Zen 1 and 2 have pext as a slow microprogram.
    const bool slow_pext = __builtin_cpu_is("znver1") || __builtin_cpu_is("znver2");
    const bool bmi2 = __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt") && !slow_pext;
    const bool avx512 = __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
                        __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2") &&
                        __builtin_cpu_supports("avx512vl");
    if (bmi2 && avx512) return Level::avx512;
    if (bmi2) return Level::bmi2;
#endif
#ifdef COLONNADE_SIMD128
    return Level::simd128;
#else
    return Level::portable;
#endif
}

namespace {

std::string_view asked() {
    const char* name = std::getenv("COLONNADE_CPU");
    return name == nullptr ? "" : name;
}

}  // namespace

bool portable_wanted() { return asked() == "portable"; }

Level chosen() {
    static const Level level = [] {
        if (portable_wanted()) return Level::portable;
        if (asked() == "simd128") return std::min(supported(), Level::simd128);
        if (asked() == "bmi2") return std::min(supported(), Level::bmi2);
        return supported();
    }();
    return level;
}

}  // namespace colonnade::cpu
