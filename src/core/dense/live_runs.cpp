#include "dense/live_runs.hpp"

#include <algorithm>
#include <bit>

namespace colonnade {
namespace {

// Shorter gaps are written as live steps, which costs less than to end a run.
constexpr std::size_t smallest_gap = 8;

std::uint64_t live_bits(std::int64_t id) { return ~static_cast<std::uint64_t>(id) >> 63; }
std::uint32_t live_bits(float number) { return std::bit_cast<std::uint32_t>(number); }

// Fast because padding is long, and sixteen items are asked about at once.
template <typename Item>
const Item* first_live(const Item* begin, const Item* end) {
    constexpr std::ptrdiff_t together = 16;
    for (; end - begin >= together; begin += together) {
        auto live = live_bits(*begin);
        for (std::ptrdiff_t i = 1; i < together; ++i) live |= live_bits(begin[i]);
        if (live != 0) break;
    }
    while (begin != end && live_bits(*begin) == 0) ++begin;
    return begin;
}

// Finds the live steps of one column. Fast because it goes forward only: each value is looked at once.
class Search {
public:
    Search(const DenseColumn& column, threads::Range steps) : column_(column), steps_(steps) {}

    // The first live step from `step` on, or the end. To be asked about later and later steps.
    std::size_t next(std::size_t step) {
        if (step >= next_) next_ = find(step);
        return next_;
    }

private:
    std::size_t find(std::size_t step) const {
        if (column_.kind == DenseKind::numbers) return find(column_.numbers, column_.width, step);
        if (column_.ids.step_splits != nullptr) return step;
        return find(column_.ids.ids, column_.ids.values, step);
    }

    template <typename Item>
    std::size_t find(const Item* items, std::size_t step_items, std::size_t step) const {
        if (step_items == 0) return steps_.end;
        const auto* found = first_live(items + step * step_items, items + steps_.end * step_items);
        return static_cast<std::size_t>(found - items) / step_items;
    }

    const DenseColumn& column_;
    threads::Range steps_;
    std::size_t next_ = 0;
};

}  // namespace

std::vector<threads::Range> live_runs(std::span<const DenseColumn> columns, threads::Range steps) {
    std::vector<Search> searches;
    for (const auto& column : columns) searches.emplace_back(column, steps);
    const auto next_live = [&](std::size_t step) {
        auto first = steps.end;
        for (auto& search : searches) {
            if (first == step) break;
            first = std::min(first, search.next(step));
        }
        return first;
    };
    std::vector<threads::Range> runs;
    for (auto live = next_live(steps.begin); live != steps.end;) {
        threads::Range run{live, live};
        for (; live < run.end + smallest_gap && live != steps.end; live = next_live(run.end)) {
            run.end = std::min(run.end + smallest_gap, steps.end);
        }
        runs.push_back(run);
    }
    return runs;
}

}  // namespace colonnade
