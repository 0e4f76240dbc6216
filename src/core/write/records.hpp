// Examples and SequenceExamples from columns, a row a record. One pass sums sizes, so that the records can be
// written into one buffer of exactly their size by a second pass.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ground/error.hpp"
#include "ground/pool.hpp"
#include "write/feature.hpp"

namespace colonnade::write {

// One key of all records. Its splits and offsets rise and lie within their values, and nobody writes into them;
// numbers and the bytes of strings may change at any time, which is an error at worst.
struct Column {
    std::string_view key;
    Kind kind = Kind::int64s;
    Values values;
    const std::int64_t* row_splits = nullptr;   // [rows + 1], of values; in a feature list, of steps
    const std::int64_t* step_splits = nullptr;  // [steps + 1], of values; nullptr for one value a step
    const Kind* kinds = nullptr;                // of each step, where they differ
};

struct Table {
    std::size_t rows = 0;
    std::span<const Column> context;  // or the features of Examples
    std::span<const Column> lists;    // feature lists
    bool sequences = false;           // whether the records are SequenceExamples
};

class Records {
public:
    // The table must live, and keys must be in order, as long as this is used.
    explicit Records(const Table& table) : table_(table) {}

    // Pass one. The key of an error counts through the context and then the lists.
    [[nodiscard]] Error measure();
    // The size of all records together, and of each.
    [[nodiscard]] std::size_t bytes() const { return bytes_; }
    [[nodiscard]] std::size_t record_bytes(std::size_t row) const;

    // Pass two: fills [out, out + bytes()).
    [[nodiscard]] Error write(std::uint8_t* out) const;

private:
    template <typename T>
    using Scratch = std::vector<T, pool::Allocator<T>>;

    // What is known of a column after pass one.
    struct Measured {
        std::string head;                   // the field of the key, as each record has it
        Scratch<std::uint32_t> contents;    // of each feature: a row, or a step
        Scratch<std::uint32_t> list_bytes;  // of each row's FeatureList
    };
    // The context or the feature lists.
    struct Half {
        std::vector<Measured> columns;
        Scratch<std::uint64_t> bytes;  // of each row, without the tag and the length of the whole
    };

    void measure_features(const Column& column, Half& half) const;
    void measure_lists(const Column& column, Half& half) const;
    [[nodiscard]] Error add_up();
    [[nodiscard]] std::uint8_t* write_feature_of(std::size_t key, std::size_t row, std::uint8_t* at,
                                                 const std::uint8_t* end) const;
    [[nodiscard]] std::uint8_t* write_list(std::size_t key, std::size_t row, std::uint8_t* at,
                                           const std::uint8_t* end) const;

    const Table& table_;
    Half context_;
    Half lists_;
    std::size_t bytes_ = 0;
};

}  // namespace colonnade::write
