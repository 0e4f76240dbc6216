#include "dense.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <vector>

namespace colonnade {
namespace {

void place(const DenseColumn& column, threads::Range steps, float* out, std::size_t stride) {
    const auto* from = column.numbers + steps.begin * column.width;
    for (auto step = steps.begin; step < steps.end; ++step, from += column.width, out += stride) {
        for (std::size_t i = 0; i < column.width; ++i) out[i] = from[i];
    }
}

[[nodiscard]] Error write_column(const DenseColumn& column, threads::Range steps, RowsAhead& ahead, float* out,
                                 std::size_t stride) {
    switch (column.kind) {
        case DenseKind::embedding: return embed(column.ids, steps, column.table, ahead, out, stride);
        case DenseKind::indicator: indicate(column.ids, steps, column.width, out, stride); break;
        case DenseKind::numbers: place(column, steps, out, stride); break;
    }
    return {};
}

// One past the last of a range of steps that has an item with any `live_bits`. Fast because padding is long, and
// eight items are asked about at once.
template <typename Item, typename LiveBits>
std::size_t end_of_live(const Item* items, std::size_t step_items, threads::Range steps, LiveBits live_bits) {
    if (step_items == 0) return steps.begin;
    const auto* begin = items + steps.begin * step_items;
    const auto* end = items + steps.end * step_items;
    for (; end - begin >= 8; end -= 8) {
        auto live = live_bits(end[-1]);
        for (int i = 2; i <= 8; ++i) live |= live_bits(end[-i]);
        if (live != 0) break;
    }
    while (end != begin && live_bits(end[-1]) == 0) --end;
    return (static_cast<std::size_t>(end - items) + step_items - 1) / step_items;
}

// One past the last of a range of steps in which a column has something.
std::size_t live_end(const DenseColumn& column, threads::Range steps) {
    if (column.kind == DenseKind::numbers) {  // by its bits, for a negative zero stays one
        const auto bits = [](float number) { return std::bit_cast<std::uint32_t>(number); };
        return end_of_live(column.numbers, column.width, steps, bits);
    }
    if (column.ids.step_splits != nullptr) return steps.end;
    const auto not_negative = [](std::int64_t id) { return ~static_cast<std::uint64_t>(id) >> 63; };
    return end_of_live(column.ids.ids, column.ids.values, steps, not_negative);
}

}  // namespace

Error write_dense(std::span<const DenseColumn> columns, std::size_t steps, std::size_t width, float* out) {
    constexpr std::size_t block_floats = 4096;  // half of a small first-level cache
    const auto block = std::max<std::size_t>(block_floats / std::max<std::size_t>(width, 1), 16);
    std::vector<RowsAhead> ahead;
    for (const auto& column : columns) ahead.emplace_back(column.ids, column.table);
    std::size_t done = 0;
    const auto clear_to = [&](std::size_t step) {
        std::memset(out + done * width, 0, (step - done) * width * sizeof(float));
    };
    for (std::size_t first = 0; first < steps; first += block) {
        const auto last = std::min(first + block, steps);
        threads::Range live{first, first};
        for (const auto& column : columns) live.end = std::max(live.end, live_end(column, {live.end, last}));
        if (live.begin == live.end) continue;
        clear_to(first);
        auto* to = out + first * width;
        for (std::size_t c = 0; c < columns.size(); to += columns[c++].width) {
            auto error = write_column(columns[c], live, ahead[c], to, width);
            if (!error) continue;
            error.slot = static_cast<std::int32_t>(c);
            return error;
        }
        done = live.end;
    }
    clear_to(steps);
    return {};
}

}  // namespace colonnade
