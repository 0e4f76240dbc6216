// Runs of live steps against a look at every value.
#include "dense/live_runs.hpp"

#include <limits>

#include "check.hpp"
#include "random.hpp"

namespace {

using namespace colonnade;

// A column's values and which of its steps hold one, mostly in long stretches.
struct Values {
    std::vector<std::int64_t> ids;
    std::vector<float> numbers;
    std::vector<bool> live;
    std::size_t width = 1;

    Values(Random& random, std::size_t steps) : width(random.below(4)) {
        constexpr float odd[] = {-0.0F, 1, -1e-40F, std::numeric_limits<float>::quiet_NaN()};
        bool stretch = false;
        for (std::size_t step = 0; step < steps; ++step) {
            if (random.below(20) == 0) stretch = random.below(3) == 0;
            const bool wanted = stretch && width != 0 && random.below(8) != 0;
            const auto place = width == 0 ? 0 : random.below(width);
            for (std::size_t i = 0; i < width; ++i) {
                const bool here = wanted && i == place;
                ids.push_back(here                   ? static_cast<std::int64_t>(random.below(3))
                              : random.below(9) == 0 ? INT64_MIN
                                                     : -1);
                numbers.push_back(here ? odd[random.below(4)] : 0);
            }
            live.push_back(wanted);
        }
    }

    [[nodiscard]] DenseColumn column(bool as_numbers) const {
        DenseColumn made;
        made.kind = as_numbers ? DenseKind::numbers : DenseKind::indicator;
        made.width = as_numbers ? width : 3;
        made.ids = {ids.data(), nullptr, live.size(), width, nullptr};
        made.numbers = numbers.data();
        return made;
    }
};

bool any_live(const std::vector<Values>& values, std::size_t step) {
    for (const auto& one : values) {
        if (one.live[step]) return true;
    }
    return false;
}

void every_live_step_is_in_a_run() {
    Random random(11);
    for (int round = 0; round < 3000; ++round) {
        const auto steps = random.below(300);
        std::vector<Values> values;
        std::vector<DenseColumn> columns;
        for (auto count = random.below(3) + 1; count > 0; --count) values.emplace_back(random, steps);
        for (const auto& one : values) columns.push_back(one.column(random.below(2) == 0));
        const auto begin = random.below(steps + 1);
        const threads::Range range{begin, begin + random.below(steps - begin + 1)};
        auto at = range.begin;
        for (const auto& run : live_runs(columns, range)) {
            CHECK(run.begin >= at && run.begin < run.end && run.end <= range.end);
            for (; at < run.begin; ++at) CHECK(!any_live(values, at));
            CHECK(any_live(values, run.begin));
            // What padding a run holds is short.
            std::size_t dead = 0;
            for (; at < run.end; ++at) {
                dead = any_live(values, at) ? 0 : dead + 1;
                CHECK(dead < 16);
            }
        }
        for (; at < range.end; ++at) CHECK(!any_live(values, at));
    }
}

void jagged_steps_are_all_live() {
    const std::vector<std::int64_t> splits{0, 0, 0, 0};
    DenseColumn column;
    column.kind = DenseKind::indicator;
    column.ids = {nullptr, nullptr, 3, 0, splits.data()};
    const auto runs = live_runs({&column, 1}, {0, 3});
    CHECK(runs.size() == 1 && runs[0].begin == 0 && runs[0].end == 3);
}

}  // namespace

int main() {
    every_live_step_is_in_a_run();
    jagged_steps_are_all_live();
    return failures();
}
