// Repeatable randomness for the native tests.
#pragma once

#include <cstdint>
#include <vector>

class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    // SplitMix64 (Steele, Lea and Flood, 2014).
    std::uint64_t next() {
        auto z = state_ += 0x9E3779B97F4A7C15u;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        return z ^ (z >> 31);
    }
    std::size_t below(std::size_t limit) { return static_cast<std::size_t>(next() % limit); }
    std::uint8_t byte() { return static_cast<std::uint8_t>(next()); }

private:
    std::uint64_t state_;
};
