// One slot of the batch: what it is, where its values come from, and what writes its arrays.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <vector>

#include "encode/cross.hpp"
#include "encode/layout.hpp"
#include "ground/interrupt.hpp"

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

// Shapes as colonnade.Slot documents them.
struct EncodedSlot {
    Array values;
    Array weights;      // float32, of the shape of values; weighted ids only
    Array step_splits;  // int64 [steps + 1]; jagged with several values a step only
};

// Where the values of one slot come from: numbers, or ids and perhaps weights.
struct Source {
    std::optional<Rows> numbers;
    std::unique_ptr<IdSource> ids;
    std::optional<Rows> weights;
};

// `keys` holds the rows of each key of the slot, `weights` those of its weights; `tally` counts, if given.
[[nodiscard]] Source make_source(const SlotPlan& slot, std::span<const Rows> keys, std::optional<Rows> weights,
                                 bool context, Tally* tally = nullptr);

// Makes the arrays of one slot as a whole once the steps of all rows are known, then writes them by ranges of
// rows, which may be on different threads. One file a shape: flat_slot, nested_slot, context_slot.
class SlotWriter {
public:
    SlotWriter(const SlotPlan& plan, const Source& source, EncodedSlot& out)
        : plan_(plan), source_(source), out_(out) {}
    SlotWriter(const SlotWriter&) = delete;
    virtual ~SlotWriter() = default;

    [[nodiscard]] virtual Error make() = 0;
    // Writes everything that belongs to rows of the range; gives the first row's error.
    [[nodiscard]] virtual Error write(threads::Range range) const = 0;

protected:
    // Adds the ids of a row to those of the rows before it; a cross may make only so many.
    [[nodiscard]] Error count_ids(std::size_t row, std::size_t ids) {
        made_ += ids;
        if (!plan_.cross || made_ <= limits::call_combinations) return {};
        return row_error(Code::call_combinations, row, made_, limits::call_combinations);
    }

    const SlotPlan& plan_;
    const Source& source_;
    EncodedSlot& out_;

private:
    std::size_t made_ = 0;
};

// Ids or numbers of sequences with one value, or one fixed shape of numbers, a step.
[[nodiscard]] std::unique_ptr<SlotWriter> flat_slot(const SlotPlan& plan, const Source& source, const Layout& layout,
                                                    EncodedSlot& out);
// Ids of sequences with any number of values a step.
[[nodiscard]] std::unique_ptr<SlotWriter> nested_slot(const SlotPlan& plan, const Source& source, const Layout& layout,
                                                      EncodedSlot& out);
// Ids or numbers of a context.
[[nodiscard]] std::unique_ptr<SlotWriter> context_slot(const SlotPlan& plan, const Source& source, std::size_t rows,
                                                       EncodedSlot& out);

namespace slots {

template <typename T>
using Scratch = std::vector<T, pool::Allocator<T>>;

inline constexpr float no_weight = 0;

// All numbers of a row as float32, normalized where that is declared.
[[nodiscard]] Error make_numbers(const Rows& rows, std::size_t row, float* out, const Normalizer& normalizer = {});

// Fast because nearly every padding (-1 and 0) is one byte over and over, for which memset has the widest stores.
template <typename Item>
void fill(Item* begin, Item* end, Item padding) {
    std::uint8_t bytes[sizeof padding];
    std::memcpy(bytes, &padding, sizeof padding);
    if (std::ranges::all_of(bytes, [&](std::uint8_t byte) { return byte == bytes[0]; })) {
        std::memset(begin, bytes[0], static_cast<std::size_t>(end - begin) * sizeof padding);
    } else {
        std::fill(begin, end, padding);
    }
}

}  // namespace slots
}  // namespace colonnade
