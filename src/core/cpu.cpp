#include "cpu.hpp"

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace colonnade::cpu {

Level supported() {
#ifdef COLONNADE_X86
    const bool bmi2 = __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
    const bool avx512 = __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi") &&
                        __builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("avx512vl");
    if (bmi2 && avx512) return Level::avx512;
    if (bmi2) return Level::bmi2;
#endif
    return Level::portable;
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
        return asked() == "bmi2" ? std::min(supported(), Level::bmi2) : supported();
    }();
    return level;
}

}  // namespace colonnade::cpu
