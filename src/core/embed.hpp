// Ids and numbers to dense steps: embedding lookup with combiners, indicator counts, numbers.
// Each writes a stretch of `width` columns into rows that are `stride` floats apart, so that several
// columns share one output without a concatenation.
#pragma once

#include <cstddef>
#include <cstdint>

#include "error.hpp"

namespace colonnade {

enum class Combiner : std::uint8_t { mean, sqrtn, sum };

// The ids of each step: a fixed number, or as many as `step_splits` [steps + 1] says.
struct StepIds {
    const std::int64_t* ids = nullptr;
    const float* weights = nullptr;  // of each id, or nullptr
    std::size_t steps = 0;
    std::size_t values = 1;                     // ids a step, where there are no splits
    const std::int64_t* step_splits = nullptr;  // validated by the caller

    [[nodiscard]] std::size_t begin(std::size_t step) const {
        return step_splits == nullptr ? step * values : static_cast<std::size_t>(step_splits[step]);
    }
};

struct Table {
    const float* rows = nullptr;  // [num_buckets, dimension]
    std::size_t num_buckets = 0;
    std::size_t dimension = 0;
    Combiner combiner = Combiner::mean;
    float max_norm = 0;  // 0: none
};

// Ids below 0 contribute nothing, and neither do weights that are not above 0, unless the combiner is
// sum; a step without ids is all zeros. An id beyond the table is an error that carries its step.
[[nodiscard]] Error embed(const StepIds& input, const Table& table, float* out, std::size_t stride);

// How often each id occurs in a step, or the sum of its weights. Ids outside the range contribute nothing.
void indicate(const StepIds& input, std::size_t num_buckets, float* out, std::size_t stride);

// Numbers [steps, width] as they are.
void place(const float* numbers, std::size_t steps, std::size_t width, float* out, std::size_t stride);

}  // namespace colonnade
