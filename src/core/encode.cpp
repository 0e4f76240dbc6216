#include "encode.hpp"

#include <algorithm>

namespace colonnade {
namespace {

template <typename T>
using Scratch = std::vector<T, pool::Allocator<T>>;

constexpr float no_weight = 0;

[[nodiscard]] Error row_error(Code code, std::size_t row, std::size_t got, std::size_t expected) {
    Error error;
    error.code = code;
    error.record = static_cast<std::int64_t>(row);
    error.got = static_cast<std::int64_t>(got);
    error.expected = static_cast<std::int64_t>(expected);
    return error;
}

[[nodiscard]] bool nested(const Rows& rows) {
    return std::visit([](const auto& source) { return source.nested(); }, rows);
}

[[nodiscard]] std::size_t values_of(const Rows& rows, std::size_t row) {
    return std::visit([&](const auto& source) { return source.values(row); }, rows);
}

void make_numbers(const Rows& rows, std::size_t row, Scratch<std::int64_t>& scratch, float* out) {
    std::visit(
        [&](const auto& source) {
            if (source.kind() == Kind::floats) return source.floats(row, out);
            scratch.resize(source.values(row));
            source.int64s(row, scratch.data());
            std::ranges::transform(scratch, out, [](std::int64_t value) { return static_cast<float>(value); });
        },
        rows);
}

// Weights must be as many as the ids, step by step.
[[nodiscard]] Error check_weights(const Source& source, std::size_t rows) {
    return std::visit(
        [&](const auto& ids, const auto& weights) -> Error {
            for (std::size_t row = 0; row < rows; ++row) {
                if (ids.steps(row) != weights.steps(row) || ids.nested() != weights.nested()) {
                    return row_error(Code::weights_mismatch, row, weights.values(row), ids.values(row));
                }
                if (!ids.nested()) continue;
                const auto* a = ids.step_splits(row);
                const auto* b = weights.step_splits(row);
                for (std::size_t step = 0; step < ids.steps(row); ++step) {
                    const auto got = b[step + 1] - b[step];
                    const auto expected = a[step + 1] - a[step];
                    if (got == expected) continue;
                    auto error = row_error(Code::weights_mismatch, row, static_cast<std::size_t>(got),
                                           static_cast<std::size_t>(expected));
                    error.step = static_cast<std::int64_t>(step);
                    return error;
                }
            }
            return {};
        },
        source.values, *source.weights);
}

// Numbers: a flat row holds whole steps, and each step of a nested one is whole.
template <typename Numbers>
[[nodiscard]] Error count_number_steps(const SlotPlan& slot, const Numbers& source, std::size_t row,
                                       std::size_t& steps) {
    if (!source.nested()) {
        if (steps % slot.step_values != 0) return row_error(Code::partial_step, row, steps, slot.step_values);
        steps /= slot.step_values;
        return {};
    }
    const auto* splits = source.step_splits(row);
    for (std::size_t step = 0; step < steps; ++step) {
        const auto values = static_cast<std::size_t>(splits[step + 1] - splits[step]);
        if (values == slot.step_values) continue;
        auto error = row_error(Code::partial_step, row, values, slot.step_values);
        error.step = static_cast<std::int64_t>(step);
        return error;
    }
    return {};
}

// Steps of every row, equal for all slots of the group.
[[nodiscard]] Error count_steps(const EncodePlan& plan, std::size_t group, std::span<const Source> sources,
                                Layout& layout) {
    std::size_t first = plan.slots.size();
    for (std::size_t s = 0; s < plan.slots.size(); ++s) {
        const auto& slot = plan.slots[s];
        if (slot.group != group) continue;
        const bool is_first = first == plan.slots.size();
        if (is_first) first = s;
        auto error = std::visit(
            [&](const auto& source) -> Error {
                for (std::size_t row = 0; row < layout.rows.size(); ++row) {
                    std::size_t steps = source.steps(row);
                    if (slot.ids.op == Op::numbers) {
                        if (auto partial = count_number_steps(slot, source, row, steps)) return partial;
                    }
                    if (is_first) layout.rows[row].steps = steps;
                    if (layout.rows[row].steps == steps) continue;
                    auto unequal = row_error(Code::unequal_lengths, row, steps, layout.rows[row].steps);
                    unequal.other_slot = static_cast<std::int32_t>(first);
                    return unequal;
                }
                return {};
            },
            sources[s].values);
        if (error) {
            error.slot = static_cast<std::int32_t>(s);
            return error;
        }
    }
    return {};
}

// Writes one array of a sequence group. `make(row, out)` gives all items of a row; only rows that lose
// steps take the way through scratch memory.
template <typename Item, typename Make>
[[nodiscard]] Error write_rows(const Layout& layout, std::size_t step_items, Item padding, Item* out, Make make) {
    Scratch<Item> scratch;
    for (std::size_t i = 0; i < layout.rows.size(); ++i) {
        const auto& row = layout.rows[i];
        auto* to = out + row.to * step_items;
        if (row.kept == row.steps) {
            if (auto error = make(i, to)) return error;
        } else {
            scratch.resize(row.steps * step_items);
            if (auto error = make(i, scratch.data())) return error;
            std::copy_n(scratch.data() + row.skipped * step_items, row.kept * step_items, to);
        }
        if (layout.jagged) continue;
        auto* begin = out + i * layout.width * step_items;
        std::fill(begin, to, padding);
        std::fill(to + row.kept * step_items, begin + layout.width * step_items, padding);
    }
    return {};
}

[[nodiscard]] Error make_steps(const Layout& layout, Dtype dtype, Array& out) {
    if (layout.jagged) return Array::make(dtype, {layout.total}, out);
    return Array::make(dtype, {layout.rows.size(), layout.width}, out);
}

[[nodiscard]] Error encode_numbers(const SlotPlan& slot, const Source& source, const Layout& layout, EncodedSlot& out) {
    auto error = layout.jagged
                     ? Array::make(Dtype::float32, {layout.total, slot.step_values}, out.values)
                     : Array::make(Dtype::float32, {layout.rows.size(), layout.width, slot.step_values}, out.values);
    if (error) return error;
    Scratch<std::int64_t> integers;
    return write_rows(layout, slot.step_values, slot.default_numbers[0], out.values.as<float>(),
                      [&](std::size_t row, float* to) {
                          make_numbers(source.values, row, integers, to);
                          return Error{};
                      });
}

[[nodiscard]] Error encode_ids(const SlotPlan& slot, const Source& source, const Layout& layout, EncodedSlot& out) {
    if (auto error = make_steps(layout, Dtype::int64, out.values)) return error;
    auto error = std::visit(
        [&](const auto& rows) {
            return write_rows(layout, 1, no_id, out.values.as<std::int64_t>(),
                              [&](std::size_t row, std::int64_t* to) { return ids::make(slot.ids, rows, row, to); });
        },
        source.values);
    if (error || !source.weights) return error;
    if (auto failed = make_steps(layout, Dtype::float32, out.weights)) return failed;
    Scratch<std::int64_t> integers;
    return write_rows(layout, 1, no_weight, out.weights.as<float>(), [&](std::size_t row, float* to) {
        make_numbers(*source.weights, row, integers, to);
        return Error{};
    });
}

// Where the kept values of a nested slot go: side by side (jagged), or `width` to a step (padded).
struct NestedLayout {
    std::size_t width = 0;
    std::size_t total = 0;
};

template <typename Nested>
[[nodiscard]] NestedLayout arrange_values(const Nested& rows, const Layout& layout) {
    NestedLayout out;
    for (std::size_t i = 0; i < layout.rows.size(); ++i) {
        const auto& row = layout.rows[i];
        const auto* splits = rows.step_splits(i) + row.skipped;
        for (std::size_t step = 0; step < row.kept; ++step) {
            out.width = std::max(out.width, static_cast<std::size_t>(splits[step + 1] - splits[step]));
        }
        out.total += static_cast<std::size_t>(splits[row.kept] - splits[0]);
    }
    return out;
}

[[nodiscard]] Error make_values(const Layout& layout, const NestedLayout& values, Dtype dtype, Array& out) {
    if (layout.jagged) return Array::make(dtype, {values.total}, out);
    return Array::make(dtype, {layout.rows.size(), layout.width, values.width}, out);
}

// Spreads the values of each row, made in scratch memory, over its steps.
template <typename Item, typename Nested, typename Make>
[[nodiscard]] Error write_values(const Layout& layout, const NestedLayout& values, const Nested& rows, Item padding,
                                 Item* out, Make make) {
    if (!layout.jagged) std::fill_n(out, layout.total * values.width, padding);
    Scratch<Item> scratch;
    for (std::size_t i = 0; i < layout.rows.size(); ++i) {
        const auto& row = layout.rows[i];
        scratch.resize(rows.values(i));
        if (auto error = make(i, scratch.data())) return error;
        const auto* splits = rows.step_splits(i);
        for (std::size_t step = row.skipped; step < row.skipped + row.kept; ++step) {
            const auto count = static_cast<std::size_t>(splits[step + 1] - splits[step]);
            auto* to = layout.jagged ? out : out + (row.to + step - row.skipped) * values.width;
            std::copy_n(scratch.data() + (splits[step] - splits[0]), count, to);
            if (layout.jagged) out += count;
        }
    }
    return {};
}

template <typename Nested>
[[nodiscard]] Error write_step_splits(const Layout& layout, const Nested& rows, Array& out) {
    if (auto error = Array::make(Dtype::int64, {layout.total + 1}, out)) return error;
    auto* to = out.as<std::int64_t>();
    *to = 0;
    for (std::size_t i = 0; i < layout.rows.size(); ++i) {
        const auto& row = layout.rows[i];
        const auto* splits = rows.step_splits(i) + row.skipped;
        for (std::size_t step = 0; step < row.kept; ++step, ++to) to[1] = to[0] + splits[step + 1] - splits[step];
    }
    return {};
}

// The step that holds a row's value of this index.
template <typename Nested>
[[nodiscard]] std::int64_t step_of(const Nested& rows, std::size_t row, std::int64_t value) {
    const auto* splits = rows.step_splits(row);
    const auto* found = std::upper_bound(splits, splits + rows.steps(row) + 1, splits[0] + value);
    return found - splits - 1;
}

[[nodiscard]] Error encode_nested_ids(const SlotPlan& slot, const Source& source, const Layout& layout,
                                      EncodedSlot& out) {
    return std::visit(
        [&](const auto& rows) -> Error {
            const auto values = arrange_values(rows, layout);
            if (auto error = make_values(layout, values, Dtype::int64, out.values)) return error;
            auto error = write_values(layout, values, rows, no_id, out.values.as<std::int64_t>(),
                                      [&](std::size_t row, std::int64_t* to) {
                                          auto bad = ids::make(slot.ids, rows, row, to);
                                          if (bad) bad.step = step_of(rows, row, bad.step);
                                          return bad;
                                      });
            if (error) return error;
            if (layout.jagged) {
                if (auto failed = write_step_splits(layout, rows, out.step_splits)) return failed;
            }
            if (!source.weights) return {};
            if (auto failed = make_values(layout, values, Dtype::float32, out.weights)) return failed;
            Scratch<std::int64_t> integers;
            return write_values(layout, values, rows, no_weight, out.weights.as<float>(),
                                [&](std::size_t row, float* to) {
                                    make_numbers(*source.weights, row, integers, to);
                                    return Error{};
                                });
        },
        source.values);
}

[[nodiscard]] Error encode_sequence_slot(const SlotPlan& slot, const Source& source, const Layout& layout,
                                         EncodedSlot& out) {
    if (slot.ids.op == Op::numbers) return encode_numbers(slot, source, layout, out);
    if (nested(source.values)) return encode_nested_ids(slot, source, layout, out);
    return encode_ids(slot, source, layout, out);
}

// Context ids: as many columns as the row with the most values has.
[[nodiscard]] Error encode_context_ids(const SlotPlan& slot, const Source& source, std::size_t rows, EncodedSlot& out) {
    std::size_t width = 0;
    for (std::size_t row = 0; row < rows; ++row) width = std::max(width, values_of(source.values, row));
    if (auto error = Array::make(Dtype::int64, {rows, width}, out.values)) return error;
    auto* to = out.values.as<std::int64_t>();
    for (std::size_t row = 0; row < rows; ++row, to += width) {
        auto error = std::visit([&](const auto& keys) { return ids::make(slot.ids, keys, row, to); }, source.values);
        if (error) return error;
        std::fill(to + values_of(source.values, row), to + width, no_id);
    }
    if (!source.weights) return {};
    if (auto error = Array::make(Dtype::float32, {rows, width}, out.weights)) return error;
    auto* weights = out.weights.as<float>();
    Scratch<std::int64_t> integers;
    for (std::size_t row = 0; row < rows; ++row, weights += width) {
        make_numbers(*source.weights, row, integers, weights);
        std::fill(weights + values_of(*source.weights, row), weights + width, no_weight);
    }
    return {};
}

// Context numbers: a fixed number of values a row, or the default where a row has none.
[[nodiscard]] Error encode_context_numbers(const SlotPlan& slot, const Source& source, std::size_t rows,
                                           EncodedSlot& out) {
    if (auto error = Array::make(Dtype::float32, {rows, slot.step_values}, out.values)) return error;
    auto* to = out.values.as<float>();
    Scratch<std::int64_t> integers;
    for (std::size_t row = 0; row < rows; ++row, to += slot.step_values) {
        const auto values = values_of(source.values, row);
        if (values == slot.step_values) {
            make_numbers(source.values, row, integers, to);
        } else if (values == 0 && !slot.default_numbers.empty()) {
            std::ranges::copy(slot.default_numbers, to);
        } else {
            return row_error(values == 0 ? Code::missing_feature : Code::wrong_count, row, values, slot.step_values);
        }
    }
    return {};
}

[[nodiscard]] Error encode_context_slot(const SlotPlan& slot, const Source& source, std::size_t rows,
                                        EncodedSlot& out) {
    if (slot.ids.op == Op::numbers) return encode_context_numbers(slot, source, rows, out);
    return encode_context_ids(slot, source, rows, out);
}

[[nodiscard]] Error encode_slot(const EncodePlan& plan, const SlotPlan& slot, const Source& source,
                                const Layout& layout, std::size_t rows, EncodedSlot& out) {
    if (source.weights) {
        if (auto error = check_weights(source, rows)) return error;
    }
    if (plan.groups[slot.group].context) return encode_context_slot(slot, source, rows, out);
    return encode_sequence_slot(slot, source, layout, out);
}

}  // namespace

Error encode(const EncodePlan& plan, std::span<const Source> sources, std::size_t rows, Encoded& out) {
    std::vector<Layout> layouts(plan.groups.size());
    out.groups.resize(plan.groups.size());
    for (std::size_t g = 0; g < plan.groups.size(); ++g) {
        if (plan.groups[g].context) continue;
        layouts[g].rows.resize(rows);
        if (auto error = count_steps(plan, g, sources, layouts[g])) return error;
        layouts[g].arrange(plan.groups[g]);
        if (auto error = layouts[g].write(out.groups[g])) return error;
    }
    out.slots.resize(plan.slots.size());
    for (std::size_t s = 0; s < plan.slots.size(); ++s) {
        const auto& slot = plan.slots[s];
        if (auto error = encode_slot(plan, slot, sources[s], layouts[slot.group], rows, out.slots[s])) {
            error.slot = static_cast<std::int32_t>(s);
            return error;
        }
    }
    return {};
}

}  // namespace colonnade
