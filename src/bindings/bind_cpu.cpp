// Which kernels are in use, for tests that force them.
#include "bindings.hpp"
#include "ground/cpu.hpp"

namespace colonnade::bindings {
namespace {

const char* name(cpu::Level level) {
    switch (level) {
        case cpu::Level::portable: return "portable";
        case cpu::Level::simd128: return "simd128";
        case cpu::Level::bmi2: return "bmi2";
        case cpu::Level::avx512: return "avx512";
    }
    return "unknown";
}

}  // namespace

void bind_cpu(nb::module_& module) {
    module.def("cpu_level", [] { return name(cpu::chosen()); }, "The level of the kernels in use.");
    module.def("best_cpu_level", [] { return name(cpu::supported()); }, "The best level of this processor.");
}

}  // namespace colonnade::bindings
