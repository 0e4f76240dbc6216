#include "encode/slot.hpp"

namespace colonnade {
namespace {

class FlatSlot final : public SlotWriter {
public:
    FlatSlot(const SlotPlan& plan, const Source& source, const Layout& layout, EncodedSlot& out)
        : SlotWriter(plan, source, out), layout_(layout) {}

    [[nodiscard]] Error make() override {
        if (plan_.is_numbers()) return make_numbers();
        if (auto error = make_steps(Dtype::int64, out_.values)) return error;
        return source_.weights ? make_steps(Dtype::float32, out_.weights) : Error{};
    }

    [[nodiscard]] Error write(threads::Range range) const override {
        if (plan_.is_numbers()) {
            const auto padding = plan_.default_numbers[0];
            return write_rows(range, plan_.step_values, padding, out_.values, [&](std::size_t row, float* to) {
                return slots::make_numbers(*source_.numbers, row, to, plan_.keys[0].ids.normalizer);
            });
        }
        auto error = write_rows(range, 1, no_id, out_.values,
                                [&](std::size_t row, std::int64_t* to) { return source_.ids->make(row, to); });
        if (error || !source_.weights) return error;
        return write_rows(range, 1, slots::no_weight, out_.weights,
                          [&](std::size_t row, float* to) { return slots::make_numbers(*source_.weights, row, to); });
    }

private:
    [[nodiscard]] Error make_numbers() {
        if (layout_.jagged) return Array::make(Dtype::float32, {layout_.total, plan_.step_values}, out_.values);
        return Array::make(Dtype::float32, {layout_.rows.size(), layout_.width, plan_.step_values}, out_.values);
    }

    [[nodiscard]] Error make_steps(Dtype dtype, Array& out) const {
        if (layout_.jagged) return Array::make(dtype, {layout_.total}, out);
        return Array::make(dtype, {layout_.rows.size(), layout_.width}, out);
    }

    // `make_row(row, to)` gives all items of a row; only rows that lose steps take the way through scratch memory.
    template <typename Item, typename MakeRow>
    [[nodiscard]] Error write_rows(threads::Range range, std::size_t step_items, Item padding, const Array& array,
                                   MakeRow make_row) const {
        auto* out = array.as<Item>();
        slots::Scratch<Item> scratch;
        interrupt::Pace pace;
        for (auto i = range.begin; i < range.end; ++i) {
            const auto& row = layout_.rows[i];
            auto* to = out + row.to * step_items;
            if (row.kept == row.steps) {
                if (auto error = make_row(i, to)) return error;
            } else {
                scratch.resize(row.steps * step_items);
                if (auto error = make_row(i, scratch.data())) return error;
                std::copy_n(scratch.data() + row.skipped * step_items, row.kept * step_items, to);
            }
            pace((row.steps + layout_.width) * step_items);
            if (layout_.jagged) continue;
            auto* begin = out + i * layout_.width * step_items;
            slots::fill(begin, to, padding);
            slots::fill(to + row.kept * step_items, begin + layout_.width * step_items, padding);
        }
        return {};
    }

    const Layout& layout_;
};

}  // namespace

std::unique_ptr<SlotWriter> flat_slot(const SlotPlan& plan, const Source& source, const Layout& layout,
                                      EncodedSlot& out) {
    return std::make_unique<FlatSlot>(plan, source, layout, out);
}

}  // namespace colonnade
