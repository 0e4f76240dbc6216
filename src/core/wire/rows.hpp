// The values of one key, row by row, from wherever they lie: spans of serialized records, or ragged
// arrays in memory. Encoding is written once over both.
#pragma once

#include <algorithm>
#include <cstring>

#include "kernels/varint.hpp"
#include "wire/sequence_example.hpp"

namespace colonnade {

// Pass two: decodes the values of one list that pass one found and validated.
namespace lists {

inline void skip_tag(const std::uint8_t*& at) {
    while (*at++ >= 0x80) {
    }
}

// Nearly every string is shorter than 128 bytes.
inline std::size_t string_size(const std::uint8_t*& at) {
    return *at < 0x80 ? *at++ : static_cast<std::size_t>(varint::decode_one(at));
}

inline std::int64_t* int64s(Record record, const List& list, const Chunks& chunks, std::int64_t* out) {
    list.each_chunk(chunks, [&](const Chunk& chunk) {
        const auto* at = record.data() + chunk.begin;
        if (chunk.tagged == 0) {
            varint::decode(at, at + chunk.size, chunk.values, out);
        } else {
            for (std::uint32_t i = 0; i < chunk.values; ++i) {
                skip_tag(at);
                out[i] = static_cast<std::int64_t>(varint::decode_one(at));
            }
        }
        out += chunk.values;
    });
    return out;
}

inline float* floats(Record record, const List& list, const Chunks& chunks, float* out) {
    list.each_chunk(chunks, [&](const Chunk& chunk) {
        const auto* at = record.data() + chunk.begin;
        if (chunk.tagged == 0) {
            std::memcpy(out, at, chunk.size);
        } else {
            for (std::uint32_t i = 0; i < chunk.values; ++i) {
                skip_tag(at);
                std::memcpy(out + i, at, sizeof(float));
                at += sizeof(float);
            }
        }
        out += chunk.values;
    });
    return out;
}

// Calls `use(data, size)` for each value.
template <typename Use>
void each_bytes(Record record, const List& list, const Chunks& chunks, Use use) {
    list.each_chunk(chunks, [&](const Chunk& chunk) {
        const auto* at = record.data() + chunk.begin;
        for (std::uint32_t i = 0; i < chunk.values; ++i) {
            skip_tag(at);
            const auto size = string_size(at);
            use(at, size);
            at += size;
        }
    });
}

// At least the number of bytes in all values.
inline std::size_t bytes_bound(const List& list, const Chunks& chunks) {
    std::size_t bound = 0;
    list.each_chunk(chunks, [&](const Chunk& chunk) { bound += chunk.size; });
    return bound;
}

}  // namespace lists

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

// A ragged column in memory. Only the pointers that its kind needs are set; the splits are validated.
struct RaggedColumn {
    Kind kind = Kind::none;
    std::size_t rows = 0;
    const std::int64_t* row_splits = nullptr;   // [rows + 1], of steps
    const std::int64_t* step_splits = nullptr;  // [steps + 1], of values; only where steps hold several
    const std::int64_t* int64s = nullptr;
    const float* floats = nullptr;
    const std::uint8_t* bytes = nullptr;
    const std::int64_t* offsets = nullptr;
    const bool* holes = nullptr;  // true where a step has no value; only dense arrays have such
};

class RaggedRows {
public:
    explicit RaggedRows(const RaggedColumn& column) : column_(column) {}

    [[nodiscard]] static constexpr bool normalized() { return true; }
    [[nodiscard]] Kind kind() const { return column_.kind; }
    [[nodiscard]] std::size_t rows() const { return column_.rows; }
    [[nodiscard]] bool nested() const { return column_.step_splits != nullptr; }
    [[nodiscard]] std::size_t steps(std::size_t row) const {
        return static_cast<std::size_t>(column_.row_splits[row + 1] - column_.row_splits[row]);
    }
    [[nodiscard]] std::size_t values(std::size_t row) const {
        return static_cast<std::size_t>(begin(row + 1) - begin(row));
    }
    // Where the steps of a row begin and end; only differences mean something.
    [[nodiscard]] const std::int64_t* step_splits(std::size_t row) const {
        return column_.step_splits + column_.row_splits[row];
    }
    [[nodiscard]] const bool* holes(std::size_t row) const {
        return column_.holes == nullptr ? nullptr : column_.holes + begin(row);
    }
    // The end of the memory that holds all strings.
    [[nodiscard]] const std::uint8_t* end(std::size_t) const { return column_.bytes + column_.offsets[begin(rows())]; }
    void int64s(std::size_t row, std::int64_t* out) const {
        std::copy_n(column_.int64s + begin(row), values(row), out);
    }
    void floats(std::size_t row, float* out) const { std::copy_n(column_.floats + begin(row), values(row), out); }
    template <typename Use>
    void each_bytes(std::size_t row, Use use) const {
        for (auto i = begin(row); i < begin(row + 1); ++i) {
            use(column_.bytes + column_.offsets[i],
                static_cast<std::size_t>(column_.offsets[i + 1] - column_.offsets[i]));
        }
    }

private:
    // The first value of a row.
    [[nodiscard]] std::int64_t begin(std::size_t row) const {
        const auto step = column_.row_splits[row];
        return column_.step_splits == nullptr ? step : column_.step_splits[step];
    }

    RaggedColumn column_;
};

}  // namespace colonnade
