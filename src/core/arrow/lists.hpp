// Lists of any kind to row splits.
#pragma once

#include <vector>

#include "arrow/column.hpp"
#include "arrow/failure.hpp"
#include "arrow/format.hpp"
#include "arrow/pieces.hpp"

namespace colonnade::arrow {

// Reads the extents of all items, and moves `pieces` on to the ranges of the child. A null list is an empty one.
[[nodiscard]] Failure read_list(const Format& format, std::vector<Piece>& pieces, Buffer& splits);

// Rows of the type that has nothing but nulls: empty lists.
[[nodiscard]] Failure read_null_rows(const std::vector<Piece>& pieces, Column& column);

}  // namespace colonnade::arrow
