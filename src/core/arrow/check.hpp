// Whether schemas and arrays are what they claim to be, before anyone looks into them.
#pragma once

#include <optional>
#include <vector>

#include "arrow/failure.hpp"
#include "arrow/format.hpp"
#include "arrow/pieces.hpp"

namespace colonnade::arrow {

// Gives the format of a schema that is sound, its children not looked at.
[[nodiscard]] Failure check_schema(const ArrowSchema& schema, std::optional<Format>& format);

[[nodiscard]] Failure check_lengths(const ArrowArray& array);

// That an array is one of a schema that was checked.
[[nodiscard]] Failure check_array(const ArrowSchema& schema, const Format& format, const ArrowArray& array);

// The bitmap of items that are not null, or nullptr where none is.
[[nodiscard]] const void* validity(const ArrowArray& array);

// The first null in the ranges of `pieces`, as a position among all their items.
[[nodiscard]] Failure check_nulls(const std::vector<Piece>& pieces);

}  // namespace colonnade::arrow
