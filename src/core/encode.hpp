// A plan and the rows of its keys to ids and numbers, padded or jagged, with lengths and masks.
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "ids.hpp"
#include "layout.hpp"

namespace colonnade {

// What happens to the values of one key; a slot of the batch.
struct SlotPlan {
    std::size_t key = 0;
    std::optional<std::size_t> weight_key;  // ids only: the key of their weights
    std::size_t group = 0;
    IdPlan ids;
    std::size_t step_values = 1;         // numbers: values in one step
    std::vector<float> default_numbers;  // numbers: one padding value, or in a context group a whole row
};

struct EncodePlan {
    std::vector<GroupPlan> groups;
    std::vector<SlotPlan> slots;
};

// Shapes as colonnade._batch.Slot documents them.
struct EncodedSlot {
    Array values;
    Array weights;      // float32, of the shape of values; weighted ids only
    Array step_splits;  // int64 [steps + 1]; jagged with several values a step only
};

struct Encoded {
    std::vector<EncodedGroup> groups;
    std::vector<EncodedSlot> slots;
};

using Rows = std::variant<WireRows, WireSteps, RaggedRows>;

struct Source {
    Rows values;
    std::optional<Rows> weights;
};

// `sources` holds the values of each slot, all of `rows` rows.
[[nodiscard]] Error encode(const EncodePlan& plan, std::span<const Source> sources, std::size_t rows, Encoded& out);

}  // namespace colonnade
