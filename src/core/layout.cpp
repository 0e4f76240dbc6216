#include "layout.hpp"

#include <algorithm>

namespace colonnade {

void Layout::arrange(const GroupPlan& group) {
    jagged = group.jagged;
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

Error Layout::write(EncodedGroup& out) const {
    if (auto error = Array::make(Dtype::int64, {rows.size()}, out.lengths)) return error;
    auto* lengths = out.lengths.as<std::int64_t>();
    for (const auto& row : rows) *lengths++ = static_cast<std::int64_t>(row.kept);
    if (jagged) {
        if (auto error = Array::make(Dtype::int64, {rows.size() + 1}, out.row_splits)) return error;
        auto* splits = out.row_splits.as<std::int64_t>();
        for (const auto& row : rows) *splits++ = static_cast<std::int64_t>(row.to);
        *splits = static_cast<std::int64_t>(total);
        return {};
    }
    if (auto error = Array::make(Dtype::boolean, {rows.size(), width}, out.mask)) return error;
    auto* mask = out.mask.as<bool>();
    std::fill_n(mask, total, false);
    for (const auto& row : rows) std::fill_n(mask + row.to, row.kept, true);
    return {};
}

}  // namespace colonnade
