// The steps in which any column of a group has something, between those that are padding in all of them.
#pragma once

#include <span>
#include <vector>

#include "dense/dense_column.hpp"
#include "ground/threads.hpp"

namespace colonnade {

// In order, apart from each other. They may hold a few dead steps, never miss a live one: what is padding is seen
// in the values, for a batch may be anybody's. A number counts by its bits, so that a negative zero stays one.
[[nodiscard]] std::vector<threads::Range> live_runs(std::span<const DenseColumn> columns, threads::Range steps);

}  // namespace colonnade
