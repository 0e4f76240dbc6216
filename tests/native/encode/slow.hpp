// Truncation and layout of sequences, one step after the other.
#pragma once

#include "encode/given.hpp"
#include "encode/layout.hpp"
#include "random.hpp"

namespace slow {

using namespace colonnade;
using given::Steps;
using given::Table;

inline GroupPlan any_group(Random& random) {
    GroupPlan group;
    group.jagged = random.below(2) == 0;
    group.max_length = static_cast<std::int64_t>(random.below(7)) - 1;
    group.keep_first = random.below(2) == 0;
    group.pad_left = random.below(2) == 0;
    group.pad_to_multiple_of = 1 + random.below(3);
    return group;
}

template <typename T>
Steps<T> kept(const Steps<T>& row, const GroupPlan& group) {
    Steps<T> out = row;
    while (group.max_length >= 0 && out.size() > static_cast<std::size_t>(group.max_length)) {
        out.erase(group.keep_first ? out.end() - 1 : out.begin());
    }
    return out;
}

template <typename T>
Table<T> kept(const Table<T>& table, const GroupPlan& group) {
    Table<T> out;
    for (const auto& row : table) out.push_back(kept(row, group));
    return out;
}

// Steps in a padded row.
template <typename T>
std::size_t width(const Table<T>& all_kept, const GroupPlan& group) {
    std::size_t longest = 0;
    for (const auto& row : all_kept) longest = std::max(longest, row.size());
    while (longest % group.pad_to_multiple_of != 0) ++longest;
    return longest;
}

// Values in the step with the most.
template <typename T>
std::size_t widest_step(const Table<T>& all_kept) {
    std::size_t widest = 0;
    for (const auto& row : all_kept) {
        for (const auto& step : row) widest = std::max(widest, step.size());
    }
    return widest;
}

// All values, each step padded to `step_width`, and each row to the longest; or side by side when jagged.
template <typename T>
std::vector<T> lay_out(const Table<T>& table, const GroupPlan& group, T padding, std::size_t step_width) {
    std::vector<T> out;
    const auto rows = kept(table, group);
    for (auto row : rows) {
        const auto missing = group.jagged ? 0 : width(rows, group) - row.size();
        row.insert(group.pad_left ? row.begin() : row.end(), missing, {});
        for (auto step : row) {
            if (!group.jagged) step.resize(step_width, padding);
            out.insert(out.end(), step.begin(), step.end());
        }
    }
    return out;
}

// One true for each step that is kept.
template <typename T>
std::vector<bool> mask(const Table<T>& table, const GroupPlan& group) {
    Table<std::uint8_t> flags;
    for (const auto& row : kept(table, group)) flags.emplace_back(row.size(), std::vector<std::uint8_t>{1});
    auto all = group;
    all.max_length = -1;
    const auto laid_out = lay_out<std::uint8_t>(flags, all, 0, 1);
    return {laid_out.begin(), laid_out.end()};
}

template <typename T>
std::vector<std::int64_t> lengths(const Table<T>& table, const GroupPlan& group) {
    std::vector<std::int64_t> out;
    for (const auto& row : kept(table, group)) out.push_back(static_cast<std::int64_t>(row.size()));
    return out;
}

template <typename T>
std::vector<std::int64_t> step_splits(const Table<T>& table, const GroupPlan& group) {
    std::vector<std::int64_t> out{0};
    for (const auto& row : kept(table, group)) {
        for (const auto& step : row) out.push_back(out.back() + static_cast<std::int64_t>(step.size()));
    }
    return out;
}

inline std::vector<std::int64_t> splits_of(const std::vector<std::int64_t>& lengths) {
    std::vector<std::int64_t> out{0};
    for (const auto length : lengths) out.push_back(out.back() + length);
    return out;
}

}  // namespace slow
