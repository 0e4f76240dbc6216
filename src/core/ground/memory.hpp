// How much memory the process may still have, as far as the system tells. A system that promises more than it has
// ends processes when they use it; what goes beyond is refused before that.
#pragma once

#include <cstdint>
#include <string>

namespace colonnade::memory {

struct Figures {
    std::uint64_t available = UINT64_MAX;  // that may still be taken
    std::uint64_t resident = 0;            // that the process uses
};

// Where the system's files lie; tests have others.
inline std::string root;

// Of this machine and of the control groups that the process is in. What is not told there, limits nothing.
[[nodiscard]] Figures figures();

// Whether `bytes` may be taken besides `leased` ones, which may not have been used yet.
[[nodiscard]] constexpr bool fits(std::uint64_t bytes, std::uint64_t leased, const Figures& figures) {
    if (figures.available == UINT64_MAX) return true;
    if (bytes > figures.available) return false;
    const auto left = figures.available - bytes;
    return leased <= figures.resident || leased - figures.resident <= left;
}

}  // namespace colonnade::memory
