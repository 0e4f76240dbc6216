// The output arrays of one slot: made as a whole once the steps of all rows are known, then written by ranges
// of rows, which may be on different threads. One file a shape: flat_slot, nested_slot, context_slot.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "encode.hpp"
#include "threads.hpp"

namespace colonnade {

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
    const SlotPlan& plan_;
    const Source& source_;
    EncodedSlot& out_;
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

// All numbers of a row, integers as float32.
inline void make_numbers(const Rows& rows, std::size_t row, float* out) {
    std::visit(
        [&](const auto& source) {
            if (source.kind() == Kind::floats) return source.floats(row, out);
            Scratch<std::int64_t> integers(source.values(row));
            source.int64s(row, integers.data());
            std::ranges::transform(integers, out, [](std::int64_t value) { return static_cast<float>(value); });
        },
        rows);
}

// The same as a function that cannot fail, beside those that make ids.
[[nodiscard]] inline auto numbers_of(const Rows& rows) {
    return [&rows](std::size_t row, float* out) {
        make_numbers(rows, row, out);
        return Error{};
    };
}

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
