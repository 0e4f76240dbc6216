// Numbers to flat values: int64, float32 or float64.
#pragma once

#include <vector>

#include "arrow/column.hpp"
#include "arrow/failure.hpp"
#include "arrow/pieces.hpp"

namespace colonnade::arrow {

// `number` is the letter of the format. Nulls were looked for before.
[[nodiscard]] Failure read_numbers(char number, const std::vector<Piece>& pieces, Column& column);

}  // namespace colonnade::arrow
