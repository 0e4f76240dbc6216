// The columns of one group side by side: what a layer gives for each step.
#pragma once

#include <span>

#include "dense/dense_column.hpp"
#include "ground/error.hpp"

namespace colonnade {

// Writes [steps, width], where `width` is the sum of the columns' widths, by up to so many threads. An error is
// the first step's, and its first column's, which is the error's slot.
[[nodiscard]] Error write_dense(std::span<const DenseColumn> columns, std::size_t steps, std::size_t width,
                                std::size_t threads, float* out);

}  // namespace colonnade
