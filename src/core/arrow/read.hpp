// Foreign arrays to columns: row splits over flat values.
#pragma once

#include <vector>

#include "arrow/abi.hpp"
#include "arrow/column.hpp"
#include "arrow/failure.hpp"
#include "arrow/pieces.hpp"

namespace colonnade::arrow {

struct Field {
    const char* name;
    const ArrowSchema* schema;
    std::vector<Piece> pieces;
};

[[nodiscard]] bool is_struct(const ArrowSchema& schema);

// All the items of each chunk.
[[nodiscard]] Failure whole(const std::vector<ArrowArray>& chunks, std::vector<Piece>& pieces);

// The columns of a struct, the shape in which tables and record batches travel.
[[nodiscard]] Failure split_struct(const ArrowSchema& schema, const std::vector<Piece>& pieces,
                                   std::vector<Field>& fields);

// Lists of any kind become levels of splits, a null list an empty one. Numbers and strings become flat values;
// only int64, float32, float64 and the bytes of strings are viewed in place, where they lie in one piece.
[[nodiscard]] Failure read_column(const ArrowSchema& schema, std::vector<Piece> pieces, Column& column);

}  // namespace colonnade::arrow
