#include "encode/layout.hpp"

#include <algorithm>

#include "ground/interrupt.hpp"

namespace colonnade {

void Layout::arrange(const GroupPlan& group) {
    jagged = group.jagged;
    width = group.min_length;
    for (auto& row : rows) {
        row.kept = group.max_length < 0 ? row.steps : std::min(row.steps, static_cast<std::size_t>(group.max_length));
        row.skipped = group.keep_first ? 0 : row.steps - row.kept;
        width = std::max(width, row.kept);
    }
    const auto multiple = group.pad_to_multiple_of;
    const auto spare = width % multiple;
    if (spare != 0) width += multiple - spare;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        auto& row = rows[i];
        row.to = jagged ? total : i * width + (group.pad_left ? width - row.kept : 0);
        total += row.kept;
    }
    if (!jagged) total = rows.size() * width;
}

Error Layout::make(EncodedGroup& out) const {
    if (auto error = Array::make(Dtype::int64, {rows.size()}, out.lengths)) return error;
    if (!jagged) return Array::make(Dtype::boolean, {rows.size(), width}, out.mask);
    if (auto error = Array::make(Dtype::int64, {rows.size() + 1}, out.row_splits)) return error;
    *out.row_splits.as<std::int64_t>() = 0;
    return {};
}

void Layout::write(threads::Range range, const EncodedGroup& out) const {
    auto* lengths = out.lengths.as<std::int64_t>();
    for (auto i = range.begin; i < range.end; ++i) lengths[i] = static_cast<std::int64_t>(rows[i].kept);
    if (jagged) {
        auto* splits = out.row_splits.as<std::int64_t>() + 1;
        for (auto i = range.begin; i < range.end; ++i) splits[i] = static_cast<std::int64_t>(rows[i].to + rows[i].kept);
        return;
    }
    auto* mask = out.mask.as<bool>();
    interrupt::Pace pace;
    const auto block = std::max<std::size_t>(interrupt::most_at_once / std::max<std::size_t>(width, 1), 1);
    for (auto begin = range.begin; begin < range.end; begin += block) {
        const auto end = std::min(begin + block, range.end);
        std::fill_n(mask + begin * width, (end - begin) * width, false);
        for (auto i = begin; i < end; ++i) std::fill_n(mask + rows[i].to, rows[i].kept, true);
        pace((end - begin) * width);
    }
}

}  // namespace colonnade
