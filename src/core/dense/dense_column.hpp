// One column of a group: what it reads, and how wide it writes.
#pragma once

#include "dense/step_ids.hpp"

namespace colonnade {

enum class DenseKind : std::uint8_t { embedding, indicator, numbers };

struct DenseColumn {
    DenseKind kind = DenseKind::numbers;
    std::size_t width = 0;
    Table table;                     // embedding
    StepIds ids;                     // embedding, indicator
    const float* numbers = nullptr;  // numbers: [steps, width]
};

}  // namespace colonnade
