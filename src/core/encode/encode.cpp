#include "encode/encode.hpp"

#include <algorithm>
#include <numeric>

#include "ground/interrupt.hpp"

namespace colonnade {
namespace {

using slots::Scratch;

// Calls `work(range)` for ranges that cover all rows, on several threads. Of several errors, the one of the
// first slot is given, and of those the first row's.
template <typename Work>
[[nodiscard]] Error in_ranges(std::size_t rows, std::size_t threads, Work work) {
    const auto parts = threads::parts_of(rows, threads);
    if (parts == 1) return work(threads::Range{0, rows});
    std::vector<Error> errors(parts);
    threads::run(parts, threads, [&](std::size_t part) { errors[part] = work(threads::range_of(part, parts, rows)); });
    const auto later = [](const Error& error) { return std::pair(!error, error.slot); };
    return *std::ranges::min_element(errors, {}, later);
}

[[nodiscard]] Error weights_error(std::size_t row, std::int64_t got, std::int64_t expected) {
    return row_error(Code::weights_mismatch, row, static_cast<std::size_t>(got), static_cast<std::size_t>(expected));
}

// Weights must be as many as the ids, step by step.
[[nodiscard]] Error check_weights(const Source& source, bool context, std::size_t row) {
    const auto& ids = *source.ids;
    return std::visit(
        [&](const RowsOfKey auto& weights) -> Error {
            const auto got = static_cast<std::int64_t>(weights.values(row));
            const auto expected = static_cast<std::int64_t>(ids.values(row));
            if (got != expected || (!context && weights.steps(row) != ids.steps(row))) {
                return weights_error(row, got, expected);
            }
            if (context || (!ids.nested() && !weights.nested())) return {};
            if (!weights.nested()) return weights_error(row, got, expected);
            const auto steps = ids.steps(row);
            Scratch<std::int64_t> splits(steps + 1);
            std::iota(splits.begin(), splits.end(), 0);
            if (ids.nested()) ids.splits(row, splits.data());
            const auto* weight_splits = weights.step_splits(row);
            for (std::size_t step = 0; step < steps; ++step) {
                const auto weights_here = weight_splits[step + 1] - weight_splits[step];
                const auto ids_here = splits[step + 1] - splits[step];
                if (weights_here == ids_here) continue;
                auto error = weights_error(row, weights_here, ids_here);
                error.step = static_cast<std::int64_t>(step);
                return error;
            }
            return {};
        },
        *source.weights);
}

[[nodiscard]] Error check_ids(const Source& source, bool context, std::size_t row) {
    if (auto error = source.ids->check(row)) return error;
    return source.weights ? check_weights(source, context, row) : Error{};
}

// Whether one row of a context slot is sound.
[[nodiscard]] Error check_context(const SlotPlan& slot, const Source& source, std::size_t row) {
    if (!slot.is_numbers()) return check_ids(source, true, row);
    return std::visit(
        [&](const RowsOfKey auto& numbers) {
            return check_context(numbers, row, slot.step_values, !slot.default_numbers.empty());
        },
        *source.numbers);
}

// The steps of one row of a slot, once it is known to be sound.
[[nodiscard]] Error count_steps(const SlotPlan& slot, const Source& source, std::size_t row, std::size_t& steps) {
    if (!slot.is_numbers()) {
        if (auto error = check_ids(source, false, row)) return error;
        steps = source.ids->steps(row);
        return {};
    }
    return std::visit(
        [&](const RowsOfKey auto& numbers) -> Error {
            if (auto error = check_steps(numbers, row, slot.step_values)) return error;
            steps = numbers.nested() ? numbers.steps(row) : numbers.values(row) / slot.step_values;
            return {};
        },
        *source.numbers);
}

// Counts the steps of some rows, equal for all slots of a group.
[[nodiscard]] Error count_rows(const SlotPlan& slot, const Source& source, bool is_first, threads::Range range,
                               Layout& layout) {
    interrupt::Pace pace;
    for (auto row = range.begin; row < range.end; ++row) {
        std::size_t steps = 0;
        if (auto error = count_steps(slot, source, row, steps)) return error;
        if (is_first) layout.rows[row].steps = steps;
        if (steps != layout.rows[row].steps) {
            return row_error(Code::unequal_lengths, row, steps, layout.rows[row].steps);
        }
        pace(steps);
    }
    return {};
}

[[nodiscard]] Error check_rows(const SlotPlan& slot, const Source& source, threads::Range range) {
    interrupt::Pace pace;
    for (auto row = range.begin; row < range.end; ++row, pace(0)) {
        if (auto error = check_context(slot, source, row)) return error;
    }
    return {};
}

// All that may be wrong with rows before their values are looked at. Slots lie group by group.
[[nodiscard]] Error count(const EncodePlan& plan, std::span<const Source> sources, threads::Range range,
                          std::span<Layout> layouts) {
    std::size_t first = 0;
    for (std::size_t s = 0; s < plan.slots.size(); ++s) {
        const auto& slot = plan.slots[s];
        if (plan.slots[first].group != slot.group) first = s;
        auto error = plan.groups[slot.group].context
                         ? check_rows(slot, sources[s], range)
                         : count_rows(slot, sources[s], s == first, range, layouts[slot.group]);
        if (!error) continue;
        error.slot = static_cast<std::int32_t>(s);
        // One that names a key lies between the keys of a cross.
        if (error.code == Code::unequal_lengths && error.key < 0) error.other_slot = static_cast<std::int32_t>(first);
        return error;
    }
    return {};
}

[[nodiscard]] std::unique_ptr<SlotWriter> slot_writer(const EncodePlan& plan, std::size_t s, const Source& source,
                                                      const Layout& layout, EncodedSlot& out) {
    const auto& slot = plan.slots[s];
    if (plan.groups[slot.group].context) return context_slot(slot, source, layout.rows.size(), out);
    if (!slot.is_numbers() && source.ids->nested()) return nested_slot(slot, source, layout, out);
    return flat_slot(slot, source, layout, out);
}

}  // namespace

Error encode(const EncodePlan& plan, std::span<const Source> sources, std::size_t rows, Encoded& out,
             std::size_t threads) {
    std::vector<Layout> layouts(plan.groups.size());
    for (auto& layout : layouts) layout.rows.resize(rows);
    auto error = in_ranges(rows, threads, [&](threads::Range range) { return count(plan, sources, range, layouts); });
    if (error) return error;

    out.groups.resize(plan.groups.size());
    for (std::size_t g = 0; g < plan.groups.size(); ++g) {
        if (plan.groups[g].context) continue;
        layouts[g].arrange(plan.groups[g]);
        if (auto failed = layouts[g].make(out.groups[g])) return failed;
    }
    out.slots.resize(plan.slots.size());
    std::vector<std::unique_ptr<SlotWriter>> writers;
    for (std::size_t s = 0; s < plan.slots.size(); ++s) {
        writers.push_back(slot_writer(plan, s, sources[s], layouts[plan.slots[s].group], out.slots[s]));
        if (auto failed = writers[s]->make()) {
            failed.slot = static_cast<std::int32_t>(s);
            return failed;
        }
    }
    return in_ranges(rows, threads, [&](threads::Range range) -> Error {
        for (std::size_t g = 0; g < plan.groups.size(); ++g) {
            if (!plan.groups[g].context) layouts[g].write(range, out.groups[g]);
        }
        for (std::size_t s = 0; s < plan.slots.size(); ++s) {
            if (auto failed = writers[s]->write(range)) {
                failed.slot = static_cast<std::int32_t>(s);
                return failed;
            }
        }
        return {};
    });
}

}  // namespace colonnade
