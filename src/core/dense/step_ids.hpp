// The ids of one column's steps, and the table that they are rows of.
#pragma once

#include <cstddef>
#include <cstdint>

namespace colonnade {

enum class Combiner : std::uint8_t { mean, sqrtn, sum };

// The ids of each step: a fixed number, or as many as `step_splits` [steps + 1] says.
struct StepIds {
    const std::int64_t* ids = nullptr;
    const float* weights = nullptr;  // of each id, or nullptr
    std::size_t steps = 0;
    std::size_t values = 1;                     // ids a step, where there are no splits
    const std::int64_t* step_splits = nullptr;  // validated by the caller

    // Read once: another thread may write into the ids between a check and a use.
    [[nodiscard]] std::int64_t id(std::size_t at) const { return *static_cast<const volatile std::int64_t*>(ids + at); }
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

}  // namespace colonnade
