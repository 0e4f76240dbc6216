// The values of one key, row by row, from wherever they lie: serialized records, or ragged arrays in memory.
// What is made of them is written once, over everything of this shape.
#pragma once

#include <concepts>

#include "wire/feature.hpp"

namespace colonnade {

template <typename T>
concept RowsOfKey = requires(const T& rows, std::size_t row, std::int64_t* int64s, float* floats,
                             void (*use)(const std::uint8_t* data, std::size_t size)) {
    { rows.rows() } -> std::same_as<std::size_t>;
    // Of all values, even where there are none.
    { rows.kind() } -> std::same_as<Kind>;
    // Whether numbers have been normalized on their way here.
    { rows.normalized() } -> std::same_as<bool>;

    { rows.values(row) } -> std::same_as<std::size_t>;
    { rows.steps(row) } -> std::same_as<std::size_t>;
    // Whether a step may have any number of values, not one.
    { rows.nested() } -> std::same_as<bool>;
    // Nested: where the values of each step begin, and where the last ones end; only differences mean something.
    { rows.step_splits(row) } -> std::same_as<const std::int64_t*>;
    // A flag a value, true where a value only holds the place of none; or nullptr.
    { rows.holes(row) } -> std::same_as<const bool*>;

    // All values of a row in order, by the one of these that is for their kind.
    { rows.int64s(row, int64s) } -> std::same_as<void>;
    { rows.floats(row, floats) } -> std::same_as<void>;
    { rows.each_bytes(row, use) } -> std::same_as<void>;
    // The end of the memory that holds a row's strings.
    { rows.end(row) } -> std::same_as<const std::uint8_t*>;
};

// Rows that lie in records.
template <typename T>
concept SerializedRows = RowsOfKey<T> && requires(const T& rows, std::size_t row) {
    // At least the number of bytes in all strings of a row.
    { rows.bytes_bound(row) } -> std::same_as<std::size_t>;
};

}  // namespace colonnade
