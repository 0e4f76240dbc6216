// A plan and the rows of its keys to ids and numbers, padded or jagged, with lengths and masks.
#pragma once

#include <optional>
#include <vector>

#include "cross.hpp"
#include "layout.hpp"

namespace colonnade {

// One key that a slot reads.
struct KeyPlan {
    std::size_t key = 0;
    IdPlan ids;
};

struct Cross {
    std::int64_t num_buckets = 1;
    std::uint64_t hash_key = 0;
};

// A slot of the batch: numbers or ids of one key, or crossed ids of several.
struct SlotPlan {
    std::size_t group = 0;
    std::vector<KeyPlan> keys;
    std::optional<Cross> cross;
    std::optional<std::size_t> weight_key;  // ids only
    std::size_t step_values = 1;            // numbers: values in one step
    std::vector<float> default_numbers;     // numbers: one padding value, or in a context none or a whole row

    [[nodiscard]] bool is_numbers() const { return keys[0].ids.op == Op::numbers; }
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

// Where the values of one slot come from: numbers, or ids and perhaps weights.
struct Source {
    std::optional<Rows> numbers;
    std::unique_ptr<IdSource> ids;
    std::optional<Rows> weights;
};

// `keys` holds the rows of each key of the slot, `weights` those of its weights.
[[nodiscard]] Source make_source(const SlotPlan& slot, std::span<const Rows> keys, std::optional<Rows> weights,
                                 bool context);

// `sources` holds the values of each slot, all of `rows` rows. The answer is the same for any number of
// threads.
[[nodiscard]] Error encode(const EncodePlan& plan, std::span<const Source> sources, std::size_t rows, Encoded& out,
                           std::size_t threads = 1);

}  // namespace colonnade
