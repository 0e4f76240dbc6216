#include "encode.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "threads.hpp"

namespace colonnade {
namespace {

template <typename T>
using Scratch = std::vector<T, pool::Allocator<T>>;

constexpr float no_weight = 0;

[[nodiscard]] Error make_numbers(const Rows& rows, std::size_t row, float* out, const Normalizer& normalizer = {}) {
    return std::visit([&](const auto& source) { return ids::numbers(normalizer, source, row, out); }, rows);
}

// Calls `write(range)` for ranges of rows on several threads. Of several errors, the first row's is given.
template <typename Write>
[[nodiscard]] Error in_ranges(const Layout& layout, Write write) {
    const auto rows = layout.rows.size();
    const auto parts = threads::parts_of(rows, layout.threads);
    if (parts == 1) return write(threads::Range{0, rows});
    std::vector<Error> errors(parts);
    threads::run(parts, layout.threads,
                 [&](std::size_t part) { errors[part] = write(threads::range_of(part, parts, rows)); });
    const auto first = std::ranges::find_if(errors, [](const Error& error) { return static_cast<bool>(error); });
    return first == errors.end() ? Error{} : *first;
}

[[nodiscard]] Error weights_error(std::size_t row, std::int64_t got, std::int64_t expected) {
    return row_error(Code::weights_mismatch, row, static_cast<std::size_t>(got), static_cast<std::size_t>(expected));
}

// Weights must be as many as the ids, step by step.
[[nodiscard]] Error check_weights(const Source& source, bool context, std::size_t row) {
    const auto& ids = *source.ids;
    return std::visit(
        [&](const auto& weights) -> Error {
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

// The steps of one row of a slot, once it is known to be sound.
[[nodiscard]] Error count_steps(const SlotPlan& slot, const Source& source, std::size_t row, std::size_t& steps) {
    if (!slot.is_numbers()) {
        if (auto error = source.ids->check(row)) return error;
        steps = source.ids->steps(row);
        return source.weights ? check_weights(source, false, row) : Error{};
    }
    return std::visit(
        [&](const auto& numbers) -> Error {
            if (auto error = check_steps(numbers, row, slot.step_values)) return error;
            steps = numbers.nested() ? numbers.steps(row) : numbers.values(row) / slot.step_values;
            return {};
        },
        *source.numbers);
}

// Steps of every row, equal for all slots of the group.
[[nodiscard]] Error count_group(const EncodePlan& plan, std::size_t group, std::span<const Source> sources,
                                Layout& layout) {
    std::size_t first = plan.slots.size();
    for (std::size_t s = 0; s < plan.slots.size(); ++s) {
        if (plan.slots[s].group != group) continue;
        const bool is_first = first == plan.slots.size();
        if (is_first) first = s;
        for (std::size_t row = 0; row < layout.rows.size(); ++row) {
            std::size_t steps = 0;
            auto error = count_steps(plan.slots[s], sources[s], row, steps);
            if (is_first) layout.rows[row].steps = steps;
            if (!error && steps != layout.rows[row].steps) {
                error = row_error(Code::unequal_lengths, row, steps, layout.rows[row].steps);
                error.other_slot = static_cast<std::int32_t>(first);
            }
            if (error) {
                error.slot = static_cast<std::int32_t>(s);
                return error;
            }
        }
    }
    return {};
}

// Fast because nearly every padding (-1 and 0) is one byte over and over, for which memset has the widest stores.
template <typename Item>
void fill(Item* begin, Item* end, Item padding) {
    std::uint8_t bytes[sizeof padding];
    std::memcpy(bytes, &padding, sizeof padding);
    if (std::ranges::all_of(bytes, [&](std::uint8_t byte) { return byte == bytes[0]; })) {
        std::memset(begin, bytes[0], static_cast<std::size_t>(end - begin) * sizeof padding);
    } else {
        std::fill(begin, end, padding);
    }
}

// Writes one array of a sequence group. `make(row, out)` gives all items of a row; only rows that lose
// steps take the way through scratch memory.
template <typename Item, typename Make>
[[nodiscard]] Error write_rows(const Layout& layout, std::size_t step_items, Item padding, Item* out, Make make) {
    return in_ranges(layout, [&](threads::Range range) -> Error {
        Scratch<Item> scratch;
        for (auto i = range.begin; i < range.end; ++i) {
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
            fill(begin, to, padding);
            fill(to + row.kept * step_items, begin + layout.width * step_items, padding);
        }
        return {};
    });
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
    return write_rows(layout, slot.step_values, slot.default_numbers[0], out.values.as<float>(),
                      [&](std::size_t row, float* to) {
                          return make_numbers(*source.numbers, row, to, slot.keys[0].ids.normalizer);
                      });
}

[[nodiscard]] Error encode_ids(const Source& source, const Layout& layout, EncodedSlot& out) {
    if (auto error = make_steps(layout, Dtype::int64, out.values)) return error;
    auto error = write_rows(layout, 1, no_id, out.values.as<std::int64_t>(),
                            [&](std::size_t row, std::int64_t* to) { return source.ids->make(row, to); });
    if (error || !source.weights) return error;
    if (auto failed = make_steps(layout, Dtype::float32, out.weights)) return failed;
    return write_rows(layout, 1, no_weight, out.weights.as<float>(),
                      [&](std::size_t row, float* to) { return make_numbers(*source.weights, row, to); });
}

// Where the kept values of a nested slot go: side by side (jagged), or `width` to a step (padded).
struct NestedLayout {
    Scratch<std::int64_t> splits;      // of all rows, one after the other
    Scratch<std::size_t> first_split;  // of each row
    Scratch<std::size_t> to;           // where each row's kept values go when jagged
    std::size_t width = 0;
    std::size_t total = 0;

    [[nodiscard]] std::size_t values(std::size_t row) const {
        return static_cast<std::size_t>(splits[first_split[row + 1] - 1]);
    }
};

[[nodiscard]] NestedLayout arrange_values(const IdSource& ids, const Layout& layout) {
    NestedLayout out;
    out.first_split.push_back(0);
    for (std::size_t i = 0; i < layout.rows.size(); ++i) {
        const auto& row = layout.rows[i];
        const auto first = out.splits.size();
        out.splits.resize(first + row.steps + 1);
        out.first_split.push_back(out.splits.size());
        ids.splits(i, out.splits.data() + first);
        const auto* splits = out.splits.data() + first + row.skipped;
        for (std::size_t step = 0; step < row.kept; ++step) {
            out.width = std::max(out.width, static_cast<std::size_t>(splits[step + 1] - splits[step]));
        }
        out.to.push_back(out.total);
        out.total += static_cast<std::size_t>(splits[row.kept] - splits[0]);
    }
    return out;
}

[[nodiscard]] Error make_values(const Layout& layout, const NestedLayout& values, Dtype dtype, Array& out) {
    if (layout.jagged) return Array::make(dtype, {values.total}, out);
    return Array::make(dtype, {layout.rows.size(), layout.width, values.width}, out);
}

// Spreads the values of each row, made in scratch memory, over its steps.
template <typename Item, typename Make>
[[nodiscard]] Error write_values(const Layout& layout, const NestedLayout& values, Item padding, Item* out, Make make) {
    return in_ranges(layout, [&](threads::Range range) -> Error {
        Scratch<Item> scratch;
        for (auto i = range.begin; i < range.end; ++i) {
            const auto& row = layout.rows[i];
            scratch.resize(values.values(i));
            if (auto error = make(i, scratch.data())) return error;
            const auto* splits = values.splits.data() + values.first_split[i] + row.skipped;
            const auto* from = scratch.data() + splits[0];
            if (layout.jagged) {
                std::copy_n(from, splits[row.kept] - splits[0], out + values.to[i]);
                continue;
            }
            auto* begin = out + i * layout.width * values.width;
            fill(begin, begin + layout.width * values.width, padding);
            auto* to = out + row.to * values.width;
            for (std::size_t step = 0; step < row.kept; ++step, to += values.width) {
                const auto count = splits[step + 1] - splits[step];
                std::copy_n(from, count, to);
                from += count;
            }
        }
        return {};
    });
}

[[nodiscard]] Error write_step_splits(const Layout& layout, const NestedLayout& values, Array& out) {
    if (auto error = Array::make(Dtype::int64, {layout.total + 1}, out)) return error;
    auto* to = out.as<std::int64_t>();
    *to = 0;
    for (std::size_t i = 0; i < layout.rows.size(); ++i) {
        const auto& row = layout.rows[i];
        const auto* splits = values.splits.data() + values.first_split[i] + row.skipped;
        for (std::size_t step = 0; step < row.kept; ++step, ++to) to[1] = to[0] + splits[step + 1] - splits[step];
    }
    return {};
}

[[nodiscard]] Error encode_nested_ids(const Source& source, const Layout& layout, EncodedSlot& out) {
    const auto values = arrange_values(*source.ids, layout);
    if (auto error = make_values(layout, values, Dtype::int64, out.values)) return error;
    auto error = write_values(layout, values, no_id, out.values.as<std::int64_t>(),
                              [&](std::size_t row, std::int64_t* to) { return source.ids->make(row, to); });
    if (error) return error;
    if (layout.jagged) {
        if (auto failed = write_step_splits(layout, values, out.step_splits)) return failed;
    }
    if (!source.weights) return {};
    if (auto failed = make_values(layout, values, Dtype::float32, out.weights)) return failed;
    return write_values(layout, values, no_weight, out.weights.as<float>(),
                        [&](std::size_t row, float* to) { return make_numbers(*source.weights, row, to); });
}

[[nodiscard]] Error encode_sequence_slot(const SlotPlan& slot, const Source& source, const Layout& layout,
                                         EncodedSlot& out) {
    if (slot.is_numbers()) return encode_numbers(slot, source, layout, out);
    if (source.ids->nested()) return encode_nested_ids(source, layout, out);
    return encode_ids(source, layout, out);
}

// Context ids: as many columns as the row with the most values has.
[[nodiscard]] Error encode_context_ids(const Source& source, std::size_t rows, EncodedSlot& out) {
    const auto& ids = *source.ids;
    std::size_t width = 0;
    for (std::size_t row = 0; row < rows; ++row) {
        if (auto error = ids.check(row)) return error;
        if (source.weights) {
            if (auto error = check_weights(source, true, row)) return error;
        }
        width = std::max(width, ids.values(row));
    }
    if (auto error = Array::make(Dtype::int64, {rows, width}, out.values)) return error;
    auto* to = out.values.as<std::int64_t>();
    for (std::size_t row = 0; row < rows; ++row, to += width) {
        if (auto error = ids.make(row, to)) return error;
        std::fill(to + ids.values(row), to + width, no_id);
    }
    if (!source.weights) return {};
    if (auto error = Array::make(Dtype::float32, {rows, width}, out.weights)) return error;
    auto* weights = out.weights.as<float>();
    for (std::size_t row = 0; row < rows; ++row, weights += width) {
        if (auto error = make_numbers(*source.weights, row, weights)) return error;
        std::fill(weights + ids.values(row), weights + width, no_weight);
    }
    return {};
}

// Context numbers: a fixed number of values a row, or the default where a row has none.
[[nodiscard]] Error encode_context_numbers(const SlotPlan& slot, const Source& source, std::size_t rows,
                                           EncodedSlot& out) {
    if (auto error = Array::make(Dtype::float32, {rows, slot.step_values}, out.values)) return error;
    auto* to = out.values.as<float>();
    for (std::size_t row = 0; row < rows; ++row, to += slot.step_values) {
        const bool has_default = !slot.default_numbers.empty();
        auto error = std::visit(
            [&](const auto& numbers) {
                const bool absent = numbers.values(row) == 0;
                if (absent && has_default) std::ranges::copy(slot.default_numbers, to);
                return check_context(numbers, row, slot.step_values, has_default);
            },
            *source.numbers);
        if (error) return error;
        if (auto failed = make_numbers(*source.numbers, row, to, slot.keys[0].ids.normalizer)) return failed;
    }
    return {};
}

[[nodiscard]] Error encode_slot(const SlotPlan& slot, const Source& source, bool context, const Layout& layout,
                                std::size_t rows, EncodedSlot& out) {
    if (!context) return encode_sequence_slot(slot, source, layout, out);
    return slot.is_numbers() ? encode_context_numbers(slot, source, rows, out) : encode_context_ids(source, rows, out);
}

}  // namespace

Source make_source(const SlotPlan& slot, std::span<const Rows> keys, std::optional<Rows> weights, bool context) {
    if (slot.is_numbers()) return {keys[0], nullptr, std::nullopt};
    std::vector<std::unique_ptr<IdSource>> sources;
    for (std::size_t k = 0; k < keys.size(); ++k) sources.push_back(make_source(slot.keys[k].ids, keys[k], context));
    if (!slot.cross) return {std::nullopt, std::move(sources[0]), std::move(weights)};
    auto crossed =
        std::make_unique<CrossedIds>(std::move(sources), slot.cross->num_buckets, slot.cross->hash_key, context);
    return {std::nullopt, std::move(crossed), std::move(weights)};
}

Error encode(const EncodePlan& plan, std::span<const Source> sources, std::size_t rows, Encoded& out,
             std::size_t threads) {
    std::vector<Layout> layouts(plan.groups.size());
    out.groups.resize(plan.groups.size());
    for (std::size_t g = 0; g < plan.groups.size(); ++g) {
        if (plan.groups[g].context) continue;
        layouts[g].threads = threads;
        layouts[g].rows.resize(rows);
        if (auto error = count_group(plan, g, sources, layouts[g])) return error;
        layouts[g].arrange(plan.groups[g]);
        if (auto error = layouts[g].write(out.groups[g])) return error;
    }
    out.slots.resize(plan.slots.size());
    for (std::size_t s = 0; s < plan.slots.size(); ++s) {
        const auto& slot = plan.slots[s];
        const bool context = plan.groups[slot.group].context;
        if (auto error = encode_slot(slot, sources[s], context, layouts[slot.group], rows, out.slots[s])) {
            error.slot = static_cast<std::int32_t>(s);
            return error;
        }
    }
    return {};
}

}  // namespace colonnade
