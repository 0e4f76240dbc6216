#include "encode/slot.hpp"

namespace colonnade {
namespace {

class ContextSlot final : public SlotWriter {
public:
    ContextSlot(const SlotPlan& plan, const Source& source, std::size_t rows, EncodedSlot& out)
        : SlotWriter(plan, source, out), rows_(rows) {}

    // Numbers have one shape; ids have as many columns as the row with the most.
    [[nodiscard]] Error make() override {
        if (plan_.is_numbers()) return Array::make(Dtype::float32, {rows_, plan_.step_values}, out_.values);
        interrupt::Pace pace;
        for (std::size_t row = 0; row < rows_; ++row, pace(0)) {
            const auto ids = source_.ids->values(row);
            width_ = std::max(width_, ids);
            if (auto error = count_ids(row, ids)) return error;
        }
        if (auto error = Array::make(Dtype::int64, {rows_, width_}, out_.values)) return error;
        return source_.weights ? Array::make(Dtype::float32, {rows_, width_}, out_.weights) : Error{};
    }

    [[nodiscard]] Error write(threads::Range range) const override {
        if (plan_.is_numbers()) return write_numbers(range);
        if (auto error = write_ids(range)) return error;
        return source_.weights ? write_weights(range) : Error{};
    }

private:
    [[nodiscard]] Error write_ids(threads::Range range) const {
        auto* to = out_.values.as<std::int64_t>() + range.begin * width_;
        interrupt::Pace pace;
        for (auto row = range.begin; row < range.end; ++row, to += width_, pace(width_)) {
            if (auto error = source_.ids->make(row, to)) return error;
            std::fill(to + source_.ids->values(row), to + width_, no_id);
        }
        return {};
    }

    [[nodiscard]] Error write_weights(threads::Range range) const {
        auto* to = out_.weights.as<float>() + range.begin * width_;
        interrupt::Pace pace;
        for (auto row = range.begin; row < range.end; ++row, to += width_, pace(width_)) {
            if (auto error = slots::make_numbers(*source_.weights, row, to)) return error;
            std::fill(to + source_.ids->values(row), to + width_, slots::no_weight);
        }
        return {};
    }

    // A row without numbers has the default.
    [[nodiscard]] Error write_numbers(threads::Range range) const {
        auto* to = out_.values.as<float>() + range.begin * plan_.step_values;
        interrupt::Pace pace;
        for (auto row = range.begin; row < range.end; ++row, to += plan_.step_values, pace(plan_.step_values)) {
            const auto values =
                std::visit([&](const RowsOfKey auto& numbers) { return numbers.values(row); }, *source_.numbers);
            if (values == 0) {
                std::ranges::copy(plan_.default_numbers, to);
            } else if (auto error = slots::make_numbers(*source_.numbers, row, to, plan_.keys[0].ids.normalizer)) {
                return error;
            }
        }
        return {};
    }

    const std::size_t rows_;
    std::size_t width_ = 0;
};

}  // namespace

std::unique_ptr<SlotWriter> context_slot(const SlotPlan& plan, const Source& source, std::size_t rows,
                                         EncodedSlot& out) {
    return std::make_unique<ContextSlot>(plan, source, rows, out);
}

}  // namespace colonnade
