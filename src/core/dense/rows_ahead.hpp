// Asks for table rows some ids before they are wanted: memory is slow to answer, but answers many at once.
#pragma once

#include <span>

#include "dense/step_ids.hpp"
#include "ground/cpu.hpp"
#include "ground/threads.hpp"

namespace colonnade {

// Serves one walk over some runs of steps, and goes from the end of one straight to the next.
class RowsAhead {
public:
    RowsAhead(const StepIds& input, const Table& table, std::span<const threads::Range> runs)
        : input_(input), table_(table), runs_(runs) {
        constexpr int rows = 32;
        for (int i = 0; i < rows; ++i) ask();
    }

    // To be called once for each id of those steps.
    void ask() {
        while (at_ == end_) {
            if (runs_.empty()) return;
            at_ = input_.ids + input_.begin(runs_.front().begin);
            end_ = input_.ids + input_.begin(runs_.front().end);
            runs_ = runs_.subspan(1);
        }
        const auto id = static_cast<std::uint64_t>(*at_++);
        if (id < table_.num_buckets) cpu::prefetch(table_.rows + id * table_.dimension);
    }

private:
    StepIds input_;
    Table table_;
    std::span<const threads::Range> runs_;
    const std::int64_t* at_ = nullptr;
    const std::int64_t* end_ = nullptr;
};

}  // namespace colonnade
