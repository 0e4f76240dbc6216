// Declared normalizers: numbers of records in float64, one step after the other, rounded to float32 once.
// The bits are those of colonnade.columns._normalizers, so every step is one that IEEE 754 rounds exactly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "ground/error.hpp"

namespace colonnade {

class Normalizer {
public:
    enum class Op : std::uint8_t {
        scale,  // (x - first) / second
        clip,   // not below first, not above second
    };

    // Parameters: one number for all places of a step of the column, or one for each.
    struct Step {
        Op op = Op::scale;
        std::vector<double> first;
        std::vector<double> second;
    };

    Normalizer() = default;
    // Parameters of all steps that are not one number must be equally many.
    explicit Normalizer(std::vector<Step> steps);

    // Whether numbers stay as they are.
    [[nodiscard]] bool empty() const { return steps_.empty(); }

    // Normalizes numbers that begin with a step of the column; `out` may be `numbers`. A number that float32
    // cannot hold is an error, whose `got` has the bits of the float64.
    [[nodiscard]] Error apply(const float* numbers, std::size_t count, float* out) const;
    [[nodiscard]] Error apply(const std::int64_t* numbers, std::size_t count, float* out) const;

private:
    template <typename Number>
    [[nodiscard]] Error apply_to(const Number* numbers, std::size_t count, float* out) const;

    std::vector<Step> steps_;  // parameters repeated to `period_`
    std::size_t period_ = 1;
};

}  // namespace colonnade
