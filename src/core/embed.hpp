// The ids of one column to dense steps: embedding lookup with combiners, and indicator counts. Each writes a
// column of a wider output, whose rows are `stride` floats apart.
#pragma once

#include <cstddef>
#include <cstdint>

#include "cpu.hpp"
#include "error.hpp"
#include "threads.hpp"

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

// Asks for table rows some ids before they are wanted: memory is slow to answer, but answers many at once.
// Skips padding, so that the first rows behind it are asked for too. Serves one walk over all steps.
class RowsAhead {
public:
    RowsAhead(const StepIds& input, const Table& table)
        : at_(input.ids), end_(input.ids + input.begin(input.steps)), table_(table) {
        constexpr int rows = 32;
        for (int i = 0; i < rows; ++i) ask();
    }

    // To be called once for each id that is looked up.
    void ask() {
        while (end_ - at_ >= 8 && (at_[0] & at_[1] & at_[2] & at_[3] & at_[4] & at_[5] & at_[6] & at_[7]) < 0) at_ += 8;
        while (at_ != end_ && *at_ < 0) ++at_;
        if (at_ == end_) return;
        const auto id = static_cast<std::size_t>(*at_++);
        if (id < table_.num_buckets) cpu::prefetch(table_.rows + id * table_.dimension);
    }

private:
    const std::int64_t* at_;
    const std::int64_t* end_;
    Table table_;
};

// Both write the steps of a range, the first of them to `out`.

// Ids below 0 contribute nothing, and neither do weights that are not above 0, unless the combiner is
// sum; a step without ids is all zeros. An id beyond the table is an error that carries its step.
[[nodiscard]] Error embed(const StepIds& input, threads::Range steps, const Table& table, RowsAhead& ahead, float* out,
                          std::size_t stride);

// How often each id occurs in a step, or the sum of its weights. Ids outside the range contribute nothing.
void indicate(const StepIds& input, threads::Range steps, std::size_t num_buckets, float* out, std::size_t stride);

}  // namespace colonnade
