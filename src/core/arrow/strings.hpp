// Strings to their bytes and offsets.
#pragma once

#include <vector>

#include "arrow/column.hpp"
#include "arrow/failure.hpp"
#include "arrow/format.hpp"
#include "arrow/pieces.hpp"

namespace colonnade::arrow {

[[nodiscard]] Failure read_strings(const Format& format, const std::vector<Piece>& pieces, Column& column);

}  // namespace colonnade::arrow
