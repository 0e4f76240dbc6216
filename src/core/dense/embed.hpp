// The ids of one column to dense steps: embedding lookup with combiners, and indicator counts. Each writes a
// column of a wider output, whose rows are `stride` floats apart.
#pragma once

#include "dense/rows_ahead.hpp"
#include "ground/error.hpp"
#include "ground/threads.hpp"

namespace colonnade {

// Both write the steps of a range, the first of them to `out`.

// Ids below 0 contribute nothing, and neither does what weighs 0 or, unless the combiner is sum, is not above 0: their
// rows are not looked at. A step without ids is all zeros. An id beyond the table is an error that carries its step.
[[nodiscard]] Error embed(const StepIds& input, threads::Range steps, const Table& table, RowsAhead& ahead, float* out,
                          std::size_t stride);

// How often each id occurs in a step, or the sum of its weights. Ids below 0 contribute nothing, and one beyond the
// range is an error that carries its step.
[[nodiscard]] Error indicate(const StepIds& input, threads::Range steps, std::size_t num_buckets, float* out,
                             std::size_t stride);

}  // namespace colonnade
