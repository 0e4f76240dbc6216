// Where the steps of each row of a sequence group go: truncation, then padded rows or jagged ones.
#pragma once

#include <vector>

#include "ground/array.hpp"
#include "ground/threads.hpp"

namespace colonnade {

struct GroupPlan {
    bool context = false;
    bool jagged = false;
    std::int64_t max_length = -1;  // -1: no limit
    bool keep_first = false;
    bool pad_left = false;
    std::size_t min_length = 0;  // of an output row; padded only
    std::size_t pad_to_multiple_of = 1;
};

struct EncodedGroup {
    Array lengths;     // int64 [rows]; sequences only
    Array mask;        // bool [rows, steps]; padded only
    Array row_splits;  // int64 [rows + 1]; jagged only
};

struct Layout {
    struct Row {
        std::size_t steps;    // before truncation
        std::size_t skipped;  // steps cut off at the front
        std::size_t kept;
        std::size_t to;  // first output step
    };
    std::vector<Row, pool::Allocator<Row>> rows;
    std::size_t width = 0;  // steps in an output row; padded only
    std::size_t total = 0;  // steps in the whole output
    bool jagged = false;

    // Decides everything else from the `steps` of each row.
    void arrange(const GroupPlan& group);
    [[nodiscard]] Error make(EncodedGroup& out) const;
    // Writes what belongs to rows of the range.
    void write(threads::Range range, const EncodedGroup& out) const;
};

}  // namespace colonnade
