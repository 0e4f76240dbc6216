// A plan and the rows of its keys to ids and numbers, padded or jagged, with lengths and masks.
#pragma once

#include <variant>
#include <vector>

#include "array.hpp"
#include "rows.hpp"

namespace colonnade {

enum class Op : std::uint8_t { identity, hash, numbers };

// What happens to the values of one key; a slot of the batch.
struct SlotPlan {
    Op op = Op::identity;
    std::size_t key = 0;
    std::size_t group = 0;
    std::int64_t num_buckets = 1;
    bool has_default = false;
    std::int64_t default_id = 0;         // identity: stands in for ids out of range
    std::size_t step_values = 1;         // numbers: values in one step
    std::vector<float> default_numbers;  // numbers: one padding value, or in a context group a whole row
};

struct GroupPlan {
    bool context = false;
    bool jagged = false;
    std::int64_t max_length = -1;  // -1: no limit
    bool keep_first = false;
    bool pad_left = false;
    std::size_t pad_to_multiple_of = 1;
};

struct EncodePlan {
    std::vector<GroupPlan> groups;
    std::vector<SlotPlan> slots;
};

struct EncodedGroup {
    Array lengths;     // int64 [rows]; sequences only
    Array mask;        // bool [rows, steps]; padded only
    Array row_splits;  // int64 [rows + 1]; jagged only
};

struct Encoded {
    std::vector<EncodedGroup> groups;
    std::vector<Array> slots;
};

using Rows = std::variant<WireRows, RaggedRows>;

// `sources` holds the values of each slot, all of `rows` rows.
[[nodiscard]] Error encode(const EncodePlan& plan, std::span<const Rows> sources, std::size_t rows, Encoded& out);

}  // namespace colonnade
