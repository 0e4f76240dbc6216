// Remainders by one divisor. Fast because a multiplication and two shifts replace the division, and no step
// depends on the value. Source: Granlund and Montgomery, Division by Invariant Integers (1994), figure 4.1.
#pragma once

#include <bit>
#include <cstdint>

namespace colonnade {

class Modulo {
public:
    explicit Modulo(std::uint64_t divisor) : divisor_(divisor) {
        // 2^bits is the first power of two that is not below the divisor.
        const auto bits = static_cast<int>(std::bit_width(divisor - 1));
        const auto power = bits == 64 ? -divisor : (std::uint64_t{1} << bits) - divisor;
        multiplier_ = static_cast<std::uint64_t>((static_cast<Wide>(power) << 64) / divisor + 1);
        first_shift_ = bits == 0 ? 0 : 1;
        second_shift_ = bits == 0 ? 0 : bits - 1;
    }

    [[nodiscard]] std::uint64_t operator()(std::uint64_t value) const {
        const auto high = static_cast<std::uint64_t>((static_cast<Wide>(value) * multiplier_) >> 64);
        return value - ((high + ((value - high) >> first_shift_)) >> second_shift_) * divisor_;
    }

private:
    __extension__ using Wide = unsigned __int128;

    std::uint64_t divisor_;
    std::uint64_t multiplier_;
    int first_shift_;
    int second_shift_;
};

}  // namespace colonnade
