// The values of one key where they lie in serialized records: in Examples and contexts, or in feature lists.
#pragma once

#include "wire/lists.hpp"
#include "wire/rows.hpp"
#include "wire/sequence_example.hpp"

namespace colonnade {

// One key of Examples, or of the contexts of SequenceExamples: one list a row.
class WireRows {
public:
    WireRows(std::span<const Record> records, const ExampleIndex& index, std::size_t key, Kind kind)
        : records_(records), index_(&index), key_(key), kind_(kind) {}

    // Whether numbers have been normalized on their way here.
    [[nodiscard]] static constexpr bool normalized() { return false; }
    [[nodiscard]] Kind kind() const { return kind_; }
    [[nodiscard]] std::size_t rows() const { return records_.size(); }
    [[nodiscard]] std::size_t values(std::size_t row) const { return list(row).values; }
    [[nodiscard]] bool nested() const { return false; }
    [[nodiscard]] std::size_t steps(std::size_t row) const { return values(row); }
    [[nodiscard]] const std::int64_t* step_splits(std::size_t) const { return nullptr; }
    [[nodiscard]] const bool* holes(std::size_t) const { return nullptr; }

    void int64s(std::size_t row, std::int64_t* out) const {
        lists::int64s(records_[row], list(row), index_->chunks, out);
    }
    void floats(std::size_t row, float* out) const { lists::floats(records_[row], list(row), index_->chunks, out); }
    template <typename Use>
    void each_bytes(std::size_t row, Use use) const {
        lists::each_bytes(records_[row], list(row), index_->chunks, use);
    }
    // The end of the memory that holds a row's values.
    [[nodiscard]] const std::uint8_t* end(std::size_t row) const { return records_[row].data() + records_[row].size(); }
    [[nodiscard]] std::size_t bytes_bound(std::size_t row) const {
        return lists::bytes_bound(list(row), index_->chunks);
    }

private:
    [[nodiscard]] const List& list(std::size_t row) const { return index_->list(row, key_); }

    std::span<const Record> records_;
    const ExampleIndex* index_;
    std::size_t key_;
    Kind kind_;
};

// One key of the feature lists of SequenceExamples: one list a step.
class WireSteps {
public:
    WireSteps(std::span<const Record> records, const SequenceExampleIndex& index, std::size_t key, Kind kind)
        : records_(records), index_(&index), key_(key), kind_(kind) {}

    [[nodiscard]] static constexpr bool normalized() { return false; }
    [[nodiscard]] Kind kind() const { return kind_; }
    [[nodiscard]] std::size_t rows() const { return records_.size(); }
    [[nodiscard]] std::size_t values(std::size_t row) const { return list(row).values; }
    [[nodiscard]] bool present(std::size_t row) const { return list(row).first_split != 0; }
    [[nodiscard]] bool nested() const { return true; }
    [[nodiscard]] std::size_t steps(std::size_t row) const { return list(row).steps; }
    [[nodiscard]] const std::int64_t* step_splits(std::size_t row) const {
        return index_->splits.data() + list(row).first_split;
    }
    [[nodiscard]] const bool* holes(std::size_t) const { return nullptr; }

    void int64s(std::size_t row, std::int64_t* out) const {
        if (const auto* run = run_of(row)) {
            return step_runs::int64s(records_[row], *run, index_->splits_of(list(row)), out);
        }
        for (const auto& step : lists_of(row)) out = lists::int64s(records_[row], step, index_->context.chunks, out);
    }
    void floats(std::size_t row, float* out) const {
        if (const auto* run = run_of(row)) return step_runs::floats(records_[row], *run, out);
        for (const auto& step : lists_of(row)) out = lists::floats(records_[row], step, index_->context.chunks, out);
    }
    template <typename Use>
    void each_bytes(std::size_t row, Use use) const {
        if (const auto* run = run_of(row)) return step_runs::each_bytes(records_[row], *run, use);
        for (const auto& step : lists_of(row)) lists::each_bytes(records_[row], step, index_->context.chunks, use);
    }
    // The end of the memory that holds a row's values.
    [[nodiscard]] const std::uint8_t* end(std::size_t row) const { return records_[row].data() + records_[row].size(); }
    [[nodiscard]] std::size_t bytes_bound(std::size_t row) const {
        if (const auto* run = run_of(row)) return run->size;
        std::size_t bound = 0;
        for (const auto& step : lists_of(row)) bound += lists::bytes_bound(step, index_->context.chunks);
        return bound;
    }

private:
    [[nodiscard]] const FeatureList& list(std::size_t row) const { return index_->list(row, key_); }
    [[nodiscard]] const StepRun* run_of(std::size_t row) const { return index_->run(list(row)); }
    [[nodiscard]] std::span<const List> lists_of(std::size_t row) const {
        return {index_->steps.data() + list(row).first_step, list(row).steps};
    }

    std::span<const Record> records_;
    const SequenceExampleIndex* index_;
    std::size_t key_;
    Kind kind_;
};

static_assert(SerializedRows<WireRows> && SerializedRows<WireSteps>);

}  // namespace colonnade
