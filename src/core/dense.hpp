// The columns of one group side by side: what a layer gives for each step.
#pragma once

#include <span>

#include "embed.hpp"

namespace colonnade {

enum class DenseKind : std::uint8_t { embedding, indicator, numbers };

struct DenseColumn {
    DenseKind kind = DenseKind::numbers;
    std::size_t width = 0;
    Table table;                     // embedding
    StepIds ids;                     // embedding, indicator
    const float* numbers = nullptr;  // numbers: [steps, width]
};

// Writes [steps, width], where `width` is the sum of the columns' widths. An error's slot is its column.
// Fast because all columns of a few steps are written before the next few, while those are in the cache, and
// because steps that are padding in every column are cleared at once.
[[nodiscard]] Error write_dense(std::span<const DenseColumn> columns, std::size_t steps, std::size_t width, float* out);

}  // namespace colonnade
