// The level in use: the best there is, or what the environment allows, never more than there is.
#include "ground/cpu.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "check.hpp"

namespace {

using namespace colonnade;

// What a process of its own makes of COLONNADE_CPU, since a level is chosen once.
bool chooses(const char* asked, cpu::Level expected) {
    const auto child = fork();
    if (child == 0) {
        setenv("COLONNADE_CPU", asked, 1);
        const bool portable = expected == cpu::Level::portable;
        _exit(cpu::chosen() == expected && cpu::portable_wanted() == portable ? 0 : 1);
    }
    int status = 0;
    return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

int main() {
    const auto best = cpu::supported();
    CHECK(chooses("portable", cpu::Level::portable));
#ifdef COLONNADE_SIMD128
    CHECK(chooses("simd128", std::min(best, cpu::Level::simd128)));
    CHECK(chooses("bmi2", std::min(best, cpu::Level::bmi2)));
    CHECK(chooses("", best) && chooses("whatever", best));
#endif
    cpu::prefetch(nullptr);  // asks, and never reads
    return failures();
}
