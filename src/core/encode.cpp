#include "encode.hpp"

#include <algorithm>

#include "fingerprint64.hpp"

namespace colonnade {
namespace {

template <typename T>
using Scratch = std::vector<T, pool::Allocator<T>>;

constexpr std::int64_t no_id = -1;

[[nodiscard]] Error value_error(Code code, std::size_t row, std::size_t slot, std::int64_t got, std::int64_t expected) {
    Error error;
    error.code = code;
    error.record = static_cast<std::int64_t>(row);
    error.slot = static_cast<std::int32_t>(slot);
    error.got = got;
    error.expected = expected;
    return error;
}

// Where the steps of each row of a sequence group go.
struct Places {
    struct Row {
        std::size_t steps;    // before truncation
        std::size_t skipped;  // steps cut off at the front
        std::size_t kept;
        std::size_t to;  // first output step
    };
    Scratch<Row> rows;
    std::size_t width = 0;  // steps in an output row; padded only
    std::size_t total = 0;  // steps in the whole output
    bool jagged = false;
};

[[nodiscard]] bool is_hole(const bool* holes, std::size_t i) { return holes != nullptr && holes[i]; }

// Ids of one row, in place; the error carries the step.
template <typename Source>
[[nodiscard]] Error make_ids(const SlotPlan& slot, const Source& source, std::size_t row, std::int64_t* out) {
    const auto buckets = static_cast<std::uint64_t>(slot.num_buckets);
    const bool* holes = source.holes(row);
    if (source.kind() == Kind::bytes) {
        std::size_t i = 0;
        source.each_bytes(row, [&](const std::uint8_t* data, std::size_t size) {
            out[i] = is_hole(holes, i) ? no_id : static_cast<std::int64_t>(fingerprint64(data, size) % buckets);
            ++i;
        });
        return {};
    }
    source.int64s(row, out);
    const auto values = source.values(row);
    if (slot.op == Op::hash) {
        for (std::size_t i = 0; i < values; ++i) {
            out[i] = is_hole(holes, i) ? no_id : static_cast<std::int64_t>(fingerprint64_of_decimal(out[i]) % buckets);
        }
        return {};
    }
    for (std::size_t i = 0; i < values; ++i) {
        if (is_hole(holes, i)) {
            out[i] = no_id;
            continue;
        }
        if (static_cast<std::uint64_t>(out[i]) < buckets) continue;
        if (!slot.has_default) {
            auto error = value_error(Code::id_out_of_range, row, 0, out[i], slot.num_buckets);
            error.step = static_cast<std::int64_t>(i);
            return error;
        }
        out[i] = slot.default_id;
    }
    return {};
}

template <typename Source>
void make_numbers(const Source& source, std::size_t row, Scratch<std::int64_t>& scratch, float* out) {
    if (source.kind() == Kind::floats) return source.floats(row, out);
    scratch.resize(source.values(row));
    source.int64s(row, scratch.data());
    std::ranges::transform(scratch, out, [](std::int64_t value) { return static_cast<float>(value); });
}

// Steps of every row, equal for all slots of the group.
[[nodiscard]] Error count_steps(const EncodePlan& plan, std::size_t group, std::span<const Rows> sources,
                                Places& places) {
    std::size_t first = plan.slots.size();
    for (std::size_t s = 0; s < plan.slots.size(); ++s) {
        const auto& slot = plan.slots[s];
        if (slot.group != group) continue;
        const bool is_first = first == plan.slots.size();
        if (is_first) first = s;
        auto error = std::visit(
            [&](const auto& source) -> Error {
                for (std::size_t row = 0; row < places.rows.size(); ++row) {
                    const auto values = source.values(row);
                    if (values % slot.step_values != 0) {
                        return value_error(Code::partial_step, row, s, static_cast<std::int64_t>(values),
                                           static_cast<std::int64_t>(slot.step_values));
                    }
                    const auto steps = values / slot.step_values;
                    auto& place = places.rows[row];
                    if (is_first) place.steps = steps;
                    if (place.steps == steps) continue;
                    auto unequal = value_error(Code::unequal_lengths, row, s, static_cast<std::int64_t>(steps),
                                               static_cast<std::int64_t>(place.steps));
                    unequal.other_slot = static_cast<std::int32_t>(first);
                    return unequal;
                }
                return {};
            },
            sources[s]);
        if (error) return error;
    }
    return {};
}

// Truncates, then lays the rows out side by side (jagged) or in rows of one width (padded).
void lay_out(const GroupPlan& group, Places& places) {
    places.jagged = group.jagged;
    for (auto& row : places.rows) {
        row.kept = group.max_length < 0 ? row.steps : std::min(row.steps, static_cast<std::size_t>(group.max_length));
        row.skipped = group.keep_first ? 0 : row.steps - row.kept;
        places.width = std::max(places.width, row.kept);
    }
    const auto multiple = group.pad_to_multiple_of;
    places.width = (places.width + multiple - 1) / multiple * multiple;
    for (std::size_t i = 0; i < places.rows.size(); ++i) {
        auto& row = places.rows[i];
        row.to = group.jagged ? places.total : i * places.width + (group.pad_left ? places.width - row.kept : 0);
        places.total += row.kept;
    }
    if (!group.jagged) places.total = places.rows.size() * places.width;
}

[[nodiscard]] Error write_group(const Places& places, EncodedGroup& out) {
    const auto rows = places.rows.size();
    if (auto error = Array::make(Dtype::int64, {rows}, out.lengths)) return error;
    auto* lengths = out.lengths.as<std::int64_t>();
    for (std::size_t i = 0; i < rows; ++i) lengths[i] = static_cast<std::int64_t>(places.rows[i].kept);
    if (places.jagged) {
        if (auto error = Array::make(Dtype::int64, {rows + 1}, out.row_splits)) return error;
        auto* splits = out.row_splits.as<std::int64_t>();
        for (std::size_t i = 0; i < rows; ++i) splits[i] = static_cast<std::int64_t>(places.rows[i].to);
        splits[rows] = static_cast<std::int64_t>(places.total);
        return {};
    }
    if (auto error = Array::make(Dtype::boolean, {rows, places.width}, out.mask)) return error;
    auto* mask = out.mask.as<bool>();
    std::fill_n(mask, places.total, false);
    for (const auto& row : places.rows) std::fill_n(mask + row.to, row.kept, true);
    return {};
}

// Writes one slot of a sequence group. `make(row, out)` gives all items of a row; only rows that lose
// steps take the way through scratch memory.
template <typename Item, typename Make>
[[nodiscard]] Error write_rows(const Places& places, std::size_t step_items, Item padding, Item* out, Make make) {
    Scratch<Item> scratch;
    for (std::size_t i = 0; i < places.rows.size(); ++i) {
        const auto& row = places.rows[i];
        auto* to = out + row.to * step_items;
        if (row.kept == row.steps) {
            if (auto error = make(i, to)) return error;
        } else {
            scratch.resize(row.steps * step_items);
            if (auto error = make(i, scratch.data())) return error;
            std::copy_n(scratch.data() + row.skipped * step_items, row.kept * step_items, to);
        }
        if (places.jagged) continue;
        auto* begin = out + i * places.width * step_items;
        std::fill(begin, to, padding);
        std::fill(to + row.kept * step_items, begin + places.width * step_items, padding);
    }
    return {};
}

[[nodiscard]] Error encode_sequence_slot(const SlotPlan& slot, const Rows& key, const Places& places, Array& out) {
    const bool numbers = slot.op == Op::numbers;
    const auto dtype = numbers ? Dtype::float32 : Dtype::int64;
    const auto rows = places.rows.size();
    Error error = places.jagged && numbers ? Array::make(dtype, {places.total, slot.step_values}, out)
                  : places.jagged          ? Array::make(dtype, {places.total}, out)
                  : numbers                ? Array::make(dtype, {rows, places.width, slot.step_values}, out)
                                           : Array::make(dtype, {rows, places.width}, out);
    if (error) return error;
    return std::visit(
        [&](const auto& source) {
            if (!numbers) {
                return write_rows(places, 1, no_id, out.as<std::int64_t>(),
                                  [&](std::size_t row, std::int64_t* to) { return make_ids(slot, source, row, to); });
            }
            Scratch<std::int64_t> integers;
            return write_rows(places, slot.step_values, slot.default_numbers[0], out.as<float>(),
                              [&](std::size_t row, float* to) {
                                  make_numbers(source, row, integers, to);
                                  return Error{};
                              });
        },
        key);
}

// Context ids: as many columns as the row with the most values has.
template <typename Source>
[[nodiscard]] Error encode_context_ids(const SlotPlan& slot, const Source& source, std::size_t rows, Array& out) {
    std::size_t width = 0;
    for (std::size_t row = 0; row < rows; ++row) width = std::max(width, source.values(row));
    if (auto error = Array::make(Dtype::int64, {rows, width}, out)) return error;
    auto* to = out.as<std::int64_t>();
    for (std::size_t row = 0; row < rows; ++row, to += width) {
        if (auto error = make_ids(slot, source, row, to)) return error;
        std::fill(to + source.values(row), to + width, no_id);
    }
    return {};
}

// Context numbers: a fixed number of values a row, or the default where a row has none.
template <typename Source>
[[nodiscard]] Error encode_context_numbers(const SlotPlan& slot, const Source& source, std::size_t rows, Array& out) {
    if (auto error = Array::make(Dtype::float32, {rows, slot.step_values}, out)) return error;
    auto* to = out.as<float>();
    Scratch<std::int64_t> integers;
    for (std::size_t row = 0; row < rows; ++row, to += slot.step_values) {
        const auto values = source.values(row);
        if (values == slot.step_values) {
            make_numbers(source, row, integers, to);
        } else if (values == 0 && !slot.default_numbers.empty()) {
            std::ranges::copy(slot.default_numbers, to);
        } else {
            return value_error(values == 0 ? Code::missing_feature : Code::wrong_count, row, 0,
                               static_cast<std::int64_t>(values), static_cast<std::int64_t>(slot.step_values));
        }
    }
    return {};
}

[[nodiscard]] Error encode_context_slot(const SlotPlan& slot, const Rows& key, std::size_t rows, Array& out) {
    return std::visit(
        [&](const auto& source) {
            return slot.op == Op::numbers ? encode_context_numbers(slot, source, rows, out)
                                          : encode_context_ids(slot, source, rows, out);
        },
        key);
}

}  // namespace

Error encode(const EncodePlan& plan, std::span<const Rows> sources, std::size_t rows, Encoded& out) {
    std::vector<Places> places(plan.groups.size());
    out.groups.resize(plan.groups.size());
    for (std::size_t g = 0; g < plan.groups.size(); ++g) {
        if (plan.groups[g].context) continue;
        places[g].rows.resize(rows);
        if (auto error = count_steps(plan, g, sources, places[g])) return error;
        lay_out(plan.groups[g], places[g]);
        if (auto error = write_group(places[g], out.groups[g])) return error;
    }
    out.slots.resize(plan.slots.size());
    for (std::size_t s = 0; s < plan.slots.size(); ++s) {
        const auto& slot = plan.slots[s];
        auto error = plan.groups[slot.group].context
                         ? encode_context_slot(slot, sources[s], rows, out.slots[s])
                         : encode_sequence_slot(slot, sources[s], places[slot.group], out.slots[s]);
        if (error) {
            error.slot = static_cast<std::int32_t>(s);
            return error;
        }
    }
    return {};
}

}  // namespace colonnade
