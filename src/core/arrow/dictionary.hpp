// Dictionaries: an index is a range of one item of the dictionary.
#pragma once

#include <vector>

#include "arrow/failure.hpp"
#include "arrow/pieces.hpp"

namespace colonnade::arrow {

// Moves `pieces` on to the ranges of their dictionaries. `number` is the letter of the indices' format.
[[nodiscard]] Failure read_dictionary(char number, std::vector<Piece>& pieces);

}  // namespace colonnade::arrow
