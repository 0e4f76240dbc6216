#include "encode/slot.hpp"

namespace colonnade {
namespace {

using slots::Scratch;

class NestedSlot final : public SlotWriter {
public:
    NestedSlot(const SlotPlan& plan, const Source& source, const Layout& layout, EncodedSlot& out)
        : SlotWriter(plan, source, out), layout_(layout) {}

    [[nodiscard]] Error make() override {
        if (auto error = arrange()) return error;
        if (auto error = make_values(Dtype::int64, out_.values)) return error;
        if (layout_.jagged) {
            if (auto error = Array::make(Dtype::int64, {layout_.total + 1}, out_.step_splits)) return error;
            *out_.step_splits.as<std::int64_t>() = 0;
        }
        return source_.weights ? make_values(Dtype::float32, out_.weights) : Error{};
    }

    [[nodiscard]] Error write(threads::Range range) const override {
        auto error = write_values(range, no_id, out_.values,
                                  [&](std::size_t row, std::int64_t* to) { return source_.ids->make(row, to); });
        if (error) return error;
        if (layout_.jagged) write_step_splits(range);
        if (!source_.weights) return {};
        return write_values(range, slots::no_weight, out_.weights,
                            [&](std::size_t row, float* to) { return slots::make_numbers(*source_.weights, row, to); });
    }

private:
    // Where the kept values go: side by side (jagged), or `width_` to a step (padded).
    [[nodiscard]] Error arrange() {
        const auto rows = layout_.rows.size();
        first_split_.reserve(rows + 1);
        to_.reserve(rows);
        first_split_.push_back(0);
        interrupt::Pace pace;
        for (std::size_t i = 0; i < rows; ++i) {
            const auto first = splits_.size();
            splits_.resize(first + layout_.rows[i].steps + 1);
            first_split_.push_back(splits_.size());
            source_.ids->splits(i, splits_.data() + first);
            if (auto error = count_ids(i, static_cast<std::size_t>(splits_.back()))) return error;
            const auto* splits = kept_splits(i);
            const auto kept = layout_.rows[i].kept;
            for (std::size_t step = 0; step < kept; ++step) {
                width_ = std::max(width_, static_cast<std::size_t>(splits[step + 1] - splits[step]));
            }
            to_.push_back(total_);
            total_ += static_cast<std::size_t>(splits[kept] - splits[0]);
            pace(layout_.rows[i].steps);
        }
        return {};
    }

    // The splits of the steps of a row that are kept.
    [[nodiscard]] const std::int64_t* kept_splits(std::size_t row) const {
        return splits_.data() + first_split_[row] + layout_.rows[row].skipped;
    }

    [[nodiscard]] Error make_values(Dtype dtype, Array& out) const {
        if (layout_.jagged) return Array::make(dtype, {total_}, out);
        return Array::make(dtype, {layout_.rows.size(), layout_.width, width_}, out);
    }

    // Spreads the values of each row, made in scratch memory, over its steps.
    template <typename Item, typename MakeRow>
    [[nodiscard]] Error write_values(threads::Range range, Item padding, const Array& array, MakeRow make_row) const {
        auto* out = array.as<Item>();
        Scratch<Item> scratch;
        interrupt::Pace pace;
        for (auto i = range.begin; i < range.end; ++i) {
            const auto& row = layout_.rows[i];
            scratch.resize(static_cast<std::size_t>(splits_[first_split_[i + 1] - 1]));
            if (auto error = make_row(i, scratch.data())) return error;
            pace(scratch.size() + layout_.width * width_);
            const auto* splits = kept_splits(i);
            const auto* from = scratch.data() + splits[0];
            if (layout_.jagged) {
                std::copy_n(from, splits[row.kept] - splits[0], out + to_[i]);
                continue;
            }
            auto* begin = out + i * layout_.width * width_;
            slots::fill(begin, begin + layout_.width * width_, padding);
            auto* to = out + row.to * width_;
            for (std::size_t step = 0; step < row.kept; ++step, to += width_) {
                const auto count = splits[step + 1] - splits[step];
                std::copy_n(from, count, to);
                from += count;
            }
        }
        return {};
    }

    void write_step_splits(threads::Range range) const {
        for (auto i = range.begin; i < range.end; ++i) {
            const auto& row = layout_.rows[i];
            const auto* splits = kept_splits(i);
            const auto first = static_cast<std::int64_t>(to_[i]) - splits[0];
            auto* to = out_.step_splits.as<std::int64_t>() + row.to + 1;
            for (std::size_t step = 0; step < row.kept; ++step) to[step] = first + splits[step + 1];
        }
    }

    const Layout& layout_;
    Scratch<std::int64_t> splits_;      // of all rows, one after the other
    Scratch<std::size_t> first_split_;  // of each row
    Scratch<std::size_t> to_;           // where each row's kept values go when jagged
    std::size_t width_ = 0;
    std::size_t total_ = 0;
};

}  // namespace

std::unique_ptr<SlotWriter> nested_slot(const SlotPlan& plan, const Source& source, const Layout& layout,
                                        EncodedSlot& out) {
    return std::make_unique<NestedSlot>(plan, source, layout, out);
}

}  // namespace colonnade
