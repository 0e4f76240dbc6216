// A plan and the rows of its keys to ids and numbers, padded or jagged, with lengths and masks.
#pragma once

#include <vector>

#include "encode/slot.hpp"

namespace colonnade {

struct EncodePlan {
    std::vector<GroupPlan> groups;
    std::vector<SlotPlan> slots;
};

struct Encoded {
    std::vector<EncodedGroup> groups;
    std::vector<EncodedSlot> slots;
};

// `sources` holds the values of each slot, all of `rows` rows. The answer is the same for any number of
// threads.
[[nodiscard]] Error encode(const EncodePlan& plan, std::span<const Source> sources, std::size_t rows, Encoded& out,
                           std::size_t threads = 1);

}  // namespace colonnade
