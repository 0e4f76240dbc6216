// Where the ids of a slot come from, row by row: one key, or a cross of several.
#pragma once

#include <atomic>
#include <variant>

#include "encode/ids.hpp"
#include "encode/ragged_rows.hpp"
#include "wire/wire_rows.hpp"

namespace colonnade {

using Rows = std::variant<WireRows, WireSteps, RaggedRows>;

// What a slot's ids were made of, added up by all threads.
struct Tally {
    std::atomic<std::uint64_t> values = 0;
    std::atomic<std::uint64_t> out_of_vocabulary = 0;
    std::atomic<std::uint64_t> out_of_range = 0;

    void add(std::size_t row_values, const bool* holes, const Outside& outside) {
        if (holes != nullptr) row_values -= static_cast<std::size_t>(std::count(holes, holes + row_values, true));
        values += row_values;
        out_of_vocabulary += outside.vocabulary;
        out_of_range += outside.range;
    }
};

// Ids of one row lie side by side; where steps hold several (`nested`), splits() says whose they are.
class IdSource {
public:
    virtual ~IdSource() = default;
    [[nodiscard]] virtual bool nested() const = 0;
    [[nodiscard]] virtual std::size_t steps(std::size_t row) const = 0;
    [[nodiscard]] virtual std::size_t values(std::size_t row) const = 0;
    // Writes steps + 1 splits that begin at 0.
    virtual void splits(std::size_t row, std::int64_t* out) const = 0;
    // Whether the row can be encoded at all, to be asked before anything else of it.
    [[nodiscard]] virtual Error check(std::size_t row) const = 0;
    // Writes `values` ids. The step of an error is the one that holds the value; in a context, its index.
    [[nodiscard]] virtual Error make(std::size_t row, std::int64_t* out) const = 0;
};

[[nodiscard]] inline Error row_error(Code code, std::size_t row, std::size_t got, std::size_t expected) {
    Error error;
    error.code = code;
    error.record = static_cast<std::int64_t>(row);
    error.got = static_cast<std::int64_t>(got);
    error.expected = static_cast<std::int64_t>(expected);
    return error;
}

// Numbers: a flat row holds whole steps of `step_values`, and each step of a nested one is whole.
[[nodiscard]] Error check_steps(const RowsOfKey auto& rows, std::size_t row, std::size_t step_values) {
    if (!rows.nested()) {
        const auto values = rows.values(row);
        return values % step_values == 0 ? Error{} : row_error(Code::partial_step, row, values, step_values);
    }
    const auto* splits = rows.step_splits(row);
    for (std::size_t step = 0; step < rows.steps(row); ++step) {
        const auto values = static_cast<std::size_t>(splits[step + 1] - splits[step]);
        if (values == step_values) continue;
        auto error = row_error(Code::partial_step, row, values, step_values);
        error.step = static_cast<std::int64_t>(step);
        return error;
    }
    return {};
}

// Numbers of a context: one whole step, or nothing where there is a default.
[[nodiscard]] Error check_context(const RowsOfKey auto& rows, std::size_t row, std::size_t step_values,
                                  bool has_default) {
    const auto values = rows.values(row);
    if (values == step_values || (values == 0 && has_default)) return {};
    return row_error(values == 0 ? Code::missing_feature : Code::wrong_count, row, values, step_values);
}

// The values of one key to ids.
template <RowsOfKey Values>
class PlainIds final : public IdSource {
public:
    PlainIds(const IdPlan& plan, const Values& rows, bool context, Tally* tally)
        : plan_(plan), rows_(rows), context_(context), tally_(tally) {}

    // Numbers fill their steps alike wherever they lie, so a step of one number needs no nesting.
    [[nodiscard]] bool nested() const override {
        return plan_.op == Op::bucketize ? plan_.positions > 1 : rows_.nested();
    }
    [[nodiscard]] std::size_t steps(std::size_t row) const override {
        return rows_.nested() ? rows_.steps(row) : rows_.values(row) / plan_.positions;
    }
    [[nodiscard]] std::size_t values(std::size_t row) const override {
        const auto count = rows_.values(row);
        return count == 0 ? plan_.default_numbers.size() : count;
    }
    [[nodiscard]] Error check(std::size_t row) const override {
        if (plan_.op != Op::bucketize) return {};
        if (context_) return check_context(rows_, row, plan_.positions, !plan_.default_numbers.empty());
        return check_steps(rows_, row, plan_.positions);
    }
    void splits(std::size_t row, std::int64_t* out) const override {
        const auto count = steps(row);
        if (plan_.op == Op::bucketize) {
            for (std::size_t i = 0; i <= count; ++i) out[i] = static_cast<std::int64_t>(i * plan_.positions);
            return;
        }
        const auto* from = rows_.step_splits(row);
        for (std::size_t i = 0; i <= count; ++i) out[i] = from[i] - from[0];
    }
    [[nodiscard]] Error make(std::size_t row, std::int64_t* out) const override {
        Outside outside;
        auto error = ids::make(plan_, rows_, row, out, outside);
        if (tally_ != nullptr) tally_->add(rows_.values(row), rows_.holes(row), outside);
        if (error.step < 0 || context_ || !rows_.nested()) return error;
        const auto* splits = rows_.step_splits(row);
        error.step = std::upper_bound(splits, splits + rows_.steps(row) + 1, splits[0] + error.step) - splits - 1;
        return error;
    }

private:
    const IdPlan& plan_;
    const Values rows_;
    const bool context_;
    Tally* const tally_;
};

// `plan` and `tally` must outlive the source; without a tally nothing is counted.
[[nodiscard]] inline std::unique_ptr<IdSource> make_source(const IdPlan& plan, const Rows& rows, bool context,
                                                           Tally* tally = nullptr) {
    return std::visit(
        [&](const RowsOfKey auto& of_key) -> std::unique_ptr<IdSource> {
            return std::make_unique<PlainIds<std::decay_t<decltype(of_key)>>>(plan, of_key, context, tally);
        },
        rows);
}

}  // namespace colonnade
